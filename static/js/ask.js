// The ask form: a live counter, a draft that survives a reload, similar answers while one types.
// Everything works without this file.
const DRAFT = "question-draft";

for (const area of document.querySelectorAll("textarea[data-counter]")) count(area);
for (const form of document.querySelectorAll("form[data-ask]")) assist(form);
if (document.querySelector("[data-clear-draft]")) store("");

function count(area) {
  const limit = Number(area.dataset.counter);
  const shown = document.createElement("output");
  shown.className = "counter";
  shown.id = `${area.id}-counter`;
  area.after(shown);
  area.setAttribute("aria-describedby",
    [area.getAttribute("aria-describedby"), shown.id].filter(Boolean).join(" "));
  let announced = false;
  const update = () => {
    const used = [...area.value].length; // characters as the server counts them
    const left = limit - used;
    shown.textContent = left < 0
      ? `${(-left).toLocaleString("en")} too many`
      : `${used.toLocaleString("en")} of ${limit.toLocaleString("en")}`;
    shown.toggleAttribute("data-over", left < 0);
    // A screen reader hears of the count only near the end, not at every key.
    if (left < 50 !== announced) {
      announced = left < 50;
      shown.setAttribute("aria-live", announced ? "polite" : "off");
    }
  };
  shown.setAttribute("aria-live", "off");
  area.addEventListener("input", update);
  update();
}

function assist(form) {
  const area = form.querySelector("textarea[name=text]");
  if (!area) return;
  if (!area.value) area.value = read();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.addEventListener("input", () => store(area.value));
  const place = form.querySelector("[data-similar-answers]");
  if (place && form.dataset.similar) similar(area, form.dataset.similar, place);
}

function similar(area, address, place) {
  let waiting, last = area.value;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const text = area.value.trim();
      if (text === last || text.length < 12) return;
      last = text;
      try {
        const answer = await fetch(`${address}?${new URLSearchParams({ q: text.slice(0, 400) })}`);
        if (!answer.ok || area.value.trim() !== text) return;
        const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.replaceChildren(...parsed.body.childNodes);
      } catch {
        // Offline or busy: the form needs no suggestions.
      }
    }, 500);
  });
}

function store(text) {
  try {
    if (text) sessionStorage.setItem(DRAFT, text);
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // Storage is switched off: the browser's own form memory has to do.
  }
}

function read() {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}

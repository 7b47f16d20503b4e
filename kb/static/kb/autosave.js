// Keeps what is typed into an editor's form in this browser, so that neither a closed tab nor
// an expired login loses it. Offered back when the same page is opened again; saving clears it.
const form = document.querySelector("#article_form, #term_form");
if (form) {
  const key = `draft:${location.pathname}`;
  const fields = () => [...form.querySelectorAll("textarea, input[type=text]")].filter((f) => f.name);
  const number = form.querySelector("[name=edited_from]");
  const read = () => Object.fromEntries(fields().map((field) => [field.name, field.value]));
  const stored = JSON.parse(localStorage.getItem(key) || "null");
  const differs = stored && Object.entries(stored.values).some(([name, value]) => {
    const field = form.elements.namedItem(name);
    return field && "value" in field && field.value !== value;
  });

  if (differs) {
    const note = document.createElement("p");
    note.className = "errornote";
    const stale = number && stored.number !== number.value ? " The page has been saved by somebody since." : "";
    note.append(`Unsaved text of ${new Date(stored.at).toLocaleString()} was kept in this browser.${stale} `);
    for (const [words, act] of [["Bring it back", restore], ["Forget it", forget]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => { act(); note.remove(); });
      note.append(button, " ");
    }
    form.prepend(note);
  }

  function restore() {
    for (const [name, value] of Object.entries(stored.values)) {
      const field = form.elements.namedItem(name);
      if (field && "value" in field) field.value = value;
    }
  }

  function forget() {
    localStorage.removeItem(key);
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const draft = { at: Date.now(), number: number && number.value, values: read() };
      localStorage.setItem(key, JSON.stringify(draft));
    }, 800);
  });
  // A successful save leads away from this page or shows its message; only then is it forgotten.
  if (document.querySelector(".messagelist .success")) forget();
}

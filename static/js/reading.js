// While one reads: the section in view is marked in the contents, the marks of terms can be
// switched off, and a report of an error brings the words that are selected and their section.
const KEY = "plain-terms";

const entries = new Map(
  [...document.querySelectorAll(".contents a[href^='#']")].map((link) => [link.hash.slice(1), link]),
);
const headings = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);

function mark() {
  const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
  const here = above.at(-1)?.id;
  for (const [id, link] of entries) {
    if (id === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (headings.length) {
  new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" }).observe(headings[0]);
  for (const heading of headings.slice(1)) {
    new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" }).observe(heading);
  }
}

const box = document.querySelector(".terms-used");
if (box && document.querySelector("a.term")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Read without marks on terms";
  const show = (isPlain) => {
    document.documentElement.classList.toggle("plain-terms", isPlain);
    button.setAttribute("aria-pressed", String(isPlain));
  };
  button.addEventListener("click", () => {
    const isPlain = button.getAttribute("aria-pressed") !== "true";
    show(isPlain);
    try {
      if (isPlain) localStorage.setItem(KEY, "1");
      else localStorage.removeItem(KEY);
    } catch { /* a browser may refuse to remember; the page obeys all the same */ }
  });
  let kept = false;
  try { kept = localStorage.getItem(KEY) === "1"; } catch { /* as above */ }
  show(kept);
  box.querySelector("h2").after(button);
}

const report = document.querySelector("a[data-report]");
if (report) {
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const words = chosen.toString().trim().replace(/\s+/g, " ").slice(0, 300);
    const within = chosen.anchorNode && document.querySelector(".answer > .body, .short-answer")
      && [...document.querySelectorAll(".answer > .body, .short-answer")].find((part) => part.contains(chosen.anchorNode));
    // A click on the link itself empties the selection; what was chosen last still counts.
    if (!words || !within) return;
    const before = headings.filter(
      (heading) => heading.compareDocumentPosition(chosen.anchorNode) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    const address = new URL(report.href);
    address.searchParams.set("quote", words);
    address.searchParams.set("anchor", before.at(-1)?.id ?? "");
    report.href = address.href;
    report.textContent = "Report an error in the words you selected";
  });
}

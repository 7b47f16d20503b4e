// A card beside a term, a citation or a link to another answer: opens on hover, focus and tap, can
// be entered, closes with Escape. Its text is on the page already (#term-…, #ref-…), or comes from
// the address that the link leads to. Without script each is a plain link.
const CARDED = 'a.term[data-term], a.cite[href^="#ref-"], .body a[href^="/ask/"]';
const OPEN_AFTER = 250;
const CLOSE_AFTER = 300;
const fetched = new Map();
let card, owner, waiting;

for (const event of ["pointerover", "focusin"]) document.addEventListener(event, enter);
for (const event of ["pointerout", "focusout"]) document.addEventListener(event, leave);
document.addEventListener("click", tap);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && card) {
    const focused = card.contains(document.activeElement);
    const from = owner;
    close();
    if (focused) from.focus({ preventScroll: true });
  }
});

// What scrolls sideways must be reachable by keyboard.
for (const wide of document.querySelectorAll("math[display=block], pre, .formula")) {
  if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}

function enter(event) {
  if (card?.contains(event.target)) return clearTimeout(waiting);
  const term = carded(event.target);
  if (!term || event.pointerType === "touch") return undefined;
  clearTimeout(waiting);
  if (term !== owner) waiting = setTimeout(() => open(term), OPEN_AFTER);
  return undefined;
}

function leave(event) {
  if (!carded(event.target) && !event.target.closest?.(".hover-card")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (!card?.contains(document.activeElement)) close();
  }, CLOSE_AFTER);
}

// The first tap opens the card, a second one follows the link.
function tap(event) {
  const term = carded(event.target);
  if (term && event.pointerType === "touch" && term !== owner) {
    event.preventDefault();
    open(term);
  } else if (card && !term && !card.contains(event.target)) {
    close();
  }
}

async function open(term) {
  close();
  owner = term;
  const content = await meaning(term);
  if (!content || owner !== term) return;
  card = document.createElement("aside");
  card.className = "hover-card";
  card.id = "hover-card";
  card.setAttribute("aria-label", term.textContent);
  card.append(content);
  // Next in reading order, so that Tab leads into it; never inside a paragraph's own layout.
  (term.closest("p, li, dd, td, th") ?? term).after(card);
  term.setAttribute("aria-expanded", "true");
  term.setAttribute("aria-controls", card.id);
  put(term);
}

function put(term) {
  const box = term.getBoundingClientRect();
  const base = (card.offsetParent ?? document.body).getBoundingClientRect();
  const room = document.documentElement.clientWidth - card.offsetWidth - 16;
  const below = box.bottom + card.offsetHeight + 8 < innerHeight || box.top < card.offsetHeight;
  const top = below ? box.bottom + 6 : box.top - card.offsetHeight - 6;
  card.style.left = `${Math.max(16, Math.min(box.left, room)) - base.left}px`;
  card.style.top = `${top - base.top}px`;
}

function close() {
  clearTimeout(waiting);
  owner?.removeAttribute("aria-expanded");
  owner?.removeAttribute("aria-controls");
  card?.remove();
  card = owner = undefined;
}

function carded(target) {
  const link = target.closest?.(CARDED);
  return link && !link.closest(".hover-card") && (link.matches(".term, .cite") || /^\/ask\/[a-z0-9-]+\/$/.test(link.pathname))
    ? link : undefined;
}

async function meaning(link) {
  const here = document.getElementById(link.dataset.term ? `term-${link.dataset.term}` : link.hash.slice(1));
  if (here && link.matches(".term, .cite")) {
    const copy = document.createElement(link.dataset.term ? "dl" : "div");
    copy.append(...[...here.childNodes].map((child) => child.cloneNode(true)));
    for (const back of copy.querySelectorAll(".backref")) back.remove();
    return copy;
  }
  const address = `${link.pathname}card`;
  try {
    if (!fetched.has(address)) {
      const answer = await fetch(address);
      fetched.set(address, answer.ok ? await answer.text() : "");
    }
  } catch {
    return undefined;
  }
  const parsed = new DOMParser().parseFromString(fetched.get(address), "text/html");
  const found = document.createElement("div");
  found.append(...parsed.body.childNodes);
  return found.textContent.trim() ? found : undefined;
}

// Numbers in the form that the reader's browser writes them, for who asks for it. The pages are
// English and are sent with 1,234.5; a button in the footer shows 1.234,5 (or 1 234,5, or
// 12,34,567.8 …) instead, on every page from then on. Only what is shown changes: addresses, code,
// values in forms and the digits that are copied or downloaded by programs stay plain.
const KEY = "number-form";
const NUMBER = /(?<![\p{L}\d.,/:@#-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\p{L}\d/]|[.,:-]\d)/gu;
const KEEP = "code, pre, kbd, samp, math, script, style, textarea, select, [translate=no], .references, .citation-text, .cite-this";

const language = navigator.languages?.[0] ?? navigator.language;
const local = (plain, grouped) => {
  const decimals = (plain.split(".")[1] ?? "").length;
  return new Intl.NumberFormat(language, {
    numberingSystem: "latn",
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: grouped,
  }).format(plain);
};
const differs = () => local("1234567.5", true) !== "1,234,567.5";

// What each text said in English and what it was last made to say.
const changed = new Map();

function translated(text) {
  return text.replace(NUMBER, (all, whole, rest = "") => {
    const grouped = whole.includes(",");
    if (!grouped && !rest) return all;
    if (rest.length > 20) return all;
    return local(whole.replaceAll(",", "") + rest, grouped);
  });
}

function rewrite(node) {
  const before = changed.get(node);
  if (before?.now === node.data || !/\d[.,]\d/.test(node.data)) return;
  if (node.parentElement?.closest(KEEP)) return;
  const was = node.data;
  const now = translated(was);
  if (now === was) return;
  changed.set(node, { was, now });
  node.data = now;
}

function texts(root) {
  if (root.nodeType === Node.TEXT_NODE) return [root];
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

const main = document.querySelector("main");
const watcher = new MutationObserver((records) => {
  for (const record of records) {
    if (record.type === "characterData") rewrite(record.target);
    for (const node of record.addedNodes) texts(node).forEach(rewrite);
  }
});

function show(isLocal) {
  if (isLocal) {
    document.documentElement.dataset.decimal = local("0.5", false)[1];
    texts(main).forEach(rewrite);
    watcher.observe(main, { subtree: true, childList: true, characterData: true });
    return;
  }
  watcher.disconnect();
  delete document.documentElement.dataset.decimal;
  for (const [node, { was, now }] of changed) if (node.data === now) node.data = was;
  changed.clear();
}

function remember(isLocal) {
  try {
    if (isLocal) localStorage.setItem(KEY, "local");
    else localStorage.removeItem(KEY);
  } catch { /* a browser may refuse to remember; the page obeys all the same */ }
}

function remembered() {
  try { return localStorage.getItem(KEY) === "local"; } catch { return false; }
}

const footer = document.querySelector(".site-footer nav ul");
if (main && footer && differs()) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet small";
  button.textContent = `Write numbers as ${local("1234567.5", true)}`;
  const press = (isLocal) => {
    button.setAttribute("aria-pressed", String(isLocal));
    show(isLocal);
  };
  button.addEventListener("click", () => {
    const isLocal = button.getAttribute("aria-pressed") !== "true";
    press(isLocal);
    remember(isLocal);
  });
  const entry = document.createElement("li");
  entry.append(button);
  footer.append(entry);
  press(remembered());
}

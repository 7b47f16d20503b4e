// A cross-hair that reads a chart's values: by mouse, touch and arrow keys. The values come
// from the table under the chart, so nothing is loaded twice; without script the table remains.
const ready = new WeakSet();

function attach(root = document) {
  for (const figure of root.querySelectorAll("figure[data-chart]")) {
    if (!ready.has(figure)) {
      ready.add(figure);
      read(figure);
    }
  }
}

function read(figure) {
  const charts = [...figure.querySelectorAll("svg.chart")];
  const table = figure.querySelector("table");
  if (!charts.length || !table) return;
  const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const isMap = charts[0].dataset.kind === "heatmap";
  const stops = isMap ? cells(table, heads) : rows(table, heads, charts[0]);
  if (stops.length < 2) return;

  const line = document.createElement("div");
  line.className = "reading";
  line.tabIndex = 0;
  line.setAttribute("role", "slider");
  line.setAttribute("aria-label", `Read the values: ${figure.querySelector("figcaption").textContent}`);
  line.setAttribute("aria-valuemin", "1");
  line.setAttribute("aria-valuemax", String(stops.length));
  line.setAttribute("aria-valuenow", "1");
  line.setAttribute("aria-valuetext", "Arrow keys read the values");
  line.textContent = "Point at the chart, or focus here and use the arrow keys, to read its values.";
  figure.querySelector("details").before(line);
  const hairs = charts.map((svg) => {
    const hair = document.createElementNS(svg.namespaceURI, isMap ? "rect" : "line");
    hair.setAttribute("class", isMap ? "hit" : "hair");
    hair.setAttribute("visibility", "hidden");
    svg.append(hair);
    return hair;
  });
  let at = -1;

  const show = (index) => {
    at = Math.max(0, Math.min(stops.length - 1, index));
    const stop = stops[at];
    line.textContent = stop.text;
    line.setAttribute("aria-valuenow", String(at + 1));
    line.setAttribute("aria-valuetext", stop.text);
    charts.forEach((svg, i) => place(svg, hairs[i], stop));
  };

  const step = isMap ? heads.length - 1 : 1;
  line.addEventListener("keydown", (event) => {
    const moves = {
      ArrowRight: 1, ArrowLeft: -1, ArrowUp: isMap ? -step : 1, ArrowDown: isMap ? step : -1,
      PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    show(at < 0 ? 0 : at + moves[event.key]);
  });
  for (const svg of charts) {
    const follow = (event) => {
      const box = svg.getBoundingClientRect();
      const view = svg.viewBox.baseVal;
      const x = ((event.clientX - box.left) / box.width) * view.width;
      const y = ((event.clientY - box.top) / box.height) * view.height;
      show(nearest(svg, stops, x, y));
    };
    svg.addEventListener("pointermove", follow);
    svg.addEventListener("pointerdown", follow);
  }
}

function rows(table, heads, svg) {
  if (!("xLo" in svg.dataset)) return [];
  return [...table.querySelectorAll("tbody tr[data-x]")].map((row) => ({
    x: Number(row.dataset.x),
    text: [...row.children].map((cell, i) => `${heads[i]} ${cell.textContent.trim()}`).join(" · "),
  }));
}

function cells(table, heads) {
  const lines = [...table.querySelectorAll("tbody tr")];
  return lines.flatMap((row, j) => [...row.children].slice(1).map((cell, i) => ({
    column: (i + 0.5) / (heads.length - 1),
    row: (j + 0.5) / lines.length,
    wide: 1 / (heads.length - 1),
    high: 1 / lines.length,
    text: `${heads[i + 1]}, ${row.children[0].textContent.trim()}: ${cell.textContent.trim()}`,
  })));
}

function frame(svg) {
  const { left, right, top, bottom } = svg.dataset;
  return { left: +left, right: +right, top: +top, bottom: +bottom };
}

function across(svg, stop) {
  const { left, right } = frame(svg);
  if ("column" in stop) return left + stop.column * (right - left);
  const { xLo, xHi } = svg.dataset;
  return left + ((stop.x - xLo) / (xHi - xLo)) * (right - left);
}

function nearest(svg, stops, x, y) {
  const { top, bottom } = frame(svg);
  const far = (stop) => Math.abs(across(svg, stop) - x)
    + ("row" in stop ? Math.abs(top + stop.row * (bottom - top) - y) : 0);
  return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
}

function place(svg, hair, stop) {
  const { left, right, top, bottom } = frame(svg);
  const x = across(svg, stop);
  const sides = "row" in stop
    ? {
      x: x - (stop.wide * (right - left)) / 2,
      y: top + (stop.row - stop.high / 2) * (bottom - top),
      width: stop.wide * (right - left),
      height: stop.high * (bottom - top),
    }
    : { x1: x, x2: x, y1: top, y2: bottom };
  for (const [name, value] of Object.entries(sides)) hair.setAttribute(name, value);
  hair.setAttribute("visibility", "visible");
}

attach();
document.addEventListener("content-added", () => attach());

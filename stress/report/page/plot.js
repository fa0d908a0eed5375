// Curves as SVG in a box, linear or logarithmic, with the value under the pointer or the arrow keys.
"use strict";
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7f6a00", "#888888"];
const SVG = "http://www.w3.org/2000/svg";

const drawn = (name, attributes, text) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
};

const ticksOf = (low, high, log) => {
  if (log) {
    const found = [];
    for (let k = Math.ceil(Math.log10(low)); 10 ** k <= high * 1.0001; k += 1) found.push(10 ** k);
    if (found.length > 1) return found;
  }
  const raw = (high - low) / 4, size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw);
  const found = [];
  for (let x = Math.ceil(low / step - 1e-9) * step; x <= high + 1e-9 * step; x += step) found.push(x);
  return found;
};

// series: [{name, x, y, colour, low, high}], low and high, the ends of a band, where there is one; how: {log, sayX, sayY,
// mark}. Values at or below 0 have no place on a log axis.
const plot = (box, series, how) => {
  const [width, height, left, right, top, bottom] = [480, 260, 62, 24, 10 + 15 * Math.ceil(series.length / 3), 26];
  const kept = series.map((s) => ({ ...s, points: s.x.map((x, k) => [x, s.y[k]])
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && !(how.log && y <= 0)) }));
  const all = kept.flatMap((s) => s.points);
  const ends = kept.flatMap((s) => [...(how.log ? [] : s.low ?? []), ...(s.high ?? [])]).filter((y) => y > 0 || !how.log);
  box.replaceChildren();
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%" });
  box.append(svg);
  if (!all.length) {
    svg.append(drawn("text", { x: left, y: height / 2 }, how.log ? "nothing above 0" : "nothing to draw"));
    return;
  }
  const [xs, ys] = [all.map((p) => p[0]), [...all.map((p) => p[1]), ...ends]];
  let [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  if (!how.log && y0 > 0 && y0 < 0.5 * y1) y0 = 0;
  if (y1 - y0 < 1e-9 * Math.max(Math.abs(y1), 1e-6)) [y0, y1] = how.log ? [y0 / 2, y1 * 2] : [y0 - 1e-4, y1 + 1e-4];
  if (x1 === x0) x1 = x0 + 1;
  const scale = how.log ? Math.log : (v) => v;
  const atX = (x) => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const atY = (y) => height - bottom - ((scale(y) - scale(y0)) / (scale(y1) - scale(y0))) * (height - top - bottom);
  for (const y of ticksOf(y0, y1, how.log)) {
    svg.append(drawn("line", { x1: left, x2: width - right, y1: atY(y), y2: atY(y), class: "grid" }));
    svg.append(drawn("text", { x: left - 6, y: atY(y) + 4, "text-anchor": "end" }, how.sayY(y)));
  }
  for (const x of ticksOf(x0, x1, false))
    svg.append(drawn("text", { x: atX(x), y: height - 8, "text-anchor": "middle" }, how.sayX(x)));
  if (how.mark !== undefined) svg.append(drawn("line", { x1: atX(how.mark), x2: atX(how.mark), y1: top, y2: height - bottom, class: "mark" }));
  kept.forEach((s, k) => {
    if (s.low) {
      const edge = (side) => s.x.map((x, j) => `${atX(x).toFixed(1)},${atY(Math.min(Math.max(side[j], y0), y1)).toFixed(1)}`);
      const around = [...edge(s.low), ...edge(s.high).reverse()].join(" ");
      svg.append(drawn("polygon", { points: around, fill: s.colour, "fill-opacity": 0.14, class: "band", "data-name": s.name }));
    }
    const path = s.points.map(([x, y]) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(" ");
    svg.append(drawn("polyline", { points: path, fill: "none", stroke: s.colour, "stroke-width": 2, "data-name": s.name }));
    const [lx, ly] = [left + (k % 3) * 138, 12 + 15 * Math.floor(k / 3)];
    svg.append(drawn("line", { x1: lx, x2: lx + 16, y1: ly - 4, y2: ly - 4, stroke: s.colour, "stroke-width": 3 }));
    svg.append(drawn("text", { x: lx + 20, y: ly }, s.name.length > 18 ? `${s.name.slice(0, 17)}…` : s.name));
  });
  const dot = drawn("circle", { r: 4, class: "dot", visibility: "hidden" });
  svg.append(dot);
  const flat = kept.flatMap((s) => s.points.map(([x, y]) => ({ x, y, name: s.name })));
  let at = -1;
  const show = (k) => {
    at = Math.max(0, Math.min(flat.length - 1, k));
    const one = flat[at];
    dot.setAttribute("cx", atX(one.x));
    dot.setAttribute("cy", atY(one.y));
    dot.setAttribute("visibility", "visible");
    tip(box, `${one.name}: ${how.sayY(one.y)} at ${how.sayX(one.x)}`);
  };
  svg.addEventListener("pointermove", (event) => {
    const frame = svg.getBoundingClientRect(), size = width / frame.width;
    const [px, py] = [(event.clientX - frame.left) * size, (event.clientY - frame.top) * size];
    let best = Infinity, found = 0;
    flat.forEach((p, k) => {
      const d = (atX(p.x) - px) ** 2 + (atY(p.y) - py) ** 2;
      if (d < best) [best, found] = [d, k];
    });
    show(found);
  });
  box.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(at + step);
  };
};

// One line of text in the corner of a box, and for a reader of screens.
const tip = (box, text) => {
  let node = box.querySelector(".tip");
  if (!node) {
    node = document.createElement("div");
    node.className = "tip";
    node.setAttribute("role", "status");
    box.append(node);
  }
  node.textContent = text;
};

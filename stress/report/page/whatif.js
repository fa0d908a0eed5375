// Sliders over surfaces that were laid through points: every number is read here as `stress.answers.whatif` reads it.
"use strict";
(() => {
  const told = JSON.parse(document.getElementById("data").textContent);
  const sliders = told.axes.map((_, k) => document.getElementById(`axis${k}`));
  const start = told.axes.map((axis) => axis.start);
  let now = [...start];

  const valueOf = (axis, u) => (axis.even ? axis.low + u * (axis.high - axis.low) : axis.low * (axis.high / axis.low) ** u);
  const moved = (axis, x) => (axis.how + String(x)).replace("+ -", "\u2212 ");
  const shownAt = (axis, u) => moved(axis, Number(valueOf(axis, u).toPrecision(4)));

  const nearOf = (where) => {
    const far = told.place.map((p, k) => [p.reduce((sum, x, j) => sum + (x - where[j]) ** 2, 0), k]);
    far.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return far.slice(0, far[0][0] < 1e-18 ? 1 : told.near); // at a point that was run nothing is interpolated
  };
  const splineAt = (s, where) => {
    const n = told.place.length;
    let sum = s.weight[n];
    where.forEach((x, j) => { sum += s.weight[n + 1 + j] * x; });
    told.place.forEach((p, k) => { sum += s.weight[k] * Math.hypot(...p.map((x, j) => x - where[j])) ** s.power; });
    return Math.min(Math.max(sum, s.least), s.most === null ? Infinity : s.most);
  };
  const root = (values) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  const read = (s, where, near) => {
    const at = near.map(([, k]) => k);
    const share = s.least === 0 && s.unit === "1";
    const unseen = share && at.every((k) => s.value[k] === 0);
    const whole = share && s.note && at.every((k) => s.value[k] >= 1);
    return {
      value: splineAt(s, where),
      error: root(at.map((k) => s.error[k])),
      between: near.length > 1 ? root(at.map((k) => s.missed[k])) : 0,
      bound: unseen ? Math.max(...at.map((k) => s.bound[k])) : NaN,
      floor: whole ? Math.min(...at.map((k) => s.floor[k])) : NaN,
    };
  };

  const EDGE = 1e-6; // what a surface through points at an end of the search may stray from it by rounding
  const number = (x, unit, size) => {
    if (unit !== "1") return `${x.toFixed(2)}${unit === "x" ? " ×" : " y"}`;
    return (size >= 0.00995 ? `${(100 * x).toFixed(2)}%` : `${(1e4 * x).toFixed(1)} bp`).replace(/-/g, "−");
  };
  const atLeast = (low) => { // rounded down, with the nines that it has
    const digits = low < 0.9999 ? 2 : Math.min(9, Math.ceil(-Math.log10(1 - low)) - 2);
    return `${(Math.floor(low * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)}%`;
  };
  const sizeOf = (s) => Math.max(...s.value.map(Math.abs)) || Math.max(...s.bound);
  const said = (s, r) => {
    const size = sizeOf(s);
    if (r.bound >= s.most) return ["0", "too few paths for a bound"];
    if (r.bound > 0) return [`< ${number(r.bound, s.unit, size)}`, "none seen"];
    if (r.floor < 1) return [`> ${atLeast(r.floor)}`, "on every path"];
    if (s.unit === "x" && r.value >= s.most * (1 - EDGE)) return [`> ${s.most} ×`, ""];
    if (s.unit === "x" && r.value <= s.least * (1 + EDGE)) return [`< ${s.least} ×`, ""];
    const bare = (x) => number(x, s.unit, size).split(" ")[0].replace("%", "");
    return [number(r.value, s.unit, size), `± ${bare(r.error)} · ± ${bare(r.between)}`];
  };

  const fill = () => {
    const near = nearOf(now);
    for (const cell of document.querySelectorAll("[data-surface]")) {
      const s = told.surfaces[Number(cell.dataset.surface)];
      const [value, errors] = said(s, read(s, now, near));
      cell.querySelector(".value").textContent = value;
      cell.querySelector("small").textContent = errors;
    }
    told.axes.forEach((axis, k) => {
      const text = shownAt(axis, now[k]);
      document.getElementById(`at${k}`).textContent = text;
      sliders[k].setAttribute("aria-valuetext", `${axis.name} ${text}`);
    });
    curves();
  };

  const curves = () => {
    const measure = document.getElementById("measure").value;
    const chosen = [...document.querySelectorAll(".note-chosen:checked")].map((box) => box.value);
    const notes = [...document.querySelectorAll(".note-chosen")].map((box) => box.value);
    const shown = told.surfaces.filter((s) => s.measure === measure && (!s.note || chosen.includes(s.note)));
    told.axes.forEach((axis, j) => {
      const steps = Array.from({ length: 41 }, (_, k) => k / 40);
      const places = steps.map((u) => now.map((x, k) => (k === j ? u : x)));
      const near = places.map(nearOf);
      const series = shown.map((s) => {
        const reads = places.map((where, k) => read(s, where, near[k]));
        const within = (y) => Math.min(Math.max(y, s.least), s.most === null ? Infinity : s.most);
        const spread = reads.map((r) => Math.hypot(r.error, r.between));
        return {
          name: s.note || "pool",
          colour: COLOURS[Math.max(notes.indexOf(s.note), 0) % COLOURS.length],
          x: steps.map((u) => valueOf(axis, u)),
          y: reads.map((r) => r.value),
          low: reads.map((r, k) => within(r.value - spread[k])),
          high: reads.map((r, k) => within(r.value + spread[k])),
        };
      });
      const unit = shown.length ? shown[0].unit : "1", log = document.getElementById("log").checked;
      const size = Math.max(...series.flatMap((one) => one.y.map(Math.abs)));
      plot(document.getElementById(`curve${j}`), series, {
        log,
        sayX: (x) => moved(axis, Number(x.toPrecision(3))),
        sayY: (y) => (y === 0 ? "0" : number(y, unit, log ? Math.abs(y) : size)),
        mark: valueOf(axis, now[j]),
      });
    });
  };

  for (const node of document.querySelectorAll(".live")) node.hidden = false;
  sliders.forEach((slider, k) => slider.addEventListener("input", () => {
    now[k] = Math.abs(Number(slider.value) - start[k]) < 0.005 ? start[k] : Number(slider.value);
    fill();
  }));
  document.querySelector("form.sliders").addEventListener("reset", (event) => {
    event.preventDefault();
    now = [...start];
    sliders.forEach((slider, k) => { slider.value = start[k]; });
    fill();
  });
  for (const node of document.querySelectorAll("#measure, #log, .note-chosen")) node.addEventListener("change", curves);
  fill();
})();

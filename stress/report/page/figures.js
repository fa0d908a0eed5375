// Figures of a report: the value under the pointer or the arrow keys, and any panel drawn anew with what one chooses.
"use strict";
(() => {
  const said = (axis, v) => {
    if (axis.names) {
      const near = axis.names.reduce((a, b) => (Math.abs(b[0] - v) < Math.abs(a[0] - v) ? b : a));
      return near[1];
    }
    const most = Math.max(...axis.ends.map(Math.abs)), reach = Math.abs(axis.ends[1] - axis.ends[0]);
    const digits = axis.log ? 4 : Math.min(12, 4 + Math.max(0, Math.ceil(Math.log10(most / reach)) - 1)); // 2014.25 of few years
    const text = String(Number((axis.percent ? 100 * v : v).toPrecision(digits)));
    return `${text}${axis.percent ? "%" : ""}`.replace("-", "−");
  };
  const share = (axis, v) => {
    const [low, high] = axis.ends, scale = axis.log ? Math.log : (x) => x;
    return (scale(v) - scale(low)) / (scale(high) - scale(low));
  };
  const flat = (panels) => panels.flatMap((panel) => panel.series.flatMap((s) => s.x.map((x, k) => {
    const [u, v] = [share(panel.x, x), share(panel.y, s.y[k])], [left, top, right, bottom] = panel.box;
    return { panel, s, k, x, y: s.y[k], at: [left + u * (right - left), bottom - v * (bottom - top)], inside: u >= -0.01 && u <= 1.01 && v >= -0.01 && v <= 1.01 };
  }))).filter((p) => p.inside);
  const words = (p) => {
    const head = [p.panel.title, p.s.name].filter(Boolean).join(", ");
    const value = p.s.text ? p.s.text[p.k].replace(/\s+/g, " ") : said(p.panel.y, p.y);
    const where = p.s.text && p.panel.y.names ? `${said(p.panel.y, p.y)}, ${said(p.panel.x, p.x)}` : said(p.panel.x, p.x);
    return `${head ? `${head}: ` : ""}${value} at ${where}`;
  };

  const anew = (figure, panels) => {
    const drawable = panels.map((panel) => ({ ...panel, series: panel.series.filter((s) => !s.text && s.x.length > 1) }))
      .filter((panel) => panel.series.length);
    if (!drawable.length) return;
    const details = document.createElement("details");
    details.className = "anew";
    const summary = document.createElement("summary");
    summary.textContent = "Choose and draw anew";
    const [choose, box] = [document.createElement("div"), document.createElement("div")];
    [choose.className, box.className, box.tabIndex] = ["choose", "drawn", 0];
    details.append(summary, choose, box);
    const select = document.createElement("select");
    select.setAttribute("aria-label", "Panel");
    drawable.forEach((panel, k) => select.add(new Option(panel.title || `panel ${k + 1}`, String(k))));
    const log = document.createElement("input");
    log.type = "checkbox";
    const logLabel = document.createElement("label");
    logLabel.append(log, " logarithmic");
    const list = document.createElement("fieldset");
    choose.append(...(drawable.length > 1 ? [select] : []), logLabel, list);
    const draw = () => {
      const panel = drawable[Number(select.value)];
      const chosen = [...list.querySelectorAll("input:checked")].map((input) => Number(input.value));
      plot(box, chosen.map((k) => ({ ...panel.series[k], name: panel.series[k].name || `series ${k + 1}`, colour: COLOURS[k % COLOURS.length] })), {
        log: log.checked, sayX: (x) => said(panel.x, x), sayY: (y) => said(panel.y, y),
      });
    };
    const fill = () => {
      const panel = drawable[Number(select.value)];
      log.checked = Boolean(panel.y.log);
      list.replaceChildren(...panel.series.map((s, k) => {
        const [label, input] = [document.createElement("label"), document.createElement("input")];
        [input.type, input.checked, input.value] = ["checkbox", true, String(k)];
        label.append(input, ` ${s.name || `series ${k + 1}`}`);
        return label;
      }));
      draw();
    };
    select.addEventListener("change", fill);
    log.addEventListener("change", draw);
    list.addEventListener("change", draw);
    details.addEventListener("toggle", () => { if (details.open && !box.firstChild) fill(); });
    figure.append(details);
  };

  for (const svg of document.querySelectorAll("svg[data-panels]")) {
    const panels = JSON.parse(svg.dataset.panels), box = svg.parentElement;
    let points, at = -1;
    const known = () => { points = points || flat(panels); return points; };
    const show = (k) => {
      at = Math.max(0, Math.min(known().length - 1, k));
      const p = points[at];
      tip(box, words(p));
      let dot = svg.querySelector(".dot");
      if (!dot) {
        dot = drawn("circle", { class: "dot" });
        svg.append(dot);
      }
      const view = svg.viewBox.baseVal;
      for (const [key, value] of Object.entries({ cx: p.at[0] * view.width, cy: p.at[1] * view.height, r: view.width / 230 })) dot.setAttribute(key, value);
    };
    box.tabIndex = 0;
    svg.addEventListener("pointermove", (event) => {
      const frame = svg.getBoundingClientRect();
      const [px, py] = [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height];
      const within = panels.find(({ box: [l, t, r, b] }) => px >= l && px <= r && py >= t && py <= b);
      if (!within) return;
      let best = Infinity, found = -1;
      known().forEach((p, k) => {
        if (p.panel !== within) return;
        const d = ((p.at[0] - px) * frame.width) ** 2 + ((p.at[1] - py) * frame.height) ** 2;
        if (d < best) [best, found] = [d, k];
      });
      if (found >= 0) show(found);
    });
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show(at + step);
    });
    anew(svg.closest("figure") || box, panels);
  }

  // Scenarios and notes that one wants to see: rows of tables and chapters of notes.
  const bar = document.getElementById("chosen");
  if (!bar) return;
  bar.hidden = false;
  const unchosen = (kind) => new Set([...bar.querySelectorAll(`input[name=${kind}]:not(:checked)`)].map((input) => input.value));
  bar.addEventListener("change", () => {
    const [scenarios, notes] = [unchosen("scenario"), unchosen("note")];
    for (const row of document.querySelectorAll("main tbody tr")) {
      const head = row.querySelector("th[scope=row]");
      const name = head && head.firstChild ? head.firstChild.textContent.trim() : "";
      if (!row.closest(".tree")) row.hidden = scenarios.has(name) || notes.has(name);
    }
    for (const part of document.querySelectorAll("[data-note]")) part.hidden = notes.has(part.dataset.note);
  });
})();

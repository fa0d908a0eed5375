// Tables of a page: sort by a column, copy as CSV. Nothing here is needed to read them.
"use strict";
(() => {
  const number = (text) => {
    const found = /[−-]?\d[\d,]*\.?\d*(e[−-]?\d+)?/.exec(text);
    if (!found) return NaN;
    const value = Number(found[0].replace("−", "-").replace(/,/g, ""));
    return /^\S+.*%/.test(text) ? 100 * value : value; // basis points beside percent
  };
  const cellsOf = (row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim());

  const sort = (table, column, head) => {
    const down = head.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, at) => [cellsOf(row)[column] || "", row, at]);
    const numeric = rows.filter(([text]) => Number.isFinite(number(text))).length * 2 > rows.length;
    const order = (a, b) => {
      if (!numeric) return a[0].localeCompare(b[0]);
      const [x, y] = [number(a[0]), number(b[0])];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || 0;
      return x - y;
    };
    rows.sort((a, b) => (down ? -1 : 1) * order(a, b) || a[2] - b[2]);
    for (const [, row] of rows) body.append(row);
  };

  const csv = (table) => [...table.rows].filter((row) => !row.hidden)
    .map((row) => cellsOf(row).map((text) => `"${(/^[=+@\t-]/.test(text) ? "'" : "") + text.replace(/"/g, '""')}"`).join(",")).join("\r\n");

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  for (const table of document.querySelectorAll(".scroll > table")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy as CSV";
    button.addEventListener("click", async () => {
      button.textContent = (await copy(csv(table))) ? "Copied" : "Not allowed here";
      setTimeout(() => { button.textContent = "Copy as CSV"; }, 1500);
    });
    table.parentElement.after(button);
    if (!table.tHead || table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      head.tabIndex = 0;
      head.classList.add("sorts");
      head.addEventListener("click", () => sort(table, column, head));
      head.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        sort(table, column, head);
      });
    });
  }
})();

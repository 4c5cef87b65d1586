"use strict";
(() => {
  const AT_ONCE = 1000; // more rows than a person looks through make a browser slow
  const STEP = 100; // rows that a browser lays out in a blink
  const find = (name) => document.querySelector(`[data-is="${name}"]`);
  const table = find("table");
  const [head, body] = [table.tHead.rows[0], table.tBodies[0]];
  const rows = [...body.rows];
  const [text, mark, told, none, more] = ["text", "mark", "told", "none", "more"].map(find);
  const { compare } = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const words = new Map();
  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.normalize("NFKC").toLowerCase());
    return words.get(row);
  };
  const keyOf = {
    text: (cell) => cell.textContent.trim(),
    number: (cell) => Number.parseFloat(cell.textContent.replace("−", "-")) || 0,
  };
  const inOrder = { text: compare, number: (one, other) => one - other };

  // What can be seen at once comes at once, and the rest in steps that nobody waits for.
  let latest;
  const fill = (shown) => {
    latest = shown;
    const there = body.children;
    if (shown.length === there.length && shown.every((row, i) => row === there[i])) return;
    body.replaceChildren(...shown.slice(0, STEP));
    const add = (from) => {
      if (latest !== shown || from >= shown.length) return;
      body.append(...shown.slice(from, from + STEP));
      setTimeout(add, 0, from + STEP);
    };
    setTimeout(add, 0, STEP);
  };

  let sorted = rows;
  const show = (limit = AT_ONCE) => {
    const wanted = text.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const found = sorted.filter((row) =>
      (mark.value === "all" || row.classList.contains(`as-${mark.value}`)) &&
      wanted.every((word) => wordsOf(row).includes(word)));
    const shown = found.slice(0, limit);
    fill(shown);
    none.hidden = found.length > 0;
    more.hidden = shown.length === found.length;
    more.textContent = more.dataset.text.replace("{count}", found.length);
    told.textContent = told.dataset.text
      .replace("{shown}", shown.length).replace("{count}", rows.length);
  };

  const sort = (heading) => {
    const { sort: kind, first = "ascending" } = heading.dataset;
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = heading.getAttribute("aria-sort") === first ? other : first;
    for (const cell of head.cells) cell.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const keys = new Map(rows.map((row) => [row, keyOf[kind](row.cells[heading.cellIndex])]));
    sorted = [...rows].sort((a, b) => sign * inOrder[kind](keys.get(a), keys.get(b)));
    show();
  };

  for (const heading of head.cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading));
    heading.append(button);
  }
  text.addEventListener("input", () => show());
  mark.addEventListener("change", () => show());
  more.addEventListener("click", () => { show(Infinity); table.focus(); });
  find("filter").hidden = false;
  show();
})();

"use strict";
{
  const form = document.querySelector(".controls");
  const body = document.querySelector("tbody");
  const rows = [...body.rows];
  const line = document.querySelector(".shown");
  const all = line.textContent;
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const order = { key: "file", down: false };

  function choose() {
    const status = form.elements.status.value;
    const text = form.elements.text.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const fits = status === "all" || (status === "notes" ? "notes" in row.dataset : row.dataset.status === status);
      row.hidden = !(fits && texts.get(row).includes(text));
      count += !row.hidden;
    }
    line.textContent = count === rows.length ? all : `${count} of ${rows.length} files`;
  }

  function sort(key, down) {
    order.key = key;
    order.down = down;
    const sign = down ? -1 : 1;
    const first = (row) => Number(row.dataset[key]);
    const then = (row) => Number(row.dataset.file);
    rows.sort((a, b) => sign * (first(a) - first(b)) || then(a) - then(b));
    body.replaceChildren(...rows);
    for (const button of document.querySelectorAll("[data-sort]")) {
      const cell = button.closest("th");
      if (button.dataset.sort === key) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    form.elements.sort.value = key;
  }

  form.hidden = false; // without scripts it would do nothing
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.name === "sort") sort(event.target.value, !["file", "state"].includes(event.target.value));
    else choose();
  });
  for (const button of document.querySelectorAll("[data-sort]")) {
    const key = button.dataset.sort;
    const largest = !["file", "state"].includes(key);
    button.addEventListener("click", () => sort(key, order.key === key ? !order.down : largest));
  }
  choose();
}

// SPDX-License-Identifier: Apache-2.0

// Tables that sort by the heading that is clicked on, and the filter of the ratios.

"use strict";

function key(row, column) {
  const cell = row.cells[column];
  const number = parseFloat(cell.dataset.sort);
  return Number.isNaN(number) ? cell.textContent : number;
}

// Numbers come before words: a dash, where there is no figure, sorts last.
function compare(a, b) {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}

function sort(heading) {
  const body = heading.closest("table").tBodies[0];
  const column = heading.cellIndex;
  const ascending = heading.getAttribute("aria-sort") !== "ascending";
  for (const each of heading.parentNode.cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = Array.from(body.rows, (row) => [key(row, column), row]);
  rows.sort(([a], [b]) => (ascending ? compare(a, b) : compare(b, a)));
  body.append(...rows.map(([, row]) => row));
}

for (const heading of document.querySelectorAll("th")) {
  heading.addEventListener("click", () => sort(heading));
}

const words = document.getElementById("words");
const losing = document.getElementById("losing");

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/);
  for (const row of document.querySelectorAll("#rows tbody tr")) {
    const text = `${row.cells[0].textContent} ${row.cells[1].textContent}`;
    const named = wanted.every((word) => text.toLowerCase().includes(word));
    row.hidden = !named || (losing.checked && !row.classList.contains("lost"));
  }
}

words.addEventListener("input", filter);
losing.addEventListener("change", filter);

"use strict";

// Tables: sorting, finding; then everything is put together.

function prepareTables(show) {
  for (const button of document.querySelectorAll("button.sort")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }
  for (const button of document.querySelectorAll("button.frame")) {
    button.addEventListener("click", () => show(Number(button.dataset.frame)));
  }
}

/** Figures come with the largest first, names from A on; once more turns it round. */
function sortBy(head) {
  const index = head.cellIndex;
  const named = index === 0;
  const before = head.getAttribute("aria-sort");
  const order = before === null ? (named ? "ascending" : "descending") : before === "descending" ? "ascending" : "descending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const body = head.closest("table").tBodies[0];
  const key = (row) => (named ? row.cells[0].textContent : Number(row.cells[index].dataset.value));
  const compare = (a, b) => (named ? key(a).localeCompare(key(b)) : key(a) - key(b));
  const rows = [...body.rows].sort(compare);
  if (order === "descending") rows.reverse();
  body.append(...rows);
}

/** Hides the rows of names that do not fit; a table in which none fits stays as it is. */
function filterTables(found) {
  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    const fits = (row) => found === null || found(row.cells[0].textContent);
    const any = rows.some(fits);
    for (const row of rows) row.hidden = any && !fits(row);
    table.closest("section").hidden = found !== null && !any;
  }
}

/** The tags of the heap, below those of the frames. */
function showHeapLegend(timeline) {
  const legend = document.getElementById("heap-legend");
  for (const layer of timeline.heap) {
    const item = document.createElement("li");
    item.title = layer.name;
    const name = document.createElement("span");
    name.className = "tag";
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = `var(${layer.color})`;
    const text = document.createElement("span");
    text.textContent = layer.name;
    name.append(swatch, text);
    const { mean, max } = measure(layer.bytes);
    const figures = [mean, max].map((bytes) => {
      const figure = document.createElement("span");
      figure.textContent = sayBytes(bytes);
      return figure;
    });
    item.append(name, ...figures);
    legend.append(item);
  }
  document.getElementById("heap-side").hidden = timeline.heap.length === 0;
}

function prepareLegend(timeline, changed) {
  const legend = document.getElementById("legend");
  const entries = timeline.recording.tags.map((tag) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.title = tag.name;
    const name = document.createElement("span");
    name.className = "tag";
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    const text = document.createElement("span");
    text.textContent = tag.name;
    name.append(swatch, text);
    const figures = [tag.mean, tag.max].map((bytes) => {
      const figure = document.createElement("span");
      figure.textContent = sayBytes(bytes);
      return figure;
    });
    button.append(name, ...figures);
    button.addEventListener("click", () => {
      if (!timeline.chosen.delete(tag)) timeline.chosen.add(tag);
      changed();
    });
    item.append(button);
    legend.append(item);
    return { tag, item, button, swatch };
  });
  return () => {
    for (const { tag, item, button, swatch } of entries) {
      const color = timeline.colorOf(tag);
      swatch.style.background = color === null ? "transparent" : `var(${color})`;
      swatch.style.boxShadow = color === null ? "inset 0 0 0 1px var(--line)" : "none";
      button.setAttribute("aria-pressed", String(timeline.chosen.has(tag)));
      item.hidden = timeline.found !== null && !timeline.found(tag.name) && entries.some((entry) => timeline.found(entry.tag.name));
    }
  };
}

"use strict";

// Shows what `cargo fa watch` sends: a view as JSON, some ten times a second.
{
  const $ = (id) => document.getElementById(id);
  const counted = (value) => value.toLocaleString("en");

  // Three digits and a binary unit, as the terminal has them.
  const size = (value) => {
    const units = ["B", "KiB", "MiB", "GiB"];
    let unit = 0;
    while (Math.abs(value) >= 1023.5 && unit < units.length - 1) {
      value /= 1024;
      unit += 1;
    }
    const digits = unit === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return `${value.toFixed(digits)} ${units[unit]}`;
  };
  const time = (nanoseconds) => {
    const [value, unit] = nanoseconds < 1e6 ? [nanoseconds / 1e3, "µs"] : [nanoseconds / 1e6, "ms"];
    return `${value.toPrecision(3)} ${unit}`;
  };
  const percent = (part) => `${(part * 100).toFixed(1)} %`;
  const or = (show) => (value) => (value === null || value === undefined ? "-" : show(value));

  // Columns: what they are called, what a row has there, and how that is shown. Columns that say nothing are left out.
  const TABLES = {
    tags: [
      ["tag", (row) => row.name, String],
      ["bytes", (row) => row.bytes, size],
      ["peak", (row) => row.peak, size],
      ["heap live", (row) => row.heap?.live, or(size)],
      ["heap peak", (row) => row.heap?.peak, or(size)],
      ["heap blocks", (row) => row.heap?.blocks, or(counted)],
    ],
    systems: [
      ["system", (row) => row.name, String],
      ["bytes", (row) => row.bytes, size],
      ["peak", (row) => row.peak, size],
      ["calls", (row) => row.calls, counted],
      ["heap calls", (row) => row.heap_calls, or(counted)],
    ],
    budgets: [
      ["budget", (row) => row.name.replace(/^the /, ""), String],
      ["full", (row) => row.full, or(percent)],
      ["taken", (row) => row.used, or(size)],
      ["limit", (row) => row.limit, or(size)],
      ["peak", (row) => row.peak, or(size)],
      ["met", (row) => row.hits, counted],
      ["last", (row) => row.outcome, or(String)],
    ],
    pools: [
      ["pool", (row) => row.name, String],
      ["bytes", (row) => row.bytes, size],
      ["live", (row) => row.live, counted],
      ["high water", (row) => row.high_water, counted],
    ],
    events: [
      ["event", (row) => row.text, String],
      ["last frame", (row) => row.frame, counted],
      ["times", (row) => row.count, counted],
    ],
  };

  const sorting = Object.fromEntries(Object.keys(TABLES).map((name) => [name, { column: 1, down: true }]));
  let view = null;
  let paused = false;

  const element = (name, text) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const compare = (one, other) => {
    if (typeof one === "string" || typeof other === "string") return String(one ?? "").localeCompare(String(other ?? ""));
    return (one ?? -1) - (other ?? -1);
  };

  const weight = (row) => {
    if (row.hits > 0 || row.full >= 1) return "full";
    return row.full >= 0.8 ? "near" : "";
  };

  // The table of a section, made once; its rows are made anew.
  const drawTable = (name) => {
    const section = $(name);
    const words = $("filter").value.toLowerCase();
    const all = view[name];
    const columns = TABLES[name];
    const used = columns.map(([, of], at) => at < 2 || all.some((row) => (of(row) ?? null) !== null));
    const rows = all.filter((row) => (row.name ?? row.text).toLowerCase().includes(words));
    const { column, down } = sorting[name];
    const [, by] = columns[column];
    rows.sort((one, other) => compare(by(one), by(other)) * (down ? -1 : 1) || compare(one.name, other.name));
    section.hidden = all.length === 0;
    let table = section.querySelector("table");
    const shape = used.join();
    if (!table || table.dataset.shape !== shape) {
      table?.remove();
      table = element("table");
      table.dataset.shape = shape;
      const head = element("tr");
      columns.forEach(([title], at) => {
        if (!used[at]) return;
        const cell = element("th");
        const button = element("button", title);
        button.type = "button";
        button.addEventListener("click", () => {
          sorting[name] = { column: at, down: sorting[name].column === at ? !sorting[name].down : at > 0 };
          draw();
        });
        cell.scope = "col";
        cell.dataset.column = at;
        cell.append(button);
        head.append(cell);
      });
      table.append(element("thead"), element("tbody"));
      table.tHead.append(head);
      section.append(table);
    }
    for (const cell of table.tHead.rows[0].cells) {
      if (Number(cell.dataset.column) === column) cell.ariaSort = down ? "descending" : "ascending";
      else cell.removeAttribute("aria-sort");
    }
    table.tBodies[0].replaceChildren(
      ...rows.map((row) => {
        const line = element("tr");
        if (name === "budgets") line.className = weight(row);
        columns.forEach(([, of, show], at) => {
          if (used[at]) line.append(element("td", show(of(row))));
        });
        return line;
      }),
    );
  };

  const drawTimeline = (figures) => {
    const most = Math.max(1, ...figures);
    const first = 240 - figures.length;
    const steps = figures.map((bytes, at) => `L${first + at} ${60 - (bytes / most) * 58}H${first + at + 1}`);
    $("area").setAttribute("d", figures.length > 0 ? `M${first} 60${steps.join("")}V60Z` : "");
    $("most").textContent = figures.length > 0 ? `At most ${size(most)} in a frame of the last 24 s that had frames` : "";
  };

  const draw = () => {
    $("source").textContent = view.source;
    document.title = `${view.source}: cargo fa watch`;
    $("state").textContent = paused ? "paused" : view.state;
    $("message").textContent = view.message ?? "";
    const facts = [
      ["frame", or(counted)(view.frame)],
      ["bytes", size(view.bytes)],
      ["high water", size(view.high_water)],
      ["time", time(view.frame_nanoseconds)],
      ["longest", time(view.longest_nanoseconds)],
      ["left out", counted(view.left_out)],
    ];
    if (view.heap_bytes !== null) facts.push(["heap live", size(view.heap_bytes)]);
    if (view.flights !== null) facts.push(["in flight", size(view.flights.bytes)]);
    if (view.allocator_calls !== null) facts.push(["allocator calls", counted(view.allocator_calls)]);
    $("facts").replaceChildren(
      ...facts.map(([name, figure]) => {
        const fact = element("div");
        fact.append(element("dt", name), element("dd", figure));
        return fact;
      }),
    );
    drawTimeline(view.timeline);
    Object.keys(TABLES).forEach(drawTable);
    document.documentElement.dataset.frame = view.frame ?? "";
  };

  $("filter").addEventListener("input", () => view && draw());
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").setAttribute("aria-pressed", paused);
    if (view) draw();
  });

  const source = new EventSource("/events");
  source.addEventListener("message", (message) => {
    if (paused) return;
    view = JSON.parse(message.data);
    draw();
  });
  // It connects again by itself.
  source.addEventListener("error", () => {
    $("state").textContent = "cargo fa watch has ended";
  });
}

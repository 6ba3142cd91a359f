"use strict";

// Mouse, touch and keys; and the start of it all.

class Controls {
  constructor(timeline, painter, updateLegend) {
    this.timeline = timeline;
    this.painter = painter;
    this.updateLegend = updateLegend;
    this.canvas = painter.canvas;
    this.tip = document.getElementById("tip");
    this.drag = null;
    this.flame = null;
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerup", () => this.release());
    this.canvas.addEventListener("pointercancel", () => this.release());
    this.canvas.addEventListener("pointerleave", () => this.hide());
    this.canvas.addEventListener("dblclick", () => this.showAll());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => this.hide());
    const click = (id, action) => document.getElementById(id).addEventListener("click", action);
    const middle = () => timeline.cursor ?? (timeline.from + timeline.to) / 2;
    click("in", () => this.zoom(0.5, middle()));
    click("out", () => this.zoom(2, middle()));
    click("all", () => this.showAll());
    click("earlier", () => this.hit(-1));
    click("later", () => this.hit(1));
    click("peak", () => this.useMean(false));
    click("mean", () => this.useMean(true));
    for (const id of ["earlier", "later"]) document.getElementById(id).disabled = timeline.recording.hits.length === 0;
    document.getElementById("find").addEventListener("input", (event) => this.find(event.target.value));
  }

  changed() {
    const { from, to, recording, mean } = this.timeline;
    const [first, last] = [Math.floor(from), Math.ceil(to) - 1].map((frame) => sayCount(recording.number[frame]));
    const perColumn = (to - from) / this.painter.inner;
    const detail = perColumn > 1 ? `, ${mean ? "mean" : "largest"} of ${digits(perColumn)} frames per pixel` : "";
    document.getElementById("shown").textContent = `frames #${first} to #${last}${detail}`;
    this.painter.request();
    this.flame?.follow();
  }

  useMean(mean) {
    this.timeline.mean = mean;
    this.timeline.columns = null;
    document.getElementById("mean").setAttribute("aria-pressed", String(mean));
    document.getElementById("peak").setAttribute("aria-pressed", String(!mean));
    this.changed();
  }

  /** Words are looked for anywhere in a name; several must all be in it. */
  find(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const found = (name) => words.every((word) => name.toLowerCase().includes(word));
    this.timeline.found = words.length === 0 ? null : found;
    filterTables(this.timeline.found);
    this.chosen();
  }

  chosen() {
    this.timeline.chooseLayers();
    this.painter.whole = null;
    this.updateLegend();
    this.changed();
  }

  zoom(factor, around) {
    this.timeline.zoom(factor, around);
    this.changed();
  }

  showAll() {
    this.timeline.show(0, this.timeline.recording.frames);
    this.changed();
  }

  wheel(event) {
    event.preventDefault();
    const { from, to } = this.timeline;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.timeline.move((event.deltaX / this.painter.inner) * (to - from));
      this.changed();
      return;
    }
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    this.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * lines * 0.002))), this.painter.frameAt(event.offsetX));
  }

  press(event) {
    if (event.button !== 0) return;
    const kind = event.offsetY >= TRACKS.whole.top ? "whole" : event.shiftKey ? "select" : "move";
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { kind, x: event.offsetX };
    if (kind === "whole") this.jump(event.offsetX);
    if (kind === "select") this.painter.selection = [event.offsetX, event.offsetX];
  }

  /** In the strip of all frames: puts what is shown where the pointer is. */
  jump(x) {
    const { from, to, recording } = this.timeline;
    const middle = ((x - LEFT) / this.painter.inner) * recording.frames;
    this.timeline.move(middle - (from + to) / 2);
    this.changed();
  }

  hover(event) {
    const x = event.offsetX;
    if (this.drag !== null) {
      const { from, to } = this.timeline;
      if (this.drag.kind === "whole") this.jump(x);
      if (this.drag.kind === "select") this.painter.selection[1] = x;
      if (this.drag.kind === "move") {
        this.timeline.move(((this.drag.x - x) / this.painter.inner) * (to - from));
        this.drag.x = x;
      }
      this.changed();
      return;
    }
    if (x < LEFT || event.offsetY >= TRACKS.whole.top) {
      this.hide();
      return;
    }
    const slice = this.painter.sliceOf(Math.floor(this.painter.frameAt(x)));
    if (slice !== undefined) this.point(slice.frame);
  }

  release() {
    const { selection } = this.painter;
    if (this.drag !== null && this.drag.kind === "select" && Math.abs(selection[1] - selection[0]) > 3) {
      const [from, to] = selection.map((x) => this.painter.frameAt(x)).sort((a, b) => a - b);
      this.timeline.show(from, to);
    }
    this.painter.selection = null;
    this.drag = null;
    this.changed();
  }

  hide() {
    this.tip.hidden = true;
    this.timeline.cursor = null;
    this.painter.request();
  }

  hit(direction) {
    const { hits } = this.timeline.recording;
    if (hits.length === 0) return;
    const at = this.timeline.cursor ?? (direction > 0 ? -1 : Infinity);
    const ahead = direction > 0 ? hits.find((frame) => frame > at) : hits.findLast((frame) => frame < at);
    this.goTo(ahead ?? (direction > 0 ? hits[0] : hits[hits.length - 1]));
  }

  /** Shows a frame from close by, so that it is a column of its own. */
  goTo(frame) {
    const { from, to } = this.timeline;
    if (to - from > 240) this.timeline.show(frame - 60, frame + 61);
    this.step(frame);
    this.canvas.scrollIntoView({ block: "nearest" });
  }

  step(frame) {
    const target = Math.max(0, Math.min(this.timeline.recording.frames - 1, frame));
    this.timeline.reveal(target);
    this.changed();
    this.point(target);
    document.getElementById("spoken").textContent = this.tip.innerText;
  }

  key(event) {
    const { timeline } = this;
    const span = timeline.to - timeline.from;
    const cursor = timeline.cursor ?? Math.floor(timeline.from + span / 2);
    // From one column of pixels to the next; frame by frame where frames are as wide.
    const stride = Math.max(1, Math.round(span / this.painter.inner));
    const moves = {
      ArrowLeft: () => (event.shiftKey ? this.pan(-span / 4) : this.step(cursor - stride)),
      ArrowRight: () => (event.shiftKey ? this.pan(span / 4) : this.step(cursor + stride)),
      PageUp: () => this.pan(-span * 0.9),
      PageDown: () => this.pan(span * 0.9),
      Home: () => this.step(0),
      End: () => this.step(timeline.recording.frames - 1),
      "+": () => this.zoom(0.5, cursor),
      "=": () => this.zoom(0.5, cursor),
      "-": () => this.zoom(2, cursor),
      0: () => this.showAll(),
      n: () => this.hit(1),
      p: () => this.hit(-1),
      Escape: () => this.hide(),
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  }

  pan(frames) {
    this.timeline.move(frames);
    this.changed();
  }

  /** Puts the cursor on a frame and tells its figures. */
  point(frame) {
    this.timeline.cursor = frame;
    this.painter.request();
    this.tip.replaceChildren(...this.describe(frame));
    this.tip.hidden = false;
    const x = this.painter.xOf(frame + 0.5);
    const width = this.tip.offsetWidth;
    const beside = x + 18 + width > this.painter.width ? x - 18 - width : x + 18;
    this.tip.style.transform = `translate(${Math.max(0, beside)}px, ${TRACKS.memory.top}px)`;
  }

  describe(frame) {
    const { recording } = this.timeline;
    const element = (name, text, className = "") => {
      const made = document.createElement(name);
      made.textContent = text;
      made.className = className;
      return made;
    };
    const list = document.createElement("dl");
    const row = (label, value) => list.append(label, element("dd", value));
    row(element("dt", "bytes"), sayBytes(recording.bytes[frame]));
    row(element("dt", "high water"), sayBytes(recording.highWater[frame]));
    if (recording.inFlight[frame] > 0) row(element("dt", "in flight"), sayBytes(recording.inFlight[frame]));
    row(element("dt", "time"), sayTime(recording.duration[frame]));
    row(element("dt", "begins at"), sayTime(recording.start[frame]));
    if (recording.calls[frame] > 0) row(element("dt", "allocator calls"), sayCount(recording.calls[frame] - 1));
    if (recording.fallbacks[frame] > 0) row(element("dt", "heap fallbacks"), sayCount(recording.fallbacks[frame]));
    list.append(document.createElement("hr"));
    for (const layer of this.timeline.layers) {
      const label = document.createElement("dt");
      const swatch = element("span", "", "swatch");
      swatch.style.background = `var(${layer.color})`;
      label.append(swatch, layer.name);
      row(label, sayBytes(layer.bytes[frame]));
    }
    if (this.timeline.heap.length > 0) {
      list.append(document.createElement("hr"));
      row(element("dt", "heap, live"), sayBytes(this.timeline.heapTotal[frame]));
    }
    const made = [element("strong", `Frame #${sayCount(recording.number[frame])}`), list];
    for (const budget of recording.budgets) {
      if (budget.frames.includes(frame)) made.push(element("p", `▾ met: ${budget.name}`, "warm"));
    }
    return made;
  }
}

/** `#frames=100-200&find=ai&theme=dark` opens the page at a place, for links. Frames are counted from 0. */
function openAt(controls) {
  const asked = new URLSearchParams(location.hash.slice(1));
  const range = /^(\d+)-(\d+)$/.exec(asked.get("frames") ?? "");
  if (range !== null) controls.timeline.show(Number(range[1]), Number(range[2]) + 1);
  const text = asked.get("find");
  if (text !== null) {
    document.getElementById("find").value = text;
    controls.find(text);
  }
  const frame = asked.get("frame");
  if (frame !== null && /^\d+$/.test(frame)) controls.step(Number(frame));
}

function start() {
  prepareTheme();
  const timeline = new Timeline(readRecording());
  const painter = new Painter(document.getElementById("canvas"), timeline);
  let controls = null;
  const updateLegend = prepareLegend(timeline, () => controls.chosen());
  controls = new Controls(timeline, painter, updateLegend);
  showHeapLegend(timeline);
  controls.flame = prepareFlame(timeline);
  const lives = prepareLives(timeline.recording, controls.flame);
  prepareTables((frame) => controls.goTo(frame));
  const refresh = () => {
    painter.measure();
    controls.changed();
    controls.flame?.draw();
  };
  new ResizeObserver(refresh).observe(painter.canvas);
  document.addEventListener("theme", refresh);
  painter.measure();
  updateLegend();
  openAt(controls);
  controls.changed();
  painter.paint();
  // For tests: what was read, and after how long it was to be seen.
  document.documentElement.dataset.ready = String(timeline.recording.frames);
  document.documentElement.dataset.milliseconds = String(Math.round(performance.now()));
  window.report = { timeline, painter, controls, flame: controls.flame, lives };
}

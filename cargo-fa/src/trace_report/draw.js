"use strict";

// Draws the timeline.

const LEFT = 70;
const RIGHT = 8;
/** Tracks from top to bottom, in pixels of the page. */
const TRACKS = {
  memory: { top: 26, height: 318 },
  time: { top: 384, height: 44 },
  calls: { top: 446, height: 36 },
  whole: { top: 500, height: 34 },
};
/** A budget or high-water line further above the data than this would flatten it. */
const LINE_ROOM = 1.8;

function byteStep(largest) {
  let step = 1;
  while (largest / step > 6) step *= 2;
  return step;
}

function countStep(span, labels) {
  for (let step = 1; ; step *= 10) {
    for (const factor of [1, 2, 5]) {
      if (span / (step * factor) <= labels) return step * factor;
    }
  }
}

/** A track for the heap, below the frames, where the recording knows it. */
function makeRoomForHeap(canvas) {
  const room = 190;
  TRACKS.heap = { top: TRACKS.time.top + 8, height: room - 40 };
  for (const track of [TRACKS.time, TRACKS.calls, TRACKS.whole]) track.top += room;
  canvas.style.height = `${TRACKS.whole.top + TRACKS.whole.height + 6}px`;
}

class Painter {
  constructor(canvas, timeline) {
    if (timeline.heap.length > 0) makeRoomForHeap(canvas);
    this.canvas = canvas;
    this.timeline = timeline;
    this.pen = canvas.getContext("2d");
    this.whole = null;
    this.pending = false;
  }

  /** Colours and sizes, read anew when the theme or the window changes. */
  measure() {
    const box = this.canvas.getBoundingClientRect();
    this.ratio = window.devicePixelRatio || 1;
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * this.ratio);
    this.canvas.height = Math.round(box.height * this.ratio);
    this.inner = Math.max(10, box.width - LEFT - RIGHT);
    const style = getComputedStyle(document.documentElement);
    this.colors = (name) => style.getPropertyValue(name).trim();
    this.whole = null;
    this.timeline.columns = null;
  }

  request() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.paint();
    });
  }

  frameAt(x) {
    const { from, to, recording } = this.timeline;
    const frame = from + ((x - LEFT) / this.inner) * (to - from);
    return Math.min(recording.frames - 1e-6, Math.max(0, frame));
  }

  xOf(frame) {
    const { from, to } = this.timeline;
    return LEFT + ((frame - from) / (to - from)) * this.inner;
  }

  /** The column of pixels in which a frame is. */
  sliceOf(frame) {
    return this.timeline.slices(this.inner).list.find((slice) => frame >= slice.first && frame < slice.end);
  }

  paint() {
    const { pen } = this;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const { list, single } = this.timeline.slices(this.inner);
    this.paintMemory(list, single);
    if (TRACKS.heap !== undefined) this.paintHeap(list, single);
    this.paintTime(list);
    this.paintCalls(list);
    this.paintNumbers();
    this.paintWhole();
    this.paintCursor();
  }

  text(text, x, y, options = {}) {
    const { pen } = this;
    pen.font = `${options.weight || 400} ${options.size || 11.5}px system-ui, "DejaVu Sans", sans-serif`;
    pen.textAlign = options.align || "left";
    pen.textBaseline = "middle";
    if (options.halo) {
      pen.strokeStyle = this.colors("--card");
      pen.lineWidth = 4;
      pen.lineJoin = "round";
      pen.strokeText(text, x, y);
    }
    pen.fillStyle = this.colors(options.color || "--quiet");
    pen.fillText(text, x, y);
  }

  rule(y, color, width = 1, dash = []) {
    const { pen } = this;
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(LEFT, y);
    pen.lineTo(LEFT + this.inner, y);
    pen.stroke();
    pen.setLineDash([]);
  }

  /** A rectangle on whole device pixels, so that neighbours neither overlap nor leave a seam. */
  column(left, right, top, bottom, gap) {
    const snap = (value) => Math.round(value * this.ratio) / this.ratio;
    const from = Math.max(LEFT, snap(LEFT + left));
    const to = Math.min(LEFT + this.inner, snap(LEFT + right) - gap);
    if (to > from && bottom > top) this.pen.fillRect(from, top, to - from, bottom - top);
  }

  paintMemory(list, single) {
    const { pen, timeline } = this;
    const { top, height } = TRACKS.memory;
    const bottom = top + height;
    const { budgets } = timeline.recording;
    const data = list.reduce((most, slice) => Math.max(most, slice.total), 1);
    const high = timeline.filtered ? 0 : list.reduce((most, slice) => Math.max(most, slice.highWater), 0);
    const flying = timeline.filtered ? 0 : list.reduce((most, slice) => Math.max(most, slice.inFlight), 0);
    let largest = high <= data * LINE_ROOM ? Math.max(data, high) : data;
    if (flying <= data * LINE_ROOM) largest = Math.max(largest, flying);
    const shown = budgets.filter((budget) => this.isMeasured(budget) && budget.limit <= data * LINE_ROOM);
    largest = shown.reduce((most, budget) => Math.max(most, budget.limit), largest) * 1.06;
    const y = (bytes) => bottom - (height * bytes) / largest;

    const step = byteStep(largest);
    for (let line = 0; line <= largest; line += step) {
      const at = Math.round(y(line)) + 0.5;
      this.rule(at, this.colors("--line"));
      this.text(sayRound(line), LEFT - 8, at, { align: "right" });
    }

    const bars = single && this.inner / list.length >= 5 ? 1 : 0;
    const floors = new Float64Array(list.length).fill(bottom);
    timeline.layers.forEach((layer, rank) => {
      pen.fillStyle = this.colors(layer.color);
      list.forEach((slice, index) => {
        const ceiling = floors[index] - (height * slice.layers[rank]) / largest;
        this.column(slice.left, slice.right, ceiling, floors[index], bars);
        floors[index] = ceiling;
      });
    });

    const curve = (color, dash, figure) => {
      pen.strokeStyle = this.colors(color);
      pen.lineWidth = 1.25;
      pen.setLineDash(dash);
      pen.beginPath();
      list.forEach((slice) => {
        pen.lineTo(LEFT + Math.max(0, slice.left), y(figure(slice)));
        pen.lineTo(LEFT + Math.min(this.inner, slice.right), y(figure(slice)));
      });
      pen.stroke();
      pen.setLineDash([]);
    };
    if (flying > 0) {
      if (flying <= largest) curve("--cool", [], (slice) => slice.inFlight);
      const arrow = flying <= largest ? "" : "↑ ";
      const at = flying <= largest ? y(flying) - 9 : top + 6;
      this.text(`${arrow}in flight, at most ${sayBytes(flying)}`, LEFT + 6, at, {
        color: "--cool",
        weight: 600,
        halo: true,
      });
    }
    if (high > 0) {
      if (high <= largest) curve("--ink", [5, 4], (slice) => slice.highWater);
      const arrow = high <= largest ? "" : "↑ ";
      const at = high <= largest ? y(high) - 9 : top + 6;
      this.text(`${arrow}high water ${sayBytes(high)}`, LEFT + this.inner - 6, at, {
        align: "right",
        color: "--ink",
        weight: 600,
        halo: true,
      });
    }
    for (const budget of shown) {
      const at = y(budget.limit);
      this.rule(at, this.colors("--warm"), 1.5);
      this.text(`${budget.name} ${sayBytes(budget.limit)}`, LEFT + 6, at - 9, {
        color: "--warm",
        weight: 600,
        halo: true,
      });
    }
    this.paintHits(bottom);
  }

  /** What lived of the heap when frames ended. */
  paintHeap(list, single) {
    const { pen, timeline } = this;
    const { top, height } = TRACKS.heap;
    const bottom = top + height;
    const largest = list.reduce((most, slice) => Math.max(most, slice.heapTotal), 1) * 1.06;
    const step = byteStep(largest) * 2;
    for (let line = 0; line <= largest; line += step) {
      const at = Math.round(bottom - (height * line) / largest) + 0.5;
      this.rule(at, this.colors("--line"));
      this.text(sayRound(line), LEFT - 8, at, { align: "right" });
    }
    const bars = single && this.inner / list.length >= 5 ? 1 : 0;
    const floors = new Float64Array(list.length).fill(bottom);
    timeline.heap.forEach((layer, rank) => {
      pen.fillStyle = this.colors(layer.color);
      list.forEach((slice, index) => {
        const ceiling = floors[index] - (height * slice.heap[rank]) / largest;
        this.column(slice.left, slice.right, ceiling, floors[index], bars);
        floors[index] = ceiling;
      });
    });
    this.text("heap by tag, live when the frame ended", LEFT + 6, top - 4, { weight: 600, halo: true });
  }

  /** The budget of a tag is a line only where that tag is alone: in the whole stack it would measure nothing. */
  isMeasured(budget) {
    const { filtered, layers } = this.timeline;
    if (budget.limit === 0) return false;
    if (!budget.name.includes("`")) return !filtered;
    return layers.length === 1 && budget.name.includes(`tag \`${layers[0].name}\``);
  }

  /** Marks above the frames in which a budget was met. */
  paintHits(bottom) {
    const { pen, timeline } = this;
    const color = this.colors("--warm");
    let last = -Infinity;
    for (const frame of timeline.recording.hits) {
      const x = this.xOf(frame + 0.5);
      if (x < LEFT || x > LEFT + this.inner || x - last < 2) continue;
      last = x;
      pen.globalAlpha = 0.28;
      pen.fillStyle = color;
      pen.fillRect(x - 0.5, TRACKS.memory.top - 6, 1, bottom - TRACKS.memory.top + 6);
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.moveTo(x - 4.5, TRACKS.memory.top - 16);
      pen.lineTo(x + 4.5, TRACKS.memory.top - 16);
      pen.lineTo(x, TRACKS.memory.top - 8);
      pen.fill();
    }
  }

  paintTime(list) {
    const { top, height } = TRACKS.time;
    const most = list.reduce((longest, slice) => Math.max(longest, slice.duration), 1);
    this.pen.fillStyle = this.colors("--accent");
    for (const slice of list) {
      this.column(slice.left, slice.right, top + height * (1 - slice.duration / most), top + height, 0);
    }
    this.rule(top + height + 0.5, this.colors("--line"));
    this.text("time", LEFT - 8, top + height - 8, { align: "right" });
    this.text(sayTime(most), LEFT - 8, top + 6, { align: "right" });
  }

  /** Calls of the global allocator, and above them, in the colour of a warning, what fell back to the heap. */
  paintCalls(list) {
    const { top, height } = TRACKS.calls;
    const { counted } = this.timeline.recording;
    const most = list.reduce((peak, slice) => Math.max(peak, slice.calls, slice.fallbacks), 0);
    this.rule(top + height + 0.5, this.colors("--line"));
    const name = counted ? "alloc. calls" : "fallbacks";
    this.text(name, LEFT - 8, top + height - 8, { align: "right" });
    this.text(sayCount(most), LEFT - 8, top + 6, { align: "right" });
    if (most === 0) return;
    for (const [figure, color] of [
      ["calls", "--quiet"],
      ["fallbacks", "--warm"],
    ]) {
      this.pen.fillStyle = this.colors(color);
      for (const slice of list) {
        if (slice[figure] <= 0) continue;
        const rise = Math.max(1.5, (height * slice[figure]) / most);
        this.column(slice.left, Math.max(slice.right, slice.left + 1.5), top + height - rise, top + height, 0);
      }
    }
  }

  paintNumbers() {
    const { from, to, recording } = this.timeline;
    const y = TRACKS.memory.top + TRACKS.memory.height + 14;
    const step = countStep(to - from, Math.max(2, this.inner / 100));
    const first = recording.number[Math.floor(from)];
    // Round numbers, where the numbers of frames have no gaps; else round places.
    const offset = recording.number[recording.frames - 1] - recording.number[0] === recording.frames - 1 ? first - Math.floor(from) : 0;
    for (let tick = Math.ceil((from + offset) / step) * step; tick < to + offset; tick += step) {
      const frame = tick - offset;
      if (frame < 0 || frame >= recording.frames) continue;
      const label = `#${sayCount(recording.number[frame])}`;
      const x = this.xOf(frame + (step === 1 ? 0.5 : 0));
      this.text(label, x, y, { align: x > LEFT + this.inner - 28 ? "right" : "center" });
    }
  }

  /** The whole recording, and the stretch of it that is shown. */
  paintWhole() {
    const { timeline, pen } = this;
    const { top, height } = TRACKS.whole;
    const width = Math.max(1, Math.round(this.inner * this.ratio));
    if (this.whole === null) {
      this.whole = document.createElement("canvas");
      this.whole.width = width;
      this.whole.height = Math.round(height * this.ratio);
      const small = this.whole.getContext("2d");
      small.fillStyle = this.colors("--other");
      const most = timeline.total.reduce((a, b) => Math.max(a, b), 1);
      const frames = timeline.recording.frames;
      for (let x = 0; x < width; x += 1) {
        const first = Math.floor((x * frames) / width);
        const end = Math.max(first + 1, Math.floor(((x + 1) * frames) / width));
        let peak = 0;
        for (let frame = first; frame < end; frame += 1) peak = Math.max(peak, timeline.total[frame]);
        const rise = (this.whole.height * peak) / most;
        small.fillRect(x, this.whole.height - rise, 1, rise);
      }
    }
    const left = LEFT + (timeline.from / timeline.recording.frames) * this.inner;
    const right = LEFT + (timeline.to / timeline.recording.frames) * this.inner;
    this.text("all frames", LEFT - 8, top + height / 2, { align: "right" });
    pen.globalAlpha = 0.35;
    pen.drawImage(this.whole, LEFT, top, this.inner, height);
    pen.globalAlpha = 1;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, Math.max(2, right - left), height);
    pen.clip();
    pen.drawImage(this.whole, LEFT, top, this.inner, height);
    pen.restore();
    pen.strokeStyle = this.colors("--accent");
    pen.lineWidth = 1.5;
    pen.strokeRect(left, top, Math.max(2, right - left), height);
  }

  paintCursor() {
    const { pen, timeline } = this;
    if (this.selection !== undefined && this.selection !== null) {
      const [a, b] = this.selection;
      pen.globalAlpha = 0.18;
      pen.fillStyle = this.colors("--accent");
      pen.fillRect(Math.min(a, b), TRACKS.memory.top, Math.abs(b - a), TRACKS.calls.top + TRACKS.calls.height - TRACKS.memory.top);
      pen.globalAlpha = 1;
    }
    if (timeline.cursor === null) return;
    const x = this.xOf(timeline.cursor + 0.5);
    if (x < LEFT || x > LEFT + this.inner) return;
    pen.strokeStyle = this.colors("--ink");
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(Math.round(x) + 0.5, TRACKS.memory.top - 4);
    pen.lineTo(Math.round(x) + 0.5, TRACKS.calls.top + TRACKS.calls.height);
    pen.stroke();
  }
}

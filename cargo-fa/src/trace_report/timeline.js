"use strict";

// What the timeline shows: the stretch of frames, the tags, and what each column of pixels stands for.

const OWN_COLORS = 7;
/** Frames are never wider than a screen of this many. */
const FEWEST = 12;

function addTo(sums, figures) {
  for (let frame = 0; frame < sums.length; frame += 1) sums[frame] += figures[frame];
}

/** The first frame of those with the largest figure. */
function largestOf(figures, first, end) {
  let largest = first;
  for (let frame = first + 1; frame < end; frame += 1) if (figures[frame] > figures[largest]) largest = frame;
  return largest;
}

function sumBetween(figures, first, end) {
  let sum = 0;
  for (let frame = first; frame < end; frame += 1) sum += figures[frame];
  return sum;
}

function sumOf(tags, frames) {
  const bytes = new Float64Array(frames);
  for (const tag of tags) addTo(bytes, tag.bytes);
  return bytes;
}

class Timeline {
  constructor(recording) {
    this.recording = recording;
    this.from = 0;
    this.to = recording.frames;
    this.mean = false;
    this.cursor = null;
    /** Tags that were pressed in the legend; none is all. */
    this.chosen = new Set();
    this.found = null;
    this.layHeap();
    this.chooseLayers();
  }

  /** The layers of the heap. A tag has the colour that it has among the frames, and else one that no other tag of the heap has. */
  layHeap() {
    const { heap, tags, frames } = this.recording;
    const own = heap.slice(0, OWN_COLORS);
    const ranks = own.map((tag) => tags.findIndex((other) => other.name === tag.name));
    const free = [...Array(OWN_COLORS).keys()].filter((color) => !ranks.includes(color));
    this.heap = own.map((tag, index) => {
      const color = ranks[index] >= 0 && ranks[index] < OWN_COLORS ? ranks[index] : free.shift();
      return { name: tag.name, bytes: tag.bytes, color: `--tag${color}`, tags: [tag] };
    });
    const rest = heap.slice(OWN_COLORS);
    if (rest.length > 0) this.heap.push({ name: "others", bytes: sumOf(rest, frames), color: "--other", tags: rest });
    this.heapTotal = sumOf(heap, frames);
  }

  /** Which tags are drawn, and in which colours. */
  chooseLayers() {
    const { tags, frames } = this.recording;
    let shown = tags.filter((tag) => this.chosen.size === 0 || this.chosen.has(tag));
    if (this.found !== null && shown.some((tag) => this.found(tag.name))) {
      shown = shown.filter((tag) => this.found(tag.name));
    }
    this.filtered = shown.length < tags.length;
    const own = shown.slice(0, OWN_COLORS);
    // A tag keeps the colour it has among all tags; those that have none there take what is free.
    const free = [...Array(OWN_COLORS).keys()].filter((color) => !own.some((tag) => tag.rank === color));
    this.layers = own.map((tag) => {
      const color = tag.rank < OWN_COLORS ? tag.rank : free.shift();
      return { name: tag.name, bytes: tag.bytes, color: `--tag${color}`, tags: [tag] };
    });
    const rest = shown.slice(OWN_COLORS);
    if (rest.length > 0) {
      const bytes = sumOf(rest, frames);
      const name = rest.length === 1 ? rest[0].name : `${rest.length} other tags`;
      this.layers.push({ name, bytes, color: "--other", tags: rest });
    }
    this.total = sumOf(this.layers, frames);
    this.columns = null;
  }

  colorOf(tag) {
    const layer = this.layers.find((candidate) => candidate.tags.includes(tag));
    return layer === undefined ? null : layer.color;
  }

  show(from, to) {
    const frames = this.recording.frames;
    const span = Math.min(frames, Math.max(Math.min(FEWEST, frames), to - from));
    const start = Math.min(frames - span, Math.max(0, from + (to - from - span) / 2));
    this.from = start;
    this.to = start + span;
    this.columns = null;
  }

  zoom(factor, around) {
    const span = (this.to - this.from) * factor;
    const part = (around - this.from) / (this.to - this.from);
    this.show(around - span * part, around + span * (1 - part));
  }

  move(frames) {
    const span = this.to - this.from;
    const from = Math.min(this.recording.frames - span, Math.max(0, this.from + frames));
    this.show(from, from + span);
  }

  /** Puts a frame where it can be seen. */
  reveal(frame) {
    const span = this.to - this.from;
    if (frame < this.from || frame + 1 > this.to) this.show(frame - span / 2, frame + span / 2);
  }

  /**
   * What each column of pixels stands for: one frame, or, where there are more frames than pixels, the largest of them,
   * so that no peak is lost and the tags of a column add up to a frame that was. With `mean`, their mean.
   */
  slices(width) {
    if (this.columns !== null && this.columns.width === width) return this.columns;
    const span = this.to - this.from;
    const list = [];
    const scale = width / span;
    const count = Math.min(Math.ceil(width), Math.ceil(this.to) - Math.floor(this.from));
    const single = span <= width;
    for (let index = 0; index < count; index += 1) {
      const first = single ? Math.floor(this.from) + index : Math.floor(this.from + (index * span) / count);
      const end = single ? first + 1 : Math.floor(this.from + ((index + 1) * span) / count);
      const left = single ? (first - this.from) * scale : (index * width) / count;
      const right = single ? (first + 1 - this.from) * scale : ((index + 1) * width) / count;
      list.push(this.slice(first, Math.max(first + 1, Math.min(end, this.recording.frames)), left, right));
    }
    this.columns = { width, list, single };
    return this.columns;
  }

  slice(first, end, left, right) {
    const { duration, calls, fallbacks, highWater, inFlight } = this.recording;
    const slice = { first, end, left, right, frame: first, duration: 0, calls: 0, fallbacks: 0, highWater: 0, inFlight: 0 };
    slice.frame = largestOf(this.total, first, end);
    slice.duration = duration[largestOf(duration, first, end)];
    slice.calls = Math.max(0, calls[largestOf(calls, first, end)] - 1);
    slice.highWater = highWater[largestOf(highWater, first, end)];
    slice.inFlight = inFlight[largestOf(inFlight, first, end)];
    slice.fallbacks = sumBetween(fallbacks, first, end);
    slice.layers = this.layers.map((layer) => (this.mean ? sumBetween(layer.bytes, first, end) / (end - first) : layer.bytes[slice.frame]));
    const fullest = largestOf(this.heapTotal, first, end);
    slice.heap = this.heap.map((layer) => layer.bytes[fullest]);
    slice.heapTotal = this.heapTotal[fullest];
    slice.total = slice.layers.reduce((a, b) => a + b, 0);
    return slice;
  }
}

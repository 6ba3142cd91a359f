"use strict";

// Reads what the page carries, and says figures as people read them.

/** A column of the page: base64, LEB128, zigzag, differences. */
function decodeColumn(text, length) {
  const bytes = atob(text);
  const figures = new Float64Array(length);
  let at = 0;
  let figure = 0;
  for (let index = 0; index < length; index += 1) {
    let code = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes.charCodeAt(at);
      at += 1;
      // Multiplied, not shifted: shifts stop at 32 bits.
      code += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
    }
    figure += code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    figures[index] = figure;
  }
  return figures;
}

function readRecording() {
  const data = JSON.parse(document.getElementById("recording").textContent);
  const column = (name) => decodeColumn(data[name], data.frames);
  const recording = {
    frames: data.frames,
    number: column("number"),
    start: column("start"),
    duration: column("duration"),
    bytes: column("bytes"),
    highWater: column("highWater"),
    fallbacks: column("fallbacks"),
    calls: column("calls"),
    inFlight: column("inFlight"),
    tags: data.tags.map((tag, rank) => ({ name: tag.name, rank, bytes: decodeColumn(tag.bytes, data.frames) })),
    heap: data.heap.map((tag, rank) => ({ name: tag.name, rank, bytes: decodeColumn(tag.bytes, data.frames) })),
    sites: data.sites,
    budgets: data.budgets.map((budget) => ({ ...budget, frames: decodeColumn(budget.frames, budget.hits) })),
  };
  for (const tag of recording.tags.concat(recording.heap)) {
    tag.max = tag.bytes.reduce((a, b) => Math.max(a, b), 0);
    tag.mean = tag.bytes.reduce((a, b) => a + b, 0) / recording.frames;
  }
  recording.counted = recording.calls.some((calls) => calls > 0);
  const hits = recording.budgets.flatMap((budget) => Array.from(budget.frames));
  recording.hits = Float64Array.from(new Set(hits)).sort();
  return recording;
}

/** Three digits. */
function digits(value) {
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) ? 0 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return value.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))/g, decimals > 0 ? "" : ",");
}

function sayBytes(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 1023.5 && unit < 3) {
    scaled /= 1024;
    unit += 1;
  }
  const decimals = unit === 0 && Number.isInteger(scaled) ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  const text = scaled.toFixed(decimals);
  return `${decimals === 0 ? sayCount(Number(text)) : text} ${units[unit]}`;
}

/** Labels of an axis: powers of two need no decimals. */
function sayRound(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < 3) {
    scaled /= 1024;
    unit += 1;
  }
  return `${Number(scaled.toFixed(2))} ${units[unit]}`;
}

function sayTime(nanoseconds) {
  if (nanoseconds < 1e3) return `${digits(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${digits(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 1e9) return `${digits(nanoseconds / 1e6)} ms`;
  return `${digits(nanoseconds / 1e9)} s`;
}

function sayCount(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

"use strict";

// Reads what the page carries, and says figures as people read them.

function bytesOf(text) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** A column of the page: base64, LEB128, zigzag, differences. The first `skip` figures stay 0. */
function decodeColumn(text, length, skip = 0) {
  const bytes = bytesOf(text);
  const figures = new Float64Array(length);
  let at = 0;
  let figure = 0;
  for (let index = skip; index < length; index += 1) {
    let byte = bytes[at];
    at += 1;
    let code = byte & 0x7f;
    // Nearly all have four bytes at most, which fit an integer.
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at];
      at += 1;
      code |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80) {
      figure += (code >>> 1) ^ -(code & 1);
    } else {
      // Multiplied, not shifted: shifts stop at 32 bits.
      for (let factor = 2 ** 28; byte >= 0x80; factor *= 128) {
        byte = bytes[at];
        at += 1;
        code += (byte & 0x7f) * factor;
      }
      figure += code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    }
    figures[index] = figure;
  }
  return figures;
}

/** The largest figure, and their mean. */
function measure(figures) {
  let max = 0;
  let sum = 0;
  for (let index = 0; index < figures.length; index += 1) {
    const figure = figures[index];
    if (figure > max) max = figure;
    sum += figure;
  }
  return { max, mean: sum / figures.length };
}

/** Has columns read when they are first asked for. */
function readLater(recording, data, names) {
  for (const name of names) {
    Object.defineProperty(recording, name, {
      configurable: true,
      get() {
        const figures = decodeColumn(data[name], data.frames);
        Object.defineProperty(recording, name, { value: figures });
        return figures;
      },
    });
  }
}

function readRecording() {
  const data = JSON.parse(document.getElementById("recording").textContent);
  const column = (name) => decodeColumn(data[name], data.frames);
  const recording = {
    frames: data.frames,
    duration: column("duration"),
    bytes: column("bytes"),
    highWater: column("highWater"),
    fallbacks: column("fallbacks"),
    calls: column("calls"),
    inFlight: column("inFlight"),
    tags: data.tags.map((tag, rank) => ({ name: tag.name, rank, bytes: decodeColumn(tag.bytes, data.frames) })),
    heap: data.heap.map((tag, rank) => ({ name: tag.name, rank, bytes: decodeColumn(tag.bytes, data.frames) })),
    sites: data.sites,
    lives: data.lives,
    budgets: data.budgets.map((budget) => ({ ...budget, frames: decodeColumn(budget.frames, budget.hits) })),
  };
  // What only single frames are asked for.
  readLater(recording, data, ["number", "start"]);
  for (const tag of recording.tags.concat(recording.heap)) Object.assign(tag, measure(tag.bytes));
  recording.counted = measure(recording.calls).max > 0;
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

"use strict";

// Who asks for memory: an icicle of tags, systems and calls, as wide as the bytes of the frames that the timeline shows.

const ROW = 22;
/** What is narrower than this many pixels is not drawn. */
const NARROW = 2;

function readSites(data, frames) {
  const { every, stretches, calls, list } = data;
  if (list.length === 0) return null;
  return { every, stretches, calls, sites: list, frames };
}

/** The bytes of a site up to each stretch, read when they are first asked for. */
function sumsOf(site, stretches) {
  if (site.sums === undefined) {
    site.sums = decodeColumn(site.bytes, stretches + 1, 1);
    for (let index = 1; index <= stretches; index += 1) site.sums[index] += site.sums[index - 1];
  }
  return site.sums;
}

class Flame {
  constructor(sites, timeline) {
    this.sites = sites;
    this.timeline = timeline;
    this.element = document.getElementById("flame");
    this.tip = document.getElementById("flame-tip");
    this.bySystem = false;
    this.fromPlace = false;
    this.found = null;
    /** Instead of the bytes of frames: what was asked about blocks of the heap. */
    this.answered = null;
    /** Names from the top to the node that is shown alone. */
    this.path = [];
    this.seen = "";
    const click = (id, action) => document.getElementById(id).addEventListener("click", action);
    click("flame-by-tag", () => this.choose("bySystem", false));
    click("flame-by-system", () => this.choose("bySystem", true));
    click("flame-outer", () => this.choose("fromPlace", false));
    click("flame-inner", () => this.choose("fromPlace", true));
    click("flame-all", () => this.zoom([]));
    document.getElementById("flame-find").addEventListener("input", (event) => this.find(event.target.value));
    this.element.addEventListener("click", (event) => {
      const node = event.target.closest("button")?.node;
      if (node !== undefined) this.zoom(node.path);
    });
    this.element.addEventListener("pointermove", (event) => this.point(event.target.closest("button"), event));
    this.element.addEventListener("pointerleave", () => {
      this.tip.hidden = true;
    });
    this.element.addEventListener("focusin", (event) => this.point(event.target.closest("button"), null));
    this.element.addEventListener("focusout", () => {
      this.tip.hidden = true;
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.path.length === 0) return;
      event.preventDefault();
      this.zoom(this.path.slice(0, -1));
    });
  }

  choose(what, value) {
    this[what] = value;
    this.path = [];
    const press = (id, pressed) => document.getElementById(id).setAttribute("aria-pressed", String(pressed));
    press("flame-by-tag", !this.bySystem);
    press("flame-by-system", this.bySystem);
    press("flame-outer", !this.fromPlace);
    press("flame-inner", this.fromPlace);
    this.draw();
  }

  zoom(path) {
    this.path = path;
    document.getElementById("flame-all").disabled = path.length === 0;
    this.draw();
  }

  find(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    this.found = words.length === 0 ? null : (name) => words.every((word) => name.toLowerCase().includes(word));
    this.draw();
  }

  /** The stretch of frames has changed, perhaps. */
  follow() {
    const { from, to } = this.timeline;
    const scale = this.sites.stretches / this.sites.frames;
    // Whole stretches of which a part is shown.
    const first = Math.max(0, Math.floor(from * scale));
    const end = Math.max(first + 1, Math.min(this.sites.stretches, Math.ceil(to * scale)));
    const seen = `${first}-${end}`;
    if (seen === this.seen) return;
    this.seen = seen;
    [this.first, this.end] = [first, end];
    this.draw();
  }

  /** Shows what was asked about blocks of the heap, by index of the site; `null` is frame memory again. */
  answer(answered) {
    this.answered = answered;
    this.path = [];
    this.draw();
  }

  /** What a site has in what is shown. */
  figuresOf(site, index) {
    if (this.answered !== null) return this.answered.bySite.get(index) ?? null;
    // Where all is shown nothing is to be read: the sum is there.
    const all = this.first === 0 && this.end === this.sites.stretches;
    const sums = all ? null : sumsOf(site, this.sites.stretches);
    const bytes = all ? site.total : sums[this.end] - sums[this.first];
    const part = bytes / site.total;
    return bytes === 0 ? null : { bytes, samples: site.samples * part, blocks: site.blocks * part };
  }

  /** The calls of a site from the top down. */
  namesOf(site) {
    const calls = site.calls.map((call) => this.sites.calls[call]);
    if (!this.fromPlace) calls.reverse();
    const system = site.system ?? "no system";
    const heads = this.bySystem ? [system, site.tag] : site.system === null ? [site.tag] : [site.tag, site.system];
    const top = heads.map((name, index) => [name, this.bySystem === (index === 0) ? "system" : "tag"]);
    return top.concat(calls);
  }

  tree() {
    const root = { name: "", place: "", bytes: 0, blocks: 0, samples: 0, path: [], parts: new Map(), tag: null };
    this.sites.sites.forEach((site, index) => {
      const figures = this.figuresOf(site, index);
      if (figures === null) return;
      const { bytes, samples, blocks } = figures;
      let node = root;
      const add = () => {
        node.bytes += bytes;
        node.samples += samples;
        node.blocks += blocks;
        if (node.tag === null) node.tag = site.tag;
        else if (node.tag !== site.tag) node.tag = undefined;
      };
      add();
      for (const [name, place] of this.namesOf(site)) {
        let part = node.parts.get(name);
        if (part === undefined) {
          part = { name, place, bytes: 0, blocks: 0, samples: 0, path: node.path.concat(name), parts: new Map(), tag: null, above: node };
          node.parts.set(name, part);
        }
        node = part;
        add();
      }
    });
    return root;
  }

  draw() {
    if (this.end === undefined) return;
    const root = this.tree();
    this.root = root;
    let shown = root;
    const above = [];
    for (const name of this.path) {
      const part = shown.parts.get(name);
      if (part === undefined) break;
      if (shown !== root) above.push(shown);
      shown = part;
    }
    const width = this.element.clientWidth || 1000;
    const buttons = [];
    let depth = 0;
    let found = 0;
    const place = (node, left, share, row, inside) => {
      depth = Math.max(depth, row + 1);
      const fits = this.found !== null && this.found(node.name);
      if (fits && !inside) found += node.bytes;
      if (share * width < NARROW) return;
      if (node !== root) buttons.push(this.button(node, left, share, row, fits));
      let at = left;
      const below = node === root ? row : row + 1;
      for (const part of [...node.parts.values()].sort((a, b) => b.bytes - a.bytes)) {
        const partShare = (share * part.bytes) / node.bytes;
        place(part, at, partShare, below, inside || fits);
        at += partShare;
      }
    };
    above.forEach((node, row) => buttons.push(this.button(node, 0, 1, row, false, "above")));
    if (root.bytes > 0) place(shown, 0, 1, above.length, false);
    this.element.replaceChildren(...buttons);
    this.element.style.height = `${depth * ROW}px`;
    const asked = this.answered !== null;
    this.perFrame = asked ? 1 : this.sites.frames * ((this.end - this.first) / this.sites.stretches);
    this.unit = asked ? "" : " per frame";
    const every = asked ? this.answered.every : this.sites.every;
    const words = [`${sayBytes(shown.bytes / this.perFrame)}${asked ? " of the heap, as asked below" : this.unit}`];
    if (every > 0) words.push(`a sample every ${sayBytes(every)}`);
    if (this.found !== null) words.push(`found ${((found / Math.max(1, shown.bytes)) * 100).toFixed(1)} %`);
    document.getElementById("flame-shown").textContent = words.join(", ");
  }

  button(node, left, share, row, fits, kind = "") {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `call ${kind}`;
    made.node = node;
    made.setAttribute("role", "treeitem");
    made.setAttribute("aria-level", String(row + 1));
    made.style.left = `${left * 100}%`;
    made.style.width = `${share * 100}%`;
    made.style.top = `${row * ROW}px`;
    const layer = this.timeline.layers.find((candidate) => candidate.name === node.tag);
    made.style.setProperty("--layer", `var(${layer?.color ?? "--other"})`);
    made.classList.toggle("found", fits);
    made.classList.toggle("faint", this.found !== null && !fits);
    made.textContent = shortCall(node.name);
    made.setAttribute("aria-label", this.describe(node).join(", "));
    return made;
  }

  describe(node) {
    const all = this.root.bytes;
    const error = 100 / Math.sqrt(Math.max(1, node.samples));
    const words = [
      node.name,
      `${sayBytes(node.bytes / this.perFrame)}${this.unit}, ${((node.bytes / all) * 100).toFixed(1)} %`,
      `${digits(node.blocks / this.perFrame)} blocks${this.unit}`,
      `${sayCount(node.samples)} samples, ±${error.toFixed(error < 10 ? 1 : 0)} %`,
    ];
    if (node.place !== "") words.push(node.place);
    return words;
  }

  point(button, event) {
    if (button === null || button.node === undefined) {
      this.tip.hidden = true;
      return;
    }
    const [name, ...rest] = this.describe(button.node);
    const title = document.createElement("strong");
    title.textContent = name;
    const lines = rest.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    });
    this.tip.replaceChildren(title, ...lines);
    this.tip.hidden = false;
    const box = this.element.getBoundingClientRect();
    const own = button.getBoundingClientRect();
    const x = (event === null ? own.left : event.clientX) - box.left;
    const beside = Math.min(x + 14, Math.max(0, box.width - this.tip.offsetWidth));
    this.tip.style.transform = `translate(${beside}px, ${own.bottom - box.top + 6}px)`;
  }
}

/** The last two parts of a path, without what generics stand for: what fits a narrow box. */
function shortCall(name) {
  let plain = name;
  for (let before = null; before !== plain; ) {
    before = plain;
    plain = plain.replace(/<[^<>]*>/g, "");
  }
  const parts = plain.split("::").filter((part) => part !== "");
  return parts.length === 0 ? name : parts.slice(-2).join("::");
}

/** The icicle, if anything was sampled. */
function prepareFlame(timeline) {
  const sites = readSites(timeline.recording.sites, timeline.recording.frames);
  return sites === null ? null : new Flame(sites, timeline);
}

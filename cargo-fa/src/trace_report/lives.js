"use strict";

// How long what was made lives: a question about the blocks that were followed, its answer by place, and in the icicle.

/** Places of an answer. */
const PLACES = 30;

class Lives {
  constructor(data, sites, flame) {
    this.data = data;
    this.sites = sites;
    this.flame = flame;
    /** Read when somebody asks. */
    this.columns = null;
    this.field = (name) => document.getElementById(`lives-${name}`);
    this.field("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.field("end").addEventListener("change", () => {
      this.field("after").disabled = this.field("end").value !== "after";
    });
    this.field("clear").addEventListener("click", () => this.clear());
    const left = data.left > 0 ? `; the ${sayCount(data.left)} oldest are not in this page` : "";
    const missed = data.missed > 0 ? `; ${sayCount(data.missed)} found no place` : "";
    this.about = `${sayCount(data.count)} blocks were followed, one in ${sayBytes(data.every)}${left}${missed}`;
    this.field("shown").textContent = this.about;
  }

  read() {
    if (this.columns === null) {
      const column = (name) => decodeColumn(this.data[name], this.data.count);
      this.columns = { site: column("site"), made: column("made"), freed: column("freed"), blocks: column("blocks"), bytes: column("bytes") };
    }
    return this.columns;
  }

  number(name, other) {
    const text = this.field(name).value.trim();
    return text === "" ? other : Number(text);
  }

  ask() {
    const [from, to] = [this.number("from", 0), this.number("to", Infinity)];
    const end = this.field("end").value;
    // 0 of `freed` is never, and else one more than the frame.
    const after = end === "never" ? Infinity : end === "after" ? this.number("after", this.data.last) + 1 : -1;
    const { site, made, freed, blocks, bytes } = this.read();
    const empty = () => ({ bytes: 0, blocks: 0, samples: 0, alive: 0, first: Infinity, last: 0 });
    const bySite = new Map();
    const sum = empty();
    for (let block = 0; block < this.data.count; block += 1) {
      const isFreed = freed[block] > 0;
      if (made[block] < from || made[block] > to || (isFreed && freed[block] <= after)) continue;
      let found = bySite.get(site[block]);
      if (found === undefined) {
        found = empty();
        bySite.set(site[block], found);
      }
      for (const part of [found, sum]) {
        part.bytes += bytes[block];
        part.blocks += blocks[block];
        part.samples += 1;
        part.alive += isFreed ? 0 : bytes[block];
        part.first = Math.min(part.first, made[block]);
        part.last = Math.max(part.last, freed[block]);
      }
    }
    const error = sum.samples === 0 ? "" : `, ±${(100 / Math.sqrt(sum.samples)).toFixed(0)} %`;
    this.field("shown").textContent = `${sayBytes(sum.bytes)} in ${sayCount(sum.blocks)} blocks, ${sayCount(sum.samples)} samples${error}`;
    this.field("clear").disabled = false;
    this.list(bySite);
    this.flame.answer({ every: this.data.every, bySite });
  }

  clear() {
    this.field("clear").disabled = true;
    this.field("shown").textContent = this.about;
    document.querySelector("#lives tbody").replaceChildren();
    this.flame.answer(null);
  }

  list(bySite) {
    const cell = (kind, text, className) => {
      const made = document.createElement(kind);
      made.textContent = text;
      made.className = className;
      return made;
    };
    const all = [...bySite].sort((a, b) => b[1].bytes - a[1].bytes).slice(0, PLACES);
    const rows = all.map(([index, found]) => {
      const row = document.createElement("tr");
      const name = cell("th", this.name(this.sites.list[index]), "");
      name.scope = "row";
      const last = found.last === 0 ? "–" : `#${sayCount(found.last - 1)}`;
      const figures = [sayBytes(found.bytes), sayCount(found.blocks), sayBytes(found.alive), sayCount(found.samples), `#${sayCount(found.first)}`, last];
      row.append(name, ...figures.map((text) => cell("td", text, "figure")));
      return row;
    });
    document.querySelector("#lives tbody").replaceChildren(...rows);
  }

  /** The innermost call of the program, with its tag. */
  name(site) {
    const calls = site.calls.map((call) => this.sites.calls[call]);
    const isOfLibrary = ([name, place]) => /^[<&]*(core|alloc|std|hashbrown)::/.test(name) || /\/rustc\/|\/library\/|\/registry\/src\/|\/git\/checkouts\//.test(place);
    const call = calls.find((candidate) => !isOfLibrary(candidate)) ?? calls[0];
    const owner = site.system === null ? site.tag : `${site.system}, ${site.tag}`;
    return call === undefined ? owner : `${shortCall(call[0])} (${call[1].split(/[/\\]/).pop()}) · ${owner}`;
  }
}

/** The questions, if any block was followed. */
function prepareLives(recording, flame) {
  if (recording.lives.every === 0 || flame === null) return null;
  return new Lives(recording.lives, recording.sites, flame);
}

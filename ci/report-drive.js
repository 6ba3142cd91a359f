"use strict";

// Uses every control of a page of `cargo fa report` and says in the page what went wrong. Run by ci/report.sh.
{
  const { timeline, painter } = window.report;
  const canvas = document.getElementById("canvas");
  const box = canvas.getBoundingClientRect();
  const wrong = [];
  const expect = (what, holds) => {
    if (!holds) wrong.push(what);
  };
  const key = (name, shiftKey = false) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: name, shiftKey }));
  const click = (id) => document.getElementById(id).click();
  const span = () => timeline.to - timeline.from;
  const pointer = (type, x, y, shiftKey = false) => {
    const place = { clientX: box.left + x, clientY: box.top + y, pointerId: 1, button: 0, shiftKey, bubbles: true };
    canvas.dispatchEvent(new PointerEvent(type, place));
  };
  // A pointer that does not exist cannot be captured.
  canvas.setPointerCapture = () => {};
  const tip = document.getElementById("tip");

  expect("all frames at first", span() === timeline.recording.frames);
  expect("tags sum up to the bytes of the frame", timeline.total.every((bytes, frame) => bytes === timeline.recording.bytes[frame]));

  const before = painter.frameAt(400);
  canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -400, clientX: box.left + 400, clientY: box.top + 100, cancelable: true }));
  expect("the wheel zooms", span() < timeline.recording.frames);
  expect("the frame under the wheel stays", Math.abs(painter.frameAt(400) - before) < 2);
  key("+");
  const near = span();
  key("-");
  expect("keys zoom", near < span());
  key("0");
  expect("0 shows all", span() === timeline.recording.frames);

  click("in");
  click("in");
  const from = timeline.from;
  pointer("pointerdown", 500, 100);
  pointer("pointermove", 400, 100);
  pointer("pointerup", 400, 100);
  expect("dragging moves", timeline.from > from);
  key("ArrowLeft", true);
  expect("keys move", timeline.from < from + span());
  click("all");
  pointer("pointerdown", 200, 100, true);
  pointer("pointermove", 300, 100, true);
  pointer("pointerup", 300, 100, true);
  expect("a stretch is chosen", span() < timeline.recording.frames / 4);
  const strip = TRACKS.whole.top + TRACKS.whole.height / 2;
  pointer("pointerdown", 600, strip);
  pointer("pointerup", 600, strip);
  expect("the strip of all frames moves", timeline.from > timeline.recording.frames / 3);

  key("0");
  pointer("pointermove", 300, 100);
  expect("hovering tells the frame", !tip.hidden && tip.textContent.includes("Frame #") && tip.textContent.includes("KiB"));
  pointer("pointerleave", 0, 0);
  expect("and stops", tip.hidden);
  key("n");
  const hit = timeline.recording.hits[0];
  expect("n goes to the first hit of a budget", timeline.cursor === hit && tip.textContent.includes("met: the budget"));
  expect("and says it", document.getElementById("spoken").textContent.includes("Frame #"));
  key("ArrowRight");
  expect("keys walk", timeline.cursor === hit + 1);
  click("later");
  expect("the next hit", timeline.cursor === timeline.recording.hits[1]);
  click("earlier");
  expect("the hit before", timeline.cursor === hit);
  document.querySelector("#systems button.frame").click();
  expect("a frame of a table is shown", timeline.cursor >= timeline.from && timeline.cursor < timeline.to);

  click("mean");
  expect("means are shown", timeline.mean && document.getElementById("mean").getAttribute("aria-pressed") === "true");
  click("peak");

  const find = (text) => {
    const field = document.getElementById("find");
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  find("AI pathfinding");
  expect("one tag is found", timeline.layers.length === 1 && timeline.layers[0].name === "ai::pathfinding");
  const visible = [...document.querySelectorAll("#systems tbody tr")].filter((row) => !row.hidden);
  expect("and its system", visible.length === 1 && visible[0].textContent.includes("game::ai::pathfinding::search"));
  find("<nothing>");
  expect("nothing found leaves the timeline", timeline.layers.length === 8);
  find("");
  const entry = document.querySelector("#legend button");
  entry.click();
  expect("a tag alone", timeline.layers.length === 1 && entry.getAttribute("aria-pressed") === "true");
  entry.click();
  expect("all tags again", timeline.layers.length === 8);

  const { flame } = window.report;
  const call = (text) => [...document.querySelectorAll("#flame button")].find((button) => button.textContent === text);
  const widthOf = (text) => parseFloat(call(text)?.style.width ?? "0");
  key("0");
  expect("tags are at the top", call("render::visibility")?.getAttribute("aria-level") === "1");
  expect("their systems below", call("render::cull")?.getAttribute("aria-level") === "2");
  expect("and the calls from main down", call("main") !== undefined && call("cull::collect") !== undefined);
  const tops = [...document.querySelectorAll('#flame button[aria-level="1"]')];
  const sum = tops.reduce((width, button) => width + parseFloat(button.style.width), 0);
  expect("tags are as wide as all", sum > 95 && sum < 100.1);
  expect("estimates are near the bytes", Math.abs(flame.root.bytes / timeline.total.reduce((a, b) => a + b, 0) - 1) < 0.1);
  call("particles").dispatchEvent(new PointerEvent("pointermove", { clientX: 300, clientY: 300, bubbles: true }));
  const flameTip = document.getElementById("flame-tip");
  expect("hovering tells the bytes", !flameTip.hidden && flameTip.textContent.includes("per frame") && flameTip.textContent.includes("samples"));
  call("particles").click();
  expect("one tag alone", widthOf("particles") === 100 && call("render::cull") === undefined);
  call("particles::emit").click();
  expect("and its system alone, the tag above", widthOf("particles::emit") === 100 && call("particles").classList.contains("above"));
  document.getElementById("flame").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect("Escape goes back", widthOf("particles") === 100 && widthOf("particles::emit") < 100);
  click("flame-all");
  expect("all again", call("render::cull") !== undefined);
  const findCall = (text) => {
    document.getElementById("flame-find").value = text;
    document.getElementById("flame-find").dispatchEvent(new Event("input"));
  };
  findCall("search sorted");
  expect("calls are found", call("search::sorted").classList.contains("found") && call("main").classList.contains("faint"));
  expect("and summed up", /found \d/.test(document.getElementById("flame-shown").textContent));
  findCall("");
  click("flame-by-system");
  expect("systems at the top", call("render::cull").getAttribute("aria-level") === "1");
  click("flame-inner");
  expect("from the place", [...document.querySelectorAll('#flame button[aria-level="3"]')].some((button) => button.textContent.endsWith("collect")));
  click("flame-by-tag");
  click("flame-outer");
  const all = flame.root.bytes;
  click("in");
  click("in");
  expect("the icicle follows the timeline", flame.root.bytes < all / 3 && flame.root.bytes > all / 6);
  click("all");
  expect("and back", flame.root.bytes === all);

  const { lives } = window.report;
  const ask = (from, to, end, after) => {
    for (const [name, value] of Object.entries({ from, to, end, after })) {
      const field = document.getElementById(`lives-${name}`);
      field.value = value;
      field.dispatchEvent(new Event("change"));
    }
    document.querySelector("#lives-form button[type=submit]").click();
  };
  const answers = () => [...document.querySelectorAll("#lives tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent));
  const made = () => [...lives.read().made];
  expect("nothing is read before somebody asks", lives.columns === null);
  ask("", "", "any", "");
  expect("all blocks are found", flame.root.samples === lives.data.count && answers().length === 4);
  expect("with the place that made them", answers().some(([name]) => /^scripts::decode \(scripts\.rs:\d+\) · scripts$/.test(name)));
  expect("the icicle has them alone", call("render::cull") === undefined && call("ui::decode") !== undefined);
  expect("and says so", document.getElementById("flame-shown").textContent.includes("of the heap"));
  ask("100", "200", "any", "");
  expect("a stretch has both ends", flame.root.samples === made().filter((frame) => frame >= 100 && frame <= 200).length);
  ask("100", "200", "after", "300");
  const later = (block) => made()[block] >= 100 && made()[block] <= 200 && (lives.read().freed[block] === 0 || lives.read().freed[block] - 1 > 300);
  expect("freed after a frame, or never", flame.root.samples === made().filter((_, block) => later(block)).length && flame.root.samples > 0);
  ask("", "", "never", "");
  const never = answers();
  expect("scripts give nothing back", never[0][0].includes("scripts") && never[0][1] === never[0][3] && never[0][6] === "–");
  ask("1", "1", "after", "2999999");
  expect("nobody lives so long", answers().length <= 1);
  click("lives-clear");
  expect("frame memory again", flame.root.bytes === all && answers().length === 0 && call("render::cull") !== undefined);

  const names = () => [...document.querySelectorAll("#tags tbody th")].map((cell) => cell.textContent);
  document.querySelector("#tags thead th:first-child .sort").click();
  expect("sorted by name", names()[0] === "ai" && names().at(-1) === "ui");
  const max = document.querySelectorAll("#tags thead th")[4];
  max.querySelector(".sort").click();
  expect("sorted by size", max.getAttribute("aria-sort") === "descending" && names()[0] === "particles");

  const seen = document.documentElement.dataset;
  const themes = [1, 2, 3].map(() => {
    click("theme");
    return seen.theme;
  });
  expect("themes", themes.includes("light") && themes.includes("dark"));
  painter.paint();
  const pixel = painter.pen.getImageData(Math.round(400 * painter.ratio), Math.round(330 * painter.ratio), 1, 1).data;
  expect("something is drawn", pixel[3] === 255);
  seen.driven = wrong.length === 0 ? "passed" : wrong.join("; ");
}

#!/usr/bin/env python3
"""Writes games as people write them: systems of several concerns, in modules, with helpers, traits, closures and macros.

Usage: ci/oracle/generate.py FOLDER SEED GAMES: makes a crate in FOLDER, with GAMES modules that depend on nothing but the seed.

What a system does is taken from the shapes in `shapes-*.txt`: places of games' code, with choices («a¦b», «1..9»). Where it stands
is chosen here: in the system, in a helper, in a method, behind a trait, in a closure, in a macro. Nothing here knows what the
analyser says of any of it.
"""

import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
NOUNS = """orc ship coin door crab wolf mage bolt gate raft imp bat crate lamp drone snail ghost tank plant rook seal moth eel
yak fox hawk mine barrel slime golem turret wagon torch vine cog kite lynx newt owl pike quail ram swan toad urn wasp""".split()
WORDS = "update tick advance process refresh handle run apply".split()
MODULES = "ai physics render audio interface spawning network effects".split()
IMPORTS = """use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};

use framealloc::{PoolBox, Pooled, SmartAlloc, frame_system};

use crate::common::*;
"""
# How a body is reached, and how often.
WORLD_WAYS = {"inline": 6, "function": 4, "helper": 3, "method": 3, "closure": 2, "with": 1, "profile": 2, "table": 1, "phase": 1}
OWN_WAYS = {"own": 5, "generic": 2, "boxed dyn": 2}


def read_shapes():
    """The shapes of all files: name, state, items, body, and what a later system does."""
    shapes = []
    for file in sorted(HERE.glob("shapes-*.txt")):
        for text in re.split(r"(?m)^== ", file.read_text())[1:]:
            name, rest = text.split("\n", 1)
            shape = {"name": name, "state": [], "item": "", "body": "", "later": ""}
            part = None
            for line in rest.splitlines():
                if line.startswith("state "):
                    shape["state"].append(line[6:])
                elif line in ("item", "body", "later"):
                    part = line
                else:
                    shape[part] += line + "\n"
            shapes.append(shape)
    return shapes


def choose(rng, text):
    """Makes each choice of a text."""

    def one(match):
        inner = match.group(1)
        numbers = re.fullmatch(r"(\d+)\.\.(\d+)", inner)
        return str(rng.randrange(int(numbers[1]), int(numbers[2]))) if numbers else rng.choice(inner.split("¦"))

    return re.sub(r"«([^«»]*)»", one, text)


def indented(text, by=4):
    return "".join(" " * by + line + "\n" if line else "\n" for line in text.splitlines())


class Place:
    """One shape in one game: its names, its state, and its code once it has a way to be reached."""

    def __init__(self, rng, shape, noun):
        # A choice is made once for a whole shape: state, items and bodies belong together.
        whole = "\0".join([*shape["state"], shape["item"], shape["body"], shape["later"]])
        whole = re.sub(r"@(\w+)", lambda name: self.named(noun, name[1]), choose(rng, whole))
        *self.state, self.item, self.body, self.later = whole.split("\0")
        self.noun = noun
        self.shape = shape["name"]

    @staticmethod
    def named(noun, word):
        if word.isupper():
            return f"{noun.upper()}_{word}"
        return noun.capitalize() + word if word[0].isupper() else f"{noun}_{word}"

    def fields(self):
        return [re.fullmatch(r"(\w+): (.*?) = (.*)", line).groups() for line in self.state]


class Game:
    def __init__(self, number, rng, shapes):
        self.number, self.rng = number, rng
        self.nouns = rng.sample(NOUNS, len(NOUNS))
        self.fields, self.world_items, self.helpers = [], "", ""
        self.modules = {name: {"items": "", "systems": []} for name in rng.sample(MODULES, rng.randrange(3, 5))}
        self.systems, self.made_of, self.parts, self.parts_of = [], [], [], []
        places = [Place(rng, shape, self.nouns.pop()) for shape in rng.sample(shapes, rng.randrange(14, 22))]
        while places:
            concerns = [places.pop() for _ in range(min(len(places), rng.choice([1, 1, 1, 2, 2, 3])))]
            self.system([(place, place.body, bool(place.later)) for place in concerns])
            for place in concerns:
                if place.later:
                    self.system([(place, place.later, None)])

        if self.parts:
            self.fields.append(("parts", "Vec<Box<dyn Tick>>", f"vec![{', '.join(self.parts)}]"))
            module = next(iter(self.modules))
            calls = "    for part in &mut w.parts {\n        part.tick(alloc, frame);\n    }\n"
            self.modules[module]["systems"].append(
                f"#[frame_system]\npub fn all_parts(alloc: &SmartAlloc, w: &mut World, frame: u64) {{\n{calls}}}\n")
            self.systems.append(f"{module}::all_parts(alloc, world, frame);")
            self.made_of.append((f"game_{number:02}::{module}::all_parts", self.parts_of))

    def system(self, concerns):
        module = self.rng.choice(list(self.modules))
        into = self.modules[module]
        self.into = into
        noun = concerns[0][0].noun
        name = f"{noun}_{self.rng.choice(WORDS)}" + ("_later" if concerns[0][2] is None else "")
        calls = ""
        for place, body, has_later in concerns:
            if has_later is not None:
                into["items"] += place.item
            call = self.reach(place, body, has_later)
            if call and self.rng.random() < 0.15:
                call = f"if frame % {self.rng.randrange(2, 5)} == 0 {{\n{indented(call)}}}\n"
            calls += call
        if not calls.strip():
            return
        if self.rng.random() < 0.1:
            calls = "if w.paused {\n    return;\n}\n" + calls
        options = []
        if self.rng.random() < 0.5:
            options.append(f'tag = "{module}::{noun}"')
        if self.rng.random() < 0.2:
            options.append("no_heap")
        attribute = f"#[frame_system({', '.join(options)})]" if options else "#[frame_system]"
        self.made_of.append((f"game_{self.number:02}::{module}::{name}", [place.shape for place, _, _ in concerns]))
        if self.rng.random() < 0.15:
            calls = "let w = self;\n" + calls
            method = f"{attribute}\npub fn {name}(&mut self, alloc: &SmartAlloc, frame: u64) {{\n{indented(calls)}}}\n"
            into["systems"].append(f"impl World {{\n{indented(method)}}}\n")
            self.systems.append(f"world.{name}(alloc, frame);")
        else:
            into["systems"].append(f"{attribute}\npub fn {name}(alloc: &SmartAlloc, w: &mut World, frame: u64) {{\n{indented(calls)}}}\n")
            self.systems.append(f"{module}::{name}(alloc, world, frame);")

    def reach(self, place, body, has_later):
        """Puts a body somewhere, and returns what the system does to come there."""
        alone = has_later is False and self.rng.random() < 0.35
        ways = OWN_WAYS if alone else WORLD_WAYS
        way = self.rng.choices(list(ways), ways.values())[0]
        if alone:
            return self.reach_own(place, body, way)
        if has_later is not None:
            self.fields += place.fields()
        name = f"{place.noun}_{self.rng.choice(WORDS)}_{'it' if has_later is not None else 'rest'}"
        signature = f"fn {name}(w: &mut World, alloc: &SmartAlloc, frame: u64)"
        if way == "function":
            self.into["items"] += f"{signature} {{\n{indented(body)}}}\n"
            return f"{name}(w, alloc, frame);\n"
        if way == "helper":
            self.helpers += f"pub {signature} {{\n{indented(body)}}}\n"
            return f"super::helpers::{name}(w, alloc, frame);\n"
        if way == "method":
            body = re.sub(r"\bw\.", "self.", body)
            self.world_items += f"impl World {{\n    pub fn {name}(&mut self, alloc: &SmartAlloc, frame: u64) {{\n{indented(body, 8)}    }}\n}}\n"
            return f"w.{name}(alloc, frame);\n"
        if way == "closure":
            return f"let {name} = |w: &mut World| {{\n{indented(body)}}};\n{name}(w);\n"
        if way == "with":
            return f"w.with(|w| {{\n{indented(body)}}});\n"
        if way == "profile":
            return f'profile!("{place.noun}", {{\n{indented(body)}}});\n'
        if way == "table":
            self.into["items"] += f"{signature} {{\n{indented(body)}}}\n"
            table = f"const {place.noun.upper()}_STEPS: [fn(&mut World, &SmartAlloc, u64); 1] = [{name}];\n"
            return f"{table}for step in {place.noun.upper()}_STEPS {{\n    step(w, alloc, frame);\n}}\n"
        if way == "phase":
            return f"match w.phase {{\n    Phase::Play => {{\n{indented(body, 8)}    }}\n    Phase::Pause => w.ticks += 1,\n}}\n"
        return f"{{\n{indented(body)}}}\n"

    def reach_own(self, place, body, way):
        """The state is in a type of its own, whose method the body is."""
        kind, field = f"{place.noun.capitalize()}System", f"{place.noun}_system"
        fields = place.fields()
        members = "".join(f"    pub {name}: {kind_of},\n" for name, kind_of, _ in fields)
        values = ", ".join(f"{name}: {value}" for name, _, value in fields)
        body = re.sub(r"\bw\.", "self.", body)
        methods = f"pub fn new() -> Self {{\n    Self {{ {values} }}\n}}\n"
        tick = f"fn tick(&mut self, alloc: &SmartAlloc, frame: u64) {{\n{indented(body)}}}\n"
        self.into["items"] += f"pub struct {kind} {{\n{members}}}\n"
        if way == "own":
            self.into["items"] += f"impl {kind} {{\n{indented(methods + 'pub ' + tick)}}}\n"
        else:
            role = "Tick" if way == "boxed dyn" else "Stage"
            self.into["items"] += f"impl {kind} {{\n{indented(methods)}}}\nimpl {role} for {kind} {{\n{indented(tick)}}}\n"
        if way == "boxed dyn":
            # As in games: all parts of that kind are in one list, which one system goes through.
            self.parts.append(f"Box::new({kind}::new())")
            self.parts_of.append(place.shape)
            return ""
        self.fields.append((field, kind, f"{kind}::new()"))
        if way == "generic":
            return f"tick_one(&mut w.{field}, alloc, frame);\n"
        return f"w.{field}.tick(alloc, frame);\n"

    def write(self, folder):
        folder.mkdir(parents=True)
        globs = "".join(f"use super::{name}::*;\n" for name in self.modules)
        members = "".join(f"    pub {name}: {kind},\n" for name, kind, _ in self.fields)
        values = "".join(f"        {name}: {value},\n" for name, _, value in self.fields)
        world = f"""{IMPORTS}{globs}
#[derive(Clone, Copy, PartialEq)]
pub enum Phase {{
    Play,
    Pause,
}}
pub trait Tick {{
    fn tick(&mut self, alloc: &SmartAlloc, frame: u64);
}}
pub trait Stage {{
    fn tick(&mut self, alloc: &SmartAlloc, frame: u64);
}}
pub fn tick_one<T: Stage>(part: &mut T, alloc: &SmartAlloc, frame: u64) {{
    part.tick(alloc, frame);
}}
pub struct World {{
    pub phase: Phase,
    pub paused: bool,
    pub ticks: u64,
{members}}}
impl World {{
    pub fn with<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {{
        self.ticks += 1;
        work(self)
    }}
}}
pub fn world() -> World {{
    World {{
        phase: Phase::Play,
        paused: false,
        ticks: 0,
{values}    }}
}}
{self.world_items}"""
        (folder / "world.rs").write_text(world)
        (folder / "helpers.rs").write_text(f"{IMPORTS}{globs}use super::world::*;\n\n{self.helpers}")
        for name, module in self.modules.items():
            others = "".join(f"use super::{other}::*;\n" for other in [*self.modules, "world"] if other != name)
            (folder / f"{name}.rs").write_text(f"{IMPORTS}{others}\n{module['items']}\n" + "\n".join(module["systems"]))
        order = "".join(f"    {call}\n" for call in self.systems)
        names = "".join(f"pub mod {name};\n" for name in [*self.modules, "helpers", "world"])
        (folder / "mod.rs").write_text(f"""{names}
use framealloc::SmartAlloc;
use world::{{Phase, World}};

pub fn frame(alloc: &SmartAlloc, world: &mut World, frame: u64) {{
    world.phase = if frame % 97 < 5 {{ Phase::Pause }} else {{ Phase::Play }};
{order}}}

pub fn play(alloc: &mut SmartAlloc, file: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {{
    let mut world = world::world();
    crate::play(alloc, file, |alloc, number| frame(alloc, &mut world, number))
}}
""")


MAIN = """//! Games of seed {seed}: each is warmed up, and then recorded.
#![allow(warnings)]

#[macro_use]
mod common;
{modules}
use framealloc::{{HeapGuard, SmartAlloc}};

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

const WARM_UP: u64 = 1000;
const FRAMES: u64 = 300;

fn play(
    alloc: &mut SmartAlloc,
    file: &std::path::Path,
    mut frame: impl FnMut(&SmartAlloc, u64),
) -> Result<(), Box<dyn std::error::Error>> {{
    for number in 0..WARM_UP + FRAMES {{
        if number == WARM_UP {{
            alloc.record(file)?;
        }}
        alloc.whole_frame(|alloc| frame(alloc, number));
    }}
    alloc.stop_recording()?;
    Ok(())
}}

fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let folder = std::path::PathBuf::from(std::env::args_os().nth(1).ok_or("a folder for the recordings")?);
{plays}    Ok(())
}}
"""


def main():
    folder, seed, games = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    shapes = read_shapes()
    names = [f"game_{number:02}" for number in range(games)]
    made_of = ""
    for number, name in enumerate(names):
        game = Game(number, random.Random(f"{seed}/{number}"), shapes)
        game.write(folder / "src" / name)
        made_of += "".join(f"{system}: {'; '.join(parts)}\n" for system, parts in game.made_of)
    modules = "".join(f"mod {name};\n" for name in names)
    plays = "".join(f'    {name}::play(&mut SmartAlloc::default(), &folder.join("{name}.fa"))?;\n' for name in names)
    (folder / "src/main.rs").write_text(MAIN.format(seed=seed, modules=modules, plays=plays))
    (folder / "src/common.rs").write_text((HERE / "common.rs").read_text())
    # For whoever looks for the kind behind a wrong prediction.
    (folder / "systems.txt").write_text(made_of)
    (folder / "Cargo.toml").write_text(f"""[package]
name = "games"
version = "0.0.0"
edition = "2024"
[dependencies]
framealloc = {{ path = "{REPOSITORY}/framealloc" }}
[workspace]
""")
    (folder / "Cargo.lock").write_text((REPOSITORY / "Cargo.lock").read_text())
    print(f"{len(names)} games of seed {seed}, {len(shapes)} shapes")


if __name__ == "__main__":
    main()

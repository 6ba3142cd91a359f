//! What is taken from a former run is what a run that knows nothing would find, whatever was edited in between.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use cargo_fa::analysis::{Analysis, Functions, OpenOptions, Request};
use cargo_fa::model::config;
use support::{Sample, manifest};

/// All that a run says, but for how long it took and what it had to do for it.
fn said(analysis: &Analysis) -> String {
    let mut text = String::new();
    for finding in &analysis.findings {
        let _ = writeln!(text, "{finding:?}");
    }
    for file in &analysis.files {
        // Whether functions of libraries were read is no part of it: those that are stored come along.
        let _ = writeln!(text, "{} {} {} {:?}", file.path, file.root, file.lines, file.directives);
    }
    let rest = (&analysis.unparsed, &analysis.unexpanded, &analysis.tags, &analysis.left_out);
    let _ = writeln!(text, "{rest:?}");
    text
}

/// Where its results lie: in a target directory of its own, or in the one that the environment names for all.
fn cache_of(sample: &Sample) -> std::path::PathBuf {
    let project = cargo_fa::engine::Project::open(Some(&sample.path("Cargo.toml"))).expect("it is a workspace");
    project.cache_directory().expect("cargo names a target directory")
}

/// Analyses with what former runs have left, and without; how much of the first was done before.
fn compare(sample: &Sample, what: &str) -> Functions {
    let config = std::fs::read_to_string(sample.path(config::FILE_NAME)).unwrap_or_default();
    let config = config::read(&config::FILE_NAME.into(), &config).unwrap_or_default();
    let run = |cache: bool| {
        let manifest_path = Some(sample.path("Cargo.toml"));
        let options = OpenOptions { manifest_path, cache: true, ..OpenOptions::default() };
        let Ok(project) = cargo_fa::engine::open(&options) else { return None };
        let request = Request { jobs: 2, pedantic: true, left_out: true, cache, ..Request::default() };
        Some(project.analyze(&request, &config))
    };
    match (run(true), run(false)) {
        (Some(warm), Some(cold)) => {
            let (with, without) = (said(&warm), said(&cold));
            for (with, without) in with.lines().zip(without.lines()) {
                assert_eq!(with, without, "{what}");
            }
            assert_eq!(with.lines().count(), without.lines().count(), "{what}");
            assert_eq!(cold.functions.reused, 0);
            warm.functions
        }
        (warm, cold) => {
            assert_eq!(warm.is_none(), cold.is_none(), "{what}");
            Functions::default()
        }
    }
}

/// A generator of numbers that is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// Every fixture of some rules as a module of one package, beside a library that knows nothing of frames.
fn workspace(rules: &[&str]) -> (Sample, Vec<String>) {
    let mut game = String::new();
    let mut files = Vec::new();
    let sample = Sample::empty();
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    for rule in rules {
        let mut paths: Vec<_> =
            std::fs::read_dir(ui.join(rule)).expect("a rule").flatten().map(|at| at.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
            let name = format!("{}_{}", rule.to_lowercase(), path.file_stem().unwrap_or_default().to_string_lossy());
            let text = std::fs::read_to_string(path).expect("readable");
            // What is for a file as a whole stands at its beginning.
            sample.write(&format!("game/src/{name}.rs"), &text);
            let _ = writeln!(game, "pub mod {name};");
            files.push(format!("game/src/{name}.rs"));
        }
    }
    game.push_str("#[cfg(feature = \"more\")]\npub mod more;\n");
    sample.write("game/src/lib.rs", &game);
    sample.write(
        "game/src/more.rs",
        "pub fn more(alloc: &framealloc::SmartAlloc) -> Vec<u8> { alloc.begin_frame(); crate::helpers::fill(3) }\n",
    );
    sample.write("game/src/helpers.rs", HELPERS);
    sample.write("game/src/lib.rs", &(game + "pub mod helpers;\n"));
    let game = manifest("game") + "library = { path = \"../library\" }\n\n[features]\ndefault = []\nmore = []\n";
    sample.write("game/Cargo.toml", &game);
    let library = "[package]\nname = \"library\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    sample.write("library/Cargo.toml", library);
    sample.write("library/src/lib.rs", LIBRARY);
    sample.write("Cargo.toml", "[workspace]\nmembers = [\"game\", \"library\"]\nresolver = \"3\"\n");
    files.extend(
        ["game/src/helpers.rs", "game/src/lib.rs", "game/src/more.rs", "library/src/lib.rs"].map(str::to_owned),
    );
    (sample, files)
}

const HELPERS: &str = "\
use framealloc::{Frame, SmartAlloc, frame_system};
use library::{Grid, Step};

#[derive(Default)]
pub struct World { pub names: Vec<String>, pub grid: Grid, pub ready: bool, dirty: bool }

pub trait Act { fn act(&mut self, by: usize) -> Vec<u8>; fn twice(&mut self) -> Vec<u8> { self.act(2) } }

impl Act for World {
    fn act(&mut self, by: usize) -> Vec<u8> {
        if !self.ready { self.ready = true; self.names = Vec::with_capacity(64); }
        self.grid.step(by);
        fill(by)
    }
}

impl World {
    fn note(&mut self, text: &str) { self.names.push(text.to_owned()); }
    pub fn reset(&mut self) { self.names.clear(); self.dirty = false; }
}

pub fn fill(len: usize) -> Vec<u8> { let mut all = Vec::new(); for at in 0..len { all.push(at as u8); } all }

pub fn keep<'f>(frame: &Frame<'f>, into: &mut Vec<&'f str>) { into.push(frame.alloc_str(\"kept\")); }

#[frame_system(no_heap)]
pub fn system(alloc: &SmartAlloc, world: &mut World) {
    world.note(\"moved\");
    let all = world.twice();
    if world.dirty { world.reset(); }
    let frame = alloc.frame();
    let text = frame.alloc_str(&format!(\"{}\", all.len()));
    library::log(text);
    let mut kept = Vec::new();
    keep(&frame, &mut kept);
}
";

const LIBRARY: &str = "\
pub trait Step { fn step(&mut self, by: usize); }

#[derive(Default)]
pub struct Grid { cells: Vec<u32>, pub wide: usize }

impl Step for Grid {
    fn step(&mut self, by: usize) { self.grow(by); self.wide += by; }
}

impl Grid {
    fn grow(&mut self, by: usize) { self.cells.resize(self.cells.len() + by, 0); }
}

pub fn log(text: &str) { let line = text.to_string(); drop(line); }

#[macro_export]
macro_rules! doubled { ($value:expr) => { [$value, $value].to_vec() }; }
";

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Words of a text that may be names.
fn words(text: &str) -> Vec<&str> {
    let all = text.split(|letter| !is_word(letter));
    all.filter(|word| word.len() > 2 && word.starts_with(|first: char| first.is_ascii_alphabetic())).collect()
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        result.push_str(before);
        result.push_str(if whole { to } else { from });
        rest = after;
    }
    result + rest
}

/// Items that begin at the left margin, each with what stands before it.
fn items(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for line in text.lines() {
        let last = all.last_mut().expect("one is there");
        let _ = writeln!(last, "{line}");
        if line == "}" || line.starts_with(|first: char| !first.is_whitespace()) && line.ends_with(['}', ';']) {
            all.push(String::new());
        }
    }
    all
}

/// Puts something in front of a random place where `mark` stands.
fn before(text: &str, mark: &str, what: &str, random: &mut Random) -> String {
    let places: Vec<usize> = text.match_indices(mark).map(|(at, _)| at).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let at = *random.of(&places);
    format!("{}{what}{}", &text[..at], &text[at..])
}

fn after(text: &str, mark: &str, what: &str, random: &mut Random) -> String {
    let places: Vec<usize> = text.match_indices(mark).map(|(at, found)| at + found.len()).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let at = *random.of(&places);
    format!("{}{what}{}", &text[..at], &text[at..])
}

const STATEMENTS: &[&str] = &[
    " let grown: Vec<u8> = Vec::new(); drop(grown);",
    " self.ready = false;",
    " self.dirty = true;",
    " self.names.clear();",
    " crate::helpers::fill(4);",
    " library::log(\"x\");",
    " let _ = String::from(\"x\");",
    " let _ = library::doubled!(1);",
    " std::thread::sleep(std::time::Duration::ZERO);",
    " return Default::default();",
];

const TYPES: &[&str] =
    &["Vec<String>", "Vec<u32>", "Vec<u8>", "usize", "u8", "&str", "&SmartAlloc", "Grid", "&mut self", "&self", "bool"];

const ITEMS: &[&str] = &[
    "impl Drop for World { fn drop(&mut self) { crate::helpers::fill(1); } }",
    "impl crate::helpers::Act for u32 { fn act(&mut self, by: usize) -> Vec<u8> { vec![0; by] } }",
    "use crate::helpers::*;",
    "pub use crate::helpers::fill as log;",
    "pub fn log(text: &str) { drop(text.to_owned()); }",
    "pub fn fill(len: usize) -> usize { len }",
    "impl World { pub fn twice(&mut self) -> usize { 3 } }",
    "pub struct World { pub names: std::collections::HashMap<u8, String> }",
    "macro_rules! doubled { ($value:expr) => { Box::new($value) }; }",
    "pub mod inner { pub fn fill(_: usize) -> Box<u8> { Box::new(1) } }",
    "pub static NAMES: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());",
    "#[framealloc::no_heap] fn promised() { fill(3); }",
];

/// Changes one file at random; what was done.
fn edit(sample: &Sample, files: &[String], number: usize, random: &mut Random) -> String {
    // Half of the time one that others depend on.
    let from = if random.below(2) == 0 { 0 } else { files.len() - 4 };
    let path = random.of(&files[from..]).clone();
    let text = sample.read(&path);
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    let (what, text) = match random.below(19) {
        0 => ("a new function", format!("{text}pub fn fresh_{number}(x: u32) -> u32 {{ x + {number} }}\n")),
        1 => {
            let name = *random.of(&words(&text));
            ("a function of a known name", format!("{text}pub fn {name}() -> Vec<u8> {{ vec![1] }}\n"))
        }
        2 => {
            let at = random.below(lines.len());
            let mut rest = lines.clone();
            rest.remove(at.min(lines.len().saturating_sub(1)));
            ("a line less", joined(&rest))
        }
        3 => {
            let at = random.below(lines.len());
            let mut more = lines.clone();
            more.insert(at, *random.of(&lines));
            ("a line twice", joined(&more))
        }
        4 => ("a comment", before(&text, "\n", "\n// moved", random)),
        5 | 6 => {
            let all = words(&text);
            let (from, to) = (*random.of(&all), *random.of(&all));
            ("a name for another", renamed(&text, from, to))
        }
        7 => {
            let from = *random.of(&words(&text));
            ("a name that nobody knows", renamed(&text, from, &format!("{from}_{number}")))
        }
        8 => {
            let attribute = *random.of(&[
                "#[framealloc::frame_system] ",
                "#[framealloc::no_heap] ",
                "#[cold] ",
                "#[cfg(feature = \"more\")] ",
            ]);
            ("an attribute", before(&text, "fn ", attribute, random))
        }
        9 => ("a parameter", after(&text, "(", &format!("extra_{number}: &framealloc::SmartAlloc, "), random)),
        10 => ("a field", after(&text, "{ ", &format!("extra_{number}: Vec<String>, "), random)),
        11 | 12 => {
            let statement = *random.of::<&str>(STATEMENTS);
            ("a statement", after(&text, "{", statement, random))
        }
        13 => ("an item", format!("{text}{}\n", random.of::<&str>(ITEMS))),
        14 => {
            let mut all = items(&text);
            let from = random.below(all.len());
            let item = all.remove(from);
            let to = random.below(all.len() + 1);
            all.insert(to, item);
            ("an item elsewhere", all.concat())
        }
        15 => {
            let mut all = items(&text);
            let from = random.below(all.len());
            let item = all.remove(from);
            let other = random.of(files);
            if *other != path {
                sample.write(other, &(sample.read(other) + &item));
            }
            ("an item in another file", all.concat())
        }
        16 | 17 => {
            let (from, to) = (*random.of::<&str>(TYPES), *random.of::<&str>(TYPES));
            let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
            let at = if places.is_empty() { text.len() } else { *random.of(&places) };
            let end = (at + from.len()).min(text.len());
            ("a type for another", format!("{}{to}{}", &text[..at], &text[end..]))
        }
        _ => {
            let manifest = sample.read("game/Cargo.toml");
            let toggled = if manifest.contains("default = []") {
                manifest.replace("default = []", "default = [\"more\"]")
            } else {
                manifest.replace("default = [\"more\"]", "default = []")
            };
            sample.write("game/Cargo.toml", &toggled);
            let roots = *random.of(&[
                "",
                "[analysis]\nroots = [\"game::helpers::fill\"]\n",
                "[tags.ai]\nmodules = [\"game\"]\n",
            ]);
            sample.write(config::FILE_NAME, roots);
            ("a feature and the configuration", text.clone())
        }
    };
    sample.write(&path, &text);
    format!("{what} in {path}")
}

/// Edits a workspace again and again, now and then back to what it was.
fn edited_at_random(rules: &[&str], seed: u64, edits: usize) {
    let (sample, files) = workspace(rules);
    println!("seed {seed}");
    let mut random = Random(seed);
    compare(&sample, "at first");
    let read = || files.iter().map(|path| sample.read(path)).collect::<Vec<_>>();
    let mut before = vec![read()];
    let mut reused = 0;
    for number in 0..edits {
        let what = if random.below(4) == 0 {
            let state = random.of(&before).clone();
            files.iter().zip(&state).for_each(|(path, text)| sample.write(path, text));
            "as it was once".to_owned()
        } else {
            edit(&sample, &files, number, &mut random)
        };
        reused += compare(&sample, &format!("seed {seed}, edit {number}: {what}")).reused;
        before.push(read());
    }
    assert!(reused > 0, "nothing of any run was used again");
}

#[test]
fn results_after_random_edits_are_those_of_a_run_that_knows_nothing() {
    let more = std::env::var("RESULTS_EDITS").ok().and_then(|edits| edits.parse().ok());
    edited_at_random(&["FA201", "FA401", "FA601"], 0x5eed_0013, more.unwrap_or(25));
    edited_at_random(&["FA402", "FA604", "FA802"], 0x5eed_2026, more.unwrap_or(25));
}

#[test]
fn an_edit_of_one_function_leaves_the_results_of_others() {
    let (sample, files) = workspace(&["FA401", "FA601", "FA602"]);
    let first = compare(&sample, "at first");
    assert_eq!(first.reused, 0);
    let again = compare(&sample, "again");
    assert_eq!((again.analysed, again.reused), (0, first.analysed));
    let helpers = sample.read("game/src/helpers.rs");
    for number in 0..3 {
        let text = sample.read(&files[0]);
        sample.write(&files[0], &format!("{text}pub fn edited_{number}(x: u32) -> u32 {{ x + {number} }}\n"));
        let edited = compare(&sample, "a new function");
        assert!(edited.analysed * 10 < edited.reused, "{edited:?}");
    }
    // What moves a function, and what is in it, is of no concern for others.
    sample.write("game/src/helpers.rs", &helpers.replace("pub fn fill", "// moved\npub fn fill"));
    let edited = compare(&sample, "a comment");
    assert!(edited.analysed * 5 < edited.reused, "{edited:?}");
    sample.write("game/src/helpers.rs", &helpers.replace("all.push(at as u8);", ""));
    let edited = compare(&sample, "a body");
    assert!(edited.analysed * 5 < edited.reused, "{edited:?}");
    // What a type has in it concerns all, and so does all else that is said outside of functions found by their names.
    let others = [
        ("pub ready: bool", "pub ready: u8"),
        ("pub names: Vec<String>", "pub names: Vec<u8>"),
        ("fn act(&mut self, by: usize)", "fn act(&mut self, by: u8)"),
        ("fn act(&mut self, by: usize) -> Vec<u8>;", "#[framealloc::no_heap] fn act(&mut self, by: usize) -> Vec<u8>;"),
        ("impl Act for World", "impl Act for Grid"),
        ("#[derive(Default)]", "#[derive(Default)] #[framealloc::pooled]"),
        ("use library::{Grid, Step};", "use library::{Grid as Raster, Step};"),
    ];
    for (from, to) in others {
        sample.write("game/src/helpers.rs", &helpers);
        compare(&sample, "as it was");
        assert!(helpers.contains(from), "{from}");
        sample.write("game/src/helpers.rs", &helpers.replacen(from, to, 1));
        assert_eq!(compare(&sample, to).reused, 0, "{to}");
    }
}

const SETTLES: &str = "\
pub struct Chunk { pub mesh: Vec<u32>, pub stale: bool }

impl Chunk {
    pub fn dig(&mut self) { self.stale = true; }
    pub fn settle(&mut self) { self.stale = false; }
}
";

#[test]
fn what_a_method_of_another_file_does_to_a_field_is_compared() {
    let (sample, _) = workspace(&[]);
    let system = "use framealloc::{SmartAlloc, frame_system};\n\n#[frame_system]\n\
        pub fn remesh(alloc: &SmartAlloc, chunk: &mut crate::chunk::Chunk) {\n\
        if chunk.stale { chunk.settle(); chunk.mesh = (0..9).collect(); }\n}\n";
    sample.write("game/src/system.rs", system);
    sample.write("game/src/chunk.rs", SETTLES);
    let lib = sample.read("game/src/lib.rs");
    sample.write("game/src/lib.rs", &(lib + "pub mod chunk;\npub mod system;\n"));
    compare(&sample, "at first");
    for settles in [SETTLES.replace("self.stale = false;", ""), SETTLES.to_owned()] {
        sample.write("game/src/chunk.rs", &settles);
        compare(&sample, &settles);
    }
}

#[test]
fn damaged_results_are_not_used() {
    let (sample, _) = workspace(&["FA601"]);
    let first = compare(&sample, "at first");
    let results: Vec<_> = walkdir::WalkDir::new(cache_of(&sample))
        .into_iter()
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "results"))
        .collect();
    let [path] = &results[..] else { panic!("one file of results, not {results:?}") };
    let whole = std::fs::read(path).expect("readable");
    for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        for bytes in [&damaged[..], &whole[..at]] {
            std::fs::write(path, bytes).expect("written");
            let again = compare(&sample, "damaged");
            assert_eq!((again.analysed, again.reused), (first.analysed, 0), "byte {at}");
        }
    }
}

//! A call that may mean several functions is one finding, and no place of any of them is hidden.

mod support;

use serde_json::Value;
use support::Sample;

const GAME: &str = "\
use framealloc::{SmartAlloc, frame_system};

pub trait Weapon { fn fire(&self, shots: usize) -> usize; }
pub struct Laser;
pub struct Rocket;
pub struct Quiet;

impl Weapon for Laser {
    fn fire(&self, shots: usize) -> usize {
        let first = Box::new(shots); // here
        let second = Box::new(*first); // here
        *second
    }
}
impl Weapon for Rocket {
    fn fire(&self, shots: usize) -> usize {
        let trail = Box::new(shots); // here
        *trail
    }
}
impl Weapon for Quiet {
    fn fire(&self, shots: usize) -> usize { shots }
}

fn shoot<W: Weapon>(weapon: &W) -> usize { weapon.fire(3) }

#[frame_system]
pub fn fight(_alloc: &SmartAlloc) {
    shoot(&elsewhere::weapon());
}
";

fn lines() -> Vec<u64> {
    GAME.lines().zip(1..).filter(|(line, _)| line.contains("// here")).map(|(_, number)| number).collect()
}

/// Every number under this name, anywhere in it, as often as it is there.
fn numbers(value: &Value, name: &str, found: &mut Vec<u64>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| numbers(value, name, found)),
        Value::Object(all) => {
            found.extend(all.get(name).and_then(Value::as_u64));
            all.values().for_each(|value| numbers(value, name, found));
        }
        _ => {}
    }
}

#[test]
fn a_call_whose_type_is_not_known_is_one_finding_with_the_places_of_all_that_it_may_mean() {
    let sample = Sample::game(GAME);
    let json = sample.run("--all --format json").stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    let findings: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "FA401").collect();
    assert_eq!(findings.len(), 1, "{json}");
    let places = |text: &str, name: &str| {
        let mut found = Vec::new();
        for line in text.lines().filter(|line| line.starts_with('{')) {
            numbers(&serde_json::from_str(line).unwrap_or_default(), name, &mut found);
        }
        numbers(&serde_json::from_str(text).unwrap_or_default(), name, &mut found);
        found
    };
    let rustc = sample.run("--all --format rustc-json").stdout;
    let sarif = sample.run("--all --format sarif").stdout;
    let text = sample.run("--all").stdout + &sample.run("--all").stderr;
    for line in lines() {
        assert!(places(&json, "line").contains(&line), "line {line} of {json}");
        assert!(places(&sarif, "startLine").contains(&line), "line {line} of {sarif}");
        assert!(places(&rustc, "line_start").contains(&line), "line {line} of {rustc}");
        let shown = GAME.lines().nth(usize::try_from(line - 1).unwrap()).unwrap();
        assert!(text.contains(shown.trim()), "`{shown}` in {text}");
    }
}

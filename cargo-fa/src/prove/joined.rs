//! What the sources and a run say of the systems that a program was asked about, beside what the program says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::places::Place;
use super::verdict::{Proofs, SystemProof};

/// What others say of a system.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Joined {
    /// What the analyser finds below it in the sources; `None` if it did not read them.
    pub sources: Option<Vec<SourceFinding>>,
    /// What the last run counted.
    pub run: Measured,
}

/// A finding of the analyser.
#[derive(Clone, Debug, Serialize)]
pub struct SourceFinding {
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// What a recording or a snapshot says of a system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Measured {
    /// None was given.
    #[default]
    NotGiven,
    /// It is not in there.
    NotRun,
    /// It ran.
    Ran(Figures),
}

/// What a run counted of a system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How often it ran.
    pub calls: u64,
    /// Bytes of frame memory, in all calls.
    pub bytes: u64,
    /// Calls of the heap that a `HeapGuard` counted in it; `None` where that is not written down, as in recordings.
    pub heap_calls: Option<u64>,
}

/// The table: each system with what it declares, and what the sources, the program and the last run say.
#[must_use]
pub fn table(proofs: &Proofs) -> String {
    let mut rows = vec![["system", "declares", "sources", "program", "last run"].map(str::to_owned)];
    rows.extend(proofs.systems.iter().map(row));
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

fn row(system: &SystemProof) -> [String; 5] {
    let nothing = Joined::default();
    let joined = system.joined.as_ref().unwrap_or(&nothing);
    [
        system.name.clone(),
        system.effects.to_string(),
        joined.sources.as_deref().map_or_else(|| "not read".to_owned(), codes),
        super::render::summary(system),
        run(&joined.run),
    ]
}

/// `FA401 ×2, FA412`
fn codes(findings: &[SourceFinding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    if counts.is_empty() {
        return "nothing found".to_owned();
    }
    let each =
        counts.iter().map(|(code, count)| if *count == 1 { (*code).to_owned() } else { format!("{code} ×{count}") });
    each.collect::<Vec<_>>().join(", ")
}

fn run(run: &Measured) -> String {
    match run {
        Measured::NotGiven => "not measured".to_owned(),
        Measured::NotRun => "did not run".to_owned(),
        Measured::Ran(figures) => {
            let heap = match figures.heap_calls {
                Some(calls) => format!("{calls} of the heap"),
                None => "heap not measured".to_owned(),
            };
            let calls = if figures.calls == 1 { "1 call".to_owned() } else { format!("{} calls", figures.calls) };
            format!("{calls}, {heap}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::{Effects, Verdict};
    use super::*;

    fn system(name: &str, joined: Option<Joined>) -> SystemProof {
        SystemProof {
            name: name.to_owned(),
            declared: Place { file: "src/lib.rs".to_owned(), line: 3 },
            effects: Effects { no_heap: true, no_block: false },
            verdict: Verdict::Open,
            instances: Vec::new(),
            joined,
        }
    }

    #[test]
    fn what_was_not_measured_is_never_a_figure() {
        let finding = |code| SourceFinding {
            code,
            message: String::new(),
            place: Place { file: "src/lib.rs".to_owned(), line: 4 },
        };
        let joined = |sources, run| Some(Joined { sources, run });
        let ran = |heap_calls| Measured::Ran(Figures { calls: 8, bytes: 64, heap_calls });
        let systems = vec![
            system("game::one", None),
            system("game::two", joined(Some(Vec::new()), Measured::NotRun)),
            system("game::three", joined(Some(vec![finding("FA401"), finding("FA401"), finding("FA402")]), ran(None))),
            system("game::four", joined(None, ran(Some(2)))),
        ];
        let proofs = Proofs { program: "game".into(), processor: "x86_64", systems };
        assert_eq!(
            table(&proofs),
            "system       declares  sources          program  last run\n\
             game::one    no_heap   not read         open     not measured\n\
             game::two    no_heap   nothing found    open     did not run\n\
             game::three  no_heap   FA401 ×2, FA402  open     8 calls, heap not measured\n\
             game::four   no_heap   not read         open     8 calls, 2 of the heap\n"
        );
    }
}

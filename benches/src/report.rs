//! Prints figures.

use crate::harness::{Figures, Workload};
use crate::targets::Verdict;

/// Prints one workload as a table.
pub(crate) fn table(workload: &Workload, figures: &[Figures]) {
    println!("\n{}: {} (ns per {}, ratio to {})", workload.name, workload.about, workload.unit, workload.base);
    println!("  {:44} {:>9} {:>9} {:>7}  range of the ratio", "contender", "p10", "median", "ratio");
    for row in figures {
        let (least, most) = row.range();
        println!(
            "  {:44} {:9.2} {:9.2} {:7.2}  {least:.2}..{most:.2}",
            row.contender,
            row.p10,
            row.median,
            row.ratio()
        );
    }
}

/// Prints one workload as a line of JSON.
pub(crate) fn json(workload: &Workload, figures: &[Figures]) {
    let rows: Vec<String> = figures
        .iter()
        .map(|row| {
            let (least, most) = row.range();
            format!(
                r#"{{"contender":"{}","p10_ns":{:.3},"median_ns":{:.3},"ratio":{:.3},"ratio_min":{least:.3},"ratio_max":{most:.3}}}"#,
                escaped(row.contender),
                row.p10,
                row.median,
                row.ratio()
            )
        })
        .collect();
    println!(
        r#"{{"workload":"{}","unit":"{}","base":"{}","contenders":[{}]}}"#,
        workload.name,
        workload.unit,
        escaped(workload.base),
        rows.join(",")
    );
}

/// Prints how the targets turned out and returns how many gates were missed.
pub(crate) fn verdicts(verdicts: &[Verdict], quiet: bool) -> usize {
    let missed = verdicts.iter().filter(|verdict| verdict.fails()).count();
    if !quiet && !verdicts.is_empty() {
        println!("\nbars (the ratio aimed at; `--gate` fails beyond the gate)");
        for verdict in verdicts {
            let word = match verdict {
                _ if verdict.fails() => "MISSED",
                _ if !verdict.is_met() => "over the target",
                _ => "ok",
            };
            println!(
                "  {:4} {:27} {:5.2} x {:22} target {:.2}  gate {:.2}  {word}",
                verdict.workload, verdict.contender, verdict.ratio, verdict.against, verdict.aim, verdict.gate
            );
        }
    }
    missed
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

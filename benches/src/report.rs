//! Prints figures.

use crate::bars::Verdict;
use crate::harness::{Figures, Work};

/// Prints one work as a table.
pub(crate) fn table(work: &Work, figures: &[Figures]) {
    println!("\n{}: {} (ns per {}, ratio to {})", work.name, work.about, work.unit, work.base);
    println!("  {:44} {:>9} {:>9} {:>7}  range of the ratio", "contender", "p10", "median", "ratio");
    for row in figures {
        let (least, most) = range(row);
        println!(
            "  {:44} {:9.2} {:9.2} {:7.2}  {least:.2}..{most:.2}",
            row.contender,
            row.p10,
            row.median,
            row.ratio()
        );
    }
}

/// Prints one work as a line of JSON.
pub(crate) fn json(work: &Work, figures: &[Figures]) {
    let rows: Vec<String> = figures
        .iter()
        .map(|row| {
            let (least, most) = range(row);
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
        r#"{{"work":"{}","unit":"{}","base":"{}","contenders":[{}]}}"#,
        work.name,
        work.unit,
        escaped(work.base),
        rows.join(",")
    );
}

/// Prints how the bars turned out and returns how many gates were missed.
pub(crate) fn verdicts(verdicts: &[Verdict], quiet: bool) -> usize {
    let missed = verdicts.iter().filter(|verdict| verdict.fails()).count();
    if !quiet && !verdicts.is_empty() {
        println!("\nbars (the ratio aimed at; `--gate` fails beyond the gate)");
        for verdict in verdicts {
            let word = match verdict {
                _ if verdict.fails() => "MISSED",
                _ if verdict.ratio > verdict.aim => "over the bar",
                _ => "ok",
            };
            println!(
                "  {:4} {:27} {:5.2} x {:22} bar {:.2}  gate {:.2}  {word}",
                verdict.work, verdict.contender, verdict.ratio, verdict.against, verdict.aim, verdict.gate
            );
        }
    }
    missed
}

fn range(row: &Figures) -> (f64, f64) {
    (row.ratios[0], row.ratios[row.ratios.len() - 1])
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

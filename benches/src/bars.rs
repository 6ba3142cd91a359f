//! What we hold ourselves to.

use crate::harness::Figures;
use crate::works::names::{ANY_THREAD, CURSOR, HOISTED, SCOPE, TAGGED};
use crate::works::objects::{OWN, SIZED};
use crate::works::threads;

/// A limit on the ratio of one contender (the best of several) to the base of its work.
#[derive(Debug)]
struct Bar {
    work: &'static str,
    contenders: &'static [&'static str],
    /// What is aimed at.
    aim: f64,
    /// What `--gate` fails at: wide enough for a machine that others use, narrow enough to see a lost inlining.
    gate: f64,
}

const fn bar(work: &'static str, contenders: &'static [&'static str], aim: f64, gate: f64) -> Bar {
    Bar { work, contenders, aim, gate }
}

static BARS: &[Bar] = &[
    bar("a16", &[CURSOR], 0.65, 0.80),
    bar("a16", &[HOISTED], 1.05, 1.35),
    bar("a16", &[ANY_THREAD], 1.25, 1.60),
    bar("a64", &[CURSOR], 0.80, 0.95),
    bar("d", &[ANY_THREAD, HOISTED], 0.50, 0.70),
    bar("e1", &[HOISTED], 0.90, 1.10),
    bar("e1", &[ANY_THREAD, HOISTED, SCOPE, TAGGED, CURSOR], 0.80, 1.00),
    bar("e2", &[HOISTED], 1.00, 1.20),
    bar("e3", &[CURSOR], 0.80, 0.95),
    bar("k1", &[TAGGED], 1.02, 1.15),
    bar("s1", &["framealloc frame.scoped()", "framealloc alloc.scoped()"], 3.00, 4.50),
    bar("f1", &[SIZED], 0.80, 1.00),
    bar("f1", &[OWN], 0.80, 1.00),
    bar("f2", &[SIZED], 1.00, 1.25),
    bar("f2", &[OWN], 1.00, 1.25),
    bar("f3", &[SIZED], 0.65, 0.85),
    bar("f3", &[OWN], 0.65, 0.85),
    // Of Box in mimalloc; with snmalloc 0.85 is aimed at.
    bar("g", &[SIZED, OWN], 0.65, 1.00),
    // Two threads of which each takes as long as one alone scale 2.0 x; 1.9 x is 1.05, 1.6 x is 1.25.
    bar("h", &[threads::TWO], 1.05, 1.25),
];

/// How a bar turned out.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The work.
    pub(crate) work: &'static str,
    /// The contender that came closest.
    pub(crate) contender: &'static str,
    /// Its ratio.
    pub(crate) ratio: f64,
    /// What is aimed at.
    pub(crate) aim: f64,
    /// What `--gate` fails at.
    pub(crate) gate: f64,
}

impl Verdict {
    /// Whether the gate is missed, or could not be measured.
    pub(crate) fn fails(&self) -> bool {
        self.ratio.is_nan() || self.ratio > self.gate
    }
}

/// Compares the figures of a work with its bars.
pub(crate) fn judge(work: &str, figures: &[Figures]) -> Vec<Verdict> {
    let bars = BARS.iter().filter(|bar| bar.work == work);
    bars.map(|bar| {
        let best = figures
            .iter()
            .filter(|figures| bar.contenders.contains(&figures.contender))
            .min_by(|left, right| left.ratio().total_cmp(&right.ratio()));
        Verdict {
            work: bar.work,
            contender: best.map_or(bar.contenders[0], |figures| figures.contender),
            ratio: best.map_or(f64::NAN, Figures::ratio),
            aim: bar.aim,
            gate: bar.gate,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(contender: &'static str, ratio: f64) -> Figures {
        Figures { contender, p10: 1.0, median: 1.0, ratios: vec![ratio] }
    }

    #[test]
    fn every_bar_names_a_work_and_its_contenders() {
        let works = crate::works::all();
        for bar in BARS {
            let work = works.iter().find(|work| work.name == bar.work);
            let work = work.unwrap_or_else(|| panic!("no work is called `{}`", bar.work));
            let names: Vec<_> = (work.contenders)().iter().map(|contender| contender.name).collect();
            assert!(names.contains(&work.base), "`{}` has no base", bar.work);
            for contender in bar.contenders {
                assert!(names.contains(contender), "`{}` has no contender `{contender}`", bar.work);
            }
            assert!(bar.aim < bar.gate);
        }
    }

    #[test]
    fn the_best_contender_counts_and_a_missing_one_fails() {
        let verdicts = judge("d", &[figures(ANY_THREAD, 0.9), figures(HOISTED, 0.4)]);
        assert_eq!((verdicts[0].contender, verdicts[0].fails()), (HOISTED, false));
        assert!(judge("d", &[])[0].fails());
        assert!(judge("d", &[figures(HOISTED, 0.71)])[0].fails());
    }
}

//! Measures contenders side by side: many short samples, taken in turns.
//!
//! A shared machine drifts by more than what separates two arenas, so no contender is measured in one go: every round
//! takes one sample of each, starting at another one each time, and what counts is the tenth percentile over the rounds
//! and its ratio to that of the base in the same run.

use crate::clock;

/// What a sample aims to last, in nanoseconds.
const SAMPLE: f64 = 300_000.0;

/// One way to do a workload.
pub(crate) struct Contender {
    /// How it is named in the table.
    pub(crate) name: &'static str,
    /// Does the workload this many times and returns the nanoseconds it took.
    run: Box<dyn FnMut(u64) -> f64>,
}

impl Contender {
    /// A contender whose time is that of the calling thread.
    pub(crate) fn new(name: &'static str, mut once: impl FnMut() + 'static) -> Self {
        let run = move |times| {
            clock::thread_nanos(|| {
                for _ in 0..times {
                    once();
                }
            })
        };
        Self { name, run: Box::new(run) }
    }

    /// A contender that measures itself: it is told how often to do the workload and returns the nanoseconds.
    pub(crate) fn timed(name: &'static str, run: impl FnMut(u64) -> f64 + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }
}

impl std::fmt::Debug for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Something that contenders do in different ways.
#[derive(Debug)]
pub(crate) struct Workload {
    /// Short name, as on the command line.
    pub(crate) name: &'static str,
    /// One line on what is done.
    pub(crate) about: &'static str,
    /// Operations in one go, that times are divided by.
    pub(crate) operations: f64,
    /// What one operation is called.
    pub(crate) unit: &'static str,
    /// The contender that ratios are formed with.
    pub(crate) base: &'static str,
    /// Makes all contenders anew, so that runs differ in where their memory lies.
    pub(crate) contenders: fn() -> Vec<Contender>,
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Samples of each contender in one run.
    pub(crate) rounds: usize,
    /// Runs, each with contenders made anew.
    pub(crate) runs: usize,
}

/// The figures of one contender.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// Its name.
    pub(crate) contender: &'static str,
    /// Nanoseconds of one operation: tenth percentile over the rounds, median over the runs.
    pub(crate) p10: f64,
    /// Nanoseconds of one operation: median over the rounds, median over the runs.
    pub(crate) median: f64,
    /// Ratios of the tenth percentiles to the base's, one of each run, in order of size.
    pub(crate) ratios: Vec<f64>,
}

impl Figures {
    /// The median of the ratios.
    pub(crate) fn ratio(&self) -> f64 {
        middle(&self.ratios)
    }

    /// The least and the greatest of the ratios.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.ratios[0], self.ratios[self.ratios.len() - 1])
    }
}

/// Measures a workload.
pub(crate) fn measure(workload: &Workload, effort: Effort) -> Vec<Figures> {
    let runs: Vec<Vec<Sampled>> = (0..effort.runs.max(1)).map(|_| run(workload, effort.rounds.max(3))).collect();
    let count = runs[0].len();
    (0..count)
        .map(|index| {
            let column = |value: fn(&Sampled) -> f64| sorted(runs.iter().map(|run| value(&run[index])).collect());
            Figures {
                contender: runs[0][index].name,
                p10: middle(&column(|sampled| sampled.p10)),
                median: middle(&column(|sampled| sampled.median)),
                ratios: sorted(runs.iter().map(|run| run[index].p10 / base_of(workload, run)).collect()),
            }
        })
        .collect()
}

struct Sampled {
    name: &'static str,
    p10: f64,
    median: f64,
}

fn base_of(workload: &Workload, run: &[Sampled]) -> f64 {
    run.iter().find(|sampled| sampled.name == workload.base).map_or(f64::NAN, |sampled| sampled.p10)
}

fn run(workload: &Workload, rounds: usize) -> Vec<Sampled> {
    let mut contenders = (workload.contenders)();
    let times: Vec<u64> = contenders.iter_mut().map(calibrate).collect();
    let mut samples = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..rounds {
        for step in 0..contenders.len() {
            let index = (round + step) % contenders.len();
            let nanos = (contenders[index].run)(times[index]);
            samples[index].push(nanos / (times[index] as f64 * workload.operations));
        }
    }
    contenders
        .iter()
        .zip(samples)
        .map(|(contender, samples)| {
            let samples = sorted(samples);
            Sampled { name: contender.name, p10: samples[samples.len() / 10], median: middle(&samples) }
        })
        .collect()
}

/// Finds how often the workload fits into a sample, and warms the contender up.
fn calibrate(contender: &mut Contender) -> u64 {
    let mut times = 1;
    loop {
        // The better of two: a sample that was interrupted would leave all later ones too short.
        let nanos = (contender.run)(times).min((contender.run)(times)).max(1.0);
        if nanos >= SAMPLE / 4.0 {
            return ((times as f64 * SAMPLE / nanos).ceil() as u64).max(1);
        }
        times = (times * 2).max((times as f64 * SAMPLE / nanos / 3.0) as u64);
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn middle(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

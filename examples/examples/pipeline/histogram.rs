//! How long things take: a count for each power of two of nanoseconds, four steps in each.

use std::fmt;
use std::time::Duration;

const STEPS: u32 = 4;
const BUCKETS: usize = 160;

/// Durations by size. It has all its memory from the start.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: [u32; BUCKETS],
    most: u64,
}

impl Histogram {
    pub fn new() -> Self {
        Self { counts: [0; BUCKETS], most: 0 }
    }

    pub fn add(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(STEPS.into());
        let power = nanos.ilog2();
        // The two bits below the first.
        let step = (nanos >> (power - 2)) as u32 % STEPS;
        let bucket = (power * STEPS + step) as usize;
        self.counts[bucket.min(BUCKETS - 1)] += 1;
        self.most = self.most.max(nanos);
    }

    /// What this part of them, in thousandths, takes at most.
    fn quantile(&self, thousandths: u64) -> u64 {
        let all: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let mut below = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            below += u64::from(*count);
            if below * 1000 >= all * thousandths && below > 0 {
                let (power, step) = (bucket as u32 / STEPS, bucket as u64 % u64::from(STEPS));
                let upper = (1 << power) + ((step + 1) << (power.max(2) - 2));
                return upper.min(self.most);
            }
        }
        self.most
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = [self.quantile(500), self.quantile(990), self.most].map(nanos).join(" / ");
        f.pad(&text)
    }
}

fn nanos(nanos: u64) -> String {
    match nanos {
        0..10_000 => format!("{nanos} ns"),
        10_000..10_000_000 => format!("{} us", nanos / 1000),
        _ => format!("{} ms", nanos / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_at_most_a_quarter_too_large() {
        let mut histogram = Histogram::new();
        (1..=1000).for_each(|nanos| histogram.add(Duration::from_nanos(nanos)));
        for thousandths in [100, 500, 990, 1000] {
            let found = histogram.quantile(thousandths);
            assert!((thousandths..=thousandths * 5 / 4 + 1).contains(&found), "{thousandths}: {found}");
        }
    }
}

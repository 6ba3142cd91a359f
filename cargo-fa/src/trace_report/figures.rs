//! What is said of a series: mean, 99th percentile, maximum.

use super::recording::Series;

/// A series over all frames of a recording, those that do not mention it counting as 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spread {
    pub(super) mean: f64,
    /// 99 frames of 100 have at most this much (nearest rank).
    pub(super) p99: u64,
    pub(super) max: u64,
    /// Index of the first frame with the maximum.
    pub(super) worst: Option<u32>,
}

impl Spread {
    pub(super) fn of_series(series: &Series, frames: usize) -> Self {
        Self::of_points(&series.points, frames)
    }

    /// Of a figure that every frame has.
    pub(super) fn of_all(figures: impl Iterator<Item = u64>) -> Self {
        let points: Vec<(u32, u64)> = (0..).zip(figures).collect();
        Self::of_points(&points, points.len())
    }

    fn of_points(points: &[(u32, u64)], frames: usize) -> Self {
        if frames == 0 {
            return Self::default();
        }
        let total: u128 = points.iter().map(|(_, figure)| u128::from(*figure)).sum();
        // The first of equals, where max_by_key takes the last.
        let worst = points.iter().rev().max_by_key(|(_, figure)| *figure);
        let zeros = frames - points.len().min(frames);
        let rank = (frames * 99).div_ceil(100) - 1;
        let p99 = rank.checked_sub(zeros).map_or(0, |rank| {
            let mut figures: Vec<u64> = points.iter().map(|(_, figure)| *figure).collect();
            *figures.select_nth_unstable(rank).1
        });
        #[expect(clippy::cast_precision_loss, reason = "a mean is shown with three digits")]
        let mean = total as f64 / frames as f64;
        Self { mean, p99, max: worst.map_or(0, |(_, figure)| *figure), worst: worst.map(|(frame, _)| *frame) }
    }
}

/// The largest figure of each of at most `buckets` equal stretches of the recording.
pub(super) fn peaks(series: &Series, frames: usize, buckets: usize) -> Vec<u64> {
    let buckets = buckets.min(frames);
    let mut peaks = vec![0; buckets];
    for (frame, figure) in &series.points {
        let peak = &mut peaks[*frame as usize * buckets / frames];
        *peak = (*peak).max(*figure);
    }
    peaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_say_nothing_count_as_zero() {
        let series = Series { name: String::new(), points: vec![(3, 10), (7, 30), (8, 30)] };
        let spread = Spread::of_series(&series, 10);
        assert_eq!(spread, Spread { mean: 7.0, p99: 30, max: 30, worst: Some(7) });
        assert_eq!(Spread::of_series(&series, 1000).p99, 0);
        assert_eq!(Spread::of_series(&Series::default(), 0), Spread::default());
        assert_eq!(peaks(&series, 10, 5), [0, 10, 0, 30, 30]);
    }

    #[test]
    fn the_percentile_is_a_figure_of_the_recording() {
        assert_eq!(Spread::of_all(1..=100).p99, 99);
        assert_eq!(Spread::of_all(1..=1000).p99, 990);
        assert_eq!(Spread::of_all(std::iter::once(5)).p99, 5);
    }
}

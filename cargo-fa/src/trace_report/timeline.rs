//! What the page and the picture draw alike: which tags have a colour of their own, and where the lines of an axis are.

use super::recording::{Series, sum_of};

/// Colours of the largest tags on a light ground: Okabe and Ito's, which people with any kind of colour vision tell apart.
pub(super) const LIGHT: [&str; 7] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#e3cf3b"];
/// The same on a dark ground.
pub(super) const DARK: [&str; 7] = ["#2f8fd0", "#e9a820", "#17ae85", "#d68ab4", "#74c4f0", "#e2712a", "#f0e442"];
/// The other tags.
pub(super) const OTHER: [&str; 2] = ["#9aa3ad", "#6d7783"];

/// The tags that a picture shows on their own, and the sum of the others.
pub(super) fn layers(tags: &[Series], frames: usize) -> (&[Series], Option<Series>) {
    let (own, others) = tags.split_at(tags.len().min(LIGHT.len()));
    if others.is_empty() {
        return (own, None);
    }
    let sums = sum_of(others.iter(), frames);
    let name = if others.len() == 1 { others[0].name.clone() } else { format!("{} other tags", others.len()) };
    (own, Some(Series { name, points: (0..).zip(sums).collect() }))
}

/// The distance between lines of an axis of bytes: a power of two, at most six lines.
pub(super) fn byte_step(largest: f64) -> f64 {
    let mut step = 1.0;
    while largest / step > 6.0 {
        step *= 2.0;
    }
    step
}

/// The distance between labels of an axis of frames: 1, 2 or 5 times a power of ten, at most `labels`.
pub(super) fn count_step(span: f64, labels: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if span / (step * factor) <= labels {
                return step * factor;
            }
        }
        step *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_few_round_lines() {
        assert!((byte_step(1_500_000.0) - 262_144.0).abs() < f64::EPSILON);
        assert!((byte_step(0.0) - 1.0).abs() < f64::EPSILON);
        assert!((count_step(100_000.0, 10.0) - 10_000.0).abs() < f64::EPSILON);
        assert!((count_step(3.0, 10.0) - 1.0).abs() < f64::EPSILON);
    }
}

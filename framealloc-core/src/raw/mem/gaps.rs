//! How far it is from one sample to the next.

use super::window::MIN_ALIGN;

/// Random gaps of a geometric distribution, in steps of [`MIN_ALIGN`] bytes.
///
/// What is left of such a gap is distributed as a new one, whatever was taken of it: so a gap may be given up and drawn anew
/// at any time (a scope closes, a window is withdrawn), as long as that does not depend on where it would have ended.
#[derive(Debug)]
pub(crate) struct Gaps {
    state: u64,
    mean: usize,
}

/// Bits behind the point of a logarithm.
const FRACTION: u32 = 20;

/// The natural logarithm of 2, with as many.
const LN_2: u128 = 726_817;

impl Gaps {
    /// Gaps of `mean` bytes on average.
    pub(crate) fn new(mean: usize, seed: u64) -> Self {
        Self { state: seed, mean }
    }

    /// Bytes of a gap on average.
    pub(crate) fn mean(&self) -> usize {
        self.mean
    }

    /// Has gaps be of so many bytes on average from the next one on.
    pub(crate) fn set_mean(&mut self, mean: usize) {
        self.mean = mean;
    }

    /// The next 64 random bits: splitmix64, whose every seed is a good one.
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The bytes that are not sampled before the next one that is.
    pub(crate) fn draw(&mut self) -> usize {
        let uniform = self.bits();
        let exponential = u128::from(minus_log2(uniform)) * LN_2;
        let steps = (exponential * self.mean as u128) >> (2 * FRACTION) >> MIN_ALIGN.trailing_zeros();
        // The logarithm is at most 64, so this saturates where the mean is a large part of the address space.
        usize::try_from(steps << MIN_ALIGN.trailing_zeros()).unwrap_or(usize::MAX & !(MIN_ALIGN - 1))
    }
}

/// The logarithm of base 2, negated, of a number in 0..1 whose digits behind the point these are; with [`FRACTION`] bits.
///
/// In integers, so that it is the same on every machine, and calls nothing.
fn minus_log2(digits: u64) -> u64 {
    let digits = digits | 1;
    let zeros = digits.leading_zeros();
    // In 1..2, with 63 bits behind the point.
    let mut rest = digits << zeros;
    let mut log = 0;
    for _ in 0..FRACTION {
        // The square is in 1..4: its digit before the point is the next one of the logarithm.
        let square = (u128::from(rest) * u128::from(rest)) >> 63;
        log <<= 1;
        let carry = u64::from(square >> 64 != 0);
        log |= carry;
        rest = u64::try_from(square >> carry).unwrap_or(u64::MAX);
    }
    (u64::from(zeros + 1) << FRACTION) - log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "compared with some digits")]
    fn logarithms_are_those_of_the_library() {
        for digits in [1, 2, 3, 1 << 20, 0x1234_5678_9ABC_DEF0, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX - 4] {
            let ours = minus_log2(digits) as f64 / f64::from(1 << FRACTION);
            let theirs = 64.0 - ((digits | 1) as f64).log2();
            assert!((ours - theirs).abs() < 1e-5, "{digits:#x}: {ours} {theirs}");
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "compared with some digits")]
    fn gaps_have_the_distribution_that_makes_each_byte_as_likely_as_any_other() {
        let mean = 4096;
        let mut gaps = Gaps::new(mean, 1);
        let drawn: Vec<usize> = (0..100_000).map(|_| gaps.draw()).collect();
        assert!(drawn.iter().all(|gap| gap % MIN_ALIGN == 0));
        for bytes in [64_usize, 1024, 4096, 16384] {
            let longer = drawn.iter().filter(|gap| **gap >= bytes).count() as f64 / drawn.len() as f64;
            let expected = (-(bytes as f64) / mean as f64).exp();
            // Five standard deviations of a fixed seed: it passes or fails for ever.
            let deviation = (expected * (1.0 - expected) / drawn.len() as f64).sqrt();
            assert!((longer - expected).abs() < 5.0 * deviation, "{bytes}: {longer} {expected}");
        }
        let sum: usize = drawn.iter().sum();
        let found = sum as f64 / drawn.len() as f64;
        assert!((found / mean as f64 - 1.0).abs() < 0.02, "{found}");
    }

    #[test]
    fn any_mean_has_gaps() {
        for mean in [1, 7, usize::MAX / 2, usize::MAX] {
            let mut gaps = Gaps::new(mean, 3);
            assert!((0..1000).map(|_| gaps.draw()).all(|gap| gap % MIN_ALIGN == 0));
        }
    }
}

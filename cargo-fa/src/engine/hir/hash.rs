//! Names of texts, made of all their bytes.

/// Two lanes of multiplied halves, each of which takes in every word: no defence against those who look for two texts of
/// one hash, who would only fool themselves, and ten times as fast as one that is.
pub(crate) fn hash(bytes: &[u8]) -> u128 {
    const LANES: [u64; 4] =
        [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x27d4_eb2f_1656_67c5];
    fn fold(left: u64, right: u64) -> u64 {
        let (low, high) = halves(u128::from(left) * u128::from(right));
        low ^ high
    }
    let length = bytes.len() as u64;
    let (mut first, mut second) = (LANES[0] ^ length, LANES[1].wrapping_add(length));
    let mut mix = |chunk: &[u8; 16]| {
        let (low, high) = halves(u128::from_le_bytes(*chunk));
        // The old value is added, so that a product of zero forgets nothing.
        first = fold(first ^ low, LANES[2] ^ high).wrapping_add(first.rotate_left(29));
        second = fold(second ^ high, LANES[3] ^ low).wrapping_add(second.rotate_left(31));
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    chunks.iter().for_each(&mut mix);
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    mix(&last);
    let (first, second) = (fold(first ^ second, LANES[2]), fold(second ^ first.rotate_left(32), LANES[3]));
    u128::from(first) << 64 | u128::from(second)
}

pub(super) fn checksum(bytes: &[u8]) -> u64 {
    halves(hash(bytes)).0
}

#[expect(clippy::cast_possible_truncation, reason = "each half fits")]
fn halves(word: u128) -> (u64, u64) {
    (word as u64, (word >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_one_bit_differ_in_their_hash() {
        let mut seen = std::collections::BTreeSet::new();
        for length in 0..70 {
            let mut text = vec![0_u8; length];
            assert!(seen.insert(hash(&text)), "zeroes, {length}");
            for bit in 0..length * 8 {
                text[bit / 8] ^= 1 << (bit % 8);
                assert!(seen.insert(hash(&text)), "bit {bit} of {length}");
                text[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}

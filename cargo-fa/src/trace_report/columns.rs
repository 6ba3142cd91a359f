//! Columns of figures inside of a page: differences, zigzag, LEB128, base64. A steady column takes a byte per frame.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The largest figure: differences, doubled by their sign, must be whole numbers in JavaScript.
const LARGEST: u64 = 1 << 51;

/// Encodes a column; `decodeColumn` in `data.js` reads it.
pub(super) fn encode(figures: impl Iterator<Item = u64>) -> String {
    let mut bytes = Vec::new();
    let mut last = 0;
    for figure in figures {
        let figure = figure.min(LARGEST);
        let mut code = if figure >= last { (figure - last) << 1 } else { ((last - figure) << 1) - 1 };
        while code >= 0x80 {
            bytes.push(code.to_le_bytes()[0] | 0x80);
            code >>= 7;
        }
        bytes.push(code.to_le_bytes()[0]);
        last = figure;
    }
    base64(&bytes)
}

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            // A byte is two letters, and each further one a letter more.
            let letter = if at <= group.len() { ALPHABET[(word >> (18 - 6 * at)) as usize & 63] } else { b'=' };
            out.push(char::from(letter));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_the_standard_says() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn differences_are_small_numbers() {
        // 5, 5, 3, 3 + 64: zigzag 10, 0, 3, 128.
        assert_eq!(encode([5, 5, 3, 67].into_iter()), base64(&[10, 0, 3, 0x80, 1]));
        assert_eq!(encode([u64::MAX, 0].into_iter()).len(), encode([1 << 51, 0].into_iter()).len());
    }
}

//! What framealloc's attributes leave in a program: a mark for each system.

pub(crate) const NO_HEAP: u32 = 1;
pub(crate) const NO_BLOCK: u32 = 2;

/// A system: its name, what it declares, and how it stands.
pub(crate) type System = (&'static str, u32, &'static str);

pub(crate) const SYSTEMS: [System; 6] = [
    ("keeps", NO_HEAP | NO_BLOCK, "proven"),
    ("breaks", NO_HEAP, "violated"),
    ("waits", NO_BLOCK, "violated"),
    ("sleeps", NO_HEAP, "proven"),
    ("asks", NO_HEAP, "open"),
    ("calls", NO_HEAP, "open"),
];

/// The marks of `systems` at `at`, and their texts behind them: the bytes, and where the pointers are among them.
pub(crate) fn marks(systems: &[System], at: u64) -> (Vec<u8>, Vec<usize>) {
    const SIZE: usize = 56;
    let (mut bytes, mut pointers, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let texts_at = at + (SIZE * systems.len()) as u64;
    for (line, &(name, effects, _)) in (1_u32..).zip(systems) {
        bytes.extend(b"framealloc fx \0\x01");
        for text in [name, "game.rs"] {
            pointers.push(bytes.len());
            bytes.extend((texts_at + texts.len() as u64).to_le_bytes());
            bytes.extend((text.len() as u64).to_le_bytes());
            texts.extend(text.bytes());
        }
        bytes.extend(line.to_le_bytes());
        bytes.extend(effects.to_le_bytes());
    }
    bytes.extend(texts);
    (bytes, pointers)
}

pub(crate) fn pad(bytes: &mut Vec<u8>, to: usize) {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
}

/// The distance of an operand of four bytes that ends at `end`.
pub(crate) fn relative(target: u64, end: u64) -> [u8; 4] {
    i32::try_from(target.cast_signed() - end.cast_signed()).unwrap().to_le_bytes()
}

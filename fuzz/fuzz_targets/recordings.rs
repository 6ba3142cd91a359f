//! Recordings: whatever the bytes are, reading them ends without a panic, and what was read is written and read again as it was.
#![no_main]

use framealloc_trace::{Decoder, Encoder, Item, MAGIC, TraceError, VERSION};
use libfuzzer_sys::fuzz_target;

/// FNV-1a of kind and payload, as the format says: damaged blocks would hide what is behind the sum.
fn checksum(kind: u8, payload: &[u8]) -> u32 {
    [kind].iter().chain(payload).fold(0x811C_9DC5, |sum: u32, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Blocks with right lengths and sums, from any bytes: kind, length, payload.
fn whole(mut bytes: &[u8]) -> Vec<u8> {
    let mut recording = MAGIC.to_vec();
    recording.push(VERSION);
    while let [kind, length, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        recording.push(*kind);
        recording.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        recording.extend(payload);
        recording.extend(checksum(*kind, payload).to_le_bytes());
        bytes = rest;
    }
    recording
}

fn read(bytes: &[u8]) -> (Vec<Item>, Option<TraceError>) {
    let decoder = match Decoder::new(bytes) {
        Ok(decoder) => decoder,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let (mut items, mut failed) = (Vec::new(), None);
    for item in decoder {
        assert!(failed.is_none(), "an item after the error");
        match item {
            Ok(item) => items.push(item),
            Err(error) => failed = Some(error),
        }
    }
    (items, failed)
}

fn check(bytes: &[u8]) {
    let (items, failed) = read(bytes);
    if let Some(error) = failed {
        assert!(!error.to_string().is_empty());
    }
    let mut encoder = Encoder::new(Vec::new());
    for item in &items {
        match item {
            Item::Definition(named) => encoder.define(named.kind, named.id, &named.name, named.limit),
            Item::Frame(frame) => encoder.frame(&frame.as_view()),
            _ => {}
        }
    }
    assert_eq!(read(&encoder.into_bytes()), (items, None));
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    check(&whole(bytes));
});

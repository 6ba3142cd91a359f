//! Names for findings that survive edits elsewhere: no line numbers go into them.

use std::collections::HashMap;

use crate::model::finding::Finding;
use crate::model::source::SourceMap;

/// One fingerprint per finding, unique among them: sixteen hexadecimal digits.
///
/// Made of the code, the package, the item, and the underlined text without its white space; findings that agree in all
/// of these are numbered in the order of the file.
#[must_use]
pub fn fingerprints<'f>(findings: impl IntoIterator<Item = &'f Finding>, sources: &SourceMap) -> Vec<String> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut given = std::collections::HashSet::new();
    findings
        .into_iter()
        .map(|finding| {
            let snippet = sources.source(&finding.primary.file).slice(&finding.primary);
            let snippet: String = snippet.split_whitespace().collect();
            // The file stands in for the item where there is none, as in `.fa.toml`.
            let item = if finding.item.is_empty() { &*finding.primary.file } else { &finding.item };
            let key = hash([finding.code.number, &finding.package, item, &snippet].into_iter(), 0);
            let ordinal = seen.entry(key).or_insert(0);
            let mut salt = *ordinal;
            *ordinal += 1;
            loop {
                let name = hash([finding.code.number, &finding.package, item, &snippet].into_iter(), salt);
                if given.insert(name) {
                    return format!("{name:016x}");
                }
                salt += 1_000_003;
            }
        })
        .collect()
}

/// FNV-1a: the same on every system and in every version of this program, which std's hasher does not promise.
fn hash<'p>(parts: impl Iterator<Item = &'p str>, salt: u64) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        hash = part.bytes().fold(hash, step);
        hash = step(hash, 0xff);
    }
    salt.to_le_bytes().into_iter().fold(hash, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::{FA601, FA602};
    use crate::model::finding::Place;

    fn fingerprints_of(text: &str, at: &[(usize, usize)]) -> Vec<String> {
        let mut sources = SourceMap::default();
        sources.insert("src/lib.rs", text);
        let findings: Vec<_> = at
            .iter()
            .map(|&(start, end)| {
                let place = Place::new("src/lib.rs", u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
                Finding::new(&FA602, "x", place).inside("game", "game::step")
            })
            .collect();
        fingerprints(&findings, &sources)
    }

    #[test]
    fn a_fingerprint_survives_edits_elsewhere() {
        assert_eq!(
            fingerprints_of("f(); g(a, b);", &[(5, 12)]),
            fingerprints_of("\n\n// new\nf(); g(a,\n  b);", &[(14, 23)])
        );
        assert_ne!(fingerprints_of("f(); g(a, b);", &[(5, 12)]), fingerprints_of("f(); g(a, c);", &[(5, 12)]));
    }

    #[test]
    fn twins_are_told_apart_by_their_order() {
        let twins = fingerprints_of("f();f();", &[(0, 3), (4, 7)]);
        assert_ne!(twins[0], twins[1]);
        assert_eq!(twins[0], fingerprints_of("f();", &[(0, 3)])[0]);
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_version() {
        let finding = Finding::new(&FA601, "x", Place::new("a.rs", 0, 0)).inside("game", "game::step");
        assert_eq!(fingerprints([&finding], &SourceMap::default()), ["dd8f9b616853b62f"]);
    }
}

//! Advisory classes that no run of a program can show: rules for the source, checked on the source.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file of the crate: its path below `src`, and its code without comments, line by line.
fn sources() -> Vec<(String, Vec<String>)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("the sources can be listed").path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let code = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("the sources can be read");
        let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned());
        // Written with `/` on every system.
        let below = path.strip_prefix(&root).expect("below the root").display().to_string();
        (below.replace(std::path::MAIN_SEPARATOR, "/"), lines.collect())
    };
    let sources: Vec<(String, Vec<String>)> = files.iter().map(code).collect();
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// Files and lines with one of these words, outside of comments.
fn uses(words: &[&str]) -> Vec<(String, String)> {
    let sources = sources();
    let lines = sources.iter().flat_map(|(file, lines)| lines.iter().map(move |line| (file, line)));
    let hits = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    hits.map(|(file, line)| (file.clone(), line.trim().to_owned())).collect()
}

/// How many lines each file has.
fn count(hits: Vec<(String, String)>) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (file, _) in hits {
        match counts.iter_mut().find(|(known, _)| *known == file) {
            Some((_, count)) => *count += 1,
            None => counts.push((file, 1)),
        }
    }
    counts.sort();
    counts
}

#[test]
fn r7_no_atomic_carries_an_ordering_but_those_of_flights_zones_and_of_what_observers_walk() {
    // What must be ordered is under a lock or held exclusively, but for flights and for chunks of zones, which come back without
    // either, for the rows of the heap by tag, and for the lists that observers walk. An ordering that is added here needs a loom model that fails without it, and
    // a bug in `ci/mutants` that shows so, in `flights.txt`, `ambient.txt`, `heap_tags.txt`, `observers.txt` or `retire.txt`. One line of each file
    // names them all.
    let ordered = count(uses(&["Acquire", "AcqRel", "SeqCst", "Ordering::Release", ", Release", "fence("]));
    let expected = [
        ("raw/epochs/list.rs", 18),
        ("raw/epochs/pins.rs", 3),
        ("raw/frames/claim.rs", 3),
        ("raw/frames/entries.rs", 5),
        ("raw/frames/flights/flight.rs", 4),
        ("raw/frames/flights/publication.rs", 14),
        ("raw/frames/flights/returns.rs", 7),
        ("raw/global/ambient/cells.rs", 7),
        ("raw/global/ambient/chunks.rs", 7),
        ("raw/global/ambient/region.rs", 5),
        ("raw/global/ambient/stash.rs", 8),
        ("raw/global/by_tag/magazines.rs", 5),
        ("raw/global/by_tag/slots.rs", 3),
        ("raw/global/followed.rs", 7),
        ("raw/pools/depot_figures.rs", 5),
        ("raw/pools/gate.rs", 5),
        ("raw/pools/pool.rs", 3),
        ("raw/pools/registry.rs", 7),
        ("raw/pools/retire/lane.rs", 7),
        ("raw/pools/retire/mod.rs", 4),
        ("sync.rs", 1),
    ];
    assert_eq!(ordered, expected.map(|(file, count)| (file.to_owned(), count)));
}

#[test]
fn r15_no_safe_public_function_takes_a_raw_pointer() {
    for (file, lines) in sources() {
        let code = lines.join("\n");
        for (at, _) in code.match_indices("pub fn ").chain(code.match_indices("pub const fn ")) {
            let signature = code[at..].split_once(['{', ';']).map_or("", |(signature, _)| signature);
            let arguments = signature.rsplit_once("->").map_or(signature, |(arguments, _)| arguments);
            let takes = ["*const ", "*mut ", "NonNull<"].iter().any(|pointer| arguments.contains(pointer));
            assert!(!takes, "{file}: {signature}");
        }
    }
}

#[test]
fn r18_pointers_keep_to_their_allocation_and_owners_to_their_values() {
    // Values are moved out of their owners through `ManuallyDrop`; what is forgotten is only the payload of a second panic.
    let forgotten = uses(&["mem::forget"]);
    assert!(
        forgotten
            .iter()
            .all(|(_, line)| line == "core::mem::forget(payload);" || line == "core::mem::forget(another);")
    );
    // Nothing is made from an integer, and nothing is called something else.
    assert_eq!(
        uses(&["transmute", "expose_provenance", "with_exposed_provenance", "from_exposed", "as usize as *"]),
        []
    );
    // Steps back from a pointer: below a slot in its magazine, to what stands before a heap block (its counters, and its mark before
    // them) and before one with a tag, and the end of a window that shrinks. Each is argued for where it stands.
    let back = uses(&[".sub(", ".byte_sub(", ".offset(", ".byte_offset(", ".wrapping_offset("]);
    let expected = [
        ("raw/frames/arena/mod.rs", 1),
        ("raw/global/by_tag/header.rs", 3),
        ("raw/mem/heap_block.rs", 6),
        ("raw/pools/magazine.rs", 2),
    ];
    assert_eq!(count(back), expected.map(|(file, count)| (file.to_owned(), count)));
    // Owners hold pointers, never references to what they own: a reference would vouch for memory that the owner frees.
    for (file, field) in [("raw/frames/owned.rs", "value: NonNull<T>"), ("raw/pools/owner.rs", "value: NonNull<T>")] {
        assert!(uses(&[field]).iter().any(|(found, _)| found == file), "{file}");
    }
}

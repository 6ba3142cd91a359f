//! "Did you mean": the nearest of a list of known words.

/// The edits (insert, delete, replace one character) that turn `left` into `right`.
#[must_use]
pub fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, from) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, &to) in right.iter().enumerate() {
            let replace = diagonal + usize::from(from != to);
            diagonal = row[column + 1];
            row[column + 1] = replace.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

/// The candidate nearest to `word`, if it is at most two edits away and shares at least one character with it.
///
/// Of candidates equally near, the first is returned.
///
/// ```
/// assert_eq!(framealloc_syntax::closest("phsyics", ["ai", "physics"]), Some("physics"));
/// assert_eq!(framealloc_syntax::closest("ai", ["fx"]), None);
/// ```
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= 2 && distance < length.min(candidate.chars().count()))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The candidate that `word` is the beginning of, or that it goes on from, or else the [`closest`] one.
///
/// For the words of a grammar: whoever types `bud` means `budget`, although `out` is fewer edits away. A beginning has two
/// characters, and what a word goes on from three; of several candidates the shortest is returned.
///
/// ```
/// assert_eq!(framealloc_syntax::meant("bud", ["out", "budget"]), Some("budget"));
/// assert_eq!(framealloc_syntax::meant("tag_name", ["name", "tag"]), Some("tag"));
/// assert_eq!(framealloc_syntax::meant("nmae", ["tag", "name"]), Some("name"));
/// ```
pub fn meant<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str> + Clone) -> Option<&'c str> {
    let long = |word: &str, least: usize| word.chars().count() >= least;
    let begun = |candidate: &&str| long(word, 2) && candidate.starts_with(word);
    let passed = |candidate: &&str| long(candidate, 3) && word.starts_with(candidate);
    let related = candidates.clone().into_iter().filter(|candidate| begun(candidate) || passed(candidate));
    related.min_by_key(|candidate| candidate.len()).or_else(|| closest(word, candidates))
}

#[cfg(test)]
mod tests {
    use super::{closest, edit_distance, meant};

    #[test]
    fn distance_of_known_pairs() {
        for (left, right, distance) in [
            ("", "", 0),
            ("", "abc", 3),
            ("budget", "budget", 0),
            ("budgt", "budget", 1),
            ("phsyics", "physics", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edit_distance(left, right), distance, "{left} -> {right}");
            assert_eq!(edit_distance(right, left), distance, "{right} -> {left}");
        }
    }

    #[test]
    fn nothing_is_suggested_for_a_word_that_shares_nothing() {
        assert_eq!(closest("ab", ["cd", "xy"]), None);
        assert_eq!(closest("", ["a"]), None);
    }

    #[test]
    fn a_beginning_is_meant_before_a_word_that_is_nearer() {
        let options = ["alloc", "budget", "crate", "name", "no_heap", "out", "tag"];
        for (word, expected) in [
            ("bud", Some("budget")),
            ("no", Some("no_heap")),
            ("na", Some("name")),
            ("allocator", Some("alloc")),
            ("budget_bytes", Some("budget")),
            ("tags", Some("tag")),
            ("heap", None),
            ("n", None),
            ("", None),
        ] {
            assert_eq!(meant(word, options), expected, "{word}");
        }
        assert_eq!(meant("ca", ["capacity_bytes", "capacity"]), Some("capacity"));
        assert_eq!(meant("größ", ["größe", "groß"]), Some("größe"));
    }

    #[test]
    fn the_nearest_wins_and_ties_go_to_the_first() {
        assert_eq!(closest("tags", ["tap", "tag"]), Some("tag"));
        assert_eq!(closest("pooh", ["pool", "poor"]), Some("pool"));
    }
}

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

#[cfg(test)]
mod tests {
    use super::{closest, edit_distance};

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
    fn the_nearest_wins_and_ties_go_to_the_first() {
        assert_eq!(closest("tags", ["tap", "tag"]), Some("tag"));
        assert_eq!(closest("pooh", ["pool", "poor"]), Some("pool"));
    }
}

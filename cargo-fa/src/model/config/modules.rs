//! Module patterns: `game::physics`, `crate::collision`, `game::*::debug`, `game::**::tests`.

/// Whether `path` is a path of identifiers.
#[must_use]
pub(super) fn is_path(path: &str) -> bool {
    !path.is_empty() && path.split("::").all(is_identifier)
}

/// Whether `pattern` is a path of identifiers, `*` and `**`.
#[must_use]
pub(super) fn is_pattern(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.split("::").all(|part| part == "*" || part == "**" || is_identifier(part))
}

fn is_identifier(word: &str) -> bool {
    let mut letters = word.strip_prefix("r#").unwrap_or(word).chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// Whether the module `path`, which starts with the name of its crate, or a module above it, fits `pattern`.
///
/// `crate` stands for any crate, `*` for one part, `**` for any number of parts.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split("::").collect();
    let path: Vec<&str> = path.split("::").collect();
    match (&*pattern, &*path) {
        (["crate", rest @ ..], [_, below @ ..]) => fits(rest, below),
        (pattern, path) => fits(pattern, path),
    }
}

fn fits(pattern: &[&str], path: &[&str]) -> bool {
    let Some((part, rest)) = pattern.split_first() else { return true };
    match *part {
        "**" => (0..=path.len()).any(|skip| fits(rest, &path[skip..])),
        _ => path.split_first().is_some_and(|(name, below)| (*part == "*" || part == name) && fits(rest, below)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_for_its_module_and_those_below() {
        assert!(matches("game::physics", "game::physics"));
        assert!(matches("game::physics", "game::physics::solver"));
        assert!(!matches("game::physics", "game::physics2"));
        assert!(!matches("game::physics", "game"));
        assert!(!matches("game::physics", "engine::physics"));
    }

    #[test]
    fn crate_stands_for_any_crate_and_stars_for_parts() {
        assert!(matches("crate::physics", "game::physics::solver"));
        assert!(!matches("crate::physics", "game::world::physics"));
        assert!(matches("game::*::debug", "game::physics::debug"));
        assert!(!matches("game::*::debug", "game::debug"));
        assert!(matches("**::debug", "game::a::b::debug"));
        assert!(matches("game::**::debug", "game::debug"));
        assert!(matches("**", "game"));
    }

    #[test]
    fn only_paths_are_patterns() {
        assert!(is_pattern("crate::a::*") && is_pattern("**") && is_path("game::r#loop"));
        assert!(
            !is_pattern("") && !is_pattern("a:b") && !is_pattern("a::") && !is_pattern("src/a.rs") && !is_path("a::*")
        );
    }
}

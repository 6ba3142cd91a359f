//! Tag names: `physics`, `ai::pathfinding`.
//!
//! A name is one or more segments of lower-case ASCII letters, digits and `_`, joined by `::`. There is one separator and not
//! two (`ai.pathfinding` is refused, with the right spelling as help): at run time a tag inside a tag is joined with `::`, so
//! two spellings would be two tags with two budgets.

use core::fmt;

use syn::{Expr, Lit, LitStr, Path, spanned::Spanned as _};

use crate::grammar::{Given, literal, ungrouped};
use crate::problem::Problem;

/// A tag as the user wrote it.
#[derive(Clone, Debug)]
pub enum TagSpec {
    /// A well-formed tag name, from a string.
    Name(String),
    /// The path of a `static` of type `Tag`; the compiler finds typing errors in it.
    Path(Path),
}

impl TagSpec {
    /// The tag name, if the attribute itself says it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Path(_) => None,
        }
    }
}

/// Why a text is not a tag name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagNameError {
    /// The nearest well-formed name, if there is one.
    pub suggestion: Option<String>,
}

impl fmt::Display for TagNameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a tag name: use lowercase letters, digits and `_`, with `::` between segments")
    }
}

impl core::error::Error for TagNameError {}

/// Checks that `name` is a tag name: segments of `[a-z0-9_]`, joined by `::`.
///
/// ```
/// assert!(framealloc_syntax::check_tag_name("ai::pathfinding").is_ok());
/// let refused = framealloc_syntax::check_tag_name("AI.Pathfinding").unwrap_err();
/// assert_eq!(refused.suggestion.as_deref(), Some("ai::pathfinding"));
/// ```
///
/// # Errors
/// [`TagNameError`] with the nearest well-formed name.
pub fn check_tag_name(name: &str) -> Result<(), TagNameError> {
    let well_formed = name.split("::").all(|segment| !segment.is_empty() && segment.bytes().all(segment_byte));
    if well_formed { Ok(()) } else { Err(TagNameError { suggestion: corrected(name) }) }
}

fn segment_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')
}

/// Lower case, `::` for any other separator, `_` for blanks and hyphens, the rest dropped.
fn corrected(name: &str) -> Option<String> {
    let lower = name.trim().to_ascii_lowercase();
    let segments: Vec<String> = lower
        .split(['.', '/', ':', '\\'])
        .map(|segment| {
            let joined = segment.trim().replace(['-', ' '], "_");
            joined.bytes().filter(|&byte| segment_byte(byte)).map(char::from).collect()
        })
        .filter(|segment: &String| !segment.is_empty())
        .collect();
    (!segments.is_empty()).then(|| segments.join("::"))
}

/// Reads a tag written as a string.
pub(crate) fn tag_name(text: &LitStr) -> Result<TagSpec, Problem> {
    let name = text.value();
    match check_tag_name(&name) {
        Ok(()) => Ok(TagSpec::Name(name)),
        Err(error) => {
            let problem = Problem::new(text.span(), format!("`\"{name}\"` is {error}"));
            Err(match error.suggestion {
                Some(meant) => problem.with_help(format!("did you mean `\"{meant}\"`?")),
                None => problem,
            })
        }
    }
}

/// Reads the value of the option `key`, which takes a tag.
pub(crate) fn tag_value(key: &str, value: &Expr) -> Result<Given<TagSpec>, Problem> {
    let spec = match (literal(value), ungrouped(value)) {
        (Some(Lit::Str(text)), _) => tag_name(text)?,
        (None, Expr::Path(path)) if path.qself.is_none() => TagSpec::Path(path.path.clone()),
        _ => {
            let message = format!("`{key}` takes a tag, for example `\"physics\"` or `tags::PHYSICS`");
            return Err(Problem::new(value.span(), message));
        }
    };
    Ok(Given { value: spec, span: value.span() })
}

#[cfg(test)]
mod tests {
    use super::check_tag_name;

    #[test]
    fn well_formed_names_are_accepted() {
        for name in ["physics", "ai::pathfinding", "a", "0", "_", "render2d::shadow_map::cascade_0"] {
            assert_eq!(check_tag_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused_with_the_nearest_good_one() {
        for (name, meant) in [
            ("Physics!", Some("physics")),
            ("ai.pathfinding", Some("ai::pathfinding")),
            ("ai/path-finding", Some("ai::path_finding")),
            ("ai:pathfinding", Some("ai::pathfinding")),
            ("ai::", Some("ai")),
            ("::ai", Some("ai")),
            ("ai::::b", Some("ai::b")),
            ("Broad Phase", Some("broad_phase")),
            ("größe", Some("gre")),
            ("", None),
            ("::", None),
            ("!", None),
        ] {
            let refused = check_tag_name(name).expect_err(name);
            assert_eq!(refused.suggestion.as_deref(), meant, "{name}");
        }
    }
}

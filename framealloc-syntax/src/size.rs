//! Sizes in bytes: `"2MiB"`, `"64KiB"`, `4096`.

use core::fmt;

use syn::{Expr, Lit, LitInt, Path, spanned::Spanned as _};

use crate::grammar::{literal, ungrouped};
use crate::problem::Problem;

/// No object is larger, so a size above it is a slip of the keyboard.
const LARGEST: u64 = i64::MAX as u64;

const UNITS: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// A size as the user wrote it.
#[derive(Clone, Debug)]
pub enum Size {
    /// A literal, in bytes.
    Bytes(u64),
    /// The path of a `const` of type `usize`, whose value only the compiler knows.
    Const(Path),
}

impl Size {
    /// The size in bytes, if the attribute itself says it.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(*bytes),
            Self::Const(_) => None,
        }
    }
}

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizeError {
    /// The text is not digits and a unit; `suggestion` is what was probably meant.
    Malformed {
        /// The corrected text, if there is an obvious one.
        suggestion: Option<String>,
    },
    /// The size is larger than any object can be.
    TooLarge,
}

impl fmt::Display for SizeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Malformed { .. } => "not a size: units are B, KiB, MiB, GiB",
            Self::TooLarge => "larger than any object can be",
        })
    }
}

impl core::error::Error for SizeError {}

/// Reads a size such as `2MiB`, `64KiB`, `1_000_000` or `512B`, in bytes.
///
/// ```
/// assert_eq!(framealloc_syntax::parse_size("64KiB"), Ok(65_536));
/// assert!(framealloc_syntax::parse_size("2MB").is_err());
/// ```
///
/// # Errors
/// [`SizeError::Malformed`] if the text is not digits (with `_` between them) and one of the units B, KiB, MiB, GiB;
/// [`SizeError::TooLarge`] if no object can be that large.
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let (digits, unit) = split_unit(text);
    let factor =
        if unit.is_empty() { Some(1) } else { UNITS.iter().find(|known| known.0 == unit).map(|known| known.1) };
    let Some(factor) = factor.filter(|_| digits.starts_with(|first: char| first.is_ascii_digit())) else {
        return Err(SizeError::Malformed { suggestion: corrected(text) });
    };
    // Parsing digits can fail only by overflow: `split_unit` let nothing else through.
    let number: u64 = digits.replace('_', "").parse().map_err(|_| SizeError::TooLarge)?;
    number.checked_mul(factor).filter(|&bytes| bytes <= LARGEST).ok_or(SizeError::TooLarge)
}

fn split_unit(text: &str) -> (&str, &str) {
    text.split_at(text.find(|next: char| !next.is_ascii_digit() && next != '_').unwrap_or(text.len()))
}

/// The same number with the unit that was probably meant: `2MB`, `2 mib` and `2m` are all `2MiB`.
fn corrected(text: &str) -> Option<String> {
    let (digits, unit) = split_unit(text.trim());
    let unit = unit.trim().trim_end_matches('s').to_ascii_lowercase();
    let unit = match unit.as_str() {
        "" => "",
        "b" | "byte" => "B",
        "k" | "kb" | "kib" => "KiB",
        "m" | "mb" | "mib" => "MiB",
        "g" | "gb" | "gib" => "GiB",
        _ => return None,
    };
    digits.starts_with(|first: char| first.is_ascii_digit()).then(|| format!("{digits}{unit}"))
}

/// Reads the value of the option `key`, which takes a size.
pub(crate) fn size_value(key: &str, value: &Expr) -> Result<Size, Problem> {
    let size = match (literal(value), ungrouped(value)) {
        (Some(Lit::Str(text)), _) => Size::Bytes(parse_size(&text.value()).map_err(|error| {
            let shown = format!("\"{}\"", text.value());
            explain(Problem::new(text.span(), String::new()), &shown, &error)
        })?),
        (Some(Lit::Int(number)), _) if !is_negative(number) && matches!(number.suffix(), "" | "usize") => {
            Size::Bytes(number.base10_parse().ok().filter(|&bytes| bytes <= LARGEST).ok_or_else(|| {
                explain(Problem::new(number.span(), String::new()), number.base10_digits(), &SizeError::TooLarge)
            })?)
        }
        // `budget = 2MiB` reaches us as a number with an odd suffix.
        (Some(Lit::Int(number)), _) if !is_negative(number) => {
            let error = SizeError::Malformed { suggestion: corrected(&number.to_string()) };
            return Err(explain(Problem::new(number.span(), String::new()), &number.to_string(), &error));
        }
        (None, Expr::Path(path)) if path.qself.is_none() => Size::Const(path.path.clone()),
        _ => {
            return Err(Problem::new(value.span(), format!("`{key}` takes a size, for example `\"2MiB\"` or `4096`")));
        }
    };
    Ok(size)
}

/// `-1` is one literal for syn.
pub(crate) fn is_negative(number: &LitInt) -> bool {
    number.base10_digits().starts_with('-')
}

fn explain(problem: Problem, shown: &str, error: &SizeError) -> Problem {
    match error {
        SizeError::Malformed { suggestion } => {
            let units = "units are B, KiB, MiB, GiB";
            Problem { message: format!("`{shown}` is not a size"), ..problem }.with_help(match suggestion {
                Some(meant) => format!("did you mean `\"{meant}\"`? {units}"),
                None => format!("write a number and a unit, for example `\"64KiB\"`; {units}"),
            })
        }
        SizeError::TooLarge => Problem { message: format!("`{shown}` is {error}"), ..problem },
    }
}

#[cfg(test)]
mod tests {
    use super::{SizeError, parse_size};

    #[test]
    fn every_unit_is_read() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("4_096", 4096),
            ("512B", 512),
            ("64KiB", 64 << 10),
            ("2MiB", 2 << 20),
            ("3GiB", 3 << 30),
            ("1_024KiB", 1 << 20),
            ("9223372036854775807", i64::MAX as u64),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_size_is_refused_with_the_size_that_was_meant() {
        for (text, meant) in [
            ("2MB", Some("2MiB")),
            ("2 MiB", Some("2MiB")),
            ("2mib", Some("2MiB")),
            ("64k", Some("64KiB")),
            ("64kb", Some("64KiB")),
            ("1g", Some("1GiB")),
            (" 4096 ", Some("4096")),
            ("12 bytes", Some("12B")),
            ("", None),
            ("_1", None),
            ("MiB", None),
            ("-1", None),
            ("1.5MiB", None),
            ("0x10", None),
            ("1TiB", None),
            ("٣", None),
        ] {
            let suggestion = meant.map(str::to_owned);
            assert_eq!(parse_size(text), Err(SizeError::Malformed { suggestion }), "{text}");
        }
    }

    #[test]
    fn overflow_is_noticed_in_the_digits_and_in_the_product() {
        for text in ["9223372036854775808", "99999999999999999999999", "8589934592GiB", "18446744073709551615GiB"] {
            assert_eq!(parse_size(text), Err(SizeError::TooLarge), "{text}");
        }
    }
}

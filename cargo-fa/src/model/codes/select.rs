//! Which codes a word on the command line, in `.fa.toml` or in a suppression means.

use super::{ALL, Code, Group};

/// A set of codes named by one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One code, by number or name.
    One(&'static Code),
    /// Codes whose number starts so: `FA6`, `FA55`.
    Prefix {
        /// How many characters of `sample` are the prefix.
        length: usize,
        /// A code that has the prefix.
        sample: &'static Code,
    },
    /// A family: `dirtymem`, `FA6xx`.
    Group(Group),
    /// Every code: `all`.
    All,
}

/// The word names no code, no prefix of codes and no group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownSelector {
    /// The word as it was given.
    pub text: String,
    /// The nearest word that means something.
    pub nearest: Option<&'static str>,
}

impl std::fmt::Display for UnknownSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown code, name or group `{}`", self.text)?;
        match self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => f.write_str("; `cargo fa list` shows what exists"),
        }
    }
}

impl std::error::Error for UnknownSelector {}

impl Selector {
    /// Reads a number (`FA601`), a prefix (`FA6`), a name (`frame-escape`), a group (`dirtymem`, `FA6xx`) or `all`.
    ///
    /// # Errors
    /// The word means none of these.
    pub fn parse(text: &str) -> Result<Self, UnknownSelector> {
        let word = text.trim();
        if word.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        if let Some(code) = Code::find(word) {
            return Ok(Self::One(code));
        }
        if let Some(group) = Group::find(word) {
            return Ok(Self::Group(group));
        }
        let upper = word.to_ascii_uppercase();
        if upper.len() >= 3
            && let Some(sample) = ALL.iter().copied().find(|code| code.number.starts_with(&upper))
        {
            return Ok(Self::Prefix { length: upper.len(), sample });
        }
        let known = ALL
            .iter()
            .flat_map(|code| [code.number, code.name])
            .chain(Group::ALL.into_iter().flat_map(|group| [group.name(), group.range()]))
            .chain(["all"]);
        let lower = word.replace('_', "-");
        let wanted = if upper.starts_with("FA") { &upper } else { &lower };
        Err(UnknownSelector { text: text.to_owned(), nearest: framealloc_syntax::closest(wanted, known) })
    }

    /// Whether `code` is in the set.
    #[must_use]
    pub fn contains(self, code: &Code) -> bool {
        match self {
            Self::One(one) => one == code,
            Self::Prefix { length, sample } => code.number.get(..length) == sample.number.get(..length),
            Self::Group(group) => code.group == group,
            Self::All => true,
        }
    }

    /// The codes of the set, in order.
    pub fn codes(self) -> impl Iterator<Item = &'static Code> {
        ALL.iter().copied().filter(move |code| self.contains(code))
    }

    /// How narrow the set is: of two selectors that both hold, the narrower one decides.
    #[must_use]
    pub fn precision(self) -> usize {
        match self {
            Self::All => 0,
            Self::Group(_) => 1,
            Self::Prefix { length, .. } => length,
            Self::One(_) => usize::MAX,
        }
    }
}

impl std::str::FromStr for Selector {
    type Err = UnknownSelector;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(word: &str) -> Vec<&'static str> {
        Selector::parse(word).unwrap().codes().map(|code| code.number).collect()
    }

    #[test]
    fn a_selector_is_a_code_a_prefix_a_name_or_a_group() {
        assert_eq!(numbers("FA601"), ["FA601"]);
        assert_eq!(numbers("frame-escape"), ["FA601"]);
        assert_eq!(numbers("frame_escape"), ["FA601"]);
        assert_eq!(numbers("FA55"), ["FA551", "FA552"]);
        assert_eq!(numbers("fa7"), ["FA701", "FA702", "FA703"]);
        assert_eq!(numbers("FA7xx"), ["FA701", "FA702", "FA703"]);
        assert_eq!(numbers("async-safety"), numbers("FA7"));
        assert_eq!(numbers("lifetime"), numbers("dirtymem"));
        assert_eq!(numbers("all").len(), ALL.len());
    }

    #[test]
    fn an_unknown_word_is_an_error_with_the_nearest_one() {
        assert_eq!(Selector::parse("frame-escpae").unwrap_err().nearest, Some("frame-escape"));
        assert_eq!(Selector::parse("FA6O1").unwrap_err().nearest, Some("FA601"));
        assert_eq!(Selector::parse("dirtymen").unwrap_err().nearest, Some("dirtymem"));
        assert_eq!(Selector::parse("qqqqqqqqqq").unwrap_err().nearest, None);
        assert!(Selector::parse("FA").is_err());
        assert!(Selector::parse("").is_err());
    }

    #[test]
    fn the_narrower_selector_is_more_precise() {
        let precision = |word| Selector::parse(word).unwrap().precision();
        assert!(precision("FA601") > precision("FA60"));
        assert!(precision("FA60") > precision("FA6"));
        assert!(precision("FA6") > precision("dirtymem"));
        assert!(precision("dirtymem") > precision("all"));
    }
}

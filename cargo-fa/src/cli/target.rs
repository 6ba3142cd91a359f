//! Words of the command line that clap does not know how to read.

use std::path::PathBuf;

use clap::ValueEnum;
use framealloc_syntax::closest;

use crate::cli::levels::LevelTarget;
use crate::model::codes::{Selector, Stage};
use crate::report::Format;

/// A report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// In which format.
    pub format: Format,
    /// To which file; `None` is standard output.
    pub file: Option<PathBuf>,
}

/// What a level flag is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct LevelWord(pub(super) LevelTarget);

pub(super) fn level_word(word: &str) -> Result<LevelWord, String> {
    if word.eq_ignore_ascii_case("warnings") {
        return Ok(LevelWord(LevelTarget::Warnings));
    }
    selector(word).map(|selector| LevelWord(LevelTarget::Codes(selector)))
}

pub(super) fn selector(word: &str) -> Result<Selector, String> {
    let selector = Selector::parse(word).map_err(|error| error.to_string())?;
    match selector {
        Selector::One(code) if code.stage == Stage::RunTime => {
            Err(format!("{code} is reported by the running program; `cargo fa explain {code}` tells more"))
        }
        selector => Ok(selector),
    }
}

pub(super) fn output(word: &str) -> Result<Output, String> {
    let (name, file) = match word.split_once('=') {
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (word, None),
    };
    let format = Format::from_str(name, true).map_err(|_| {
        let names: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        match closest(name, names.iter().map(String::as_str)) {
            Some(nearest) => format!("unknown format `{name}`; did you mean `{nearest}`?"),
            None => format!("unknown format `{name}`; the formats are {}", names.join(", ")),
        }
    })?;
    if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
        return Err(format!("`{name}=` names no file"));
    }
    Ok(Output { format, file })
}

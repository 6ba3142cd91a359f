//! What can be said on the command line, as a whole.

use std::ffi::OsString;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

use super::arguments::{Check, Common};
use super::commands::Command;
use super::target::LevelWord;
use crate::cli::levels::LevelFlag;
use crate::model::codes::Level;
use crate::report::Format;

const EXIT_CODES: &str = "Exit codes:
  0    nothing at the level deny
  1    findings at the level deny
  2    the command line, .fa.toml, the baseline or the manifest is wrong; nothing was analysed
  3    with --strict: a file could not be analysed, so the result is incomplete
  101  cargo-fa itself failed";

/// Finds memory intent violations in programs that use framealloc.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-fa",
    bin_name = "cargo fa",
    version,
    after_help = EXIT_CODES,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
pub struct Cli {
    /// What to do instead of a check.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to check and how to report it.
    #[command(flatten)]
    pub check: Check,
    /// What every command needs.
    #[command(flatten)]
    pub common: Common,
}

impl Cli {
    /// Reads a command line, whether cargo put its `fa` in front or not.
    ///
    /// # Errors
    /// The command line is wrong, or asks for help or the version: the error knows how to print itself and exit.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut arguments: Vec<OsString> = arguments.into_iter().collect();
        if arguments.get(1).is_some_and(|first| first == "fa") {
            arguments.remove(1);
        }
        let matches = Self::command().try_get_matches_from(arguments)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        cli.check.level_flags = level_flags(&matches);
        let editor =
            cli.check.outputs().iter().any(|output| output.file.is_none() && output.format == Format::CargoJson);
        if cli.check.with_check.is_some() && !editor {
            let message = "`--with-check` passes on cargo's messages, which needs `--message-format=json`";
            return Err(Self::command().error(clap::error::ErrorKind::MissingRequiredArgument, message));
        }
        if cli.check.outputs().iter().filter(|output| output.file.is_none()).count() > 1 {
            let message =
                "only one report can go to standard output; write the others to files: `--format sarif=out.sarif`";
            return Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Ok(cli)
    }
}

/// clap keeps each kind of flag apart; what counts is the order of all of them.
fn level_flags(matches: &ArgMatches) -> Vec<LevelFlag> {
    let kinds = [
        ("deny", Level::Deny, false),
        ("warn", Level::Warn, false),
        ("allow", Level::Allow, false),
        ("forbid", Level::Deny, true),
    ];
    let mut flags: Vec<(usize, LevelFlag)> = Vec::new();
    for (id, level, forbid) in kinds {
        let words = matches.get_many::<LevelWord>(id).into_iter().flatten();
        let indices = matches.indices_of(id).into_iter().flatten();
        flags.extend(indices.zip(words).map(|(index, word)| (index, LevelFlag { level, target: word.0, forbid })));
    }
    flags.sort_by_key(|(index, _)| *index);
    flags.into_iter().map(|(_, flag)| flag).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::levels::Levels;
    use crate::cli::target::Output;
    use crate::model::codes::{FA601, FA602};

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::read(line.split_whitespace().map(OsString::from))
    }

    fn error(line: &str) -> String {
        let error = read(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        error.to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_may_put_its_word_in_front() {
        for line in ["cargo-fa fa --all src", "cargo-fa --all src"] {
            let cli = read(line).unwrap();
            assert!(cli.check.all && cli.command.is_none());
            assert_eq!(cli.check.paths, [PathBuf::from("src")]);
        }
        assert!(
            matches!(read("cargo-fa fa explain FA601").unwrap().command, Some(Command::Explain { code }) if *code == FA601)
        );
        assert!(
            matches!(read("cargo-fa explain frame-escape").unwrap().command, Some(Command::Explain { code }) if *code == FA601)
        );
    }

    #[test]
    fn level_flags_keep_their_order() {
        let flags = read("cargo-fa -A FA602 -D warnings,FA6 --warn FA602 -F FA601").unwrap().check.level_flags;
        let levels: Vec<_> = flags.iter().map(|flag| (flag.level, flag.forbid)).collect();
        assert_eq!(
            levels,
            [
                (Level::Allow, false),
                (Level::Deny, false),
                (Level::Deny, false),
                (Level::Warn, false),
                (Level::Deny, true)
            ]
        );
        let mut resolved = Levels::default();
        read("cargo-fa -D FA6 -A FA602").unwrap().check.lay_over(&mut resolved);
        assert!(resolved.enabled(&FA601) && !resolved.enabled(&FA602));
    }

    #[test]
    fn unknown_words_are_errors_with_a_suggestion() {
        assert!(error("cargo-fa --deny FA6O2").contains("did you mean `FA602`?"));
        assert!(error("cargo-fa --only frame-escpae").contains("did you mean `frame-escape`?"));
        assert!(error("cargo-fa --deny FA001").contains("running program"));
        assert!(error("cargo-fa --dirtymen").contains("--dirtymem"));
        assert!(error("cargo-fa --format sarf").contains("did you mean `sarif`?"));
        assert!(error("cargo-fa explain FA6O1").contains("did you mean `FA601`?"));
        assert!(error("cargo-fa explain FA6").contains("several codes"));
        assert!(error("cargo-fa --format json --format sarif").contains("only one report"));
    }

    #[test]
    fn reports_go_to_files_and_to_the_terminal() {
        let outputs = read("cargo-fa --format sarif=out.sarif --format junit=a=b.xml").unwrap().check.outputs();
        let files: Vec<_> = outputs.iter().map(|output| (output.format, output.file.clone())).collect();
        assert_eq!(
            files,
            [
                (Format::Sarif, Some(PathBuf::from("out.sarif"))),
                (Format::Junit, Some(PathBuf::from("a=b.xml"))),
                (Format::Terminal, None)
            ]
        );
        let outputs = read("cargo-fa --message-format=json").unwrap().check.outputs();
        assert_eq!(outputs, [Output { format: Format::CargoJson, file: None }]);
    }
}

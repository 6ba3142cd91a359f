//! The command line.

use std::fmt::Write;

use crate::harness::{Effort, Work};

/// What to run, and how to print it.
#[derive(Debug)]
pub(crate) struct Options {
    works: Vec<String>,
    /// How long to measure.
    pub(crate) effort: Effort,
    /// One JSON object a line, instead of tables.
    pub(crate) json: bool,
    /// Fail if a gate is missed.
    pub(crate) gate: bool,
}

impl Options {
    /// Whether the work was asked for; all are if none is named.
    pub(crate) fn wants(&self, work: &str) -> bool {
        self.works.is_empty() || self.works.iter().any(|asked| asked == work)
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// To measure.
    Run(Options),
    /// To be told how.
    Help,
}

/// Reads the arguments.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>, works: &[Work]) -> Result<Asked, String> {
    let mut options = Options { works: Vec::new(), effort: Effort { rounds: 61, runs: 3 }, json: false, gate: false };
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<usize, String> {
            let value = arguments.next().ok_or_else(|| format!("`{argument}` needs a number"))?;
            match value.parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("`{argument}` needs a number of at least 1, not `{value}`")),
            }
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--rounds" => options.effort.rounds = number()?,
            "--runs" => options.effort.runs = number()?,
            "--json" => options.json = true,
            "--gate" => options.gate = true,
            name if works.iter().any(|work| work.name == name) => options.works.push(argument),
            other => {
                let names: Vec<_> = works.iter().map(|work| work.name).collect();
                return Err(format!("`{other}` is neither an option nor a work; works are {}", names.join(", ")));
            }
        }
    }
    Ok(Asked::Run(options))
}

/// The text of `--help`.
pub(crate) fn help(works: &[Work]) -> String {
    let mut text = String::from(
        "Measures framealloc and its peers side by side and prints ratios.\n\n\
         Usage: framealloc-benches [OPTIONS] [WORKS]\n\n\
         Options:\n  \
           --rounds N  samples of each contender in one run [default: 61]\n  \
           --runs N    runs, each with contenders made anew; ratios are given with their range [default: 3]\n  \
           --json      one JSON object a line\n  \
           --gate      exit with 1 if a gate is missed\n\n\
         Works:\n",
    );
    for work in works {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {:5} {}", work.name, work.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Asked, String> {
        let work = Work { name: "a16", about: "", operations: 1.0, unit: "", base: "", contenders: Vec::new };
        parse(arguments.iter().map(ToString::to_string), &[work])
    }

    #[test]
    fn works_and_options_mix() {
        let Ok(Asked::Run(options)) = parsed(&["--rounds", "5", "a16", "--gate"]) else { panic!("should parse") };
        assert_eq!((options.effort.rounds, options.gate, options.json), (5, true, false));
        assert!(options.wants("a16") && !options.wants("b1"));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parsed(&["--rounds"]).unwrap_err(), "`--rounds` needs a number");
        assert_eq!(parsed(&["--runs", "0"]).unwrap_err(), "`--runs` needs a number of at least 1, not `0`");
        assert!(parsed(&["a17"]).unwrap_err().ends_with("works are a16"));
    }
}

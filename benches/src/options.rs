//! The command line.

use std::fmt::Write;
use std::path::PathBuf;

use crate::harness::{Effort, Workload};

/// What to run, and how to print it.
#[derive(Debug)]
pub(crate) struct Options {
    workloads: Vec<String>,
    /// How long to measure.
    pub(crate) effort: Effort,
    /// One JSON object a line, instead of tables.
    pub(crate) json: bool,
    /// The document whose generated part is replaced by the figures.
    pub(crate) write: Option<PathBuf>,
    /// Fail if a gate is missed.
    pub(crate) gate: bool,
}

impl Options {
    /// Whether the workload was asked for; all are if none is named.
    pub(crate) fn wants(&self, workload: &str) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|asked| asked == workload)
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
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>, workloads: &[Workload]) -> Result<Asked, String> {
    let mut options = Options {
        workloads: Vec::new(),
        effort: Effort { rounds: 61, runs: 3 },
        json: false,
        write: None,
        gate: false,
    };
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
            "--write" => options.write = Some(arguments.next().ok_or("`--write` needs the path of a document")?.into()),
            "--gate" => options.gate = true,
            name if workloads.iter().any(|workload| workload.name == name) => options.workloads.push(argument),
            other => {
                let names: Vec<_> = workloads.iter().map(|workload| workload.name).collect();
                return Err(format!(
                    "`{other}` is neither an option nor a workload; workloads are {}",
                    names.join(", ")
                ));
            }
        }
    }
    Ok(Asked::Run(options))
}

/// The text of `--help`.
pub(crate) fn help(workloads: &[Workload]) -> String {
    let mut text = String::from(
        "Measures framealloc and its peers side by side and prints ratios.\n\n\
         Usage: framealloc-benches [OPTIONS] [WORKLOADS]\n\n\
         Options:\n  \
           --rounds N  samples of each contender in one run [default: 61]\n  \
           --runs N    runs, each with contenders made anew; ratios are given with their range [default: 3]\n  \
           --json      one JSON object a line\n  \
           --write F   replace the generated part of the document F by the tables
  \
           --gate      exit with 1 if a gate is missed\n\n\
         Workloads:\n",
    );
    for workload in workloads {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {:5} {}", workload.name, workload.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Asked, String> {
        let workload = Workload { name: "a16", about: "", operations: 1.0, unit: "", base: "", contenders: Vec::new };
        parse(arguments.iter().map(ToString::to_string), &[workload])
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
        assert!(parsed(&["a17"]).unwrap_err().ends_with("workloads are a16"));
    }
}

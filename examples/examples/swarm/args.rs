//! The command line: three numbers and a file.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

pub const HELP: &str = "\
swarm: a headless game frame loop, once in framealloc's memory and once in Vec and Box

usage: cargo run --release --example swarm -- [--agents N] [--frames N] [--threads N] [--record FILE] [--sealed | --sites]

  --agents N    agents in the world, 2 to 200000 (20000)
  --frames N    frames to run and time, 8 to 100000 (120)
  --threads N   threads that share the work of a frame, 1 to 64 (2)
  --record FILE records the frames, for `cargo fa report`
  --sealed      takes all of framealloc's memory at the start, and seals it before the first frame that counts
  --sites       what recording with sampled sites costs, in place of Vec and Box (stacks: --features stacks)
  --help        this text
";

/// What to run.
#[derive(Clone, Debug)]
pub struct Args {
    pub agents: usize,
    pub frames: usize,
    pub threads: usize,
    pub record: Option<PathBuf>,
    pub sealed: bool,
    pub sites: bool,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub enum Refusal {
    Help,
    Unknown(String),
    Missing(&'static str),
    Bad { option: &'static str, value: String, range: RangeInclusive<usize> },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => f.write_str(HELP),
            Self::Unknown(word) => {
                write!(
                    f,
                    "unknown argument `{word}`: --agents, --frames, --threads, --record, --sealed, --sites and --help are known"
                )
            }
            Self::Missing("--record") => f.write_str("`--record` needs a file after it"),
            Self::Missing(option) => write!(f, "`{option}` needs a number after it"),
            Self::Bad { option, value, range } => {
                write!(f, "`{option}` takes a number from {} to {}, not `{value}`", range.start(), range.end())
            }
        }
    }
}

impl Args {
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, Refusal> {
        let mut args = Self { agents: 20_000, frames: 120, threads: 2, record: None, sealed: false, sites: false };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (name, attached) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if name == "--record" {
                let file = attached.or_else(|| words.next()).ok_or(Refusal::Missing("--record"))?;
                args.record = Some(file.into());
                continue;
            }
            if name == "--sealed" && attached.is_none() {
                args.sealed = true;
                continue;
            }
            if name == "--sites" && attached.is_none() {
                args.sites = true;
                continue;
            }
            let (option, field, range) = match name {
                "--agents" => ("--agents", &mut args.agents, 2..=200_000),
                "--frames" => ("--frames", &mut args.frames, 8..=100_000),
                "--threads" => ("--threads", &mut args.threads, 1..=64),
                "--help" | "-h" => return Err(Refusal::Help),
                _ => return Err(Refusal::Unknown(word)),
            };
            let value = attached.or_else(|| words.next()).ok_or(Refusal::Missing(option))?;
            match value.replace('_', "").parse() {
                Ok(number) if range.contains(&number) => *field = number,
                _ => return Err(Refusal::Bad { option, value, range }),
            }
        }
        Ok(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Args, String> {
        Args::parse(words.split_whitespace().map(str::to_owned)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn bad_arguments_are_named() {
        assert_eq!(parse("--frames 9 --agents=1_000").map(|args| (args.frames, args.agents)), Ok((9, 1000)));
        assert_eq!(parse("--sites").map(|args| args.sites), Ok(true));
        assert_eq!(parse("--sealed --frames 9").map(|args| (args.frames, args.sealed)), Ok((9, true)));
        for (words, part) in [
            ("--frames", "`--frames` needs a number"),
            ("--record", "`--record` needs a file"),
            ("--frames many", "from 8 to 100000, not `many`"),
            ("--threads 0", "from 1 to 64, not `0`"),
            ("--agents -3", "not `-3`"),
            ("--agent 3", "unknown argument `--agent`"),
            ("--sealed=1", "unknown argument `--sealed=1`"),
            ("3", "unknown argument `3`"),
            ("--help", "usage:"),
        ] {
            let said = parse(words).map(|_| ()).unwrap_err();
            assert!(said.contains(part), "{words}: {said}");
        }
    }
}

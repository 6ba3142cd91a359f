//! The command line: two numbers and a file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub const HELP: &str = "\
pipeline: a headless game on four threads, three ways from the simulation to its readers

usage: cargo run --release --example pipeline -- [--frames N] [--pause MICROSECONDS] [--png FILE]

  --frames N    frames to run, 8 to 10000000 (2000)
  --pause N     microseconds that the simulation sleeps after each frame, 0 to 1000000 (0)
  --png FILE    writes the last frame that was drawn
  --help        this text
";

/// What to run.
#[derive(Clone, Debug)]
pub struct Args {
    pub frames: u64,
    pub pause: Duration,
    pub png: Option<PathBuf>,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub enum Refusal {
    Help,
    Unknown(String),
    Missing(String),
    Bad { option: &'static str, value: String },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => f.write_str(HELP),
            Self::Unknown(word) => {
                write!(f, "unknown argument `{word}`: --frames, --pause, --png and --help are known")
            }
            Self::Missing(option) => write!(f, "`{option}` needs a value after it"),
            Self::Bad { option, value } => write!(f, "`{option}` does not take `{value}`: `--help` says what it does"),
        }
    }
}

impl Args {
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, Refusal> {
        let mut args = Self { frames: 2000, pause: Duration::ZERO, png: None };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Refusal::Missing(word.clone()));
            match word.as_str() {
                "--frames" => args.frames = number("--frames", value()?, 8, 10_000_000)?,
                "--pause" => args.pause = Duration::from_micros(number("--pause", value()?, 0, 1_000_000)?),
                "--png" => args.png = Some(value()?.into()),
                "--help" | "-h" => return Err(Refusal::Help),
                _ => return Err(Refusal::Unknown(word)),
            }
        }
        Ok(args)
    }
}

fn number(option: &'static str, value: String, least: u64, most: u64) -> Result<u64, Refusal> {
    match value.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(Refusal::Bad { option, value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_and_unknown_words_are_refused() {
        let parse = |line: &str| Args::parse(line.split_whitespace().map(str::to_owned));
        assert_eq!(parse("--frames 100000 --png a.png").map(|args| args.frames).ok(), Some(100_000));
        assert!(matches!(parse("--frames 7"), Err(Refusal::Bad { option: "--frames", .. })));
        assert!(matches!(parse("--frames"), Err(Refusal::Missing(_))));
        assert!(matches!(parse("fast"), Err(Refusal::Unknown(_))));
    }
}

//! `cargo fa prove`: builds programs and judges their systems by what was linked.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};

use super::arguments::{BuildFlags, Common};
use super::exit::{CLEAN, FOUND, UsageError};
use super::session::{Open, Session};
use super::{prove_join, version_control};
use crate::prove::{self, Counted, Frees, Panics, Paths, Proofs, Verdict};

const EXIT_CODES: &str = "Exit codes:
  0    no system is violated; with --require proven: all are proven
  1    a system is violated, or not proven although that is required
  2    the command line is wrong, cargo could not build, or a program cannot be read: nothing is known
  101  cargo-fa itself failed";

/// What to build, and what to ask for.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Arguments {
    /// Programs that are built already [default: cargo builds them]
    #[arg(value_name = "PROGRAM", conflicts_with_all = ["bin", "example", "package"])]
    pub programs: Vec<PathBuf>,
    /// Build this binary
    #[arg(long, value_name = "NAME")]
    pub bin: Vec<String>,
    /// Build this example
    #[arg(long, value_name = "NAME")]
    pub example: Vec<String>,
    /// Build programs of this package
    #[arg(short, long, value_name = "SPEC")]
    pub package: Vec<String>,
    /// Of a universal program, judge what is for this processor [default: for each]
    #[arg(long, value_name = "NAME", value_parser = ["x86_64", "aarch64"])]
    pub arch: Option<String>,
    /// What must be shown for the exit code 0
    #[arg(long, value_name = "WHAT", default_value = "unviolated")]
    pub require: Requirement,
    /// Whether a way to a panic is a way to the heap
    #[arg(long, value_name = "HOW", default_value = "ignore")]
    pub panics: Panics,
    /// Whether a way to what gives back to the heap is a way to the heap
    #[arg(long, value_name = "HOW", default_value = "ignore")]
    pub frees: Frees,
    /// Print one line for each system: what it declares, and what sources, program and last run say of it
    #[arg(long)]
    pub table: bool,
    /// With --table: a recording, or a snapshot as JSON, of a run; of several, the one that was written last
    #[arg(long, value_name = "FILE", requires = "table")]
    pub trace: Vec<PathBuf>,
    /// Format of the result
    #[arg(short, long, default_value = "text")]
    pub format: Format,
    /// How to build.
    #[command(flatten)]
    pub build: BuildFlags,
}

/// What must be shown for the exit code 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Requirement {
    /// No way leads to the heap that was found.
    Unviolated,
    /// Every system is proven.
    Proven,
}

/// Formats of `cargo fa prove`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: an array with an element for each program.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// What is to be printed, and the exit code.
#[derive(Debug)]
pub struct Made {
    /// For standard output.
    pub text: String,
    /// The exit code.
    pub code: u8,
}

/// Builds and judges.
///
/// # Errors
/// If cargo fails, if there is no program, or if one cannot be read.
pub fn run(arguments: &Arguments, common: &Common, open: Open) -> Result<Made, UsageError> {
    let programs = if arguments.programs.is_empty() { build(arguments, common)? } else { arguments.programs.clone() };
    let counted = Counted { panics: arguments.panics, frees: arguments.frees };
    let mut proofs: Vec<Proofs> = Vec::new();
    for program in &programs {
        let found = prove::prove(program, arguments.arch.as_deref(), counted);
        proofs.extend(found.map_err(|error| UsageError(format!("{}: {error}", program.display())))?);
    }
    if arguments.table {
        prove_join::join(&mut proofs, arguments, common, open)?;
    }
    let text = match arguments.format {
        Format::Text if arguments.table => {
            let tables = proofs.iter().map(|proofs| prove::table(proofs) + &prove::counts(proofs));
            tables.collect::<Vec<_>>().join("\n")
        }
        Format::Text => proofs.iter().map(prove::text).collect::<Vec<_>>().join("\n"),
        Format::Json => prove::json(&proofs),
        Format::Sarif => {
            // The compiler names files from the root of the workspace.
            let root = match Session::open(common, arguments.build.of_default_packages(), open) {
                Ok(session) => session.workspace.root().to_owned(),
                Err(error) if arguments.programs.is_empty() => return Err(error),
                Err(_) => {
                    std::env::current_dir().map_err(|error| UsageError(format!("no current directory: {error}")))?
                }
            };
            let base = version_control::above(&root, ".git").unwrap_or(root.clone());
            let paths = Paths { root: &root, base: &base };
            prove::sarif(&proofs, paths, arguments.require == Requirement::Proven)
        }
    };
    let fails = |proofs: &Proofs| {
        let open = arguments.require == Requirement::Proven && proofs.count(Verdict::Open) > 0;
        open || proofs.count(Verdict::Violated) > 0
    };
    Ok(Made { text, code: if proofs.iter().any(fails) { FOUND } else { CLEAN } })
}

/// Has cargo build the programs, with names and lines in them, and returns where they are.
fn build(arguments: &Arguments, common: &Common) -> Result<Vec<PathBuf>, UsageError> {
    let flags = &arguments.build;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--message-format=json-render-diagnostics"]);
    if let Some(manifest) = &common.manifest_path {
        cargo.arg("--manifest-path").arg(manifest);
    }
    let named = [("--bin", &arguments.bin), ("--example", &arguments.example), ("--package", &arguments.package)];
    for (flag, names) in named {
        for name in names {
            cargo.arg(flag).arg(name);
        }
    }
    flags.pass_to(&mut cargo);
    let profile = flags.profile.as_deref().unwrap_or(if flags.release { "release" } else { "dev" });
    cargo.arg("--profile").arg(profile);
    if profile != "dev" {
        // Names and lines are all that is needed, and whether there are any does not change the code.
        let variable = |setting: &str| format!("CARGO_PROFILE_{}_{setting}", profile.to_uppercase().replace('-', "_"));
        cargo.env(variable("DEBUG"), "line-tables-only").env(variable("STRIP"), "none");
    }
    let mut child =
        cargo.stdout(Stdio::piped()).spawn().map_err(|error| UsageError(format!("cargo cannot be run: {error}")))?;
    let mut programs = Vec::new();
    if let Some(messages) = child.stdout.take() {
        for line in std::io::BufReader::new(messages).lines().map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            let is_program = message["target"]["kind"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin" || kind == "example"));
            if let (true, Some(program)) = (is_program, message["executable"].as_str()) {
                programs.push(PathBuf::from(program));
            }
        }
    }
    let status = child.wait().map_err(|error| UsageError(format!("cargo cannot be run: {error}")))?;
    if !status.success() {
        return Err(UsageError("cargo could not build the program".to_owned()));
    }
    if programs.is_empty() {
        return Err(UsageError("there is no program: `--bin` and `--example` name one".to_owned()));
    }
    Ok(programs)
}

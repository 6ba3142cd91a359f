//! What rustc sets for the target: `unix`, `target_os = "linux"`, and what flags add.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use toml::{Table, Value};

use super::conditions::{CompilerCfgs, Conditions};
use super::script::name_and_value;
use crate::analysis::Build;
use crate::engine::hir::cache::VERSION;
use crate::engine::hir::condition::Cfg;
use crate::engine::hir::hash::hash;

/// rustc, asked once for each target, toolchain and set of flags.
pub(super) struct Question {
    rustc: PathBuf,
    arguments: Vec<String>,
    cfgs: Vec<String>,
    asked_for: Option<String>,
    running: Option<Child>,
}

impl Question {
    pub(super) fn new(build: &Build) -> Self {
        let target = target(build);
        let mut arguments = vec!["--print".to_owned(), "cfg".to_owned()];
        if let Some(target) = &target {
            arguments.extend(["--target".to_owned(), target.clone()]);
        }
        arguments.extend(flags(target.as_deref()));
        Self {
            rustc: std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from),
            arguments,
            cfgs: build.cfgs.clone(),
            asked_for: build.target.clone(),
            running: None,
        }
    }

    /// Starts rustc, which answers while others work.
    pub(super) fn start(&mut self) {
        let mut command = Command::new(&self.rustc);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.running = command.spawn().ok();
    }

    /// What rustc says, or what it said the last time; `None` if it cannot be asked.
    ///
    /// # Errors
    /// It does not know the target that was asked for, or a `--cfg` makes no sense.
    pub(super) fn answer(mut self, target_directory: Option<&Path>) -> Result<Option<CompilerCfgs>, String> {
        let mut given = CompilerCfgs::new();
        for cfg in &self.cfgs {
            match cfg.parse::<Cfg>() {
                Ok(Cfg::Name(_) | Cfg::Value(..) | Cfg::Feature(_) | Cfg::Test | Cfg::DebugAssertions) => {
                    given.insert(name_and_value(cfg));
                }
                _ => return Err(format!("--cfg {cfg}: expected `name` or `name=\"value\"`, with its quotes")),
            }
        }
        let place = target_directory.map(|target| target.join("cargo-fa").join(VERSION).join(self.name()));
        let stored =
            place.as_ref().filter(|_| self.running.is_none()).and_then(|place| std::fs::read_to_string(place).ok());
        let text = if stored.is_some() {
            stored
        } else {
            let text = self.ask()?;
            if let (Some(place), Some(text)) = (place, &text) {
                let unfinished = place.with_extension(std::process::id().to_string());
                let _ = place.parent().map(std::fs::create_dir_all);
                let _ = std::fs::write(&unfinished, text).and_then(|()| std::fs::rename(&unfinished, &place));
            }
            text
        };
        Ok(text.map(|text| {
            // Cargo's profile decides about these.
            let lines = text.lines().filter(|line| !line.is_empty() && *line != "debug_assertions");
            lines.map(name_and_value).chain(given).collect()
        }))
    }

    fn ask(&mut self) -> Result<Option<String>, String> {
        if self.running.is_none() {
            self.start();
        }
        let Some(output) = self.running.take().and_then(|child| child.wait_with_output().ok()) else { return Ok(None) };
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).ok());
        }
        match &self.asked_for {
            Some(target) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
                Err(format!("--target {target}: {first}"))
            }
            None => Ok(None),
        }
    }

    /// The name of what is stored: another toolchain, target or set of flags has another.
    fn name(&self) -> String {
        let mut all = self.arguments.join("\0");
        all.push_str(&self.rustc.to_string_lossy());
        for variable in ["RUSTUP_TOOLCHAIN", "PATH"] {
            all.push_str(&std::env::var(variable).unwrap_or_default());
        }
        for directory in std::env::current_dir().iter().flat_map(|here| here.ancestors()) {
            for file in ["rust-toolchain.toml", "rust-toolchain"] {
                all.push_str(&std::fs::read_to_string(directory.join(file)).unwrap_or_default());
            }
        }
        format!("rustc-{:032x}", hash(all.as_bytes()))
    }
}

/// The triple that is built for, if it is not that of this machine.
pub(super) fn target(build: &Build) -> Option<String> {
    let variable = || std::env::var("CARGO_BUILD_TARGET").ok().filter(|target| !target.is_empty());
    let configured = || {
        configurations().iter().find_map(|table| match table.get("build")?.get("target")? {
            Value::String(target) => Some(target.clone()),
            Value::Array(targets) => targets.first()?.as_str().map(str::to_owned),
            _ => None,
        })
    };
    build.target.clone().or_else(variable).or_else(configured)
}

/// The flags that cargo gives rustc here: the first of its four sources that says something.
fn flags(target: Option<&str>) -> Vec<String> {
    if let Ok(encoded) = std::env::var("CARGO_ENCODED_RUSTFLAGS") {
        return encoded.split('\x1f').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if let Ok(flags) = std::env::var("RUSTFLAGS") {
        return words(&flags);
    }
    let configurations = configurations();
    let read = |value: &Value| match value {
        Value::String(text) => words(text),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // Lists of several files are put together, those of the file that is nearest last.
    let all = |find: &dyn Fn(&Table) -> Option<Vec<String>>| {
        configurations.iter().rev().filter_map(find).flatten().collect::<Vec<_>>()
    };
    let of_target = target.map(|target| all(&|table| Some(read(table.get("target")?.get(target)?.get("rustflags")?))));
    match of_target {
        Some(flags) if !flags.is_empty() => flags,
        _ => all(&|table| Some(read(table.get("build")?.get("rustflags")?))),
    }
}

/// The configuration files of cargo, the nearest first.
fn configurations() -> Vec<Table> {
    let here = std::env::current_dir().unwrap_or_default();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let above = here.ancestors().map(|directory| directory.join(".cargo"));
    let mut directories: Vec<PathBuf> = above.collect();
    directories.extend(home.filter(|home| !directories.contains(home)));
    let read = |directory: PathBuf| {
        let text =
            ["config.toml", "config"].iter().find_map(|name| std::fs::read_to_string(directory.join(name)).ok())?;
        text.parse().ok()
    };
    directories.into_iter().filter_map(read).collect()
}

/// Whether a dependency that is for a triple or `cfg(…)` is for this target.
pub(super) fn is_for(target: &str, triple: Option<&str>, conditions: &Conditions) -> bool {
    let Some(cfg) = target.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')')) else {
        // Without `--target` the triple of this machine is not known here: better one feature too many.
        return triple.is_none_or(|triple| triple == target);
    };
    let Ok(cfg) = cfg.parse::<Cfg>() else { return true };
    conditions.holds_for_target(&cfg)
}

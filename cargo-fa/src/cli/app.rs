//! What each command does, and which exit code it ends with.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::CommandFactory;

use super::{baseline, fix, graph, init, list, lsp, progress, prove, trace_report, version_control, watch};
use crate::analysis::{Build, LooseFiles, OpenOptions};
use crate::cli::arguments::{BuildFlags, Check, Color, Common, WithCheck};
use crate::cli::command_line::Cli;
use crate::cli::commands::{Command, GraphFormat, SchemaOf};
use crate::cli::exit::{CLEAN, FOUND, INCOMPLETE, PANIC, USAGE, UsageError};
use crate::cli::run::{Plan, Run, baseline_path};
use crate::cli::selection::from_root;
use crate::cli::session::{Open, Session};
use crate::model::codes::Level;
use crate::model::config;
use crate::model::paths::normalise;
use crate::report::{Format, Report, Style, counted, render};
use crate::{explain, report};

/// Runs a command line and returns the exit code. Never panics: a panic inside becomes [`PANIC`] with a message.
#[must_use]
pub fn main(arguments: Vec<OsString>, open: Open) -> u8 {
    let place = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let seen = std::sync::Arc::clone(&place);
    std::panic::set_hook(Box::new(move |panic| {
        let mut seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.is_empty() {
            *seen = panic.to_string();
        }
    }));
    let result = std::panic::catch_unwind(|| match Cli::read(arguments) {
        Ok(cli) => execute(&cli, open),
        Err(error) => {
            let _ = error.print();
            Ok(u8::try_from(error.exit_code()).unwrap_or(USAGE))
        }
    });
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            let text = error.to_string();
            let prefix = if text.starts_with("error") { "" } else { "error: " };
            tell(&format!("{prefix}{text}"));
            USAGE
        }
        Err(_) => {
            let place = place.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            tell(&format!("error: cargo-fa failed, which is a defect of cargo-fa: {place}"));
            PANIC
        }
    }
}

fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes to standard output; a reader that has gone away is no error.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn execute(cli: &Cli, open: Open) -> Result<u8, UsageError> {
    let common = &cli.common;
    let check = &cli.check;
    match &cli.command {
        None => run_check(common, check, open),
        Some(Command::Explain { code }) => {
            print(&explain::text(code));
            Ok(CLEAN)
        }
        Some(Command::List { category, format }) => {
            print(&list::render(*category, *format));
            Ok(CLEAN)
        }
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "cargo-fa", &mut text);
            print(&String::from_utf8_lossy(&text));
            Ok(CLEAN)
        }
        Some(Command::Man) => {
            let mut text = Vec::new();
            let page = clap_mangen::Man::new(Cli::command()).title("cargo-fa").section("1");
            page.render(&mut text).map_err(|error| UsageError(error.to_string()))?;
            print(&String::from_utf8_lossy(&text));
            Ok(CLEAN)
        }
        Some(Command::Schema { subject }) => {
            let schema = match subject {
                SchemaOf::Config => config::schema(),
                SchemaOf::Report => report::json_schema(),
                SchemaOf::Baseline => baseline::schema(),
            };
            print(&format!("{schema:#}\n"));
            Ok(CLEAN)
        }
        Some(Command::Report(arguments)) => {
            let made = trace_report::run(arguments)?;
            for message in made.messages.iter().filter(|message| !common.quiet || message.starts_with("note")) {
                tell(message);
            }
            print(&made.text);
            Ok(made.code)
        }
        Some(Command::Watch(arguments)) => watch::run(arguments, style(common.color)).map(|()| CLEAN),
        Some(Command::Prove(arguments)) => {
            let made = prove::run(arguments, common, open)?;
            print(&made.text);
            Ok(made.code)
        }
        Some(Command::Lsp(arguments)) => lsp::run(arguments, common, open).map(|()| CLEAN),
        Some(Command::Show { file, build }) => show(common, file, build, open),
        Some(Command::Init { force }) => {
            let session = Session::open(common, Build::default(), open)?;
            let file = session.workspace.root().join(config::FILE_NAME);
            if file.exists() && !force {
                return Err(UsageError(format!("{} exists; `--force` overwrites it", file.display())));
            }
            // The file that is to be written must not be read first: it may be the reason to write it again.
            let bare = session.workspace.analyze(&crate::analysis::Request::default(), &config::Config::default());
            let text = init::text(session.workspace.packages(), &bare.tags);
            std::fs::write(&file, text).map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
            if !common.quiet {
                tell(&format!("cargo-fa: wrote {}", file.display()));
            }
            Ok(CLEAN)
        }
        Some(Command::Graph { format, build }) => {
            let session = Session::open(common, build.of_default_packages(), open)?;
            let plan = Plan::new(&*session.workspace, &session.current, common, &Check::default())?;
            let tags = plan.analyze(&*session.workspace).tags;
            print(&match format {
                GraphFormat::Mermaid => graph::mermaid(&tags),
                GraphFormat::Dot => graph::dot(&tags),
                GraphFormat::Json => graph::json(&tags),
            });
            Ok(CLEAN)
        }
    }
}

fn run_check(common: &Common, check: &Check, open: Open) -> Result<u8, UsageError> {
    let started = Instant::now();
    let progress = (!common.quiet && std::io::stderr().is_terminal()).then(progress::start);
    let build =
        Build { packages: check.package.clone(), workspace: check.workspace, ..check.build.of_default_packages() };
    let session = Session::open(common, build, open)?;
    let workspace = &*session.workspace;
    let plan = Plan::new(workspace, &session.current, common, check)?;
    let opened = started.elapsed();
    let analysis = plan.analyze(workspace);
    let start = Instant::now();
    let mut run = plan.report(analysis, check)?;
    run.timings.insert(0, ("project", opened));
    run.timings.push(("select", start.elapsed()));
    if check.fix {
        let changes = fix::plan(&run.report);
        if check.dry_run {
            drop(progress);
            print(&changes.difference());
            return Ok(CLEAN);
        }
        if !changes.is_empty() {
            version_control::check(workspace.root(), check.allowed)?;
        }
        let applied = changes.apply(workspace.root())?;
        if applied > 0 {
            let plan = Plan::new(workspace, &session.current, common, check)?;
            let analysis = plan.analyze(workspace);
            run = plan.report(analysis, check)?;
        }
        if !common.quiet {
            tell(&format!("cargo-fa: {} applied", counted(applied, "fix")).replace("fixs", "fixes"));
        }
    }
    if let Some(file) = &check.write_baseline {
        let path = baseline_path(workspace.root(), &session.current, file);
        let text = baseline::write(&run.report.findings);
        std::fs::write(&path, text).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        drop(progress);
        if !common.quiet {
            let listed = counted(run.report.findings.len(), "finding");
            tell(&format!("cargo-fa: wrote {listed} to {}", path.display()));
        }
        return Ok(CLEAN);
    }
    drop(progress);
    let checked = check.with_check.is_none_or(|command| compile(command, common, check));
    let start = Instant::now();
    write_outputs(&mut run.report, check, &session, common)?;
    run.timings.push(("report", start.elapsed()));
    if !common.quiet {
        conclude(&run, common, check, started.elapsed());
    }
    Ok(if checked { exit_code(&run, check) } else { FOUND })
}

/// Runs cargo's check, whose messages go straight to standard output, and tells whether it succeeded.
fn compile(command: WithCheck, common: &Common, check: &Check) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = std::process::Command::new(cargo);
    cargo.arg(match command {
        WithCheck::Check => "check",
        WithCheck::Clippy => "clippy",
    });
    cargo.args(["--message-format=json", "--quiet"]);
    if let Some(manifest) = &common.manifest_path {
        cargo.arg("--manifest-path").arg(manifest);
    }
    if check.workspace {
        cargo.arg("--workspace");
    }
    for package in &check.package {
        cargo.arg("--package").arg(package);
    }
    let build = &check.build;
    for (given, flag) in [
        (check.tests, "--tests"),
        (check.examples, "--examples"),
        (check.all_targets, "--all-targets"),
        (build.release, "--release"),
    ] {
        if given {
            cargo.arg(flag);
        }
    }
    build.pass_to(&mut cargo);
    if let Some(profile) = &build.profile {
        cargo.arg("--profile").arg(profile);
    }
    match cargo.status() {
        Ok(status) => status.success(),
        Err(error) => {
            tell(&format!("error: cargo cannot be run: {error}"));
            false
        }
    }
}

fn exit_code(run: &Run, check: &Check) -> u8 {
    if run.report.count(Level::Deny) > 0 {
        FOUND
    } else if check.strict && run.incomplete {
        INCOMPLETE
    } else {
        CLEAN
    }
}

fn write_outputs(report: &mut Report, check: &Check, session: &Session, common: &Common) -> Result<(), UsageError> {
    let root = session.workspace.root();
    let stated = check.path_base.as_ref().map(|base| {
        let base = normalise(&session.current.join(base));
        if base.is_dir() {
            Ok(base)
        } else {
            Err(UsageError(format!("--path-base {}: no such directory", base.display())))
        }
    });
    let stated = stated.transpose()?;
    for output in &check.outputs() {
        let base = match output.format {
            // Whoever reads these looks for files from the root of the workspace, as cargo has it.
            Format::RustcJson | Format::CargoJson => None,
            // These are shown beside what a repository holds.
            Format::Github | Format::Gitlab | Format::Sarif => {
                stated.clone().or_else(|| version_control::above(root, ".git"))
            }
            _ => stated.clone(),
        };
        report.sources.show_from(base.as_deref());
        if let Some(file) = &output.file {
            let path = session.current.join(file);
            std::fs::write(&path, render(report, output.format, Style::Plain))
                .map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        } else {
            print(&render(report, output.format, style(common.color)));
        }
    }
    report.sources.show_from(None);
    Ok(())
}

/// What the environment and the terminal say about colours, as cargo reads it.
fn style(color: Color) -> Style {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match color {
        Color::Always => Style::Colored,
        Color::Never => Style::Plain,
        Color::Auto if set("NO_COLOR").is_some() => Style::Plain,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => Style::Colored,
        Color::Auto => match set("CARGO_TERM_COLOR").as_deref().and_then(|value| value.to_str()) {
            Some("always") => Style::Colored,
            Some("never") => Style::Plain,
            _ if std::io::stdout().is_terminal() && set("TERM").is_none_or(|term| term != "dumb") => Style::Colored,
            _ => Style::Plain,
        },
    }
}

/// The last lines of a run, on standard error: they hold times, which a report must not.
fn conclude(run: &Run, common: &Common, check: &Check, elapsed: Duration) {
    // With nothing analysed, the reason is no detail.
    if common.verbose > 0 || run.report.files == 0 {
        for detail in &run.details {
            tell(&format!("cargo-fa: {detail}"));
        }
    }
    if common.verbose > 0 || check.strict {
        run.unread.iter().for_each(|unread| tell(&format!("cargo-fa: {unread}")));
    }
    if check.timings {
        for (layer, time) in &run.timings {
            tell(&format!("{layer:>12} {:>9.2} ms", time.as_secs_f64() * 1000.0));
        }
    }
    if let Some(grade) = &run.grade {
        grade.lines().for_each(|line| tell(&format!("cargo-fa: {line}")));
    }
    tell(&summary(&run.report, elapsed));
}

fn summary(report: &Report, elapsed: Duration) -> String {
    let kinds = [(Level::Deny, "error"), (Level::Warn, "warning"), (Level::Hint, "hint")];
    let counts: Vec<String> = kinds
        .iter()
        .filter(|(level, _)| report.count(*level) > 0)
        .map(|(level, noun)| counted(report.count(*level), noun))
        .collect();
    let found = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    let line = format!("cargo-fa: {found} in {} ({:.2}s)", counted(report.files, "file"), elapsed.as_secs_f64());
    if !report.suppressed.is_empty() {
        return format!("{line}; {} suppressed", report.suppressed.len());
    }
    line
}

/// One file with everything: hints, guesses, and what is suppressed and why.
fn show(common: &Common, file: &Path, build: &BuildFlags, open: Open) -> Result<u8, UsageError> {
    let started = Instant::now();
    let check = Check::everything_about(file);
    let mut session = Session::open(common, build.of_default_packages(), open)?;
    let mut plan = Plan::new(&*session.workspace, &session.current, common, &check)?;
    let mut analysis = plan.analyze(&*session.workspace);
    let named = from_root(session.workspace.root(), &session.current, file);
    let known = named.as_ref().is_some_and(|name| analysis.files.iter().any(|file| *file.path == **name));
    if let Some(name) = named.filter(|name| !known && session.workspace.root().join(name).is_file()) {
        // A file that no package lists is read as a crate of its own.
        let loose = LooseFiles { root: session.workspace.root().to_owned(), files: vec![PathBuf::from(name)] };
        session.workspace = open(&OpenOptions { loose: Some(loose), ..OpenOptions::default() })
            .map_err(|error| UsageError(error.to_string()))?;
        plan = Plan::new(&*session.workspace, &session.current, common, &check)?;
        analysis = plan.analyze(&*session.workspace);
    }
    let mut run = plan.report(analysis, &check)?;
    let suppressed = std::mem::take(&mut run.report.suppressed);
    let count = suppressed.len();
    for accepted in suppressed {
        let mut reported = accepted.reported;
        let why = accepted
            .reason
            .map_or_else(|| "suppressed without a reason".to_owned(), |why| format!("suppressed: {why}"));
        reported.finding = reported.finding.note(why);
        reported.level = Level::Allow;
        run.report.findings.push(reported);
    }
    run.report.findings.sort_by(|a, b| a.finding.order(&b.finding));
    print(&render(&run.report, Format::Terminal, style(common.color)));
    if !common.quiet {
        let suppressed = if count > 0 { format!("; {count} suppressed") } else { String::new() };
        tell(&format!("{}{suppressed}", summary(&run.report, started.elapsed())));
    }
    Ok(exit_code(&run, &check))
}

//! Analyses the sources of packages in the registry, none of which uses framealloc: nothing may be found in them.
//!
//! Prints findings, files that could not be parsed and lines per second, next to what syn alone takes for the same
//! files in the same run. Arguments are prefixes of package names (`bevy_` by default; `all` is every package);
//! `--of Cargo.toml` looks among the dependencies of that package, not in all that was ever downloaded.
//!
//! The exit code is 1 after a finding, or when a file that syn refuses is not reported as such; `--at-least N` also fails
//! below that many lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::config::Config;
use rayon::prelude::*;

/// As in the program: what the system's own takes for the pieces of a large corpus is not the analyser's time.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (mut wanted, mut of, mut at_least) = (Vec::new(), None, 0_u64);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--of" => of = words.next().map(PathBuf::from),
            "--at-least" => at_least = words.next().and_then(|number| number.parse().ok()).unwrap_or(u64::MAX),
            _ => wanted.push(word),
        }
    }
    if wanted.is_empty() {
        wanted.push("bevy_".to_owned());
    }
    let packages = match &of {
        Some(manifest) => dependencies(manifest, &wanted),
        None => packages(&wanted),
    };
    if packages.is_empty() {
        println!("no package of the registry fits {wanted:?}: nothing to analyse");
        return ExitCode::from(u8::from(at_least > 0));
    }
    let root = packages[0].parent().unwrap_or(Path::new("/")).to_owned();
    let project = match Project::of_packages(&root, &packages) {
        Ok(project) => project,
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let request = Request { pedantic: true, exhaustive: true, ..Request::default() };
    let start = Instant::now();
    let before = processor_time();
    let analysis = project.analyze(&request, &Config::default());
    let whole = start.elapsed();
    let own = processor_time().checked_sub(before).unwrap();
    let lines: u64 = analysis.files.iter().map(|file| u64::from(file.lines)).sum();
    let paths: Vec<PathBuf> = analysis.files.iter().map(|file| root.join(&*file.path)).collect();
    let before = processor_time();
    let (bare, refused) = bare_syn(&paths);
    let bare_own = processor_time().checked_sub(before).unwrap();
    println!("{} packages, {} files, {lines} lines, {threads} threads", packages.len(), paths.len());
    for finding in &analysis.findings {
        println!("finding {} {}:{}: {}", finding.code, finding.primary.file, finding.primary.start, finding.message);
    }
    for file in &analysis.unparsed {
        println!("unparsed {}: {}", file.place.file, file.message);
    }
    println!("findings {}, unparsed files {}", analysis.findings.len(), analysis.unparsed.len());
    let reported: BTreeSet<PathBuf> = analysis.unparsed.iter().map(|file| root.join(&*file.place.file)).collect();
    let hidden: Vec<&PathBuf> = refused.iter().filter(|path| !reported.contains(*path)).collect();
    for path in &hidden {
        println!("not reported as unparsed: {}", path.display());
    }
    for (layer, time) in &analysis.timings {
        println!("  {layer:8} {:7.1} ms", time.as_secs_f64() * 1e3);
    }
    let speed = |time: Duration| f64::from(u32::try_from(lines).unwrap_or(u32::MAX)) / time.as_secs_f64() / 1e6;
    println!("analysis {:7.1} ms, {:.2} million lines/s", whole.as_secs_f64() * 1e3, speed(whole));
    println!("bare syn {:7.1} ms, {:.2} million lines/s", bare.as_secs_f64() * 1e3, speed(bare));
    println!("analysis / bare syn: {:.2} x the speed", bare.as_secs_f64() / whole.as_secs_f64());
    // On a machine that is busy with other things, only this is comparable.
    println!(
        "processor time: analysis {:.2} s ({:.2} million lines/s per core), bare syn {:.2} s: {:.2} x the speed",
        own.as_secs_f64(),
        speed(own),
        bare_own.as_secs_f64(),
        bare_own.as_secs_f64() / own.as_secs_f64()
    );
    if let Some(peak) = peak_memory() {
        println!("peak memory {} MiB", peak >> 10);
    }
    if lines < at_least {
        println!("{lines} lines are fewer than the {at_least} asked for");
    }
    ExitCode::from(u8::from(!analysis.findings.is_empty() || !hidden.is_empty() || lines < at_least))
}

/// The directories of the packages with these prefixes that a package depends on, however far down.
fn dependencies(manifest: &Path, wanted: &[String]) -> Vec<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(manifest)
        .exec()
        .unwrap_or_else(|error| panic!("{}: {error}", manifest.display()));
    let mut found: Vec<PathBuf> = metadata
        .packages
        .iter()
        .filter(|package| fits(package.name.as_ref(), wanted) && package.source.is_some())
        .filter_map(|package| package.manifest_path.parent().map(|directory| directory.as_std_path().to_owned()))
        .collect();
    found.sort();
    found
}

fn fits(name: &str, wanted: &[String]) -> bool {
    wanted.iter().any(|prefix| prefix == "all" || name.starts_with(prefix.as_str()))
}

/// The directories of packages whose names start with one of these.
fn packages(wanted: &[String]) -> Vec<PathBuf> {
    let Some(home) =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
    else {
        return Vec::new();
    };
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = registries
        .flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().flatten())
        .map(|package| package.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            fits(&name, wanted) && path.join("Cargo.toml").is_file()
        })
        .collect();
    found.sort();
    found
}

/// Reading and parsing alone, with the same number of threads; and the files that cannot be parsed.
fn bare_syn(paths: &[PathBuf]) -> (Duration, Vec<PathBuf>) {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build();
    let start = Instant::now();
    let parse = || {
        let refused = paths.par_iter().with_max_len(1).filter(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let refused = syn::parse_file(&text).is_err();
            proc_macro2::extra::invalidate_current_thread_spans();
            refused
        });
        refused.cloned().collect::<Vec<_>>()
    };
    let refused = match pool {
        Ok(pool) => pool.install(parse),
        Err(_) => parse(),
    };
    (start.elapsed(), refused)
}

/// User and system time of this process, in the ticks of 10 ms that Linux counts; zero elsewhere.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// In KiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

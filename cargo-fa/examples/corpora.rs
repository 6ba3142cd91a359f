//! Analyses the sources of packages in the registry, none of which uses framealloc: nothing may be found in them.
//!
//! Prints findings, files that could not be parsed and lines per second, next to what syn alone takes for the same
//! files in the same run. Arguments are prefixes of package names (`bevy_` by default; `all` is every package).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::config::Config;
use cargo_fa::project::Project;
use rayon::prelude::*;

fn main() {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        wanted.push("bevy_".to_owned());
    }
    let packages = packages(&wanted);
    if packages.is_empty() {
        println!("no package of the registry fits {wanted:?}: nothing to analyse");
        return;
    }
    let root = packages[0].parent().unwrap_or(Path::new("/")).to_owned();
    let project = match Project::of_packages(&root, &packages) {
        Ok(project) => project,
        Err(error) => {
            println!("{error}");
            return;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let request = Request { pedantic: true, ..Request::default() };
    let start = Instant::now();
    let before = processor_time();
    let analysis = project.analyze(&request, &Config::default());
    let whole = start.elapsed();
    let own = processor_time().checked_sub(before).unwrap();
    let lines: u64 = analysis.files.iter().map(|file| u64::from(file.lines)).sum();
    let paths: Vec<PathBuf> = analysis.files.iter().map(|file| root.join(&*file.path)).collect();
    let before = processor_time();
    let bare = bare_syn(&paths);
    let bare_own = processor_time().checked_sub(before).unwrap();
    println!("{} packages, {} files, {lines} lines, {threads} threads", packages.len(), paths.len());
    for finding in &analysis.findings {
        println!("finding {} {}:{}: {}", finding.code, finding.primary.file, finding.primary.start, finding.message);
    }
    for file in &analysis.unparsed {
        println!("unparsed {}: {}", file.place.file, file.message);
    }
    println!("findings {}, unparsed files {}", analysis.findings.len(), analysis.unparsed.len());
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
            let fits = wanted.iter().any(|prefix| prefix == "all" || name.starts_with(prefix.as_str()));
            fits && path.join("Cargo.toml").is_file()
        })
        .collect();
    found.sort();
    found
}

/// Reading and parsing alone, with the same number of threads.
fn bare_syn(paths: &[PathBuf]) -> Duration {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build();
    let start = Instant::now();
    let parse = || {
        paths.par_iter().with_max_len(1).for_each(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            drop(syn::parse_file(&text));
            proc_macro2::extra::invalidate_current_thread_spans();
        });
    };
    match pool {
        Ok(pool) => pool.install(parse),
        Err(_) => parse(),
    }
    start.elapsed()
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

//! What the measured processes do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::model::config::Config;
use rayon::prelude::*;

const THREADS: usize = 2;

/// Runs as one of the measured processes and tells its own figures at the end.
pub(super) fn run(what: &str, arguments: &[String]) {
    let path = PathBuf::from(arguments.first().expect("a path"));
    match what {
        "child-check" => check(&path),
        "child-lsp" => serve(&path),
        _ => bare(&path),
    }
    eprintln!("{}", crate::measure::own_figures());
}

fn check(root: &Path) {
    let mut line: Vec<OsString> = ["cargo-fa", "fa", "-q", "--all", "-j"].map(OsString::from).to_vec();
    line.push(THREADS.to_string().into());
    line.push("--manifest-path".into());
    line.push(root.join("Cargo.toml").into());
    if std::env::var_os("SPEED_TIMINGS").is_some() {
        line[2] = "--timings".into();
    }
    let code = cargo_fa::cli::app::main(line, cargo_fa::engine::open);
    assert!(code < 2, "the analysis failed: {code}");
}

fn serve(root: &Path) {
    let line = ["cargo-fa", "fa", "lsp", "--manifest-path"].map(OsString::from).into_iter();
    let code = cargo_fa::cli::app::main(line.chain([root.join("Cargo.toml").into()]).collect(), cargo_fa::engine::open);
    assert!(code == 0, "the server failed: {code}");
}

/// Reading and parsing alone, of the files that the analyser reads.
fn bare(list: &Path) {
    let list = std::fs::read_to_string(list).expect("the list of files");
    let paths: Vec<&str> = list.lines().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).stack_size(256 << 20).build().expect("threads");
    pool.install(|| {
        paths.par_iter().with_max_len(1).for_each(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            drop(syn::parse_file(&text));
            proc_macro2::extra::invalidate_current_thread_spans();
        });
    });
}

pub(super) struct Counted {
    pub(super) files: usize,
    pub(super) lines: u32,
    pub(super) findings: usize,
}

/// Writes the paths of the files that an analysis reads, the largest first, and counts.
pub(super) fn list(root: &Path, to: &Path) -> Counted {
    let project = cargo_fa::engine::Project::open(Some(&root.join("Cargo.toml"))).expect("the tree is a workspace");
    let analysis = project.analyze(&Request::default(), &Config::default());
    assert!(analysis.unparsed.is_empty(), "{:?}", analysis.unparsed.first());
    let mut files: Vec<(u64, PathBuf)> = analysis
        .files
        .iter()
        .map(|file| root.join(&*file.path))
        .map(|path| (std::fs::metadata(&path).map_or(0, |of| of.len()), path))
        .collect();
    files.sort_by(|left, right| right.cmp(left));
    let text: Vec<String> = files.iter().map(|(_, path)| path.display().to_string()).collect();
    std::fs::write(to, text.join("\n")).expect("written");
    Counted {
        files: files.len(),
        lines: analysis.files.iter().map(|file| file.lines).sum(),
        findings: analysis.findings.len(),
    }
}

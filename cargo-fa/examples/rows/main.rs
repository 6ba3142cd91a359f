//! Holds the rows about std, Bevy and common crates against the crates themselves: rustc is asked whether each name exists.
//!
//! ```sh
//! ci/rows.sh
//! cargo run -p cargo-fa --example rows -- DIRECTORY [--planted]
//! ```
//!
//! Two packages are written into the directory. One names every type and function by its path, the other takes every
//! method of a value without calling it: rustc says "attempted to take value of method" where there is one. `--planted`
//! adds rows that are wrong, which must be refused.

mod crates;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use cargo_fa::engine::{About, Row, rows, wait_rows};
use crates::{DEPENDENCIES, counted, instance, kind, modules, named, of_module};

/// A question to rustc: one line of a package.
struct Question {
    package: &'static str,
    line: usize,
    /// The row and the name that it is about.
    about: (usize, String),
}

/// What a package asks, line by line.
struct Package {
    name: &'static str,
    text: String,
    lines: usize,
}

impl Package {
    fn new(name: &'static str, head: &str) -> Self {
        Self { name, text: format!("{head}\n"), lines: head.lines().count() }
    }

    fn ask(&mut self, line: &str, about: (usize, String), questions: &mut Vec<Question>) {
        let _ = writeln!(self.text, "{line}");
        self.lines += 1;
        questions.push(Question { package: self.name, line: self.lines, about });
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next() else {
        eprintln!("rows: name a directory to write the packages into");
        return ExitCode::from(2);
    };
    let mut rows = all();
    if arguments.any(|argument| argument == "--planted") {
        rows.extend(planted());
    }
    match wrong(&rows, Path::new(&directory)) {
        Ok(wrong) if wrong.is_empty() => {
            println!("rows: {} rows name what exists", rows.len());
            ExitCode::SUCCESS
        }
        Ok(wrong) => {
            for line in &wrong {
                println!("rows: {line}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("rows: {error}");
            ExitCode::from(2)
        }
    }
}

/// Every row.
fn all() -> Vec<Row> {
    rows().into_iter().chain(wait_rows()).collect()
}

/// Rows that must be refused.
fn planted() -> Vec<Row> {
    let mut planted = Vec::new();
    for row in all() {
        let names: Option<&[&str]> = match row.about {
            About::Methods(_) => Some(&["planted_method"]),
            About::Named(_) => Some(&["planted_named"]),
            About::Associated(_) => Some(&["planted_associated"]),
            About::Functions(_, modules) if !modules.is_empty() => Some(&["planted_function"]),
            _ => None,
        };
        if let Some(names) = names.filter(|names| !planted.iter().any(|row: &Row| row.names == *names)) {
            let mut wrong = row;
            wrong.names = names;
            planted.push(wrong);
        }
    }
    planted
}

/// What rows name that does not exist.
fn wrong(rows: &[Row], directory: &Path) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let mut questions = Vec::new();
    let mut paths = Package::new("paths", "#![allow(warnings)]");
    let mut methods = Package::new("methods", crates::IMPORTS);
    for (at, row) in rows.iter().enumerate() {
        match &row.about {
            About::Type(krate, name) => {
                let about = (at, (*name).to_owned());
                match instance(krate, name) {
                    Some(ty) => paths.ask(&format!("const _: fn({ty}) = |_| ();"), about, &mut questions),
                    None => wrong.push(format!("`{krate}::{name}` has no line in examples/rows/crates.rs")),
                }
            }
            About::Methods(types) => {
                let each = types.iter().flat_map(|(krate, name)| [instance(krate, name), counted(krate, name)]);
                let types: Vec<&str> = each.flatten().collect();
                ask_methods(at, row, &types, &mut methods, &mut questions);
            }
            About::Named(types) => {
                for ty in types.iter().filter(|ty| named(ty).is_empty()) {
                    wrong.push(format!("`{ty}` has no line in examples/rows/crates.rs"));
                }
                let types: Vec<&str> = types.iter().flat_map(|ty| named(ty)).copied().collect();
                ask_methods(at, row, &types, &mut methods, &mut questions);
                ask_associated(at, row, &types, &mut methods, &mut questions);
            }
            About::MethodsOfKind(of) => ask_methods(at, row, &kind(of), &mut methods, &mut questions),
            About::Associated(types) => {
                let types: Vec<&str> = types.iter().filter_map(|(krate, name)| instance(krate, name)).collect();
                ask_associated(at, row, &types, &mut methods, &mut questions);
            }
            About::Functions(krates, named) => {
                for name in row.names {
                    for ty in named.iter().filter_map(|module| of_module(module)) {
                        let line = format!("fn q{}() {{ let _ = <{ty}>::{name}; }}", methods.lines);
                        methods.ask(&line, (at, (*name).to_owned()), &mut questions);
                    }
                    for path in modules(krates, named) {
                        paths.ask(&format!("use {path}::{name} as _;"), (at, (*name).to_owned()), &mut questions);
                    }
                }
            }
            _ => {}
        }
    }
    let answers = check(directory, &[paths, methods])?;
    let mut exists: BTreeSet<&(usize, String)> = BTreeSet::new();
    for question in &questions {
        let errors = answers.get(&(question.package.to_owned(), question.line)).map_or(&[][..], Vec::as_slice);
        if errors.iter().all(|error| !says_missing(error)) && (question.package != "paths" || errors.is_empty()) {
            exists.insert(&question.about);
        }
    }
    let asked: BTreeSet<&(usize, String)> = questions.iter().map(|question| &question.about).collect();
    for (at, name) in asked.difference(&exists) {
        wrong.push(format!("`{name}` does not exist: {:?}", rows[*at].about));
    }
    Ok(wrong)
}

fn ask_methods(at: usize, row: &Row, types: &[&str], methods: &mut Package, questions: &mut Vec<Question>) {
    for name in row.names {
        for ty in types {
            // Everything turns into itself, so that rustc cannot tell which `into` is meant unless it is named.
            let line = match *name {
                "into" => format!("fn q{}() {{ let _ = <{ty}>::{name}; }}", methods.lines),
                _ => format!("fn q{}(x: {ty}) {{ x.{name} }}", methods.lines),
            };
            methods.ask(&line, (at, (*name).to_owned()), questions);
        }
    }
}

fn ask_associated(at: usize, row: &Row, types: &[&str], methods: &mut Package, questions: &mut Vec<Question>) {
    for name in row.names {
        for ty in types {
            let ty = ty.trim_start_matches("&'static ");
            let line = format!("fn q{}() {{ let _ = <{ty}>::{name}; }}", methods.lines);
            methods.ask(&line, (at, (*name).to_owned()), questions);
        }
    }
}

/// An error: its code and its whole text.
struct Told {
    code: String,
    text: String,
}

/// Whether rustc says that something is not there. A method that is not called is an error as well, of another kind.
fn says_missing(error: &Told) -> bool {
    match error.code.as_str() {
        // A field that is private hides a method, and the text says so.
        "E0616" => !error.text.contains("a method"),
        "E0599" | "E0609" | "E0610" | "E0425" | "E0432" | "E0433" | "E0412" | "E0423" => true,
        _ => false,
    }
}

/// Runs cargo over the packages: what rustc says of each line.
fn check(directory: &Path, packages: &[Package]) -> Result<BTreeMap<(String, usize), Vec<Told>>, String> {
    let write = |path: &str, text: &str| {
        let path = directory.join(path);
        let folder = path.parent().ok_or("no folder")?;
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).map_err(|error| error.to_string())
    };
    write("Cargo.toml", "[workspace]\nmembers = [\"paths\", \"methods\"]\nresolver = \"3\"\n")?;
    for package in packages {
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n{DEPENDENCIES}",
            package.name
        );
        write(&format!("{}/Cargo.toml", package.name), &manifest)?;
        write(&format!("{}/src/lib.rs", package.name), &package.text)?;
    }
    // The versions of this workspace, where it has them.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    if !directory.join("Cargo.lock").exists() {
        std::fs::copy(lock, directory.join("Cargo.lock")).map_err(|error| error.to_string())?;
    }
    let output = Command::new("cargo")
        .args(["check", "--keep-going", "--message-format=json", "--manifest-path"])
        .arg(directory.join("Cargo.toml"))
        .output()
        .map_err(|error| error.to_string())?;
    let mut answers: BTreeMap<(String, usize), Vec<Told>> = BTreeMap::new();
    let mut compiled = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let Some(package) = message["target"]["name"].as_str() else { continue };
        let diagnostic = &message["message"];
        let (Some(code), Some(text)) = (diagnostic["code"]["code"].as_str(), diagnostic["rendered"].as_str()) else {
            continue;
        };
        compiled.insert(package.to_owned());
        let spans = diagnostic["spans"].as_array().into_iter().flatten();
        for span in spans.filter(|span| span["is_primary"] == true) {
            let at = span["line_start"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or(0);
            let told = Told { code: code.to_owned(), text: text.to_owned() };
            answers.entry((package.to_owned(), at)).or_default().push(told);
        }
    }
    // Every method is an error, of whatever kind: where there is none, nothing was compiled.
    if !compiled.contains("methods") {
        return Err(format!("the packages were not compiled\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(answers)
}

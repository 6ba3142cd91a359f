//! The same program written another way has the same findings.

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::config::{self, Config};
use quote::ToTokens;
use support::{Sample, manifest};
use syn::visit_mut::VisitMut;

/// A fixture that has findings, and the configuration that it assumes.
struct Fixture {
    path: PathBuf,
    text: String,
    config: Config,
    found: Vec<String>,
}

/// Every fixture that has findings, analysed once for all tests.
static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pos_")))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (std::fs::read_to_string(&path).unwrap(), path))
        // What is wrong in `.fa.toml` stays where it is, however the program is written.
        .filter(|(text, _)| text.contains("//~"))
        .map(|(text, path)| {
            let own = std::fs::read_to_string(path.with_extension("toml"));
            let config = own.or_else(|_| std::fs::read_to_string(path.with_file_name(config::FILE_NAME)));
            let config = config.unwrap_or_default();
            let config = config::read(&config::FILE_NAME.into(), &config).unwrap();
            let found = found(&Sample::game(&text), &config);
            assert!(!found.is_empty(), "{} has no finding to compare", path.display());
            Fixture { path, text, config, found }
        })
        .collect()
});

/// The codes that are found, with the last part of the item that they are in; sorted.
fn found(sample: &Sample, config: &Config) -> Vec<String> {
    let project = Project::open(Some(&sample.path("Cargo.toml"))).unwrap();
    let analysis = project.analyze(&Request { jobs: 1, ..Request::default() }, config);
    assert!(analysis.unparsed.is_empty(), "{:?}", analysis.unparsed);
    let mut rows: Vec<String> = analysis
        .findings
        .iter()
        .filter(|finding| finding.primary.file.ends_with(".rs"))
        .map(|finding| format!("{} {}", finding.code, finding.item.rsplit("::").next().unwrap_or_default()))
        .collect();
    rows.sort();
    rows
}

/// Compares every fixture with what a change makes of it, where `f_body` may stand for `f`.
fn unchanged(changed: impl Fn(&str) -> Option<Sample>) {
    let mut wrong = String::new();
    let mut compared = 0;
    for fixture in FIXTURES.iter() {
        let Some(after) = changed(&fixture.text) else { continue };
        let mut after = found(&after, &fixture.config);
        for row in &mut after {
            row.truncate(row.trim_end_matches("_body").len());
        }
        after.sort();
        let before = &fixture.found;
        compared += 1;
        if *before != after {
            let _ = writeln!(wrong, "{}\n  before {before:?}\n  after  {after:?}", fixture.path.display());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(compared > 10, "only {compared} fixtures were compared");
}

/// The text of a file after a visitor has changed it.
fn visited(text: &str, visitor: &mut impl VisitMut) -> String {
    let mut file = syn::parse_file(text).unwrap();
    visitor.visit_file_mut(&mut file);
    file.into_token_stream().to_string()
}

#[test]
fn the_dependency_has_another_name() {
    unchanged(|text| {
        let manifest = manifest("game").replace("framealloc = {", "fa = { package = \"framealloc\",") + "[workspace]\n";
        let text = text.replace("framealloc::", "fa::");
        Some(Sample::empty().file("Cargo.toml", &manifest).file("src/lib.rs", &text))
    });
}

#[test]
fn the_names_come_from_a_glob() {
    unchanged(|text| {
        let lines = text.lines().map(|line| match line.split_once("use framealloc::{") {
            Some((indent, _)) if line.ends_with("};") => format!("{indent}use framealloc::*;"),
            _ => line.to_owned(),
        });
        Some(Sample::game(&lines.collect::<Vec<_>>().join("\n")))
    });
}

#[test]
fn the_names_are_exported_again() {
    unchanged(|text| {
        // Inner documentation may only stand at the top.
        let (docs, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("//!"));
        let text = format!(
            "{}\n{}",
            docs.join("\n"),
            rest.join("\n").replace("use framealloc::", "use crate::engine::memory::")
        );
        let engine = "\npub mod engine {\n    pub mod memory {\n        pub use framealloc::*;\n    }\n}\n";
        Some(Sample::game(&(text + engine)))
    });
}

#[test]
fn the_code_is_in_another_module() {
    unchanged(|text| {
        // Modules that are named from the root move with it.
        if text.contains("crate::") || text.contains("mod physics") || text.contains("mod audio") {
            return None;
        }
        Some(Sample::game("pub mod world {\n    pub mod moved;\n}\n").file("src/world/moved.rs", text))
    });
}

#[test]
fn the_code_is_in_another_crate() {
    unchanged(|text| {
        let game = manifest("game") + "moved = { path = \"../moved\" }\n";
        let sample = Sample::empty()
            .file("Cargo.toml", "[workspace]\nmembers = [\"game\", \"moved\"]\nresolver = \"3\"\n")
            .file("game/Cargo.toml", &game)
            .file("game/src/lib.rs", "pub use moved::*;\n")
            .file("moved/Cargo.toml", &manifest("moved"))
            .file("moved/src/lib.rs", text);
        Some(sample)
    });
}

#[test]
fn the_items_are_in_another_order() {
    struct Reverse;
    impl VisitMut for Reverse {
        fn visit_file_mut(&mut self, file: &mut syn::File) {
            file.items.reverse();
        }
    }
    unchanged(|text| Some(Sample::game(&visited(text, &mut Reverse))));
}

/// Puts what a function does into something that changes nothing.
struct Wrap(fn(&syn::Block) -> syn::Block);

impl VisitMut for Wrap {
    fn visit_item_fn_mut(&mut self, of: &mut syn::ItemFn) {
        *of.block = (self.0)(&of.block);
    }

    fn visit_impl_item_fn_mut(&mut self, of: &mut syn::ImplItemFn) {
        of.block = (self.0)(&of.block);
    }
}

#[test]
fn bodies_are_in_a_block() {
    unchanged(|text| Some(Sample::game(&visited(text, &mut Wrap(|body| syn::parse_quote!({ #body }))))));
}

#[test]
fn bodies_are_in_a_match() {
    unchanged(|text| {
        Some(Sample::game(&visited(text, &mut Wrap(|body| syn::parse_quote!({ match () { () => #body } })))))
    });
}

#[test]
fn bodies_are_in_a_branch_that_is_taken() {
    let wrap = |body: &syn::Block| syn::parse_quote!({ if true #body else { unreachable!() } });
    unchanged(|text| Some(Sample::game(&visited(text, &mut Wrap(wrap)))));
}

#[test]
fn something_unrelated_is_done_first() {
    let wrap = |body: &syn::Block| {
        let statements = &body.stmts;
        syn::parse_quote!({ let unrelated = 1 + 1; let _ = unrelated; #(#statements)* })
    };
    unchanged(|text| Some(Sample::game(&visited(text, &mut Wrap(wrap)))));
}

#[test]
fn tokens_are_printed_without_lines_or_comments() {
    struct Nothing;
    impl VisitMut for Nothing {}
    unchanged(|text| Some(Sample::game(&visited(text, &mut Nothing))));
}

#[test]
fn bodies_are_in_functions_of_their_own() {
    /// `fn f(a: A) -> R { … }` becomes `fn f(a: A) -> R { f_body(a) }`, and the rest follows.
    struct Extract(Vec<syn::ItemFn>);
    impl VisitMut for Extract {
        fn visit_item_fn_mut(&mut self, of: &mut syn::ItemFn) {
            let plain = of.attrs.is_empty() && of.sig.asyncness.is_none();
            let names: Option<Vec<syn::Ident>> = of.sig.inputs.iter().map(named).collect();
            let Some(names) = names.filter(|_| plain) else { return };
            let mut body = of.clone();
            body.sig.ident = quote::format_ident!("{}_body", of.sig.ident);
            body.vis = syn::Visibility::Inherited;
            let callee = &body.sig.ident;
            *of.block = syn::parse_quote!({ #callee(#(#names),*) });
            self.0.push(body);
        }
    }
    fn named(input: &syn::FnArg) -> Option<syn::Ident> {
        let syn::FnArg::Typed(typed) = input else { return None };
        let syn::Pat::Ident(name) = &*typed.pat else { return None };
        Some(name.ident.clone())
    }
    unchanged(|text| {
        let mut file = syn::parse_file(text).unwrap();
        let mut extract = Extract(Vec::new());
        file.items.iter_mut().for_each(|item| {
            if let syn::Item::Fn(of) = item {
                extract.visit_item_fn_mut(of);
            }
        });
        file.items.extend(extract.0.into_iter().map(syn::Item::Fn));
        Some(Sample::game(&file.into_token_stream().to_string()))
    });
}

#[test]
fn bodies_are_in_a_closure_that_is_called() {
    unchanged(|text| {
        // `return`, `?` and `await` mean something else in a closure.
        if ["return", "?", "async", "impl Fn"].iter().any(|word| text.contains(word)) {
            return None;
        }
        Some(Sample::game(&visited(text, &mut Wrap(|body| syn::parse_quote!({ (|| #body)() })))))
    });
}

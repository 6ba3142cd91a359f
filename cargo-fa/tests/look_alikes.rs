//! Correct code that looks like an escape, in the shapes of games, renderers, user interfaces and parsers: nothing is
//! denied, and all of it compiles.

mod support;

use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::codes::Level;
use cargo_fa::model::config::Config;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/look_alikes")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into()).collect();
    files.sort();
    files
}

#[test]
fn nothing_is_denied_and_nothing_is_said_of_where_data_goes() {
    let mut systems = 0;
    for file in files() {
        let text = std::fs::read_to_string(folder().join(&file)).unwrap();
        systems += text.matches("#[frame_system").count() + text.matches("pub async fn").count();
        let project = Project::of_files(&folder(), std::slice::from_ref(&file));
        let analysis = project.analyze(&Request { jobs: 1, ..Request::default() }, &Config::default());
        assert!(analysis.unparsed.is_empty(), "{:?}", analysis.unparsed);
        for finding in analysis.findings {
            let line = text[..finding.primary.start as usize].lines().count();
            // They do allocate on the heap, which is said.
            let heap = matches!(finding.code.number, "FA401" | "FA402" | "FA552");
            let quiet = finding.code.level == Level::Allow;
            assert!(heap || quiet, "{}:{line}: {} {}", file.display(), finding.code.number, finding.message);
        }
    }
    assert!(systems > 200, "{systems}");
}

#[test]
fn all_of_it_compiles() {
    let modules = files().into_iter().map(|file| {
        let text = std::fs::read_to_string(folder().join(&file)).unwrap();
        (file.file_stem().unwrap().to_str().unwrap().to_owned(), text)
    });
    support::assert_modules_compile("look_alikes", modules);
}

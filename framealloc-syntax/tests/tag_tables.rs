//! The tags of `.fa.toml` are found, read, and every mistake in them is told.
#![cfg(feature = "tag-tables")]

use std::fs;
use std::path::Path;

use framealloc_syntax::{TagTables, find_fa_toml};

const SAMPLE: &str = r#"
[analysis]
anything = "is left to the analyser"

[tags.physics]
modules = ["game::physics", "crate::collision"]
may_use = ["math"]
budget = "2MiB"

[tags."ai::pathfinding"]
budget = 65_536

[tags.render.shadow]
modules = ["game::render::shadow"]

[tags.math]
"#;

#[test]
fn declared_tags_are_read() {
    let tables = TagTables::parse(SAMPLE).unwrap();
    let paths: Vec<_> = tables.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["ai::pathfinding", "math", "physics", "render", "render::shadow"]);
    let physics = tables.declared("physics").unwrap();
    assert_eq!(physics.modules, ["game::physics", "crate::collision"]);
    assert_eq!(physics.may_use.as_deref(), Some(&["math".to_owned()][..]));
    assert_eq!(physics.budget, Some(2 << 20));
    assert_eq!(&SAMPLE[physics.span.clone()], "physics");
    assert_eq!(tables.declared("ai::pathfinding").unwrap().budget, Some(65_536));
    assert_eq!(tables.declared("math").unwrap().may_use, None);
}

#[test]
fn a_tag_is_known_by_its_path_or_by_whole_segments_at_its_ends() {
    let tables = TagTables::parse(SAMPLE).unwrap();
    for known in ["physics", "ai::pathfinding", "ai", "pathfinding", "render", "shadow"] {
        assert!(tables.knows(known), "{known}");
    }
    for unknown in ["phsyics", "phys", "a", "finding", "path", "ai::", "ai::render", "sics"] {
        assert!(!tables.knows(unknown), "{unknown}");
    }
    assert_eq!(tables.suggest("phsyics"), Some("physics"));
    assert_eq!(tables.suggest("pathfindin"), Some("pathfinding"));
    assert_eq!(tables.suggest("network"), None);
}

#[test]
fn no_tags_are_no_mistake() {
    assert!(TagTables::parse("").unwrap().is_empty());
    assert!(TagTables::parse("[lints]\nFA602 = 'allow'").unwrap().is_empty());
}

#[test]
fn every_mistake_is_told() {
    let text = "[tags.Physics]\n[tags.ai]\nbudgt = '1KiB'\nbudget = '2MB'\n[tags.io]\nmodules = 'game'\nmay_use = [1]\ncolour = 1\n[tags.z]\nbudget = 0\n";
    let errors = TagTables::parse(text).unwrap_err();
    let told: Vec<_> = errors.iter().map(|error| (&text[error.span.clone()], error.to_string())).collect();
    let find =
        |at: &str| told.iter().filter(|(place, _)| *place == at).map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(
        find("Physics"),
        [
            "`Physics` is not a tag name: use lowercase letters, digits and `_`, with `::` between segments (did you mean `physics`?)"
        ]
    );
    assert_eq!(find("budgt"), ["unknown key `budgt` in `[tags.ai]` (did you mean `budget`?)"]);
    assert_eq!(find("'2MB'"), ["`2MB` is not a size: units are B, KiB, MiB, GiB"]);
    assert_eq!(find("modules"), ["`modules` is a list of strings"]);
    assert_eq!(find("may_use"), ["`may_use` is a list of strings"]);
    assert_eq!(
        find("colour"),
        ["unknown key `colour` in `[tags.io]` (expected one of `budget`, `heap_budget`, `may_use`, `modules`)"]
    );
    assert_eq!(find("0"), ["a budget of zero refuses every allocation"]);
    assert_eq!(told.len(), 7, "{told:#?}");

    assert_eq!(TagTables::parse("tags = 1").unwrap_err()[0].message, "`tags` is a table");
    assert_eq!(TagTables::parse("[tags]\nphysics = 1").unwrap_err()[0].message, "`tags.physics` is a table");
    assert_eq!(TagTables::parse("[tags").unwrap_err().len(), 1);
    let twice = "[tags.\"ai::path\"]\n[tags.ai.path]\n";
    assert_eq!(TagTables::parse(twice).unwrap_err()[0].message, "tag `ai::path` is declared twice");
}

fn write(root: &Path, file: &str, text: &str) {
    let file = root.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

#[test]
fn the_file_is_searched_up_to_the_root_of_the_workspace_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, ".fa.toml", "");
    write(root, "work/Cargo.toml", "[workspace]\nmembers = ['a']\n");
    write(root, "work/a/Cargo.toml", "[package]\nname = 'a'\n");
    let inside = root.join("work/a");
    assert_eq!(find_fa_toml(&inside), None, "the file above the workspace is a stranger's");

    write(root, "work/.fa.toml", "");
    assert_eq!(find_fa_toml(&inside), Some(root.join("work/.fa.toml")));
    write(root, "work/a/.fa.toml", "");
    assert_eq!(find_fa_toml(&inside), Some(root.join("work/a/.fa.toml")));

    write(root, "single/Cargo.toml", "[package]\nname = 'single'\n");
    write(root, "single/Cargo.lock", "");
    assert_eq!(find_fa_toml(&root.join("single")), None);
    write(root, "single/.fa.toml", "");
    assert_eq!(find_fa_toml(&root.join("single")), Some(root.join("single/.fa.toml")));
}

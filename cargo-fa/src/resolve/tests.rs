use super::paths::Space;
use super::*;
use crate::analysis::Request;
use crate::facts::cache::Cache;
use crate::project::{Project, load};

/// Resolves `path` where the function `here` of the crate `game` stands.
fn resolve(text: &str, path: &str) -> String {
    let root = tempfile::tempdir().expect("a directory");
    let source = format!("{text}\nmod probe_module {{ use super::*; type Probe = {path}; }}\n");
    std::fs::write(root.path().join("game.rs"), source).expect("written");
    let project = Project::of_files(root.path(), &["game.rs".into()]);
    let loaded = load(&project, &Request::default(), &project.users(&[]), &Cache::default());
    assert!(loaded.files[0].refused.is_none(), "{:?}", loaded.files[0].refused);
    let program = Program::build(&project, &loaded, false);
    let probe =
        program.types.iter().find(|def| program.facts(def.file).name(def.item.name) == "Probe").expect("it is there");
    let facts = program.facts(probe.file);
    let ItemKind::Alias { ty: Some(ty), .. } = probe.item.kind else { panic!("an alias") };
    let crate::facts::ir::Type::Path(path) = facts.ty(ty) else { panic!("a path") };
    match program.resolve(probe.module, probe.file, facts.path(*path), Space::Types) {
        Some(Res::Type(of)) => {
            format!("{}::{}", program.module(program.type_def(of).module).path, program.type_name(of))
        }
        Some(Res::External(of)) => format!("{}:{}", of.krate, of.last),
        other => format!("{other:?}"),
    }
}

#[test]
fn names_are_found_through_every_kind_of_import() {
    for (text, path, meaning) in [
        ("use framealloc::SmartAlloc;", "SmartAlloc", "framealloc:SmartAlloc"),
        ("use framealloc::SmartAlloc as Memory;", "Memory", "framealloc:SmartAlloc"),
        ("use framealloc as fa;", "fa::SmartAlloc", "framealloc:SmartAlloc"),
        ("use framealloc::*;", "FrameBox", "framealloc:FrameBox"),
        ("use framealloc::prelude::*;", "FrameVec", "framealloc:FrameVec"),
        ("use framealloc::{self as fa, bevy::AllocResource};", "AllocResource", "framealloc:AllocResource"),
        ("", "::framealloc::Frame", "framealloc:Frame"),
        ("mod memory { pub use framealloc::Frame; } use memory::Frame;", "Frame", "framealloc:Frame"),
        ("mod memory { pub use framealloc::*; } use memory::*;", "Frame", "framealloc:Frame"),
        ("mod memory { pub use super::Own; } pub struct Own;", "memory::Own", "game::Own"),
        ("mod a { pub mod b { pub struct Deep; } }", "super::a::b::Deep", "game::a::b::Deep"),
        ("mod a { pub mod b { pub struct Deep; } }", "crate::a::b::Deep", "game::a::b::Deep"),
        ("struct Frame; use framealloc::*;", "Frame", "game::Frame"),
        ("", "Vec", "std:Vec"),
        ("use std::collections as c;", "c::HashMap", "std:HashMap"),
        ("struct Vec;", "Vec", "game::Vec"),
        ("use a::X; mod a { pub use super::b::X; } mod b { pub use super::a::X; }", "X", "None"),
    ] {
        assert_eq!(resolve(text, path), meaning, "{path} after {text}");
    }
}

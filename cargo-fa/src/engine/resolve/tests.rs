use super::paths::Space;
use super::*;
use crate::analysis::Request;
use crate::engine::hir::cache::Cache;
use crate::engine::project::{Project, load};

/// Resolves `path` where the crate `game` sees it.
fn resolve(text: &str, path: &str) -> String {
    let [meaning] = resolve_in_turn(text, &[path]).try_into().expect("one meaning");
    meaning
}

/// Resolves paths one after the other in the same program.
fn resolve_in_turn(text: &str, paths: &[&str]) -> Vec<String> {
    let root = tempfile::tempdir().expect("a directory");
    let probes: Vec<String> = paths.iter().enumerate().map(|(at, path)| format!("type Probe{at} = {path};")).collect();
    let source = format!("{text}\nmod probe_module {{ use super::*; {} }}\n", probes.concat());
    std::fs::write(root.path().join("game.rs"), source).expect("written");
    let project = Project::of_files(root.path(), &["game.rs".into()]);
    let loaded = load(&project, &Request::default(), &project.users(&[]), &Cache::default());
    assert!(loaded.files[0].refused.is_none(), "{:?}", loaded.files[0].refused);
    let program = Program::build(&project, &loaded);
    let meaning = |at: usize| {
        let name = format!("Probe{at}");
        let named = |def: &&TypeDef<'_>| program.facts(def.file).name(def.item.name) == name;
        let probe = program.types.iter().find(named).expect("it is there");
        let facts = program.facts(probe.file);
        let ItemKind::Alias { ty: Some(ty), .. } = probe.item.kind else { panic!("an alias") };
        let crate::engine::hir::ir::Type::Path(path) = facts.ty(ty) else { panic!("a path") };
        match program.resolve(probe.module, probe.file, facts.path(*path), Space::Types) {
            Some(Res::Type(user)) => {
                format!("{}::{}", program.module(program.type_def(user).module).path, program.type_name(user))
            }
            Some(Res::External(external)) => format!("{}:{}", external.krate, external.last),
            other => format!("{other:?}"),
        }
    };
    (0..paths.len()).map(meaning).collect()
}

#[test]
fn names_are_found_through_every_kind_of_import() {
    for (text, path, meaning) in [
        ("use framealloc::SmartAlloc;", "SmartAlloc", "framealloc:SmartAlloc"),
        ("use framealloc::SmartAlloc as Memory;", "Memory", "framealloc:SmartAlloc"),
        ("use framealloc as fa;", "fa::SmartAlloc", "framealloc:SmartAlloc"),
        ("use framealloc::*;", "FrameBox", "framealloc:FrameBox"),
        ("use framealloc::prelude::*;", "FrameVec", "framealloc:FrameVec"),
        ("use framealloc::{self as fa, bevy::AllocResource};", "AllocResource", "framealloc_bevy:AllocResource"),
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

#[test]
fn what_a_name_means_does_not_depend_on_what_was_asked_before() {
    // Globs in circles, through which a name is found in two places: what is found first depends on where one begins.
    let text = "
        mod a { pub use super::b::*; pub use super::p::*; }
        mod b { pub use super::c::*; pub use super::a::*; pub use super::m::*; }
        mod c { pub use super::a::*; pub use super::b::*; }
        mod p { pub struct N; pub struct OnlyP; }
        mod m { pub struct N; pub struct OnlyM; }
    ";
    let paths: Vec<String> = ["a", "b", "c"]
        .iter()
        .flat_map(|module| ["N", "OnlyP", "OnlyM", "Nowhere"].map(|name| format!("{module}::{name}")))
        .collect();
    let alone: Vec<String> = paths.iter().map(|path| resolve(text, path)).collect();
    assert!(alone.iter().any(|meaning| meaning == "game::p::N") && alone.iter().any(|meaning| meaning == "None"));
    for rotation in 0..paths.len() {
        let mut order: Vec<usize> = (0..paths.len()).collect();
        order.rotate_left(rotation);
        for order in [order.clone(), order.into_iter().rev().collect()] {
            let asked: Vec<&str> = order.iter().map(|at| paths[*at].as_str()).collect();
            let expected: Vec<&str> = order.iter().map(|at| alone[*at].as_str()).collect();
            assert_eq!(resolve_in_turn(text, &asked), expected, "asked in the order {asked:?}");
        }
    }
}

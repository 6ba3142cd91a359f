//! Every key of `.fa.toml` changes the result of a run. (Keys about levels and paths are in `cli.rs`.)

mod support;

use support::{Sample, manifest};

/// The codes that are found with a configuration.
fn found(lib: &str, configuration: &str) -> Vec<String> {
    let rows = Sample::game(lib).file(".fa.toml", configuration).codes("");
    rows.into_iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn roots_name_functions_that_run_every_frame() {
    let lib = "use framealloc::SmartAlloc;\n\npub fn tick(_alloc: &SmartAlloc, score: u32) -> usize {\n    format!(\"{score}\").len()\n}\n";
    assert!(found(lib, "").is_empty());
    assert_eq!(found(lib, "[analysis]\nroots = [\"game::tick\"]\n"), ["FA401"]);
    assert!(found(lib, "[analysis]\nroots = [\"game::tock\"]\n").is_empty());
}

#[test]
fn bevy_schedules_name_what_runs_every_frame() {
    let lib = "use bevy_app::{App, Startup, Update};\nuse bevy_ecs::system::Res;\nuse framealloc::bevy::AllocResource;\n\n\
        pub fn build(app: &mut App) {\n    app.add_systems(Startup, load).add_systems(Update, hud);\n}\n\n\
        fn load(_alloc: Res<AllocResource>) {\n    println!(\"{}\", format!(\"{}\", 1).len());\n}\n\n\
        fn hud(_alloc: Res<AllocResource>) {\n    println!(\"{}\", format!(\"{}\", 2).len());\n}\n";
    let dependencies = "bevy_app = \"0.20\"\nbevy_ecs = \"0.20\"\n\n[workspace]\n";
    let sample = Sample::empty().file("Cargo.toml", &(manifest("game") + dependencies)).file("src/lib.rs", lib);
    assert_eq!(sample.codes(""), ["FA401 src/lib.rs:14"]);
    sample.write(".fa.toml", "[analysis]\nbevy_schedules = [\"Startup\"]\n");
    assert_eq!(sample.codes(""), ["FA401 src/lib.rs:10"]);
    sample.write(".fa.toml", "[analysis]\nbevy_schedules = []\n");
    assert!(sample.codes("").is_empty());
}

const TAGGED: &str = "use framealloc::{SmartAlloc, alloc_tag};\n\n\
    #[alloc_tag(\"audio\")]\npub fn mix(alloc: &SmartAlloc) {\n    physics::step(alloc);\n}\n\n\
    pub mod physics {\n    use framealloc::{SmartAlloc, alloc_tag};\n\n    \
    #[alloc_tag(\"physics\")]\n    pub fn step(alloc: &SmartAlloc) {\n        println!(\"{}\", alloc.frame_box([0_u8; 4096])[0]);\n    }\n}\n";

#[test]
fn a_declared_tag_belongs_to_its_modules() {
    assert!(found(TAGGED, "[tags.audio]\n[tags.physics]\nmodules = [\"game::physics\"]\n").is_empty());
    assert!(found(TAGGED, "[tags.audio]\n[tags.physics]\nmodules = [\"crate::*\"]\n").is_empty());
    assert_eq!(found(TAGGED, "[tags.audio]\n[tags.physics]\nmodules = [\"game::collision\"]\n"), ["FA801"]);
    assert_eq!(found(TAGGED, "[tags.physics]\n"), ["FA802"]);
}

#[test]
fn may_use_is_the_layers() {
    assert!(found(TAGGED, "[tags.audio]\nmay_use = [\"physics\"]\n[tags.physics]\n").is_empty());
    assert_eq!(found(TAGGED, "[tags.audio]\nmay_use = []\n[tags.physics]\n"), ["FA803"]);
}

#[test]
fn the_budget_of_a_tag_bounds_its_systems() {
    let lib = "use framealloc::{SmartAlloc, frame_system};\n\n#[frame_system(tag = \"physics\")]\npub fn step(alloc: &SmartAlloc) {\n    println!(\"{}\", alloc.frame_box([0_u8; 4096])[0]);\n}\n";
    assert!(found(lib, "[tags.physics]\nbudget = \"8KiB\"\n").is_empty());
    assert_eq!(found(lib, "[tags.physics]\nbudget = \"1KiB\"\n"), ["FA302"]);
}

#[test]
fn budgets_can_be_required_and_given_to_all_threads() {
    let lib = "use framealloc::SmartAlloc;\nuse std::sync::Arc;\n\n\
        pub fn start(alloc: Arc<SmartAlloc>) {\n    std::thread::spawn(move || {\n        let scratch = alloc.frame_box([0_u8; 64]);\n        println!(\"{}\", scratch[0]);\n    });\n}\n";
    assert!(found(lib, "").is_empty());
    assert_eq!(found(lib, "[budgets]\nrequired = true\n"), ["FA203"]);
    assert!(found(lib, "[budgets]\nrequired = true\nthread = \"8MiB\"\n").is_empty());
}

#[test]
fn the_threshold_says_which_loops_are_hot() {
    let lib = "use framealloc::{SmartAlloc, frame_system};\n\n#[frame_system]\npub fn step(alloc: &SmartAlloc) {\n    for index in 0..20 {\n        println!(\"{}\", *alloc.frame_box(index));\n    }\n}\n";
    assert_eq!(found(lib, ""), ["FA602"]);
    assert!(found(lib, "[thresholds]\nhot_loop_bound = 20\n").is_empty());
    assert_eq!(found(lib, "[thresholds]\nhot_loop_bound = 19\n"), ["FA602"]);
}

#[test]
fn assumptions_bound_what_the_code_does_not() {
    let lib = "use framealloc::{SmartAlloc, frame_system};\n\n#[frame_system(budget = \"1KiB\")]\npub fn step(alloc: &SmartAlloc, entities: usize) {\n    let marks = alloc.frame_slice_fill_with(entities, |_| 0_u64);\n    println!(\"{}\", marks.len());\n}\n";
    assert!(found(lib, "").is_empty());
    assert!(found(lib, "[assume]\nentities = 10\n").is_empty());
    assert_eq!(found(lib, "[assume]\nentities = 10_000\n"), ["FA302"]);
}

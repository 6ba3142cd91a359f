//! How sure a finding is depends on how sure it is that the code is compiled as it stands.

use std::collections::BTreeMap;
use std::path::Path;

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::config::Config;
use cargo_fa::model::finding::{Confidence, Finding};

const PROGRAM: &str = r#"
use framealloc::SmartAlloc;

pub fn plain(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.begin_frame();
    alloc.end_frame();
}

#[cfg(feature = "extra")]
pub fn behind_a_feature(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.begin_frame();
    alloc.end_frame();
}

#[cfg(target_os = "haiku")]
pub mod elsewhere {
    pub fn in_a_module(alloc: &mut framealloc::SmartAlloc) {
        alloc.begin_frame();
        alloc.begin_frame();
        alloc.end_frame();
    }
}

cfg_if::cfg_if! {
    if #[cfg(feature = "extra")] {
        pub fn in_cfg_if(alloc: &mut SmartAlloc) {
            alloc.begin_frame();
            alloc.begin_frame();
            alloc.end_frame();
        }
    } else {
        pub fn otherwise(alloc: &mut SmartAlloc) {
            alloc.begin_frame();
            alloc.begin_frame();
            alloc.end_frame();
        }
    }
}

systems! {
    /// Every system of the game.
    pub fn in_a_macro(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        alloc.begin_frame();
        alloc.end_frame();
    }
}

macro_rules! define {
    ($name:ident) => {
        pub fn $name(alloc: &mut SmartAlloc) {
            alloc.begin_frame();
            alloc.begin_frame();
        }
    };
}

not_items! { pub fn (alloc) => 1 }
"#;

fn findings_of(program: &str, pedantic: bool) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("game.rs"), program).unwrap();
    let project = Project::of_files(folder.path(), &[Path::new("game.rs").to_owned()]);
    let analysis = project.analyze(&Request { jobs: 1, pedantic, ..Request::default() }, &Config::default());
    assert!(analysis.unparsed.is_empty(), "{:?}", analysis.unparsed);
    analysis.findings
}

fn found(pedantic: bool) -> BTreeMap<String, Confidence> {
    let findings = findings_of(PROGRAM, pedantic);
    let rows = findings.iter().filter(|finding| finding.code.number == "FA603");
    rows.map(|finding| (finding.item.rsplit("::").next().unwrap().to_owned(), finding.confidence)).collect()
}

#[test]
fn conditions_that_are_not_known_and_macros_make_findings_less_sure() {
    let expected = [
        ("behind_a_feature", Confidence::Medium),
        ("in_a_macro", Confidence::Low),
        ("in_a_module", Confidence::Medium),
        ("in_cfg_if", Confidence::Medium),
        ("otherwise", Confidence::Medium),
        ("plain", Confidence::High),
    ];
    assert_eq!(found(true), expected.map(|(name, sure)| (name.to_owned(), sure)).into());
}

#[test]
fn what_a_macro_is_given_is_reported_on_demand_only() {
    let shown = found(false);
    assert!(shown.contains_key("plain") && shown.contains_key("in_cfg_if"), "{shown:?}");
    assert!(!shown.contains_key("in_a_macro"), "{shown:?}");
}

const PROMISES: &str = r#"
use framealloc::{SmartAlloc, frame_system};

pub trait Paint {
    fn paint(&self) -> usize;
}

pub struct Plain;

impl Paint for Plain {
    fn paint(&self) -> usize {
        String::from("plain").len()
    }
}

pub struct Fancy;

impl Paint for Fancy {
    fn paint(&self) -> usize {
        3
    }
}

#[frame_system(no_heap)]
pub fn surely(alloc: &SmartAlloc, sometimes: bool) -> usize {
    if sometimes { vec![1, 2].len() } else { 0 }
}

#[frame_system(no_heap)]
pub fn by_one_of_several(alloc: &SmartAlloc, what: &dyn Paint) -> usize {
    what.paint()
}
"#;

#[test]
fn a_promise_is_broken_for_sure_or_there_is_a_warning() {
    let findings = findings_of(PROMISES, false);
    let of_heap: BTreeMap<&str, bool> =
        findings.iter().map(|finding| (finding.item.rsplit("::").next().unwrap(), finding.escalated)).collect();
    assert_eq!(of_heap, [("surely", true), ("paint", false)].into());
}

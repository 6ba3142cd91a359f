//! `cargo fa prove`: what the linked program says of systems that declare an effect.
//!
//! A system's body is found by its [mark](https://docs.rs/framealloc-core), not by its symbol. Every call that its code can
//! come to is followed, direct ones and those through pointers that are known; the way ends at functions that take from the
//! heap, at panics, at the growth of framealloc, and at calls that nobody can follow.

mod a64;
mod formats;
mod image;
mod joined;
mod machine;
mod names;
mod places;
mod proof;
mod render;
mod sarif;
mod state;
mod verdict;
mod waits;
mod walk;
mod x86;

use std::path::Path;

use rustc_hash::FxHashSet;

pub use joined::{Figures, Joined, Measured, SourceFinding, table};
pub use places::Place;
pub use proof::{Counted, Frees, Panics};
pub use render::{counts, json, text};
pub use sarif::{Paths, sarif};
pub use verdict::{Aside, CallPath, Effects, InstanceProof, Proofs, ProveError, Step, SystemProof, Verdict};

use image::Image;
use places::Places;
use proof::{Follower, Found, Way};

/// Reads a program and judges every system in it that declares an effect: once for each processor that it is for, or for
/// `only` this one.
///
/// # Errors
/// If the file is no program that can be read, or not for that processor.
pub fn prove(program: &Path, only: Option<&str>, counted: Counted) -> Result<Vec<Proofs>, ProveError> {
    let bytes = std::fs::read(program).map_err(|error| ProveError::Unreadable(error.to_string()))?;
    let mut all = Vec::new();
    let mut refused = None;
    for slice in image::read::slices(&bytes)? {
        match image::read::program(slice) {
            Ok(image) if only.is_none_or(|only| only == image.processor.name()) => {
                all.push(judge(program, &image, counted));
            }
            Ok(_) => {}
            // What is asked for may be read though another part is not.
            Err(error) => refused = Some(error),
        }
    }
    match (refused, only) {
        (Some(error), None) => Err(error),
        (Some(error), Some(_)) if all.is_empty() => Err(error),
        (_, Some(only)) if all.is_empty() => Err(ProveError::Unsupported(format!("nothing in it is for {only}"))),
        _ => Ok(all),
    }
}

fn judge(program: &Path, image: &Image<'_>, counted: Counted) -> Proofs {
    let places = Places::of(program);
    let (marks, references) = proof::marks(image);
    let mut follower = Follower::new(image, references, counted);
    let mut systems: Vec<SystemProof> = Vec::new();
    for mark in marks {
        let instances: Vec<InstanceProof> = mark
            .functions
            .iter()
            .map(|&root| instance(image, &places, &mark.name, root, &follower.follow(root, mark.effects)))
            .collect();
        // Nobody calls it, or its body was not found: that is no proof.
        let verdict = instances.iter().map(|instance| instance.verdict).max().unwrap_or(Verdict::Open);
        let declared = Place { file: mark.file, line: mark.line };
        systems.push(SystemProof {
            name: mark.name,
            declared,
            effects: mark.effects,
            verdict,
            instances,
            joined: None,
        });
    }
    Proofs { program: program.to_owned(), processor: image.processor.name(), systems }
}

fn instance(image: &Image<'_>, places: &Places, name: &str, root: image::Address, found: &Found) -> InstanceProof {
    let path = |way: &Way| CallPath {
        steps: way
            .steps
            .iter()
            .map(|&(start, at)| Step {
                // The code of the body has the name of who calls it.
                function: if start == root { name } else { proof::name_at(image, start) }.to_owned(),
                places: places.of_instruction(at),
            })
            .collect(),
        end: way.end.clone(),
    };
    // A function is named once, however often it calls so: one call may be read with different arguments.
    let mut seen = FxHashSet::default();
    let mut is_new = |way: &&Way| seen.insert((way.steps.last().map(|step| step.0), way.end.clone()));
    let open: Vec<CallPath> = found.open.iter().filter(|way| is_new(way)).map(path).collect();
    let violation = found.violation.as_ref().map(path);
    let wait = found.wait.as_ref().map(path);
    let verdict = match (violation.is_some() || wait.is_some(), open.is_empty()) {
        (true, _) => Verdict::Violated,
        (false, false) => Verdict::Open,
        (false, true) => Verdict::Proven,
    };
    InstanceProof {
        function: proof::name_at(image, root).to_owned(),
        verdict,
        violation,
        wait,
        open,
        asides: found.asides.clone(),
        functions_read: found.read,
    }
}

//! What a program says of its systems.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::joined::Joined;
use super::places::Place;

/// Why a program could not be judged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ProveError {
    /// The file cannot be read, or is no program.
    Unreadable(String),
    /// Its format or its processor is not known here.
    Unsupported(String),
}

impl std::fmt::Display for ProveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the program cannot be read: {why}"),
            Self::Unsupported(what) => write!(
                f,
                "programs of this kind are not read: {what}; ELF and Mach-O for x86-64 and AArch64 and PE for x86-64 are"
            ),
        }
    }
}

impl std::error::Error for ProveError {}

/// How a system stands, from the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No way leads to what is not declared, and every call was followed.
    Proven,
    /// No way that was found leads there, but there are calls that nobody can follow.
    Open,
    /// A way leads there. The run may never take it.
    Violated,
}

/// What a system declares. What must not wait must not use the heap, either: an allocator may wait for other threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// It takes nothing from the heap.
    pub no_heap: bool,
    /// It waits for nobody and nothing.
    pub no_block: bool,
}

impl std::fmt::Display for Effects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.no_heap, self.no_block) {
            (true, true) => "no_heap, no_block",
            (true, false) => "no_heap",
            (false, true) => "no_block",
            (false, false) => "nothing",
        })
    }
}

/// What a system may do that is no use of the heap by it, but that one wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Aside {
    /// Frame memory or a pool may grow.
    Grows,
    /// Frame memory may serve a block from the heap that is above the limit of a chunk or beyond a budget. That depends on
    /// sizes and settings, which the code does not say; `HeapGuard` counts it.
    FallsBack,
    /// It uses variables of its thread where the loader takes room for all of them from the heap when a thread uses its first
    /// one: on Apple's systems.
    ThreadLocals,
    /// It may panic. What a panic takes from the heap is not looked at, unless panics count.
    Panics,
    /// It may give memory back to the heap, for which an allocator may lock.
    Frees,
    /// It formats: what formatting calls is taken to be what the code that it runs takes the address of.
    Formats,
}

/// What a program says of its systems.
#[derive(Debug, Serialize)]
pub struct Proofs {
    /// The program.
    pub program: PathBuf,
    /// The processor that it is for, as compilers call it: a universal program has one of these for each.
    pub processor: &'static str,
    /// Systems that declare an effect, in the order of their sources.
    pub systems: Vec<SystemProof>,
}

/// What a program says of one system.
#[derive(Debug, Serialize)]
pub struct SystemProof {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub declared: Place,
    /// What it declares.
    pub effects: Effects,
    /// The worst of its instances.
    pub verdict: Verdict,
    /// The functions that have its body; several if it is generic, none if the program never calls it.
    pub instances: Vec<InstanceProof>,
    /// What sources and a run say, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

/// What a program says of one function.
#[derive(Debug, Serialize)]
pub struct InstanceProof {
    /// Its name in the program; empty in one without symbols.
    pub function: String,
    /// How it stands.
    pub verdict: Verdict,
    /// The shortest way to the heap.
    pub violation: Option<CallPath>,
    /// The shortest way to what may wait, if the system declares that it does not.
    pub wait: Option<CallPath>,
    /// Calls that nobody can follow.
    pub open: Vec<CallPath>,
    /// What it may do besides, which is no use of the heap by the system.
    pub asides: BTreeSet<Aside>,
    /// How many functions were read.
    pub functions_read: usize,
}

/// A way through the program.
#[derive(Clone, Debug, Serialize)]
pub struct CallPath {
    /// The calls from the system on.
    pub steps: Vec<Step>,
    /// What the last of them calls.
    pub end: String,
}

/// A function on a way, and where it calls the next one.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its name.
    pub function: String,
    /// The line of the call, and, outwards, the lines that inlined it; empty without a table of lines.
    pub places: Vec<Place>,
}

impl Proofs {
    /// How many systems stand so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.systems.iter().filter(|system| system.verdict == verdict).count()
    }
}

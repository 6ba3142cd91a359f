//! Systems that declare an effect, and what their code says of it.

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use super::formats::{self, Formats};
use super::image::{Address, Function, Image, Import, Kernel, Processor};
use super::machine::sweep;
use super::names::Kind;
use super::state::{Arguments, Passed};
use super::verdict::{Aside, Effects};
use super::walk::{Call, Target, Unseen, Walker};

/// What a function declares.
pub(super) struct Mark {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) effects: Effects,
    /// The functions that have its body: several where it is generic.
    pub(super) functions: Vec<Address>,
}

/// The marks of `framealloc_core::site::EffectMark`.
const MAGIC: &[u8] = b"framealloc fx \0\x01";
const NO_HEAP: u32 = 1;
const NO_BLOCK: u32 = 1 << 1;

/// Whether a panic counts as a use of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Panics {
    /// What a panic takes from the heap is not the frame's: it has ended.
    #[default]
    Ignore,
    /// A way to a panic is a way to the heap.
    Count,
}

/// Whether giving back to the heap counts as a use of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Frees {
    /// It takes nothing, though an allocator may lock for it.
    #[default]
    Ignore,
    /// A way to it is a way to the heap.
    Count,
}

/// What counts as a use of the heap besides taking from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Panics.
    pub panics: Panics,
    /// Giving back.
    pub frees: Frees,
}

/// How one function of a system stands.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The shortest way to a function that takes from the heap.
    pub(super) violation: Option<Way>,
    /// The shortest way to a function that may wait, if that is asked for.
    pub(super) wait: Option<Way>,
    /// Calls that nobody can follow, each with the way to it.
    pub(super) open: Vec<Way>,
    pub(super) asides: BTreeSet<Aside>,
    /// How many functions were read.
    pub(super) read: usize,
}

/// A way from a system to a call: the calls on it, and what the last one is.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The function and the instruction in it, from the system on.
    pub(super) steps: Vec<(Address, Address)>,
    pub(super) end: String,
}

/// Finds what the functions of a program declare, and what their code refers to.
pub(super) fn marks(image: &Image<'_>) -> (Vec<Mark>, BTreeSet<Address>) {
    let mut references = BTreeSet::new();
    let mut marks: Vec<(Address, Mark)> = Vec::new();
    for at in image.find(MAGIC) {
        let (Some(name), Some(file)) = (image.text(at + 16), image.text(at + 32)) else { continue };
        let (Some(line), Some(declared)) = (image.half(at + 48), image.half(at + 52)) else { continue };
        let effects = Effects { no_heap: declared & NO_HEAP != 0, no_block: declared & NO_BLOCK != 0 };
        if effects != Effects::default() {
            let mark = Mark { name: name.to_owned(), file: file.to_owned(), line, effects, functions: Vec::new() };
            marks.push((at, mark));
        }
    }
    let mut wanted: FxHashMap<Address, usize> = FxHashMap::default();
    for (index, (at, _)) in marks.iter().enumerate() {
        wanted.insert(*at, index);
        wanted.extend(image.words_with(*at).map(|word| (word, index)));
    }
    for function in image.functions() {
        sweep(image, function.start, function.end, |address| {
            if image.constant_half(address).is_some() {
                references.insert(address);
            }
            if let Some(&index) = wanted.get(&address)
                && let Some((_, mark)) = marks.get_mut(index)
                && mark.functions.last() != Some(&function.start)
            {
                mark.functions.push(function.start);
            }
        });
    }
    let mut marks: Vec<Mark> = marks.into_iter().map(|(_, mark)| mark).collect();
    marks.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    (marks, references)
}

/// Follows systems through a program.
pub(super) struct Follower<'a> {
    image: &'a Image<'a>,
    walker: Walker<'a>,
    /// What an arena may call through its only pointer: the trait `Gate` is private, so nobody else implements it.
    gates: Vec<Address>,
    counted: Counted,
}

impl<'a> Follower<'a> {
    pub(super) fn new(image: &'a Image<'a>, references: BTreeSet<Address>, counted: Counted) -> Self {
        // The form of the name depends on how names are mangled.
        let forms =
            [" as framealloc_core::raw::frames::gate::Gate>::", "<impl framealloc_core::raw::frames::gate::Gate for "];
        let is_gate = |function: &&Function| forms.iter().any(|form| function.name.contains(form));
        let gates = image.functions().iter().filter(is_gate).map(|function| function.start).collect();
        Self { image, walker: Walker::new(image, references), gates, counted }
    }

    /// Follows everything that a function may call. Where it takes from the heap is always looked for, since what waits for
    /// nobody must not, either.
    pub(super) fn follow(&mut self, root: Address, effects: Effects) -> Found {
        let mut walk = Walk::new(root);
        let mut formats = Formats::default();
        let mut found = Found::default();
        loop {
            while let Some(index) = walk.waiting.pop_front() {
                self.follow_node(index, effects, &mut walk, &mut formats, &mut found);
            }
            // A system that breaks its word breaks it whatever else is found.
            if found.violation.is_some() || found.wait.is_some() {
                return found;
            }
            // What formats may call whatever the code read so far takes the address of; what is called so takes more.
            let calls = formats.new_calls(self.image);
            if calls.is_empty() {
                for (caller, call) in formats.unmet() {
                    self.follow_call(caller, &call, effects, &mut walk, &mut found);
                }
                return found;
            }
            found.asides.insert(Aside::Formats);
            for call in calls {
                self.follow_call(call.caller, &call.call, effects, &mut walk, &mut found);
            }
        }
    }

    fn follow_node(
        &mut self,
        index: usize,
        effects: Effects,
        walk: &mut Walk,
        formats: &mut Formats,
        found: &mut Found,
    ) {
        let image = self.image;
        let Node { start, arguments, is_piece, .. } = walk.nodes[index];
        let body = self.walker.body(start, arguments);
        found.read += 1;
        let name = name_at(image, start);
        let is_growth =
            |call: &Call| matches!(call.target, Target::Function(at) if image.known(at).kind == Kind::Growth);
        if body.calls.iter().any(is_growth) {
            if index != 0 && is_ours(name) {
                found.asides.insert(Aside::Grows);
            } else {
                found.open.push(walk.way(index, None, "growth of framealloc that was inlined into other code"));
            }
            return;
        }
        formats.take(image, &body.taken);
        for call in &body.calls {
            if let Target::Unseen(unseen) = call.target {
                if let Some(through) = formats::through(name, unseen, is_piece) {
                    formats.add(index, call, through);
                    continue;
                }
                // Without a gate that has a name, nobody knows what is asked: the call stays open.
                if unseen == Unseen::Pointer && is_arena(name) && !self.gates.is_empty() {
                    for gate in self.gates.clone() {
                        let call = Call { target: Target::Function(gate), ..*call };
                        self.follow_call(index, &call, effects, walk, found);
                    }
                    continue;
                }
            }
            self.follow_call(index, call, effects, walk, found);
        }
    }

    fn follow_call(&self, index: usize, call: &Call, effects: Effects, walk: &mut Walk, found: &mut Found) {
        let image = self.image;
        if effects.no_block
            && found.wait.is_none()
            && let Some(end) = wait(image, call)
        {
            found.wait = Some(walk.way(index, Some(call), &end));
        }
        match judge(image, call, self.counted, effects) {
            Judged::Violation(end) => {
                if found.violation.is_none() {
                    found.violation = Some(walk.way(index, Some(call), &end));
                }
            }
            Judged::Open(end) => found.open.push(walk.way(index, Some(call), &end)),
            Judged::Aside(aside) => {
                found.asides.insert(aside);
            }
            Judged::Plain => {}
            Judged::Follow(target) => walk.enter(index, call, target, name_at(image, target)),
        }
    }
}

/// The functions that were come to.
struct Walk {
    nodes: Vec<Node>,
    /// With whether what was come to is a piece of formatting.
    known: FxHashSet<(Address, Arguments, bool)>,
    variants: FxHashMap<Address, usize>,
    waiting: VecDeque<usize>,
}

#[derive(Clone, Copy)]
struct Node {
    start: Address,
    arguments: Arguments,
    /// Whether it is a piece of formatting that was called with the `Formatter` of a call of `core::fmt::write`, by a function
    /// that was, or by another such piece.
    is_piece: bool,
    /// Where it was called first.
    parent: Option<(usize, Address)>,
}

impl Walk {
    fn new(root: Address) -> Self {
        let arguments = Arguments::default();
        Self {
            nodes: vec![Node { start: root, arguments, is_piece: false, parent: None }],
            known: FxHashSet::from_iter([(root, arguments, false)]),
            variants: FxHashMap::default(),
            waiting: VecDeque::from([0]),
        }
    }

    fn enter(&mut self, caller: usize, call: &Call, target: Address, name: &str) {
        let variants = self.variants.entry(target).or_default();
        // What is passed is a help; where it differs at every call, it is none.
        let arguments = if *variants < VARIANTS { call.arguments } else { Arguments::default() };
        let by = &self.nodes[caller];
        let has_formatter = by.arguments.iter().any(|passed| matches!(passed, Passed::Formatter | Passed::OfFormatter));
        let formats = by.is_piece || has_formatter || arguments.contains(&Passed::Formatter);
        let is_piece = formats && formats::is_piece(name) || formats::is_write(name, &arguments);
        if self.known.insert((target, arguments, is_piece)) {
            *variants += 1;
            self.nodes.push(Node { start: target, arguments, is_piece, parent: Some((caller, call.at)) });
            self.waiting.push_back(self.nodes.len() - 1);
        }
    }

    fn way(&self, index: usize, call: Option<&Call>, end: &str) -> Way {
        let mut steps = Vec::new();
        let node = &self.nodes[index];
        steps.push((node.start, call.map_or(node.start, |call| call.at)));
        let mut parent = node.parent;
        while let Some((index, at)) = parent {
            steps.push((self.nodes[index].start, at));
            parent = self.nodes[index].parent;
        }
        steps.reverse();
        Way { steps, end: end.to_owned() }
    }
}

/// How many sets of arguments a function is read for.
const VARIANTS: usize = 12;

enum Judged {
    Violation(String),
    Open(String),
    Aside(Aside),
    Plain,
    Follow(Address),
}

/// What waits in a call, if something does.
fn wait(image: &Image<'_>, call: &Call) -> Option<String> {
    match call.target {
        Target::Function(at) => image.known(at).waits.then(|| name_at(image, at).to_owned()),
        Target::Import(number) => {
            let Import { name, known } = image.import(number)?;
            let is_wait = known.waits || name == "syscall" && kernel(call, image) == Asks::Waits;
            is_wait.then(|| name.clone())
        }
        Target::Unseen(_) => None,
    }
}

/// What a call of `syscall` asks the kernel for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Something that maps no memory and does not wait.
    Harmless,
    /// It maps no memory and waits for other threads.
    Waits,
    /// It maps no memory. Whether it waits is not known.
    Perhaps,
    Unknown,
}

/// By the numbers of Linux.
fn kernel(call: &Call, image: &Image<'_>) -> Asks {
    // The lowest bits of the operation of a futex; others say which clock, and that it is of one process.
    const OPERATION: u64 = 127;
    if image.kernel != Kernel::Linux {
        return Asks::Unknown;
    }
    let (futex, gettid, getrandom) = match image.processor {
        Processor::X86_64 => (202, 186, 318),
        Processor::Aarch64 => (98, 178, 278),
    };
    match (call.asked.number, call.asked.operation) {
        (Some(number), _) if number == gettid => Asks::Harmless,
        // It waits for the first randomness after a start of the machine.
        (Some(number), _) if number == getrandom => Asks::Perhaps,
        (Some(number), Some(operation)) if number == futex => match operation & OPERATION {
            // To wake, to wake and move others elsewhere, to wake by a map of bits.
            1 | 3 | 4 | 5 | 10 => Asks::Harmless,
            _ => Asks::Waits,
        },
        (Some(number), None) if number == futex => Asks::Perhaps,
        _ => Asks::Unknown,
    }
}

fn judge(image: &Image<'_>, call: &Call, counted: Counted, effects: Effects) -> Judged {
    let (name, known) = match call.target {
        Target::Function(at) => (name_at(image, at), image.known(at).kind),
        Target::Import(number) => match image.import(number) {
            Some(import) => (import.name.as_str(), import.known.kind),
            None => ("", Kind::Unknown),
        },
        Target::Unseen(unseen) => {
            return Judged::Open(
                match unseen {
                    Unseen::Pointer | Unseen::OfFrame | Unseen::Writes(_) => "a call through a pointer",
                    Unseen::Jump => "a jump through a table that was not understood",
                    Unseen::System => "a call of the kernel",
                    Unseen::Undecoded => "code that could not be read",
                }
                .to_owned(),
            );
        }
    };
    match known {
        Kind::Allocates => Judged::Violation(name.to_owned()),
        Kind::Frees if counted.frees == Frees::Count => Judged::Violation(format!("{name}, which gives back")),
        Kind::Frees => Judged::Aside(Aside::Frees),
        Kind::Fallback => Judged::Aside(Aside::FallsBack),
        Kind::Panics if counted.panics == Panics::Count => Judged::Violation(format!("{name}, a panic")),
        Kind::Panics => Judged::Aside(Aside::Panics),
        Kind::Plain if name == "syscall" => match kernel(call, image) {
            Asks::Harmless | Asks::Waits => Judged::Plain,
            Asks::Perhaps if !effects.no_block => Judged::Plain,
            Asks::Perhaps | Asks::Unknown => Judged::Open("a call of the kernel".to_owned()),
        },
        Kind::ThreadLocal => Judged::Aside(Aside::ThreadLocals),
        Kind::Plain | Kind::Growth | Kind::Probes => Judged::Plain,
        Kind::Unknown => match call.target {
            Target::Function(at) if image.code_at(at).is_some() => Judged::Follow(at),
            _ => Judged::Open(format!("`{name}` of another library")),
        },
    }
}

/// Whether a function is of the arenas, whose only calls through pointers are those of their gates.
fn is_arena(name: &str) -> bool {
    let name = name.strip_prefix('<').unwrap_or(name);
    name.starts_with("framealloc_core::raw::frames::arena::")
}

/// Whether a function is of framealloc's own runtime.
fn is_ours(name: &str) -> bool {
    name.starts_with("framealloc_core::") || name.starts_with("<framealloc_core::")
}

/// The name of the function that begins here; empty for one without a name.
pub(super) fn name_at<'i>(image: &'i Image<'_>, start: Address) -> &'i str {
    image.function_at(start).filter(|function| function.start == start).map_or("", |function| &function.name)
}

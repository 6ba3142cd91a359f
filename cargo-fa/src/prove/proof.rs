//! Systems that declare an effect, and what their code says of it.

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Aside;
use super::image::{Address, Function, Image};
use super::names::{Kind, import, kind};
use super::state::Arguments;
use super::walk::{Call, Target, Unseen, Walker};
use super::x86::{addresses_in, decode};

/// What a function declares.
pub(super) struct Mark {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    /// The functions that have its body: several where it is generic.
    pub(super) functions: Vec<Address>,
}

/// The marks of `framealloc_core::site::EffectMark`.
const MAGIC: &[u8] = b"framealloc fx \0\x01";
const NO_HEAP: u32 = 1;

/// Whether a panic counts as a use of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Panics {
    /// What a panic takes from the heap is not the frame's: it has ended.
    #[default]
    Ignore,
    /// A way to a panic is a way to the heap.
    Count,
}

/// How one function of a system stands.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The shortest way to a function that takes from the heap.
    pub(super) violation: Option<Way>,
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
        let (Some(line), Some(effects)) = (image.half(at + 48), image.half(at + 52)) else { continue };
        if effects & NO_HEAP != 0 {
            let mark = Mark { name: name.to_owned(), file: file.to_owned(), line, functions: Vec::new() };
            marks.push((at, mark));
        }
    }
    let mut wanted: FxHashMap<Address, usize> = FxHashMap::default();
    for (index, (at, _)) in marks.iter().enumerate() {
        wanted.insert(*at, index);
        wanted.extend(image.words_with(*at).map(|word| (word, index)));
    }
    for function in image.functions() {
        let mut at = function.start;
        while at < function.end
            && let Some(code) = image.code_at(at)
        {
            let Some(instruction) = decode(code, at) else {
                at += 1;
                continue;
            };
            for address in addresses_in(&instruction) {
                if image.constant_half(address).is_some() {
                    references.insert(address);
                }
                if let Some(&index) = wanted.get(&address)
                    && let Some((_, mark)) = marks.get_mut(index)
                    && mark.functions.last() != Some(&function.start)
                {
                    mark.functions.push(function.start);
                }
            }
            at = instruction.next_ip();
        }
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
    panics: Panics,
}

impl<'a> Follower<'a> {
    pub(super) fn new(image: &'a Image<'a>, references: BTreeSet<Address>, panics: Panics) -> Self {
        // The form of the name depends on how names are mangled.
        let forms =
            [" as framealloc_core::raw::frames::gate::Gate>::", "<impl framealloc_core::raw::frames::gate::Gate for "];
        let is_gate = |function: &&Function| forms.iter().any(|form| function.name.contains(form));
        let gates = image.functions().iter().filter(is_gate).map(|function| function.start).collect();
        Self { image, walker: Walker::new(image, references), gates, panics }
    }

    /// Follows everything that a function may call.
    pub(super) fn follow(&mut self, root: Address) -> Found {
        let image = self.image;
        let mut found = Found::default();
        let mut nodes: Vec<Node> = vec![Node { start: root, arguments: Arguments::default(), parent: None }];
        let mut known: FxHashSet<(Address, Arguments)> = FxHashSet::default();
        let mut variants: FxHashMap<Address, usize> = FxHashMap::default();
        let mut waiting = VecDeque::from([0]);
        known.insert((root, Arguments::default()));
        while let Some(index) = waiting.pop_front() {
            let Node { start, arguments, .. } = nodes[index];
            let body = self.walker.body(start, arguments);
            found.read += 1;
            let name = name_at(image, start);
            if body
                .calls
                .iter()
                .any(|call| matches!(call.target, Target::Function(at) if kind(name_at(image, at)) == Kind::Growth))
            {
                if index != 0 && is_ours(name) {
                    found.asides.insert(Aside::Grows);
                } else {
                    found.open.push(way(&nodes, index, None, "growth of framealloc that was inlined into other code"));
                }
                continue;
            }
            // Without a gate that has a name, nobody knows what is asked: the call stays open.
            let gates = if is_arena(name) { self.gates.as_slice() } else { &[] };
            let calls = body.calls.iter().flat_map(|call| {
                let asks = is_pointer(call) && !gates.is_empty();
                let asked = gates.iter().filter(move |_| asks);
                let asked = asked.map(|&gate| Call { target: Target::Function(gate), ..*call });
                asked.chain((!asks).then_some(*call))
            });
            for call in calls {
                match judge(image, &call, self.panics) {
                    Judged::Violation(end) => {
                        if found.violation.is_none() {
                            found.violation = Some(way(&nodes, index, Some(&call), &end));
                        }
                    }
                    Judged::Open(end) => found.open.push(way(&nodes, index, Some(&call), &end)),
                    Judged::Aside(aside) => {
                        found.asides.insert(aside);
                    }
                    Judged::Plain => {}
                    Judged::Follow(target) => {
                        let variants = variants.entry(target).or_default();
                        // What is passed is a help; where it differs at every call, it is none.
                        let arguments = if *variants < VARIANTS { call.arguments } else { Arguments::default() };
                        if known.insert((target, arguments)) {
                            *variants += 1;
                            nodes.push(Node { start: target, arguments, parent: Some((index, call.at)) });
                            waiting.push_back(nodes.len() - 1);
                        }
                    }
                }
            }
        }
        found
    }
}

/// How many sets of arguments a function is read for.
const VARIANTS: usize = 12;

#[derive(Clone, Copy)]
struct Node {
    start: Address,
    arguments: Arguments,
    /// Where it was called first.
    parent: Option<(usize, Address)>,
}

enum Judged {
    Violation(String),
    Open(String),
    Aside(Aside),
    Plain,
    Follow(Address),
}

/// Calls of Linux on x86-64 that map no memory: futex, with which locks wait, gettid and getrandom.
const HARMLESS: [u64; 3] = [202, 186, 318];

fn judge(image: &Image<'_>, call: &Call, panics: Panics) -> Judged {
    let (name, known) = match call.target {
        Target::Function(at) => (name_at(image, at), kind(name_at(image, at))),
        Target::Import(number) => (image.import(number), import(image.import(number))),
        Target::Unseen(unseen) => {
            return Judged::Open(
                match unseen {
                    Unseen::Pointer => "a call through a pointer",
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
        Kind::Frees => Judged::Aside(Aside::Frees),
        Kind::Fallback => Judged::Aside(Aside::FallsBack),
        Kind::Panics if panics == Panics::Count => Judged::Violation(format!("{name}, a panic")),
        Kind::Panics => Judged::Aside(Aside::Panics),
        Kind::Plain if name == "syscall" && !call.number.is_some_and(|number| HARMLESS.contains(&number)) => {
            Judged::Open("a call of the kernel".to_owned())
        }
        Kind::Plain | Kind::Growth => Judged::Plain,
        Kind::Unknown => match call.target {
            Target::Function(at) if image.code_at(at).is_some() => Judged::Follow(at),
            _ => Judged::Open(format!("`{name}` of another library")),
        },
    }
}

fn is_pointer(call: &Call) -> bool {
    call.target == Target::Unseen(Unseen::Pointer)
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

fn way(nodes: &[Node], index: usize, call: Option<&Call>, end: &str) -> Way {
    let mut steps = Vec::new();
    let node = &nodes[index];
    steps.push((node.start, call.map_or(node.start, |call| call.at)));
    let mut parent = node.parent;
    while let Some((index, at)) = parent {
        steps.push((nodes[index].start, at));
        parent = nodes[index].parent;
    }
    steps.reverse();
    Way { steps, end: end.to_owned() }
}

//! What a function calls: its code, followed from where it is entered.
//!
//! Only what can be reached is read, so what runs after a caught panic is not. What is known of registers and of the stack is
//! carried along, which is how a call through a pointer is often known to be a call of one function.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::image::{Address, Image, Processor, Word};
use super::machine::{Flow, Instruction, Machine};
use super::names::Kind;
use super::state::{Arguments, ENDLESS, Form, Limit, State, Value};

/// What a function does that matters to a proof.
pub(super) struct Body {
    pub(super) calls: Vec<Call>,
    /// What its code takes the address of, code and constants, or reads from words that nobody writes to.
    pub(super) taken: Vec<Address>,
    /// Whether it may come back to its caller.
    returns: bool,
}

/// A call, or a jump that leaves the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    /// The instruction.
    pub(super) at: Address,
    pub(super) target: Target,
    pub(super) arguments: Arguments,
    /// Of what another library provides.
    pub(super) asked: Asked,
}

/// What `syscall` is asked for, as far as that is known: the call of the kernel and what follows the address of a futex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) number: Option<u64>,
    pub(super) operation: Option<u64>,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Function(Address),
    Import(u32),
    Unseen(Unseen),
}

/// Why nobody can say what is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unseen {
    /// A call through a pointer: a trait object, a function pointer.
    Pointer,
    /// A call through a word of the stack of a caller.
    OfFrame,
    /// A call of what a `Formatter` writes to, by the distance in the table of its functions.
    Writes(i64),
    /// A jump through a table that was not understood.
    Jump,
    /// The kernel is called.
    System,
    /// Bytes that are no instruction, or code that does not end.
    Undecoded,
}

/// The functions of a program that were read so far.
pub(super) struct Walker<'a> {
    image: &'a Image<'a>,
    /// Where code refers to constants. A table of a jump ends where something else begins: what follows would be read as
    /// distances from the wrong place. Nobody refers to the middle of one.
    references: BTreeSet<Address>,
    machine: Machine,
    bodies: FxHashMap<(Address, Arguments), Rc<Body>>,
    /// Functions whose end was looked for; `None` while it is.
    returning: FxHashMap<Address, Option<bool>>,
    depth: usize,
}

/// How deep it is looked whether a function returns. Below, it is supposed to.
const DEPTH: usize = 48;

impl<'a> Walker<'a> {
    pub(super) fn new(image: &'a Image<'a>, references: BTreeSet<Address>) -> Self {
        let (bodies, returning) = (FxHashMap::default(), FxHashMap::default());
        Self { image, references, machine: Machine::new(), bodies, returning, depth: 0 }
    }

    /// Reads the function that begins here, called with these arguments.
    pub(super) fn body(&mut self, start: Address, arguments: Arguments) -> Rc<Body> {
        if let Some(body) = self.bodies.get(&(start, arguments)) {
            return Rc::clone(body);
        }
        let mut escapes = false;
        let body = loop {
            let before = escapes;
            let body = self.read(start, &arguments, &mut escapes);
            // The address of something on the stack was taken: then nothing of it is known after calls.
            if escapes == before {
                break body;
            }
        };
        let body = Rc::new(body);
        self.bodies.insert((start, arguments), Rc::clone(&body));
        body
    }

    fn read(&mut self, start: Address, arguments: &Arguments, escapes: &mut bool) -> Body {
        let end = self.image.end_of(start);
        let mut states: FxHashMap<Address, State> = FxHashMap::default();
        states.insert(start, State::entry(arguments, self.image.convention));
        let mut waiting = vec![start];
        let mut found = Found::default();
        // First what is known where paths meet, which gets less with each round; then, with that, the calls.
        while let Some(block) = waiting.pop() {
            let state = states[&block].clone();
            let mut reached = Vec::new();
            self.run(
                block,
                end,
                start,
                state,
                escapes,
                &mut found,
                &mut |at, state| reached.push((at, state.clone())),
                &|_| false,
            );
            for (at, state) in reached {
                match states.get_mut(&at) {
                    None => {
                        states.insert(at, state);
                        waiting.push(at);
                    }
                    Some(known) => {
                        if known.join(&state) {
                            waiting.push(at);
                        }
                    }
                }
            }
        }
        let mut found = Found::default();
        for (&block, state) in &states {
            let is_block = |at: Address| at != block && states.contains_key(&at);
            self.run(block, end, start, state.clone(), escapes, &mut found, &mut |_, _| {}, &is_block);
        }
        Body {
            calls: found.calls.into_iter().collect(),
            taken: found.taken.into_iter().collect(),
            returns: found.returns,
        }
    }

    /// Follows one path from `block` until it ends, branches or comes to where another one begins.
    #[expect(clippy::too_many_arguments, reason = "the two passes over a function differ in what they collect")]
    fn run(
        &mut self,
        block: Address,
        end: Address,
        start: Address,
        mut state: State,
        escapes: &mut bool,
        found: &mut Found,
        reach: &mut dyn FnMut(Address, &State),
        is_block: &dyn Fn(Address) -> bool,
    ) {
        let image = self.image;
        let mut at = block;
        loop {
            if is_block(at) {
                return;
            }
            if at >= end {
                // Into what follows: either a call before does not return, which is not known of it, or this is no end.
                found.call(at, Target::Function(at), &state, image);
                found.returns |= self.returns(at);
                return;
            }
            let Some(instruction) = Instruction::at(image, at) else {
                found.call(at, Target::Unseen(Unseen::Undecoded), &state, image);
                return;
            };
            let next = instruction.next();
            let inside = |target: Address| (start..end).contains(&target);
            match self.machine.step(image, &instruction, &mut state, escapes) {
                Flow::On => found.take(image, &instruction, &state),
                Flow::Jump(target) if inside(target) => {
                    reach(target, &state);
                    return;
                }
                Flow::Jump(target) => {
                    found.call(at, Target::Function(target), &state, image);
                    found.returns |= self.returns(target);
                    return;
                }
                Flow::Branch(target, limit) => {
                    if inside(target) {
                        reach(target, &limited(&state, limit.filter(|limit| limit.is_taken)));
                    } else {
                        found.call(at, Target::Function(target), &state, image);
                        found.returns |= self.returns(target);
                    }
                    reach(next, &limited(&state, limit.filter(|limit| !limit.is_taken)));
                    return;
                }
                Flow::JumpTo(value) => {
                    self.jump_to(value, at, (start, end), &state, found, reach);
                    return;
                }
                Flow::Call(target) => {
                    // It touches the pages of a large frame, and keeps all registers.
                    if image.known(target).kind == Kind::Probes {
                        at = next;
                        continue;
                    }
                    found.call(at, Target::Function(target), &state, image);
                    if !self.returns(target) {
                        return;
                    }
                    after_call(&mut state, image, *escapes);
                }
                Flow::CallTo(value) => {
                    let targets = self.targets(value);
                    let mut returns = false;
                    for &target in &targets {
                        found.call(at, target, &state, image);
                        returns |= self.target_returns(target);
                    }
                    if !returns {
                        return;
                    }
                    after_call(&mut state, image, *escapes);
                }
                Flow::Return => {
                    found.returns = true;
                    return;
                }
                Flow::Stop => return,
                Flow::System => found.call(at, Target::Unseen(Unseen::System), &state, image),
            }
            at = next;
        }
    }

    fn jump_to(
        &mut self,
        value: Value,
        at: Address,
        (start, end): (Address, Address),
        state: &State,
        found: &mut Found,
        reach: &mut dyn FnMut(Address, &State),
    ) {
        let inside = |target: Address| (start..end).contains(&target);
        let places: Vec<Address> = match value {
            Value::EntryTarget(form, last, distance, base) => {
                let table = base.wrapping_add_signed(distance.into());
                match self.entries(form, last, table, base) {
                    Some(Entries { places, is_exact: false }) => {
                        places.into_iter().take_while(|&place| inside(place)).collect()
                    }
                    Some(Entries { places, is_exact: true }) => {
                        // Some of its ways may lie in a part of the function that stands elsewhere.
                        for &place in places.iter().filter(|&&place| !inside(place)) {
                            let target = match self.image.code_at(place) {
                                Some(_) => Target::Function(place),
                                None => Target::Unseen(Unseen::Jump),
                            };
                            found.call(at, target, state, self.image);
                            found.returns |= self.target_returns(target);
                        }
                        places.into_iter().filter(|&place| inside(place)).collect()
                    }
                    None => Vec::new(),
                }
            }
            Value::OneOf(table) => self.addresses(table).take_while(|&place| inside(place)).collect(),
            _ => Vec::new(),
        };
        if !places.is_empty() {
            for place in places {
                reach(place, state);
            }
            return;
        }
        if let Value::EntryTarget(..) | Value::Entry(..) = value {
            found.call(at, Target::Unseen(Unseen::Jump), state, self.image);
            found.returns = true;
            return;
        }
        for target in self.targets(value) {
            found.call(at, target, state, self.image);
            found.returns |= self.target_returns(target);
        }
    }

    /// What the entries of a table of distances lead to; `None` if nobody knows how many it has.
    fn entries(&self, form: Form, last: u16, table: Address, base: Address) -> Option<Entries> {
        let size = form.size();
        let (end, is_exact) = if last != ENDLESS {
            (table + (u64::from(last) + 1) * size, true)
        } else if let Some(end) = self.image.table_end(table) {
            (end, true)
        } else if self.image.processor == Processor::X86_64 && self.image.code_at(table).is_none() {
            (self.references.range(table + 1..).next().copied().unwrap_or(Address::MAX), false)
        } else {
            return None;
        };
        let targets = (table..end).step_by(usize::try_from(size).ok()?);
        let mut places = Vec::new();
        for at in targets {
            match form.target(self.image, at, base) {
                Some(place) => places.push(place),
                None if is_exact => return None,
                None => break,
            }
            if !is_exact && places.len() > usize::from(u16::MAX) {
                break;
            }
        }
        Some(Entries { places, is_exact })
    }

    /// What a call of this value calls.
    fn targets(&self, value: Value) -> Vec<Target> {
        match value {
            Value::Constant(address) if self.image.code_at(address).is_some() => vec![Target::Function(address)],
            Value::Import(number) => vec![Target::Import(number)],
            Value::OneOf(table) => {
                let targets: Vec<Target> = self.addresses(table).map(Target::Function).collect();
                if targets.is_empty() { vec![Target::Unseen(Unseen::Pointer)] } else { targets }
            }
            Value::OfFrame => vec![Target::Unseen(Unseen::OfFrame)],
            Value::Writes(slot) => vec![Target::Unseen(Unseen::Writes(slot))],
            _ => vec![Target::Unseen(Unseen::Pointer)],
        }
    }

    /// The addresses of code in a table that nobody writes to. It ends at the first word that is none, which may be beyond
    /// its end: then there are too many.
    fn addresses(&self, table: Address) -> impl Iterator<Item = Address> {
        (0..).map_while(move |index| match self.image.constant(table + index * 8) {
            Some(Word::Address(address)) if self.image.code_at(address).is_some() => Some(address),
            _ => None,
        })
    }

    fn target_returns(&mut self, target: Target) -> bool {
        match target {
            Target::Function(address) => self.returns(address),
            Target::Import(number) => self.image.import(number).is_none_or(|import| import.known.kind != Kind::Panics),
            Target::Unseen(_) => true,
        }
    }

    /// Whether a function may come back. One that calls itself is supposed to.
    fn returns(&mut self, start: Address) -> bool {
        if let Some(known) = self.returning.get(&start) {
            return known.unwrap_or(true);
        }
        match self.image.known(start).kind {
            Kind::Panics => return false,
            Kind::Unknown => {}
            _ => return true,
        }
        if self.depth >= DEPTH {
            return true;
        }
        self.returning.insert(start, None);
        self.depth += 1;
        let returns = self.body(start, Arguments::default()).returns;
        self.depth -= 1;
        self.returning.insert(start, Some(returns));
        returns
    }
}

/// Where a table of distances leads.
struct Entries {
    places: Vec<Address>,
    /// Whether it is known how many there are. Else it ends, at the latest, where one leads out of the function.
    is_exact: bool,
}

fn limited(state: &State, limit: Option<Limit>) -> Cow<'_, State> {
    match limit {
        Some(limit) => {
            let mut state = state.clone();
            state.limit(limit);
            Cow::Owned(state)
        }
        None => Cow::Borrowed(state),
    }
}

#[derive(Default)]
struct Found {
    calls: BTreeSet<Call>,
    taken: BTreeSet<Address>,
    returns: bool,
}

impl Found {
    /// Keeps what an instruction takes the address of, or has in a register after it.
    fn take(&mut self, image: &Image<'_>, instruction: &Instruction, state: &State) {
        let mut take = |at| {
            if image.is_takable(at) {
                self.taken.insert(at);
            }
        };
        instruction.for_addresses(&mut take);
        state.constants().for_each(take);
    }

    fn call(&mut self, at: Address, target: Target, state: &State, image: &Image<'_>) {
        let asked = match target {
            Target::Import(_) => {
                Asked { number: state.argument(0, image.convention), operation: state.argument(2, image.convention) }
            }
            _ => Asked::default(),
        };
        self.calls.insert(Call { at, target, arguments: state.arguments(image), asked });
    }
}

fn after_call(state: &mut State, image: &Image<'_>, escapes: bool) {
    state.after_call(image.convention);
    if escapes {
        state.forget_slots();
    }
}

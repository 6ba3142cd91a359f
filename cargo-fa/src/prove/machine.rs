//! Instructions of whatever processor a program is for.

use super::image::{Address, Image, Processor};
use super::state::{Limit, State, Value};
use super::{a64, x86};

/// Where an instruction leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next one.
    On,
    /// There.
    Jump(Address),
    /// There or to the next one, on one of which a register is known to hold little.
    Branch(Address, Option<Limit>),
    /// To what the value is.
    JumpTo(Value),
    /// There, and then to the next one.
    Call(Address),
    /// To what the value is, and then to the next one.
    CallTo(Value),
    /// To the caller.
    Return,
    /// Nowhere.
    Stop,
    /// Into the kernel, and then to the next one.
    System,
}

/// An instruction, decoded.
pub(super) enum Instruction {
    X86(x86::Instruction),
    A64(a64::Instruction),
}

impl Instruction {
    /// The instruction at an address.
    pub(super) fn at(image: &Image<'_>, at: Address) -> Option<Self> {
        let code = image.code_at(at)?;
        match image.processor {
            Processor::X86_64 => x86::decode(code, at).map(Self::X86),
            Processor::Aarch64 => a64::decode(code, at).map(Self::A64),
        }
    }

    /// Where the next one stands.
    pub(super) fn next(&self) -> Address {
        match self {
            Self::X86(instruction) => instruction.next_ip(),
            Self::A64(instruction) => instruction.next(),
        }
    }

    /// Calls `take` with all that may be an address in it; what is put together from several instructions is found in
    /// registers.
    pub(super) fn for_addresses(&self, mut take: impl FnMut(Address)) {
        if let Self::X86(instruction) = self {
            x86::addresses_in(instruction).chain(x86::displacement(instruction)).for_each(&mut take);
        }
    }
}

/// Reads the instructions of a program.
pub(super) struct Machine {
    x86: x86::Machine,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self { x86: x86::Machine::new() }
    }

    /// Applies an instruction. `escapes` is set where the address of a word of the stack is taken, and read where something
    /// is written to who knows what.
    pub(super) fn step(
        &mut self,
        image: &Image<'_>,
        instruction: &Instruction,
        state: &mut State,
        escapes: &mut bool,
    ) -> Flow {
        match instruction {
            Instruction::X86(instruction) => self.x86.step(image, instruction, state, escapes),
            Instruction::A64(instruction) => instruction.step(image, state, escapes),
        }
    }
}

/// Reads code from its beginning to its end for what it refers to, whether that can be reached or not.
pub(super) fn sweep(image: &Image<'_>, start: Address, end: Address, mut refers: impl FnMut(Address)) {
    let mut pages = a64::Sweep::default();
    let mut at = start;
    while at < end && image.code_at(at).is_some() {
        if let Some(end) = image.table_end(at) {
            at = end;
            continue;
        }
        match Instruction::at(image, at) {
            Some(Instruction::X86(instruction)) => {
                x86::addresses_in(&instruction).for_each(&mut refers);
                at = instruction.next_ip();
            }
            Some(Instruction::A64(instruction)) => {
                pages.address(instruction).into_iter().for_each(&mut refers);
                at = instruction.next();
            }
            None => at += if image.processor == Processor::Aarch64 { 4 } else { 1 },
        }
    }
}

//! Instructions of x86-64: what each does to what is known, and where it leads.

pub(super) use iced_x86::Instruction;
use iced_x86::{
    Code, Decoder, DecoderOptions, FlowControl, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register,
};

use super::image::{Address, Image};
use super::machine::Flow;
use super::state::{Form, Limit, STACK_POINTER, State, Value};

/// Reads the instructions of a program.
pub(super) struct Machine {
    uses: InstructionInfoFactory,
}

/// The instruction at an address, decoded.
pub(super) fn decode(code: &[u8], at: Address) -> Option<Instruction> {
    // Longer than the longest instruction: a decoder reads ahead.
    let mut decoder = Decoder::with_ip(64, code.get(..code.len().min(16))?, at, DecoderOptions::NONE);
    let instruction = decoder.decode();
    if instruction.is_invalid() { None } else { Some(instruction) }
}

/// All addresses that an instruction has in it.
pub(super) fn addresses_in(instruction: &Instruction) -> impl Iterator<Item = Address> {
    let memory = (instruction.memory_base() == Register::RIP || instruction.memory_base() == Register::None)
        .then(|| instruction.memory_displacement64());
    let immediates = (0..instruction.op_count()).filter_map(|operand| match instruction.op_kind(operand) {
        OpKind::Immediate32 | OpKind::Immediate64 | OpKind::Immediate32to64 => Some(instruction.immediate(operand)),
        _ => None,
    });
    memory.into_iter().chain(immediates)
}

/// What an instruction adds to a register to find its operand, which may be an address in a program that is loaded nowhere
/// else.
pub(super) fn displacement(instruction: &Instruction) -> Option<Address> {
    (0..instruction.op_count())
        .any(|operand| instruction.op_kind(operand) == OpKind::Memory)
        .then(|| instruction.memory_displacement64())
}

impl Machine {
    pub(super) fn new() -> Self {
        Self { uses: InstructionInfoFactory::new() }
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
        if matches!(instruction.mnemonic(), Mnemonic::Syscall | Mnemonic::Sysenter | Mnemonic::Int) {
            state.after_call(image.convention);
            return Flow::System;
        }
        let flow = match instruction.flow_control() {
            FlowControl::UnconditionalBranch => Flow::Jump(instruction.near_branch_target()),
            FlowControl::ConditionalBranch => Flow::Branch(instruction.near_branch_target(), limit(instruction, state)),
            FlowControl::IndirectBranch => Flow::JumpTo(source(image, instruction, 0, state)),
            FlowControl::Call => Flow::Call(instruction.near_branch_target()),
            FlowControl::IndirectCall => Flow::CallTo(source(image, instruction, 0, state)),
            FlowControl::Return => Flow::Return,
            FlowControl::Interrupt | FlowControl::Exception => Flow::Stop,
            FlowControl::Next | FlowControl::XbeginXabortXend => Flow::On,
        };
        if flow == Flow::On {
            self.apply(image, instruction, state, escapes);
        }
        flow
    }

    fn apply(&mut self, image: &Image<'_>, instruction: &Instruction, state: &mut State, escapes: &mut bool) {
        let target = if instruction.op_count() > 0 && instruction.op0_kind() == OpKind::Register {
            whole(instruction.op0_register())
        } else {
            None
        };
        if !keeps_flags(instruction) {
            state.compare(compared(instruction));
        }
        match instruction.mnemonic() {
            Mnemonic::Mov if target.is_some() && instruction.op0_register().size() >= 4 => {
                let value = source(image, instruction, 1, state);
                // A half is a whole number, but no address of the stack.
                let value = match value {
                    Value::Constant(number) if instruction.op0_register().size() == 4 => {
                        Value::Constant(number & 0xFFFF_FFFF)
                    }
                    Value::Constant(_) | Value::Upto(_) => value,
                    _ if instruction.op0_register().size() == 4 => Value::Unknown,
                    _ => value,
                };
                if let (Value::Stack(_), Some(register)) = (value, target)
                    && !matches!(register, 4 | 5)
                {
                    *escapes = true;
                }
                set(state, target, value);
            }
            Mnemonic::Mov if instruction.op0_kind() == OpKind::Memory => {
                let value = if instruction.memory_size().size() == 8 {
                    source(image, instruction, 1, state)
                } else {
                    Value::Unknown
                };
                if matches!(value, Value::Stack(_)) {
                    *escapes = true;
                }
                store(instruction, state, value, *escapes);
            }
            Mnemonic::Lea => {
                let value = address(instruction, state);
                if let (Value::Stack(_), Some(register)) = (value, target)
                    && !matches!(register, 4 | 5)
                {
                    *escapes = true;
                }
                set(state, target, if instruction.op0_register().size() == 8 { value } else { Value::Unknown });
            }
            // mov rX, [table + rY * 4] with the sign, and the sum of it and the table: `match` in one jump.
            Mnemonic::Movsxd if instruction.op1_kind() == OpKind::Memory => {
                set(state, target, entry(instruction, state).unwrap_or_default());
            }
            Mnemonic::Add | Mnemonic::Sub if instruction.op1_kind() != OpKind::Memory && target.is_some() => {
                let left = target.map_or(Value::Unknown, |register| state.get(register));
                let right = operand(instruction, 1, state);
                let is_add = instruction.mnemonic() == Mnemonic::Add;
                let value = match (left, right) {
                    _ if instruction.op0_register().size() != 8 => Value::Unknown,
                    (Value::Entry(form, last, table), Value::Constant(base))
                    | (Value::Constant(base), Value::Entry(form, last, table))
                        if is_add && base == table =>
                    {
                        Value::EntryTarget(form, last, 0, table)
                    }
                    (Value::Stack(at), Value::Constant(number)) => {
                        let number = number.cast_signed();
                        Value::Stack(if is_add { at.wrapping_add(number) } else { at.wrapping_sub(number) })
                    }
                    (Value::Constant(left), Value::Constant(right)) => {
                        Value::Constant(if is_add { left.wrapping_add(right) } else { left.wrapping_sub(right) })
                    }
                    _ => Value::Unknown,
                };
                set(state, target, value);
            }
            Mnemonic::Xor
                if instruction.op1_kind() == OpKind::Register
                    && instruction.op0_register() == instruction.op1_register() =>
            {
                set(state, target, Value::Constant(0));
            }
            Mnemonic::Push => {
                let value = operand(instruction, 0, state);
                let top = match state.get(STACK_POINTER) {
                    Value::Stack(at) => at.wrapping_sub(8),
                    _ => return,
                };
                state.set(STACK_POINTER, Value::Stack(top));
                state.store(top, 8, value);
            }
            Mnemonic::Pop if target.is_some() => {
                let Value::Stack(top) = state.get(STACK_POINTER) else {
                    set(state, target, Value::Unknown);
                    return;
                };
                let value = state.slot(top);
                state.set(STACK_POINTER, Value::Stack(top.wrapping_add(8)));
                set(state, target, value);
            }
            Mnemonic::Cmp | Mnemonic::Test | Mnemonic::Nop | Mnemonic::Endbr64 => {}
            _ => self.forget_what_is_written(instruction, state, *escapes),
        }
    }

    fn forget_what_is_written(&mut self, instruction: &Instruction, state: &mut State, escapes: bool) {
        let uses = self.uses.info(instruction);
        let is_write = |access| {
            matches!(access, OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite)
        };
        for register in uses.used_registers() {
            if is_write(register.access())
                && let Some(register) = whole(register.register())
            {
                state.set(register, Value::Unknown);
            }
        }
        if uses.used_memory().iter().any(|memory| is_write(memory.access())) {
            if matches!(instruction.code(), Code::INVALID) || instruction.op0_kind() != OpKind::Memory {
                // String instructions and the like.
                state.forget_slots();
            } else {
                store(instruction, state, Value::Unknown, escapes);
            }
        }
    }
}

/// The number of a general register, whichever part of it is named.
fn whole(register: Register) -> Option<usize> {
    let full = register.full_register();
    if full.is_gpr64() { Some(full.number()) } else { None }
}

fn set(state: &mut State, register: Option<usize>, value: Value) {
    if let Some(register) = register {
        state.set(register, value);
    }
}

/// What is written to memory.
fn store(instruction: &Instruction, state: &mut State, value: Value, escapes: bool) {
    let size = instruction.memory_size().size();
    match address(instruction, state) {
        Value::Stack(at) if size > 0 => state.store(at, size, value),
        // Somewhere in the program.
        Value::Constant(_) => {}
        _ => {
            let base = whole(instruction.memory_base()).map_or(Value::Unknown, |register| state.get(register));
            // An element of something on the stack, or a place that may be there because its address was taken.
            if matches!(base, Value::Stack(_)) || escapes {
                state.forget_slots();
            }
        }
    }
}

/// Whether the operand is of the thread, and not where its address says.
fn has_segment(instruction: &Instruction) -> bool {
    matches!(instruction.segment_prefix(), Register::FS | Register::GS)
}

/// The address of the operand in memory, if there is no index.
fn address(instruction: &Instruction, state: &State) -> Value {
    if has_segment(instruction) {
        return Value::Unknown;
    }
    if instruction.is_ip_rel_memory_operand() {
        return Value::Constant(instruction.ip_rel_memory_address());
    }
    if instruction.memory_index() != Register::None {
        return Value::Unknown;
    }
    let displacement = instruction.memory_displacement64();
    match instruction.memory_base() {
        Register::None => Value::Constant(displacement),
        base => match whole(base).map_or(Value::Unknown, |register| state.get(register)) {
            Value::Constant(base) => Value::Constant(base.wrapping_add(displacement)),
            Value::Stack(base) => Value::Stack(base.wrapping_add(displacement.cast_signed())),
            _ => Value::Unknown,
        },
    }
}

/// Where the table begins that the operand is an element of.
fn table(instruction: &Instruction, state: &State) -> Option<Address> {
    if instruction.memory_index() == Register::None || has_segment(instruction) {
        return None;
    }
    let displacement = instruction.memory_displacement64();
    match instruction.memory_base() {
        Register::None => Some(displacement),
        base => match state.get(whole(base)?) {
            Value::Constant(base) => Some(base.wrapping_add(displacement)),
            _ => None,
        },
    }
}

/// The entry of a table of distances that the operand is.
fn entry(instruction: &Instruction, state: &State) -> Option<Value> {
    let table = table(instruction, state).filter(|_| instruction.memory_index_scale() == 4)?;
    let index = whole(instruction.memory_index()).map_or(Value::Unknown, |register| state.get(register));
    Some(index.entry(Form::Word, table))
}

/// Whether what was compared stays so.
fn keeps_flags(instruction: &Instruction) -> bool {
    use Mnemonic::{Lea, Mov, Movsxd, Movzx, Nop, Pop, Push};
    matches!(instruction.mnemonic(), Mov | Movsxd | Movzx | Lea | Nop | Push | Pop)
}

/// What a comparison compares with a number. A half of a register stands for the whole: what is compared so and is then used
/// as an index has nothing in its upper half, else the code would leave its table.
fn compared(instruction: &Instruction) -> Option<(usize, u64)> {
    let is_number = matches!(
        instruction.op1_kind(),
        OpKind::Immediate8to32 | OpKind::Immediate8to64 | OpKind::Immediate32 | OpKind::Immediate32to64
    );
    if instruction.mnemonic() != Mnemonic::Cmp || instruction.op0_kind() != OpKind::Register || !is_number {
        return None;
    }
    let register = whole(instruction.op0_register()).filter(|_| instruction.op0_register().size() >= 4)?;
    Some((register, instruction.immediate(1)))
}

/// What is known on one of the ways of a branch after a comparison of numbers without a sign.
fn limit(instruction: &Instruction, state: &State) -> Option<Limit> {
    let number = state.compared()?.number;
    let limit = |last: Option<u64>, is_taken| Some(Limit { last: last?, is_taken });
    match instruction.mnemonic() {
        Mnemonic::Ja => limit(Some(number), false),
        Mnemonic::Jbe => limit(Some(number), true),
        Mnemonic::Jae => limit(number.checked_sub(1), false),
        Mnemonic::Jb => limit(number.checked_sub(1), true),
        _ => None,
    }
}

fn operand(instruction: &Instruction, number: u32, state: &State) -> Value {
    match instruction.op_kind(number) {
        OpKind::Register if instruction.op_register(number).size() == 8 => {
            whole(instruction.op_register(number)).map_or(Value::Unknown, |register| state.get(register))
        }
        OpKind::Register if instruction.op_register(number).size() == 4 => {
            match whole(instruction.op_register(number)).map_or(Value::Unknown, |register| state.get(register)) {
                Value::Constant(number) => Value::Constant(number & 0xFFFF_FFFF),
                value @ Value::Upto(_) => value,
                _ => Value::Unknown,
            }
        }
        OpKind::Immediate8
        | OpKind::Immediate16
        | OpKind::Immediate32
        | OpKind::Immediate64
        | OpKind::Immediate8to16
        | OpKind::Immediate8to32
        | OpKind::Immediate8to64
        | OpKind::Immediate32to64 => Value::Constant(instruction.immediate(number)),
        _ => Value::Unknown,
    }
}

/// What an operand holds, in memory too.
fn source(image: &Image<'_>, instruction: &Instruction, number: u32, state: &State) -> Value {
    if instruction.op_kind(number) != OpKind::Memory {
        return operand(instruction, number, state);
    }
    if instruction.memory_size().size() != 8 {
        return Value::Unknown;
    }
    match address(instruction, state) {
        Value::Constant(at) => image.constant(at).map_or(Value::Unknown, Value::of_word),
        Value::Stack(at) => state.slot(at),
        _ if has_segment(instruction) => Value::Unknown,
        _ => {
            let base = whole(instruction.memory_base()).map_or(Value::Unknown, |register| state.get(register));
            let has_index = instruction.memory_index() != Register::None;
            match (table(instruction, state), instruction.memory_index_scale()) {
                (Some(table), 8) => Value::OneOf(table),
                _ => base.loaded((!has_index).then(|| instruction.memory_displacement64().cast_signed())),
            }
        }
    }
}

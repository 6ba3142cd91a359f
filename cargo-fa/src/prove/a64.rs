//! Instructions of `AArch64`: what each does to what is known, and where it leads.
//!
//! All are 32 bits long and name their registers in four places, so that what is not understood here changes no more than
//! the registers in those.

use super::image::{Address, Image};
use super::machine::Flow;
use super::state::{Form, Kept, Limit, STACK_POINTER, State, Value};

/// An instruction and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    word: u32,
    at: Address,
}

/// The instruction at an address.
pub(super) fn decode(code: &[u8], at: Address) -> Option<Instruction> {
    let word = u32::from_le_bytes(*code.first_chunk()?);
    // What is for matrices and what means nothing is not read.
    let is_known = at.is_multiple_of(4) && (word >> 25 & 0xF != 0 || word >> 16 == 0);
    is_known.then_some(Instruction { word, at })
}

/// Where a register is kept: the stack pointer, which is number 31, has the place that it has for every processor.
fn place(number: u32) -> usize {
    match number {
        4 => 31,
        31 => STACK_POINTER,
        number => number as usize,
    }
}

const FRAME_POINTER: u32 = 29;
/// No register where a number of 31 does not mean the stack pointer.
const ZERO: u32 = 31;

impl Instruction {
    pub(super) fn next(self) -> Address {
        self.at + 4
    }

    fn bits(self, low: u32, count: u32) -> u32 {
        self.word >> low & ((1 << count) - 1)
    }

    fn is(self, mask: u32, value: u32) -> bool {
        self.word & mask == value
    }

    /// The signed number in these bits.
    fn signed(self, low: u32, count: u32) -> i64 {
        let above = 64 - count;
        (i64::from(self.bits(low, count)) << above) >> above
    }

    fn target(self, low: u32, count: u32) -> Address {
        self.at.wrapping_add_signed(self.signed(low, count) * 4)
    }

    fn rd(self) -> u32 {
        self.bits(0, 5)
    }

    fn rn(self) -> u32 {
        self.bits(5, 5)
    }

    fn rm(self) -> u32 {
        self.bits(16, 5)
    }

    /// What `adr` and `adrp` make.
    fn address(self) -> Option<Address> {
        if !self.is(0x1F00_0000, 0x1000_0000) {
            return None;
        }
        let distance = self.signed(5, 19) << 2 | i64::from(self.bits(29, 2));
        Some(if self.bits(31, 1) == 1 {
            (self.at & !0xFFF).wrapping_add_signed(distance << 12)
        } else {
            self.at.wrapping_add_signed(distance)
        })
    }

    /// What an addition or subtraction of a number adds, if it is one.
    fn added(self) -> Option<i64> {
        self.is(0x1F80_0000, 0x1100_0000).then(|| {
            let number = i64::from(self.bits(10, 12)) << (self.bits(22, 1) * 12);
            if self.bits(30, 1) == 1 { -number } else { number }
        })
    }

    /// What a comparison compares with a number. A half of a register stands for the
    /// whole: what is compared so and is then used as an index has nothing in its upper half, else the code would leave its
    /// table.
    fn compared(self) -> Option<(usize, u64)> {
        let number = u64::from(self.bits(10, 12)) << (self.bits(22, 1) * 12);
        (self.is(0x7F80_0000, 0x7100_0000) && self.rn() != 31).then(|| (place(self.rn()), number))
    }

    /// Whether what was compared stays so. What is not known to leave it does not.
    fn keeps_flags(self) -> bool {
        const PLAIN: [(u32, u32); 8] = [
            // Addresses; what is added and subtracted, without flags.
            (0x1F00_0000, 0x1000_0000),
            (0x3F80_0000, 0x1100_0000),
            (0x3F00_0000, 0x0B00_0000),
            // Numbers, fields of bits, the choice between two, nothing at all.
            (0x1F80_0000, 0x1280_0000),
            (0x1F80_0000, 0x1300_0000),
            (0x3FE0_0000, 0x1A80_0000),
            (0xFFFF_FFFF, 0xD503_201F),
            // Loads and stores by their distance.
            (0x3B00_0000, 0x3900_0000),
        ];
        let is_logical = self.is(0x1F80_0000, 0x1200_0000) || self.is(0x1F00_0000, 0x0A00_0000);
        PLAIN.iter().any(|&(mask, value)| self.is(mask, value)) || is_logical && self.bits(29, 2) != 3
    }

    /// What is known on one of the ways of a branch after a comparison of numbers without a sign.
    fn limit(self, state: &State) -> Option<Limit> {
        let number = state.compared()?.number;
        let limit = |last: Option<u64>, is_taken| Some(Limit { last: last?, is_taken });
        match self.bits(0, 4) {
            2 => limit(number.checked_sub(1), false),
            3 => limit(number.checked_sub(1), true),
            8 => limit(Some(number), false),
            9 => limit(Some(number), true),
            _ => None,
        }
    }

    /// The greatest number that a field of bits that is cut out can hold.
    fn field(self) -> Option<u64> {
        let (low, high) = (self.bits(16, 6), self.bits(10, 6));
        // `ubfx` and what is short for it, and `and` with ones at the end.
        let width = if self.is(0x7F80_0000, 0x5300_0000) && high >= low {
            high - low + 1
        } else if self.is(0x7F80_0000, 0x1200_0000)
            && low == 0
            && self.bits(31, 1) == self.bits(22, 1)
            && (self.bits(31, 1) == 1 || high < 32)
        {
            high + 1
        } else {
            return None;
        };
        (width < 32).then(|| (1 << width) - 1)
    }

    /// What an addition to a place makes of an entry of a table: the two registers, the place first, and how the entry is
    /// taken.
    fn distance(self, state: &State) -> Option<Value> {
        let (left, right) = (state.get(place(self.rn())), state.get(place(self.rm())));
        let (base, form, last, table) = match (left, right) {
            (Value::Constant(base), Value::Entry(form, last, table)) => (base, form, last, table),
            // Which of two words comes first does not matter.
            (Value::Entry(Form::Word, last, table), Value::Constant(base)) if self.is(0xFFE0_FC00, 0x8B00_0000) => {
                (base, Form::Word, last, table)
            }
            _ => return None,
        };
        // The shift of a plain register; which part of it is taken with which sign, and the shift.
        let plain = self.is(0xFFE0_0000, 0x8B00_0000).then(|| self.bits(10, 6));
        let part = self.is(0xFFE0_0000, 0x8B20_0000).then(|| (self.bits(13, 3), self.bits(10, 3)));
        let form = match (form, plain, part) {
            (Form::Word, Some(0), _) | (Form::Word, _, Some((6, 0))) => Form::Word,
            (Form::Word, Some(2), _) | (Form::Word, _, Some((6, 2))) => Form::WordOfSteps,
            (Form::Byte, Some(2), _) | (Form::Byte, _, Some((0, 2))) => Form::Byte,
            (Form::Byte, _, Some((4, 2))) => Form::SignedByte,
            (Form::Half, Some(2), _) | (Form::Half, _, Some((1, 2))) => Form::Half,
            (Form::Half, _, Some((5, 2))) => Form::SignedHalf,
            _ => return None,
        };
        let distance = i32::try_from(table.wrapping_sub(base).cast_signed()).ok()?;
        Some(Value::EntryTarget(form, last, distance, base))
    }

    /// Applies it. `escapes` is as in [`super::machine::Machine::step`].
    pub(super) fn step(self, image: &Image<'_>, state: &mut State, escapes: &mut bool) -> Flow {
        let register = |state: &State, number| state.get(place(number));
        if self.is(0x7C00_0000, 0x1400_0000) {
            let target = self.target(0, 26);
            return if self.bits(31, 1) == 1 { Flow::Call(target) } else { Flow::Jump(target) };
        }
        if self.is(0xFF00_0000, 0x5400_0000) {
            return Flow::Branch(self.target(5, 19), self.limit(state));
        }
        if self.is(0x7E00_0000, 0x3400_0000) {
            return Flow::Branch(self.target(5, 19), None);
        }
        if self.is(0x7E00_0000, 0x3600_0000) {
            return Flow::Branch(self.target(5, 14), None);
        }
        if self.is(0xFE00_0000, 0xD600_0000) {
            return match self.bits(21, 4) & 7 {
                0 => Flow::JumpTo(register(state, self.rn())),
                1 => Flow::CallTo(register(state, self.rn())),
                2 => Flow::Return,
                _ => Flow::Stop,
            };
        }
        if self.is(0xFFE0_001F, 0xD400_0001) {
            state.after_call(image.convention);
            return Flow::System;
        }
        if self.is(0xFF00_0000, 0xD400_0000) || self.word >> 16 == 0 {
            return Flow::Stop;
        }
        if self.bits(25, 4) & 0b0101 == 0b0100 {
            self.access(image, state, escapes);
        } else {
            self.compute(state, escapes);
        }
        Flow::On
    }

    fn compute(self, state: &mut State, escapes: &mut bool) {
        let (rd, is_whole) = (self.rd(), self.bits(31, 1) == 1);
        // Before the register is changed, as it may be by a subtraction that compares.
        if !self.keeps_flags() {
            state.compare(self.compared());
        }
        if let Some(address) = self.address() {
            set(state, rd, Value::Constant(address), escapes);
        } else if let Some(added) = self.added() {
            let value = match state.get(place(self.rn())) {
                _ if !is_whole => Value::Unknown,
                Value::Constant(base) => Value::Constant(base.wrapping_add_signed(added)),
                Value::Stack(at) => Value::Stack(at.wrapping_add(added)),
                value if added == 0 => value,
                _ => Value::Unknown,
            };
            // With flags, 31 is no register.
            if self.bits(29, 1) == 0 {
                set_or_stack(state, rd, value, escapes);
            } else {
                set(state, rd, value, escapes);
            }
        } else if self.is(0x1F80_0000, 0x1280_0000) {
            let shift = self.bits(21, 2) * 16;
            let number = u64::from(self.bits(5, 16)) << shift;
            let value = match (self.bits(29, 2), state.get(place(rd))) {
                (0, _) => Value::Constant(!number),
                (2, _) => Value::Constant(number),
                (3, Value::Constant(old)) => Value::Constant(old & !(0xFFFF << shift) | number),
                _ => Value::Unknown,
            };
            set(state, rd, half(value, is_whole), escapes);
        } else if self.is(0x7FE0_FFE0, 0x2A00_03E0) {
            let value = if self.rm() == ZERO { Value::Constant(0) } else { state.get(place(self.rm())) };
            set(state, rd, half(value, is_whole), escapes);
            if self.rm() != ZERO && rd != ZERO && self.rm() != rd {
                state.copied(Kept::Register(place(rd)), place(self.rm()));
            }
        } else if let Some(last) = self.field() {
            if self.is(0x1F80_0000, 0x1200_0000) {
                set_or_stack(state, rd, Value::Upto(last), escapes);
            } else {
                set(state, rd, Value::Upto(last), escapes);
            }
        } else if let Some(value) = self.distance(state) {
            set(state, rd, value, escapes);
        } else if self.is(0xFF00_0000, 0xD500_0000) {
            // What reads a register of the system, and hints, some of which sign addresses.
            set(state, rd, Value::Unknown, escapes);
            for number in [16, 17, 30] {
                set(state, number, Value::Unknown, escapes);
            }
        } else {
            // Numbers and vectors. Some of these write to the stack pointer: then nothing of the stack is known.
            let writes_stack = self.is(0x1F80_0000, 0x1200_0000) && self.bits(29, 2) != 3
                || self.is(0x3FE0_0000, 0x0B20_0000)
                || self.is(0x1F80_0000, 0x1180_0000)
                || self.bits(25, 4) == 0b0010;
            if writes_stack {
                set_or_stack(state, rd, Value::Unknown, escapes);
            } else {
                set(state, rd, Value::Unknown, escapes);
            }
        }
    }

    /// The entry of a table of distances that this loads.
    fn entry(self, state: &State) -> Option<Value> {
        let Value::Constant(table) = state.get(place(self.rn())) else { return None };
        let is_scaled = self.bits(12, 1) == 1;
        let form = match (self.bits(30, 2), self.bits(22, 2)) {
            (0, 1) => Form::Byte,
            (1, 1) if is_scaled => Form::Half,
            // With its sign and without: the addition says which.
            (2, 1 | 2) if is_scaled => Form::Word,
            _ => return None,
        };
        let is_of_registers = self.is(0x3F20_0C00, 0x3820_0800);
        is_of_registers.then(|| state.get(place(self.rm())).entry(form, table))
    }

    /// Loads and stores.
    fn access(self, image: &Image<'_>, state: &mut State, escapes: &mut bool) {
        if !self.keeps_flags() {
            state.compare(None);
        }
        let is_vector = self.bits(26, 1) == 1;
        let size = self.bits(30, 2);
        if self.is(0x3B00_0000, 0x1800_0000) {
            // From a place by its distance.
            let value = if size == 1 && !is_vector {
                Self::load(image, state, Value::Constant(self.target(5, 19)), 0)
            } else {
                Value::Unknown
            };
            if !is_vector {
                set(state, self.rd(), value, escapes);
            }
            return;
        }
        let opcode = self.bits(22, 2);
        let scale = if is_vector && opcode & 2 == 2 { 4 } else { size };
        let is_load = if is_vector { opcode & 1 == 1 } else { opcode != 0 };
        if self.is(0x3B00_0000, 0x3900_0000) {
            let offset = i64::from(self.bits(10, 12)) << scale;
            self.move_one(image, state, escapes, (offset, 1 << scale, is_load, !is_vector && size == 3 && opcode < 2));
        } else if self.is(0x3B20_0000, 0x3800_0000) {
            let (offset, mode) = (self.signed(12, 9), self.bits(10, 2));
            let now = if mode == 1 { 0 } else { offset };
            self.move_one(image, state, escapes, (now, 1 << scale, is_load, !is_vector && size == 3 && opcode < 2));
            if mode & 1 == 1 {
                self.advance(state, escapes, offset);
            }
        } else if self.is(0x3A00_0000, 0x2800_0000) {
            self.move_two(image, state, escapes);
        } else {
            let base = state.get(place(self.rn()));
            // An entry of a table of addresses.
            let is_entry = self.is(0xFFE0_0C00, 0xF860_0800) && self.bits(12, 1) == 1;
            let value = match base {
                Value::Constant(table) if is_entry => Value::OneOf(table),
                Value::Frame if self.is(0xFFE0_0C00, 0xF860_0800) => Value::OfFrame,
                _ => self.entry(state).unwrap_or_default(),
            };
            self.forget_what_is_named(state, escapes);
            if matches!(base, Value::Stack(_)) || *escapes {
                state.forget_slots();
            }
            set(state, self.rd(), value, escapes);
        }
    }

    /// One register: the distance from the base, the size, whether it is loaded, and whether it is a whole general one.
    fn move_one(
        self,
        image: &Image<'_>,
        state: &mut State,
        escapes: &mut bool,
        (offset, size, is_load, is_word): (i64, usize, bool, bool),
    ) {
        let base = state.get(place(self.rn()));
        if !is_load {
            let value = if is_word { Self::value(state, self.rd()) } else { Value::Unknown };
            store(state, escapes, (base, offset, size), value);
            if let (true, Value::Stack(at)) = (is_word && self.rd() != ZERO, base) {
                state.copied(Kept::Slot(at.wrapping_add(offset)), place(self.rd()));
            }
        } else if self.bits(26, 1) == 0 {
            let value = if is_word { Self::load(image, state, base, offset) } else { Value::Unknown };
            set(state, self.rd(), value, escapes);
        }
    }

    /// Two registers.
    fn move_two(self, image: &Image<'_>, state: &mut State, escapes: &mut bool) {
        let (is_vector, opcode) = (self.bits(26, 1) == 1, self.bits(30, 2));
        let size = if is_vector { 4 << opcode } else { 4 << (opcode >> 1) };
        let (is_word, mode) = (!is_vector && opcode == 2, self.bits(23, 2));
        let offset = self.signed(15, 7) * size;
        let now = if mode == 1 { 0 } else { offset };
        let (base, second) = (state.get(place(self.rn())), self.bits(10, 5));
        if !is_vector && opcode & 1 == 1 && self.bits(22, 1) == 0 {
            // Tags of memory, whose distances are of another size.
            state.forget_slots();
        } else if self.bits(22, 1) == 0 {
            for (number, offset) in [(self.rd(), now), (second, now + size)] {
                let value = if is_word { Self::value(state, number) } else { Value::Unknown };
                store(state, escapes, (base, offset, usize::try_from(size).unwrap_or(16)), value);
            }
        } else if !is_vector {
            let loaded =
                [now, now + size].map(|at| if is_word { Self::load(image, state, base, at) } else { Value::Unknown });
            set(state, self.rd(), loaded[0], escapes);
            set(state, second, loaded[1], escapes);
        }
        if mode & 1 == 1 {
            self.advance(state, escapes, offset);
        }
    }

    /// The base is moved along.
    fn advance(self, state: &mut State, escapes: &mut bool, offset: i64) {
        let value = match state.get(place(self.rn())) {
            Value::Constant(base) => Value::Constant(base.wrapping_add_signed(offset)),
            Value::Stack(at) => Value::Stack(at.wrapping_add(offset)),
            _ => Value::Unknown,
        };
        set_or_stack(state, self.rn(), value, escapes);
    }

    fn value(state: &State, number: u32) -> Value {
        if number == ZERO { Value::Constant(0) } else { state.get(place(number)) }
    }

    fn load(image: &Image<'_>, state: &State, base: Value, offset: i64) -> Value {
        match base {
            Value::Constant(base) => {
                image.constant(base.wrapping_add_signed(offset)).map_or(Value::Unknown, Value::of_word)
            }
            Value::Stack(at) => state.slot(at.wrapping_add(offset)),
            base => base.loaded(Some(offset)),
        }
    }

    /// Whatever an instruction that is not understood may write to: every register that it names, and the ones after those.
    fn forget_what_is_named(self, state: &mut State, escapes: &mut bool) {
        for field in [self.rd(), self.rm(), self.bits(10, 5)] {
            set(state, field, Value::Unknown, escapes);
            set(state, field.saturating_add(1).min(ZERO), Value::Unknown, escapes);
        }
        // A base that moves along, if it is no plain element: those leave it.
        let is_element = self.is(0x3B20_0C00, 0x3820_0800);
        let is_exclusive = self.is(0x3F00_0000, 0x0800_0000) || self.is(0x3B20_0C00, 0x3820_0000);
        if !is_element && !is_exclusive {
            set_or_stack(state, self.rn(), Value::Unknown, escapes);
        }
    }
}

/// A register where 31 is none.
fn set(state: &mut State, number: u32, value: Value, escapes: &mut bool) {
    if number != ZERO {
        set_or_stack(state, number, value, escapes);
    }
}

fn set_or_stack(state: &mut State, number: u32, value: Value, escapes: &mut bool) {
    *escapes |= matches!(value, Value::Stack(_)) && number != FRAME_POINTER && number != 31;
    state.set(place(number), value);
}

/// In half a register there are numbers only.
fn half(value: Value, is_whole: bool) -> Value {
    match value {
        value if is_whole => value,
        Value::Constant(number) => Value::Constant(number & 0xFFFF_FFFF),
        Value::Upto(last) => Value::Upto(last),
        _ => Value::Unknown,
    }
}

fn store(state: &mut State, escapes: &mut bool, (base, offset, size): (Value, i64, usize), value: Value) {
    *escapes |= matches!(value, Value::Stack(_));
    match base {
        Value::Stack(at) => state.store(at.wrapping_add(offset), size, value),
        // Somewhere in the program.
        Value::Constant(_) => {}
        _ if *escapes => state.forget_slots(),
        _ => {}
    }
}

/// What the code of a function refers to, in the order of its instructions: `adrp` and what is added to it stand apart.
#[derive(Default)]
pub(super) struct Sweep {
    pages: [Option<Address>; 32],
}

impl Sweep {
    /// The address that an instruction makes or reads from.
    pub(super) fn address(&mut self, instruction: Instruction) -> Option<Address> {
        let (rd, rn) = (instruction.rd() as usize, instruction.rn() as usize);
        if let Some(address) = instruction.address() {
            self.pages[rd] = Some(address);
            // A page is no address that is meant: what is there is reached by adding, be it nothing.
            return (instruction.bits(31, 1) == 0).then_some(address);
        }
        if let (Some(added), Some(page)) = (instruction.added(), self.pages[rn]) {
            let address = page.wrapping_add_signed(added);
            self.pages[rd] = Some(address);
            return Some(address);
        }
        // A word is read: it is kept in the same register as a rule, so that the page is gone.
        if instruction.is(0xFFC0_0000, 0xF940_0000) {
            let at = self.pages[rn].map(|page| page + u64::from(instruction.bits(10, 12)) * 8);
            self.pages[rd] = None;
            return at;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(word: u32) -> Instruction {
        decode(&word.to_le_bytes(), 0x1000).unwrap()
    }

    #[test]
    fn addresses_are_a_page_and_what_is_added() {
        let mut sweep = Sweep::default();
        // adrp x0, 0x12000; add x0, x0, #0x18; ldr x1, [x0, #8]
        assert_eq!(sweep.address(flow(0xB000_0080)), None);
        assert_eq!(sweep.address(flow(0x9100_6000)), Some(0x12018));
        assert_eq!(sweep.address(flow(0xF940_0401)), Some(0x12020));
        assert_eq!(flow(0x1000_0020).address(), Some(0x1004), "adr x0, .+4");
    }

    #[test]
    fn numbers_in_instructions_have_a_sign() {
        assert_eq!(flow(0x97FF_FFFF).target(0, 26), 0xFFC, "bl .-4");
        assert_eq!(flow(0xB4FF_FFE0).target(5, 19), 0xFFC, "cbz x0, .-4");
        assert_eq!(flow(0xD100_43FF).added(), Some(-16), "sub sp, sp, #16");
        assert!(decode(&0x8000_0000_u32.to_le_bytes(), 0).is_none(), "matrices are not read");
    }
}

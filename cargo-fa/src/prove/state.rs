//! What is known of registers and of the stack between two instructions.

use super::image::{Address, Image, Word};

/// What a register or a word of the stack holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    #[default]
    Unknown,
    /// This number, which may be an address of the program.
    Constant(u64),
    /// Something of another library.
    Import(u32),
    /// An address of the stack, by its distance from where the function was entered.
    Stack(i64),
    /// A number that is not greater.
    Upto(u64),
    /// An entry of a table of distances that begins here.
    Entry(Form, u16, Address),
    /// What such an entry leads to: a place by its distance from here, and how far the table is from here.
    EntryTarget(Form, u16, i32, Address),
    /// A word of a table of addresses that begins here.
    OneOf(Address),
    /// An address of the stack of a caller.
    Frame,
    /// A word of the stack of a caller.
    OfFrame,
    /// The address of a `core::fmt::Formatter`.
    Formatter,
    /// A word of a `Formatter`: what it writes to, or the functions of that.
    OfFormatter,
    /// A function of what a `Formatter` writes to, by its distance in their table.
    Writes(i64),
}

/// How far the entries of a table of distances go, where that is not known: nothing says how many there are.
pub(super) const ENDLESS: u16 = u16::MAX;

/// What the entries of a table of distances are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In steps of four bytes, as are the next three.
    Byte,
    SignedByte,
    Half,
    SignedHalf,
    /// A distance with its sign.
    Word,
    /// The same in steps of four bytes.
    WordOfSteps,
}

impl Form {
    /// How many bytes an entry has.
    pub(super) fn size(self) -> u64 {
        match self {
            Self::Byte | Self::SignedByte => 1,
            Self::Half | Self::SignedHalf => 2,
            Self::Word | Self::WordOfSteps => 4,
        }
    }

    /// The distance in an entry.
    fn distance(self, entry: &[u8]) -> Option<i64> {
        Some(match self {
            Self::Byte => i64::from(*entry.first()?) * 4,
            Self::SignedByte => i64::from(entry.first()?.cast_signed()) * 4,
            Self::Half => i64::from(u16::from_le_bytes(*entry.first_chunk()?)) * 4,
            Self::SignedHalf => i64::from(i16::from_le_bytes(*entry.first_chunk()?)) * 4,
            Self::Word => i32::from_le_bytes(*entry.first_chunk()?).into(),
            Self::WordOfSteps => i64::from(i32::from_le_bytes(*entry.first_chunk()?)) * 4,
        })
    }

    /// Where the entry leads that stands at `at`.
    pub(super) fn target(self, image: &Image<'_>, at: Address, base: Address) -> Option<Address> {
        Some(base.wrapping_add_signed(self.distance(image.constant_bytes(at)?)?))
    }
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Register(usize),
    Slot(i64),
}

/// A comparison of a value with a number, until the next one: in a register, and where that was copied from or to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    kept: [Option<Kept>; 2],
    pub(super) number: u64,
}

/// What a value that was compared is at most, on one of the ways after a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) last: u64,
    /// Where it branches, and not where it goes on.
    pub(super) is_taken: bool,
}

impl Value {
    /// The entry of a table that has this number.
    pub(super) fn entry(self, form: Form, table: Address) -> Self {
        let last = match self {
            Self::Upto(last) => u16::try_from(last).unwrap_or(ENDLESS),
            _ => ENDLESS,
        };
        Self::Entry(form, last, table)
    }

    /// What is loaded from memory at a distance from this, which is none of the program's constants and not of this stack;
    /// without a distance, from an element of it.
    pub(super) fn loaded(self, distance: Option<i64>) -> Self {
        match (self, distance) {
            (Self::Frame, _) => Self::OfFrame,
            (Self::Formatter, Some(_)) => Self::OfFormatter,
            (Self::OfFormatter, Some(distance)) => Self::Writes(distance),
            _ => Self::Unknown,
        }
    }

    pub(super) fn of_word(word: Word) -> Self {
        match word {
            Word::Address(address) => Self::Constant(address),
            Word::Import(number) => Self::Import(number),
            Word::Unknown => Self::Unknown,
        }
    }
}

/// Registers, by their number in the machine's order, and words of the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    registers: [Value; 32],
    /// Words by their distance; those that are not here are unknown.
    slots: Vec<(i64, Value)>,
    compared: Option<Compared>,
    /// The last copy of a register, as long as both are as they were.
    copy: Option<(Kept, usize)>,
}

/// Where the stack pointer is kept, for every processor.
pub(super) const STACK_POINTER: usize = 4;

/// How functions are called.
pub(super) struct Convention {
    /// The registers of the first arguments.
    arguments: &'static [usize],
    /// The registers that a call may change.
    changed: &'static [usize],
}

/// Of everything but Windows: rdi, rsi, rdx, rcx, r8, r9.
pub(super) static SYSTEM_V: Convention =
    Convention { arguments: &[7, 6, 2, 1, 8, 9], changed: &[0, 1, 2, 6, 7, 8, 9, 10, 11] };

/// Of Windows: rcx, rdx, r8, r9. A callee keeps rdi and rsi, which is not relied on.
pub(super) static WINDOWS: Convention =
    Convention { arguments: &[1, 2, 8, 9], changed: &[0, 1, 2, 6, 7, 8, 9, 10, 11] };

/// Of `AArch64`: x0 to x7, of which six are enough. x4 is kept where the stack pointer is not.
pub(super) static AAPCS64: Convention = Convention {
    arguments: &[0, 1, 2, 3, 31, 5],
    changed: &[0, 1, 2, 3, 31, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30],
};

/// What a caller is known to pass, by the number of the argument.
pub(super) type Arguments = [Passed; 6];

/// What a caller is known to pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Passed {
    #[default]
    Unknown,
    /// This address of the program.
    Address(Address),
    /// An address of the stack of whoever calls, or of who called that. Told after an address of constants only, as the two
    /// words of `fmt::Arguments` are passed: else most calls would differ in it.
    Frame,
    /// The address of a `core::fmt::Formatter`.
    Formatter,
    /// A word of a `Formatter`.
    OfFormatter,
}

impl State {
    /// At the beginning of a function.
    pub(super) fn entry(arguments: &Arguments, convention: &Convention) -> Self {
        let mut state = Self::default();
        for (&register, argument) in convention.arguments.iter().zip(arguments) {
            state.registers[register] = match *argument {
                Passed::Unknown => Value::Unknown,
                Passed::Address(address) => Value::Constant(address),
                Passed::Frame => Value::Frame,
                Passed::Formatter => Value::Formatter,
                Passed::OfFormatter => Value::OfFormatter,
            };
        }
        state.registers[STACK_POINTER] = Value::Stack(0);
        state
    }

    /// What is passed to a function that is called now, as far as that is worth to know.
    pub(super) fn arguments(&self, image: &Image<'_>) -> Arguments {
        let mut last = None;
        let mut arguments = Arguments::default();
        for (&register, argument) in image.convention.arguments.iter().zip(&mut arguments) {
            let passed = match self.registers[register] {
                Value::Constant(address) if image.word(address).is_some() || image.code_at(address).is_some() => {
                    Passed::Address(address)
                }
                Value::Stack(_) | Value::Frame if matches!(last, Some(Passed::Address(_))) => Passed::Frame,
                Value::Formatter => Passed::Formatter,
                // What is written to is an object of its own; what is worth to know is the table of its functions after it.
                Value::OfFormatter if last.is_some() => Passed::OfFormatter,
                _ => Passed::Unknown,
            };
            last = Some(passed);
            *argument = passed;
        }
        arguments
    }

    /// An argument, from 0, if it is a number that is known.
    pub(super) fn argument(&self, index: usize, convention: &Convention) -> Option<u64> {
        match self.registers[*convention.arguments.get(index)?] {
            Value::Constant(number) => Some(number),
            _ => None,
        }
    }

    /// All numbers that are known to be in registers.
    pub(super) fn constants(&self) -> impl Iterator<Item = u64> {
        self.registers.iter().filter_map(|value| match value {
            Value::Constant(number) => Some(*number),
            _ => None,
        })
    }

    pub(super) fn get(&self, register: usize) -> Value {
        self.registers[register]
    }

    pub(super) fn set(&mut self, register: usize, value: Value) {
        self.registers[register] = value;
        self.changed(|kept| kept == Kept::Register(register));
        if register == STACK_POINTER && !matches!(value, Value::Stack(_)) {
            self.forget_slots();
        }
    }

    /// Keeps that a register is compared with a number. Without one, nothing is.
    pub(super) fn compare(&mut self, compared: Option<(usize, u64)>) {
        self.compared = compared.map(|(register, number)| {
            let other = match self.copy {
                Some((kept, from)) if from == register => Some(kept),
                Some((Kept::Register(to), from)) if to == register => Some(Kept::Register(from)),
                _ => None,
            };
            Compared { kept: [Some(Kept::Register(register)), other], number }
        });
    }

    /// Keeps that a register was copied there.
    pub(super) fn copied(&mut self, to: Kept, from: usize) {
        self.copy = Some((to, from));
    }

    /// Forgets what held of a value where it is no longer.
    fn changed(&mut self, is_changed: impl Fn(Kept) -> bool) {
        if self.copy.is_some_and(|(to, from)| is_changed(to) || is_changed(Kept::Register(from))) {
            self.copy = None;
        }
        if let Some(compared) = &mut self.compared {
            for kept in &mut compared.kept {
                *kept = kept.filter(|kept| !is_changed(*kept));
            }
        }
    }

    pub(super) fn compared(&self) -> Option<Compared> {
        self.compared
    }

    /// Applies what is known after a branch. A register of which more is known keeps that.
    pub(super) fn limit(&mut self, limit: Limit) {
        for kept in self.compared.iter().flat_map(|compared| compared.kept).flatten() {
            match kept {
                Kept::Register(register) if self.registers[register] == Value::Unknown => {
                    self.registers[register] = Value::Upto(limit.last);
                }
                Kept::Slot(at) if self.slot(at) == Value::Unknown => self.slots.push((at, Value::Upto(limit.last))),
                _ => {}
            }
        }
        self.slots.sort_by_key(|slot| slot.0);
    }

    pub(super) fn slot(&self, at: i64) -> Value {
        self.slots.iter().find(|slot| slot.0 == at).map_or(Value::Unknown, |slot| slot.1)
    }

    /// Stores `size` bytes on the stack, of which a whole word is remembered.
    pub(super) fn store(&mut self, at: i64, size: usize, value: Value) {
        let end = at.saturating_add_unsigned(size as u64);
        self.slots.retain(|&(slot, _)| slot + 8 <= at || slot >= end);
        self.changed(|kept| matches!(kept, Kept::Slot(slot) if slot + 8 > at && slot < end));
        if size == 8 && value != Value::Unknown {
            self.slots.push((at, value));
            self.slots.sort_by_key(|slot| slot.0);
        }
    }

    pub(super) fn forget_slots(&mut self) {
        self.slots.clear();
        self.changed(|kept| matches!(kept, Kept::Slot(_)));
    }

    /// After a call: what the callee may change is unknown.
    pub(super) fn after_call(&mut self, convention: &Convention) {
        for &register in convention.changed {
            self.registers[register] = Value::Unknown;
        }
        (self.compared, self.copy) = (None, None);
        // Arguments on the stack are the callee's.
        if let Value::Stack(top) = self.registers[STACK_POINTER] {
            self.slots.retain(|slot| slot.0 >= top);
        }
    }

    /// What holds whichever way was taken. Tells whether that is less than before.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for (mine, theirs) in self.registers.iter_mut().zip(other.registers) {
            if *mine != theirs {
                *mine = Value::Unknown;
            }
        }
        self.slots.retain(|slot| other.slot(slot.0) == slot.1);
        if self.compared != other.compared {
            self.compared = None;
        }
        if self.copy != other.copy {
            self.copy = None;
        }
        if !matches!(self.registers[STACK_POINTER], Value::Stack(_)) {
            self.forget_slots();
        }
        *self != before
    }
}

//! What formatting calls.
//!
//! `core::fmt::write` calls through the pointers in its arguments, and a `Formatter` calls what it writes to, so that every
//! system that writes a number into a frame string would be open. The rule: such a call may only come to a function whose
//! address is taken by code that the system runs. It holds where the arguments were made on the stack of that code, for
//! nobody can make them but where the value is named (`format_args!`), and where the `Formatter` is the one that
//! `core::fmt::write` made. The pieces by which a derived `Debug` writes hold theirs in memory: they are known by name, and
//! where code calls one that was given such a `Formatter`, that is taken to be the one that the piece holds. Verdicts that
//! need the rule say so.

use rustc_hash::FxHashSet;

use super::image::{Address, Image, Word};
use super::state::{Arguments, Passed};
use super::walk::{Call, Target, Unseen};

/// How formatting finds what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    /// A function of an argument: how a value is written.
    Argument,
    /// A function of what is written to, by its distance in the table of its functions.
    Writes(i64),
    /// Either.
    Any,
}

/// A call of a function by formatting.
pub(super) struct FormatCall {
    /// The function that calls, by its number in the walk.
    pub(super) caller: usize,
    pub(super) call: Call,
}

/// Calls by formatting, and what they may come to.
#[derive(Default)]
pub(super) struct Formats {
    calls: Vec<(usize, Call, Through)>,
    taken: FxHashSet<Address>,
    functions: Vec<Address>,
    /// Functions in tables of what is written to, each with its distance there.
    writers: Vec<(i64, Address)>,
    /// First functions in tables, which are `fmt` of a `dyn Debug` and the like.
    shown: Vec<Address>,
    /// How many of the three each call has got.
    given: Vec<[usize; 3]>,
}

/// Where tables of functions have `write_str`, `write_char` and `write_fmt`, the first of them where others have `fmt`: after
/// what drops the value, its size and its alignment.
const METHODS: [i64; 3] = [24, 32, 40];

impl Formats {
    /// Adds what the code of a function takes the address of.
    pub(super) fn take(&mut self, image: &Image<'_>, taken: &[Address]) {
        for &address in taken {
            self.take_one(image, address);
            // A word that only the loader writes: what it holds is taken.
            if let Some(Word::Address(held)) = image.constant(address) {
                self.take_one(image, held);
            }
        }
    }

    fn take_one(&mut self, image: &Image<'_>, address: Address) {
        if !self.taken.insert(address) {
            return;
        }
        if image.code_at(address).is_some() {
            self.functions.push(address);
            return;
        }
        if image.is_link(address) {
            return;
        }
        let methods = METHODS.map(|slot| match image.constant(address.wrapping_add_signed(slot)) {
            Some(Word::Address(method)) if image.code_at(method).is_some() => Some((slot, method)),
            _ => None,
        });
        self.shown.extend(methods[0].map(|(_, method)| method));
        if let [Some(text), Some(letter), Some(formatted)] = methods {
            self.writers.extend([text, letter, formatted]);
        }
        // Tables that a choice between functions was made into: of addresses, or of distances from the table.
        self.functions.extend((1..).map_while(|index| match image.constant(address + index * 8) {
            Some(Word::Address(function)) if image.is_function(function) => Some(function),
            _ => None,
        }));
        self.functions.extend((0..).map_while(|index| {
            let function = address.wrapping_add_signed(image.constant_half(address + index * 4)?.into());
            image.is_function(function).then_some(function)
        }));
    }

    /// Adds a call.
    pub(super) fn add(&mut self, caller: usize, call: &Call, through: Through) {
        self.calls.push((caller, *call, through));
        self.given.push([0; 3]);
    }

    /// Calls that nothing was found for: the rule says nothing of them.
    pub(super) fn unmet(&self) -> impl Iterator<Item = (usize, Call)> {
        let unmet = self.calls.iter().filter(|(_, _, through)| match *through {
            Through::Argument => self.functions.is_empty(),
            Through::Writes(slot) => self.writers.iter().all(|method| method.0 != slot),
            Through::Any => self.writers.is_empty() || self.functions.is_empty() && self.shown.is_empty(),
        });
        unmet.map(|(caller, call, _)| (*caller, *call))
    }

    /// The calls that were not given before.
    pub(super) fn new_calls(&mut self, image: &Image<'_>) -> Vec<FormatCall> {
        let mut new = Vec::new();
        for ((caller, call, through), given) in self.calls.iter().zip(&mut self.given) {
            let mut add = |arguments: Arguments, target: Address| {
                let call = Call { target: Target::Function(target), arguments, ..*call };
                new.push(FormatCall { caller: *caller, call });
            };
            for &(slot, method) in &self.writers[given[0]..] {
                // No piece formats through the table: its third function is for others.
                if *through == Through::Any && slot != METHODS[2] || *through == Through::Writes(slot) {
                    add(Arguments::default(), method);
                }
            }
            // `fmt(&self, f: &mut Formatter)`
            let mut arguments = Arguments::default();
            arguments[1] = Passed::Formatter;
            for &function in &self.functions[given[1]..] {
                if matches!(through, Through::Argument | Through::Any) && image.is_function(function) {
                    add(arguments, function);
                }
            }
            for &function in &self.shown[given[2]..] {
                if *through == Through::Any {
                    add(arguments, function);
                }
            }
            *given = [self.writers.len(), self.functions.len(), self.shown.len()];
        }
        new
    }
}

/// Formats arguments into a writer: `write(output, its functions, template, arguments)` in four registers.
const WRITE: &str = "core::fmt::write";

/// Whether a function writes to what it is given, which is known, arguments that were made on the stack of who calls.
pub(super) fn is_write(name: &str, arguments: &Arguments) -> bool {
    name == WRITE
        && matches!(arguments[1], Passed::Address(_) | Passed::OfFormatter)
        && matches!((arguments[2], arguments[3]), (Passed::Address(_), Passed::Frame))
}

/// Whether a call that nobody can follow is one of formatting, in a function of this name.
pub(super) fn through(name: &str, unseen: Unseen, is_piece: bool) -> Option<Through> {
    match unseen {
        Unseen::Writes(slot) if METHODS.contains(&slot) => Some(Through::Writes(slot)),
        Unseen::OfFrame if name == WRITE => Some(Through::Argument),
        // It keeps the function that writes text on its stack, and calls no other of the writer.
        Unseen::Pointer if is_piece && name == WRITE => Some(Through::Writes(METHODS[0])),
        Unseen::Pointer if is_piece => Some(Through::Any),
        _ => None,
    }
}

/// Whether a function is one of those that are named here: none of them has code of anybody else in it.
pub(super) fn is_piece(name: &str) -> bool {
    const TRAITS: [&str; 2] =
        ["<core::fmt::Formatter as core::fmt::Write>::", "<core::fmt::builders::PadAdapter as core::fmt::Write>::"];
    const METHODS: [&str; 9] =
        ["field", "entry", "key", "value", "finish", "finish_non_exhaustive", "is_pretty", "has_fields", "write_str"];
    const TYPES: [&str; 6] = ["DebugStruct", "DebugTuple", "DebugInner", "DebugSet", "DebugList", "DebugMap"];
    if TRAITS.iter().any(|known| name.starts_with(known)) {
        return true;
    }
    // `<core::fmt::builders::DebugList>::entry` in one form of names.
    let plain = name.replacen(">::", "::", 1);
    let plain = plain.strip_prefix('<').unwrap_or(name);
    if let Some(method) = plain.strip_prefix("core::fmt::Formatter::") {
        return !method.starts_with("wrap_buf") && !method.contains(['<', ':']);
    }
    plain
        .strip_prefix("core::fmt::builders::")
        .and_then(|rest| rest.split_once("::"))
        .is_some_and(|(of, method)| TYPES.contains(&of) && METHODS.contains(&method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_formatting_have_no_code_of_anybody_else() {
        for name in [
            "core::fmt::Formatter::pad_integral",
            "<core::fmt::Formatter>::debug_struct_field1_finish",
            "<core::fmt::builders::DebugList>::entry",
            "core::fmt::builders::DebugInner::entry",
            "<core::fmt::builders::PadAdapter as core::fmt::Write>::write_str",
        ] {
            assert!(is_piece(name), "{name}");
        }
        for name in [
            "core::fmt::builders::DebugList::entries",
            "<core::fmt::builders::DebugList>::entries::<u8, game::Endless>",
            "core::fmt::Formatter::wrap_buf",
            "<game::Name as core::fmt::Display>::fmt",
            "<core::fmt::builders::FromFn<game::F> as core::fmt::Display>::fmt",
        ] {
            assert!(!is_piece(name), "{name}");
        }
    }

    #[test]
    fn only_what_was_proven_to_be_formatting_is_followed_by_the_rule() {
        assert_eq!(through("core::fmt::write", Unseen::OfFrame, false), Some(Through::Argument));
        assert_eq!(through("core::fmt::write", Unseen::Pointer, false), None, "its arguments come from elsewhere");
        assert_eq!(through("game::f", Unseen::OfFrame, true), None);
        assert_eq!(through("game::f", Unseen::Writes(24), false), Some(Through::Writes(24)));
        assert_eq!(through("game::f", Unseen::Writes(0), false), None, "no function of a writer is there");
        assert_eq!(through("core::fmt::Formatter::pad", Unseen::Pointer, true), Some(Through::Any));
        assert_eq!(through("core::fmt::Formatter::pad", Unseen::Pointer, false), None);
    }
}

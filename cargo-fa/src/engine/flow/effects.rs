//! Effects besides those on memory: what waits, and what nobody can see into.

use framealloc_syntax::Denied;

use super::Interpreter;
use super::declared;
use super::event::{EventKind, HeapApi, Unseen};
use super::types::{Origin, Ty};
use super::value::Value;
use crate::engine::api::waits::{self, Sure, WaitsFor};
use crate::engine::api::{self, Known, seen};
use crate::engine::hir::ir::{ExprId, ExprKind, Item, MacroCall, Span};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{External, Res};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    fn waits(&mut self, what: impl Into<String>, on: WaitsFor, span: Span, sure: Sure) {
        let confidence = match sure {
            Sure::Always => Confidence::High,
            Sure::Perhaps => Confidence::Medium,
        };
        self.record(EventKind::Waits { what: what.into(), on }, span, confidence);
    }

    // ---- what waits ----

    /// A method that is called on a type which is known to have it.
    pub(super) fn note_wait(&mut self, receiver: &Value, name: &str, span: Span) {
        let found = match receiver.ty.head() {
            Some(known) => waits::of_known(known, name),
            None => origin(receiver).and_then(|path| waits::of_named(last(path), name)),
        };
        if let Some((on, sure)) = found {
            // Where no channel of the program has a limit, none is ever full.
            if on != WaitsFor::Room || self.around.limits_channels {
                self.waits(name, on, span, sure);
            }
        }
    }

    /// A method that nobody in the workspace has: its name may say it.
    pub(super) fn note_named_wait(&mut self, receiver: &Value, name: &str, args: &[ExprId], span: Span) {
        if let Some(on) = waits::by_name(name) {
            self.waits(name, on, span, Sure::Always);
        }
        // Nobody else calls it so, where the program has no such method.
        let is_lock = name == "lock" && args.is_empty() && receiver.ty.is_unknown() && origin(receiver).is_none();
        if is_lock && self.around.program.methods_named(name).is_empty() {
            self.waits(name, WaitsFor::Lock, span, Sure::Perhaps);
        }
    }

    /// A function of another crate.
    pub(super) fn note_function(&mut self, function: External<'_>, span: Span) {
        let External { krate, before, last } = function;
        let of_type = || match api::known_type(krate, before) {
            Some(known) => waits::of_known(known, last).filter(|_| last != "new" && last != "default"),
            None => None,
        };
        let found = waits::of_function(krate, before, last).map(|on| (on, Sure::Always));
        if let Some((on, sure)) = found.or_else(of_type).or_else(|| waits::of_named(before, last)) {
            let what = if before.is_empty() { last.to_owned() } else { format!("{before}::{last}") };
            if on == WaitsFor::NewThread {
                // A handle, a packet for the result, the closure.
                self.heap_event(what.clone(), Ty::Unknown, span, Confidence::High, HeapApi::IfLarge);
            }
            self.waits(what, on, span, sure);
        }
    }

    /// A loop over the messages of a channel.
    pub(super) fn note_loop(&mut self, iterated: &Value, span: Span) {
        if iterated.ty.head() == Some(Known::Receiver) {
            self.waits("for", WaitsFor::Message, span, Sure::Always);
        }
    }

    /// `println!` and its kind.
    pub(super) fn note_macro(&mut self, call: &'l MacroCall, span: Span) {
        let Some(segment) = self.facts.path(call.path).segments.last() else { return };
        let name = self.facts.name(segment.name);
        if waits::is_print(name) {
            self.waits(format!("{name}!"), WaitsFor::Console, span, Sure::Always);
        }
    }

    /// `write!` into a file, a socket or the console.
    pub(super) fn note_written(&mut self, target: &Value, span: Span) {
        if let Some((on, sure)) = waits::of_writer(target.ty.head(), origin(target).map(last)) {
            self.waits("write!", on, span, sure);
        }
    }

    // ---- what nobody can see into ----

    fn unseen(&mut self, what: Unseen, span: Span) {
        self.unseen_but_declared(what, Denied::NOTHING, span);
    }

    fn unseen_but_declared(&mut self, what: Unseen, declared: Denied, span: Span) {
        if self.around.asks_effects {
            self.record(EventKind::Unseen(what, declared), span, Confidence::High);
        }
    }

    /// What the traits of a type declare of a method that nobody implements here.
    fn declared_by_traits(&self, ty: &Ty, name: &'l str) -> Denied {
        let program = self.around.program;
        let traits: &[_] = match ty {
            Ty::Trait(user_trait) => std::slice::from_ref(user_trait),
            Ty::Generic { traits, .. } => traits,
            _ => &[],
        };
        let methods = traits.iter().filter_map(|user_trait| program.declared_in(*user_trait, name));
        methods.fold(Denied::NOTHING, |all, (_, method)| all.or(declared::of_function(program, method)))
    }

    /// A method that no row is about and nobody in the workspace has.
    pub(super) fn note_unseen_method(&mut self, receiver: &Value, name: &'l str, span: Span) {
        let plain = || seen::is_plain_method(name) && self.around.program.methods_named(name).is_empty();
        let what = match receiver.ty.peeled() {
            Ty::Unknown | Ty::Opaque { .. } => match origin(receiver) {
                Some(path) if seen::is_plain_crate(krate(path)) => return,
                // What it was made of is of that crate, if it is not of std.
                Some(path) if !plain() => Unseen::Path(format!("{path}::{name}").into()),
                None if !plain() => Unseen::Method(name.into()),
                _ => return,
            },
            ty @ (Ty::User(..) | Ty::Trait(_) | Ty::Generic { .. }) if !plain() => {
                let shown = self.types.display(ty);
                let path = if shown == "value" { name.into() } else { format!("{shown}::{name}").into() };
                let of_trait =
                    matches!(ty, Ty::Trait(_)) || matches!(ty, Ty::Generic { traits, .. } if !traits.is_empty());
                if of_trait { Unseen::OfTrait(path) } else { Unseen::Method(path) }
            }
            _ => return,
        };
        let declared = self.declared_by_traits(receiver.ty.peeled(), name);
        self.unseen_but_declared(what, declared, span);
    }

    /// A function of another crate that no row is about.
    pub(super) fn note_unseen_function(&mut self, function: External<'_>, span: Span) {
        if !seen::is_plain_crate(function.krate) && !is_constructor(function.last) {
            self.unseen(Unseen::Path(function.path().into()), span);
        }
    }

    /// A call of what no path leads to, or of a value of which nobody knows what it is.
    pub(super) fn note_unseen_call(&mut self, callee: ExprId, span: Span) {
        let facts = self.facts;
        let what = match &facts.expr(callee).kind {
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                let is_static =
                    matches!(self.around.program.resolve_name(self.module, name, Space::Values), Some(Res::Static(_)));
                match self.around.program.only_foreign_glob(self.module) {
                    _ if is_static => Unseen::Pointer(name.into()),
                    _ if is_constructor(name) => return,
                    Some(krate) if seen::is_plain_crate(krate) => return,
                    Some(krate) => Unseen::Path(format!("{krate}::{name}").into()),
                    None => Unseen::Method(name.into()),
                }
            }
            ExprKind::Path(path) => {
                let names: Vec<&str> =
                    facts.path(*path).segments.iter().map(|segment| facts.name(segment.name)).collect();
                if let Some(on) = names.last().and_then(|last| waits::by_name(last)) {
                    self.waits(names.join("::"), on, span, Sure::Always);
                    return;
                }
                let of_std =
                    names.len() > 1 && names.first().is_some_and(|first| super::types::scalar(first).is_some());
                if of_std || names.last().is_none_or(|last| is_constructor(last) || seen::is_plain_method(last)) {
                    return;
                }
                Unseen::Method(names.join("::").into())
            }
            ExprKind::Field { name, .. } => Unseen::Pointer(facts.name(*name).into()),
            _ => Unseen::Pointer("a value".into()),
        };
        self.unseen(what, span);
    }

    /// A function that is declared here and written elsewhere: `extern "C" { fn step(); }`.
    pub(super) fn note_of_another_language(&mut self, item: &Item, file: usize, span: Span) {
        let name = self.around.program.facts(file).name(item.name);
        self.unseen(Unseen::Path(name.into()), span);
    }

    pub(super) fn note_unseen_pointer(&mut self, name: &str, span: Span) {
        self.unseen(Unseen::Pointer(name.into()), span);
    }

    pub(super) fn note_parameter_called(&mut self, param: u16, span: Span) {
        self.unseen(Unseen::Parameter(self.param_name(param).into()), span);
    }

    /// A macro that is not known.
    pub(super) fn note_unseen_macro(&mut self, call: &'l MacroCall, span: Span) {
        let path = self.facts.path(call.path);
        let of_crate = match self.around.program.resolve(self.module, self.file, path, Space::Types) {
            Some(Res::External(external)) => Some(external.krate),
            _ => None,
        };
        if of_crate.is_some_and(seen::is_plain_crate) {
            return;
        }
        let Some(name) = path.segments.last().map(|last| self.facts.name(last.name)) else { return };
        let path = of_crate.map_or_else(|| name.to_owned(), |krate| format!("{krate}::{name}"));
        self.unseen(Unseen::Macro(path.into()), span);
    }

    /// What a function of another crate gives is of that crate, where its type is not known.
    pub(super) fn of_another_crate(function: External<'_>, value: &mut Value) {
        let External { krate, before, last } = function;
        let stays = krate != "std" || seen::keeps_to_std(before);
        value.origin = match (stays, before, last) {
            (false, "io", "stdin") => Origin::named(krate, "Stdin"),
            (false, "io", "stdout") => Origin::named(krate, "Stdout"),
            (false, "io", "stderr") => Origin::named(krate, "Stderr"),
            (true, ..) => Origin::of_result(function),
            _ => return,
        };
    }
}

/// The type of another crate that a value is of, or was made by.
fn origin(value: &Value) -> Option<&str> {
    let of_type = match value.ty.peeled() {
        Ty::Opaque { of, .. } => of.path(),
        Ty::Unknown => None,
        _ => return None,
    };
    of_type.or_else(|| value.origin.path()).map(|path| &**path)
}

/// What a part of a value, or what a method of it gives, is of.
pub(super) fn origin_of_part(value: &Value) -> Origin {
    match value.ty.peeled() {
        Ty::Opaque { of, .. } if of.path().is_some() => of.clone(),
        _ => value.origin.clone(),
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn krate(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// `Some(…)`, `Color(…)`: what is called makes a value and does nothing.
fn is_constructor(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

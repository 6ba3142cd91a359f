//! What functions, methods of traits and fields declare not to do: `#[no_heap]`, `#[no_block]`.

use framealloc_syntax::{AttributeArgs as _, Denied, Effect, FrameSystemArgs};

use super::attributes::{our_attribute, tokens};
use super::value::Slot;
use crate::engine::hir::ir::Attr;
use crate::engine::resolve::traits::TraitOf;
use crate::engine::resolve::{FnDef, FnId, ModuleId, Program};
use crate::model::config::Config;

/// What a function promises: by attributes of its own, or because it implements a method that does.
pub(crate) fn of_function(program: &Program<'_>, id: FnId) -> Denied {
    of_definition(program, program.fn_def(id)).or(of_the_trait(program, id))
}

/// What the trait declares of a method that this function implements.
pub(crate) fn of_the_trait(program: &Program<'_>, id: FnId) -> Denied {
    let Some(TraitOf::User(user_trait)) = program.impl_around(id).and_then(|def| def.of_trait) else {
        return Denied::NOTHING;
    };
    let declared = program.declared_in(user_trait, program.fn_name(id));
    declared.map_or(Denied::NOTHING, |(_, declared)| of_definition(program, program.fn_def(declared)))
}

fn of_definition(program: &Program<'_>, def: &FnDef<'_>) -> Denied {
    of_attributes(program, def.module, def.file, def.item.attrs.custom.iter())
}

/// What a field declares of the functions in it.
pub(crate) fn of_slot(program: &Program<'_>, (user, name): &Slot) -> Denied {
    let def = program.type_def(*user);
    let facts = program.facts(def.file);
    let is_ours = |attr: &Attr| our_attribute(program, def.module, def.file, attr) == Some("effects");
    if def.item.attrs.of_fields.is_empty() || !def.item.attrs.custom.iter().any(is_ours) {
        return Denied::NOTHING;
    }
    // `#[effects]` takes them by name, whatever is imported.
    let of_field = def.item.attrs.of_fields.iter().filter(|(field, _)| facts.name(*field) == &**name);
    let words = of_field.filter(|(_, attr)| program.has_attribute(def.file, attr)).filter_map(|(_, attr)| {
        let last = facts.path(attr.path).segments.last()?;
        Effect::denied_by(facts.name(last.name))
    });
    words.fold(Denied::NOTHING, Denied::and)
}

fn of_attributes<'a>(
    program: &Program<'_>,
    module: ModuleId,
    file: usize,
    attributes: impl Iterator<Item = &'a Attr>,
) -> Denied {
    let mut denied = Denied::NOTHING;
    for attr in attributes.filter(|attr| program.has_attribute(file, attr)) {
        let effect = our_attribute(program, module, file, attr).and_then(Effect::denied_by);
        denied = effect.map_or(denied, |effect| denied.and(effect));
    }
    denied
}

/// What a program makes worth knowing about effects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Something declares an effect, or the configuration does.
    pub(crate) effects: bool,
    /// Something makes a channel with a limit.
    pub(crate) limits_channels: bool,
}

impl Asked {
    /// Of the packages that can name frame memory, which are `users`: into the functions of others nobody may ever look.
    pub(crate) fn of(program: &Program<'_>, config: &Config, users: &[bool]) -> Self {
        let makes_channel = |name: &str| matches!(name, "bounded" | "sync_channel");
        let mut files = program.loaded.files.iter().filter(|file| users[file.member]);
        Self {
            effects: !config.effects.is_empty() || program.all_fns().any(|id| asks(program, program.fn_def(id))),
            limits_channels: files.any(|file| file.facts.names().any(makes_channel)),
        }
    }
}

/// Whether an attribute of a function declares an effect.
fn asks(program: &Program<'_>, def: &FnDef<'_>) -> bool {
    let asks = |attr: &Attr| match our_attribute(program, def.module, def.file, attr) {
        // The text tells most that declare nothing, without the cost of reading it as tokens.
        Some("frame_system") => {
            let text = attr.args.as_ref().map_or("", |(text, _)| text);
            Effect::ALL.iter().any(|effect| text.contains(effect.word()))
                && FrameSystemArgs::parse(tokens(attr)).value.denied.is_any()
        }
        Some(word) => Effect::denied_by(word).is_some(),
        None => false,
    };
    def.item.attrs.custom.iter().any(asks)
}

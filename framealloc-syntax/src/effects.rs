//! `#[no_heap]`, `#[no_block]`, and `#[effects]` on what has such fields.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Type};

use crate::grammar::{Grammar, Parsed, path, required};
use crate::problem::Problem;

/// Something that code on a frame path must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Memory of the heap is taken.
    Heap,
    /// Something is waited for: a lock, a channel, another thread, a file.
    Block,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 2] = [Self::Heap, Self::Block];

    /// The attribute, or the option of `#[frame_system]`, that denies the effect.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Heap => "no_heap",
            Self::Block => "no_block",
        }
    }

    /// The effect that an attribute of this name denies.
    #[must_use]
    pub fn denied_by(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.word() == word)
    }

    const fn grammar(self) -> Grammar {
        Grammar { attribute: self.word(), keys: &["crate"] }
    }
}

/// What a function, a method of a trait or a field declares of the code behind it.
///
/// `no_block` implies `no_heap`: an allocator may have to wait for a lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Denied {
    heap: bool,
    block: bool,
}

impl Denied {
    /// Nothing is declared.
    pub const NOTHING: Self = Self { heap: false, block: false };

    /// Whether the code promises not to have this effect.
    #[must_use]
    pub const fn has(self, effect: Effect) -> bool {
        match effect {
            Effect::Heap => self.heap,
            Effect::Block => self.block,
        }
    }

    /// Whether anything is declared.
    #[must_use]
    pub const fn is_any(self) -> bool {
        self.heap
    }

    /// With one more promise, and what that implies.
    #[must_use]
    pub const fn and(self, effect: Effect) -> Self {
        Self { heap: true, block: self.block || matches!(effect, Effect::Block) }
    }

    /// What at least one of two declares.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { heap: self.heap || other.heap, block: self.block || other.block }
    }

    /// Whether this declares all that `other` does.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        (self.heap || !other.heap) && (self.block || !other.block)
    }

    /// The strongest word for it, if anything is declared.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self { block: true, .. } => Some(Effect::Block.word()),
            Self { heap: true, .. } => Some(Effect::Heap.word()),
            Self::NOTHING => None,
        }
    }
}

/// The options of `#[no_heap]` and `#[no_block]`.
#[derive(Clone, Debug, Default)]
pub struct EffectArgs {
    /// `crate = engine::framealloc`: where the expansion finds framealloc.
    pub krate: Option<syn::Path>,
}

impl EffectArgs {
    /// Reads the tokens between the parentheses of the attribute that denies `effect`.
    ///
    /// ```
    /// use framealloc_syntax::{Effect, EffectArgs};
    ///
    /// let parsed = EffectArgs::parse(Effect::Block, "crat = engine::framealloc".parse().unwrap());
    /// assert_eq!(parsed.problems[0].message, "unknown `#[no_block]` option `crat`");
    /// ```
    #[must_use]
    pub fn parse(effect: Effect, tokens: TokenStream) -> Parsed<Self> {
        let grammar = effect.grammar();
        let (mut value, mut problems) = (Self::default(), Vec::new());
        grammar.read(
            tokens,
            &mut problems,
            |other| Err(grammar.not_an_option(&other)),
            |name, key, given| {
                let example = "engine::framealloc";
                value.krate = Some(path(name, &required(key, given, example)?, example)?);
                Ok(())
            },
        );
        Parsed { value, problems }
    }
}

/// The attributes among these that deny an effect, with where they stand. Their paths may lead to framealloc: `#[framealloc::no_heap]`.
pub fn denials(attributes: &[Attribute]) -> impl Iterator<Item = (Effect, Span)> {
    attributes.iter().filter_map(|attribute| Some((denial(attribute)?, syn::spanned::Spanned::span(attribute.path()))))
}

/// The effect that an attribute denies, if it is one of these.
#[must_use]
pub fn denial(attribute: &Attribute) -> Option<Effect> {
    Effect::denied_by(&attribute.path().segments.last()?.ident.to_string())
}

/// What is wrong with attributes of effects on a field of this type: each may stand there once, on what can be called.
pub fn check_field(attributes: &[Attribute], ty: &Type, problems: &mut Vec<Problem>) {
    let mut seen = Vec::new();
    for attribute in attributes {
        let Some(effect) = denial(attribute) else { continue };
        let (word, span) = (effect.word(), syn::spanned::Spanned::span(attribute.path()));
        if seen.contains(&effect) {
            problems.push(Problem::new(span, format!("this field already declares `{word}`")));
            continue;
        }
        seen.push(effect);
        if !matches!(attribute.meta, syn::Meta::Path(_)) {
            problems.push(Problem::new(span, format!("`#[{word}]` on a field takes no options")));
        } else if is_data(ty) {
            let message = format!("`#[{word}]` goes on a field that holds a function: this one cannot be called");
            problems.push(Problem::new(span, message).with_help("a function pointer, or a closure behind `dyn Fn`"));
        }
    }
}

/// Whether a type is certainly nothing that can be called: numbers and text. A name may stand for anything.
fn is_data(ty: &Type) -> bool {
    const DATA: &[&str] = &[
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "String", "u8", "u16", "u32",
        "u64", "u128", "usize",
    ];
    match ty {
        Type::Group(group) => is_data(&group.elem),
        Type::Paren(paren) => is_data(&paren.elem),
        Type::Reference(reference) => is_data(&reference.elem),
        Type::Array(array) => is_data(&array.elem),
        Type::Slice(slice) => is_data(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_data),
        Type::Path(path) => path.path.get_ident().is_some_and(|name| DATA.iter().any(|data| name == data)),
        _ => false,
    }
}

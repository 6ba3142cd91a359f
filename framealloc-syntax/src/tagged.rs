//! `#[alloc_tag(…)]`.

use proc_macro2::{Span, TokenStream};
use syn::{Lit, spanned::Spanned as _};

use crate::allocator::AllocatorPath;
use crate::argument::Argument;
use crate::grammar::{Given, Grammar, Read, path, required};
use crate::problem::Problem;
use crate::tag::{TagSpec, tag_name};

/// The arguments of `#[alloc_tag]`.
#[derive(Clone, Debug, Default)]
pub struct AllocTagArgs {
    /// The tag; absent only if the attribute is mistaken.
    pub tag: Option<Given<TagSpec>>,
    /// `alloc = self.alloc`: where the allocator is; without it, the parameter `alloc`.
    pub alloc: Option<AllocatorPath>,
    /// `alloc` was given and mistaken: that no parameter has this name would mislead.
    pub alloc_refused: bool,
    /// `crate = engine::framealloc`: where the expansion finds framealloc.
    pub krate: Option<syn::Path>,
}

impl Read for AllocTagArgs {
    const GRAMMAR: Grammar = Grammar { attribute: "alloc_tag", keys: &["alloc", "crate"] };

    fn read(tokens: TokenStream, attribute: Span, problems: &mut Vec<Problem>) -> Self {
        let mut args = Self::default();
        let given = tokens.clone();
        let mut tag = None;
        Self::GRAMMAR.read(
            tokens,
            problems,
            |item| {
                let (spec, span) = match item {
                    Argument::Literal(Lit::Str(text)) => (tag_name(&text), text.span()),
                    Argument::Word(path) => {
                        let span = path.span();
                        (Ok(TagSpec::Path(path)), span)
                    }
                    other => {
                        let message = "a tag is a string or a path, for example `\"physics\"` or `tags::PHYSICS`";
                        return Err(Problem::new(other.span(), message));
                    }
                };
                if tag.is_some() {
                    return Err(Problem::new(span, "`#[alloc_tag]` takes one tag"));
                }
                tag = Some(spec.as_ref().ok().map(|spec| Given { value: spec.clone(), span }));
                spec.map(|_| ())
            },
            |name, key, value| {
                match name {
                    "alloc" => {
                        args.alloc_refused = true;
                        args.alloc = Some(AllocatorPath::read(&required(key, value, "self.alloc")?)?);
                        args.alloc_refused = false;
                    }
                    "crate" => {
                        let example = "engine::framealloc";
                        args.krate = Some(path(name, &required(key, value, example)?, example)?);
                    }
                    _ => unreachable!("the grammar lists every key"),
                }
                Ok(())
            },
        );
        // A mistyped tag has its own message; saying that it is missing too would mislead.
        if given.is_empty() || (tag.is_none() && (args.alloc.is_some() || args.krate.is_some())) {
            let missing = Problem::new(attribute, "`#[alloc_tag]` needs a tag")
                .with_help("`#[alloc_tag(tags::PHYSICS)]` or `#[alloc_tag(\"physics\")]`");
            problems.push(missing);
        }
        args.tag = tag.flatten();
        args
    }
}

//! `#[frame_system(…)]`.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, Ident, spanned::Spanned as _};

use crate::allocator::AllocatorPath;
use crate::effects::{Denied, Effect};
use crate::grammar::{Given, Grammar, Read, path, required, switch, text, ungrouped};
use crate::problem::Problem;
use crate::size::{Size, size_value};
use crate::tag::{TagSpec, tag_value};

/// The options of `#[frame_system]`.
#[derive(Clone, Debug, Default)]
pub struct FrameSystemArgs {
    /// `alloc = self.alloc`: where the allocator is; without it, the parameter `alloc`.
    pub alloc: Option<AllocatorPath>,
    /// `alloc` was given and mistaken: that no parameter has this name would mislead.
    pub alloc_refused: bool,
    /// `tag = "physics"`: the tag that the system's memory is attributed to.
    pub tag: Option<Given<TagSpec>>,
    /// `ambient`: what the system asks of the heap is bumped.
    pub ambient: bool,
    /// `budget = "64KiB"`: the most bytes that one run of the system may take.
    pub budget: Option<Given<Size>>,
    /// `in_flight`, and where it stands: the frame ends in flight, and the function returns the flight beside its result.
    pub in_flight: Option<Span>,
    /// `name = "physics.step"`: the name in reports; without it, the path of the function.
    pub name: Option<Given<String>>,
    /// `no_heap`, `no_block`: what the system promises not to do.
    pub denied: Denied,
    /// `out = frame`: the name under which the body knows the whole frame, for results that later systems read.
    pub out: Option<Ident>,
    /// `crate = engine::framealloc`: where the expansion finds framealloc.
    pub krate: Option<syn::Path>,
}

impl Read for FrameSystemArgs {
    const GRAMMAR: Grammar = Grammar {
        attribute: "frame_system",
        keys: &["alloc", "ambient", "budget", "crate", "in_flight", "name", "no_block", "no_heap", "out", "tag"],
    };

    fn read(tokens: TokenStream, _attribute: Span, problems: &mut Vec<Problem>) -> Self {
        let mut args = Self::default();
        let mut heap_allowed = None;
        Self::GRAMMAR.read(
            tokens,
            problems,
            |other| Err(Self::GRAMMAR.not_an_option(&other)),
            |name, key, value| match Effect::denied_by(name) {
                Some(effect) => {
                    if switch(key, value.as_ref())? {
                        args.denied = args.denied.and(effect);
                    } else if effect == Effect::Heap {
                        heap_allowed = Some(key.span());
                    }
                    Ok(())
                }
                None => args.option(name, key, value),
            },
        );
        if let Some(span) = heap_allowed.filter(|_| args.denied.has(Effect::Block)) {
            let message = "`no_block` implies `no_heap`: an allocator may have to wait for a lock";
            problems.push(Problem::new(span, message).with_help("remove `no_heap = false`"));
        }
        args
    }
}

impl FrameSystemArgs {
    fn option(&mut self, name: &str, key: &Ident, value: Option<Expr>) -> Result<(), Problem> {
        match name {
            "ambient" => self.ambient = switch(key, value.as_ref())?,
            "in_flight" => self.in_flight = switch(key, value.as_ref())?.then(|| key.span()),
            "alloc" => {
                self.alloc_refused = true;
                self.alloc = Some(AllocatorPath::read(&required(key, value, "self.alloc")?)?);
                self.alloc_refused = false;
            }
            "tag" => self.tag = Some(tag_value(name, &required(key, value, "\"physics\"")?)?),
            "name" => self.name = Some(text(name, &required(key, value, "\"physics.step\"")?)?),
            "crate" => {
                let example = "engine::framealloc";
                self.krate = Some(path(name, &required(key, value, example)?, example)?);
            }
            "out" => {
                let value = required(key, value, "frame")?;
                let Some(name) = plain_name(ungrouped(&value)) else {
                    let message = "`out` takes a new name for the whole frame, for example `out = frame`";
                    return Err(Problem::new(value.span(), message));
                };
                self.out = Some(name);
            }
            "budget" => {
                let value = required(key, value, "\"64KiB\"")?;
                let size = size_value(name, &value)?;
                if size.bytes() == Some(0) {
                    return Err(Problem::new(value.span(), "a budget of zero refuses every allocation")
                        .with_help("remove the option, or say the most bytes that the system may take"));
                }
                self.budget = Some(Given { value: size, span: value.span() });
            }
            _ => unreachable!("the grammar lists every key"),
        }
        Ok(())
    }
}

/// A name that `let` could bind; `self` and `crate` are paths of one segment too.
fn plain_name(value: &Expr) -> Option<Ident> {
    let Expr::Path(path) = value else { return None };
    let name = path.path.get_ident().filter(|_| path.qself.is_none())?;
    syn::parse2(quote::quote!(#name)).ok()
}

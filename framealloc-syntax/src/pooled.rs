//! `#[pooled(…)]`, alone or as the helper of `#[derive(Pooled)]`.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, Lit, Path, spanned::Spanned as _};

use crate::grammar::{
    AttributeArgs as _, Given, Grammar, Parsed, Read, literal, path, required, switch, text, ungrouped,
};
use crate::problem::Problem;
use crate::size::is_negative;
use crate::suggest::meant;
use crate::tag::{TagSpec, tag_value};

/// What a pool does when all of its objects are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Refuse the next object: never more than `capacity` live.
    Fixed,
    /// Take more memory.
    Double,
}

/// The options of `#[pooled]`.
#[derive(Clone, Debug, Default)]
pub struct PooledArgs {
    /// `capacity = 1024`: the objects that the pool is made for.
    pub capacity: Option<Given<u64>>,
    /// `grow = fixed` or `grow = double`; without it, `double`.
    pub grow: Option<Given<Growth>>,
    /// `tag = "entities"`: the tag that the pool's memory is attributed to. Always a name: a pool is a constant, and constants
    /// cannot read a `static Tag`.
    pub tag: Option<Given<TagSpec>>,
    /// `name = "bullets"`: the name in reports; without it, the name of the type.
    pub name: Option<Given<String>>,
    /// `prewarm`: take the memory for `capacity` objects at the first use; where the option stands.
    pub prewarm: Option<Span>,
    /// `crate = engine::framealloc`: where the expansion finds framealloc.
    pub krate: Option<Path>,
}

impl Read for PooledArgs {
    const GRAMMAR: Grammar =
        Grammar { attribute: "pooled", keys: &["capacity", "crate", "grow", "name", "prewarm", "tag"] };

    fn read(tokens: TokenStream, _attribute: Span, problems: &mut Vec<Problem>) -> Self {
        let mut args = Self::default();
        let before = tokens.clone();
        Self::GRAMMAR.read(
            tokens,
            problems,
            |other| Err(Self::GRAMMAR.not_an_option(&other)),
            |name, key, value| args.option(name, key, value),
        );
        let capacity_given = args.capacity.is_some() || mentions_capacity(before);
        if capacity_given {
            // A mistaken capacity has its own message.
            if args.capacity.is_none() {
                args.grow.take_if(|grow| grow.value == Growth::Fixed);
            }
            return args;
        }
        // Without a capacity neither option has a meaning; dropping it spares the user a second error from the expansion.
        if let Some(grow) = args.grow.take_if(|grow| grow.value == Growth::Fixed) {
            let message = "`grow = fixed` needs a `capacity`";
            problems.push(Problem::new(grow.span, message).with_help("`capacity = 1024, grow = fixed`"));
        }
        if let Some(prewarm) = args.prewarm.take() {
            let message = "`prewarm` needs a `capacity`";
            problems.push(Problem::new(prewarm, message).with_help("`capacity = 1024, prewarm`"));
        }
        args
    }
}

impl PooledArgs {
    /// Reads the `#[pooled(…)]` among the attributes of a derived type. More than one is a mistake.
    #[must_use]
    pub fn from_attributes(attributes: &[Attribute]) -> Parsed<Self> {
        let mut pooled = attributes.iter().filter(|attribute| attribute.path().is_ident("pooled"));
        let mut parsed =
            pooled.next().map_or_else(|| Self::parse(TokenStream::new()), |first| Self::from_meta(&first.meta));
        parsed
            .problems
            .extend(pooled.map(|again| Problem::new(again.path().span(), "this type already has a `#[pooled]`")));
        parsed
    }

    fn option(&mut self, name: &str, key: &Ident, value: Option<Expr>) -> Result<(), Problem> {
        match name {
            "prewarm" => self.prewarm = switch(key, value.as_ref())?.then(|| key.span()),
            "capacity" => self.capacity = Some(capacity(&required(key, value, "1024")?)?),
            "grow" => self.grow = Some(growth(&required(key, value, "double")?)?),
            "tag" => {
                let tag = tag_value(name, &required(key, value, "\"entities\"")?)?;
                if tag.value.name().is_none() {
                    let message = "the `tag` of a pool is a name in quotes, for example `\"entities\"`";
                    return Err(Problem::new(tag.span, message));
                }
                self.tag = Some(tag);
            }
            "name" => self.name = Some(text(name, &required(key, value, "\"bullets\"")?)?),
            "crate" => {
                let example = "engine::framealloc";
                self.krate = Some(path(name, &required(key, value, example)?, example)?);
            }
            _ => unreachable!("the grammar lists every key"),
        }
        Ok(())
    }
}

fn mentions_capacity(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| matches!(token, proc_macro2::TokenTree::Ident(word) if word == "capacity"))
}

fn capacity(value: &Expr) -> Result<Given<u64>, Problem> {
    let Some(Lit::Int(number)) =
        literal(value).filter(|found| !matches!(found, Lit::Int(number) if is_negative(number)))
    else {
        return Err(Problem::new(value.span(), "`capacity` takes a number of values, for example `1024`"));
    };
    if !matches!(number.suffix(), "" | "usize") {
        return Err(Problem::new(number.span(), format!("`{number}` is not a number of values"))
            .with_help(format!("did you mean `{}`?", number.base10_digits())));
    }
    match number.base10_parse::<u64>() {
        Ok(0) => Err(Problem::new(number.span(), "a pool needs room for at least one value")),
        Ok(count) if i64::try_from(count).is_ok() => Ok(Given { value: count, span: number.span() }),
        _ => Err(Problem::new(number.span(), "no pool has room for so many values")),
    }
}

fn growth(value: &Expr) -> Result<Given<Growth>, Problem> {
    let word = match (literal(value), ungrouped(value)) {
        (Some(Lit::Str(text)), _) => text.value(),
        (None, Expr::Path(path)) => path.path.get_ident().map_or_else(String::new, ToString::to_string),
        _ => String::new(),
    };
    let growth = match (word.as_str(), literal(value)) {
        ("fixed", None) => Growth::Fixed,
        ("double", None) => Growth::Double,
        (word, _) => {
            let problem = Problem::new(value.span(), "`grow` takes `fixed` or `double`");
            return Err(match meant(word, ["fixed", "double"]) {
                Some(meant) => problem.with_help(format!("did you mean `{meant}`?")),
                None => problem,
            });
        }
    };
    Ok(Given { value: growth, span: value.span() })
}

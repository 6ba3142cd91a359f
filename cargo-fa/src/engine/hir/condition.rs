//! Conditions of conditional compilation, as they are written in attributes, manifests and on the command line.

use proc_macro2::{TokenStream, TokenTree};
use serde::{Deserialize, Serialize};

/// A condition of conditional compilation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Cfg {
    Test,
    DebugAssertions,
    Feature(Box<str>),
    /// `unix`.
    Name(Box<str>),
    /// `target_os = "linux"`.
    Value(Box<str>, Box<str>),
    Always(bool),
    All(Vec<Cfg>),
    Any(Vec<Cfg>),
    Not(Box<Cfg>),
    /// What no compiler understands.
    Unknown,
}

impl std::fmt::Display for Cfg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |f: &mut std::fmt::Formatter<'_>, word: &str, list: &[Self]| {
            write!(f, "{word}(")?;
            for (at, cfg) in list.iter().enumerate() {
                write!(f, "{}{cfg}", if at == 0 { "" } else { ", " })?;
            }
            write!(f, ")")
        };
        match self {
            Self::Test => f.write_str("test"),
            Self::DebugAssertions => f.write_str("debug_assertions"),
            Self::Feature(name) => write!(f, "feature = \"{name}\""),
            Self::Name(name) => f.write_str(name),
            Self::Value(name, value) => write!(f, "{name} = \"{value}\""),
            Self::Always(holds) => write!(f, "{holds}"),
            Self::All(all) => list(f, "all", all),
            Self::Any(any) => list(f, "any", any),
            Self::Not(cfg) => write!(f, "not({cfg})"),
            Self::Unknown => f.write_str("…"),
        }
    }
}

/// `cfg` where `when` holds.
pub(super) fn unless(when: Option<&Cfg>, cfg: Cfg) -> Cfg {
    match when {
        Some(when) => Cfg::Any(vec![Cfg::Not(Box::new(when.clone())), cfg]),
        None => cfg,
    }
}

pub(crate) fn all_of(mut all: Vec<Cfg>) -> Cfg {
    all.retain(|cfg| *cfg != Cfg::Always(true));
    match all.len() {
        0 => Cfg::Always(true),
        1 => all.swap_remove(0),
        _ => Cfg::All(all),
    }
}

/// A condition as it is written for `--cfg`, in `cfg(…)` of manifests, and in attributes.
pub(crate) fn cfg(tokens: TokenStream) -> Cfg {
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Ident(ident)) = tokens.next() else { return Cfg::Unknown };
    let word = ident.to_string();
    match (word.as_str(), tokens.next()) {
        ("test", None) => Cfg::Test,
        ("debug_assertions", None) => Cfg::DebugAssertions,
        ("true", None) => Cfg::Always(true),
        ("false", None) => Cfg::Always(false),
        (_, None) => Cfg::Name(word.into()),
        ("all", Some(TokenTree::Group(group))) => Cfg::All(cfg_list(group.stream())),
        ("any", Some(TokenTree::Group(group))) => Cfg::Any(cfg_list(group.stream())),
        ("not", Some(TokenTree::Group(group))) => Cfg::Not(Box::new(single(group.stream()))),
        (_, Some(TokenTree::Punct(punct))) if punct.as_char() == '=' => match tokens.next() {
            Some(TokenTree::Literal(literal)) => match syn::Lit::new(literal) {
                syn::Lit::Str(value) if word == "feature" => Cfg::Feature(value.value().into()),
                syn::Lit::Str(value) => Cfg::Value(word.into(), value.value().into()),
                _ => Cfg::Unknown,
            },
            _ => Cfg::Unknown,
        },
        _ => Cfg::Unknown,
    }
}

/// What stands in the brackets of `cfg(…)`, where a comma may follow.
pub(crate) fn single(tokens: TokenStream) -> Cfg {
    cfg_list(tokens).into_iter().next().unwrap_or(Cfg::Unknown)
}

fn cfg_list(tokens: TokenStream) -> Vec<Cfg> {
    let mut list = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
            list.push(cfg(std::mem::take(&mut part)));
        } else {
            part.extend([token]);
        }
    }
    if !part.is_empty() {
        list.push(cfg(part));
    }
    list
}

impl std::str::FromStr for Cfg {
    type Err = ();

    /// What stands in the brackets of `cfg(…)`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let read = text.parse::<TokenStream>().map(|tokens| {
            let mut list = cfg_list(tokens);
            if list.len() == 1 { list.swap_remove(0) } else { Self::Unknown }
        });
        proc_macro2::extra::invalidate_current_thread_spans();
        match read {
            Ok(Self::Unknown) | Err(_) => Err(()),
            Ok(cfg) => Ok(cfg),
        }
    }
}

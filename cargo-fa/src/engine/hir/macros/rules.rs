//! The rules of a definition.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A definition, rule by rule.
#[derive(Debug)]
pub(in crate::engine::hir) struct Rules(pub(super) Vec<Rule>);

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) pattern: Vec<Part>,
    pub(super) template: Vec<Part>,
}

/// A part of either side of a rule.
#[derive(Debug)]
pub(super) enum Part {
    Token(TokenTree),
    Group(Delimiter, Vec<Part>),
    /// `$name:fragment`, or `$name` on the right side.
    Variable(String, Option<Fragment>),
    /// `$( … ) separator *`
    Repeat {
        parts: Vec<Part>,
        separator: Vec<TokenTree>,
        times: Times,
    },
    /// `$crate`
    Crate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    Any,
    AtLeastOnce,
    AtMostOnce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    Block,
    Expr,
    Ident,
    Item,
    Lifetime,
    Literal,
    Meta,
    Pat,
    PatParam,
    Path,
    Stmt,
    Tree,
    Type,
    Visibility,
}

impl Fragment {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "block" => Self::Block,
            "expr" | "expr_2021" => Self::Expr,
            "ident" => Self::Ident,
            "item" => Self::Item,
            "lifetime" => Self::Lifetime,
            "literal" => Self::Literal,
            "meta" => Self::Meta,
            "pat" => Self::Pat,
            "pat_param" => Self::PatParam,
            "path" => Self::Path,
            "stmt" => Self::Stmt,
            "tt" => Self::Tree,
            "ty" => Self::Type,
            "vis" => Self::Visibility,
            _ => return None,
        })
    }
}

impl Rules {
    pub(in crate::engine::hir) fn parse(text: &str) -> Option<Self> {
        Self::read(text.parse().ok()?)
    }

    /// `(pattern) => { template };` as often as it stands there.
    pub(in crate::engine::hir) fn read(tokens: TokenStream) -> Option<Self> {
        let mut rules = Vec::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let TokenTree::Group(pattern) = token else { return None };
            let (Some(TokenTree::Punct(_)), Some(TokenTree::Punct(_))) = (tokens.next(), tokens.next()) else {
                return None;
            };
            let Some(TokenTree::Group(template)) = tokens.next() else { return None };
            rules.push(Rule {
                pattern: parts(pattern.stream(), Side::Pattern)?,
                template: parts(template.stream(), Side::Template)?,
            });
            while matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ';') {
                tokens.next();
            }
        }
        Some(Self(rules))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Pattern,
    Template,
}

fn parts(tokens: TokenStream, side: Side) -> Option<Vec<Part>> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let part = match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(name)) => {
                    let name = name.to_string();
                    if name == "crate" {
                        Part::Crate
                    } else {
                        let fragment = match side {
                            Side::Pattern => Some(fragment(&mut tokens)?),
                            Side::Template => None,
                        };
                        Part::Variable(name, fragment)
                    }
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                    let (separator, times) = repetition(&mut tokens)?;
                    Part::Repeat { parts: parts(group.stream(), side)?, separator, times }
                }
                // `$$` and `${count(…)}` are not stable.
                _ => return None,
            },
            TokenTree::Group(group) => Part::Group(group.delimiter(), parts(group.stream(), side)?),
            token => Part::Token(token),
        };
        found.push(part);
    }
    Some(found)
}

/// What stands behind `$name`: a colon and a word.
fn fragment(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<Fragment> {
    match (tokens.next()?, tokens.next()?) {
        (TokenTree::Punct(colon), TokenTree::Ident(name)) if colon.as_char() == ':' => {
            Fragment::named(&name.to_string())
        }
        _ => None,
    }
}

/// What stands behind `$( … )`.
fn repetition(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<(Vec<TokenTree>, Times)> {
    let mut separator = Vec::new();
    loop {
        let token = tokens.next()?;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '*' => return Some((separator, Times::Any)),
                '+' => return Some((separator, Times::AtLeastOnce)),
                '?' => return Some((separator, Times::AtMostOnce)),
                _ => {}
            }
        }
        if separator.len() > 3 {
            return None;
        }
        separator.push(token);
    }
}

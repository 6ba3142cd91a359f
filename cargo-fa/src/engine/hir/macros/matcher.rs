//! The arguments of a call against the left side of a rule.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};

use super::rules::{Fragment, Part, Times};

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    One(Vec<TokenTree>, Fragment),
    Many(Vec<Binding>),
}

pub(super) type Bindings = Vec<(String, Binding)>;

/// What the variables of a pattern stand for, if it is these tokens.
pub(super) fn matched(pattern: &[Part], args: &[TokenTree]) -> Option<Bindings> {
    let mut bindings = Bindings::new();
    let end = sequence(pattern, args, 0, &mut bindings)?;
    (end == args.len()).then_some(bindings)
}

/// Where the tokens go on behind these parts.
fn sequence(parts: &[Part], tokens: &[TokenTree], from: usize, bindings: &mut Bindings) -> Option<usize> {
    let mut at = from;
    for part in parts {
        match part {
            Part::Token(token) => {
                if !is_same(token, tokens.get(at)?) {
                    return None;
                }
                at += 1;
            }
            Part::Group(delimiter, inner) => {
                let TokenTree::Group(group) = tokens.get(at)? else { return None };
                if group.delimiter() != *delimiter {
                    return None;
                }
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                if sequence(inner, &inside, 0, bindings)? != inside.len() {
                    return None;
                }
                at += 1;
            }
            Part::Variable(name, Some(fragment)) => {
                let len = length(*fragment, &tokens[at..])?;
                bindings.push((name.clone(), Binding::One(tokens[at..at + len].to_vec(), *fragment)));
                at += len;
            }
            Part::Repeat { parts, separator, times } => {
                at = repeated(parts, separator, *times, tokens, at, bindings)?;
            }
            // `$crate` and `$name` without a fragment are no patterns.
            Part::Crate | Part::Variable(_, None) => return None,
        }
    }
    Some(at)
}

fn repeated(
    parts: &[Part],
    separator: &[TokenTree],
    times: Times,
    tokens: &[TokenTree],
    from: usize,
    bindings: &mut Bindings,
) -> Option<usize> {
    let mut rounds: Vec<Bindings> = Vec::new();
    let mut at = from;
    while times != Times::AtMostOnce || rounds.is_empty() {
        let mut next = at;
        if !rounds.is_empty() {
            let Some(between) = tokens.get(at..at + separator.len()) else { break };
            if !separator.iter().zip(between).all(|(left, right)| is_same(left, right)) {
                break;
            }
            next += separator.len();
        }
        let mut round = Bindings::new();
        match sequence(parts, tokens, next, &mut round) {
            // A round that takes nothing would take it for ever.
            Some(end) if end > at => at = end,
            _ => break,
        }
        rounds.push(round);
    }
    if times == Times::AtLeastOnce && rounds.is_empty() {
        return None;
    }
    let mut names = Vec::new();
    variables(parts, &mut names);
    for name in names {
        let values = rounds
            .iter()
            .filter_map(|round| round.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
        bindings.push((name.to_owned(), Binding::Many(values.collect())));
    }
    Some(at)
}

/// The variables in these parts.
pub(super) fn variables<'p>(parts: &'p [Part], names: &mut Vec<&'p str>) {
    for part in parts {
        match part {
            Part::Variable(name, _) => names.push(name),
            Part::Group(_, parts) | Part::Repeat { parts, .. } => variables(parts, names),
            Part::Token(_) | Part::Crate => {}
        }
    }
}

fn is_same(left: &TokenTree, right: &TokenTree) -> bool {
    match (left, right) {
        (TokenTree::Punct(left), TokenTree::Punct(right)) => left.as_char() == right.as_char(),
        (TokenTree::Ident(left), TokenTree::Ident(right)) => left == right,
        (TokenTree::Literal(left), TokenTree::Literal(right)) => left.to_string() == right.to_string(),
        // A name or number that was an argument of the macro around this call.
        (left, TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            let mut inside = group.stream().into_iter();
            matches!((inside.next(), inside.next()), (Some(only), None) if is_same(left, &only))
        }
        _ => false,
    }
}

/// How many trees at the start of these tokens are such a fragment.
fn length(fragment: Fragment, tokens: &[TokenTree]) -> Option<usize> {
    let first = tokens.first();
    if let Some(TokenTree::Group(group)) = first
        && group.delimiter() == Delimiter::None
        && !matches!(fragment, Fragment::Visibility | Fragment::Stmt | Fragment::Item)
    {
        // What was a fragment before stays one, unless more follows that belongs to it.
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        if fragment == Fragment::Tree || length(fragment, &inside).is_some_and(|len| len == inside.len()) {
            let goes_on = fragment == Fragment::Expr && !ends_expression(tokens.get(1));
            if !goes_on {
                return Some(1);
            }
        }
    }
    let is_lifetime = matches!(first, Some(TokenTree::Punct(punct)) if punct.as_char() == '\'');
    match fragment {
        Fragment::Tree => first.map(|_| if is_lifetime { 2 } else { 1 }),
        Fragment::Lifetime => is_lifetime.then_some(2),
        Fragment::Ident => matches!(first, Some(TokenTree::Ident(ident)) if ident != "_").then_some(1),
        Fragment::Block => {
            matches!(first, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace).then_some(1)
        }
        Fragment::Literal => match first? {
            TokenTree::Literal(_) => Some(1),
            TokenTree::Ident(ident) if ident == "true" || ident == "false" => Some(1),
            TokenTree::Punct(punct) if punct.as_char() == '-' => {
                matches!(tokens.get(1), Some(TokenTree::Literal(_))).then_some(2)
            }
            _ => None,
        },
        Fragment::Visibility => Some(match first {
            Some(TokenTree::Ident(ident)) if ident == "pub" => match tokens.get(1) {
                Some(TokenTree::Group(group)) if is_restriction(group) => 2,
                _ => 1,
            },
            _ => 0,
        }),
        Fragment::Expr => match first? {
            TokenTree::Literal(_) if ends_expression(tokens.get(1)) => Some(1),
            TokenTree::Ident(ident) if ident == "_" => None,
            _ => parsed(tokens, |input| input.parse::<syn::Expr>().map(drop)),
        },
        Fragment::Type => parsed(tokens, |input| input.parse::<syn::Type>().map(drop)),
        Fragment::Path => parsed(tokens, |input| input.parse::<syn::TypePath>().map(drop)),
        Fragment::Pat => parsed(tokens, |input| syn::Pat::parse_multi_with_leading_vert(input).map(drop)),
        Fragment::PatParam => parsed(tokens, |input| syn::Pat::parse_single(input).map(drop)),
        Fragment::Item => parsed(tokens, |input| input.parse::<syn::Item>().map(drop)),
        Fragment::Meta => parsed(tokens, |input| input.parse::<syn::Meta>().map(drop)),
        Fragment::Stmt => statement(tokens),
    }
}

/// Whether an expression cannot go on with this token.
fn ends_expression(next: Option<&TokenTree>) -> bool {
    match next {
        None => true,
        Some(TokenTree::Punct(punct)) => {
            matches!(punct.as_char(), ',' | ';')
                || (punct.as_char() == '=' && punct.spacing() == proc_macro2::Spacing::Joint)
        }
        Some(_) => false,
    }
}

fn is_restriction(group: &proc_macro2::Group) -> bool {
    group.delimiter() == Delimiter::Parenthesis
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(first)) if
            first == "crate" || first == "super" || first == "self" || first == "in")
}

/// A statement without its semicolon.
fn statement(tokens: &[TokenTree]) -> Option<usize> {
    let is_let = matches!(tokens.first(), Some(TokenTree::Ident(ident)) if ident == "let");
    if is_let {
        let end = tokens.iter().position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
        return Some(end.unwrap_or(tokens.len()));
    }
    parsed(tokens, |input| {
        if input.fork().parse::<syn::Item>().is_ok() {
            input.parse::<syn::Item>().map(drop)
        } else {
            input.parse::<syn::Expr>().map(drop)
        }
    })
}

/// How many trees a parser takes.
fn parsed(tokens: &[TokenTree], parse: fn(ParseStream<'_>) -> syn::Result<()>) -> Option<usize> {
    if tokens.is_empty() {
        return None;
    }
    let stream: TokenStream = tokens.iter().cloned().collect();
    let parser = |input: ParseStream<'_>| {
        parse(input)?;
        let rest: TokenStream = input.parse()?;
        Ok(rest.into_iter().count())
    };
    let left = parser.parse2(stream).ok()?;
    tokens.len().checked_sub(left)
}

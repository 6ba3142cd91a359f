//! `#[frame_test(…)]`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Lit, Token, spanned::Spanned as _};

use crate::grammar::{Given, Grammar, Read, literal, path, required};
use crate::problem::Problem;
use crate::size::{Size, is_negative, size_value};

/// What a frame may take of one tag, or of one system.
#[derive(Clone, Debug)]
pub struct FrameLimit {
    /// The path of the tag, or the name of the system.
    pub name: Given<String>,
    /// The most bytes of a frame.
    pub most: Size,
}

/// The options of `#[frame_test]`.
#[derive(Clone, Debug, Default)]
pub struct FrameTestArgs {
    /// `warmup = 100`: frames that run first, and do not count.
    pub warmup: Option<u32>,
    /// `frames = 600`: frames that count.
    pub frames: Option<u32>,
    /// `heap = 0`: how often a frame may ask the heap for memory.
    pub heap: Option<u64>,
    /// `tag("physics") <= "64KiB"`
    pub tags: Vec<FrameLimit>,
    /// `system("collide") <= "8KiB"`
    pub systems: Vec<FrameLimit>,
    /// `crate = engine::framealloc`: where the expansion finds framealloc.
    pub krate: Option<syn::Path>,
}

impl Read for FrameTestArgs {
    const GRAMMAR: Grammar =
        Grammar { attribute: "frame_test", keys: &["crate", "frames", "heap", "system", "tag", "warmup"] };

    fn read(tokens: TokenStream, attribute: Span, problems: &mut Vec<Problem>) -> Self {
        let mut args = Self::default();
        let mut mistaken = false;
        let mut rest = TokenStream::new();
        for piece in pieces(tokens) {
            match limit_of(&piece) {
                Some((key, group)) => match args.limit(&key, &group, piece) {
                    Ok(()) => {}
                    Err(problem) => {
                        mistaken = true;
                        problems.push(problem);
                    }
                },
                None => rest.extend(piece),
            }
        }
        Self::GRAMMAR.read(
            rest,
            problems,
            |other| Err(Self::GRAMMAR.not_an_option(&other)),
            |name, key, value| args.option(name, key, value),
        );
        let limits_nothing = args.heap.is_none() && args.tags.is_empty() && args.systems.is_empty();
        if limits_nothing && !mistaken && problems.is_empty() {
            let help = "say what a frame may take: `heap = 0`, `tag(\"physics\") <= \"64KiB\"`, `system(\"collide\") <= \"8KiB\"`";
            problems.push(Problem::new(attribute, "this test limits nothing, and cannot fail").with_help(help));
        }
        args
    }
}

impl FrameTestArgs {
    fn option(&mut self, name: &str, key: &Ident, value: Option<Expr>) -> Result<(), Problem> {
        match name {
            "warmup" => self.warmup = Some(number(key, value, "100")?),
            "frames" => {
                let value = required(key, value, "600")?;
                let span = value.span();
                let frames = number(key, Some(value), "600")?;
                if frames == 0 {
                    return Err(Problem::new(span, "a test of no frame measures nothing"));
                }
                self.frames = Some(frames);
            }
            "heap" => self.heap = Some(number(key, value, "0")?),
            "crate" => {
                let example = "engine::framealloc";
                self.krate = Some(path(name, &required(key, value, example)?, example)?);
            }
            "tag" | "system" => {
                let message =
                    format!("write `{name}(\"…\") <= \"64KiB\"`: `{name}` names what is limited in parentheses");
                return Err(Problem::new(key.span(), message));
            }
            _ => unreachable!("the grammar lists every key"),
        }
        Ok(())
    }

    /// `tag("physics") <= "64KiB"`
    fn limit(&mut self, key: &Ident, group: &Group, piece: TokenStream) -> Result<(), Problem> {
        let word = key.to_string();
        let limits = match word.as_str() {
            "tag" => &mut self.tags,
            "system" => &mut self.systems,
            _ => {
                return Err(
                    Self::GRAMMAR.not_an_option(&crate::argument::Argument::List(key.clone().into(), group.clone()))
                );
            }
        };
        let name = match syn::parse2::<Lit>(group.stream()) {
            Ok(Lit::Str(text)) if !text.value().trim().is_empty() => Given { value: text.value(), span: text.span() },
            _ => {
                let example = if word == "tag" { "physics" } else { "collide" };
                let message = format!("`{word}` takes one name in quotes, for example `{word}(\"{example}\")`");
                return Err(Problem::new(group.span(), message));
            }
        };
        if limits.iter().any(|limit| limit.name.value == name.value) {
            return Err(Problem::new(name.span, format!("{word} `{}` is limited twice", name.value)));
        }
        let after = |input: ParseStream<'_>| {
            let _: (Ident, TokenTree) = (syn::ext::IdentExt::parse_any(input)?, input.parse()?);
            let compares: Option<Token![<=]> = input.parse()?;
            let value: TokenStream = input.parse()?;
            Ok((compares.is_some(), value))
        };
        let example = format!("`{word}(\"{}\") <= \"64KiB\"`", name.value);
        let (compares, value) = match after.parse2(piece) {
            Ok(after) => after,
            Err(_) => (false, TokenStream::new()),
        };
        // The comma that ends the piece is not part of the size.
        let value: TokenStream = value.into_iter().take_while(|token| !is_comma(token)).collect();
        if !compares || value.is_empty() {
            let at = value.into_iter().next().map_or_else(|| group.span(), |token| token.span());
            return Err(Problem::new(at, format!("expected `<=` and a size after `{word}(…)`")).with_help(example));
        }
        let size = syn::parse2::<Expr>(value.clone())
            .map_err(|_| Problem::new(value.span(), format!("`{word}` takes a size, for example {example}")))?;
        let most = size_value(&word, &size)?;
        limits.push(FrameLimit { name, most });
        Ok(())
    }
}

/// Reads an option that takes a number.
fn number<T: core::str::FromStr>(key: &Ident, value: Option<Expr>, example: &str) -> Result<T, Problem> {
    let value = required(key, value, example)?;
    let number = match literal(&value) {
        Some(Lit::Int(number)) if !is_negative(number) && number.suffix().is_empty() => {
            number.base10_digits().parse().ok()
        }
        _ => None,
    };
    number.ok_or_else(|| Problem::new(value.span(), format!("`{key}` takes a number, for example `{key} = {example}`")))
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')
}

/// The arguments with the commas after them.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        let ends = is_comma(&token);
        if let Some(last) = pieces.last_mut() {
            last.extend([token]);
        }
        if ends {
            pieces.push(TokenStream::new());
        }
    }
    pieces
}

/// The word and the parentheses that an argument begins with, if it does.
fn limit_of(piece: &TokenStream) -> Option<(Ident, Group)> {
    let mut tokens = piece.clone().into_iter();
    match (tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(word), TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            Some((word, group))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::FrameTestArgs;
    use crate::grammar::AttributeArgs as _;

    fn problems(tokens: &str) -> Vec<String> {
        FrameTestArgs::parse(tokens.parse().unwrap()).problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_limit_is_read() {
        let tokens = r#"warmup = 10, frames = 60, heap = 0, tag("ai::path") <= "64KiB", tag("physics") <= 128, system("collide") <= LIMIT"#;
        let parsed = FrameTestArgs::parse(tokens.parse().unwrap());
        let args = parsed.value;
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        assert_eq!((args.warmup, args.frames, args.heap), (Some(10), Some(60), Some(0)));
        let tags: Vec<_> = args.tags.iter().map(|tag| (tag.name.value.as_str(), tag.most.bytes())).collect();
        assert_eq!(tags, [("ai::path", Some(65536)), ("physics", Some(128))]);
        assert_eq!((args.systems[0].name.value.as_str(), args.systems[0].most.bytes()), ("collide", None));
    }

    #[test]
    fn each_mistake_is_named_once() {
        for (tokens, message) in [
            ("", "this test limits nothing, and cannot fail"),
            ("frames = 60", "this test limits nothing, and cannot fail"),
            ("heap", "`heap` needs a value"),
            ("heap = \"4KiB\"", "`heap` takes a number, for example `heap = 0`"),
            ("heap = -1", "`heap` takes a number, for example `heap = 0`"),
            ("heap = 0, frames = 0", "a test of no frame measures nothing"),
            ("heap = 0, heap = 1", "option `heap` is given twice"),
            ("heap = 0, warm = 1", "unknown `#[frame_test]` option `warm`"),
            ("tags(\"ai\") <= 5", "unknown `#[frame_test]` option `tags`"),
            ("tag = \"64KiB\"", "write `tag(\"…\") <= \"64KiB\"`"),
            ("tag(ai) <= 5", "`tag` takes one name in quotes, for example `tag(\"physics\")`"),
            ("tag(\"ai\")", "expected `<=` and a size after `tag(…)`"),
            ("tag(\"ai\") < 5", "expected `<=` and a size after `tag(…)`"),
            ("tag(\"ai\") <=", "expected `<=` and a size after `tag(…)`"),
            ("tag(\"ai\") <= \"5KB\"", "`\"5KB\"` is not a size"),
            ("tag(\"ai\") <= 5, tag(\"ai\") <= 6", "tag `ai` is limited twice"),
            ("heap(0)", "write `heap = …`: options take no parentheses"),
        ] {
            let problems = problems(tokens);
            assert!(problems.len() == 1 && problems[0].starts_with(message), "{tokens}: {problems:?}");
        }
    }
}

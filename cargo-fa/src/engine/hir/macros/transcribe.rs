//! The right side of a rule with what its variables stand for.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenTree};

use super::matcher::{Binding, Bindings, variables};
use super::rules::{Fragment, Part};
use super::together;

pub(super) struct Transcriber<'t> {
    pub(super) bindings: &'t Bindings,
    /// The name of the crate of the definition, where it is another.
    pub(super) krate: Option<&'t str>,
    pub(super) call: Span,
    /// How many tokens may still be made.
    pub(super) left: &'t mut usize,
}

impl<'t> Transcriber<'t> {
    pub(super) fn all(&mut self, template: &[Part]) -> Result<Vec<TokenTree>, &'static str> {
        let mut made = Vec::new();
        self.parts(template, &mut Vec::new(), &mut made)?;
        Ok(made)
    }

    /// `rounds` are those of the repetitions around.
    fn parts(
        &mut self,
        parts: &[Part],
        rounds: &mut Vec<usize>,
        made: &mut Vec<TokenTree>,
    ) -> Result<(), &'static str> {
        for part in parts {
            *self.left = self.left.checked_sub(1).ok_or("it becomes too much code")?;
            match part {
                Part::Token(token) => made.push(self.at_call(token.clone())),
                Part::Group(delimiter, inner) => {
                    let mut inside = Vec::new();
                    self.parts(inner, rounds, &mut inside)?;
                    made.push(self.at_call(TokenTree::Group(Group::new(*delimiter, inside.into_iter().collect()))));
                }
                Part::Crate => self.crate_path(made),
                Part::Variable(name, _) => match self.bound(name, rounds) {
                    Some(Binding::One(tokens, kind)) => {
                        *self.left = self.left.checked_sub(tokens.len()).ok_or("it becomes too much code")?;
                        match (kind, &tokens[..]) {
                            (Fragment::Expr, [_, _, ..]) | (Fragment::Block, _) => {
                                let tokens = together(tokens);
                                made.push(tokens);
                            }
                            (_, tokens) => made.extend(tokens.iter().cloned()),
                        }
                    }
                    Some(Binding::Many(_)) => return Err("a variable is repeated less often than it was matched"),
                    None => {
                        // Of a macro that is defined by this one.
                        made.push(self.punct('$'));
                        made.push(TokenTree::Ident(Ident::new(name, self.call)));
                    }
                },
                Part::Repeat { parts, separator, .. } => {
                    let count = self.count(parts, rounds).ok_or("nothing says how often to repeat")?;
                    for round in 0..count {
                        if round > 0 {
                            made.extend(separator.iter().map(|token| self.at_call(token.clone())));
                        }
                        rounds.push(round);
                        self.parts(parts, rounds, made)?;
                        rounds.pop();
                    }
                }
            }
        }
        Ok(())
    }

    /// What a variable stands for in these rounds; in fewer than it was matched in it is the same in each.
    fn bound(&self, name: &str, rounds: &[usize]) -> Option<&'t Binding> {
        let bindings: &'t Bindings = self.bindings;
        let mut binding = &bindings.iter().rev().find(|(known, _)| known == name)?.1;
        for round in rounds {
            match binding {
                Binding::Many(values) => binding = values.get(*round)?,
                Binding::One(..) => break,
            }
        }
        Some(binding)
    }

    /// How often parts are repeated: as often as the variables in them.
    fn count(&self, parts: &[Part], rounds: &[usize]) -> Option<usize> {
        let mut names = Vec::new();
        variables(parts, &mut names);
        let counts = names.into_iter().filter_map(|name| match self.bound(name, rounds) {
            Some(Binding::Many(values)) => Some(values.len()),
            _ => None,
        });
        counts.min()
    }

    fn at_call(&self, mut token: TokenTree) -> TokenTree {
        token.set_span(self.call);
        token
    }

    fn punct(&self, punct: char) -> TokenTree {
        self.at_call(TokenTree::Punct(Punct::new(punct, Spacing::Alone)))
    }

    /// `crate`, or `::name` of another crate.
    fn crate_path(&self, made: &mut Vec<TokenTree>) {
        match self.krate {
            Some(name) => {
                let colon = TokenTree::Punct(Punct::new(':', Spacing::Joint));
                made.push(self.at_call(colon));
                made.push(self.punct(':'));
                made.push(TokenTree::Ident(Ident::new(name, self.call)));
            }
            None => made.push(TokenTree::Ident(Ident::new("crate", self.call))),
        }
    }
}

//! The public calls of the crate, read from its source: methods that come from a list (`frame_methods!`) included.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, FnArg, ImplItem, Item, Lit, Meta, Pat, ReturnType, Signature, TraitItem, Type, Visibility};

/// One public call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The type, or the module of a free function.
    pub(crate) on: String,
    pub(crate) name: String,
    /// What it documents.
    pub(crate) docs: String,
    /// The types of its arguments, with `&self` as `this : & Self`.
    pub(crate) arguments: Vec<String>,
    pub(crate) returns: String,
    /// Whether it is how a trait is implemented: then the trait has the call, too.
    pub(crate) of_trait: bool,
    /// Whether it is for the crate's own macros and traits only.
    pub(crate) is_hidden: bool,
}

impl Call {
    pub(crate) fn path(&self) -> String {
        format!("{}::{}", self.on, self.name)
    }

    /// The text below a heading of the documentation.
    pub(crate) fn section(&self, heading: &str) -> Option<&str> {
        let (_, section) = self.docs.split_once(&format!("# {heading}\n"))?;
        Some(section.split("\n#").next().unwrap_or(section))
    }
}

/// All public calls.
pub(crate) fn calls() -> Vec<Call> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut found = Found::default();
    for file in &files {
        if !cfg!(feature = "rayon") && file.ends_with("frame/parallel.rs") {
            continue;
        }
        let text = fs::read_to_string(file).expect("the sources can be read");
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let module = module_of(&root, file);
        found.items(&module, parsed.items);
    }
    found.expand();
    found.calls
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the sources can be listed").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The last part of the path of a file's module.
fn module_of(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).expect("below the root").with_extension("");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    match parts.as_slice() {
        [.., module, last] if last == "mod" => module.clone(),
        [.., last] => last.clone(),
        [] => String::new(),
    }
}

#[derive(Default)]
struct Found {
    calls: Vec<Call>,
    /// What the macros of the crate contain, by their name, where it can be read.
    macros: BTreeMap<String, Vec<TokenStream>>,
    /// The structs of the crate.
    structs: BTreeSet<String>,
    /// Which macros are called, on which type (in an `impl`) or with which first argument.
    uses: Vec<(String, String)>,
}

impl Found {
    fn items(&mut self, module: &str, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Fn(item) if is_public(&item.vis) => self.call(module, &item.attrs, &item.sig, false),
                Item::Impl(item) => {
                    if is_test(&item.attrs) {
                        continue;
                    }
                    let on = name_of(&item.self_ty);
                    let of_trait = item.trait_.is_some();
                    for inner in item.items {
                        match inner {
                            ImplItem::Fn(method) if of_trait || is_public(&method.vis) => {
                                self.call(&on, &method.attrs, &method.sig, of_trait);
                            }
                            ImplItem::Macro(used) => {
                                self.uses.push((used.mac.path.to_token_stream().to_string(), on.clone()));
                            }
                            _ => {}
                        }
                    }
                }
                Item::Trait(item) if is_public(&item.vis) => {
                    for inner in item.items {
                        if let TraitItem::Fn(method) = inner {
                            self.call(&item.ident.to_string(), &method.attrs, &method.sig, false);
                        }
                    }
                }
                Item::Struct(item) => {
                    self.structs.insert(item.ident.to_string());
                }
                Item::Mod(item) if !is_test(&item.attrs) => {
                    if let Some((_, items)) = item.content {
                        self.items(&item.ident.to_string(), items);
                    }
                }
                Item::Macro(item) => {
                    if let Some(name) = item.ident {
                        self.macros.insert(name.to_string(), bodies(item.mac.tokens));
                    } else {
                        let name = item.mac.path.segments.last().map(|last| last.ident.to_string());
                        for argument in item.mac.tokens.clone() {
                            if let TokenTree::Ident(argument) = argument {
                                self.uses.push((name.clone().unwrap_or_default(), argument.to_string()));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, on: &str, attributes: &[Attribute], signature: &Signature, of_trait: bool) {
        let docs: Vec<String> = attributes.iter().filter_map(doc).collect();
        let arguments = signature.inputs.iter().map(|argument| match argument {
            FnArg::Receiver(receiver) => {
                let words = receiver.to_token_stream().to_string();
                let kind = if !words.contains('&') {
                    ""
                } else if words.contains("mut") {
                    "& mut "
                } else {
                    "& "
                };
                format!("this : {kind}Self")
            }
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pattern) if pattern.ident == "this" => format!("this : {}", typed.ty.to_token_stream()),
                _ => typed.ty.to_token_stream().to_string(),
            },
        });
        let returns = match &signature.output {
            ReturnType::Default => String::new(),
            ReturnType::Type(_, returned) => returned.to_token_stream().to_string(),
        };
        let call = Call {
            on: on.to_owned(),
            name: signature.ident.to_string(),
            docs: docs.join("\n"),
            arguments: arguments.collect(),
            returns,
            of_trait,
            is_hidden: attributes.iter().any(|attribute| attribute.to_token_stream().to_string() == "# [doc (hidden)]"),
        };
        self.calls.push(call);
    }

    /// Adds the methods of macros to every type that calls them.
    fn expand(&mut self) {
        for (used, on) in core::mem::take(&mut self.uses) {
            let Some(bodies) = self.macros.get(&used).cloned() else { continue };
            if !self.structs.contains(&on) {
                continue;
            }
            for body in bodies {
                // A list of methods for an `impl`, or items of which the macro's first argument is the type.
                let as_methods: TokenStream = [
                    "impl".parse().expect("a word"),
                    on.parse::<TokenStream>().unwrap_or_default(),
                    TokenTree::Group(Group::new(Delimiter::Brace, body.clone())).into(),
                ]
                .into_iter()
                .collect();
                let read = syn::parse2::<syn::File>(as_methods).or_else(|_| syn::parse2::<syn::File>(body.clone()));
                let Ok(file) = read else {
                    assert!(!body.to_string().contains("# Panics"), "the macro `{used}` has calls that cannot be read");
                    continue;
                };
                let before = self.calls.len();
                self.items("", file.items);
                for call in &mut self.calls[before..] {
                    if call.on.starts_with(VARIABLE) {
                        call.on.clone_from(&on);
                    }
                }
            }
        }
        // What macros were called with need not be a type.
        self.calls.retain(|call| !call.on.is_empty());
    }
}

/// What the variables of macros begin with when they are read as names.
const VARIABLE: &str = "__variable_";

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test"))
}

fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(value) = &meta.value else { return None };
    match &value.lit {
        Lit::Str(text) if meta.path.is_ident("doc") => Some(text.value().trim_start().to_owned()),
        _ => None,
    }
}

/// The name of a type without its arguments.
fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        other => other.to_token_stream().to_string(),
    }
}

/// What each arm of a macro makes, with variables as names and repetitions once.
fn bodies(rules: TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = rules.into_iter().collect();
    let arrow = |at: usize| tokens.get(at).is_some_and(|token| token.to_string() == ">");
    let made = tokens.iter().enumerate().filter_map(|(at, token)| match token {
        TokenTree::Group(group) if at > 0 && arrow(at - 1) => Some(plain(group.stream())),
        _ => None,
    });
    made.collect()
}

fn plain(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut plainly = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                if let Some(TokenTree::Ident(variable)) = tokens.peek().cloned() {
                    tokens.next();
                    // `$crate` is a path as it is.
                    let name = if variable == "crate" { "crate".to_owned() } else { format!("{VARIABLE}{variable}") };
                    plainly.extend([TokenTree::Ident(Ident::new(&name, variable.span()))]);
                } else if let Some(TokenTree::Group(repeated)) = tokens.peek().cloned() {
                    tokens.next();
                    plainly.extend(plain(repeated.stream()));
                    // The separator, if any, and the operator.
                    while let Some(TokenTree::Punct(operator)) = tokens.peek().cloned() {
                        tokens.next();
                        if matches!(operator.as_char(), '*' | '+' | '?') {
                            break;
                        }
                    }
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), plain(group.stream()));
                inner.set_span(group.span());
                plainly.extend([TokenTree::Group(inner)]);
            }
            other => plainly.extend([other]),
        }
    }
    plainly
}

//! The table against the crates: a method that framealloc has and the table has not is one that the flow goes past.

use ::std::collections::{BTreeMap, BTreeSet};
use ::std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::effect::{Effect, Makes};
use super::*;

/// Public functions by name, and whether they take `self`.
type Functions = BTreeMap<String, bool>;

/// What the sources of the crates declare.
#[derive(Default)]
struct Sources {
    /// Public functions of impls, by type.
    of_types: BTreeMap<String, Functions>,
    /// Public functions in macros, outside of impls there: what an impl has that invokes the macro.
    in_macros: BTreeMap<String, Functions>,
    /// Public functions of impls in macros for a type that the invocation names.
    of_named: BTreeMap<String, Functions>,
    /// Macros that the impl of a type invokes.
    invoked_by: BTreeMap<String, BTreeSet<String>>,
    /// Words in the arguments of a macro.
    arguments: BTreeMap<String, BTreeSet<String>>,
    /// Everything that is declared by name.
    declared: BTreeSet<String>,
}

impl Sources {
    fn read(crates: &[&str]) -> Self {
        let mut sources = Self::default();
        for krate in crates {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).join("src");
            for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
                if entry.path().extension().is_some_and(|end| end == "rs") {
                    let text = ::std::fs::read_to_string(entry.path()).expect("readable");
                    sources.file(&text.parse().expect("Rust"));
                }
            }
        }
        sources
    }

    fn file(&mut self, tokens: &TokenStream) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        self.declare(tokens);
        let mut at = 0;
        while at < trees.len() {
            if let Some((name, body)) = macro_definition(&trees[at..]) {
                let (outside, impls) = split_impls(&body);
                self.in_macros.entry(name.clone()).or_default().extend(public_functions(&outside));
                for (head, body) in impls {
                    if head.iter().any(|tree| is_punct(tree, '$')) {
                        self.of_named.entry(name.clone()).or_default().extend(public_functions(&body));
                    }
                }
                at += 4;
                continue;
            }
            if let Some((head, body, length)) = impl_block(&trees[at..]) {
                if let Some(name) = self_type(&head) {
                    self.of_types.entry(name.clone()).or_default().extend(public_functions(&body));
                    self.invoked_by
                        .entry(name)
                        .or_default()
                        .extend(invocations(&body).into_iter().map(|(name, _)| name));
                }
                at += length;
                continue;
            }
            if let TokenTree::Group(group) = &trees[at]
                && group.delimiter() == Delimiter::Brace
            {
                // Modules within modules.
                self.file(&group.stream());
            }
            at += 1;
        }
        for (name, arguments) in invocations(tokens) {
            self.arguments.entry(name).or_default().extend(words(&arguments));
        }
    }

    fn declare(&mut self, tokens: &TokenStream) {
        let mut before = String::new();
        for tree in tokens.clone() {
            match &tree {
                TokenTree::Group(group) => self.declare(&group.stream()),
                TokenTree::Ident(word) => {
                    if matches!(&*before, "struct" | "enum" | "trait" | "fn" | "macro_rules") {
                        self.declared.insert(word.to_string());
                    }
                }
                TokenTree::Punct(mark) if before == "macro_rules" && mark.as_char() == '!' => continue,
                _ => {}
            }
            before = tree.to_string();
        }
    }

    /// The public functions of a type.
    fn functions(&self, name: &str) -> Functions {
        let mut functions = self.of_types.get(name).cloned().unwrap_or_default();
        for invoked in self.invoked_by.get(name).into_iter().flatten() {
            functions.extend(
                self.in_macros.get(invoked).into_iter().flatten().map(|(name, method)| (name.clone(), *method)),
            );
        }
        for (invoked, of_named) in &self.of_named {
            if self.arguments.get(invoked).is_some_and(|words| words.contains(name)) {
                functions.extend(of_named.iter().map(|(name, method)| (name.clone(), *method)));
            }
        }
        functions
    }
}

fn is_punct(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_word(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == word)
}

fn braces(tree: &TokenTree) -> Option<TokenStream> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}

/// `macro_rules! name { … }`.
fn macro_definition(trees: &[TokenTree]) -> Option<(String, TokenStream)> {
    match trees {
        [word, mark, TokenTree::Ident(name), body, ..] if is_word(word, "macro_rules") && is_punct(mark, '!') => {
            Some((name.to_string(), braces(body)?))
        }
        _ => None,
    }
}

/// `impl<…> Type<…> where … { … }` of no trait: its head, its body, and how many trees it is.
fn impl_block(trees: &[TokenTree]) -> Option<(Vec<TokenTree>, TokenStream, usize)> {
    if !is_word(trees.first()?, "impl") {
        return None;
    }
    let end = trees.iter().position(|tree| braces(tree).is_some())?;
    let head = &trees[1..end];
    // `for<'a>` is no trait.
    let of_trait = head.windows(2).any(|pair| is_word(&pair[0], "for") && !is_punct(&pair[1], '<'));
    let ends = head.iter().any(|tree| is_punct(tree, ';'));
    (!of_trait && !ends).then(|| Some((head.to_vec(), braces(&trees[end])?, end + 1)))?
}

/// The last name of the path that an impl is for.
fn self_type(head: &[TokenTree]) -> Option<String> {
    let mut depth = 0_u32;
    let mut name = None;
    for (at, tree) in head.iter().enumerate() {
        match tree {
            _ if is_punct(tree, '<') && name.is_some() && depth == 0 => break,
            _ if is_punct(tree, '<') => depth += 1,
            _ if is_punct(tree, '>') && at > 0 && !is_punct(&head[at - 1], '-') => depth = depth.saturating_sub(1),
            TokenTree::Ident(word) if depth == 0 => {
                if word == "where" {
                    break;
                }
                name = Some(word.to_string());
            }
            _ => {}
        }
    }
    name
}

/// What is outside of impls, and the impls, at any depth.
fn split_impls(tokens: &TokenStream) -> (TokenStream, Vec<(Vec<TokenTree>, TokenStream)>) {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (mut outside, mut impls) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < trees.len() {
        if let Some((head, body, length)) = impl_block(&trees[at..]) {
            impls.push((head, body));
            at += length;
            continue;
        }
        if let TokenTree::Group(group) = &trees[at] {
            let (rest, inner) = split_impls(&group.stream());
            impls.extend(inner);
            outside.push(TokenTree::Group(proc_macro2::Group::new(group.delimiter(), rest)));
        } else {
            outside.push(trees[at].clone());
        }
        at += 1;
    }
    (outside.into_iter().collect(), impls)
}

/// `pub fn name(…)`, at any depth outside of bodies.
fn public_functions(tokens: &TokenStream) -> Functions {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut functions = Functions::new();
    let mut is_public = false;
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if word == "pub" => {
                is_public = !matches!(trees.get(at + 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
            }
            TokenTree::Ident(word) if word == "fn" && is_public => {
                is_public = false;
                if let (Some(TokenTree::Ident(name)), Some(arguments)) =
                    (trees.get(at + 1), arguments(&trees[at + 2..]))
                {
                    functions.insert(name.to_string(), takes_self(&arguments));
                }
            }
            TokenTree::Ident(word) if matches!(&*word.to_string(), "const" | "unsafe" | "async" | "extern") => {}
            TokenTree::Group(group) => {
                functions.extend(public_functions(&group.stream()));
                is_public = false;
            }
            _ => is_public = false,
        }
    }
    functions
}

/// The parentheses behind a name and its generics.
fn arguments(trees: &[TokenTree]) -> Option<TokenStream> {
    let mut depth = 0_u32;
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            _ if is_punct(tree, '<') => depth += 1,
            _ if is_punct(tree, '>') && !(at > 0 && is_punct(&trees[at - 1], '-')) => depth = depth.saturating_sub(1),
            TokenTree::Group(group) if depth == 0 && group.delimiter() == Delimiter::Parenthesis => {
                return Some(group.stream());
            }
            _ => {}
        }
    }
    None
}

fn takes_self(arguments: &TokenStream) -> bool {
    arguments
        .clone()
        .into_iter()
        .take_while(|tree| !is_punct(tree, ',') && !is_punct(tree, ':'))
        .any(|tree| is_word(&tree, "self"))
}

/// Macros that are invoked, at any depth, with what they are given.
fn invocations(tokens: &TokenStream) -> Vec<(String, TokenStream)> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        if let [TokenTree::Ident(name), mark, TokenTree::Group(group), ..] = &trees[at..]
            && is_punct(mark, '!')
        {
            found.push((name.to_string(), group.stream()));
        }
        if let TokenTree::Group(group) = tree {
            found.extend(invocations(&group.stream()));
        }
    }
    found
}

fn words(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => found.extend(words(&group.stream())),
            TokenTree::Ident(word) => found.push(word.to_string()),
            _ => {}
        }
    }
    found
}

fn framealloc_sources() -> Sources {
    Sources::read(&["framealloc-core", "framealloc-macros", "framealloc-bevy"])
}

/// Whether a row is about this method of this type.
fn has_method_row(known: Known, name: &str) -> bool {
    (known.is_allocator() && allocator_method(name).is_some()) || method_of(known, name).is_some()
}

/// Whether a row is about this function of this type.
fn has_function_row(type_name: &str, name: &str) -> bool {
    framealloc::FUNCTIONS
        .iter()
        .any(|Function(owners, named, _)| owners.contains(&type_name) && (named.is_empty() || named.contains(&name)))
}

#[test]
fn every_public_method_of_framealloc_has_a_row() {
    let sources = framealloc_sources();
    let mut missing = Vec::new();
    let mut found = 0;
    for (type_name, known) in framealloc::TYPES {
        for (full, is_method) in sources.functions(type_name) {
            found += 1;
            let name = full.strip_prefix("try_").unwrap_or(&full);
            let has_row = if is_method { has_method_row(*known, name) } else { has_function_row(type_name, name) };
            if !has_row {
                missing.push(format!("{type_name}::{full}"));
            }
        }
    }
    assert!(found > 400, "the crates have moved: only {found} public functions were found");
    assert!(
        missing.is_empty(),
        "these have no row in engine/api/framealloc.rs; `Plain` is one that says that they do nothing to memory: {missing:#?}"
    );
}

#[test]
fn every_row_is_about_something_that_exists() {
    let sources = framealloc_sources();
    let known = |name: &&str| !sources.declared.contains(*name) && !sources.declared.contains(&format!("try_{name}"));
    let rows = framealloc::ALLOCATORS.iter().flat_map(|(names, _)| names.iter());
    let rows = rows.chain(framealloc::METHODS.iter().flat_map(|Method(_, names, _)| names.iter()));
    let rows = rows.chain(framealloc::FUNCTIONS.iter().flat_map(|Function(_, names, _)| names.iter()));
    // They are derived, or those of slices.
    let of_std = ["clone", "default", "as_mut_ptr"];
    let stale: BTreeSet<&str> =
        rows.copied().filter(|name| !of_std.contains(name)).filter(|name| known(name)).collect();
    assert!(stale.is_empty(), "{stale:?}");
    let types = framealloc::TYPES.iter().map(|(name, _)| *name).chain(framealloc::NAMES.iter().copied());
    // The derive is a function of another name.
    let missing: Vec<&str> = types.filter(|name| *name != "Pooled" && !sources.declared.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_allocates_frame_memory_is_not_plain() {
    let sources = framealloc_sources();
    for (name, _) in sources.functions("SmartAlloc").into_iter().chain(sources.functions("Frame")) {
        let name = name.strip_prefix("try_").unwrap_or(&name);
        let allocates =
            ["frame_alloc", "frame_box", "frame_slice", "frame_vec", "frame_map", "frame_str", "pool_", "heap_"]
                .iter()
                .any(|start| name.starts_with(start));
        if allocates {
            assert!(allocator_method(name).is_some_and(|effect| effect != Effect::Plain), "{name}");
        }
    }
}

#[test]
fn distinctive_names_are_those_of_rows() {
    for name in framealloc::DISTINCTIVE {
        let of_types = framealloc::METHODS.iter().any(|Method(_, names, _)| names.contains(name));
        assert!(of_types || allocator_method(name).is_some(), "{name}");
    }
    assert!(names_framealloc_api("frame_box") && !names_framealloc_api("len"));
    assert_eq!(framealloc_function("SmartAlloc", "new"), Makes::Allocator);
    assert!(opens_heap_tag("heap_tag") && opens_heap_tag("try_heap_tag"));
    assert_eq!(framealloc_function("", "try_heap_tag"), Makes::HeapTag);
}

#[test]
fn the_scratch_of_bevy_is_another_type_than_that_of_the_core() {
    assert_eq!(known_type("framealloc", "Scratch"), Some(Known::Scratch));
    assert_eq!(known_type("framealloc_bevy", "Scratch"), None);
    assert_eq!(known_type("framealloc_bevy", "FrameAlloc"), Some(Known::FrameAlloc));
}

//! The grammar of the attributes: any tokens are understood or complained about, in both ways in which they are read.
#![no_main]

use std::str::FromStr as _;

use framealloc_syntax::{
    AllocTagArgs, AttributeArgs, FrameSystemArgs, PooledArgs, Problem, check_tag_name, closest, edit_distance,
    find_allocator,
};
use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;

fn texts(problems: &[Problem]) -> Vec<String> {
    assert!(problems.iter().all(|problem| !problem.message.is_empty()));
    problems.iter().map(|problem| problem.message.clone()).collect()
}

/// As the macros read them, and as the analyser does.
fn both<T: AttributeArgs>(name: &str, tokens: &TokenStream, text: &str) -> T {
    let parsed = T::parse(tokens.clone());
    if let Ok(item) = syn::parse_str::<syn::ItemFn>(&format!("#[{name}({text}\n)] fn f() {{}}")) {
        let [attribute] = &item.attrs[..] else { return parsed.value };
        let other = T::from_meta(&attribute.meta);
        if matches!(attribute.meta, syn::Meta::List(_)) {
            assert_eq!(texts(&parsed.problems), texts(&other.problems), "{name}({text})");
        }
    }
    parsed.value
}

fuzz_target!(|text: &str| {
    let names = ["physics", "ai::pathfinding", text];
    assert_eq!(edit_distance(text, text), 0);
    // A word is nearest to itself; nothing is near to no word.
    assert_eq!(closest(text, names).is_some(), !text.is_empty());
    let _ = check_tag_name(text);
    // Nested so deep that the parser of tokens itself would run out of stack.
    if text.bytes().filter(|byte| b"([{<".contains(byte)).count() > 50 {
        return;
    }
    let Ok(tokens) = TokenStream::from_str(text) else { return };
    let system: FrameSystemArgs = both("frame_system", &tokens, text);
    let tag: AllocTagArgs = both("alloc_tag", &tokens, text);
    let _: PooledArgs = both("pooled", &tokens, text);
    for signature in ["fn f(alloc: &SmartAlloc)", "fn f(&self)", "fn f((a, b): (u32, &SmartAlloc))", text] {
        if let Ok(signature) = syn::parse_str::<syn::Signature>(signature) {
            let _ = find_allocator("frame_system", &signature, system.alloc.as_ref());
            let _ = find_allocator("alloc_tag", &signature, tag.alloc.as_ref());
        }
    }
});

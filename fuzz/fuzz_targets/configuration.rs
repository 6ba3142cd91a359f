//! `.fa.toml`: any text is read or refused, with places in it; the readers of tags and budgets likewise, and sizes.
#![no_main]

use std::sync::Arc;

use framealloc_syntax::{BudgetTables, TagTables, parse_size};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file: Arc<str> = Arc::from(".fa.toml");
    let config = cargo_fa::model::config::read(&file, text);
    if let Err(errors) = &config {
        assert!(!errors.is_empty());
        let lines = text.lines().count().max(1) + 1;
        for error in errors {
            assert!(error.line >= 1 && error.line as usize <= lines, "line {} of {lines}: {error}", error.line);
            assert!(!error.message.is_empty());
        }
    }
    // The macros read a part of the same file: they may not refuse what the analyser takes.
    let (tags, budgets) = (TagTables::parse(text), BudgetTables::parse(text));
    if config.is_ok() {
        assert!(tags.is_ok(), "tags: {tags:?}");
        assert!(budgets.is_ok(), "budgets: {budgets:?}");
    }
    for error in tags.err().into_iter().chain(budgets.err()).flatten() {
        assert!(error.line(text) >= 1);
    }
    if let Ok(bytes) = parse_size(text) {
        assert_eq!(parse_size(&bytes.to_string()), Ok(bytes));
    }
});

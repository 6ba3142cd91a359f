//! Comments that suppress findings, in any text: whatever a directive names lies in the text, and directives are in order.
#![no_main]

use std::ops::Range;

use cargo_fa::model::suppress::scan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lies_in_it = |range: &Range<u32>| text.get(range.start as usize..range.end as usize).is_some();
    let mut last = 0;
    for directive in scan(text) {
        assert!(lies_in_it(&directive.comment) && lies_in_it(&directive.covers), "{directive:?}");
        assert!(directive.codes.iter().all(|(_, range)| lies_in_it(range)), "{directive:?}");
        assert!(directive.mistakes.iter().all(|(range, _)| lies_in_it(range)), "{directive:?}");
        assert!(directive.comment.start >= last, "{directive:?}");
        last = directive.comment.end;
    }
});

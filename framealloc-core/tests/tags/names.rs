//! What is not the name of a tag is refused, by each way that a name takes, in the same words.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocConfig, SmartAlloc, Tag, TagNameError, kilobytes};

const BROKEN: [&str; 8] = ["", "::", "a::", "::a", "a::::b", "::::", "a::b::", "::a::b"];
const FREE: [&str; 8] = ["a", "a::b", "Level 3", "größe::Ü", ":", "a:b", "a.b/c", "Entity (7)::left hand"];

fn panic_of<R>(call: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(call)).err().expect("it panics");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string)).expect("a message")
}

#[test]
fn broken_names_are_refused_everywhere() {
    let alloc = SmartAlloc::default();
    for name in BROKEN {
        let refused: TagNameError = Tag::try_intern(name).unwrap_err();
        assert_eq!(&*refused.name, name);
        let words = refused.to_string();
        assert!(words.starts_with(&format!("`{name}` is not a tag name")), "{words}");
        let frame = alloc.frame();
        let nested = alloc.tagged("outer");
        for refused in [alloc.try_tagged(name), frame.try_tagged(name), nested.try_tagged(name)] {
            assert_eq!(refused.map(|_| ()).unwrap_err().to_string(), words);
        }
        let panics = [
            panic_of(|| Tag::intern(name)),
            panic_of(|| alloc.tagged(name).used_bytes()),
            panic_of(|| nested.tagged(name).used_bytes()),
            panic_of(|| alloc.with_tag(name, |_| ())),
            panic_of(|| alloc.scoped(|frame| frame.with_tag(name, |_| ()))),
            panic_of(|| AllocConfig::default().with_tag_budget(name, kilobytes(1))),
        ];
        assert_eq!(panics, [const { "" }; 6].map(|_| words.clone()));
        assert!(words.ends_with(&panic_of(|| Tag::new(name))), "in a constant without the name");
    }
    assert!(alloc.stats().tags.iter().all(|tag| !tag.path.split("::").any(str::is_empty)));
}

#[test]
fn all_other_names_are_as_they_are_given() {
    let mut alloc = SmartAlloc::default();
    for name in FREE {
        assert_eq!(Tag::intern(name).path(), name);
        assert_eq!(Tag::new(name).id(), Tag::intern(name));
        assert_eq!(Tag::try_intern(name).map(framealloc_core::TagId::path), Ok(name));
        alloc.whole_frame(|alloc| alloc.tagged(name).frame_box(1_u64).count_ones());
        assert!(alloc.stats().tags.iter().any(|tag| tag.path == name && tag.bytes > 0));
    }
}

//! The feature `serde`: collections and boxes are written as their likes in the standard library.

use framealloc_core::{PoolBox, SmartAlloc, pool_unsize};

#[test]
fn collections_are_written_as_their_likes() {
    let alloc = SmartAlloc::default();
    let json = |value: &dyn erased::Json| value.json();
    let mut vec = alloc.frame_vec();
    vec.extend([Some(1), None]);
    assert_eq!(json(&vec), "[1,null]");
    let mut deque = alloc.frame_deque();
    deque.push_back(2);
    deque.push_front(1);
    assert_eq!(json(&deque), "[1,2]");
    let mut heap = alloc.frame_heap();
    heap.push(7);
    assert_eq!(json(&heap), "[7]");
    let mut set = alloc.frame_set();
    set.insert("one");
    assert_eq!(json(&set), r#"["one"]"#);
    let mut map = alloc.frame_map();
    map.insert("key", 1.5);
    assert_eq!(json(&map), r#"{"key":1.5}"#);
    let mut sorted = alloc.frame_sorted_map();
    sorted.extend([("b", 2), ("a", 1)]);
    assert_eq!(json(&sorted), r#"{"a":1,"b":2}"#);
    let mut text = alloc.frame_string();
    text.push_str("say \"hi\"");
    assert_eq!(json(&text), r#""say \"hi\"""#);
}

#[test]
fn boxes_are_written_as_their_values() {
    let alloc = SmartAlloc::default();
    let json = |value: &dyn erased::Json| value.json();
    assert_eq!(json(&alloc.frame_box((1, "two"))), r#"[1,"two"]"#);
    assert_eq!(json(&alloc.frame_slice_from_iter([1, 2])), "[1,2]");
    assert_eq!(json(&alloc.heap_box([true])), "[true]");
    assert_eq!(json(&alloc.pool_box('c')), r#""c""#);
    let slice: PoolBox<[u8]> = pool_unsize!(alloc.pool_box([1_u8, 2]) => [u8]);
    assert_eq!(json(&slice), "[1,2]");
}

mod erased {
    /// What can be written, whatever its type.
    pub(crate) trait Json {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> String {
            serde_json::to_string(self).expect("all of these can be written")
        }
    }
}

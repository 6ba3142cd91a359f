//! Memory for bytes that are needed for a moment: each thread uses the same again, as new memory costs more than what is
//! done with it.

use std::cell::RefCell;

thread_local! {
    /// One for each task that is inside of another.
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Larger ones are given back.
const KEPT: usize = 4 << 20;

/// Runs `task` with an empty buffer; a task inside of a task gets one of its own.
pub(crate) fn with_buffer<T>(task: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut buffer = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
    buffer.clear();
    let result = task(&mut buffer);
    if buffer.capacity() <= KEPT {
        SPARE.with_borrow_mut(|spare| spare.push(buffer));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_tasks_uses_its_own_memory_again() {
        let capacities_before = || {
            with_buffer(|outer| {
                let outer_before = outer.capacity();
                assert!(outer.is_empty());
                outer.resize(1000, 1);
                let inner_before = with_buffer(|inner| {
                    assert!(inner.is_empty());
                    let before = inner.capacity();
                    inner.resize(2000, 2);
                    before
                });
                assert!(outer.iter().all(|byte| *byte == 1), "nobody else wrote there");
                [outer_before, inner_before]
            })
        };
        assert_eq!(capacities_before(), [0, 0]);
        let [outer, inner] = capacities_before();
        assert!(outer >= 1000 && inner >= 2000, "{outer} {inner}");
    }
}

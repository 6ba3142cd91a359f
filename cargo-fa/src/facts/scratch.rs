//! Memory for bytes that are needed for a moment: each thread uses the same again, as new memory costs more than what is
//! done with it.

use std::cell::Cell;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Larger ones are given back.
const KEPT: usize = 4 << 20;

/// Runs `task` with an empty buffer; a task inside of a task gets one of its own.
pub(crate) fn with_buffer<T>(task: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let result = task(&mut buffer);
    if buffer.capacity() <= KEPT {
        BUFFER.set(buffer);
    }
    result
}

use framealloc::{Frame, RetentionPolicy, SmartAlloc, frame_system};

//# make it once before the loop and clear it in each round
pub mod before {
    use super::*;

    #[frame_system]
    pub fn pairs(alloc: &SmartAlloc, rows: &[[f32; 3]]) -> usize {
        let mut count = 0;
        for row in rows {
            let mut near = alloc.frame_vec::<f32>();
            near.extend(row.iter().copied());
            count += near.len();
        }
        count
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn pairs(alloc: &SmartAlloc, rows: &[[f32; 3]]) -> usize {
        let mut count = 0;
        let mut near = alloc.frame_vec::<f32>();
        for row in rows {
            near.clear();
            near.extend(row.iter().copied());
            count += near.len();
        }
        count
    }
}

//# allocate once for all rounds (`frame_slice_fill_with`, `frame_vec_with_capacity`), or take a `cursor()` before the loop
pub mod before {
    use super::*;

    #[frame_system]
    pub fn boxes(alloc: &SmartAlloc, rows: &[u32]) -> u32 {
        let mut sum = 0;
        for row in rows {
            sum += *alloc.frame_box(*row);
        }
        sum
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn boxes(alloc: &SmartAlloc, rows: &[u32]) -> u32 {
        let mut sum = 0;
        let all = alloc.frame_slice_fill_with(rows.len(), |at| rows[at]);
        let mut cursor = alloc.cursor();
        for row in all.iter() {
            sum += *cursor.alloc(*row);
        }
        sum
    }
}

//# bound the loop, reserve the memory before it, or open a scope in each round (`alloc.scoped(|frame| …)`)
pub mod before {
    use super::*;

    #[frame_system]
    pub fn polled(alloc: &SmartAlloc, poll: &mut dyn FnMut() -> Option<u32>) -> u32 {
        let mut sum = 0;
        while let Some(event) = poll() {
            sum += *alloc.frame_box(event);
        }
        sum
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn polled(alloc: &SmartAlloc, poll: &mut dyn FnMut() -> Option<u32>) -> u32 {
        let mut sum = 0;
        while let Some(event) = poll() {
            sum += alloc.scoped(|frame| *frame.frame_box(event));
        }
        sum
    }
}

//! What closures capture is copied, lives elsewhere, or the closure ends with the frame.
use framealloc::SmartAlloc;

#[derive(Default)]
pub struct Jobs {
    one: Option<Box<dyn Fn() -> usize>>,
    many: Vec<Box<dyn Fn() -> usize>>,
}

pub fn copied(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let length = values.len();
    jobs.one = Some(Box::new(move || length));
}

pub fn owned(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let kept = values.to_vec();
    jobs.many.push(Box::new(move || kept.len()));
}

pub fn pooled(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let value = alloc.pool_box(1_usize);
    jobs.many.push(Box::new(move || *value));
}

pub fn called_at_once(alloc: &SmartAlloc) -> usize {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let count = || values.len();
    count()
}

pub fn iterated(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
    let limit = alloc.frame_box(3_u32);
    numbers.iter().filter(|number| **number > *limit).count()
}

pub fn local(alloc: &SmartAlloc) -> usize {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let jobs: [&dyn Fn() -> usize; 1] = [&|| values.len()];
    jobs.iter().map(|job| job()).sum()
}

fn apply(job: impl Fn() -> usize) -> usize {
    job()
}

pub fn lent(alloc: &SmartAlloc) -> usize {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    apply(|| values.len())
}

pub fn handle(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let handle = alloc.frame_share(1_u32);
    jobs.one = Some(Box::new(move || std::mem::size_of_val(&handle)));
}

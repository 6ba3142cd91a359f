//! Frame memory is held at a suspension, though it is not used afterwards.
use framealloc::SmartAlloc;

async fn tick() -> u32 {
    7
}

pub async fn boxed(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32); //~ FA701
    println!("{value}");
    println!("{}", tick().await);
}

pub async fn slice(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_from_iter([1_u32, 2]); //~ FA701
    println!("{}", values.len());
    println!("{}", tick().await);
}

pub async fn vector(alloc: &SmartAlloc) {
    let values = alloc.frame_vec::<u32>(); //~ FA701
    println!("{}", values.len());
    println!("{}", tick().await);
}

pub async fn in_a_loop(alloc: &SmartAlloc) {
    for _ in 0..2 {
        let value = alloc.frame_box(1_u32); //~ FA701
        println!("{value}");
        println!("{}", tick().await);
    }
}

pub async fn in_a_branch(alloc: &SmartAlloc, on: bool) {
    let value = alloc.frame_box(1_u32); //~ FA701
    println!("{value}");
    if on {
        println!("{}", tick().await);
    }
}

pub fn block(alloc: &SmartAlloc) -> impl Future<Output = ()> {
    async move {
        let value = alloc.frame_box(1_u32); //~ FA701
        println!("{value}");
        println!("{}", tick().await);
    }
}

pub struct Loader;

impl Loader {
    pub async fn method(&self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32); //~ FA701
        println!("{value}");
        println!("{}", tick().await);
    }
}

pub async fn tagged(alloc: &SmartAlloc) {
    let value = alloc.tagged("loading").frame_box(1_u32); //~ FA701
    println!("{value}");
    println!("{}", tick().await);
}

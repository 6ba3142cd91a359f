//! Handles from an earlier frame, wherever they were kept.
use framealloc::{FrameHandle, SmartAlloc, frame_system};

pub struct Renderer {
    all: Vec<FrameHandle<u32>>,
    pair: (FrameHandle<u32>, u32),
    last: Option<FrameHandle<u32>>,
}

pub struct Cached(FrameHandle<u32>);

impl Renderer {
    #[frame_system]
    pub fn in_an_option(&self, alloc: &SmartAlloc) -> u32 {
        if let Some(mesh) = self.last {
            return *mesh.get(alloc).unwrap(); //~ FA608
        }
        0
    }

    #[frame_system]
    pub fn in_a_list(&self, alloc: &SmartAlloc) -> u32 {
        *self.all[0].get(alloc).unwrap() //~ FA608
    }

    #[frame_system]
    pub fn each(&self, alloc: &SmartAlloc) -> u32 {
        let mut sum = 0;
        for mesh in &self.all {
            sum += *mesh.get(alloc).unwrap(); //~ FA608
        }
        sum
    }

    #[frame_system]
    pub fn in_a_pair(&self, alloc: &SmartAlloc) -> u32 {
        *self.pair.0.get(alloc).unwrap() //~ FA608
    }
}

impl Cached {
    #[frame_system]
    pub fn in_a_tuple_struct(&self, alloc: &SmartAlloc) -> u32 {
        *self.0.get(alloc).expect("cached") //~ FA608
    }
}

pub fn after_a_bracket(alloc: &mut SmartAlloc) -> u32 {
    let handle = alloc.whole_frame(|alloc| alloc.frame_share(1_u32));
    *handle.get(alloc).unwrap() //~ FA608
}

pub fn of_the_last_round(alloc: &mut SmartAlloc) -> u32 {
    let mut sum = 0;
    alloc.begin_frame();
    let handle = alloc.frame_share(1_u32);
    alloc.end_frame();
    for _ in 0..3 {
        alloc.begin_frame();
        sum += *handle.get(alloc).unwrap(); //~ FA608
        alloc.end_frame();
    }
    sum
}

static CURRENT: std::sync::Mutex<Option<FrameHandle<u32>>> = std::sync::Mutex::new(None);

thread_local! {
    static LAST: std::cell::Cell<Option<FrameHandle<u32>>> = const { std::cell::Cell::new(None) };
}

pub fn in_a_static(alloc: &SmartAlloc) -> u32 {
    *CURRENT.lock().unwrap().unwrap().get(alloc).unwrap() //~ FA608
}

pub fn copied_out_of_a_static(alloc: &SmartAlloc) -> u32 {
    let current = *CURRENT.lock().unwrap();
    current.map_or(0, |mesh| *mesh.get(alloc).expect("kept")) //~ FA608
}

pub fn in_a_thread_local(alloc: &SmartAlloc) -> u32 {
    let last = LAST.get().unwrap();
    *last.get(alloc).unwrap() //~ FA608
}

pub fn in_a_detached_thread(alloc: &'static std::sync::RwLock<SmartAlloc>) {
    let handle = alloc.read().unwrap().frame_share(1_u32);
    std::thread::spawn(move || {
        let alloc = alloc.read().unwrap();
        println!("{}", handle.get(&alloc).unwrap()); //~ FA608
    });
}

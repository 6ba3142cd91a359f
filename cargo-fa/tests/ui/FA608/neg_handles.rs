//! Handles of this frame, or handles that may be gone.
use framealloc::{FrameHandle, SmartAlloc, frame_system};

pub struct Renderer {
    mesh: FrameHandle<u32>,
}

impl Renderer {
    #[frame_system]
    pub fn asked(&self, alloc: &SmartAlloc) -> u32 {
        if let Some(mesh) = self.mesh.get(alloc) { *mesh } else { 0 }
    }

    #[frame_system]
    pub fn with_default(&self, alloc: &SmartAlloc) -> u32 {
        self.mesh.get(alloc).copied().unwrap_or(0)
    }

    #[frame_system]
    pub fn question(&self, alloc: &SmartAlloc) -> Option<u32> {
        Some(*self.mesh.get(alloc)?)
    }

    #[frame_system]
    pub fn renewed(&mut self, alloc: &SmartAlloc) -> u32 {
        self.mesh = alloc.frame_share(1_u32);
        *self.mesh.get(alloc).unwrap()
    }

    #[frame_system]
    pub fn matched(&self, alloc: &SmartAlloc) -> u32 {
        match self.mesh.get(alloc) {
            Some(mesh) => *mesh,
            None => 0,
        }
    }
}

pub fn same_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let handle = alloc.frame_share(1_u32);
    let value = *handle.get(alloc).unwrap();
    alloc.end_frame();
    value
}

#[frame_system]
pub fn collected(alloc: &SmartAlloc) -> u32 {
    let all = [alloc.frame_share(1_u32), alloc.frame_share(2_u32)];
    all.iter().map(|handle| *handle.get(alloc).unwrap()).sum()
}

pub struct Queue {
    all: Vec<FrameHandle<u32>>,
}

impl Queue {
    #[frame_system]
    pub fn filled(&mut self, alloc: &SmartAlloc) -> u32 {
        self.all.clear();
        self.all.push(alloc.frame_share(1_u32));
        *self.all[0].get(alloc).unwrap()
    }
}

pub fn handed_over(alloc: &SmartAlloc, handle: FrameHandle<u32>) -> u32 {
    *handle.get(alloc).unwrap()
}

pub fn each_frame(alloc: &mut SmartAlloc) -> u32 {
    let mut sum = 0;
    for _ in 0..3 {
        alloc.begin_frame();
        let handle = alloc.frame_share(1_u32);
        sum += *handle.get(alloc).unwrap();
        alloc.end_frame();
    }
    sum
}

pub fn another_option(alloc: &SmartAlloc, other: Option<u32>) -> u32 {
    *alloc.frame_box(other.unwrap())
}

static CURRENT: std::sync::Mutex<Option<FrameHandle<u32>>> = std::sync::Mutex::new(None);

pub fn checked_of_a_static(alloc: &SmartAlloc) -> u32 {
    let current = *CURRENT.lock().unwrap();
    current.and_then(|mesh| mesh.get(alloc).copied()).unwrap_or(0)
}

pub fn kept_in_a_static(alloc: &SmartAlloc) -> u32 {
    *CURRENT.lock().unwrap() = Some(alloc.frame_share(1_u32));
    *CURRENT.lock().unwrap().unwrap().get(alloc).unwrap()
}

pub fn checked_in_a_thread(alloc: &'static std::sync::RwLock<SmartAlloc>) {
    let handle = alloc.read().unwrap().frame_share(1_u32);
    std::thread::spawn(move || {
        let alloc = alloc.read().unwrap();
        if let Some(number) = handle.get(&alloc) {
            println!("{number}");
        }
    });
}

pub fn in_a_thread_that_is_joined(alloc: &SmartAlloc) -> u32 {
    let handle = alloc.frame_share(1_u32);
    std::thread::scope(|threads| threads.spawn(|| *handle.get(alloc).unwrap()).join().unwrap())
}

//! Caches behind a lock of the workspace's own, which are emptied where somebody asks for it.
use std::collections::HashMap;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

/// A lock that tells who waits.
#[derive(Default)]
pub struct Lock<T>(std::sync::Mutex<T>);

pub use std::sync::MutexGuard;

impl<T> Lock<T> {
    pub fn lock(&self) -> MutexGuard<'_, T> {
        if cfg!(debug_assertions) {
            self.0.try_lock().unwrap_or_else(|_| panic!("who waits for whom?"))
        } else {
            self.0.lock().unwrap()
        }
    }
}

pub trait Loader {
    fn load(&self, alloc: &SmartAlloc, name: &str) -> Result<usize, String>;
    fn forget(&self, name: &str);
    fn forget_all(&self);
}

type Entry = Result<Arc<[u8]>, String>;

#[derive(Default)]
pub struct Files {
    cache: Arc<Lock<HashMap<String, Entry>>>,
}

impl Loader for Files {
    #[frame_system]
    fn load(&self, alloc: &SmartAlloc, name: &str) -> Result<usize, String> {
        let mut cache = self.cache.lock();
        if let Some(entry) = cache.get(name).cloned() {
            entry.map(|bytes| bytes.len() + *alloc.frame_box(0))
        } else {
            let bytes: Arc<[u8]> = read(name).into();
            let length = bytes.len();
            cache.insert(name.to_owned(), Ok(bytes));
            Ok(length)
        }
    }

    fn forget(&self, name: &str) {
        self.cache.lock().remove(name);
    }

    fn forget_all(&self) {
        self.cache.lock().clear();
    }
}

fn read(name: &str) -> Vec<u8> {
    format!("{name}.png").into_bytes()
}

#[derive(Default)]
pub struct Sounds {
    cache: Lock<HashMap<String, Entry>>,
}

impl Loader for Sounds {
    #[frame_system]
    fn load(&self, alloc: &SmartAlloc, name: &str) -> Result<usize, String> {
        fn decode(name: &str, cache: &Lock<HashMap<String, Entry>>) -> Result<usize, String> {
            let bytes: Arc<[u8]> = read(name).into();
            let length = bytes.len();
            cache.lock().insert(name.to_owned(), Ok(bytes));
            Ok(length)
        }

        let entry = self.cache.lock().get(name).cloned();
        if let Some(entry) = entry {
            entry.map(|bytes| bytes.len() + *alloc.frame_box(0))
        } else {
            decode(name, &self.cache)
        }
    }

    fn forget(&self, name: &str) {
        let _ = self.cache.lock().remove(name);
    }

    fn forget_all(&self) {
        self.cache.lock().clear();
    }
}

pub struct Loaders {
    files: Files,
    sounds: Sounds,
}

impl Loaders {
    pub fn forget_all(&self) {
        self.files.forget_all();
        self.sounds.forget_all();
    }
}

#[frame_system]
pub fn settings(alloc: &SmartAlloc, loaders: &Loaders, clicked: bool) -> u32 {
    if clicked {
        loaders.forget_all();
    }
    *alloc.frame_box(1)
}

/// Shaped lines of text: what no frame has drawn since the last one is thrown out.
#[derive(Default)]
pub struct Lines {
    lines: HashMap<String, (u64, Vec<u16>)>,
    generation: u64,
}

impl Lines {
    #[frame_system]
    pub fn draw(&mut self, alloc: &SmartAlloc, text: &str) -> usize {
        if let Some((seen, line)) = self.lines.get_mut(text) {
            *seen = self.generation;
            return line.len() + *alloc.frame_box(0);
        }
        let line: Vec<u16> = text.encode_utf16().collect();
        let length = line.len();
        self.lines.insert(text.to_owned(), (self.generation, line));
        length
    }

    #[frame_system]
    pub fn end(&mut self, alloc: &SmartAlloc) {
        let generation = self.generation;
        self.lines.retain(|_, (seen, _)| *seen == generation);
        self.generation += *alloc.frame_box(1);
    }
}

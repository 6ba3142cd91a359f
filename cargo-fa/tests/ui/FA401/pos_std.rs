//! What of the standard library takes memory of the heap.
use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::CString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

#[derive(Clone)]
pub struct Settings {
    names: Vec<String>,
}

pub struct Score(u32);

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[frame_system]
pub fn own_types(alloc: &SmartAlloc, score: &Score, settings: &Settings) -> usize {
    let text = score.to_string(); //~ FA401
    let owned = settings.to_owned(); //~ FA401
    text.len() + owned.names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn partitions(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
    let (even, odd): (Vec<u32>, Vec<u32>) = numbers.iter().partition(|number| **number % 2 == 0); //~ FA401
    let (left, right): (Vec<u32>, Vec<u32>) = numbers.iter().map(|number| (*number, 1)).unzip(); //~ FA401
    even.len() + odd.len() + left.len() + right.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn paths(alloc: &SmartAlloc, folder: &Path, file: &PathBuf) -> usize {
    let joined = folder.join("save.ron"); //~ FA401
    let other = file.with_extension("bak"); //~ FA401
    let owned = folder.to_path_buf(); //~ FA401
    joined.as_os_str().len() + other.as_os_str().len() + owned.as_os_str().len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn of_the_system(alloc: &SmartAlloc) -> usize {
    let home = std::env::var("HOME").unwrap_or_default(); //~ FA401
    let text = std::fs::read_to_string("settings.ron").unwrap_or_default(); //~ FA401
    let bytes = std::fs::read("save.bin").unwrap_or_default(); //~ FA401
    let arguments = std::env::args().count(); //~ FA401
    home.len() + text.len() + bytes.len() + arguments + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn texts_for_c(alloc: &SmartAlloc, name: &str) -> usize {
    let name = CString::new(name).unwrap_or_default(); //~ FA401
    name.as_bytes().len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn channels(alloc: &SmartAlloc) -> u32 {
    let (sender, receiver) = std::sync::mpsc::channel::<u32>(); //~ FA401
    let _ = sender.send(*alloc.frame_box(1)); //~ FA401
    receiver.recv().unwrap_or(0)
}

#[frame_system]
pub fn copies_on_write(alloc: &SmartAlloc, settings: &mut Arc<Settings>, text: &mut Cow<'static, str>) -> usize {
    Arc::make_mut(settings).names.clear(); //~ FA401
    text.to_mut().clear(); //~ FA401
    settings.names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn boxes(alloc: &SmartAlloc) -> usize {
    let empty = Box::<[u8; 64]>::new_uninit(); //~ FA401
    let shared: Rc<Settings> = Rc::new(Settings { names: Vec::new() }); //~ FA401
    drop(empty);
    shared.names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn sorts_by_keys(alloc: &SmartAlloc, names: &mut [u64]) -> usize {
    names.sort_by_cached_key(|name| name % 7); //~ FA401
    names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn sorts_a_long_array(alloc: &SmartAlloc, depths: &mut [u64; 4096]) -> u64 {
    depths.sort(); //~ FA401
    depths[0] + *alloc.frame_box(1_u64)
}

#[frame_system(no_heap)]
pub fn promises(alloc: &SmartAlloc, depths: &mut [u64]) -> usize {
    depths.sort(); //~ FA401
    depths.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn repeats(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
    let twice = numbers.repeat(2); //~ FA401
    let by_name: HashMap<u32, u32> = HashMap::from([(1, 2)]); //~ FA401
    twice.len() + by_name.len() + *alloc.frame_box(1_usize)
}

pub struct Code {
    name: String,
    enabled: bool,
}

#[frame_system]
pub fn copies_in_iterators_and_keys(alloc: &SmartAlloc, codes: &mut Vec<Code>, names: &[String]) -> usize {
    codes.sort_unstable_by_key(|code| code.name.clone()); //~ FA401
    codes.retain(|code| code.enabled);
    let longest = names.iter().cloned().map(|name| name.len()).max(); //~ FA401
    longest.unwrap_or(0) + *alloc.frame_box(1_usize)
}

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::mpsc::SyncSender;

use framealloc::{
    Frame, FrameBox, FrameDeque, FrameMap, FrameString, FrameVec, SmartAlloc, frame_format, frame_system, frame_vec,
};

//# use `frame_format!(alloc, …)`, or `alloc.frame_str(…)` for a copy: the text ends with the frame
pub mod before {
    use super::*;

    #[frame_system]
    pub fn hud(alloc: &SmartAlloc, score: u32, name: &str) -> usize {
        let text = format!("{score} {}", *alloc.frame_box(1));
        let name = name.to_owned();
        text.len() + name.len() + score.to_string().len()
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn hud(alloc: &SmartAlloc, score: u32, name: &str) -> usize {
        let text = frame_format!(alloc, "{score} {}", *alloc.frame_box(1));
        let name = alloc.frame_str(name);
        text.len() + name.len() + frame_format!(alloc, "{score}").len()
    }
}

//# use `alloc.frame_slice_from_iter(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn near(alloc: &SmartAlloc, depths: &[f32]) -> usize {
        let near: Vec<&f32> = depths.iter().filter(|depth| **depth < 1.0).collect();
        near.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn near(alloc: &SmartAlloc, depths: &[f32]) -> usize {
        let near = alloc.frame_slice_from_iter(depths.iter().filter(|depth| **depth < 1.0));
        near.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_collect::<FrameMap<_, _>>(…)`; `FrameSet`, `FrameDeque`, `FrameString` work alike
pub mod before {
    use super::*;

    #[frame_system]
    pub fn tables(alloc: &SmartAlloc, pairs: &[(u32, u32)]) -> usize {
        let map: HashMap<u32, u32> = pairs.iter().copied().collect();
        let deque = VecDeque::from([1, 2]);
        map.len() + deque.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn tables(alloc: &SmartAlloc, pairs: &[(u32, u32)]) -> usize {
        let map = alloc.frame_collect::<FrameMap<_, _>>(pairs.iter().copied());
        let deque = alloc.frame_collect::<FrameDeque<_>>([1, 2]);
        map.len() + deque.len() + *alloc.frame_box(1_usize)
    }
}

//# fill a collection of the frame in a loop: `list.push(item?)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn all(alloc: &SmartAlloc, numbers: &[Option<u32>]) -> Option<usize> {
        let all: Option<Vec<u32>> = numbers.iter().copied().collect();
        Some(all?.len() + *alloc.frame_box(1_usize))
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn all(alloc: &SmartAlloc, numbers: &[Option<u32>]) -> Option<usize> {
        let mut all = alloc.frame_vec();
        for number in numbers {
            all.push((*number)?);
        }
        Some(all.len() + *alloc.frame_box(1_usize))
    }
}

//# collect the letters in the frame: `alloc.frame_collect::<FrameString>(text.chars().flat_map(char::to_uppercase))`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn shouted(alloc: &SmartAlloc, text: &str) -> usize {
        text.to_uppercase().len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn shouted(alloc: &SmartAlloc, text: &str) -> usize {
        let shouted = alloc.frame_collect::<FrameString>(text.chars().flat_map(char::to_uppercase));
        shouted.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_str_join(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn joined(alloc: &SmartAlloc, parts: &[&str]) -> usize {
        parts.join(",").len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn joined(alloc: &SmartAlloc, parts: &[&str]) -> usize {
        alloc.frame_str_join(parts, ",").len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_str_concat(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn joined(alloc: &SmartAlloc, parts: &[&str]) -> usize {
        parts.concat().len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn joined(alloc: &SmartAlloc, parts: &[&str]) -> usize {
        alloc.frame_str_concat(parts).len() + *alloc.frame_box(1_usize)
    }
}

//# use `frame_vec![in alloc; …]`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn list(alloc: &SmartAlloc) -> usize {
        let list = vec![1, 2, 3];
        let zeros = vec![0_u8; 16];
        list.len() + zeros.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn list(alloc: &SmartAlloc) -> usize {
        let list = frame_vec![in alloc; 1, 2, 3];
        let zeros = frame_vec![in alloc; 0_u8; 16];
        list.len() + zeros.len() + *alloc.frame_box(1_usize)
    }
}

//# borrow it, or copy it into the frame (`alloc.frame_str(…)`)
pub mod before {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, name: &String) -> usize {
        let name = name.clone();
        name.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, name: &String) -> usize {
        let name = alloc.frame_str(name);
        name.len() + *alloc.frame_box(1_usize)
    }
}

//# borrow it, or copy it into the frame (`alloc.frame_slice_clone(…)`)
pub mod before {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, list: &Vec<u32>) -> usize {
        let mut list = list.clone();
        list.sort_unstable();
        list.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, list: &Vec<u32>) -> usize {
        let mut list = alloc.frame_slice_clone(list);
        list.sort_unstable();
        list.len() + *alloc.frame_box(1_usize)
    }
}

//# borrow it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, map: &HashMap<u32, u32>) -> usize {
        let map = map.clone();
        map.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, map: &HashMap<u32, u32>) -> usize {
        map.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_string_with_capacity(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn written(alloc: &SmartAlloc, words: &[&str]) -> usize {
        let mut text = String::with_capacity(64);
        for word in words {
            text.push_str(word);
        }
        text.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn written(alloc: &SmartAlloc, words: &[&str]) -> usize {
        let mut text = alloc.frame_string_with_capacity(64);
        for word in words {
            text.push_str(word);
        }
        text.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_vec_with_capacity(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn filled(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut list = Vec::with_capacity(numbers.len());
        list.extend(numbers.iter().map(|number| number * 2));
        list.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn filled(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut list = alloc.frame_vec_with_capacity(numbers.len());
        list.extend(numbers.iter().map(|number| number * 2));
        list.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_map_with_capacity(…)`; sets and deques have it, too
pub mod before {
    use super::*;

    #[frame_system]
    pub fn filled(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut seen = HashSet::with_capacity(numbers.len());
        seen.extend(numbers.iter().copied());
        seen.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn filled(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut seen = alloc.frame_set_with_capacity(numbers.len());
        seen.extend(numbers.iter().copied());
        seen.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_slice_copy(…)` or `alloc.frame_slice_clone(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn sorted(alloc: &SmartAlloc, numbers: &[u32], names: &[Rc<u32>]) -> usize {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        let names = names.to_vec();
        numbers.len() + names.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn sorted(alloc: &SmartAlloc, numbers: &[u32], names: &[Rc<u32>]) -> usize {
        let numbers = alloc.frame_slice_copy(numbers);
        numbers.sort_unstable();
        let names = alloc.frame_slice_clone(names);
        numbers.len() + names.len() + *alloc.frame_box(1_usize)
    }
}

//# use `alloc.frame_box(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn boxed(alloc: &SmartAlloc) -> u32 {
        let table = Box::new([0_u32; 64]);
        table[0] + *alloc.frame_box(1_u32)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn boxed(alloc: &SmartAlloc) -> u32 {
        let table = alloc.frame_box([0_u32; 64]);
        table[0] + *alloc.frame_box(1_u32)
    }
}

//# use `alloc.frame_ref(…)`: references to it are shared as often as is needed
pub mod before {
    use super::*;

    #[frame_system]
    pub fn shared(alloc: &SmartAlloc) -> u32 {
        let table = Rc::new([0_u32; 64]);
        let again = Rc::clone(&table);
        table[0] + again[1] + *alloc.frame_box(1_u32)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn shared(alloc: &SmartAlloc) -> u32 {
        let table = &*alloc.frame_ref([0_u32; 64]);
        let again = table;
        table[0] + again[1] + *alloc.frame_box(1_u32)
    }
}

//# let the function take `&Frame`, and give back what `frame_format!(frame, …)` makes
pub mod before {
    use super::*;

    fn label(number: u32) -> String {
        format!("number {number}")
    }

    #[frame_system]
    pub fn labelled(alloc: &SmartAlloc, number: u32) -> usize {
        label(number).len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    fn label(frame: &Frame, number: u32) -> FrameString<'_> {
        frame_format!(frame, "number {number}")
    }

    #[frame_system]
    pub fn labelled(alloc: &SmartAlloc, number: u32) -> usize {
        label(alloc, number).len() + *alloc.frame_box(1_usize)
    }
}

//# let the function take `&Frame`, and give back what `frame.frame_slice_from_iter(…)` and its kin make
pub mod before {
    use super::*;

    fn doubled(numbers: &[u32]) -> Vec<u32> {
        numbers.iter().map(|number| number * 2).collect()
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        doubled(numbers).len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    fn doubled<'f>(frame: &'f Frame, numbers: &[u32]) -> FrameBox<'f, [u32]> {
        frame.frame_slice_from_iter(numbers.iter().map(|number| number * 2))
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        doubled(alloc, numbers).len() + *alloc.frame_box(1_usize)
    }
}

//# let the caller lend a `&mut String` that it keeps: clear it and write into it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn label(alloc: &SmartAlloc, number: u32) -> String {
        format!("{number} {}", *alloc.frame_box(1))
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn label(alloc: &SmartAlloc, number: u32, label: &mut String) {
        label.clear();
        let _ = write!(label, "{number} {}", *alloc.frame_box(1));
    }
}

//# let the caller lend a `&mut Vec` that it keeps: clear it and fill it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn doubled(alloc: &SmartAlloc, numbers: &[u32]) -> Vec<u32> {
        let numbers = alloc.frame_slice_copy(numbers);
        numbers.iter().map(|number| number * 2).collect()
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn doubled(alloc: &SmartAlloc, numbers: &[u32], doubled: &mut Vec<u32>) {
        let numbers = alloc.frame_slice_copy(numbers);
        doubled.clear();
        doubled.extend(numbers.iter().map(|number| number * 2));
    }
}

//# let the caller lend a collection that it keeps: clear it and fill it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn table(alloc: &SmartAlloc, numbers: &[u32]) -> HashSet<u32> {
        let numbers = alloc.frame_slice_copy(numbers);
        numbers.iter().copied().collect()
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn table(alloc: &SmartAlloc, numbers: &[u32], table: &mut HashSet<u32>) {
        let numbers = alloc.frame_slice_copy(numbers);
        table.clear();
        table.extend(numbers.iter().copied());
    }
}

//# write into the text that is kept there (`clear`, then `write!`), or keep one from a pool: `alloc.pool_str(…)`
pub mod before {
    use super::*;

    pub struct Hud {
        text: String,
        names: HashMap<String, u32>,
    }

    #[frame_system]
    pub fn hud(alloc: &SmartAlloc, hud: &mut Hud, number: u32, name: &str) {
        hud.text = format!("{number} {}", *alloc.frame_box(1));
        hud.names.clear();
        *hud.names.entry(name.to_owned()).or_insert(0) += 1;
    }
}

pub mod after {
    use super::*;
    use framealloc::PoolBox;

    pub struct Hud {
        text: String,
        names: HashMap<PoolBox<str>, u32>,
    }

    #[frame_system]
    pub fn hud(alloc: &SmartAlloc, hud: &mut Hud, number: u32, name: &str) {
        hud.text.clear();
        let _ = write!(hud.text, "{number} {}", *alloc.frame_box(1));
        hud.names.clear();
        *hud.names.entry(alloc.pool_str(name)).or_insert(0) += 1;
    }
}

//# hand on a text from a pool: `alloc.pool_str(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn sent(alloc: &SmartAlloc, to: &SyncSender<String>, number: u32) {
        let _ = to.send(format!("{number} {}", *alloc.frame_box(1)));
    }
}

pub mod after {
    use super::*;
    use framealloc::PoolBox;

    #[frame_system]
    pub fn sent(alloc: &SmartAlloc, to: &SyncSender<PoolBox<str>>, number: u32) {
        let text = frame_format!(alloc, "{number} {}", *alloc.frame_box(1));
        let _ = to.send(alloc.pool_str(&text));
    }
}

//# fill the list that is kept there (`clear`, then `extend`), or keep one from a pool: `alloc.pool_slice_copy(…)`
pub mod before {
    use super::*;

    pub struct Path {
        points: Vec<u32>,
        all: Vec<Vec<u32>>,
    }

    #[frame_system]
    pub fn found(alloc: &SmartAlloc, path: &mut Path, points: &[u32]) {
        let points = alloc.frame_slice_copy(points);
        path.points = points.to_vec();
        path.all.clear();
        path.all.push(points.to_vec());
    }
}

pub mod after {
    use super::*;
    use framealloc::PoolBox;

    pub struct Path {
        points: Vec<u32>,
        all: Vec<PoolBox<[u32]>>,
    }

    #[frame_system]
    pub fn found(alloc: &SmartAlloc, path: &mut Path, points: &[u32]) {
        let points = alloc.frame_slice_copy(points);
        path.points.clear();
        path.points.extend_from_slice(points);
        path.all.clear();
        path.all.push(alloc.pool_slice_copy(points));
    }
}

//# hand on a list from a pool: `alloc.pool_slice_copy(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn worked_on(alloc: &SmartAlloc, points: &[u32]) {
        let points = alloc.frame_slice_copy(points).to_vec();
        std::thread::spawn(move || println!("{}", points.len()));
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn worked_on(alloc: &SmartAlloc, points: &[u32]) {
        let points = alloc.pool_slice_copy(alloc.frame_slice_copy(points));
        std::thread::spawn(move || println!("{}", points.len()));
    }
}

//# fill the collection that is kept there: `clear`, then `extend`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn kept(alloc: &SmartAlloc, seen: &mut HashSet<u32>, points: &[u32]) {
        let points = alloc.frame_slice_copy(points);
        *seen = points.iter().copied().collect();
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn kept(alloc: &SmartAlloc, seen: &mut HashSet<u32>, points: &[u32]) {
        let points = alloc.frame_slice_copy(points);
        seen.clear();
        seen.extend(points.iter().copied());
    }
}

//# use `alloc.pool_box(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn kept(alloc: &SmartAlloc, last: &mut Option<Box<[u32; 64]>>) {
        *last = Some(Box::new([*alloc.frame_box(1_u32); 64]));
    }
}

pub mod after {
    use super::*;
    use framealloc::PoolBox;

    #[frame_system]
    pub fn kept(alloc: &SmartAlloc, last: &mut Option<PoolBox<[u32; 64]>>) {
        *last = Some(alloc.pool_box([*alloc.frame_box(1_u32); 64]));
    }
}

//# a job that outlives the frame cannot borrow from it: keep jobs as values of an `enum`, or in a pool (`pool_unsize!(alloc.pool_box(move || …) => dyn FnMut())`)
pub mod before {
    use super::*;

    #[frame_system]
    pub fn later(alloc: &SmartAlloc, jobs: &mut Vec<Box<dyn FnMut() + Send>>) {
        let number = *alloc.frame_box(1_u32);
        jobs.clear();
        jobs.push(Box::new(move || println!("{number}")));
    }
}

pub mod after {
    use super::*;
    use framealloc::{PoolBox, pool_unsize};

    pub enum Job {
        Print(u32),
    }

    #[frame_system]
    pub fn later(alloc: &SmartAlloc, jobs: &mut Vec<PoolBox<dyn FnMut() + Send>>, plain: &mut Vec<Job>) {
        let number = *alloc.frame_box(1_u32);
        jobs.clear();
        jobs.push(pool_unsize!(alloc.pool_box(move || println!("{number}")) => dyn FnMut() + Send));
        plain.clear();
        plain.push(Job::Print(number));
    }
}

//# make it once before the first frame and keep it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn shared(alloc: &SmartAlloc, tables: &mut Vec<Rc<[u32; 4]>>) {
        tables.clear();
        tables.push(Rc::new([*alloc.frame_box(1_u32); 4]));
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn shared(alloc: &SmartAlloc, tables: &mut Vec<Rc<[u32; 4]>>, made: &Rc<[u32; 4]>) {
        tables.clear();
        tables.push(Rc::clone(made));
        println!("{}", *alloc.frame_box(1_u32));
    }
}

//# use `alloc.frame_box(…)` or `alloc.pool_box(…)`
pub mod before {
    use super::*;

    #[frame_system(no_heap)]
    pub fn counted(alloc: &SmartAlloc) -> u32 {
        *alloc.heap_box(1_u32) + *alloc.heap_box(2_u32)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_heap)]
    pub fn counted(alloc: &SmartAlloc) -> u32 {
        *alloc.frame_box(1_u32) + *alloc.pool_box(2_u32)
    }
}

//# let the function take `&Frame`, and use `frame_format!(frame, …)`
pub mod before {
    use super::*;

    fn width(number: u32) -> usize {
        let text = format!("{number}");
        text.len()
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, number: u32) -> usize {
        width(number) + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    fn width(frame: &Frame, number: u32) -> usize {
        let text = frame_format!(frame, "{number}");
        text.len()
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, number: u32) -> usize {
        width(alloc, number) + *alloc.frame_box(1_usize)
    }
}

//# let the function take `&Frame`, and use `frame.frame_slice_from_iter(…)` and its kin
pub mod before {
    use super::*;

    fn median(numbers: &[u32]) -> u32 {
        let mut sorted: Vec<u32> = numbers.iter().copied().collect();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
        median(numbers) + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    fn median(frame: &Frame, numbers: &[u32]) -> u32 {
        let mut sorted = frame.frame_slice_from_iter(numbers.iter().copied());
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
        median(alloc, numbers) + *alloc.frame_box(1)
    }
}

//# let the function take `&Frame`, and use `frame.frame_box(…)`
pub mod before {
    use super::*;

    fn table(number: u32) -> Box<[u32; 64]> {
        Box::new([number; 64])
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, number: u32) -> u32 {
        table(number)[0] + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    fn table(frame: &Frame, number: u32) -> FrameBox<'_, [u32; 64]> {
        frame.frame_box([number; 64])
    }

    #[frame_system]
    pub fn measured(alloc: &SmartAlloc, number: u32) -> u32 {
        table(alloc, number)[0] + *alloc.frame_box(1)
    }
}

//# do this once, outside of the frame
pub mod before {
    use super::*;

    #[frame_system]
    pub fn named(alloc: &SmartAlloc) -> usize {
        let name = std::env::var("PLAYER").unwrap_or_default();
        name.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    pub fn start() -> String {
        std::env::var("PLAYER").unwrap_or_default()
    }

    #[frame_system]
    pub fn named(alloc: &SmartAlloc, name: &str) -> usize {
        name.len() + *alloc.frame_box(1_usize)
    }
}

//# it copies what somebody else still holds: change it outside of the frame
pub mod before {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone)]
    pub struct Settings {
        pub names: Vec<u32>,
    }

    #[frame_system]
    pub fn changed(alloc: &SmartAlloc, settings: &mut Arc<Settings>) -> usize {
        Arc::make_mut(settings).names.clear();
        settings.names.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone)]
    pub struct Settings {
        pub names: Vec<u32>,
    }

    pub fn between_frames(settings: &mut Arc<Settings>) {
        Arc::make_mut(settings).names.clear();
    }

    #[frame_system]
    pub fn read(alloc: &SmartAlloc, settings: &Arc<Settings>) -> usize {
        settings.names.len() + *alloc.frame_box(1_usize)
    }
}

//# use `sort_unstable` and its kin, which need no memory
pub mod before {
    use super::*;

    #[frame_system(no_heap)]
    pub fn sorted(alloc: &SmartAlloc, depths: &mut [u32]) -> u32 {
        depths.sort();
        depths[0] + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_heap)]
    pub fn sorted(alloc: &SmartAlloc, depths: &mut [u32]) -> u32 {
        depths.sort_unstable();
        depths[0] + *alloc.frame_box(1)
    }
}

//# use frame memory, or make it once before the first frame
pub mod before {
    use super::*;

    #[derive(Clone)]
    pub struct Settings {
        pub names: Vec<u32>,
    }

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, settings: &Settings) -> usize {
        let mut own = settings.to_owned();
        own.names.sort_unstable();
        own.names.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[derive(Clone)]
    pub struct Settings {
        pub names: Vec<u32>,
    }

    #[frame_system]
    pub fn copied(alloc: &SmartAlloc, settings: &Settings) -> usize {
        let names = alloc.frame_slice_copy(&settings.names);
        names.sort_unstable();
        names.len() + *alloc.frame_box(1_usize)
    }
}

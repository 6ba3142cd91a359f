//! Draw lists and trees: elements are sorted and grouped in frame memory, and leave it as copies or borrows.
use framealloc::{
    Frame, FrameBox, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameString, FrameVec, PoolBox, SmartAlloc,
    frame_format, frame_system, frame_vec,
};
use std::borrow::Cow;
use std::cell::*;
use std::collections::*;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock, mpsc};
// sorting keys, comparisons, hash
#[frame_system]
pub fn m41(alloc: &SmartAlloc, draws: &mut Vec<Draw>) {
    let keys = alloc.frame_slice_from_iter(draws.iter().map(|d| d.key));
    draws.sort_by_key(|d| keys.iter().position(|k| *k == d.key));
    draws.retain(|d| keys.contains(&d.key));
    draws.iter_mut().for_each(|d| d.order = keys.binary_search(&d.key).unwrap_or(0) as u32);
}
#[derive(Clone)]
pub struct Draw {
    key: u64,
    order: u32,
    name: Arc<str>,
}
#[frame_system]
pub fn m42(alloc: &SmartAlloc, draws: &[Draw], out: &mut Vec<Draw>) {
    let mut sorted = alloc.frame_slice_clone(draws);
    sorted.sort_by_key(|d| d.key);
    out.clear();
    out.extend(sorted.iter().cloned());
    out.extend_from_slice(&sorted);
    out.push(sorted[0].clone());
    for d in sorted {
        out.push(d);
    }
}
#[frame_system]
pub fn m43<'d>(alloc: &SmartAlloc, draws: &'d [Draw]) -> &'d Draw {
    let mut order = alloc.frame_slice_from_iter(0..draws.len());
    order.sort_by_key(|i| draws[*i].key);
    &draws[order[0]]
}
#[frame_system]
pub fn m44<'d>(alloc: &SmartAlloc, draws: &'d [Draw]) -> Vec<(&'d Draw, u32)> {
    let d = alloc.frame_slice_from_iter(draws.iter().map(|d| (d, d.order)));
    d.to_vec()
}
#[frame_system]
pub fn m45<'d>(alloc: &SmartAlloc, draws: &'d [Draw]) -> Box<[&'d Draw]> {
    let d = alloc.frame_slice_from_iter(draws.iter());
    d.iter().copied().collect::<Vec<_>>().into_boxed_slice()
}
#[frame_system]
pub fn m46<'d>(alloc: &SmartAlloc, draws: &'d [Draw], out: &mut HashMap<u64, Vec<&'d Draw>>) {
    let mut groups = alloc.frame_map::<u64, FrameVec<'_, &'d Draw>>();
    for d in draws {
        groups.entry(d.key).or_insert_with(|| alloc.frame_vec()).push(d);
    }
    for (k, g) in groups.iter() {
        out.insert(*k, g.to_vec());
        out.entry(*k).or_default().extend(g.iter());
    }
    for (k, g) in groups {
        out.insert(k, g.iter().copied().collect());
    }
}
#[frame_system]
pub fn m47<'d>(alloc: &SmartAlloc, draws: &'d mut [Draw]) -> Option<&'d mut Draw> {
    let best = *alloc.frame_slice_from_iter(draws.iter().map(|d| d.key)).iter().max()?;
    draws.iter_mut().find(|d| d.key == best)
}
#[frame_system]
pub fn m48<'d>(alloc: &SmartAlloc, draws: &'d mut Vec<Draw>) -> std::slice::IterMut<'d, Draw> {
    let n = alloc.frame_slice_copy(&[2usize])[0];
    draws[..n].iter_mut()
}
#[frame_system]
pub fn m49(alloc: &SmartAlloc, draws: &mut Vec<Draw>) -> Option<Draw> {
    let i = *alloc.frame_box(0usize);
    if i < draws.len() { Some(draws.swap_remove(i)) } else { draws.pop() }
}
#[frame_system]
pub fn m50(alloc: &SmartAlloc, slot: &mut Option<Draw>, other: &mut Draw) {
    let d = alloc.frame_box(Draw { key: 1, order: 2, name: "x".into() });
    *slot = Some(Draw::clone(&d));
    other.clone_from(&d);
    other.name = d.name.clone();
    other.key = d.key;
    *other = Draw { key: d.key, ..other.clone() };
    *slot = Some(FrameBox::into_inner(d));
}
// enums with payload moved out of frame memory
pub enum Node {
    Leaf(u32),
    Pair(Box<Node>, Box<Node>),
    Text(String),
}
#[frame_system]
pub fn m51(alloc: &SmartAlloc, src: &[u32]) -> Option<Node> {
    let mut st = alloc.frame_vec::<Node>();
    for n in src {
        if *n == 0 {
            let b = st.pop()?;
            let a = st.pop()?;
            st.push(Node::Pair(Box::new(a), Box::new(b)));
        } else {
            st.push(Node::Leaf(*n));
        }
    }
    st.pop()
}
#[frame_system]
pub fn m52(alloc: &SmartAlloc, src: &str) -> Vec<Node> {
    let mut st = alloc.frame_vec::<Node>();
    st.push(Node::Text(src.to_string()));
    st.into_iter().collect()
}
#[frame_system]
pub fn m53(alloc: &SmartAlloc, out: &mut Vec<Node>) {
    let mut st = alloc.frame_vec::<Node>();
    st.push(Node::Leaf(1));
    out.append(&mut st.drain(..).collect());
    while let Some(n) = st.pop() {
        out.push(n);
    }
    if let Some(n) = st.into_iter().next() {
        out.push(n);
    }
}
#[frame_system]
pub fn m54(alloc: &SmartAlloc, out: &mut Option<Box<Node>>) {
    let st = alloc.frame_box(Node::Leaf(1));
    *out = Some(Box::new(FrameBox::into_inner(st)));
}
#[frame_system]
pub fn m55(alloc: &SmartAlloc) -> Result<Node, String> {
    let st = frame_vec![in alloc; Node::Leaf(1), Node::Leaf(2)];
    st.into_iter().last().ok_or_else(|| String::from("none"))
}
#[frame_system]
pub fn m56(alloc: &SmartAlloc, m: &mut BTreeMap<String, Node>) {
    let mut f: FrameMap<'_, String, Node> = alloc.frame_map();
    f.insert("a".into(), Node::Leaf(1));
    for (k, v) in f {
        m.insert(k, v);
    }
}

//! Threads, tasks and closures that own what they take with them.
use framealloc::{Frame, FrameBox, FrameVec, SmartAlloc, frame_format, frame_system};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
pub struct Jobs {
    list: Vec<Box<dyn FnOnce() + Send>>,
    hooks: Vec<Arc<dyn Fn(u32) -> u32 + Send + Sync>>,
    on: Option<Box<dyn FnMut(&str)>>,
}
#[frame_system]
pub fn t01(alloc: &SmartAlloc) {
    let v = alloc.frame_slice_copy(&[1u32]);
    let own = v.to_vec();
    thread::spawn(move || drop(own));
}
#[frame_system]
pub fn t02(alloc: &SmartAlloc) {
    let v = alloc.frame_slice_copy(&[1u32]);
    let n = v[0];
    thread::spawn(move || println!("{n}"));
}
#[frame_system]
pub fn t03(alloc: &SmartAlloc) -> u32 {
    let v = alloc.frame_slice_copy(&[1u32]);
    thread::scope(|s| {
        let h = s.spawn(|| v.iter().sum::<u32>());
        h.join().unwrap()
    })
}
#[frame_system]
pub fn t04(alloc: &SmartAlloc) {
    let v = alloc.frame_slice_copy(&[1u32, 2]);
    let (a, b) = v.split_at_mut(1);
    thread::scope(|s| {
        s.spawn(move || a[0] = 1);
        s.spawn(move || b[0] = 2);
    });
}
#[frame_system]
pub fn t05(alloc: &SmartAlloc, j: &mut Jobs) {
    let s = frame_format!(alloc, "x");
    let s = s.to_string();
    j.list.push(Box::new(move || println!("{s}")));
}
#[frame_system]
pub fn t06(alloc: &SmartAlloc, j: &mut Jobs) {
    let b = alloc.frame_box(3u32);
    let k = *b;
    j.hooks.push(Arc::new(move |x| x + k));
}
#[frame_system]
pub fn t07(alloc: &SmartAlloc, j: &mut Jobs) {
    let b = alloc.frame_box((3u32, 1.0f32));
    let (k, f) = *b;
    j.on = Some(Box::new(move |s| println!("{s}{k}{f}")));
}
#[frame_system]
pub fn t08(alloc: &SmartAlloc, tx: mpsc::Sender<Box<dyn FnOnce() + Send>>) {
    let b = alloc.frame_slice_copy(&[3u32]);
    let arc: Arc<[u32]> = Arc::from(&*b);
    let _ = tx.send(Box::new(move || println!("{}", arc.len())));
}
#[frame_system]
pub fn t09(alloc: &SmartAlloc, m: &Arc<Mutex<Vec<u32>>>) {
    let b = alloc.frame_slice_copy(&[3u32]);
    let m2 = Arc::clone(m);
    m.lock().unwrap().extend(b.iter());
    thread::spawn(move || m2.lock().unwrap().push(1));
}
#[frame_system]
pub fn t13(alloc: &SmartAlloc) {
    let t = alloc.frame_box_for_transfer(3u32);
    thread::spawn(move || println!("{}", *t.receive()));
}
#[frame_system]
pub fn t14(alloc: &SmartAlloc, v: &mut Vec<u32>) {
    let lim = alloc.frame_box(3u32);
    v.retain(|x| *x < *lim);
    v.sort_by_key(|x| x.abs_diff(*lim));
    v.iter_mut().for_each(|x| *x += *lim);
    v.dedup_by_key(|x| *x / *lim);
}
#[frame_system]
pub fn t15(alloc: &SmartAlloc, o: &mut Option<u32>) {
    let lim = alloc.frame_box(3u32);
    *o = o.map(|x| x + *lim);
    *o = o.or_else(|| Some(*lim));
    let r = o.get_or_insert_with(|| *lim);
    *r += 1;
    *o = o.filter(|x| *x > *lim);
}
#[frame_system]
pub fn t16(alloc: &SmartAlloc, m: &mut std::collections::HashMap<u32, u32>) {
    let lim = alloc.frame_box(3u32);
    m.entry(1).and_modify(|x| *x += *lim).or_insert(*lim);
    m.entry(2).or_insert_with(|| *lim);
    m.retain(|_, v| *v < *lim);
}
#[frame_system]
pub fn t17(alloc: &SmartAlloc) -> impl Fn(u32) -> u32 + use<> {
    let t = alloc.frame_slice_copy(&[1u32, 2]);
    let [a, b] = [t[0], t[1]];
    move |x| a * x + b
}
#[frame_system]
pub fn t18(alloc: &SmartAlloc) -> Box<dyn Fn() -> usize> {
    let t = frame_format!(alloc, "x");
    let n = t.len();
    Box::new(move || n)
}
pub struct Pool {
    tx: mpsc::Sender<Task>,
}
pub struct Task {
    data: Vec<u8>,
    id: u32,
    run: Box<dyn FnOnce(&[u8]) + Send>,
}
impl Pool {
    pub fn spawn(&self, t: Task) {
        let _ = self.tx.send(t);
    }
    pub fn install<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }
}
#[frame_system]
pub fn t19(alloc: &SmartAlloc, p: &Pool) {
    let b = alloc.frame_slice_copy(&[1u8]);
    p.spawn(Task { data: b.to_vec(), id: b.len() as u32, run: Box::new(|d| println!("{}", d.len())) });
}
#[frame_system]
pub fn t20(alloc: &SmartAlloc, p: &Pool) -> u32 {
    let b = alloc.frame_slice_copy(&[1u8]);
    p.install(|| b.iter().map(|x| *x as u32).sum())
}
#[frame_system]
pub fn t21(alloc: &SmartAlloc) {
    let b = alloc.frame_slice_copy(&[1u8]);
    let r: Result<(), ()> = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        b[0] = 1;
    }))
    .map_err(|_| ());
}
#[frame_system]
pub fn t22(alloc: &SmartAlloc) -> usize {
    let v = alloc.frame_slice_copy(&[1u32]);
    let chunks = v.chunks(4);
    thread::scope(|s| {
        let hs = chunks.map(|c| s.spawn(move || c.len())).collect::<Vec<_>>();
        hs.into_iter().map(|h| h.join().unwrap()).sum()
    })
}
#[frame_system]
pub fn t23(alloc: &SmartAlloc) {
    let n = alloc.frame_box(1u32);
    let name = format!("w{}", *n);
    thread::Builder::new().name(name).spawn(|| {}).unwrap();
}

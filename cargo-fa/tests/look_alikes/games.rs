//! Entity stores, command queues, layout, draw lists, scopes, pools: shapes of games.
use framealloc::{
    Frame, FrameBox, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameString, FrameVec, PoolBox, SmartAlloc,
    frame_format, frame_system, frame_vec,
};
use std::borrow::Cow;
use std::cell::*;
use std::collections::*;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock, mpsc};
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct V2 {
    x: f32,
    y: f32,
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);
// scopes that are joined
pub struct Pool;
pub struct Scope<'s>(std::marker::PhantomData<&'s ()>);
impl Pool {
    pub fn scope<'env, R>(&self, f: impl FnOnce(&Scope<'env>) -> R) -> R {
        f(&Scope(std::marker::PhantomData))
    }
}
impl<'s> Scope<'s> {
    pub fn spawn(&self, f: impl FnOnce() + Send + 's) {
        f()
    }
    pub fn spawn_async(&self, f: impl Future<Output = ()> + Send + 's) {
        drop(f)
    }
}
#[frame_system]
pub fn m01(alloc: &SmartAlloc, p: &Pool) -> u32 {
    let v = alloc.frame_slice_copy(&[1u32, 2]);
    p.scope(|s| {
        s.spawn(|| println!("{}", v.len()));
    });
    v[0]
}
#[frame_system]
pub fn m02(alloc: &SmartAlloc, p: &Pool) {
    let v = alloc.frame_slice_copy(&[1u32, 2]);
    let v = &*v;
    p.scope(|s| {
        for c in v.chunks(1) {
            s.spawn(move || println!("{}", c.len()));
        }
        s.spawn_async(async move {
            println!("{}", v.len());
        });
    });
}
// closures with disjoint captures
#[frame_system]
pub fn m03(alloc: &SmartAlloc) -> impl Fn() -> u32 + use<> {
    let pair = (alloc.frame_slice_copy(&[1u32])[0], 2u32);
    move || pair.0 + pair.1
}
pub struct Both<'f> {
    n: u32,
    list: FrameVec<'f, u32>,
}
#[frame_system]
pub fn m04(alloc: &SmartAlloc, out: &mut Vec<Box<dyn Fn() -> u32>>) {
    let b = Both { n: 3, list: alloc.frame_vec() };
    let n = b.n;
    out.push(Box::new(move || n));
}
#[frame_system]
pub fn m05(alloc: &SmartAlloc, out: &mut u32) {
    let b = Both { n: 3, list: alloc.frame_vec_from_array([1]) };
    *out = b.n;
    *out += b.list[0];
    *out = b.list.iter().sum::<u32>() + b.n;
}
#[frame_system]
pub fn m06(alloc: &SmartAlloc) -> u32 {
    let b = Both { n: 3, list: alloc.frame_vec_from_array([1]) };
    b.n
}
#[frame_system]
pub fn m07(alloc: &SmartAlloc) -> (u32, usize) {
    let Both { n, list } = Both { n: 3, list: alloc.frame_vec_from_array([1]) };
    (n, list.len())
}
// results of local closures and fns
#[frame_system]
pub fn m08(alloc: &SmartAlloc, v: &[V2]) -> Option<V2> {
    let tmp = alloc.frame_slice_copy(v);
    let best = |a: V2, b: V2| if a.x < b.x { a } else { b };
    tmp.iter().copied().reduce(best)
}
fn centroid(v: &[V2]) -> V2 {
    v.iter().fold(V2 { x: 0.0, y: 0.0 }, |a, b| V2 { x: a.x + b.x, y: a.y + b.y })
}
fn hull(frame: &Frame, v: &[V2], out: &mut Vec<V2>) {
    let mut st = frame.frame_vec::<V2>();
    for p in v {
        while st.len() > 1 && st[st.len() - 1].x > p.x {
            st.pop();
        }
        st.push(*p);
    }
    out.clear();
    out.extend(st.iter());
}
#[frame_system]
pub fn m09(alloc: &SmartAlloc, v: &[V2], out: &mut Vec<V2>, c: &mut V2) {
    hull(alloc, v, out);
    let t = alloc.frame_slice_copy(v);
    *c = centroid(t);
    *c = centroid(&t[1..]);
}
// ECS shapes
pub struct World {
    pos: Vec<V2>,
    names: Vec<Option<String>>,
    alive: Vec<bool>,
    free: Vec<u32>,
    by_name: HashMap<String, Id>,
    children: HashMap<Id, Vec<Id>>,
    events: VecDeque<Event>,
    resources: HashMap<std::any::TypeId, Box<dyn std::any::Any>>,
}
#[derive(Clone)]
pub enum Event {
    Spawn(Id),
    Hit { a: Id, b: Id, at: V2 },
    Say(String),
}
impl World {
    fn query(&self) -> impl Iterator<Item = (Id, &V2)> {
        self.pos.iter().enumerate().map(|(i, p)| (Id(i as u32), p))
    }
    fn query_mut(&mut self) -> impl Iterator<Item = (Id, &mut V2)> {
        self.pos.iter_mut().enumerate().map(|(i, p)| (Id(i as u32), p))
    }
    fn get(&self, id: Id) -> Option<&V2> {
        self.pos.get(id.0 as usize)
    }
    fn get_mut(&mut self, id: Id) -> Option<&mut V2> {
        self.pos.get_mut(id.0 as usize)
    }
    fn name(&self, id: Id) -> &str {
        self.names[id.0 as usize].as_deref().unwrap_or("")
    }
    fn send(&mut self, e: Event) {
        self.events.push_back(e);
    }
    fn resource<T: 'static>(&self) -> Option<&T> {
        self.resources.get(&std::any::TypeId::of::<T>())?.downcast_ref()
    }
    #[frame_system]
    pub fn m10(&mut self, alloc: &SmartAlloc) {
        let mut dead = alloc.frame_vec::<Id>();
        for (id, p) in self.query() {
            if p.x < 0.0 {
                dead.push(id);
            }
        }
        for id in dead {
            self.alive[id.0 as usize] = false;
            self.free.push(id.0);
        }
    }
    #[frame_system]
    pub fn m11(&mut self, alloc: &SmartAlloc) {
        let mut hits = alloc.frame_vec();
        for (a, p) in self.query() {
            for (b, q) in self.query() {
                if a < b && p == q {
                    hits.push(Event::Hit { a, b, at: *p });
                }
            }
        }
        for h in hits.iter() {
            self.send(h.clone());
        }
        for h in hits {
            self.send(h);
        }
    }
    #[frame_system]
    pub fn m12(&self, alloc: &SmartAlloc) -> Option<&V2> {
        let mut near = alloc.frame_vec::<(Id, f32)>();
        near.extend(self.query().map(|(id, p)| (id, p.x)));
        near.sort_by(|a, b| a.1.total_cmp(&b.1));
        self.get(near[0].0)
    }
    #[frame_system]
    pub fn m13(&mut self, alloc: &SmartAlloc) -> Option<&mut V2> {
        let ids = alloc.frame_slice_from_iter(self.query().map(|(id, _)| id));
        let id = *ids.last()?;
        self.get_mut(id)
    }
    #[frame_system]
    pub fn m14(&self, alloc: &SmartAlloc) -> &str {
        let mut best = alloc.frame_heap::<(u32, Id)>();
        for (id, p) in self.query() {
            best.push((p.x as u32, id));
        }
        best.pop().map_or("", |(_, id)| self.name(id))
    }
    #[frame_system]
    pub fn m15<'w>(&'w self, alloc: &SmartAlloc, pat: &str) -> Vec<(Id, &'w str)> {
        let pat = frame_format!(alloc, "{pat}_");
        self.names
            .iter()
            .enumerate()
            .filter_map(|(i, n)| n.as_deref().filter(|n| n.starts_with(pat.as_str())).map(|n| (Id(i as u32), n)))
            .collect()
    }
    #[frame_system]
    pub fn m16(&mut self, alloc: &SmartAlloc, root: Id) {
        let mut q: FrameDeque<'_, Id> = alloc.frame_deque();
        q.push_back(root);
        while let Some(id) = q.pop_front() {
            if let Some(c) = self.children.get(&id) {
                q.extend(c.iter().copied());
            }
            self.free.push(id.0);
        }
    }
    #[frame_system]
    pub fn m17(&self, alloc: &SmartAlloc) -> Option<&Vec<Id>> {
        let mut seen = alloc.frame_set::<Id>();
        self.children.iter().find(|(k, _)| seen.insert(**k)).map(|(_, v)| v)
    }
    #[frame_system]
    pub fn m18(&mut self, alloc: &SmartAlloc) {
        let s = frame_format!(alloc, "hello");
        self.send(Event::Say(s.to_string()));
        self.events.push_back(Event::Say(s.as_str().to_owned()));
        self.by_name.insert(s.to_string(), Id(1));
    }
    #[frame_system]
    pub fn m19(&self, alloc: &SmartAlloc) -> Option<&Settings> {
        let k = alloc.frame_box(1u32);
        if *k > 0 { self.resource::<Settings>() } else { None }
    }
    #[frame_system]
    pub fn m20(&mut self, alloc: &SmartAlloc) {
        let moves = alloc.frame_slice_from_iter(self.query().map(|(id, p)| (id, V2 { x: p.x + 1.0, y: p.y })));
        for (id, to) in moves.iter() {
            if let Some(p) = self.get_mut(*id) {
                *p = *to;
            }
        }
        for (id, p) in self.query_mut() {
            *p = moves[id.0 as usize].1;
        }
    }
}
pub struct Settings {
    volume: f32,
    keys: [u32; 4],
}
// command queues with generics
pub struct Commands {
    list: Vec<Box<dyn Cmd>>,
    bytes: Vec<u8>,
}
pub trait Cmd: 'static {
    fn apply(self: Box<Self>, w: &mut World);
}
impl<F: FnOnce(&mut World) + 'static> Cmd for F {
    fn apply(self: Box<Self>, w: &mut World) {
        self(w)
    }
}
impl Commands {
    pub fn push(&mut self, c: impl Cmd) {
        self.list.push(Box::new(c));
    }
    pub fn insert<B: Copy + 'static>(&mut self, id: Id, b: B) {
        self.bytes.push(id.0 as u8);
    }
    pub fn entity(&mut self, id: Id) -> EntityCommands<'_> {
        EntityCommands { c: self, id }
    }
}
pub struct EntityCommands<'c> {
    c: &'c mut Commands,
    id: Id,
}
impl EntityCommands<'_> {
    pub fn insert<B: Copy + 'static>(&mut self, b: B) -> &mut Self {
        self.c.insert(self.id, b);
        self
    }
    pub fn set(&mut self, s: &str) -> &mut Self {
        self
    }
}
#[frame_system]
pub fn m21(alloc: &SmartAlloc, c: &mut Commands) {
    let v = alloc.frame_slice_copy(&[V2 { x: 0.0, y: 0.0 }]);
    let p = v[0];
    c.push(move |w: &mut World| w.pos.push(p));
    c.insert(Id(1), v[0]);
    c.entity(Id(2)).insert(v[0]).insert(p.x).set(alloc.frame_str("n"));
}
// text / UI
pub struct Label<'a> {
    text: Cow<'a, str>,
    size: f32,
}
pub struct Layout {
    glyphs: Vec<(char, V2)>,
    lines: Vec<std::ops::Range<usize>>,
    cache: HashMap<u64, f32>,
}
impl Layout {
    fn push_text(&mut self, t: &str, at: V2) -> f32 {
        for c in t.chars() {
            self.glyphs.push((c, at));
        }
        t.len() as f32
    }
    fn measure(&mut self, l: &Label<'_>) -> f32 {
        *self.cache.entry(l.text.len() as u64).or_insert(l.size)
    }
    fn draw<'a>(&mut self, l: impl Into<Label<'a>>) {
        let l = l.into();
        self.push_text(&l.text, V2 { x: 0.0, y: l.size });
    }
}
impl<'a> From<&'a str> for Label<'a> {
    fn from(s: &'a str) -> Self {
        Label { text: Cow::Borrowed(s), size: 1.0 }
    }
}
#[frame_system]
pub fn m22(alloc: &SmartAlloc, l: &mut Layout) -> f32 {
    let t = frame_format!(alloc, "fps {}", 60);
    l.draw(t.as_str());
    l.draw(&*t);
    let lab = Label { text: Cow::Borrowed(&t), size: 2.0 };
    l.measure(&lab) + l.push_text(&lab.text, V2 { x: 0.0, y: 0.0 })
}
#[frame_system]
pub fn m23(alloc: &SmartAlloc, l: &mut Layout, src: &str) {
    let words = alloc.frame_slice_from_iter(src.split(' '));
    let mut start = 0;
    for w in words.iter() {
        l.lines.push(start..start + w.len());
        start += w.len();
        l.push_text(w, V2 { x: start as f32, y: 0.0 });
    }
}
#[frame_system]
pub fn m24<'s>(alloc: &SmartAlloc, src: &'s str) -> Cow<'s, str> {
    let esc = alloc.frame_slice_from_iter(src.char_indices().filter(|(_, c)| *c == '&').map(|(i, _)| i));
    if esc.is_empty() { Cow::Borrowed(src) } else { Cow::Owned(src.replace('&', "&amp;")) }
}
// rc / arc / shared world
#[frame_system]
pub fn m25(alloc: &SmartAlloc, all: &[Arc<World>]) -> Option<Arc<World>> {
    let mut v = alloc.frame_vec::<&Arc<World>>();
    v.extend(all.iter());
    v.first().map(|a| Arc::clone(a))
}
#[frame_system]
pub fn m26(alloc: &SmartAlloc, all: &[Rc<RefCell<World>>], out: &mut Vec<Rc<RefCell<World>>>) {
    let mut v = alloc.frame_vec();
    for w in all {
        v.push(w.clone());
    }
    for w in v.iter() {
        out.push(Rc::clone(w));
        w.borrow_mut().free.push(1);
    }
    out.extend(v);
}
#[frame_system]
pub fn m27(alloc: &SmartAlloc, m: &RwLock<HashMap<u32, String>>) -> usize {
    let k = alloc.frame_slice_copy(&[1u32]);
    let g = m.read().unwrap();
    let names = alloc.frame_slice_from_iter(k.iter().filter_map(|k| g.get(k)));
    names.iter().map(|n| n.len()).sum()
}
#[frame_system]
pub fn m28<'g>(alloc: &SmartAlloc, g: &'g std::sync::RwLockReadGuard<'_, HashMap<u32, String>>) -> Option<&'g String> {
    let k = alloc.frame_slice_copy(&[1u32]);
    k.iter().find_map(|k| g.get(k))
}
// scoped & speculative
pub fn m29(alloc: &SmartAlloc, v: &[u32]) -> Result<u32, u32> {
    alloc.speculative(|f| {
        let t = f.frame_slice_copy(v);
        t.iter().max().copied().ok_or(3)
    })
}
pub fn m30(alloc: &SmartAlloc, w: &mut World) {
    alloc.scoped(|f| {
        let ids = f.frame_slice_from_iter(w.query().map(|(i, _)| i));
        for i in ids.iter() {
            w.free.push(i.0);
        }
    });
}
pub fn m31<'w>(alloc: &SmartAlloc, w: &'w World) -> Vec<&'w str> {
    alloc.scoped(|f| {
        let mut v = f.frame_vec::<&'w str>();
        for (id, _) in w.query() {
            v.push(w.name(id));
        }
        v.iter().copied().collect()
    })
}
pub fn m32(alloc: &SmartAlloc, n: u32) -> String {
    alloc.with_tag("ui", |a| frame_format!(a, "{n}").to_string())
}
pub fn m33(alloc: &mut SmartAlloc, w: &mut World) {
    alloc.begin_frame();
    let t = alloc.frame_slice_copy(&w.pos);
    w.pos.copy_from_slice(t);
    let n = t.len();
    alloc.end_frame();
    w.free.push(n as u32);
}
pub fn m34(alloc: &mut SmartAlloc) -> u32 {
    let n = alloc.whole_frame(|a| a.frame_slice_copy(&[1u32]).iter().sum());
    n
}
pub fn m35(alloc: &mut SmartAlloc) -> u32 {
    let mut best = 0;
    for i in 0..3 {
        alloc.begin_frame();
        let v = alloc.frame_box(i);
        best = best.max(*v);
        drop(v);
        alloc.end_frame();
    }
    best
}
pub fn m36(alloc: &mut SmartAlloc) -> usize {
    let g = alloc.frame_guard();
    let n = g.frame_str("x").len();
    drop(g);
    n
}
pub fn m37(alloc: &mut SmartAlloc, log: &mut Vec<String>) {
    let g = alloc.frame_guard();
    let t = frame_format!(g, "x");
    log.push(t.to_string());
}
// raw bytes read/write in place
#[frame_system]
pub fn m38(alloc: &SmartAlloc, dst: &mut [u8]) {
    let b = alloc.frame_slice_copy(dst);
    for (d, s) in dst.iter_mut().zip(b.iter()) {
        *d = s ^ 0xff;
    }
    dst[0..2].copy_from_slice(&b[..2]);
    dst.copy_within(0..2, 2);
    let (l, r) = dst.split_at_mut(1);
    l[0] = b[0];
    r.fill(b[1]);
}
#[frame_system]
pub fn m39(alloc: &SmartAlloc, dst: *mut f32, n: usize) {
    let b = alloc.frame_slice_fill_copy(n, 1.0f32);
    unsafe {
        std::ptr::copy_nonoverlapping(b.as_ptr(), dst, n);
        dst.write(b[0]);
    }
}
#[frame_system]
pub fn m40(alloc: &SmartAlloc, gpu: &mut Gpu) {
    let b = alloc.frame_slice_copy(&[1.0f32]);
    unsafe {
        (gpu.upload)(gpu.id, b.as_ptr().cast(), std::mem::size_of_val(b));
    }
    let p = b.as_ptr();
    let sum = unsafe { *p };
    gpu.last = sum;
}
pub struct Gpu {
    id: u32,
    last: f32,
    upload: unsafe extern "C" fn(u32, *const u8, usize),
}
// pool + handles
#[frame_system]
pub fn m57(alloc: &SmartAlloc, kept: &mut Vec<PoolBox<V2>>) {
    let v = alloc.frame_slice_copy(&[V2 { x: 0.0, y: 0.0 }]);
    kept.push(alloc.pool_box(v[0]));
    for p in v.iter() {
        kept.push(alloc.pool_box(*p));
    }
}
#[frame_system]
pub fn m58(alloc: &SmartAlloc) -> PoolBox<[V2]> {
    let v = alloc.frame_slice_copy(&[V2 { x: 0.0, y: 0.0 }]);
    alloc.pool_slice_copy(v)
}
#[frame_system]
pub fn m59(alloc: &SmartAlloc) -> PoolBox<str> {
    let v = frame_format!(alloc, "x");
    alloc.pool_str(&v)
}
// channels
#[frame_system]
pub fn m60(alloc: &SmartAlloc, rx: &mpsc::Receiver<Event>, w: &mut World) {
    let mut got = alloc.frame_vec::<Event>();
    got.extend(rx.try_iter());
    while let Ok(e) = rx.try_recv() {
        got.push(e);
    }
    for e in got {
        match e {
            Event::Spawn(id) => w.free.push(id.0),
            Event::Hit { at, .. } => w.pos.push(at),
            Event::Say(s) => {
                w.by_name.insert(s, Id(0));
            }
        }
    }
}
#[frame_system]
pub fn m61(alloc: &SmartAlloc, tx: &mpsc::SyncSender<Event>) {
    let v = alloc.frame_slice_from_iter([Event::Spawn(Id(1))]);
    for e in v.iter() {
        let _ = tx.send(e.clone());
    }
    for e in v {
        if tx.try_send(e).is_err() {
            break;
        }
    }
}
// option chains
#[frame_system]
pub fn m62<'w>(alloc: &SmartAlloc, w: &'w World) -> Option<&'w str> {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    let id = ids.iter().copied().find(|i| i.0 > 0)?;
    w.names.get(id.0 as usize)?.as_deref()
}
#[frame_system]
pub fn m63<'w>(alloc: &SmartAlloc, w: &'w World) -> Option<&'w V2> {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    ids.iter().map(|i| w.get(*i)).flatten().next()
}
#[frame_system]
pub fn m64<'w>(alloc: &SmartAlloc, w: &'w World) -> Option<&'w V2> {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    ids.iter().filter_map(|i| w.get(*i)).max_by(|a, b| a.x.total_cmp(&b.x))
}
#[frame_system]
pub fn m65<'w>(alloc: &SmartAlloc, w: &'w World) -> &'w V2 {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    ids.first().and_then(|i| w.get(*i)).unwrap_or(&w.pos[0])
}
#[frame_system]
pub fn m66<'w>(alloc: &SmartAlloc, w: &'w World) -> impl Iterator<Item = &'w V2> + use<'w> {
    let n = alloc.frame_slice_copy(&[Id(1)]).len();
    w.pos.iter().skip(n).step_by(2)
}
#[frame_system]
pub fn m67<'w>(alloc: &SmartAlloc, w: &'w World) -> Vec<&'w V2> {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    ids.iter().map(|i| &w.pos[i.0 as usize]).collect()
}
#[frame_system]
pub fn m68<'w>(alloc: &SmartAlloc, w: &'w World, out: &mut [Option<&'w V2>]) {
    let ids = alloc.frame_slice_copy(&[Id(1)]);
    for (o, i) in out.iter_mut().zip(ids.iter()) {
        *o = w.get(*i);
    }
    out[0] = ids.iter().find_map(|i| w.get(*i));
}

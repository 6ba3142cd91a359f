//! Backends, widgets, queues and channels of the user, with methods that are named like those of std that keep what they get.
use framealloc::{Frame, FrameBox, FrameVec, SmartAlloc, frame_format, frame_system};
use std::collections::*;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, mpsc};
#[derive(Clone, Copy)]
pub struct Vertex {
    pos: [f32; 3],
    uv: [f32; 2],
    color: [u8; 4],
}
pub struct BufferId(u32);
pub trait Gpu {
    fn write_buffer(&mut self, at: &BufferId, offset: u64, data: &[u8]);
    fn set(&mut self, data: &[Vertex]);
    fn push(&mut self, data: &[f32]);
    fn insert(&mut self, name: &str, v: u32);
    fn send(&self, data: &[u8]) -> usize;
    fn store(&mut self, s: &str);
    fn replace(&mut self, a: &[u8], b: &[u8]);
    fn extend(&mut self, it: &[u16]);
    fn submit<'a>(&mut self, cmds: &[Cmd<'a>]);
    fn label(&mut self, l: Option<&str>) -> &mut Self
    where
        Self: Sized;
}
pub enum Cmd<'a> {
    Draw(&'a [Vertex]),
    Text(&'a str),
    Clear([f32; 4]),
}
pub struct Renderer<G> {
    gpu: G,
    vertices: Vec<Vertex>,
    label: String,
}
impl<G: Gpu> Renderer<G> {
    #[frame_system]
    pub fn g01(&mut self, alloc: &SmartAlloc) {
        let v = alloc.frame_slice_fill_copy(3, Vertex { pos: [0.0; 3], uv: [0.0; 2], color: [0; 4] });
        self.gpu.set(v);
    }
    #[frame_system]
    pub fn g02(&mut self, alloc: &SmartAlloc) {
        let mut v = alloc.frame_vec::<f32>();
        v.push(1.0);
        self.gpu.push(&v);
        self.gpu.push(v.as_slice());
    }
    #[frame_system]
    pub fn g03(&mut self, alloc: &SmartAlloc) {
        let s = frame_format!(alloc, "b");
        self.gpu.insert(&s, 1);
        self.gpu.store(&s);
        self.gpu.label(Some(&s)).set(&[]);
    }
    #[frame_system]
    pub fn g04(&mut self, alloc: &SmartAlloc) {
        let v = alloc.frame_slice_copy(&[Vertex { pos: [0.0; 3], uv: [0.0; 2], color: [0; 4] }]);
        let t = frame_format!(alloc, "hi");
        let mut c = alloc.frame_vec();
        c.push(Cmd::Draw(v));
        c.push(Cmd::Text(&t));
        self.gpu.submit(&c);
    }
    #[frame_system]
    pub fn g05(&mut self, alloc: &SmartAlloc) {
        let v = alloc.frame_slice_copy(&[1u8]);
        let id = BufferId(1);
        self.gpu.write_buffer(&id, 0, v);
        self.gpu.replace(v, &v[1..]);
        let i = alloc.frame_slice_copy(&[1u16]);
        self.gpu.extend(i);
        let _ = self.gpu.send(v);
    }
}
#[frame_system]
pub fn g06(alloc: &SmartAlloc, gpu: &mut dyn Sink) {
    let v = alloc.frame_slice_copy(&[1u8]);
    gpu.push(v);
    gpu.insert(v);
    gpu.set(v);
    gpu.send(v);
}
pub trait Sink {
    fn push(&mut self, b: &[u8]);
    fn insert(&mut self, b: &[u8]);
    fn set(&mut self, b: &[u8]);
    fn send(&mut self, b: &[u8]);
}
#[frame_system]
pub fn g07(alloc: &SmartAlloc, gpu: &mut Box<dyn Sink>, all: &mut [Box<dyn Sink>]) {
    let v = alloc.frame_slice_copy(&[1u8]);
    gpu.push(v);
    for g in all.iter_mut() {
        g.push(v);
        g.insert(v);
    }
}
#[frame_system]
pub fn g08(alloc: &SmartAlloc, gpu: &Arc<Mutex<dyn Sink + Send>>) {
    let v = alloc.frame_slice_copy(&[1u8]);
    gpu.lock().unwrap().push(v);
    gpu.lock().unwrap().insert(v);
}
#[frame_system]
pub fn g09<S: Sink + ?Sized>(alloc: &SmartAlloc, gpu: &mut S) {
    let v = alloc.frame_slice_copy(&[1u8]);
    gpu.push(v);
    gpu.set(v);
}
#[frame_system]
pub fn g10(alloc: &SmartAlloc, gpu: &mut impl Sink) {
    let v = alloc.frame_slice_copy(&[1u8]);
    gpu.push(v);
    gpu.set(v);
}
pub struct Console {
    lines: VecDeque<String>,
    cursor: usize,
    hook: Option<Box<dyn Fn(&str)>>,
}
impl Console {
    pub fn push(&mut self, line: &str) {
        self.lines.push_back(line.to_string());
    }
    pub fn set(&mut self, at: usize, line: &str) {
        self.lines[at] = line.into();
    }
    pub fn insert(&mut self, at: usize, line: &str) {
        self.lines.insert(at, line.to_owned());
    }
    pub fn send(&self, line: &str) {
        if let Some(h) = &self.hook {
            h(line);
        }
    }
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        self.lines.push_back(String::from_utf8_lossy(bytes).into_owned());
        bytes.len()
    }
}
#[frame_system]
pub fn g11(alloc: &SmartAlloc, con: &mut Console) {
    let s = frame_format!(alloc, "fps");
    con.push(&s);
    con.set(0, &s);
    con.insert(0, s.as_str());
    con.send(&s);
    con.write(s.as_bytes());
}
pub struct Ui {
    stack: Vec<u32>,
    out: Vec<Prim>,
}
pub enum Prim {
    Rect([f32; 4]),
    Glyph(char),
    Text(String),
}
impl Ui {
    pub fn label(&mut self, t: impl Into<String>) -> &mut Self {
        self.out.push(Prim::Text(t.into()));
        self
    }
    pub fn add<W: Widget>(&mut self, w: W) -> bool {
        w.draw(self)
    }
    pub fn text(&mut self, s: &str) {
        for c in s.chars() {
            self.out.push(Prim::Glyph(c));
        }
    }
    pub fn row<R>(&mut self, f: impl FnOnce(&mut Ui) -> R) -> R {
        f(self)
    }
}
pub trait Widget {
    fn draw(self, ui: &mut Ui) -> bool;
}
pub struct Button<'a> {
    text: &'a str,
}
impl Widget for Button<'_> {
    fn draw(self, ui: &mut Ui) -> bool {
        ui.text(self.text);
        false
    }
}
#[frame_system]
pub fn g12(alloc: &SmartAlloc, ui: &mut Ui) {
    let s = frame_format!(alloc, "{}", 3);
    ui.add(Button { text: &s });
    ui.label(s.as_str()).label(&*s);
    ui.text(&s);
    ui.row(|ui| {
        ui.text(&s);
        ui.add(Button { text: &s })
    });
}
pub struct Queue<T> {
    items: Vec<T>,
}
impl<T> Queue<T> {
    pub fn push(&mut self, t: T) {
        self.items.push(t);
    }
    pub fn extend<I: IntoIterator<Item = T>>(&mut self, it: I) {
        for i in it {
            self.items.push(i);
        }
    }
}
#[frame_system]
pub fn g13(alloc: &SmartAlloc, q: &mut Queue<u32>, q2: &mut Queue<[f32; 3]>, q3: &mut Queue<String>) {
    let v = alloc.frame_slice_copy(&[1u32]);
    q.push(v[0]);
    q.extend(v.iter().copied());
    for x in v.iter() {
        q.push(*x);
    }
    let p = alloc.frame_box([0.0f32; 3]);
    q2.push(*p);
    q3.push(frame_format!(alloc, "x").to_string());
}
pub struct Audio {
    ring: Box<[f32]>,
    head: usize,
    tx: mpsc::SyncSender<[f32; 64]>,
}
impl Audio {
    #[frame_system]
    pub fn g14(&mut self, alloc: &SmartAlloc, voices: &[Voice]) {
        let mix = alloc.frame_slice_fill_copy(64, 0.0f32);
        for v in voices {
            v.mix_into(mix);
        }
        for s in mix.iter() {
            self.ring[self.head] = *s;
            self.head = (self.head + 1) % self.ring.len();
        }
        let mut block = [0.0; 64];
        block.copy_from_slice(mix);
        let _ = self.tx.try_send(block);
    }
}
pub struct Voice {
    gain: f32,
}
impl Voice {
    fn mix_into(&self, out: &mut [f32]) {
        for o in out {
            *o += self.gain;
        }
    }
}
pub struct Net<S> {
    sock: S,
    seq: u16,
    acks: Vec<u16>,
}
pub trait Socket {
    type Error;
    fn send_to(&mut self, d: &[u8], to: u32) -> Result<usize, Self::Error>;
    fn recv(&mut self, d: &mut [u8]) -> Result<usize, Self::Error>;
}
impl<S: Socket> Net<S> {
    #[frame_system]
    pub fn g15(&mut self, alloc: &SmartAlloc) -> Result<(), S::Error> {
        let mut p = alloc.frame_vec::<u8>();
        p.extend_from_slice(&self.seq.to_be_bytes());
        for a in &self.acks {
            p.extend(a.to_be_bytes());
        }
        self.sock.send_to(&p, 1)?;
        let buf = alloc.frame_slice_fill_copy(64, 0u8);
        let n = self.sock.recv(buf)?;
        self.acks.extend(buf[..n].chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])));
        self.seq = u16::from_be_bytes([buf[0], buf[1]]);
        Ok(())
    }
}
pub struct Recorder<W: std::io::Write> {
    w: W,
}
impl<W: std::io::Write> Recorder<W> {
    #[frame_system]
    pub fn g16(&mut self, alloc: &SmartAlloc) -> std::io::Result<()> {
        let s = frame_format!(alloc, "x");
        self.w.write_all(s.as_bytes())?;
        writeln!(self.w, "{s}")?;
        let n = self.w.write(&s.as_bytes()[..1])?;
        Ok(())
    }
}
pub struct Physics {
    bodies: Vec<Body>,
    solver: Box<dyn Solver>,
    events: Vec<Ev>,
}
#[derive(Clone)]
pub struct Body {
    p: [f32; 2],
    name: String,
}
#[derive(Clone, Copy)]
pub struct Ev {
    a: u32,
    b: u32,
}
pub trait Solver {
    fn add(&mut self, a: &Body, b: &Body);
    fn solve(&mut self, pairs: &[(u32, u32)], out: &mut [Ev]) -> usize;
    fn set_bodies(&mut self, b: &[&Body]);
}
impl Physics {
    #[frame_system]
    pub fn g17(&mut self, alloc: &SmartAlloc) {
        let pairs = alloc.frame_slice_from_iter((0..3u32).map(|i| (i, i + 1)));
        let out = alloc.frame_slice_fill_copy(8, Ev { a: 0, b: 0 });
        let n = self.solver.solve(&pairs, out);
        self.events.clear();
        self.events.extend_from_slice(&out[..n]);
        let refs = alloc.frame_slice_from_iter(self.bodies.iter());
        self.solver.set_bodies(&refs);
        self.solver.add(refs[0], refs[1]);
    }
}
pub struct Handle<T> {
    i: u32,
    _t: PhantomData<T>,
}
impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Handle<T> {}
pub struct Assets {
    list: Vec<Handle<Body>>,
    map: HashMap<u32, Handle<Body>>,
    cur: Option<Handle<Body>>,
}
impl Assets {
    #[frame_system]
    pub fn g18(&mut self, alloc: &SmartAlloc) {
        let mut tmp = alloc.frame_vec::<Handle<Body>>();
        tmp.push(Handle { i: 0, _t: PhantomData });
        for h in tmp.iter() {
            self.list.push(*h);
            self.map.insert(h.i, *h);
            self.cur = Some(*h);
            self.list.push(h.clone());
        }
        self.list.extend(tmp.iter().copied());
        self.list.extend_from_slice(&tmp);
    }
}
pub struct Tween<T> {
    from: T,
    to: T,
}
impl<T: Copy> Tween<T> {
    pub fn set(&mut self, t: T) {
        self.to = t;
    }
}
#[frame_system]
pub fn g19(alloc: &SmartAlloc, t: &mut Tween<[f32; 4]>) {
    let k = alloc.frame_slice_copy(&[[0.0f32; 4]]);
    t.set(k[0]);
    t.to = k[0];
    t.from = *k.last().unwrap();
}
pub struct Bits([u64; 4]);
impl Bits {
    fn insert(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    fn set(&mut self, i: usize, v: bool) {}
}
#[frame_system]
pub fn g20(alloc: &SmartAlloc, b: &mut Bits) {
    let v = alloc.frame_slice_copy(&[3usize]);
    for i in v.iter() {
        b.insert(*i);
        b.set(*i, true);
    }
}
pub struct Cmds {
    q: Vec<Box<dyn FnOnce(&mut Ui)>>,
}
impl Cmds {
    fn add<F: FnOnce(&mut Ui) + 'static>(&mut self, f: F) {
        self.q.push(Box::new(f));
    }
    fn push(&mut self, f: impl FnOnce(&mut Ui) + 'static) {
        self.q.push(Box::new(f));
    }
}
#[frame_system]
pub fn g21(alloc: &SmartAlloc, c: &mut Cmds) {
    let v = alloc.frame_slice_copy(&[3usize]);
    let n = v[0];
    c.add(move |ui| ui.stack.push(n as u32));
    let s = frame_format!(alloc, "x").to_string();
    c.push(move |ui| ui.text(&s));
    let (a, b) = (v[0], v.len());
    c.add(move |ui| {
        ui.stack.push((a + b) as u32);
    });
    let own = v.to_vec();
    c.add(move |ui| ui.stack.extend(own.iter().map(|x| *x as u32)));
}
pub struct Shader {
    uniforms: HashMap<&'static str, Uniform>,
}
pub enum Uniform {
    F(f32),
    V([f32; 4]),
    M(Box<[[f32; 4]; 4]>),
}
#[frame_system]
pub fn g22(alloc: &SmartAlloc, s: &mut Shader) {
    let m = alloc.frame_box([[0.0f32; 4]; 4]);
    s.uniforms.insert("m", Uniform::M(Box::new(*m)));
    s.uniforms.insert("v", Uniform::V(m[0]));
    s.uniforms.insert("f", Uniform::F(m[0][1]));
}
pub mod other {
    pub struct Encoder {
        pub buf: Vec<u8>,
    }
    impl Encoder {
        pub fn push(&mut self, x: &[u8]) {
            self.buf.extend_from_slice(x);
        }
        pub fn write<T: AsRef<[u8]>>(&mut self, x: T) {
            self.buf.extend_from_slice(x.as_ref());
        }
    }
}
#[frame_system]
pub fn g23(alloc: &SmartAlloc, e: &mut other::Encoder) {
    let s = frame_format!(alloc, "x");
    e.push(s.as_bytes());
    e.write(s.as_bytes());
    e.write(&*s);
    e.write(alloc.frame_str("y"));
}
#[frame_system]
pub fn g24(alloc: &SmartAlloc, f: &mut dyn FnMut(&str), g: &dyn Fn(&[u32]) -> u32, h: fn(&str) -> usize) -> u32 {
    let s = frame_format!(alloc, "x");
    f(&s);
    let v = alloc.frame_slice_copy(&[1u32]);
    let k = h(&s);
    g(v) + k as u32
}
#[frame_system]
pub fn g25<F>(alloc: &SmartAlloc, mut f: F) -> f32
where
    F: FnMut(&mut [f32]) -> f32,
{
    let v = alloc.frame_slice_copy(&[1.0f32]);
    f(v)
}
impl std::fmt::Display for Ui {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("x")
    }
}
pub struct World2 {
    alloc: SmartAlloc,
    out: Vec<u32>,
    text: String,
}
impl World2 {
    #[frame_system(alloc = self.alloc)]
    pub fn g26(&mut self) {}
}

//! Bytes, numbers and copies that leave frame memory.
use framealloc::{Frame, FrameBox, FrameMap, FrameString, FrameVec, SmartAlloc, frame_format, frame_system};
use std::collections::*;
use std::fmt::Write as _;
use std::io::{Read, Seek, Write};

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}
impl std::ops::Add for Vec3 {
    type Output = Vec3;
    fn add(self, o: Vec3) -> Vec3 {
        Vec3 { x: self.x + o.x, y: self.y + o.y, z: self.z + o.z }
    }
}
impl std::ops::AddAssign for Vec3 {
    fn add_assign(&mut self, o: Vec3) {
        *self = *self + o;
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Entity(u32);
#[derive(Clone, Copy)]
pub enum Shape {
    Ball(f32),
    Box(Vec3),
    Mesh(u32),
}
#[derive(Clone, Copy)]
pub struct Contact {
    a: Entity,
    b: Entity,
    at: Vec3,
    depth: f32,
}
#[derive(Default)]
pub struct Aabb {
    min: Vec3,
    max: Vec3,
}

#[derive(Default)]
pub struct World {
    pos: Vec<Vec3>,
    vel: Vec<Vec3>,
    contacts: Vec<Contact>,
    pairs: HashSet<(Entity, Entity)>,
    grid: HashMap<(i32, i32), Vec<Entity>>,
    names: HashMap<Entity, String>,
    log: String,
    bounds: Aabb,
    camera: Camera,
    best: Option<Contact>,
    bytes: Vec<u8>,
    ring: [f32; 32],
    at: usize,
    tree: BTreeMap<u32, Vec3>,
    queue: VecDeque<Entity>,
    heap: BinaryHeap<(u32, u32)>,
    last: (u32, f32),
    opt: Option<Entity>,
    shape: Option<Shape>,
}
#[derive(Default)]
pub struct Camera {
    eye: Vec3,
    fov: f32,
    hist: [Vec3; 4],
}

#[frame_system]
pub fn b01(alloc: &SmartAlloc, w: &mut World) {
    // integrate into the world from a frame slice of velocities
    let v = alloc.frame_slice_copy(&w.vel);
    for (p, d) in w.pos.iter_mut().zip(v.iter()) {
        *p += *d;
    }
}
#[frame_system]
pub fn b02(alloc: &SmartAlloc, w: &mut World) {
    let mut found: FrameVec<'_, Contact> = alloc.frame_vec();
    for i in 0..w.pos.len() {
        found.push(Contact { a: Entity(0), b: Entity(1), at: w.pos[i], depth: 0.1 });
    }
    w.contacts.clear();
    w.contacts.extend_from_slice(&found);
}
#[frame_system]
pub fn b03(alloc: &SmartAlloc, w: &mut World) {
    let mut found = alloc.frame_vec::<Contact>();
    found.push(Contact { a: Entity(0), b: Entity(1), at: Vec3::default(), depth: 0.1 });
    w.contacts.extend(found.drain(..).filter(|c| c.depth > 0.0));
}
#[frame_system]
pub fn b04(alloc: &SmartAlloc, w: &mut World) {
    let mut seen = alloc.frame_map::<Entity, Vec3>();
    for (i, p) in w.pos.iter().enumerate() {
        seen.insert(Entity(i as u32), *p);
    }
    for (e, p) in seen.iter() {
        w.tree.insert(e.0, *p);
        w.queue.push_back(*e);
    }
    w.best = seen.get(&Entity(1)).map(|p| Contact { a: Entity(1), b: Entity(2), at: *p, depth: 1.0 });
}
#[frame_system]
pub fn b05(alloc: &SmartAlloc, w: &mut World) {
    let keys = alloc.frame_slice_from_iter(w.pos.iter().map(|p| (p.x as u32, p.y as u32)));
    w.heap.extend(keys.iter().copied());
    for k in keys.iter() {
        w.heap.push(*k);
    }
}
#[frame_system]
pub fn b06(alloc: &SmartAlloc, w: &mut World) {
    let line = frame_format!(alloc, "{} bodies", w.pos.len());
    w.log.push_str(&line);
    w.log.insert_str(0, line.as_str());
    w.log.extend(line.chars());
    w.log += &line;
    write!(w.log, "{line}").unwrap();
    w.log.replace_range(0..1, &line);
    w.names.insert(Entity(1), line.as_str().to_owned());
    w.bytes.extend(line.bytes());
    w.bytes.extend_from_slice(line.as_bytes());
}
#[frame_system]
pub fn b07(alloc: &SmartAlloc, w: &mut World) {
    let samples = alloc.frame_slice_fill_with(32, |i| i as f32);
    w.ring.copy_from_slice(&samples);
    w.ring[w.at % 64] = samples[3];
    w.ring[..4].clone_from_slice(&samples[..4]);
    w.last = (samples.len() as u32, samples[0]);
}
#[frame_system]
pub fn b08(alloc: &SmartAlloc, w: &mut World) {
    let c = alloc.frame_box(Camera { eye: Vec3::default(), fov: 1.0, hist: [Vec3::default(); 4] });
    w.camera.fov = c.fov;
    w.camera.eye = c.eye;
    w.camera.hist = c.hist;
    w.camera.hist[0] = c.hist[1] + c.eye;
}
#[frame_system]
pub fn b09(alloc: &SmartAlloc, w: &mut World) {
    let b = alloc.frame_box(Aabb::default());
    w.bounds = FrameBox::into_inner(b);
}
#[frame_system]
pub fn b10(alloc: &SmartAlloc, w: &mut World) {
    let picked = alloc.frame_slice_from_iter(w.pos.iter().enumerate().map(|(i, _)| Entity(i as u32)));
    w.opt = picked.iter().max().copied();
    w.opt = picked.iter().copied().min_by_key(|e| e.0);
    w.opt = picked.first().cloned();
    if let Some(e) = picked.last() {
        w.opt = Some(*e);
    }
    if let Some(&e) = picked.get(2) {
        w.opt = Some(e);
        w.queue.push_front(e);
    }
    if let [a, .., b] = &*picked {
        w.pairs.insert((*a, *b));
    }
}
#[frame_system]
pub fn b11(alloc: &SmartAlloc, w: &mut World) {
    let shapes = alloc.frame_slice_from_iter([Shape::Ball(1.0), Shape::Mesh(3)]);
    for s in shapes.iter() {
        match s {
            Shape::Ball(r) => w.camera.fov = *r,
            Shape::Box(h) => w.camera.eye = *h,
            Shape::Mesh(id) => w.opt = Some(Entity(*id)),
        }
        w.shape = Some(*s);
    }
}
#[frame_system]
pub fn b12(alloc: &SmartAlloc, w: &mut World) {
    let cells = alloc.frame_slice_from_iter(w.pos.iter().map(|p| (p.x as i32, p.y as i32)));
    for (i, cell) in cells.iter().enumerate() {
        w.grid.entry(*cell).or_default().push(Entity(i as u32));
    }
}
#[frame_system]
pub fn b13(alloc: &SmartAlloc, out: &mut [Vec3], w: &World) {
    let tmp = alloc.frame_slice_copy(&w.pos);
    tmp.sort_by(|a, b| a.x.total_cmp(&b.x));
    out[..tmp.len()].copy_from_slice(tmp);
    out[0] = tmp[0];
    out.fill(tmp[1]);
    out.swap_with_slice(tmp);
}
#[frame_system]
pub fn b14(alloc: &SmartAlloc, file: &mut std::fs::File, w: &World) -> std::io::Result<()> {
    let mut head = alloc.frame_vec::<u8>();
    head.extend_from_slice(b"SAVE");
    head.extend(w.pos.iter().flat_map(|p| p.x.to_le_bytes()));
    file.write_all(&head)?;
    file.seek(std::io::SeekFrom::Start(0))?;
    Ok(())
}
#[frame_system]
pub fn b15(alloc: &SmartAlloc, file: &mut impl Read) -> std::io::Result<u32> {
    let buf = alloc.frame_slice_fill_copy(4, 0u8);
    file.read_exact(buf)?;
    Ok(u32::from_le_bytes([buf[0], buf[1], buf[2], buf[3]]))
}
#[frame_system]
pub fn b16(alloc: &SmartAlloc, path: &mut std::path::PathBuf, name: &str) {
    let f = frame_format!(alloc, "{name}.png");
    path.push(&*f);
    path.set_file_name(f.as_str());
    path.set_extension(&f[..3]);
}
#[frame_system]
pub fn b17(alloc: &SmartAlloc, os: &mut std::ffi::OsString, n: u32) {
    let f = frame_format!(alloc, "{n}");
    os.push(f.as_str());
}
#[frame_system]
pub fn b18(alloc: &SmartAlloc, cmd: &mut std::process::Command, n: u32) {
    let f = frame_format!(alloc, "{n}");
    cmd.arg(f.as_str());
    cmd.env("N", f.as_str());
}
#[frame_system]
pub fn b19(alloc: &SmartAlloc, total: &mut f32, hist: &mut [u32; 16]) {
    let v = alloc.frame_vec_from_array([1.0f32, 2.0]);
    *total += v.iter().sum::<f32>();
    *total = v.iter().copied().fold(0.0, f32::max);
    for x in v.iter() {
        hist[*x as usize & 15] += 1;
    }
    *total = v[0];
}
pub struct Stats {
    pub min: f32,
    pub max: f32,
    pub mean: f32,
    pub name: String,
}
#[frame_system]
pub fn b20(alloc: &SmartAlloc, v: &[f32]) -> Stats {
    let s = alloc.frame_slice_copy(v);
    s.sort_by(f32::total_cmp);
    let name = frame_format!(alloc, "{} values", s.len());
    Stats {
        min: s[0],
        max: *s.last().unwrap(),
        mean: s.iter().sum::<f32>() / s.len() as f32,
        name: name.as_str().into(),
    }
}
#[frame_system]
pub fn b21(alloc: &SmartAlloc, v: &[f32]) -> [f32; 2] {
    let s = alloc.frame_slice_copy(v);
    [s[0], s[1]]
}
#[frame_system]
pub fn b22(alloc: &SmartAlloc, v: &[f32]) -> Option<(usize, f32)> {
    let s = alloc.frame_slice_copy(v);
    s.iter().enumerate().map(|(i, x)| (i, *x)).max_by(|a, b| a.1.total_cmp(&b.1))
}
#[frame_system]
pub fn b23(alloc: &SmartAlloc, v: &[f32]) -> Vec<f32> {
    let s = alloc.frame_slice_copy(v);
    s.iter().map(|x| x * 2.0).collect()
}
#[frame_system]
pub fn b24(alloc: &SmartAlloc, v: &[Vec3]) -> HashMap<u32, Vec3> {
    let s = alloc.frame_slice_copy(v);
    s.iter().enumerate().map(|(i, p)| (i as u32, *p)).collect()
}
#[frame_system]
pub fn b25(alloc: &SmartAlloc, v: &[&str]) -> String {
    let mut s = alloc.frame_string();
    for p in v {
        s.push_str(p);
        s.push(',');
    }
    s.trim_end_matches(',').to_string()
}
#[frame_system]
pub fn b26(alloc: &SmartAlloc, v: &[&str]) -> Result<String, std::string::FromUtf8Error> {
    let b = alloc.frame_slice_copy(v[0].as_bytes());
    String::from_utf8(b.to_vec())
}
#[frame_system]
pub fn b27(alloc: &SmartAlloc, v: &[u8]) -> Result<u32, std::num::ParseIntError> {
    let b = alloc.frame_slice_copy(v);
    std::str::from_utf8(b).unwrap().parse::<u32>()
}
#[frame_system]
pub fn b28(alloc: &SmartAlloc, src: &str) -> Vec<(u32, String)> {
    let mut toks = alloc.frame_vec::<&str>();
    toks.extend(src.split(' '));
    toks.iter().enumerate().map(|(i, t)| (i as u32, t.to_string())).collect()
}
#[frame_system]
pub fn b29(
    alloc: &SmartAlloc,
    a: &std::sync::atomic::AtomicU64,
    c: &std::cell::Cell<f32>,
    r: &std::cell::RefCell<Vec<u32>>,
    m: &std::sync::Mutex<World>,
) {
    let s = alloc.frame_slice_copy(&[1u64, 2]);
    a.store(s[0], std::sync::atomic::Ordering::Relaxed);
    a.fetch_max(s[1], std::sync::atomic::Ordering::Relaxed);
    c.set(s[0] as f32);
    r.borrow_mut().push(s[0] as u32);
    r.borrow_mut().extend(s.iter().map(|x| *x as u32));
    let mut g = m.lock().unwrap();
    g.at = s[0] as usize;
    g.pos.push(Vec3 { x: s[0] as f32, ..Vec3::default() });
    g.log.push_str(alloc.frame_str("x"));
}
#[frame_system]
pub fn b30(
    alloc: &SmartAlloc,
    tx: &std::sync::mpsc::Sender<Vec<u8>>,
    tx2: &std::sync::mpsc::Sender<Contact>,
    tx3: &std::sync::mpsc::Sender<String>,
) {
    let p = alloc.frame_slice_copy(&[1u8]);
    let _ = tx.send(p.to_vec());
    let _ = tx.send(Vec::from(&p[..]));
    let c = alloc.frame_box(Contact { a: Entity(1), b: Entity(2), at: Vec3::default(), depth: 0.0 });
    let _ = tx2.send(*c);
    let s = frame_format!(alloc, "x");
    let _ = tx3.send(s.to_string());
    let _ = tx3.send(String::from(s.as_str()));
    let _ = tx3.send(s.as_str().into());
    let _ = tx3.send(s.to_uppercase());
}
static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
static LAST: std::sync::Mutex<String> = std::sync::Mutex::new(String::new());
static NAMES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
thread_local! { static TRACE: std::cell::RefCell<Vec<u32>> = const { std::cell::RefCell::new(Vec::new()) }; }
#[frame_system]
pub fn b31(alloc: &SmartAlloc, v: &[u32]) {
    let s = alloc.frame_slice_copy(v);
    COUNT.fetch_add(s.len(), std::sync::atomic::Ordering::Relaxed);
    *LAST.lock().unwrap() = format!("{}", s[0]);
    LAST.lock().unwrap().push_str(alloc.frame_str("a"));
    TRACE.with_borrow_mut(|t| t.extend(s.iter().copied()));
    TRACE.with(|t| t.borrow_mut().push(s[0]));
    NAMES.get_or_init(|| s.iter().map(|x| x.to_string()).collect());
}
#[frame_system]
pub fn b32(alloc: &SmartAlloc, w: &mut World) {
    let mut by_cell: FrameMap<'_, (i32, i32), FrameVec<'_, Entity>> = alloc.frame_map();
    for (i, p) in w.pos.iter().enumerate() {
        by_cell.entry((p.x as i32, p.y as i32)).or_insert_with(|| alloc.frame_vec()).push(Entity(i as u32));
    }
    for (_, list) in by_cell.iter() {
        for a in list.iter() {
            for b in list.iter() {
                w.pairs.insert((*a, *b));
            }
        }
    }
    w.at = by_cell.values().map(|l| l.len()).max().unwrap_or(0);
    w.opt = by_cell.values().flat_map(|l| l.iter()).copied().next();
}
#[frame_system]
pub fn b33(alloc: &SmartAlloc, w: &mut World) {
    let mut stack = alloc.frame_vec::<(usize, Vec3)>();
    stack.push((0, Vec3::default()));
    while let Some((i, p)) = stack.pop() {
        w.pos[i] = p;
        if i < 10 {
            stack.push((i + 1, p + w.vel[i]));
        }
    }
}
#[frame_system]
pub fn b34(alloc: &SmartAlloc, w: &mut World) {
    let order = alloc.frame_slice_from_iter(0..w.pos.len());
    let tmp = alloc.frame_slice_copy(&w.pos);
    for (dst, src) in order.iter().enumerate() {
        w.pos[dst] = tmp[*src];
    }
    w.pos.iter_mut().zip(tmp.iter().rev()).for_each(|(d, s)| *d = *s);
    w.pos = tmp.to_vec();
    w.vel = tmp.iter().copied().collect();
    w.vel = Vec::from(&*tmp);
    w.vel = tmp.into();
}
#[frame_system]
pub fn b35(alloc: &SmartAlloc, w: &mut World) {
    let best = alloc.frame_box((Entity(3), 2.0f32));
    let (e, d) = *best;
    w.opt = Some(e);
    w.camera.fov = d;
    let (e, d) = &*best;
    w.opt = Some(*e);
    w.camera.fov = *d;
    let Contact { a, depth, .. } =
        *alloc.frame_box(Contact { a: Entity(1), b: Entity(2), at: Vec3::default(), depth: 0.0 });
    w.opt = Some(a);
    w.camera.fov = depth;
}
#[frame_system]
pub fn b36(alloc: &SmartAlloc, w: &mut World) {
    let s = alloc.frame_slice_copy(&w.pos);
    let old = std::mem::replace(&mut w.camera.eye, s[0]);
    std::mem::swap(&mut w.camera.hist[0], &mut s[1]);
    w.opt.replace(Entity(s[0].x as u32));
    w.opt.insert(Entity(1));
    w.opt.get_or_insert(Entity(s.len() as u32));
    w.best.take();
    let _ = old;
}

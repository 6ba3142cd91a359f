//! Helpers whose signatures say where a borrow goes; parsers; memory of the caller's frame.
use framealloc::{Frame, FrameBox, FrameMap, FrameString, FrameVec, SmartAlloc, frame_format, frame_system};
use std::collections::*;
pub struct Tile {
    kind: u8,
    name: String,
}
pub struct Map {
    tiles: Vec<Tile>,
    w: usize,
}
fn nearest<'w>(frame: &Frame, map: &'w Map, at: usize) -> Option<&'w Tile> {
    let mut c = frame.frame_vec::<&'w Tile>();
    c.extend(map.tiles.iter().skip(at));
    c.first().copied()
}
fn visible<'f, 'w>(frame: &'f Frame, map: &'w Map) -> FrameVec<'f, &'w Tile> {
    let mut v = frame.frame_vec();
    v.extend(map.tiles.iter().filter(|t| t.kind > 0));
    v
}
fn sorted<'f, 'w: 'f>(frame: &'f Frame, map: &'w Map) -> &'f [&'w Tile] {
    let mut v = frame.frame_vec();
    v.extend(map.tiles.iter());
    v.sort_by_key(|t: &&Tile| t.kind);
    v.into_shared_slice()
}
fn pick<'a>(list: &[&'a Tile]) -> Option<&'a Tile> {
    list.iter().copied().find(|t| t.kind == 3)
}
fn longest<'a>(list: &'a [&'a str]) -> &'a str {
    list.iter().copied().max_by_key(|s| s.len()).unwrap_or("")
}
fn sum(list: &[f32]) -> f32 {
    list.iter().sum()
}
fn copy_into(dst: &mut Vec<f32>, src: &[f32]) {
    dst.clear();
    dst.extend_from_slice(src);
}
fn append_name(dst: &mut String, name: &str) {
    dst.push_str(name);
    dst.push('\n');
}
fn intern(table: &mut HashMap<String, u32>, name: &str) -> u32 {
    let n = table.len() as u32;
    *table.entry(name.to_owned()).or_insert(n)
}
fn remember<'w>(list: &mut Vec<&'w Tile>, t: &'w Tile) {
    list.push(t);
}
fn split_first<'s>(s: &'s str) -> (&'s str, &'s str) {
    s.split_once(' ').unwrap_or((s, ""))
}

#[frame_system]
pub fn s01<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    nearest(alloc, map, 2)
}
#[frame_system]
pub fn s02<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    visible(alloc, map).first().copied()
}
#[frame_system]
pub fn s03<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    let v = visible(alloc, map);
    pick(&v)
}
#[frame_system]
pub fn s04<'w>(alloc: &SmartAlloc, map: &'w Map) -> &'w Tile {
    sorted(alloc, map)[0]
}
#[frame_system]
pub fn s05<'w>(alloc: &SmartAlloc, map: &'w Map, out: &mut Vec<&'w Tile>) {
    for t in visible(alloc, map).iter() {
        remember(out, t);
    }
}
#[frame_system]
pub fn s06<'w>(alloc: &SmartAlloc, map: &'w Map, out: &mut Vec<&'w Tile>) {
    let v = visible(alloc, map);
    out.extend(v.iter());
    out.extend_from_slice(&v);
}
#[frame_system]
pub fn s07(alloc: &SmartAlloc, dst: &mut Vec<f32>, total: &mut f32) {
    let s = alloc.frame_slice_copy(&[1.0f32]);
    copy_into(dst, s);
    *total = sum(s);
}
#[frame_system]
pub fn s08(alloc: &SmartAlloc, dst: &mut String, t: &mut HashMap<String, u32>, id: &mut u32) {
    let s = frame_format!(alloc, "{}", 1);
    append_name(dst, &s);
    *id = intern(t, &s);
}
#[frame_system]
pub fn s09<'w>(alloc: &SmartAlloc, map: &'w Map) -> &'w str {
    let v = visible(alloc, map);
    v.iter().map(|t| t.name.as_str()).next().unwrap_or("none")
}
#[frame_system]
pub fn s10<'s>(alloc: &SmartAlloc, src: &'s str) -> &'s str {
    let mut v = alloc.frame_vec::<&'s str>();
    v.push(split_first(src).0);
    v[0]
}
pub struct Lexer<'s> {
    src: &'s str,
    at: usize,
}
#[derive(Clone, Copy)]
pub struct Token<'s> {
    text: &'s str,
    line: u32,
}
pub enum Expr<'s> {
    Name(&'s str),
    Num(f64),
    Call(&'s str, Vec<Expr<'s>>),
}
impl<'s> Lexer<'s> {
    fn next(&mut self) -> Option<Token<'s>> {
        let t = self.src.get(self.at..self.at + 1)?;
        self.at += 1;
        Some(Token { text: t, line: 1 })
    }
    #[frame_system]
    pub fn s11(&mut self, alloc: &SmartAlloc) -> Option<Token<'s>> {
        let mut all = alloc.frame_vec();
        while let Some(t) = self.next() {
            all.push(t);
        }
        all.last().copied()
    }
    #[frame_system]
    pub fn s12(&mut self, alloc: &SmartAlloc) -> Expr<'s> {
        let mut args = alloc.frame_vec::<Token<'s>>();
        while let Some(t) = self.next() {
            args.push(t);
        }
        Expr::Call(args[0].text, args.iter().skip(1).map(|t| Expr::Name(t.text)).collect())
    }
    #[frame_system]
    pub fn s13(&mut self, alloc: &SmartAlloc) -> Vec<Token<'s>> {
        let mut all = alloc.frame_vec::<Token<'s>>();
        while let Some(t) = self.next() {
            all.push(t);
        }
        all.to_vec()
    }
}
pub struct Parser<'s, 'e> {
    lex: Lexer<'s>,
    errors: &'e mut Vec<String>,
    names: Vec<&'s str>,
}
impl<'s, 'e> Parser<'s, 'e> {
    #[frame_system]
    pub fn s14(&mut self, alloc: &SmartAlloc) {
        let mut ops = alloc.frame_vec::<Token<'s>>();
        while let Some(t) = self.lex.next() {
            ops.push(t);
        }
        while let Some(t) = ops.pop() {
            self.names.push(t.text);
            if t.line > 3 {
                self.errors.push(format!("line {}", t.line));
            }
        }
    }
    #[frame_system]
    pub fn s15(&mut self, alloc: &SmartAlloc) -> Result<&'s str, String> {
        let mut ops = alloc.frame_vec::<&'s str>();
        ops.extend(self.names.iter());
        ops.pop().ok_or_else(|| "empty".to_string())
    }
}
pub struct Scratch<'f> {
    frame: &'f Frame,
    list: FrameVec<'f, u32>,
}
impl<'f> Scratch<'f> {
    fn new(frame: &'f Frame) -> Self {
        Scratch { frame, list: frame.frame_vec() }
    }
    fn add(&mut self, n: u32) {
        self.list.push(n);
    }
    fn text(&self) -> FrameString<'f> {
        frame_format!(self.frame, "{}", self.list.len())
    }
    fn slice(&self) -> &'f [u32] {
        self.frame.frame_slice_copy(&self.list)
    }
}
#[frame_system]
pub fn s16(alloc: &SmartAlloc, n: u32) -> usize {
    let mut s = Scratch::new(alloc);
    s.add(n);
    s.text().len() + s.slice().len()
}
#[frame_system]
pub fn s17(alloc: &SmartAlloc, out: &mut String) {
    let s = Scratch::new(alloc);
    out.push_str(&s.text());
}
pub struct Ctx<'f, 'w> {
    frame: &'f Frame,
    world: &'w Map,
    near: FrameVec<'f, &'w Tile>,
}
impl<'f, 'w> Ctx<'f, 'w> {
    fn best(&self) -> Option<&'w Tile> {
        self.near.first().copied()
    }
    fn grow(&mut self) {
        self.near.extend(self.world.tiles.iter());
    }
    fn names(&self) -> impl Iterator<Item = &'w str> + '_ {
        self.near.iter().map(|t| t.name.as_str())
    }
}
#[frame_system]
pub fn s18<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    let mut c = Ctx { frame: alloc, world: map, near: alloc.frame_vec() };
    c.grow();
    c.best()
}
#[frame_system]
pub fn s19<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w str> {
    let mut c = Ctx { frame: alloc, world: map, near: alloc.frame_vec() };
    c.grow();
    c.names().next()
}
#[frame_system]
pub fn s20<'w>(alloc: &SmartAlloc, map: &'w Map) -> &'w Map {
    let c = Ctx { frame: alloc, world: map, near: alloc.frame_vec() };
    c.world
}
// the caller's frame: returning frame data is what `&Frame` is for
pub fn s21<'f>(frame: &'f Frame, v: &[f32]) -> &'f mut [f32] {
    frame.frame_slice_copy(v)
}
pub fn s22<'f>(frame: &'f Frame, out: &mut FrameVec<'f, &'f str>, n: u32) {
    let s = frame_format!(frame, "{n}");
    out.push(s.into_shared_str());
}
pub fn s23<'f>(frame: &'f Frame, n: u32) -> FrameVec<'f, FrameBox<'f, u32>> {
    let mut v = frame.frame_vec();
    v.push(frame.frame_box(n));
    v
}
pub struct View<'f> {
    rows: FrameVec<'f, FrameString<'f>>,
    best: Option<&'f str>,
}
pub fn s24<'f>(frame: &'f Frame, n: u32) -> View<'f> {
    let mut rows = frame.frame_vec();
    rows.push(frame_format!(frame, "{n}"));
    View { rows, best: Some(frame.frame_str("x")) }
}
pub fn s25<'f>(view: &mut View<'f>, frame: &'f Frame) {
    view.best = Some(frame.frame_str("y"));
    view.rows.push(frame_format!(frame, "z"));
}
#[frame_system]
pub fn s26(alloc: &SmartAlloc) -> usize {
    let mut v = s24(alloc, 1);
    s25(&mut v, alloc);
    v.rows.len() + v.best.map_or(0, str::len)
}
#[frame_system(out = frame)]
pub fn s27<'a>(alloc: &'a SmartAlloc, n: u32) -> &'a str {
    let tmp = frame_format!(alloc, "{n}");
    frame.frame_str(&tmp)
}
#[frame_system(out = frame)]
pub fn s28<'a>(alloc: &'a SmartAlloc, v: &[u32]) -> FrameVec<'a, u32> {
    let tmp = alloc.frame_slice_copy(v);
    let mut o = frame.frame_vec();
    o.extend(tmp.iter().copied());
    o
}
pub fn s29<'a>(alloc: &'a SmartAlloc, v: &[u32]) -> &'a [u32] {
    let n = alloc.scoped(|f| {
        let t = f.frame_slice_copy(v);
        t.iter().filter(|x| **x > 1).count()
    });
    alloc.frame_slice_fill_copy(n, 0u32)
}
pub fn s30<'w>(alloc: &SmartAlloc, m: &'w Map) -> Option<&'w Tile> {
    alloc.scoped(|f| {
        let v = visible(f, m);
        v.iter().copied().max_by_key(|t| t.kind)
    })
}
pub fn s31(alloc: &SmartAlloc, text: &mut String) {
    alloc.scoped(|f| {
        let s = frame_format!(f, "{}", 1);
        text.push_str(&s);
    });
}
pub fn s32<'w>(alloc: &SmartAlloc, m: &'w Map) -> Vec<&'w Tile> {
    let mut out = Vec::new();
    alloc.scoped(|f| {
        for t in visible(f, m).iter() {
            out.push(*t);
        }
    });
    out
}
pub fn s33<'w>(alloc: &SmartAlloc, m: &'w Map) -> Option<&'w Tile> {
    let mut best = None;
    alloc.scoped(|f| {
        let v = visible(f, m);
        best = v.first().copied();
    });
    best
}

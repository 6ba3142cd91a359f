//! Elements borrowed from the world, kept in frame memory for a while, and returned or stored.
use framealloc::{Frame, FrameBox, FrameMap, FrameSet, FrameVec, SmartAlloc, frame_system};
use std::collections::*;
pub struct Mesh {
    id: u32,
    name: String,
    verts: Vec<[f32; 3]>,
}
pub struct Node {
    parent: Option<usize>,
    children: Vec<usize>,
    mesh: Option<Mesh>,
    label: String,
}
pub struct Scene {
    nodes: Vec<Node>,
    by_name: HashMap<String, usize>,
    root: usize,
}
pub struct Ray {
    o: [f32; 3],
}
pub struct Hit<'w> {
    node: &'w Node,
    t: f32,
}

#[frame_system]
pub fn w01<'w>(alloc: &SmartAlloc, s: &'w Scene) -> Vec<&'w Node> {
    // collected out of frame memory
    let mut stack = alloc.frame_vec::<usize>();
    let mut out = Vec::new();
    stack.push(s.root);
    while let Some(i) = stack.pop() {
        let n = &s.nodes[i];
        out.push(n);
        stack.extend(n.children.iter().copied());
    }
    out
}
#[frame_system]
pub fn w02<'w>(alloc: &SmartAlloc, s: &'w Scene) -> Option<Hit<'w>> {
    let mut hits = alloc.frame_vec();
    for n in &s.nodes {
        hits.push(Hit { node: n, t: 1.0 });
    }
    hits.sort_by(|a, b| a.t.total_cmp(&b.t));
    hits.into_iter().next()
}
#[frame_system]
pub fn w03<'w>(alloc: &SmartAlloc, s: &'w Scene) -> Option<&'w Node> {
    let mut hits: FrameVec<'_, Hit<'w>> = alloc.frame_vec();
    for n in &s.nodes {
        hits.push(Hit { node: n, t: 1.0 });
    }
    hits.iter().min_by(|a, b| a.t.total_cmp(&b.t)).map(|h| h.node)
}
#[frame_system]
pub fn w04<'w>(alloc: &SmartAlloc, s: &'w Scene) -> Option<&'w str> {
    let mut names = alloc.frame_map::<&'w str, u32>();
    for n in &s.nodes {
        *names.entry(n.label.as_str()).or_insert(0) += 1;
    }
    names.iter().max_by_key(|(_, c)| **c).map(|(n, _)| *n)
}
#[frame_system]
pub fn w05<'w>(alloc: &SmartAlloc, s: &'w mut Scene, name: &str) -> Option<&'w mut Node> {
    let path = alloc.frame_slice_from_iter(name.split('/').map(|p| p.len()));
    let at = *path.first()?;
    s.nodes.get_mut(at)
}
#[frame_system]
pub fn w06<'w>(alloc: &SmartAlloc, s: &'w mut Scene) -> impl Iterator<Item = &'w mut Node> {
    let n = *alloc.frame_box(3usize);
    s.nodes.iter_mut().take(n)
}
#[frame_system]
pub fn w07<'s>(alloc: &SmartAlloc, src: &'s str) -> Option<&'s str> {
    let mut toks = alloc.frame_vec::<&str>();
    for t in src.split_whitespace() {
        toks.push(t.trim());
    }
    toks.pop()
}
#[frame_system]
pub fn w08<'s>(alloc: &SmartAlloc, src: &'s str) -> (&'s str, Option<&'s str>) {
    let toks = alloc.frame_slice_from_iter(src.splitn(2, '='));
    (toks[0], toks.get(1).copied())
}
#[frame_system]
pub fn w09<'s>(alloc: &SmartAlloc, src: &'s [u8]) -> Option<&'s [u8]> {
    let mut ends = alloc.frame_vec::<usize>();
    for (i, b) in src.iter().enumerate() {
        if *b == b'\n' {
            ends.push(i);
        }
    }
    let (a, b) = (ends[0], ends[1]);
    Some(&src[a..b])
}
#[frame_system]
pub fn w10<'s>(alloc: &SmartAlloc, src: &'s [u8]) -> Vec<&'s [u8]> {
    let mut parts = alloc.frame_vec::<&[u8]>();
    for p in src.split(|b| *b == 0) {
        parts.push(p);
    }
    parts.iter().copied().collect()
}
#[frame_system]
pub fn w11<'w>(alloc: &SmartAlloc, s: &'w Scene) -> BTreeMap<&'w str, &'w Node> {
    let mut seen = alloc.frame_set::<&str>();
    let mut out = BTreeMap::new();
    for n in &s.nodes {
        if seen.insert(&n.label) {
            out.insert(n.label.as_str(), n);
        }
    }
    out
}
pub struct Index<'w> {
    names: Vec<&'w str>,
    nodes: HashMap<u32, &'w Node>,
}
impl<'w> Index<'w> {
    #[frame_system]
    pub fn w12(&mut self, alloc: &SmartAlloc, s: &'w Scene) {
        let mut sorted: FrameVec<'_, &'w Node> = alloc.frame_vec();
        sorted.extend(s.nodes.iter());
        sorted.sort_by_key(|n| n.children.len());
        for (i, n) in sorted.iter().enumerate() {
            self.nodes.insert(i as u32, *n);
            self.names.push(&n.label);
        }
        self.names.extend(sorted.iter().map(|n| n.label.as_str()));
        for n in sorted {
            self.names.push(n.label.as_str());
        }
    }
    #[frame_system]
    pub fn w13(&self, alloc: &SmartAlloc, q: &str) -> Option<&'w str> {
        let hits = alloc.frame_slice_from_iter(self.names.iter().copied().filter(|n| n.contains(q)));
        hits.iter().copied().min_by_key(|n| n.len())
    }
    #[frame_system]
    pub fn w14(&self, alloc: &SmartAlloc, id: u32) -> Option<&'w Node> {
        let ids = alloc.frame_vec_from_array([id, id + 1]);
        ids.iter().find_map(|i| self.nodes.get(i).copied())
    }
}
impl Scene {
    #[frame_system]
    pub fn w15(&self, alloc: &SmartAlloc, q: &str) -> Option<&Node> {
        // elided: two candidates? self wins
        let mut near = alloc.frame_vec::<&Node>();
        near.extend(self.nodes.iter().filter(|n| n.label == q));
        near.first().copied()
    }
    #[frame_system]
    pub fn w16(&mut self, alloc: &SmartAlloc, q: &str) -> Option<&mut Node> {
        let mut at = alloc.frame_vec::<usize>();
        at.extend(self.nodes.iter().enumerate().filter(|(_, n)| n.label == q).map(|(i, _)| i));
        let i = at.pop()?;
        Some(&mut self.nodes[i])
    }
    #[frame_system]
    pub fn w17(&self, alloc: &SmartAlloc) -> &str {
        let mut lens = alloc.frame_vec::<(usize, &str)>();
        for n in &self.nodes {
            lens.push((n.label.len(), &n.label));
        }
        lens.sort();
        lens.last().map_or("", |(_, s)| s)
    }
    #[frame_system]
    pub fn w18(&self, alloc: &SmartAlloc) -> Option<(usize, &Mesh)> {
        let m = alloc.frame_slice_from_iter(self.nodes.iter().filter_map(|n| n.mesh.as_ref()));
        m.iter().enumerate().map(|(i, m)| (i, *m)).next()
    }
    #[frame_system]
    pub fn w19(&self, alloc: &SmartAlloc) -> Option<&Mesh> {
        let m = alloc.frame_slice_from_iter(self.nodes.iter().filter_map(|n| n.mesh.as_ref()));
        for x in m.iter() {
            if x.id == 3 {
                return Some(*x);
            }
        }
        match m.first() {
            Some(x) => Some(x),
            None => None,
        }
    }
    #[frame_system]
    pub fn w20(&self, alloc: &SmartAlloc) -> &[[f32; 3]] {
        let mut m = alloc.frame_vec::<&[[f32; 3]]>();
        for n in &self.nodes {
            if let Some(mesh) = &n.mesh {
                m.push(&mesh.verts);
            }
        }
        m.into_iter().max_by_key(|v| v.len()).unwrap_or(&[])
    }
}
#[frame_system]
pub fn w21<'w>(alloc: &SmartAlloc, out: &mut Vec<&'w Node>, s: &'w Scene) {
    let mut near: FrameVec<'_, (f32, &'w Node)> = alloc.frame_vec();
    for n in &s.nodes {
        near.push((n.children.len() as f32, n));
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.clear();
    out.extend(near.iter().map(|(_, n)| *n));
    for (_, n) in near.iter() {
        out.push(n);
    }
    for &(_, n) in &near {
        out.push(n);
    }
}
#[frame_system]
pub fn w22<'w>(alloc: &SmartAlloc, best: &mut Option<&'w Node>, s: &'w Scene) {
    let near = alloc.frame_slice_from_iter(s.nodes.iter());
    *best = near.iter().copied().max_by_key(|n| n.children.len());
    *best = near.first().copied();
    *best = Some(near[0]);
}
pub struct Draw<'w> {
    mesh: &'w Mesh,
    depth: f32,
}
pub struct Pass<'w> {
    draws: Vec<Draw<'w>>,
    current: Option<&'w Mesh>,
}
impl<'w> Pass<'w> {
    #[frame_system]
    pub fn w23(&mut self, alloc: &SmartAlloc, s: &'w Scene) {
        let mut sorted = alloc.frame_vec();
        for n in &s.nodes {
            if let Some(mesh) = &n.mesh {
                sorted.push(Draw { mesh, depth: 0.0 });
            }
        }
        sorted.sort_by(|a, b| a.depth.total_cmp(&b.depth));
        self.draws.extend(sorted);
    }
    #[frame_system]
    pub fn w24(&mut self, alloc: &SmartAlloc, s: &'w Scene) {
        let mut batch = alloc.frame_map::<u32, FrameVec<'_, &'w Mesh>>();
        for n in &s.nodes {
            if let Some(m) = &n.mesh {
                batch.entry(m.id).or_insert_with(|| alloc.frame_vec()).push(m);
            }
        }
        for (_, list) in batch.iter() {
            for m in list.iter() {
                self.draws.push(Draw { mesh: m, depth: 1.0 });
                self.current = Some(m);
            }
        }
    }
    #[frame_system]
    pub fn w25(&mut self, alloc: &SmartAlloc, s: &'w Scene) {
        let mut list: FrameVec<'_, Draw<'w>> = alloc.frame_vec();
        for n in &s.nodes {
            if let Some(mesh) = n.mesh.as_ref() {
                list.push(Draw { mesh, depth: 1.0 });
            }
        }
        for d in list.drain(..) {
            self.current = Some(d.mesh);
            self.draws.push(d);
        }
    }
}
#[frame_system]
pub fn w26<'w>(alloc: &SmartAlloc, q: &'w mut [Node]) -> Vec<&'w mut Node> {
    let mut tmp = alloc.frame_vec();
    tmp.extend(q.iter_mut());
    tmp.into_iter().collect()
}
#[frame_system]
pub fn w27<'w>(alloc: &SmartAlloc, q: &'w [Node]) -> std::slice::Iter<'w, Node> {
    let n = alloc.frame_slice_copy(&[1usize]);
    q[n[0]..].iter()
}
#[frame_system]
pub fn w28<'w>(alloc: &SmartAlloc, map: &'w HashMap<String, Mesh>, keys: &[&str]) -> Option<&'w Mesh> {
    let mut k = alloc.frame_vec::<&str>();
    k.extend(keys.iter().copied());
    let key = k.pop()?;
    map.get(key)
}
#[frame_system]
pub fn w29<'w>(alloc: &SmartAlloc, s: &'w Scene, text: &str) -> Option<&'w Node> {
    let key = framealloc::frame_format!(alloc, "{text}#0");
    let i = s.by_name.get(key.as_str())?;
    Some(&s.nodes[*i])
}
#[frame_system]
pub fn w30<'w>(alloc: &SmartAlloc, s: &'w mut Scene, text: &str) -> &'w mut Node {
    let key = framealloc::frame_format!(alloc, "{text}#0");
    let i = match s.by_name.get(key.as_str()) {
        Some(i) => *i,
        None => s.root,
    };
    &mut s.nodes[i]
}
#[frame_system]
pub fn w31<'w>(alloc: &SmartAlloc, s: &'w Scene) -> impl Iterator<Item = &'w str> + use<'w> {
    let limit = *alloc.frame_box(2usize);
    s.nodes.iter().map(|n| n.label.as_str()).filter(move |l| l.len() > limit)
}
#[frame_system]
pub fn w32<'w>(alloc: &SmartAlloc, s: &'w Scene, ids: &[usize]) -> Option<&'w Node> {
    let ids = alloc.frame_slice_copy(ids);
    let pick = |i: usize| &s.nodes[i];
    ids.iter().map(|i| pick(*i)).last()
}

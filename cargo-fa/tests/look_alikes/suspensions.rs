//! What is gone before an `.await`.
use framealloc::{Frame, FrameBox, FrameVec, SmartAlloc, frame_format};
use std::collections::*;
async fn load() -> u32 {
    7
}
async fn put(v: Vec<u32>) {}
async fn text(s: String) -> usize {
    s.len()
}
async fn num(n: u32) -> u32 {
    n
}
fn consume(v: FrameVec<'_, u32>) -> u32 {
    v.len() as u32
}
fn eat<T>(_: T) {}
pub struct Out {
    v: Vec<u32>,
    n: u32,
}
pub async fn a01(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(1);
    let n = consume(l);
    n + load().await
}
pub async fn a02(alloc: &SmartAlloc) -> u32 {
    let l = alloc.frame_box(1u32);
    let n = FrameBox::into_inner(l);
    n + load().await
}
pub async fn a03(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(1);
    let f = move || l.len() as u32;
    let n = f();
    drop(f);
    n + load().await
}
pub async fn a04(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(1);
    let n = std::iter::once(l).map(|l| l.len() as u32).sum::<u32>();
    n + load().await
}
pub async fn a05(alloc: &SmartAlloc) -> u32 {
    let mut m = alloc.frame_map::<u32, u32>();
    m.insert(1, 2);
    let mut n = 0;
    for (k, v) in m {
        n += k + v;
    }
    n + load().await
}
pub async fn a06(alloc: &SmartAlloc) -> u32 {
    let mut m = alloc.frame_set::<u32>();
    m.insert(1);
    let n = m.into_iter().max().unwrap_or(0);
    n + load().await
}
pub async fn a07(alloc: &SmartAlloc) -> usize {
    let s = frame_format!(alloc, "x");
    let o = s.to_string();
    drop(s);
    text(o).await
}
pub async fn a08(alloc: &SmartAlloc) -> usize {
    let o = {
        let s = frame_format!(alloc, "x");
        s.to_string()
    };
    text(o).await
}
pub async fn a09(alloc: &SmartAlloc) -> usize {
    let o = frame_format!(alloc, "x").to_string();
    text(o).await
}
pub async fn a10(alloc: &SmartAlloc) -> usize {
    text(frame_format!(alloc, "x").to_string()).await
}
pub async fn a11(alloc: &SmartAlloc) {
    let v = alloc.frame_slice_copy(&[1u32]).to_vec();
    put(v).await;
}
pub async fn a12(alloc: &SmartAlloc, items: &[u32]) -> u32 {
    let mut n = 0;
    for i in items {
        {
            let b = alloc.frame_box(*i);
            n += *b;
        }
        n += load().await;
    }
    n
}
pub async fn a13(alloc: &SmartAlloc, items: &[u32]) -> u32 {
    let mut n = 0;
    for i in items {
        let b = alloc.frame_box(*i);
        n += *b;
        drop(b);
        n += load().await;
    }
    n
}
pub async fn a14(alloc: &SmartAlloc, items: &[u32]) -> u32 {
    let mut n = 0;
    for i in items {
        n += *alloc.frame_box(*i);
        n += load().await;
    }
    n
}
pub async fn a15(alloc: &SmartAlloc, on: bool) -> u32 {
    if on {
        let b = alloc.frame_box(1u32);
        return *b;
    }
    load().await
}
pub async fn a16(alloc: &SmartAlloc, on: Option<u32>) -> u32 {
    match on {
        Some(n) => {
            let b = alloc.frame_box(n);
            *b
        }
        None => load().await,
    }
}
pub async fn a17(alloc: &SmartAlloc) -> u32 {
    let b = alloc.frame_box(1u32);
    eat(b);
    load().await
}
pub async fn a18(alloc: &SmartAlloc) -> u32 {
    let b = alloc.frame_box(1u32);
    let c = b;
    drop(c);
    load().await
}
pub async fn a19(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(2);
    let n = l.iter().sum::<u32>();
    std::mem::drop(l);
    n + load().await
}
pub async fn a20(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(2);
    let total: u32 = l.drain(..).sum();
    drop(l);
    num(total).await
}
pub async fn a21(alloc: &SmartAlloc, out: &mut Out) {
    let mut l = alloc.frame_vec::<u32>();
    l.push(2);
    out.v.extend(l);
    out.n = load().await;
}
pub async fn a22(alloc: &SmartAlloc, out: &mut Out) {
    let mut l = alloc.frame_vec::<u32>();
    l.push(2);
    out.v.extend_from_slice(&l);
    drop(l);
    out.n = load().await;
}
pub async fn a23(alloc: &SmartAlloc) -> u32 {
    let o = Some(alloc.frame_box(3u32));
    let n = o.map(|b| *b).unwrap_or(0);
    n + load().await
}
pub async fn a24(alloc: &SmartAlloc) -> u32 {
    let (a, b) = (alloc.frame_box(1u32), alloc.frame_box(2u32));
    let n = *a + *b;
    drop((a, b));
    n + load().await
}
pub async fn a25(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<FrameBox<'_, u32>>();
    l.push(alloc.frame_box(1));
    let n: u32 = l.into_iter().map(FrameBox::into_inner).sum();
    n + load().await
}
pub async fn a26(alloc: &SmartAlloc) -> u32 {
    let mut l = alloc.frame_vec::<u32>();
    l.push(1);
    let it = l.into_iter();
    let n: u32 = it.map(|x| x * 2).sum();
    n + load().await
}
pub async fn a27(alloc: &SmartAlloc) -> Result<u32, ()> {
    let n = {
        let l = alloc.frame_vec_from_array([1u32]);
        l.first().copied().ok_or(())?
    };
    Ok(n + load().await)
}
pub async fn a28(alloc: &SmartAlloc) -> u32 {
    let l = alloc.frame_vec_from_array([1u32]);
    let b = l.into_boxed();
    let n = b.len() as u32;
    drop(b);
    n + load().await
}
pub async fn a29(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let n = *alloc.frame_box(3u32);
    alloc.end_frame();
    n + load().await
}
pub async fn a30(alloc: &SmartAlloc) -> u32 {
    let n = alloc.scoped(|f| {
        let l = f.frame_vec_from_array([1u32]);
        l.len() as u32
    });
    let m = load().await;
    let b = alloc.frame_box(m);
    n + *b
}
pub async fn a31(alloc: &SmartAlloc) -> u32 {
    loop {
        let n = load().await;
        let b = alloc.frame_box(n);
        if *b > 3 {
            return *b;
        }
    }
}
pub async fn a32(alloc: &SmartAlloc) -> u32 {
    let n = load().await;
    let l = alloc.frame_vec_from_array([n]);
    l.iter().sum()
}
pub async fn a33(alloc: &SmartAlloc) -> u32 {
    let h = alloc.frame_share(3u32);
    let n = load().await;
    n + h.get(alloc).copied().unwrap_or(0)
}
pub async fn a35(alloc: &SmartAlloc) -> u32 {
    let l = alloc.frame_vec_from_array([1u32]);
    let mut it = l.into_iter();
    let a = it.next().unwrap();
    drop(it);
    a + load().await
}
pub async fn a36(alloc: &SmartAlloc) -> u32 {
    let l = alloc.frame_vec_from_array([1u32]);
    let n = if l.is_empty() {
        drop(l);
        0
    } else {
        consume(l)
    };
    n + load().await
}
pub async fn a37(alloc: &SmartAlloc) -> u32 {
    let l = alloc.frame_vec_from_array([1u32]);
    let n = match l.len() {
        0 => {
            eat(l);
            1
        }
        _ => consume(l),
    };
    n + load().await
}
pub fn a38<'a>(alloc: &'a SmartAlloc) -> impl Future<Output = u32> + 'a {
    let n = *alloc.frame_box(1u32);
    async move { n + load().await }
}
pub async fn a39(alloc: &SmartAlloc) -> u32 {
    let v = alloc.frame_slice_copy(&[1u32, 2]);
    let fut = num(v[0]);
    fut.await
}
pub async fn a40(alloc: &SmartAlloc) -> u32 {
    let s = alloc.frame_str("x");
    let n = s.len() as u32;
    num(n).await
}
pub struct Holder<'f> {
    list: FrameVec<'f, u32>,
}
impl<'f> Holder<'f> {
    fn finish(self) -> u32 {
        self.list.len() as u32
    }
    fn into_vec(self) -> FrameVec<'f, u32> {
        self.list
    }
}
pub async fn a41(alloc: &SmartAlloc) -> u32 {
    let h = Holder { list: alloc.frame_vec() };
    let n = h.finish();
    n + load().await
}
pub async fn a42(alloc: &SmartAlloc) -> u32 {
    let h = Holder { list: alloc.frame_vec() };
    let v = h.into_vec();
    let n = v.len() as u32;
    drop(v);
    n + load().await
}
pub async fn a43(alloc: &SmartAlloc) -> u32 {
    let h = Holder { list: alloc.frame_vec() };
    drop(h);
    load().await
}
pub async fn a44(alloc: &SmartAlloc) -> u32 {
    let h = Holder { list: alloc.frame_vec() };
    let Holder { list } = h;
    let n: u32 = list.into_iter().sum();
    n + load().await
}
pub async fn a45(alloc: &SmartAlloc) -> u32 {
    let v = alloc.frame_vec_from_array([1u32]);
    let n = v.len();
    {
        let w = v;
    }
    load().await + n as u32
}

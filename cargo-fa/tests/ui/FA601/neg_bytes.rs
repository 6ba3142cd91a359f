//! Bytes and numbers that are written somewhere are copies, whatever the method is called.
use std::cell::Cell;
use std::hash::Hasher;
use std::io::Write;
use std::net::UdpSocket;
use std::sync::mpsc::SyncSender;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn socket(alloc: &SmartAlloc, socket: &UdpSocket) {
    let packet = alloc.frame_slice_copy(&[1_u8, 2]);
    drop(socket.send(packet));
}

#[frame_system]
pub fn stream(alloc: &SmartAlloc, to: &mut dyn Write) {
    let packet = alloc.frame_slice_copy(&[1_u8, 2]);
    drop(to.write(packet));
}

#[frame_system]
pub fn any_stream(alloc: &SmartAlloc, to: &mut impl Write) {
    let packet = alloc.frame_slice_from_iter([1_u8, 2]);
    drop(to.write(&packet));
}

#[frame_system]
pub fn hashed(alloc: &SmartAlloc, hasher: &mut std::collections::hash_map::DefaultHasher) {
    let text = alloc.frame_str("key");
    hasher.write(text.as_bytes());
}

#[frame_system]
pub fn channel(alloc: &SmartAlloc, to: &SyncSender<u32>) {
    let numbers = alloc.frame_slice_copy(&[1_u32, 2]);
    for number in numbers.iter() {
        drop(to.try_send(*number));
    }
}

#[frame_system]
pub fn cell(alloc: &SmartAlloc, best: &Cell<Option<u32>>) {
    let numbers = alloc.frame_slice_from_iter([1_u32, 2]);
    best.set(numbers.first().copied());
}

pub trait Backend {
    fn write(&mut self, bytes: &[u8]);
    fn send(&mut self, bytes: &[u8]);
    fn set(&mut self, bytes: &[u8]);
}

pub struct Graphics<B> {
    backend: B,
}

impl<B: Backend> Graphics<B> {
    #[frame_system]
    pub fn upload(&mut self, alloc: &SmartAlloc) {
        let bytes = alloc.frame_slice_from_iter([1_u8, 2]);
        self.backend.write(&bytes);
        self.backend.send(&bytes);
        self.backend.set(&bytes);
    }
}

#[frame_system]
pub fn upload(alloc: &SmartAlloc, backend: &mut dyn Backend) {
    let bytes = alloc.frame_slice_from_iter([1_u8, 2]);
    backend.write(&bytes);
    backend.send(&bytes);
    backend.set(&bytes);
}

#[frame_system]
pub fn filled(alloc: &SmartAlloc, out: &mut [f32]) {
    let from = alloc.frame_slice_from_iter([1.0_f32, 2.0]);
    out.copy_from_slice(&from);
    out.fill(from[0]);
    for (out, from) in out.iter_mut().zip(from.iter()) {
        *out = *from;
    }
}

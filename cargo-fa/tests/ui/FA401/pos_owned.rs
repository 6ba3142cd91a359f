//! What becomes owned: of generics, through the traits of std that a trait asks for, into shared slices, on an ordinary
//! branch.
use std::any::type_name;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

fn owned<T: ToOwned + ?Sized>(value: &T) -> T::Owned {
    value.to_owned()
}

#[frame_system]
pub fn generic(alloc: &SmartAlloc, text: &str, numbers: &[u32]) -> usize {
    let number = owned(alloc.frame_slice_copy(numbers).first().unwrap_or(&1));
    owned(text).len() + owned(numbers).len() + number as usize //~ FA401
}

pub trait Source: Iterator<Item = f32> {
    fn rate(&self) -> u32;
}

pub struct Tone {
    label: String,
}

impl Iterator for Tone {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let label = self.label.clone(); //~ FA401
        Some(label.len() as f32)
    }
}

impl Source for Tone {
    fn rate(&self) -> u32 {
        1
    }
}

pub struct Unrelated;

impl Iterator for Unrelated {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        Some(String::from("x").len() as f32)
    }
}

#[frame_system]
pub fn mix(alloc: &SmartAlloc, sources: &mut [Box<dyn Source>]) -> f32 {
    let mut sum = *alloc.frame_box(0.0_f32);
    for source in sources {
        sum += source.next().unwrap_or(0.0);
    }
    sum
}

pub struct Broken;

pub struct Packets {
    last: Vec<u8>,
}

impl Packets {
    #[frame_system]
    pub fn shared(&mut self, alloc: &SmartAlloc) -> Result<Option<Arc<[u8]>>, Broken> {
        let payload = std::mem::take(&mut self.last);
        if *alloc.frame_box(true) {
            return Ok(Some(payload.into())); //~ FA401
        }
        Ok(None)
    }
}

#[derive(Clone)]
pub struct Face {
    name: String,
    id: u32,
}

pub struct Faces {
    all: Vec<Face>,
    spare: Vec<Vec<u32>>,
}

impl Faces {
    #[frame_system]
    pub fn find(&mut self, alloc: &SmartAlloc, id: u32) -> usize {
        let face = self.all.iter().find(|face| face.id == id).cloned(); //~ FA401
        let face = face.unwrap_or_else(|| Face { name: format!("face {id}"), id }); //~ FA401
        let list = self.spare.pop().unwrap_or_else(|| vec![1]);
        let len = face.name.len() + list.len() + *alloc.frame_box(1_usize);
        self.spare.push(list);
        len
    }

    #[frame_system]
    pub fn copied(&mut self, alloc: &SmartAlloc, from: &Face, to: &mut Face) -> usize {
        to.clone_from(from); //~ FA401
        type_name::<Self>().to_owned().len() + *alloc.frame_box(1_usize) //~ FA401
    }
}

#[frame_system]
pub fn boxed(alloc: &SmartAlloc, count: usize) -> Box<[u32]> {
    let list = vec![*alloc.frame_box(1_u32); count]; //~ FA401
    list.into_boxed_slice()
}

pub struct Mixer {
    current: Vec<Box<dyn Source>>,
}

impl Mixer {
    #[frame_system]
    pub fn keep(&mut self, alloc: &SmartAlloc) -> usize {
        self.current.retain_mut(|source| source.next().is_some());
        self.current.len() + *alloc.frame_box(1_usize)
    }
}

//! What a closure is given is known from the signature of the function to which it is passed.
use framealloc::{SmartAlloc, frame_system};

#[derive(Clone)]
pub struct Shortcut(pub u32);
pub struct Options {
    pub quit: Vec<Shortcut>,
    pub title: Option<String>,
    pub zoom: f32,
}
pub struct Viewport {
    options: Options,
}

impl Viewport {
    pub fn options<R>(&self, reader: impl FnOnce(&Options) -> R) -> R {
        reader(&self.options)
    }
    pub fn options_mut<R, F>(&mut self, writer: F) -> R
    where
        F: FnOnce(&mut Options) -> R,
    {
        writer(&mut self.options)
    }
    pub fn visit(&self, visitor: &mut dyn FnMut(&Options, u32)) {
        visitor(&self.options, 1);
    }
    pub fn boxed(&self, reader: Box<dyn Fn(&Options) -> usize + '_>) -> usize {
        reader(&self.options)
    }

    #[frame_system]
    pub fn asks_to_quit(&self, alloc: &SmartAlloc, pressed: u32) -> bool {
        let mut found = *alloc.frame_box(false);
        for shortcut in self.options(|o| o.quit.clone()) { //~ FA401
            found |= shortcut.0 == pressed;
        }
        found
    }
    #[frame_system]
    pub fn renames(&mut self, alloc: &SmartAlloc) -> usize {
        let before = self.options_mut(|o| o.title.clone()); //~ FA401
        before.map_or(0, |title| title.len()) + *alloc.frame_box(1_usize)
    }
    #[frame_system]
    pub fn visits(&self, alloc: &SmartAlloc) -> usize {
        let mut copied = *alloc.frame_box(0_usize);
        self.visit(&mut |o, more| {
            let quit = o.quit.clone(); //~ FA401
            copied += quit.len() + more as usize;
        });
        copied
    }
    #[frame_system]
    pub fn reads_in_a_box(&self, alloc: &SmartAlloc) -> usize {
        let add = *alloc.frame_box(1_usize);
        self.boxed(Box::new(move |o| o.zoom as usize + add)) //~ FA401
    }
}

pub fn with_each(names: &[String], each: impl Fn(&String) -> usize) -> usize {
    names.iter().map(each).sum()
}
#[frame_system]
pub fn measures(alloc: &SmartAlloc, names: &[String]) -> usize {
    with_each(names, |name| {
        let upper = name.clone(); //~ FA401
        upper.len()
    }) + *alloc.frame_box(1_usize)
}

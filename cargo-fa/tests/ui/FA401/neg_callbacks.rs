//! Callables that allocate are kept elsewhere, or run elsewhere.
use framealloc::{SmartAlloc, frame_system};

pub struct Hooks {
    on_frame: Vec<Box<dyn FnMut(u32)>>,
    on_load: Vec<Box<dyn FnMut(u32)>>,
}
impl Hooks {
    pub fn setup(&mut self) {
        self.on_frame.push(Box::new(|v| {
            std::hint::black_box(v);
        }));
        self.on_load.push(Box::new(|v| {
            std::hint::black_box(v.to_string());
        }));
    }
    pub fn load(&mut self) {
        for hook in &mut self.on_load {
            hook(1);
        }
    }
    #[frame_system]
    pub fn run(&mut self, alloc: &SmartAlloc) -> u32 {
        for hook in &mut self.on_frame {
            hook(1);
        }
        *alloc.frame_box(1)
    }
}

pub struct Menu {
    on: fn(u32) -> usize,
}
pub struct Game {
    on: fn(u32) -> usize,
}
fn quiet(v: u32) -> usize {
    v as usize
}
fn loud(v: u32) -> usize {
    v.to_string().len()
}
pub fn menu() -> Menu {
    Menu { on: loud }
}
pub fn game() -> Game {
    Game { on: quiet }
}
#[frame_system]
pub fn calls_the_other(alloc: &SmartAlloc, game: &Game) -> usize {
    (game.on)(3) + *alloc.frame_box(1_usize)
}
pub fn opens(menu: &Menu) -> usize {
    (menu.on)(3)
}

fn apply(f: impl Fn(u32) -> usize, v: u32) -> usize {
    f(v)
}
#[frame_system]
pub fn by_name(alloc: &SmartAlloc) -> usize {
    apply(quiet, 2) + apply(|v| v as usize + 1, 3) + *alloc.frame_box(1_usize)
}
pub fn at_startup() -> usize {
    apply(loud, 2)
}

const QUIET: [fn(u32) -> usize; 1] = [quiet];
const LOUD: [fn(u32) -> usize; 1] = [loud];
#[frame_system]
pub fn table(alloc: &SmartAlloc) -> usize {
    QUIET[0](3) + *alloc.frame_box(1_usize)
}
pub fn loud_table() -> usize {
    LOUD[0](1)
}

pub struct Task {
    run: Option<Box<dyn FnOnce() -> usize>>,
}
#[frame_system]
pub fn only_looks(alloc: &SmartAlloc, task: &Task) -> usize {
    usize::from(task.run.is_some()) + *alloc.frame_box(1_usize)
}
pub fn task() -> Task {
    Task { run: Some(Box::new(|| format!("{}", 1).len())) }
}
pub fn finish(task: &mut Task) -> usize {
    task.run.take().map_or(0, |run| run())
}

/// A value that knows how it is copied, which happens where the game is saved.
pub enum Cell {
    Value { value: u32, copy: fn(&u32) -> Box<u32> },
    Empty,
}

impl Cell {
    fn new(value: u32) -> Self {
        Self::Value { value, copy: |value| Box::new(*value) }
    }
}

impl Clone for Cell {
    fn clone(&self) -> Self {
        match self {
            Self::Value { value, copy } => Self::Value { value: *copy(value), copy: *copy },
            Self::Empty => Self::Empty,
        }
    }
}

#[frame_system]
pub fn made_in_the_frame(alloc: &SmartAlloc, cells: &mut [Cell]) -> u32 {
    cells[0] = Cell::new(3);
    *alloc.frame_box(1)
}

pub fn save(cells: &[Cell]) -> Vec<Cell> {
    cells.to_vec()
}

//! What all games have in common: sums, bodies, chance, a log.

use std::ops::{Add, Mul, Sub};
use std::sync::atomic::AtomicBool;

pub static VERBOSE: AtomicBool = AtomicBool::new(false);

macro_rules! log {
    ($($words:tt)*) => {
        if crate::common::VERBOSE.load(std::sync::atomic::Ordering::Relaxed) {
            eprintln!($($words)*);
        }
    };
}

macro_rules! profile {
    ($name:literal, $work:block) => {{
        let began = std::time::Instant::now();
        let result = $work;
        if began.elapsed().as_secs() > 60 {
            log!("{} was slow", $name);
        }
        result
    }};
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec2 {
    pub x: f32,
    pub y: f32,
}

impl Vec2 {
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn length(self) -> f32 {
        (self.x * self.x + self.y * self.y).sqrt()
    }
}

impl Add for Vec2 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Vec2 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Vec2 {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Body {
    pub at: Vec2,
    pub speed: Vec2,
    pub hp: i32,
    pub id: u32,
    pub team: u8,
}

impl Body {
    /// The cell of a square of so many cells.
    pub fn cell(&self, side: usize) -> usize {
        let along = |at: f32| (at.abs() as usize).min(side - 1);
        along(self.at.y) * side + along(self.at.x)
    }

    pub fn bounce(&mut self, side: f32) {
        if self.at.x < 0.0 || self.at.x > side {
            self.speed.x = -self.speed.x;
        }
        if self.at.y < 0.0 || self.at.y > side {
            self.speed.y = -self.speed.y;
        }
        self.at = Vec2::new(self.at.x.clamp(0.0, side), self.at.y.clamp(0.0, side));
    }
}

pub fn bodies(count: u32) -> Vec<Body> {
    let mut rng = Rng(u64::from(count) + 1);
    (0..count)
        .map(|id| Body {
            at: Vec2::new(rng.unit() * 16.0, rng.unit() * 16.0),
            speed: Vec2::new(rng.unit() - 0.5, rng.unit() - 0.5),
            hp: 30,
            id,
            team: (id % 2) as u8,
        })
        .collect()
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Particle {
    pub at: Vec2,
    pub speed: Vec2,
    pub life: i32,
}

#[derive(Clone, Copy, Debug)]
pub struct Sprite {
    pub depth: i32,
    pub texture: u32,
}

/// What a search over the map keeps from one to the next.
#[derive(Debug, Default)]
pub struct Search {
    pub open: std::collections::VecDeque<usize>,
    pub came: std::collections::HashMap<usize, usize>,
    pub path: Vec<usize>,
}

/// The cells beside one of a square map.
pub fn neighbours(at: usize, side: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % side, at / side);
    [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)]
        .into_iter()
        .filter(move |&(x, y)| x < side && y < side)
        .map(move |(x, y)| y * side + x)
}

#[derive(Debug)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn unit(&mut self) -> f32 {
        (self.next() & 0xFF_FFFF) as f32 / (1 << 24) as f32
    }
}

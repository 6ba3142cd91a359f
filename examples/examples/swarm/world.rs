//! The world and its rules: everything that does not depend on where memory comes from.
//!
//! Both simulations keep a `World` and call the functions here, so that they do the same work and end in the same state.

use std::ops::{Add, AddAssign, Mul, Range, Sub};

/// How far an agent sees; the cells of the spatial hash are as wide.
pub const VIEW: f32 = 1.0;
/// Agents closer than this touch.
pub const BODY: f32 = 0.3;
/// Neighbours that an agent heeds at most.
pub const HEEDED: usize = 16;
/// Seconds per frame.
const STEP: f32 = 1.0 / 60.0;
/// One agent in so many hunts.
const HUNTERS: usize = 20;
/// A hunter throws a dart once in so many frames.
const THROW_EVERY: u32 = 24;
/// Frames that a dart flies if it hits nobody.
const FLIGHT: u16 = 40;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec2 {
    pub x: f32,
    pub y: f32,
}

impl Vec2 {
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn length_squared(self) -> f32 {
        self.x * self.x + self.y * self.y
    }

    /// The direction; nothing for no length.
    pub fn normalized(self) -> Self {
        let length = self.length_squared().sqrt();
        if length > 1e-6 { self * (1.0 / length) } else { Self::default() }
    }
}

impl Add for Vec2 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl AddAssign for Vec2 {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
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

/// A world and the darts in it. `D` is where a dart lives: in a pool or in a box of its own.
#[derive(Debug)]
pub struct Game<D> {
    pub world: World,
    pub darts: Vec<D>,
}

impl<D: std::ops::Deref<Target = Dart>> Game<D> {
    pub fn new(agents: usize) -> Self {
        let world = World::new(agents);
        // The list has room for all that can fly at once; the darts come and go one by one.
        let darts = Vec::with_capacity(world.most_darts());
        Self { world, darts }
    }

    /// Bits of everything that moves, mixed: equal for equal games.
    pub fn checksum(&self) -> u64 {
        self.darts.iter().fold(self.world.checksum(), |sum, dart| {
            [dart.at.x, dart.at.y].into_iter().fold(sum, |sum, number| mix(sum, number.to_bits()))
        })
    }
}

/// What lives from frame to frame: the same plain vectors in both simulations.
#[derive(Clone, Debug)]
pub struct World {
    pub size: f32,
    pub frame: u32,
    pub positions: Vec<Vec2>,
    pub velocities: Vec<Vec2>,
    pub energy: Vec<f32>,
    pub rocks: Vec<Vec2>,
}

impl World {
    pub fn new(agents: usize) -> Self {
        // Some twelve neighbours in view, whatever the number of agents.
        let size = (agents as f32 / 3.8).sqrt().max(4.0);
        let mut random = Random(0x5EED_CAFE);
        let mut point = |spread: f32| Vec2::new(random.unit() * spread, random.unit() * spread);
        Self {
            size,
            frame: 0,
            positions: (0..agents).map(|_| point(size)).collect(),
            velocities: (0..agents).map(|_| point(2.0) - Vec2::new(1.0, 1.0)).collect(),
            energy: vec![1.0; agents],
            rocks: (0..24).map(|_| point(size)).collect(),
        }
    }

    pub fn agents(&self) -> usize {
        self.positions.len()
    }

    pub fn is_hunter(agent: usize) -> bool {
        agent % HUNTERS == 0
    }

    /// Bits of everything that moves, mixed: equal for equal worlds.
    pub fn checksum(&self) -> u64 {
        let numbers = self.positions.iter().chain(&self.velocities).flat_map(|at| [at.x, at.y]);
        numbers.chain(self.energy.iter().copied()).fold(u64::from(self.frame), |sum, number| mix(sum, number.to_bits()))
    }

    /// The acceleration of an agent from the neighbours it heeds and what it wants.
    pub fn acceleration(&self, agent: usize, neighbours: &[u32], goal: Vec2) -> Vec2 {
        let (at, heading) = (self.positions[agent], self.velocities[agent]);
        let (mut apart, mut along, mut together) = (Vec2::default(), Vec2::default(), Vec2::default());
        for &other in neighbours {
            let other = other as usize;
            let away = at - self.positions[other];
            apart += away * (1.0 / (away.length_squared() + 0.01));
            along += self.velocities[other];
            together += self.positions[other];
        }
        let mut wanted = goal * 2.0;
        if !neighbours.is_empty() {
            let share = 1.0 / neighbours.len() as f32;
            wanted += apart * 0.3 + (along * share - heading) * 0.8 + (together * share - at) * 0.6;
        }
        // Walls push back.
        let wall = |coordinate: f32| (1.0 - coordinate).max(0.0) - (coordinate - self.size + 1.0).max(0.0);
        wanted + Vec2::new(wall(at.x), wall(at.y)) * 8.0
    }

    /// How two agents touch, if they do.
    pub fn contact(&self, one: usize, other: usize) -> Option<Contact> {
        let between = self.positions[other] - self.positions[one];
        let squared = between.length_squared();
        (squared < BODY * BODY).then(|| Contact {
            one: one as u32,
            other: other as u32,
            normal: between.normalized(),
            depth: BODY - squared.sqrt(),
        })
    }

    /// Where an agent wants to go without a plan: on, with a slow turn of its own.
    pub fn wander(&self, agent: usize) -> Vec2 {
        let turn = (mix(u64::from(self.frame / 30), agent as u32) % 1024) as f32 / 512.0 - 1.0;
        let heading = self.velocities[agent].normalized();
        (heading + Vec2::new(-heading.y, heading.x) * turn).normalized()
    }

    /// How good a prey is to a hunter; higher is better.
    pub fn appetite(&self, hunter: usize, prey: usize) -> f32 {
        self.energy[prey] / (0.1 + (self.positions[prey] - self.positions[hunter]).length_squared())
    }

    /// A point beside the first rock on the straight way, if there is one.
    pub fn detour(&self, from: Vec2, to: Vec2) -> Option<Vec2> {
        let way = to - from;
        let length = way.length_squared();
        self.rocks.iter().find_map(|rock| {
            let toward = *rock - from;
            let along = ((toward.x * way.x + toward.y * way.y) / (length + 1e-6)).clamp(0.0, 1.0);
            let nearest = from + way * along;
            let off = nearest - *rock;
            (off.length_squared() < 0.25 && length > 0.3).then(|| *rock + off.normalized() * 0.75)
        })
    }

    /// Darts that can fly at once.
    pub fn most_darts(&self) -> usize {
        self.agents().div_ceil(HUNTERS) * (usize::from(FLIGHT) / THROW_EVERY as usize + 1)
    }

    /// The dart that a hunter throws in this frame, if it does.
    pub fn throw(&self, hunter: usize) -> Option<Dart> {
        let turn = (mix(7, hunter as u32) % u64::from(THROW_EVERY)) as u32;
        let throws = Self::is_hunter(hunter) && self.frame % THROW_EVERY == turn;
        throws.then(|| self.dart_of(hunter))
    }

    /// A dart in the hand of a hunter.
    pub fn dart_of(&self, hunter: usize) -> Dart {
        Dart {
            at: self.positions[hunter],
            velocity: self.velocities[hunter].normalized() * 5.0,
            hunter: hunter as u32,
            left: FLIGHT,
        }
    }

    /// Moves a dart by one step, and tells whom it hits.
    pub fn fly(&self, dart: &mut Dart, buckets: Buckets<'_>) -> Flight {
        dart.at += dart.velocity * STEP;
        dart.left -= 1;
        let mut hit: Option<u32> = None;
        buckets.visit_around(self, dart.at, BODY, |agent| {
            if agent != dart.hunter && !Self::is_hunter(agent as usize) {
                // The order of a bucket is that of the agents, whoever sorted them; the first of all cells is hit.
                hit = Some(hit.map_or(agent, |other| other.min(agent)));
            }
            true
        });
        match hit {
            Some(agent) => Flight::Hits(agent),
            None if dart.left == 0 => Flight::Ends,
            None => Flight::GoesOn,
        }
    }

    /// A dart takes energy from whom it hits to whom threw it.
    fn strike(&mut self, dart: &Dart, prey: u32) {
        let taken = self.energy[prey as usize].min(0.2);
        self.energy[prey as usize] -= taken;
        self.energy[dart.hunter as usize] += taken;
    }

    /// Settles what the flight of a dart came to. Returns whether it flies on.
    pub fn land(&mut self, dart: &Dart, flight: Flight) -> bool {
        if let Flight::Hits(prey) = flight {
            self.strike(dart, prey);
        }
        flight == Flight::GoesOn
    }

    /// Applies one contact to the pushes of a frame; a hunter takes energy from what it touches.
    pub fn resolve(&mut self, contact: &Contact, pushes: &mut [Vec2]) {
        let (one, other) = (contact.one as usize, contact.other as usize);
        pushes[one] += contact.normal * (-0.5 * contact.depth);
        pushes[other] += contact.normal * (0.5 * contact.depth);
        let (hunter, prey) = match (Self::is_hunter(one), Self::is_hunter(other)) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            _ => return,
        };
        let bite = self.energy[prey].min(0.1);
        self.energy[hunter] += bite;
        self.energy[prey] -= bite;
    }

    /// Moves everybody by one step.
    pub fn integrate(&mut self, accelerations: &[Vec2], pushes: &[Vec2]) {
        for agent in 0..self.agents() {
            let mut velocity = self.velocities[agent] + accelerations[agent] * STEP;
            let speed = velocity.length_squared();
            if speed > 4.0 {
                velocity = velocity * (2.0 / speed.sqrt());
            }
            let moved = self.positions[agent] + velocity * STEP + pushes[agent];
            self.velocities[agent] = velocity;
            self.positions[agent] = Vec2::new(moved.x.clamp(0.0, self.size), moved.y.clamp(0.0, self.size));
            self.energy[agent] = (self.energy[agent] + 0.001).min(2.0);
        }
        self.frame += 1;
    }

    /// What the camera shows: the middle of the world.
    pub fn is_visible(&self, agent: usize) -> bool {
        let at = self.positions[agent];
        let (low, high) = (self.size * 0.25, self.size * 0.75);
        (low..high).contains(&at.x) && (low..high).contains(&at.y)
    }

    pub fn sprite(&self, agent: usize) -> Sprite {
        let heading = self.velocities[agent];
        Sprite {
            agent: agent as u32,
            texture: u16::from(Self::is_hunter(agent)) * 8 + (agent % 8) as u16,
            layer: (self.positions[agent].y * 256.0) as u32,
            at: self.positions[agent],
            angle: heading.y.atan2(heading.x),
        }
    }
}

/// What a hunter throws. It lives for some frames, until it hits or falls.
#[derive(Clone, Copy, Debug, framealloc::Pooled)]
#[pooled(capacity = 2048, grow = double, tag = "darts", prewarm)]
pub struct Dart {
    pub at: Vec2,
    velocity: Vec2,
    hunter: u32,
    left: u16,
}

/// How the flight of a dart goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flight {
    #[default]
    GoesOn,
    Ends,
    Hits(u32),
}

/// Two agents that touch.
#[derive(Clone, Copy, Debug)]
pub struct Contact {
    pub one: u32,
    pub other: u32,
    normal: Vec2,
    depth: f32,
}

impl Contact {
    /// The deepest are resolved first; never equal for two pairs.
    pub fn order(&self) -> (u32, u32, u32) {
        (!self.depth.to_bits(), self.one, self.other)
    }
}

/// What an agent has decided. `P` is a list of points on the way to the prey, in frame memory or in a box.
#[derive(Debug)]
pub enum Intent<P> {
    Wander(Vec2),
    Flee(Vec2),
    Hunt(P),
}

impl<P: std::ops::Deref<Target = [Vec2]>> Intent<P> {
    pub fn goal(&self, at: Vec2) -> Vec2 {
        match self {
            Self::Wander(direction) => *direction * 0.5,
            Self::Flee(direction) => *direction * 3.0,
            Self::Hunt(way) => way.first().map_or(Vec2::default(), |point| (*point - at).normalized() * 2.5),
        }
    }
}

/// What is drawn of an agent.
#[derive(Clone, Copy, Debug)]
pub struct Sprite {
    pub agent: u32,
    pub texture: u16,
    layer: u32,
    at: Vec2,
    angle: f32,
}

impl Sprite {
    /// By texture, so that there are few batches, then from back to front; never equal for two agents.
    pub fn order(&self) -> (u16, u32, u32) {
        (self.texture, self.layer, self.agent)
    }
}

/// Sprites that are drawn at once.
#[derive(Clone, Debug)]
pub struct Batch {
    pub texture: u16,
    pub sprites: Range<u32>,
}

/// What a renderer would do with its lists: read them all once.
pub fn submit<'a>(
    sprites: &[Sprite],
    batches: &[Batch],
    darts: impl Iterator<Item = &'a Dart>,
    labels: impl Iterator<Item = &'a str>,
) -> u64 {
    let mut sum = darts.fold(0, |sum, dart| mix(sum, dart.at.x.to_bits() ^ dart.at.y.to_bits()));
    for batch in batches {
        for sprite in &sprites[batch.sprites.start as usize..batch.sprites.end as usize] {
            sum = mix(sum, sprite.at.x.to_bits() ^ sprite.at.y.to_bits() ^ sprite.angle.to_bits());
        }
        sum = mix(sum, u32::from(batch.texture));
    }
    labels.flat_map(str::bytes).fold(sum, |sum, byte| mix(sum, u32::from(byte)))
}

/// The spatial hash, seen without its owner: agents sorted by the bucket of their cell.
#[derive(Clone, Copy, Debug)]
pub struct Buckets<'a> {
    /// Where each bucket begins among the agents, and the end.
    pub starts: &'a [u32],
    pub agents: &'a [u32],
}

/// The cell of a point.
pub fn cell(at: Vec2) -> (i32, i32) {
    ((at.x / VIEW) as i32, (at.y / VIEW) as i32)
}

/// Buckets for so many agents: a power of two.
pub fn bucket_count(agents: usize) -> usize {
    agents.next_power_of_two()
}

/// The bucket of a cell.
pub fn bucket((x, y): (i32, i32), buckets: usize) -> usize {
    let hash = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA6B);
    (hash ^ (hash >> 15)) as usize & (buckets - 1)
}

impl Buckets<'_> {
    /// Calls `visit` with every other agent within `radius`, at most `VIEW`, until it returns false.
    pub fn visit(self, world: &World, agent: usize, radius: f32, mut visit: impl FnMut(u32) -> bool) {
        let at = world.positions[agent];
        self.visit_around(world, at, radius, |other| other as usize == agent || visit(other));
    }

    /// Calls `visit` with every agent within `radius` of a point, at most `VIEW`, until it returns false.
    pub fn visit_around(self, world: &World, at: Vec2, radius: f32, mut visit: impl FnMut(u32) -> bool) {
        let (x, y) = cell(at);
        let count = self.starts.len() - 1;
        for row in y - 1..=y + 1 {
            for column in x - 1..=x + 1 {
                let bucket = bucket((column, row), count);
                for &other in &self.agents[self.starts[bucket] as usize..self.starts[bucket + 1] as usize] {
                    let there = world.positions[other as usize];
                    // Another cell may have the same bucket.
                    if (there - at).length_squared() < radius * radius && cell(there) == (column, row) && !visit(other)
                    {
                        return;
                    }
                }
            }
        }
    }
}

/// The agents of each part of the work, in order.
pub fn part(agents: usize, parts: usize, index: usize) -> Range<usize> {
    agents * index / parts..agents * (index + 1) / parts
}

fn mix(sum: u64, number: u32) -> u64 {
    (sum ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// A generator that is the same everywhere.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / 16_777_216.0
    }
}

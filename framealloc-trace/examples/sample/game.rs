//! Makes recordings of a game that never was. The same seed gives the same bytes. Shared with the tests of `cargo fa report`.

use framealloc_trace::{
    BudgetHit, Call, Encoder, FlightFigures, FrameView, HeapFigures, Kind, Life, Limits, Lives, Outcome, PhaseFigures,
    PoolFigures, Site, SiteFigures, SystemFigures,
};

/// What a sample holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Number of frames.
    pub(crate) frames: u64,
    /// Seed of everything random.
    pub(crate) seed: u64,
    /// Bytes by which `physics` is larger than in other samples.
    pub(crate) growth: u64,
}

/// Tags with their usual bytes per frame.
pub(crate) const TAGS: [(&str, u64); 14] = [
    ("render::visibility", 196_608),
    ("physics", 163_840),
    ("physics::contacts", 131_072),
    ("particles", 98_304),
    ("ai::pathfinding", 90_112),
    ("animation", 65_536),
    ("ai", 49_152),
    ("ui", 40_960),
    ("net::snapshot", 32_768),
    ("audio", 16_384),
    ("scripts", 12_288),
    ("debug::draw", 8192),
    ("net", 4096),
    ("input", 1024),
];

const SYSTEMS: [(&str, usize); 18] = [
    ("game::render::cull", 0),
    ("game::render::sort_draws", 0),
    ("game::physics::broad_phase", 1),
    ("game::physics::integrate", 1),
    ("game::physics::solve", 2),
    ("game::particles::emit", 3),
    ("game::particles::advance", 3),
    ("game::ai::pathfinding::search", 4),
    ("game::animation::blend", 5),
    ("game::animation::skin", 5),
    ("game::ai::decide", 6),
    ("game::ui::layout", 7),
    ("game::ui::text", 7),
    ("game::net::encode", 8),
    ("game::audio::mix", 9),
    ("game::scripts::tick", 10),
    ("game::debug::lines", 11),
    ("game::input::gather", 13),
];

const POOLS: [(&str, u64, u64); 4] =
    [("Projectile", 512, 96), ("Particle", 4096, 48), ("Enemy", 128, 640), ("SoundVoice", 48, 256)];

/// What lives of the heap, by tag, and its budget: `audio` loads a song now and then, `scripts` never give back.
const HEAP: [(&str, u64, u64); 5] = [
    ("(untagged)", 9 << 20, 0),
    ("audio", 6 << 20, 16 << 20),
    ("scripts", 3 << 20, 0),
    ("ui", 2 << 20, 0),
    ("(framealloc)", 4 << 20, 0),
];

/// Bytes between two samples.
const EVERY: u64 = 64 << 10;

/// The limit of the budget of the whole allocator.
pub(crate) const WHOLE: u64 = 1408 * 1024;
/// The limit of the budget of `particles`.
pub(crate) const PARTICLES: u64 = 640 * 1024;

/// `SplitMix64`: good enough for pictures, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

impl Sample {
    /// The bytes of the recording.
    #[must_use]
    pub(crate) fn record(self) -> Vec<u8> {
        let (mut random, mut sampling) = (Random(self.seed), Random(!self.seed));
        let mut encoder = Encoder::new(Vec::new());
        define(&mut encoder);
        let mut following = Following::new(!self.seed);
        let (mut high_water, mut start, mut wave) = (0, 0, 0_u64);
        for number in 1..=self.frames {
            // A wave of enemies comes, and goes; now and then something explodes.
            wave = if random.below(900) == 0 { 100 } else { wave.saturating_sub(random.below(3)) };
            let burst = random.below(1400) == 0;
            let phase = (number * 200 / self.frames.max(1)) % 40;
            let swell = phase.min(40 - phase);
            let mut tags: Vec<(u32, u64)> = Vec::new();
            for (id, (name, usual)) in (1..).zip(TAGS) {
                let mut bytes = usual * (80 + swell) / 100 + random.below(usual / 12) / 16 * 16;
                match name {
                    "particles" if burst => bytes += 600_000,
                    "particles" => bytes += wave * 1500,
                    "ai::pathfinding" | "physics::contacts" => bytes += wave * 1200,
                    "net" if number % 3 != 0 => continue,
                    "physics" => bytes += self.growth,
                    _ => {}
                }
                tags.push((id, bytes));
            }
            let bytes: u64 = tags.iter().map(|(_, bytes)| bytes).sum();
            high_water = high_water.max(bytes);
            let systems = systems(&tags, wave);
            let budgets = budgets(&tags, bytes);
            let share = bytes / 4;
            let threads = [(0, bytes - 3 * share), (1, share), (2, share), (3, share)];
            let pools: Vec<PoolFigures> = (0..)
                .zip(POOLS)
                .map(|(id, (_, usual, size))| {
                    let live = usual / 2 + usual * wave / 200 + random.below(usual / 16);
                    PoolFigures { id, live, high_water: usual * 9 / 8, bytes: usual * 9 / 8 * size }
                })
                .collect();
            let duration = 5_200_000 + wave * 42_000 + random.below(900_000) + if burst { 7_000_000 } else { 0 };
            let phases = [phase_of(1, 1, bytes / 3, duration / 2), phase_of(2, 4, bytes / 2, duration / 3)];
            let heap = heap_of(number, self.frames, wave);
            encoder.frame(&FrameView {
                number,
                start,
                duration,
                bytes,
                high_water,
                heap_fallbacks: u64::from(burst),
                allocator_calls: Some(if number < 3 { 40 } else { u64::from(burst) * 3 }),
                tags: &tags,
                threads: &threads,
                systems: &systems,
                pools: &pools,
                budgets: &budgets,
                phases: &phases,
                // Two frames in flight; now and then a reader is slow, and a third stays.
                flights: Some(FlightFigures {
                    frames: 2 + u64::from(burst),
                    bytes: (2 + u64::from(burst)) * (bytes / 8),
                    capacity: 3 * (bytes / 7),
                    refused: u64::from(burst),
                }),
                heap: &heap,
                zones: &[],
            });
            encoder.samples(EVERY, &samples(&systems, &mut sampling));
            if let Some(lives) = following.frame(number) {
                encoder.lives(&lives);
            }
            start += duration.max(16_666_667);
        }
        encoder.into_bytes()
    }
}

/// The places of a system: its own vector, a helper that sorts, and a table that helper makes; with parts of a hundred.
const PLACES: [(&[&str], u64); 4] =
    [(&["collect"], 45), (&["sorted", "by_key"], 25), (&["sorted", "scratch"], 20), (&["lookup", "table", "grow"], 10)];

/// What was sampled of the places of each system: a sample every so many bytes, more or less.
fn samples(systems: &[SystemFigures], random: &mut Random) -> Vec<SiteFigures> {
    let mut sites = Vec::new();
    for system in systems {
        for (place, (_, part)) in (0..).zip(PLACES) {
            let bytes = system.bytes * part / 100;
            let samples = (bytes + random.below(EVERY)) / EVERY;
            if samples > 0 {
                let id = (system.id - 1) * 4 + place;
                sites.push(SiteFigures { id, samples, blocks: samples * EVERY / 96, bytes: samples * EVERY });
            }
        }
    }
    sites
}

/// Places that make blocks of the heap: tag, one in so many frames makes one that is followed, and the frames that it lives; 0 is
/// for ever.
pub(crate) const MAKERS: [(&str, u64, u64); 4] = [("audio", 40, 400), ("scripts", 90, 0), ("ui", 3, 8), ("ai", 10, 60)];

/// Blocks of the heap that live, with the frame in which they die.
struct Following {
    random: Random,
    next: u32,
    alive: Vec<(u64, u32)>,
}

impl Following {
    fn new(seed: u64) -> Self {
        Self { random: Random(seed), next: 0, alive: Vec::new() }
    }

    /// What becomes of blocks in a frame, if anything does.
    fn frame(&mut self, number: u64) -> Option<Lives> {
        let mut lives = Lives { every: EVERY, ..Lives::default() };
        for (maker, (_, rare, usual)) in (0_u32..).zip(MAKERS) {
            if self.random.below(rare) == 0 {
                let id = self.next;
                self.next += 1;
                lives.born.push(Life { id, site: maker_id(maker), frame: number, blocks: 40, bytes: EVERY });
                let age = if usual == 0 { u64::MAX - number } else { usual / 2 + self.random.below(usual) };
                self.alive.push((number + age, id));
            }
        }
        self.alive.retain(|(end, id)| {
            if *end == number {
                lives.died.push(*id);
            }
            *end != number
        });
        (!lives.born.is_empty() || !lives.died.is_empty()).then_some(lives)
    }
}

/// The number of the site of a maker, behind those of the systems.
fn maker_id(maker: u32) -> u32 {
    1000 + maker
}

/// The calls that lead to the places, from `main` on.
fn define_sites(encoder: &mut Encoder) {
    let (mut calls, mut next) = (0..).zip(["main", "game::run", "game::Schedule<S>::step"]).fold(
        (Vec::new(), 0),
        |(mut calls, _), (id, function)| {
            encoder.call(&call(id, function));
            calls.push(id);
            (calls, id + 1)
        },
    );
    for (system, (name, tag)) in (0_u32..).zip(SYSTEMS) {
        encoder.call(&call(next, name));
        calls.push(next);
        next += 1;
        for (place, (path, _)) in (0_u32..).zip(PLACES) {
            let mut stack = calls.clone();
            for function in path {
                encoder.call(&call(next, &format!("{name}::{function}")));
                stack.push(next);
                next += 1;
            }
            stack.reverse();
            let id = system * 4 + place;
            encoder.stack(id + 1, &stack);
            let tag = u32::try_from(tag + 1).unwrap_or(0);
            encoder.site(&Site { id, tag, system: Some(system + 1), stack: Some(id + 1) });
        }
        calls.pop();
    }
    for (maker, (tag, ..)) in (0_u32..).zip(MAKERS) {
        let mut stack = calls.clone();
        for function in ["load", "decode"] {
            encoder.call(&call(next, &format!("game::{tag}::{function}")));
            stack.push(next);
            next += 1;
        }
        stack.reverse();
        let id = maker_id(maker);
        encoder.stack(id + 1, &stack);
        encoder.site(&Site { id, tag: heap_id(tag), system: None, stack: Some(id + 1) });
    }
}

fn call(id: u32, function: &str) -> Call {
    let file = format!("src/{}.rs", function.split("::").nth(1).unwrap_or("main"));
    Call { id, function: function.to_owned(), file, line: 20 + id * 7 % 300 }
}

/// What lives of the heap when a frame ends.
fn heap_of(number: u64, frames: u64, wave: u64) -> Vec<HeapFigures> {
    let song = number * 12 / frames.max(1) % 3;
    let tag = |(name, usual, _): (&str, u64, u64)| {
        let bytes = match name {
            "audio" => usual + song * (4 << 20),
            "scripts" => usual + number * 900,
            "ui" => usual + wave * 9000,
            _ => usual,
        };
        let made = if name == "(framealloc)" { 0 } else { 12 + wave / 4 };
        let id = heap_id(name);
        HeapFigures { id, bytes, blocks: bytes / 700, peak: bytes + bytes / 50, allocations: made, frees: made }
    };
    HEAP.into_iter().map(tag).collect()
}

/// The number of a tag, or of one that is of the heap only.
fn heap_id(name: &str) -> u32 {
    let tags = (1..).zip(TAGS).find(|(_, (tag, _))| *tag == name).map(|(id, _)| id);
    tags.unwrap_or(if name == "(untagged)" { 0 } else { u32::MAX })
}

fn define(encoder: &mut Encoder) {
    define_sites(encoder);
    for (id, (name, _)) in (1..).zip(TAGS) {
        encoder.define(Kind::Tag, id, name, 0);
    }
    for (name, _, budget) in HEAP {
        encoder.define(Kind::Tag, heap_id(name), name, budget);
    }
    for (id, (name, _)) in (1..).zip(SYSTEMS) {
        encoder.define(Kind::System, id, name, 0);
    }
    for (id, name) in (0..).zip(["main", "worker 1", "worker 2", "worker 3"]) {
        encoder.define(Kind::Thread, id, name, 0);
    }
    for (id, (name, ..)) in (0..).zip(POOLS) {
        encoder.define(Kind::Pool, id, name, 0);
    }
    encoder.define_budget(1, "the budget of the allocator", WHOLE, Limits::Allocator);
    encoder.define_budget(2, "the budget of tag `particles`", PARTICLES, Limits::Tag(4));
    encoder.define(Kind::Phase, 1, "simulate", 0);
    encoder.define(Kind::Phase, 2, "extract", 0);
}

fn systems(tags: &[(u32, u64)], wave: u64) -> Vec<SystemFigures> {
    let systems = (1..).zip(SYSTEMS).filter_map(|(id, (_, tag))| {
        let own = u32::try_from(tag + 1).unwrap();
        let bytes = tags.iter().find(|(id, _)| *id == own)?.1;
        let sharing = SYSTEMS.iter().filter(|(_, other)| *other == tag).count() as u64;
        let calls = if own == 5 { 1 + wave / 10 } else { 1 };
        Some(SystemFigures { id, calls, bytes: bytes / sharing, largest_call: bytes / sharing / calls, heap: None })
    });
    systems.collect()
}

fn budgets(tags: &[(u32, u64)], bytes: u64) -> Vec<BudgetHit> {
    let particles = tags.iter().find(|(id, _)| *id == 4).map_or(0, |(_, bytes)| *bytes);
    let mut hits = Vec::new();
    if particles > PARTICLES {
        hits.push(BudgetHit { id: 2, asked: 16_384, left: 4096, outcome: Outcome::Promoted });
    }
    if bytes > WHOLE {
        hits.push(BudgetHit { id: 1, asked: bytes - WHOLE, left: 0, outcome: Outcome::Warned });
    }
    hits
}

/// Figures of a phase of `calls` equal calls.
fn phase_of(id: u32, calls: u64, bytes: u64, nanoseconds: u64) -> PhaseFigures {
    PhaseFigures { id, calls, bytes, nanoseconds, longest: nanoseconds / calls }
}

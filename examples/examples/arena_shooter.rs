//! A shooter without graphics: what lives longer than a frame, and what crosses threads.
//!
//! - enemies and bullets are pooled types; bullets are fired on one thread and dropped on another
//! - the walls live in a scratch region until the level is over
//! - the flow field that enemies follow is made in frame memory and promoted when the frame ends
//! - hits travel to a thread for sound and effects, which is in no hurry
//! - budgets limit what physics and particles may use, and say when they did
//!
//! `cargo run --release -p framealloc-examples --example arena_shooter [-- --record FILE]`
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions are small numbers"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::mpsc;
use std::thread;

use framealloc::{
    AllocConfig, Budget, BudgetPolicy, FrameBarrier, HeapGuard, PoolBox, PoolStats, Pooled, Promoted, RetainKey,
    RetentionPolicy, Scratch, SmartAlloc, TransferHandle, frame_system, kilobytes, pool,
};

/// What systems ask of the heap is in recordings.
#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

const FRAMES: u32 = 360;
/// Frames before the recording begins.
const WARM_UP: u32 = 60;
/// The arena is this many cells wide and high.
const SIDE: usize = 32;
const ENEMIES: usize = 300;
/// The flow field is made anew this often.
const NAV_EVERY: u32 = 45;

#[derive(Pooled)]
#[pooled(capacity = 512, tag = "entities", prewarm)]
struct Enemy {
    position: [f32; 2],
    health: i32,
}

/// Never more than 160 of them: the gun jams.
#[derive(Pooled)]
#[pooled(capacity = 160, grow = fixed, tag = "weapons")]
struct Bullet {
    position: [f32; 2],
    velocity: [f32; 2],
}

/// The way to the player from each cell.
struct FlowField {
    distance: [u16; SIDE * SIDE],
}

struct Hit {
    frame: u32,
    loudness: f32,
}

/// Jobs that wait at most, more than a frame makes. A channel without a limit would ask the heap for room as it goes.
const JOBS: usize = 4096;

/// What the thread for effects gets to do.
enum Job {
    Play(TransferHandle<Hit>),
    /// A bullet that is spent: its slot is freed over there.
    Retire(TransferHandle<Bullet>),
}

/// A small generator, so that every run is the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: f32) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        below * ((self.0 >> 40) as f32 / (1_u64 << 24) as f32)
    }
}

struct World<'level> {
    walls: &'level [bool],
    enemies: Vec<PoolBox<Enemy>>,
    bullets: Vec<PoolBox<Bullet>>,
    field: Option<Promoted<FlowField>>,
    jammed: usize,
}

fn cell(position: [f32; 2]) -> usize {
    let [x, y] = position.map(|at| at.clamp(0.0, SIDE as f32 - 1.0) as usize);
    y * SIDE + x
}

/// Distances to the middle, breadth first. Its queue dies with the system; the field is promoted when the frame ends.
#[frame_system(tag = "ai::pathfinding", out = frame)]
fn find_paths(alloc: &SmartAlloc, walls: &[bool]) -> RetainKey<FlowField> {
    let mut distance = [u16::MAX; SIDE * SIDE];
    let mut queue = alloc.frame_vec_with_capacity(SIDE * SIDE);
    let middle = cell([SIDE as f32 / 2.0; 2]);
    distance[middle] = 0;
    queue.push(middle);
    let mut next = 0;
    while let Some(&at) = queue.get(next) {
        next += 1;
        let (x, y) = (at % SIDE, at / SIDE);
        let around = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        for (x, y) in around.into_iter().filter(|&(x, y)| x < SIDE && y < SIDE) {
            let to = y * SIDE + x;
            if !walls[to] && distance[to] == u16::MAX {
                distance[to] = distance[at] + 1;
                queue.push(to);
            }
        }
    }
    frame.frame_retain(FlowField { distance }, RetentionPolicy::PromoteToPool).key()
}

/// Finds who is hit. When there are more candidates than its budget has room for, it makes do with those it has.
#[frame_system(tag = "physics", budget = "8KiB")]
fn find_hits(alloc: &SmartAlloc, enemies: &[PoolBox<Enemy>], bullets: &[PoolBox<Bullet>]) -> Vec<(usize, usize)> {
    let mut pairs = alloc.frame_vec::<(u32, u32)>();
    'all: for (bullet_at, bullet) in (0..).zip(bullets) {
        for (enemy_at, enemy) in (0..).zip(enemies) {
            let distance = [0, 1].map(|axis: usize| (enemy.position[axis] - bullet.position[axis]).abs());
            if distance[0].max(distance[1]) < 2.0 && pairs.try_push((bullet_at, enemy_at)).is_err() {
                break 'all;
            }
        }
    }
    let near = pairs.iter().filter(|&&(bullet, enemy)| {
        let (bullet, enemy) = (&bullets[bullet as usize], &enemies[enemy as usize]);
        (bullet.position[0] - enemy.position[0]).hypot(bullet.position[1] - enemy.position[1]) < 0.5
    });
    // fa: allow(FA401, reason = "the hits outlive the scope that they are found in")
    near.map(|&(bullet, enemy)| (bullet as usize, enemy as usize)).collect()
}

/// Sparks: nice to have. Their budget only warns.
#[frame_system(tag = "particles")]
fn draw_sparks(alloc: &SmartAlloc, hits: usize) -> f32 {
    let sparks = alloc.frame_slice_fill_with(hits * 64, |at| [(at as f32).sin(), (at as f32).cos()]);
    sparks.iter().map(|spark| spark[0] * spark[1]).sum()
}

fn fire(world: &mut World<'_>, dice: &mut Dice) {
    for _ in 0..6 {
        let angle = dice.roll(std::f32::consts::TAU);
        let bullet = Bullet { position: [SIDE as f32 / 2.0; 2], velocity: [angle.cos() * 0.4, angle.sin() * 0.4] };
        match bullet.try_pooled() {
            Ok(bullet) => world.bullets.push(bullet),
            Err(_jammed) => world.jammed += 1,
        }
    }
}

/// Moves everything, on two threads that meet at the barrier.
fn advance(world: &mut World<'_>, barrier: &FrameBarrier) {
    let (field, walls) = (world.field.as_deref(), world.walls);
    let (enemies, bullets) = (&mut world.enemies, &mut world.bullets);
    thread::scope(|scope| {
        scope.spawn(|| {
            for enemy in enemies.iter_mut() {
                let here = cell(enemy.position);
                let Some(field) = field else { break };
                let steps = [[0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1]];
                let to =
                    steps.map(|step: [f32; 2]| [enemy.position[0] + step[0] * 9.0, enemy.position[1] + step[1] * 9.0]);
                let best = (0..4).min_by_key(|&step| field.distance[cell(to[step])]);
                if let Some(step) = best.filter(|&step| field.distance[cell(to[step])] <= field.distance[here]) {
                    enemy.position = [enemy.position[0] + steps[step][0], enemy.position[1] + steps[step][1]];
                }
            }
            barrier.signal_frame_complete();
        });
        scope.spawn(|| {
            for bullet in bullets.iter_mut() {
                bullet.position = [0, 1].map(|axis: usize| bullet.position[axis] + bullet.velocity[axis]);
            }
            barrier.signal_frame_complete();
        });
        barrier.wait_all();
    });
    // Bullets that hit a wall or left the arena are over.
    let inside = 0.0..SIDE as f32;
    let flies = |bullet: &Bullet| bullet.position.iter().all(|at| inside.contains(at)) && !walls[cell(bullet.position)];
    world.bullets.retain(|bullet| flies(bullet));
}

fn resolve(alloc: &SmartAlloc, world: &mut World<'_>, frame: u32, effects: &mpsc::SyncSender<Job>) -> usize {
    let hits = find_hits(alloc, &world.enemies, &world.bullets);
    let mut spent: Vec<usize> = Vec::new();
    for &(bullet, enemy) in &hits {
        world.enemies[enemy].health -= 40;
        // fa: allow(FA402, reason = "a handful of hits in a frame")
        spent.push(bullet);
        let hit = alloc.frame_box_for_transfer(Hit { frame, loudness: 0.5 });
        // When the other side is gone, the handle comes back in the error and counts as dropped.
        drop(effects.send(Job::Play(hit)));
    }
    world.enemies.retain(|enemy| enemy.health > 0);
    spent.sort_unstable();
    spent.dedup();
    for bullet in spent.into_iter().rev() {
        let bullet = alloc.transfer(world.bullets.swap_remove(bullet));
        drop(effects.send(Job::Retire(bullet)));
    }
    hits.len()
}

/// The thread for effects: plays what it gets, and frees bullets that others fired.
fn effects(jobs: mpsc::Receiver<Job>) -> (usize, f32, usize) {
    let (mut played, mut loudness, mut freed, mut newest) = (0, 0.0, 0, 0);
    for job in jobs {
        match job {
            Job::Play(hit) => {
                let hit: PoolBox<Hit> = hit.receive();
                newest = newest.max(hit.frame);
                // Too late to be heard.
                if hit.frame + 2 >= newest {
                    played += 1;
                    loudness += hit.loudness;
                }
            }
            Job::Retire(bullet) => {
                drop(bullet.receive());
                freed += 1;
            }
        }
    }
    (played, loudness, freed)
}

fn build_walls(level: &Scratch, dice: &mut Dice) -> Vec<usize> {
    let pillars = level.frame_slice_fill_with(40, |_| (dice.roll(SIDE as f32), dice.roll(SIDE as f32)));
    let middle = SIDE as f32 / 2.0;
    let far = pillars.iter().filter(|(x, y)| (x - middle).hypot(y - middle) > 4.0);
    far.map(|&(x, y)| cell([x, y])).collect()
}

fn print_pools(pools: Vec<PoolStats>) {
    for pool in pools.into_iter().filter(|pool| pool.high_water > 0) {
        println!("  {pool}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1);
    let record = match (words.next(), words.next()) {
        (None, _) => None,
        (Some(option), Some(file)) if option == "--record" => Some(file),
        _ => return Err("usage: arena_shooter [--record FILE]".into()),
    };
    let config = AllocConfig::default()
        .with_thread_frame_budget(kilobytes(256))
        .with_tag_budget("particles", Budget::new(kilobytes(4)).with_policy(BudgetPolicy::Warn))
        .with_promotion_budget(kilobytes(16));
    let mut alloc = SmartAlloc::new(config);
    let mut dice = Dice(7);

    let mut level = alloc.scratch("level");
    let (to_effects, jobs) = mpsc::sync_channel(JOBS);
    let effects = thread::spawn(|| effects(jobs));
    let barrier = FrameBarrier::new(2);
    let mut budget_events = BTreeMap::new();
    let (mut total_hits, mut sent, mut lost, mut waves) = (0, 0, 0, 0);
    {
        let pillars = build_walls(&level, &mut dice);
        let walls = level.frame_slice_fill_with(SIDE * SIDE, |at| pillars.contains(&at));
        let mut world = World { walls: &walls, enemies: Vec::new(), bullets: Vec::new(), field: None, jammed: 0 };
        for frame in 0..FRAMES {
            if let Some(file) = record.as_ref().filter(|_| frame == WARM_UP) {
                alloc.record(file)?;
            }
            alloc.begin_frame();
            if world.enemies.len() < ENEMIES / 4 {
                waves += 1;
                for _ in world.enemies.len()..ENEMIES {
                    let position = [dice.roll(SIDE as f32), dice.roll(SIDE as f32)];
                    world.enemies.push(Enemy { position, health: 100 }.pooled());
                }
            }
            let paths = (frame % NAV_EVERY == 0).then(|| find_paths(&alloc, world.walls));
            fire(&mut world, &mut dice);
            advance(&mut world, &barrier);
            let hits = resolve(&alloc, &mut world, frame, &to_effects);
            draw_sparks(&alloc, hits);
            total_hits += hits;

            let mut promotions = alloc.end_frame_with_promotions();
            if let Some(field) = paths.and_then(|key| promotions.take(key)) {
                world.field = Some(field);
            }
            let stats = alloc.stats();
            for event in &stats.budget_events {
                *budget_events.entry(format!("{}: {:?}", event.limit, event.outcome)).or_insert(0) += event.count;
            }
            sent += stats.transfers.sent;
            lost += stats.transfers.dropped;
        }
        println!("{total_hits} hits in {FRAMES} frames, {waves} waves; the gun jammed {} times", world.jammed);
        println!("{sent} transfers, {lost} of them lost");
        println!("\npools while the level runs:");
        print_pools(pool::own_pools());
    }

    if record.is_some() {
        alloc.stop_recording()?;
    }
    drop(to_effects);
    if let Ok((played, loudness, freed)) = effects.join() {
        println!("\neffects: {played} sounds, loudness {loudness}; {freed} bullets freed over there");
    }
    println!("\nbudgets:");
    for (event, count) in &budget_events {
        println!("  {event} x{count}");
    }
    println!("\ntags, most bytes of a frame:");
    for tag in alloc.stats().tags {
        println!("  {:<18} {:>7}", tag.path, tag.high_water);
    }
    let region = level.region_stats();
    println!("\nscratch `{}`: {} bytes, given back: {}", region.name, region.bytes, level.reset());
    println!("\npools when the level is over:");
    print_pools(pool::own_pools());
    print_pools(pool::class_pools());
    Ok(())
}

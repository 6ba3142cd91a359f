//! The frame in framealloc's memory. Every system is a plain function with an attribute.
//!
//! What a system needs for itself it takes from `alloc` and forgets; what a later system reads it takes from the whole
//! frame (`out = frame`). The compiler checks which is which.

use framealloc::{
    Frame, FrameBox, FrameString, FrameVec, PoolBox, Pooled, SmartAlloc, alloc_tag, frame_format, frame_system,
};
use rayon::prelude::*;
use std::ops::Range;

use crate::report::{Stopwatch, System};
use crate::world::{self, Batch, Buckets, Contact, Dart, Flight, Game, HEEDED, Intent, Sprite, VIEW, Vec2, World};

mod tags {
    use framealloc::Tag;

    pub static SPACE: Tag = Tag::new("space");
    pub static AI: Tag = Tag::new("ai");
    pub static PATHFINDING: Tag = Tag::new("ai::pathfinding");
    pub static STEERING: Tag = Tag::new("steering");
    pub static PHYSICS: Tag = Tag::new("physics");
    pub static DARTS: Tag = Tag::new("darts");
    pub static RENDER: Tag = Tag::new("render");
}

/// The spatial hash of a frame.
pub struct SpatialHash<'f> {
    starts: &'f [u32],
    agents: &'f [u32],
}

impl SpatialHash<'_> {
    fn buckets(&self) -> Buckets<'_> {
        Buckets { starts: self.starts, agents: self.agents }
    }
}

/// The neighbours of some agents: `ends[i]` is where those of the i-th end.
pub struct Neighbours<'f> {
    ends: &'f [u32],
    agents: FrameBox<'f, [u32]>,
}

impl Neighbours<'_> {
    fn of(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.agents[start as usize..self.ends[index] as usize]
    }
}

type Intents<'f> = FrameBox<'f, [Intent<FrameBox<'f, [Vec2]>>]>;

/// One frame. It begins with the body and ends with it; nothing of it can get out.
#[frame_system(name = "tick")]
pub fn tick(alloc: &mut SmartAlloc, game: &mut Game<PoolBox<Dart>>, parts: usize, watch: &mut Stopwatch) -> u64 {
    let Game { world, darts } = game;
    let view: &World = world;
    let space = watch.time(System::SpatialHash, || spatial_hash(alloc, view));
    let buckets = space.buckets();

    // Worker threads take what they need from the same allocator: each has memory of its own behind it.
    let neighbours = watch.time(System::Neighbours, || {
        each_part(alloc, view, parts, |_, agents| neighbours(alloc, view, buckets, agents))
    });
    let intents = watch.time(System::Think, || {
        let hunters = alloc.frame_slice_from_iter((0..view.agents()).filter(|agent| World::is_hunter(*agent)));
        each_part(alloc, view, parts, |part, agents| think(alloc, view, &hunters, &neighbours[part], agents))
    });
    let mut accelerations = alloc.frame_slice_fill_with(view.agents(), |_| Vec2::default());
    watch.time(System::Steer, || steer_all(alloc, view, &neighbours, &intents, &mut accelerations));
    let contacts = watch
        .time(System::Collide, || each_part(alloc, view, parts, |_, agents| collide(alloc, view, buckets, agents)));

    watch.time(System::Fly, || {
        // Darts are made on whatever thread a hunter is on, live for some frames, and are dropped here: their slots go round.
        let thrown = each_part(alloc, world, parts, |_, agents| throw(alloc, world, agents));
        darts.extend(thrown.into_iter().flatten());
        fly(alloc, world, buckets, darts);
    });

    let mut pushes = alloc.frame_slice_fill_with(world.agents(), |_| Vec2::default());
    watch.time(System::Resolve, || resolve(alloc, world, &contacts, &mut pushes));
    watch.time(System::Integrate, || world.integrate(&accelerations, &pushes));
    watch.time(System::Render, || render(alloc, world, darts))
}

/// Has every thread do all of the divided work once, so that no later division of it makes a thread's memory grow.
#[frame_system(name = "rehearse")]
pub fn rehearse(alloc: &mut SmartAlloc, world: &World, parts: usize) {
    rayon::broadcast(|_| {
        let space = spatial_hash(alloc, world);
        let hunters = alloc.frame_slice_from_iter((0..world.agents()).filter(|agent| World::is_hunter(*agent)));
        let mut accelerations = alloc.frame_slice_fill_with(world.agents(), |_| Vec2::default());
        for part in 0..parts {
            let agents = world::part(world.agents(), parts, part);
            let near = neighbours(alloc, world, space.buckets(), agents.clone());
            let intents = think(alloc, world, &hunters, &near, agents.clone());
            steer(alloc, world, &near, &intents, agents.clone(), &mut accelerations[agents.clone()]);
            collide(alloc, world, space.buckets(), agents);
        }
        // Every thread has had as many darts as there can be, so that the pool has all the memory that it will need.
        let darts = hunters.iter().cycle().take(world.most_darts()).map(|hunter| world.dart_of(*hunter));
        drop(alloc.frame_slice_from_iter(darts.map(Pooled::pooled)));
    });
}

/// Runs a system on every part of the agents, on all threads, and keeps what it returns in the frame.
fn each_part<'f, T: Send>(
    alloc: &'f SmartAlloc,
    world: &World,
    parts: usize,
    system: impl Fn(usize, Range<usize>) -> T + Sync,
) -> FrameBox<'f, [T]> {
    let mut results = alloc.frame_slice_fill_with(parts, |_| None);
    results.par_iter_mut().enumerate().for_each(|(part, slot)| {
        *slot = Some(system(part, world::part(world.agents(), parts, part)));
    });
    alloc.frame_slice_from_iter(results.into_iter().flatten())
}

#[frame_system(tag = tags::SPACE, name = "spatial_hash", out = frame)]
fn spatial_hash<'f>(alloc: &'f SmartAlloc, world: &World) -> SpatialHash<'f> {
    let buckets = world::bucket_count(world.agents());
    let kept = frame.tagged(&tags::SPACE);
    let bucket_of = alloc.frame_slice_fill_with(world.agents(), |agent| {
        world::bucket(world::cell(world.positions[agent]), buckets) as u32
    });
    let starts = kept.frame_slice_zeroed::<u32>(buckets + 1);
    for bucket in &bucket_of {
        starts[*bucket as usize + 1] += 1;
    }
    for bucket in 0..buckets {
        starts[bucket + 1] += starts[bucket];
    }
    let next = alloc.frame_slice_copy(starts);
    let agents = kept.frame_slice_zeroed::<u32>(world.agents());
    for (agent, bucket) in bucket_of.iter().enumerate() {
        let place = &mut next[*bucket as usize];
        agents[*place as usize] = agent as u32;
        *place += 1;
    }
    SpatialHash { starts, agents }
}

#[frame_system(tag = tags::SPACE, name = "neighbours", out = frame)]
fn neighbours<'f>(alloc: &'f SmartAlloc, world: &World, buckets: Buckets<'_>, agents: Range<usize>) -> Neighbours<'f> {
    let kept = frame.tagged(&tags::SPACE);
    let mut ends = alloc.frame_vec_with_capacity(agents.len());
    // How many there will be is not known: this grows, in place, as it is the newest of its arena.
    let mut found = kept.frame_vec();
    for agent in agents {
        let first = found.len();
        buckets.visit(world, agent, VIEW, |other| {
            found.push(other);
            found.len() < first + HEEDED
        });
        ends.push(found.len() as u32);
    }
    Neighbours { ends: kept.frame_slice_copy(&ends), agents: found.into_boxed() }
}

#[frame_system(tag = tags::AI, name = "think", out = frame)]
fn think<'f>(
    alloc: &'f SmartAlloc,
    world: &World,
    hunters: &[usize],
    neighbours: &Neighbours<'_>,
    agents: Range<usize>,
) -> Intents<'f> {
    let kept = frame.tagged(&tags::AI);
    // Cells that a hunter is in or next to, with the nearest of them: dropped with the system.
    let mut danger = alloc.frame_map();
    for &hunter in hunters {
        let (x, y) = world::cell(world.positions[hunter]);
        for near in (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| (x, y))) {
            danger.entry(near).or_insert(hunter);
        }
    }
    let first = agents.start;
    kept.frame_slice_from_iter(agents.map(|agent| {
        let at = world.positions[agent];
        if !World::is_hunter(agent) {
            return match danger.get(&world::cell(at)) {
                Some(hunter) => Intent::Flee((at - world.positions[*hunter]).normalized()),
                None => Intent::Wander(world.wander(agent)),
            };
        }
        let mut prey = alloc.frame_vec();
        prey.extend(neighbours.of(agent - first).iter().map(|other| *other as usize));
        prey.retain(|other| !World::is_hunter(*other));
        prey.sort_unstable_by(|one, other| world.appetite(agent, *other).total_cmp(&world.appetite(agent, *one)));
        match prey.first() {
            Some(prey) => Intent::Hunt(way(kept, world, at, world.positions[*prey])),
            None => Intent::Wander(world.wander(agent)),
        }
    }))
}

/// The points on the way, around rocks. The tag lies under that of the caller, and is accounted for on its own.
#[alloc_tag(tags::PATHFINDING)]
fn way<'f>(alloc: &'f Frame, world: &World, from: Vec2, to: Vec2) -> FrameBox<'f, [Vec2]> {
    let mut points = alloc.frame_vec();
    let mut here = from;
    while let Some(beside) = world.detour(here, to).filter(|_| points.len() < 4) {
        points.push(beside);
        here = beside;
    }
    points.push(to);
    points.into_boxed()
}

fn steer_all(
    alloc: &SmartAlloc,
    world: &World,
    neighbours: &[Neighbours<'_>],
    intents: &[Intents<'_>],
    accelerations: &mut [Vec2],
) {
    let parts = neighbours.len();
    let mut rest = accelerations;
    let mut slices = alloc.frame_vec_with_capacity(parts);
    for part in 0..parts {
        let (own, others) = rest.split_at_mut(world::part(world.agents(), parts, part).len());
        slices.push(own);
        rest = others;
    }
    slices.par_iter_mut().enumerate().for_each(|(part, slice)| {
        steer(alloc, world, &neighbours[part], &intents[part], world::part(world.agents(), parts, part), slice);
    });
}

#[frame_system(tag = tags::STEERING, name = "steer")]
fn steer(
    alloc: &SmartAlloc,
    world: &World,
    neighbours: &Neighbours<'_>,
    intents: &Intents<'_>,
    agents: Range<usize>,
    accelerations: &mut [Vec2],
) {
    let first = agents.start;
    let goals = alloc.frame_slice_from_iter(agents.clone().map(|at| intents[at - first].goal(world.positions[at])));
    for agent in agents {
        let index = agent - first;
        accelerations[index] = world.acceleration(agent, neighbours.of(index), goals[index]);
    }
}

#[frame_system(tag = tags::PHYSICS, name = "collide", out = frame)]
fn collide<'f>(alloc: &'f SmartAlloc, world: &World, buckets: Buckets<'_>, agents: Range<usize>) -> &'f [Contact] {
    let mut contacts = alloc.frame_vec();
    for agent in agents {
        buckets.visit(world, agent, world::BODY, |other| {
            if other as usize > agent {
                contacts.extend(world.contact(agent, other as usize));
            }
            true
        });
    }
    frame.tagged(&tags::PHYSICS).frame_slice_copy(&contacts)
}

/// The darts that are thrown in this frame. The list is of the frame, the darts are not.
#[alloc_tag(tags::DARTS)]
fn throw<'f>(alloc: &'f SmartAlloc, world: &World, agents: Range<usize>) -> FrameBox<'f, [PoolBox<Dart>]> {
    alloc.frame_slice_from_iter(agents.filter_map(|agent| world.throw(agent)).map(Pooled::pooled))
}

/// Moves the darts, and drops those that hit or fall.
#[frame_system(tag = tags::DARTS, name = "fly")]
fn fly(alloc: &SmartAlloc, world: &mut World, buckets: Buckets<'_>, darts: &mut Vec<PoolBox<Dart>>) {
    let mut flights = alloc.frame_slice_fill_with(darts.len(), |_| Flight::GoesOn);
    let view: &World = world;
    darts.par_iter_mut().zip(flights.par_iter_mut()).with_min_len(256).for_each(|(dart, flight)| {
        *flight = view.fly(dart, buckets);
    });
    let mut flights = flights.iter();
    darts.retain(|dart| flights.next().is_none_or(|flight| world.land(dart, *flight)));
}

#[frame_system(tag = tags::PHYSICS, name = "resolve")]
fn resolve(alloc: &SmartAlloc, world: &mut World, contacts: &[&[Contact]], pushes: &mut [Vec2]) {
    let mut all = alloc.frame_vec();
    for contacts in contacts {
        all.extend_from_slice_copy(contacts);
    }
    all.sort_unstable_by_key(Contact::order);
    for contact in &all {
        world.resolve(contact, pushes);
    }
}

/// Lists what the camera sees, in batches, with a name tag for the hunters among them, and hands it to the renderer.
#[frame_system(tag = tags::RENDER, name = "render", budget = "64MiB")]
fn render(alloc: &SmartAlloc, world: &World, darts: &[PoolBox<Dart>]) -> u64 {
    let mut sprites: FrameVec<'_, Sprite> = alloc.frame_vec();
    let mut labels: FrameVec<'_, FrameString<'_>> = alloc.frame_vec();
    for agent in (0..world.agents()).filter(|agent| world.is_visible(*agent)) {
        sprites.push(world.sprite(agent));
        if World::is_hunter(agent) {
            // fa: allow(FA602, reason = "one label for each hunter in sight, and each is a text of its own")
            labels.push(frame_format!(alloc, "hunter {agent}: {:.2}", world.energy[agent]));
        }
    }
    sprites.sort_unstable_by_key(Sprite::order);
    let mut batches = alloc.frame_vec::<Batch>();
    for (index, sprite) in (0..).zip(&sprites) {
        match batches.last_mut() {
            Some(batch) if batch.texture == sprite.texture => batch.sprites.end = index + 1,
            _ => batches.push(Batch { texture: sprite.texture, sprites: index..index + 1 }),
        }
    }
    world::submit(&sprites, &batches, darts.iter().map(|dart| &**dart), labels.iter().map(FrameString::as_str))
}

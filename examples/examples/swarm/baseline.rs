//! The same frame in the memory of the standard library, written as one would without framealloc.
//!
//! Rules, data, order of work and hasher are those of `systems.rs`; only the containers differ.

use std::collections::HashMap;
use std::ops::Range;

use framealloc::collections::FrameHasher;
use rayon::prelude::*;

use crate::report::{Stopwatch, System};
use crate::world::{self, Batch, Buckets, Contact, Dart, Flight, Game, HEEDED, Intent, Sprite, VIEW, Vec2, World};

struct SpatialHash {
    starts: Box<[u32]>,
    agents: Box<[u32]>,
}

impl SpatialHash {
    fn buckets(&self) -> Buckets<'_> {
        Buckets { starts: &self.starts, agents: &self.agents }
    }
}

struct Neighbours {
    ends: Box<[u32]>,
    agents: Box<[u32]>,
}

impl Neighbours {
    fn of(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.agents[start as usize..self.ends[index] as usize]
    }
}

type Intents = Box<[Intent<Box<[Vec2]>>]>;

pub fn tick(game: &mut Game<Box<Dart>>, parts: usize, watch: &mut Stopwatch) -> u64 {
    let Game { world, darts } = game;
    let view: &World = world;
    let space = watch.time(System::SpatialHash, || spatial_hash(view));
    let buckets = space.buckets();

    let neighbours =
        watch.time(System::Neighbours, || each_part(view, parts, |_, agents| neighbours(view, buckets, agents)));
    let intents = watch.time(System::Think, || {
        let hunters: Vec<usize> = (0..view.agents()).filter(|agent| World::is_hunter(*agent)).collect();
        each_part(view, parts, |part, agents| think(view, &hunters, &neighbours[part], agents))
    });
    let mut accelerations = vec![Vec2::default(); view.agents()];
    watch.time(System::Steer, || steer_all(view, &neighbours, &intents, &mut accelerations));
    let contacts = watch.time(System::Collide, || each_part(view, parts, |_, agents| collide(view, buckets, agents)));

    watch.time(System::Fly, || {
        let thrown = each_part(world, parts, |_, agents| throw(world, agents));
        darts.extend(thrown.into_iter().flatten());
        fly(world, buckets, darts);
    });

    let mut pushes = vec![Vec2::default(); world.agents()];
    watch.time(System::Resolve, || resolve(world, &contacts, &mut pushes));
    watch.time(System::Integrate, || world.integrate(&accelerations, &pushes));
    watch.time(System::Render, || render(world, darts))
}

fn each_part<T: Send>(world: &World, parts: usize, system: impl Fn(usize, Range<usize>) -> T + Sync) -> Vec<T> {
    (0..parts).into_par_iter().map(|part| system(part, world::part(world.agents(), parts, part))).collect()
}

fn spatial_hash(world: &World) -> SpatialHash {
    let buckets = world::bucket_count(world.agents());
    let bucket_of: Vec<u32> =
        world.positions.iter().map(|at| world::bucket(world::cell(*at), buckets) as u32).collect();
    let mut starts = vec![0_u32; buckets + 1];
    for bucket in &bucket_of {
        starts[*bucket as usize + 1] += 1;
    }
    for bucket in 0..buckets {
        starts[bucket + 1] += starts[bucket];
    }
    let mut next = starts.clone();
    let mut agents = vec![0_u32; world.agents()];
    for (agent, bucket) in bucket_of.iter().enumerate() {
        let place = &mut next[*bucket as usize];
        agents[*place as usize] = agent as u32;
        *place += 1;
    }
    SpatialHash { starts: starts.into_boxed_slice(), agents: agents.into_boxed_slice() }
}

fn neighbours(world: &World, buckets: Buckets<'_>, agents: Range<usize>) -> Neighbours {
    let mut ends = Vec::with_capacity(agents.len());
    let mut found = Vec::new();
    for agent in agents {
        let first = found.len();
        buckets.visit(world, agent, VIEW, |other| {
            found.push(other);
            found.len() < first + HEEDED
        });
        ends.push(found.len() as u32);
    }
    Neighbours { ends: ends.into_boxed_slice(), agents: found.into_boxed_slice() }
}

fn think(world: &World, hunters: &[usize], neighbours: &Neighbours, agents: Range<usize>) -> Intents {
    let mut danger = HashMap::with_hasher(FrameHasher::default());
    for &hunter in hunters {
        let (x, y) = world::cell(world.positions[hunter]);
        for near in (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| (x, y))) {
            danger.entry(near).or_insert(hunter);
        }
    }
    let first = agents.start;
    agents
        .map(|agent| {
            let at = world.positions[agent];
            if !World::is_hunter(agent) {
                return match danger.get(&world::cell(at)) {
                    Some(hunter) => Intent::Flee((at - world.positions[*hunter]).normalized()),
                    None => Intent::Wander(world.wander(agent)),
                };
            }
            let mut prey: Vec<usize> = neighbours.of(agent - first).iter().map(|other| *other as usize).collect();
            prey.retain(|other| !World::is_hunter(*other));
            prey.sort_unstable_by(|one, other| world.appetite(agent, *other).total_cmp(&world.appetite(agent, *one)));
            match prey.first() {
                Some(prey) => Intent::Hunt(way(world, at, world.positions[*prey])),
                None => Intent::Wander(world.wander(agent)),
            }
        })
        .collect()
}

fn way(world: &World, from: Vec2, to: Vec2) -> Box<[Vec2]> {
    let mut points = Vec::new();
    let mut here = from;
    while let Some(beside) = world.detour(here, to).filter(|_| points.len() < 4) {
        points.push(beside);
        here = beside;
    }
    points.push(to);
    points.into_boxed_slice()
}

fn steer_all(world: &World, neighbours: &[Neighbours], intents: &[Intents], accelerations: &mut [Vec2]) {
    let parts = neighbours.len();
    let mut rest = accelerations;
    let mut slices = Vec::with_capacity(parts);
    for part in 0..parts {
        let (own, others) = rest.split_at_mut(world::part(world.agents(), parts, part).len());
        slices.push(own);
        rest = others;
    }
    slices.par_iter_mut().enumerate().for_each(|(part, slice)| {
        steer(world, &neighbours[part], &intents[part], world::part(world.agents(), parts, part), slice);
    });
}

fn steer(world: &World, neighbours: &Neighbours, intents: &Intents, agents: Range<usize>, accelerations: &mut [Vec2]) {
    let first = agents.start;
    let goals: Vec<Vec2> = agents.clone().map(|at| intents[at - first].goal(world.positions[at])).collect();
    for agent in agents {
        let index = agent - first;
        accelerations[index] = world.acceleration(agent, neighbours.of(index), goals[index]);
    }
}

fn collide(world: &World, buckets: Buckets<'_>, agents: Range<usize>) -> Box<[Contact]> {
    let mut contacts = Vec::new();
    for agent in agents {
        buckets.visit(world, agent, world::BODY, |other| {
            if other as usize > agent {
                contacts.extend(world.contact(agent, other as usize));
            }
            true
        });
    }
    contacts.into_boxed_slice()
}

fn throw(world: &World, agents: Range<usize>) -> Box<[Box<Dart>]> {
    agents.filter_map(|agent| world.throw(agent)).map(Box::new).collect()
}

#[expect(clippy::vec_box, reason = "a dart has an address of its own in either simulation")]
fn fly(world: &mut World, buckets: Buckets<'_>, darts: &mut Vec<Box<Dart>>) {
    let mut flights = vec![Flight::GoesOn; darts.len()];
    let view: &World = world;
    darts.par_iter_mut().zip(flights.par_iter_mut()).with_min_len(256).for_each(|(dart, flight)| {
        *flight = view.fly(dart, buckets);
    });
    let mut flights = flights.iter();
    darts.retain(|dart| flights.next().is_none_or(|flight| world.land(dart, *flight)));
}

fn resolve(world: &mut World, contacts: &[Box<[Contact]>], pushes: &mut [Vec2]) {
    let mut all = Vec::new();
    for contacts in contacts {
        all.extend_from_slice(contacts);
    }
    all.sort_unstable_by_key(Contact::order);
    for contact in &all {
        world.resolve(contact, pushes);
    }
}

fn render(world: &World, darts: &[Box<Dart>]) -> u64 {
    let mut sprites: Vec<Sprite> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    for agent in (0..world.agents()).filter(|agent| world.is_visible(*agent)) {
        sprites.push(world.sprite(agent));
        if World::is_hunter(agent) {
            labels.push(format!("hunter {agent}: {:.2}", world.energy[agent]));
        }
    }
    sprites.sort_unstable_by_key(Sprite::order);
    let mut batches: Vec<Batch> = Vec::new();
    for (index, sprite) in (0..).zip(&sprites) {
        match batches.last_mut() {
            Some(batch) if batch.texture == sprite.texture => batch.sprites.end = index + 1,
            _ => batches.push(Batch { texture: sprite.texture, sprites: index..index + 1 }),
        }
    }
    world::submit(&sprites, &batches, darts.iter().map(|dart| &**dart), labels.iter().map(String::as_str))
}

//! The game with frame memory: what a system needs for itself comes from its frame, what it hands on goes by handle.

use std::io::Write as _;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{alloc_tag, frame_system};

use crate::game::{self, AGENTS, Agent, Body, Grid, Health, Position, SIDE, Velocity};

/// The grid of this frame, from the system that builds it to those that read it. A handle of the last frame is `None`.
#[derive(Resource, Default)]
struct SharedGrid(Option<FrameHandle<Grid>>);

impl SharedGrid {
    fn get<'a>(&self, alloc: &'a SmartAlloc) -> &'a Grid {
        self.0.and_then(|grid| grid.get(alloc)).expect("`build_grid` runs first, in the same frame")
    }
}

/// The health of all agents by number, as the last system that changed it left it.
#[derive(Resource, Default)]
struct SharedHealth(Option<FrameHandle<[u32]>>);

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<SharedGrid>().init_resource::<SharedHealth>();
    app.add_systems(PreUpdate, build_grid);
    app.add_systems(Update, (steer, fight, threats, paths, sounds, visible, minimap, banner));
    app.add_systems(PostUpdate, (wound, advance));
}

#[frame_system(tag = "spatial", no_heap)]
fn build_grid(alloc: Res<AllocResource>, agents: Query<(&Agent, &Position)>, mut grid: ResMut<SharedGrid>) {
    let bodies = agents.iter().map(|(agent, position)| Body { position: position.0, number: agent.0 });
    let bodies = alloc.frame_slice_from_iter(bodies);
    let counts = alloc.frame_slice_zeroed(SIDE * SIDE);
    grid.0 = Some(alloc.frame_share(Grid::of(&bodies, counts)));
}

/// On all threads: each agent's neighbours come from the frame of whichever thread it is.
#[alloc_tag("ai")]
fn steer(alloc: FrameAlloc, grid: Res<SharedGrid>, mut agents: Query<(&Agent, &Position, &mut Velocity)>) {
    let alloc: &SmartAlloc = alloc.whole();
    let grid = grid.get(alloc);
    agents.par_iter_mut().for_each(|(agent, position, mut velocity)| {
        let own = Body { position: position.0, number: agent.0 };
        alloc.scoped(|frame| {
            let near = grid.near(own.position).filter(|body| body.number != own.number);
            let mut neighbours = frame.frame_slice_from_iter(near);
            game::steer(own, &mut velocity.0, &mut neighbours);
        });
    });
}

#[frame_system(tag = "combat", no_heap)]
fn fight(
    alloc: Res<AllocResource>,
    grid: Res<SharedGrid>,
    agents: Query<(&Agent, &Health)>,
    mut out: ResMut<SharedHealth>,
) {
    let grid = grid.get(alloc);
    let mut strikes = alloc.frame_vec();
    for cell in 0..SIDE * SIDE {
        strikes.extend(game::touching(grid.cell(cell)).map(|pair| alloc.frame_box(game::strike(pair))));
    }
    let health = alloc.frame_slice_zeroed(AGENTS);
    agents.iter().for_each(|(agent, own)| health[usize::from(agent.0)] = own.0);
    for strike in &strikes {
        strike.apply(health);
    }
    out.0 = Some(alloc.frame_share_slice_copy(health));
}

#[frame_system(tag = "ai::threats", no_heap)]
fn threats(alloc: FrameAlloc, grid: Res<SharedGrid>, agents: Query<(&Agent, &Position)>, mut most: Local<usize>) {
    let grid = grid.get(alloc);
    for (agent, position) in agents.iter().filter(|(agent, _)| agent.0.is_multiple_of(8)) {
        // The scope of one agent serves the next.
        alloc.scoped(|frame| {
            let mut enemies = frame.frame_vec();
            enemies.extend(grid.near(position.0).filter(|body| body.number % 2 != agent.0 % 2));
            enemies.sort_unstable_by(|a: &Body, b| a.distance_to(position.0).total_cmp(&b.distance_to(position.0)));
            *most = enemies.len().max(*most);
        });
    }
}

#[frame_system(tag = "ai::paths", no_heap)]
fn paths(alloc: Res<AllocResource>, grid: Res<SharedGrid>, mut farthest: Local<u16>) {
    let grid = grid.get(alloc);
    for squad in 0..4 {
        alloc.scoped(|frame| {
            let mut distances = frame.frame_slice_fill_with(SIDE * SIDE, |_| u16::MAX);
            let mut queue = frame.frame_vec();
            let start = game::cell_of(game::camera(squad));
            distances[start] = 0;
            queue.push(start);
            let mut next = 0;
            while let Some(&cell) = queue.get(next) {
                next += 1;
                game::flood(&mut distances, cell, |cell| grid.cell(cell).len() > 6, |cell| queue.push(cell));
            }
            *farthest = queue.last().map_or(0, |last| distances[*last]).max(*farthest);
        });
    }
}

#[frame_system(tag = "audio", budget = "64KiB", no_heap)]
fn sounds(alloc: Res<AllocResource>, grid: Res<SharedGrid>, mut loudest: Local<f32>) {
    let ear = game::camera(alloc.frame_number());
    let grid = grid.get(alloc);
    let mut sources = alloc.frame_vec();
    sources.extend(grid.near(ear));
    sources.sort_unstable_by(|a: &Body, b| a.distance_to(ear).total_cmp(&b.distance_to(ear)));
    let mix = alloc.frame_slice_zeroed(64);
    sources.iter().take(16).for_each(|source| game::play(mix, *source));
    *loudest = mix.iter().copied().fold(*loudest, f32::max);
}

#[frame_system(tag = "render", no_heap)]
fn visible(alloc: FrameAlloc, agents: Query<(&Agent, &Position)>, mut drawn: Local<usize>) {
    let camera = game::camera(alloc.frame_number());
    let bodies = agents.iter().map(|(agent, position)| Body { position: position.0, number: agent.0 });
    let seen = bodies.map(|body| (body.distance_to(camera), body.number)).filter(|(distance, _)| *distance < 400.0);
    let mut seen = alloc.frame_slice_from_iter(seen);
    seen.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    *drawn += seen.len();
}

#[frame_system(tag = "ui", no_heap)]
fn minimap(alloc: FrameAlloc, grid: Res<SharedGrid>, mut fullest: Local<u8>) {
    let grid = grid.get(alloc);
    let pixels =
        alloc.frame_slice_fill_with(SIDE * SIDE, |cell| u8::try_from(grid.cell(cell).len()).unwrap_or(u8::MAX));
    *fullest = pixels.iter().copied().fold(*fullest, u8::max);
}

#[frame_system(tag = "ui")]
fn banner(alloc: FrameAlloc, agents: Query<(&Agent, &Health)>, mut longest: Local<usize>) {
    let teams = alloc.frame_slice_zeroed::<u32>(2);
    agents.iter().for_each(|(agent, health)| teams[usize::from(agent.0 % 2)] += health.0);
    let mut text = alloc.frame_vec::<u8>();
    let written = write!(text, "frame {}: red {}, blue {}", alloc.frame_number(), teams[0], teams[1]);
    written.expect("a vector takes everything");
    *longest = text.len().max(*longest);
}

/// Later in the frame, in another schedule: the handle still resolves.
fn wound(alloc: FrameAlloc, shared: Res<SharedHealth>, mut agents: Query<(&Agent, &mut Health)>) {
    let health = shared.0.and_then(|health| health.get(&alloc)).expect("`fight` ran in this frame");
    agents.iter_mut().for_each(|(agent, mut own)| own.0 = health[usize::from(agent.0)]);
}

fn advance(mut agents: Query<(&mut Position, &mut Velocity)>) {
    agents.iter_mut().for_each(|(mut position, mut velocity)| game::advance(&mut position.0, &mut velocity.0));
}

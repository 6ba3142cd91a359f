//! The same game as it is written without frame memory: a `Vec` where a list is needed, a `Box` for what goes from one
//! system to the next, and a `Local<Vec>` where somebody has seen the `Vec` in a profile.

use std::io::Write as _;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;

use crate::game::{self, AGENTS, Agent, Body, Grid, Health, Position, SIDE, Strike, Velocity};

#[derive(Resource, Default)]
pub(crate) struct SharedGrid(Option<Box<Grid>>);

impl SharedGrid {
    pub(crate) fn get(&self) -> &Grid {
        self.0.as_deref().expect("`build_grid` runs first")
    }
}

#[derive(Resource, Default)]
pub(crate) struct SharedHealth(Option<Box<[u32; AGENTS]>>);

#[derive(Resource, Default)]
pub(crate) struct Frame(u64);

pub(crate) fn plugin(app: &mut App) {
    resources(app);
    app.add_systems(PreUpdate, build_grid);
    app.add_systems(Update, (steer, fight, threats, paths, sounds, visible, minimap, banner));
    app.add_systems(PostUpdate, (wound, advance));
}

/// What systems share, and what counts frames.
pub(crate) fn resources(app: &mut App) {
    app.init_resource::<SharedGrid>().init_resource::<SharedHealth>().init_resource::<Frame>();
    app.add_systems(First, |mut frame: ResMut<Frame>| frame.0 += 1);
}

pub(crate) fn build_grid(
    agents: Query<(&Agent, &Position)>,
    mut bodies: Local<Vec<Body>>,
    mut grid: ResMut<SharedGrid>,
) {
    bodies.clear();
    bodies.extend(agents.iter().map(|(agent, position)| Body { position: position.0, number: agent.0 }));
    let mut counts = vec![0; SIDE * SIDE];
    grid.0 = Some(Box::new(Grid::of(&bodies, &mut counts)));
}

fn steer(grid: Res<SharedGrid>, mut agents: Query<(&Agent, &Position, &mut Velocity)>) {
    let grid = grid.get();
    agents.par_iter_mut().for_each(|(agent, position, mut velocity)| steer_one(grid, *agent, *position, &mut velocity));
}

pub(crate) fn steer_one(grid: &Grid, agent: Agent, position: Position, velocity: &mut Velocity) {
    let own = Body { position: position.0, number: agent.0 };
    let mut neighbours: Vec<Body> = grid.near(own.position).filter(|body| body.number != own.number).collect();
    game::steer(own, &mut velocity.0, &mut neighbours);
}

pub(crate) fn fight(grid: Res<SharedGrid>, agents: Query<(&Agent, &Health)>, mut out: ResMut<SharedHealth>) {
    let grid = grid.get();
    let mut strikes: Vec<Box<Strike>> = Vec::new();
    for cell in 0..SIDE * SIDE {
        strikes.extend(game::touching(grid.cell(cell)).map(|pair| Box::new(game::strike(pair))));
    }
    let mut health = Box::new([0; AGENTS]);
    agents.iter().for_each(|(agent, own)| health[usize::from(agent.0)] = own.0);
    for strike in &strikes {
        strike.apply(&mut health[..]);
    }
    out.0 = Some(health);
}

pub(crate) fn threats(grid: Res<SharedGrid>, agents: Query<(&Agent, &Position)>, mut most: Local<usize>) {
    let grid = grid.get();
    for (agent, position) in agents.iter().filter(|(agent, _)| agent.0.is_multiple_of(8)) {
        let mut enemies: Vec<Body> = grid.near(position.0).filter(|body| body.number % 2 != agent.0 % 2).collect();
        enemies.sort_unstable_by(|a, b| a.distance_to(position.0).total_cmp(&b.distance_to(position.0)));
        *most = enemies.len().max(*most);
    }
}

pub(crate) fn paths(grid: Res<SharedGrid>, mut farthest: Local<u16>) {
    let grid = grid.get();
    for squad in 0..4 {
        let mut distances = vec![u16::MAX; SIDE * SIDE];
        let mut queue = Vec::new();
        let start = game::cell_of(game::camera(squad));
        distances[start] = 0;
        queue.push(start);
        let mut next = 0;
        while let Some(&cell) = queue.get(next) {
            next += 1;
            game::flood(&mut distances, cell, |cell| grid.cell(cell).len() > 6, |cell| queue.push(cell));
        }
        *farthest = queue.last().map_or(0, |last| distances[*last]).max(*farthest);
    }
}

pub(crate) fn sounds(frame: Res<Frame>, grid: Res<SharedGrid>, mut sources: Local<Vec<Body>>, mut loudest: Local<f32>) {
    let ear = game::camera(frame.0);
    sources.clear();
    sources.extend(grid.get().near(ear));
    sources.sort_unstable_by(|a, b| a.distance_to(ear).total_cmp(&b.distance_to(ear)));
    let mut mix = vec![0.0; 64];
    sources.iter().take(16).for_each(|source| game::play(&mut mix, *source));
    *loudest = mix.iter().copied().fold(*loudest, f32::max);
}

pub(crate) fn visible(frame: Res<Frame>, agents: Query<(&Agent, &Position)>, mut drawn: Local<usize>) {
    let camera = game::camera(frame.0);
    let bodies = agents.iter().map(|(agent, position)| Body { position: position.0, number: agent.0 });
    let seen = bodies.map(|body| (body.distance_to(camera), body.number)).filter(|(distance, _)| *distance < 400.0);
    let mut seen: Vec<(f32, u16)> = seen.collect();
    seen.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    *drawn += seen.len();
}

pub(crate) fn minimap(grid: Res<SharedGrid>, mut fullest: Local<u8>) {
    let grid = grid.get();
    let pixels: Vec<u8> = (0..SIDE * SIDE).map(|cell| u8::try_from(grid.cell(cell).len()).unwrap_or(u8::MAX)).collect();
    *fullest = pixels.iter().copied().fold(*fullest, u8::max);
}

pub(crate) fn banner(frame: Res<Frame>, agents: Query<(&Agent, &Health)>, mut longest: Local<usize>) {
    let mut teams = Box::new([0_u32; 2]);
    agents.iter().for_each(|(agent, health)| teams[usize::from(agent.0 % 2)] += health.0);
    let mut text = Vec::new();
    let written = write!(text, "frame {}: red {}, blue {}", frame.0, teams[0], teams[1]);
    written.expect("a vector takes everything");
    *longest = text.len().max(*longest);
}

pub(crate) fn wound(shared: Res<SharedHealth>, mut agents: Query<(&Agent, &mut Health)>) {
    let health = shared.0.as_deref().expect("`fight` ran");
    agents.iter_mut().for_each(|(agent, mut own)| own.0 = health[usize::from(agent.0)]);
}

pub(crate) fn advance(mut agents: Query<(&mut Position, &mut Velocity)>) {
    agents.iter_mut().for_each(|(mut position, mut velocity)| game::advance(&mut position.0, &mut velocity.0));
}

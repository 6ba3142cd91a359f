//! The game itself, without a word about memory: what the agents are, and what happens to slices of them.

use bevy_ecs::prelude::*;

pub(crate) const AGENTS: usize = 4_000;
/// The field is a square of this many cells of side 1.
pub(crate) const SIDE: usize = 64;
const CELLS: usize = SIDE * SIDE;

/// Which agent this is; agents of even and odd number are of different teams.
#[derive(Component, Clone, Copy)]
pub(crate) struct Agent(pub(crate) u16);

#[derive(Component, Clone, Copy)]
pub(crate) struct Position(pub(crate) [f32; 2]);

#[derive(Component, Clone, Copy)]
pub(crate) struct Velocity(pub(crate) [f32; 2]);

#[derive(Component, Clone, Copy)]
pub(crate) struct Health(pub(crate) u32);

/// All that differs between two agents.
pub(crate) type State = (&'static Agent, &'static Position, &'static Velocity, &'static Health);

/// A random number generator of the game's own, so that both games roll the same.
pub(crate) fn scatter(seed: u32) -> f32 {
    let mixed = seed.wrapping_mul(0x9E37_79B9) ^ seed.rotate_left(13).wrapping_mul(0x85EB_CA6B);
    f32::from(u16::try_from(mixed >> 16).unwrap_or(0)) / f32::from(u16::MAX)
}

pub(crate) fn spawn(mut commands: Commands) {
    let field = f32::from(u16::try_from(SIDE - 1).unwrap_or(u16::MAX));
    for number in 0..u16::try_from(AGENTS).unwrap_or(u16::MAX) {
        let seed = u32::from(number);
        commands.spawn((
            Agent(number),
            Position([scatter(seed) * field, scatter(seed + 70_000) * field]),
            Velocity([scatter(seed + 140_000) - 0.5, scatter(seed + 210_000) - 0.5]),
            Health(100),
        ));
    }
}

pub(crate) fn checksum(agents: &Query<State>) -> u64 {
    agents.iter().fold(0, |sum, (agent, position, velocity, health)| {
        let own = [position.0[0], position.0[1], velocity.0[0], velocity.0[1]]
            .iter()
            .fold(u64::from(health.0), |own, value| own.rotate_left(11) ^ u64::from(value.to_bits()));
        // In no order: entities may be visited in any.
        sum ^ own.wrapping_mul(2 * u64::from(agent.0) + 1)
    })
}

/// An agent as others see it.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) struct Body {
    pub(crate) position: [f32; 2],
    pub(crate) number: u16,
}

impl Body {
    pub(crate) fn distance_to(&self, to: [f32; 2]) -> f32 {
        let (x, y) = (self.position[0] - to[0], self.position[1] - to[1]);
        x * x + y * y
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positions are inside the field")]
pub(crate) fn cell_of(position: [f32; 2]) -> usize {
    (position[1] as usize).min(SIDE - 1) * SIDE + (position[0] as usize).min(SIDE - 1)
}

/// All bodies sorted by cell. It owns no memory, so that it can be shared as it is.
pub(crate) struct Grid {
    starts: [u16; CELLS + 1],
    bodies: [Body; AGENTS],
}

impl Grid {
    /// Sorts by counting; `counts` is scratch for one number per cell, zeroed.
    #[expect(clippy::large_stack_arrays, reason = "it is built in place of being pointed to, and then shared")]
    pub(crate) fn of(bodies: &[Body], counts: &mut [u16]) -> Self {
        let mut grid = Self { starts: [0; CELLS + 1], bodies: [Body::default(); AGENTS] };
        for body in bodies {
            counts[cell_of(body.position)] += 1;
        }
        for (cell, count) in counts.iter_mut().enumerate() {
            grid.starts[cell + 1] = grid.starts[cell] + *count;
            *count = grid.starts[cell];
        }
        for body in bodies {
            let place = &mut counts[cell_of(body.position)];
            grid.bodies[usize::from(*place)] = *body;
            *place += 1;
        }
        // The order inside a cell is that of the numbers, whatever the order of the query was.
        for cell in 0..CELLS {
            let (start, end) = (usize::from(grid.starts[cell]), usize::from(grid.starts[cell + 1]));
            grid.bodies[start..end].sort_unstable_by_key(|body| body.number);
        }
        grid
    }

    pub(crate) fn cell(&self, cell: usize) -> &[Body] {
        &self.bodies[usize::from(self.starts[cell])..usize::from(self.starts[cell + 1])]
    }

    /// The bodies in the nine cells around a position.
    pub(crate) fn near(&self, position: [f32; 2]) -> impl Iterator<Item = Body> {
        let (row, column) = (cell_of(position) / SIDE, cell_of(position) % SIDE);
        let rows = row.saturating_sub(1)..(row + 2).min(SIDE);
        rows.flat_map(move |row| {
            let columns = column.saturating_sub(1)..(column + 2).min(SIDE);
            columns.flat_map(move |column| self.cell(row * SIDE + column).iter().copied())
        })
    }
}

/// Steers an agent to the middle of its neighbours and away from the nearest.
pub(crate) fn steer(own: Body, velocity: &mut [f32; 2], neighbours: &mut [Body]) {
    neighbours.sort_unstable_by(|a, b| {
        a.distance_to(own.position).total_cmp(&b.distance_to(own.position)).then(a.number.cmp(&b.number))
    });
    let Some(nearest) = neighbours.first() else { return };
    for (axis, speed) in velocity.iter_mut().enumerate() {
        let sum: f32 = neighbours.iter().map(|body| body.position[axis] - own.position[axis]).sum();
        let away = own.position[axis] - nearest.position[axis];
        *speed = (*speed + sum * 0.0005 + away * 0.05).clamp(-0.5, 0.5);
    }
}

/// Moves an agent, inside the field.
pub(crate) fn advance(position: &mut [f32; 2], velocity: &mut [f32; 2]) {
    let field = f32::from(u16::try_from(SIDE - 1).unwrap_or(u16::MAX));
    for axis in 0..2 {
        position[axis] += velocity[axis] * 0.1;
        if position[axis] < 0.0 || position[axis] > field {
            velocity[axis] = -velocity[axis];
            position[axis] = position[axis].clamp(0.0, field);
        }
    }
}

/// The pairs of a cell that touch.
pub(crate) fn touching(cell: &[Body]) -> impl Iterator<Item = (u16, u16)> {
    cell.iter().enumerate().flat_map(move |(index, a)| {
        let touches = move |b: &&Body| a.distance_to(b.position) < 0.04;
        cell[index + 1..].iter().filter(touches).map(|b| (a.number, b.number))
    })
}

/// What happens to an agent.
#[derive(Clone, Copy)]
pub(crate) enum Strike {
    Hit { target: u16, damage: u32 },
    Heal { target: u16 },
}

/// Agents of different teams that touch strike each other; of one team, the first heals the second.
pub(crate) fn strike((a, b): (u16, u16)) -> Strike {
    if a % 2 == b % 2 { Strike::Heal { target: b } } else { Strike::Hit { target: b, damage: 1 + u32::from(a % 3) } }
}

impl Strike {
    pub(crate) fn apply(self, health: &mut [u32]) {
        match self {
            Self::Hit { target, damage } => {
                let health = &mut health[usize::from(target)];
                *health = health.saturating_sub(damage);
            }
            Self::Heal { target } => {
                let health = &mut health[usize::from(target)];
                *health = (*health + 1).min(100);
            }
        }
    }
}

/// One step of a breadth-first search from the cell where `queue` begins; returns the cells that it reaches.
pub(crate) fn flood(distances: &mut [u16], from: usize, blocked: impl Fn(usize) -> bool, mut reach: impl FnMut(usize)) {
    let (row, column) = (from / SIDE, from % SIDE);
    let next = [
        (row > 0).then(|| from - SIDE),
        (row + 1 < SIDE).then_some(from + SIDE),
        (column > 0).then(|| from - 1),
        (column + 1 < SIDE).then_some(from + 1),
    ];
    for cell in next.into_iter().flatten() {
        if distances[cell] == u16::MAX && !blocked(cell) {
            distances[cell] = distances[from] + 1;
            reach(cell);
        }
    }
}

/// Where the camera is in a frame.
pub(crate) fn camera(frame: u64) -> [f32; 2] {
    let seed = u32::try_from(frame % 1000).unwrap_or(0);
    [scatter(seed) * 63.0, scatter(seed + 5_000) * 63.0]
}

/// A sound of 64 samples, added to the mix.
pub(crate) fn play(mix: &mut [f32], source: Body) {
    for (index, sample) in mix.iter_mut().enumerate() {
        let phase = u32::try_from(index).unwrap_or(0) * (1 + u32::from(source.number % 5));
        *sample += scatter(phase) - 0.5;
    }
}

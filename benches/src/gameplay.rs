//! A frame of gameplay code that was not ported, in a zone and outside: agents in a grid of lists, two lists and a boxed
//! closure for each, labels in a map, a log. Nothing outlives the frame, or a few small blocks stay for a second.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hint::black_box;

use framealloc::{AmbientAlloc, CountingAlloc, SmartAlloc};

use crate::clock::thread_nanos;

const AGENTS: usize = 2000;
const FRAMES: usize = 400;
/// The first second teaches.
const WARM: usize = 100;
/// Frames that what stays stays for.
const SECOND: usize = 60;

/// What outlives its frame.
#[derive(Clone, Copy)]
enum Stays {
    Nothing,
    /// Messages and effects, which are made for it.
    Own,
    /// One in a hundred of the lists and labels that all agents have.
    Among,
}

/// What is measured.
pub const WORKLOADS: [&str; 3] = [
    "nothing outlives its frame",
    "a few small blocks of their own places stay for a second",
    "one in a hundred lists and labels stays for a second",
];
const STAYS: [Stays; 3] = [Stays::Nothing, Stays::Own, Stays::Among];

struct Agent {
    at: (f32, f32),
    speed: (f32, f32),
}

/// What an agent is going to do.
type Plan = Box<dyn Fn(&mut Agent)>;

/// What stays.
#[derive(Default)]
struct Second {
    messages: Vec<String>,
    #[expect(clippy::vec_box, reason = "gameplay code has boxes in lists")]
    effects: Vec<Box<(f32, f32, u64)>>,
    near: Vec<Vec<u32>>,
    labels: Vec<String>,
}

fn agents() -> Vec<Agent> {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 40) as f32 / (1 << 24) as f32
    };
    (0..AGENTS).map(|_| Agent { at: (next() * 400.0, next() * 400.0), speed: (next() - 0.5, next() - 0.5) }).collect()
}

fn cell(at: (f32, f32)) -> (i32, i32) {
    ((at.0 / 10.0) as i32, (at.1 / 10.0) as i32)
}

/// The agents of the cell and its neighbours to the right and below.
fn near(grid: &HashMap<(i32, i32), Vec<u32>>, at: (f32, f32)) -> Vec<u32> {
    let (x, y) = cell(at);
    let mut near = Vec::new();
    for (dx, dy) in [(0, 0), (1, 0), (0, 1)] {
        near.extend(grid.get(&(x + dx, y + dy)).into_iter().flatten().copied());
    }
    near
}

#[inline(never)]
fn message(number: usize, frame: usize) -> String {
    format!("agent {number} saw something in frame {frame}")
}

#[inline(never)]
#[expect(clippy::unnecessary_box_returns, reason = "as above")]
fn effect(agent: &Agent, frame: usize) -> Box<(f32, f32, u64)> {
    Box::new((agent.at.0, agent.at.1, frame as u64))
}

fn frame(agents: &mut [Agent], number: usize, stays: Stays) -> Second {
    let mut second = Second::default();
    let mut grid: HashMap<(i32, i32), Vec<u32>> = HashMap::new();
    for (index, agent) in agents.iter().enumerate() {
        grid.entry(cell(agent.at)).or_default().push(index as u32);
    }
    let mut plans: Vec<Plan> = Vec::new();
    let mut labels: BTreeMap<u32, String> = BTreeMap::new();
    let mut log = Vec::new();
    for (index, agent) in agents.iter().enumerate() {
        let near = near(&grid, agent.at);
        let away: Vec<(f32, f32)> = near
            .iter()
            .filter_map(|other| agents.get(*other as usize))
            .map(|other| (agent.at.0 - other.at.0, agent.at.1 - other.at.1))
            .filter(|(x, y)| x * x + y * y < 64.0)
            .collect();
        let (x, y) = away.iter().fold((0.0, 0.0), |(x, y), away| (x + away.0, y + away.1));
        let speed = (agent.speed.0 + x * 0.001, agent.speed.1 + y * 0.001);
        plans.push(Box::new(move |agent| {
            agent.at = ((agent.at.0 + speed.0).rem_euclid(400.0), (agent.at.1 + speed.1).rem_euclid(400.0));
        }));
        if index % 4 == 0 {
            labels.insert(index as u32, format!("{index}: {} near", near.len()));
        }
        if index % 40 == 0 {
            log.push(format!("agent {index} at {:.1} {:.1}", agent.at.0, agent.at.1));
        }
        match stays {
            Stays::Own if index % 200 == 0 => {
                second.messages.push(message(index, number));
                second.effects.push(effect(agent, number));
            }
            Stays::Among if (index + number) % 100 == 0 => {
                second.near.push(near);
                second.labels.extend(labels.remove(&(index as u32)));
            }
            _ => {}
        }
    }
    for (agent, plan) in agents.iter_mut().zip(&plans) {
        plan(agent);
    }
    black_box((labels, log));
    second
}

/// Plays the frames. Returns the nanoseconds of each after the first ones, as `measure` says, and what stayed.
fn play(
    alloc: &SmartAlloc,
    tag: &'static str,
    stays: Stays,
    mut measure: impl FnMut(&mut dyn FnMut()) -> f64,
) -> Vec<f64> {
    let mut agents = agents();
    let mut kept: VecDeque<Second> = VecDeque::new();
    let mut figures = Vec::new();
    for number in 0..FRAMES {
        let mut second = Second::default();
        let figure = measure(&mut || {
            second = alloc.with_tag(tag, |alloc| alloc.ambient(|| frame(&mut agents, number, stays)));
            if kept.len() == SECOND {
                kept.pop_front();
            }
        });
        kept.push_back(second);
        if number >= WARM {
            figures.push(figure);
        }
    }
    figures.sort_by(f64::total_cmp);
    figures
}

/// Prints the median and the 99th percentile of nanoseconds of a frame, one line for each workload.
pub fn measure() {
    let alloc = SmartAlloc::default();
    for (stays, name) in STAYS.into_iter().zip(WORKLOADS) {
        let nanos = play(&alloc, name, stays, |frame| thread_nanos(frame));
        println!("{} {}", nanos[nanos.len() / 2], nanos[nanos.len() * 99 / 100]);
    }
}

/// Prints calls of the allocator inside for each frame: the median, the mean and the most, one line for each workload,
/// and the figures of its zones.
pub fn count() {
    let alloc = SmartAlloc::default();
    for (stays, name) in STAYS.into_iter().zip(WORKLOADS) {
        let calls = play(&alloc, name, stays, |frame| {
            let before = CountingAlloc::thread_calls();
            frame();
            (CountingAlloc::thread_calls() - before).allocations as f64
        });
        let mean = calls.iter().sum::<f64>() / calls.len() as f64;
        println!(
            "{name}: {} calls in a frame (mean {mean:.1}, most {})",
            calls[calls.len() / 2],
            calls[calls.len() - 1]
        );
        println!("    {:?}", AmbientAlloc::stats().tag(name));
    }
}

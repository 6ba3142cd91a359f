//! A game that runs in a page: Bevy's runner turns the frames from the page's event loop, and the recording is offered for download.
//!
//! ```text
//! cargo run -p framealloc-bevy --example page -- game.fa    the same game here: the same figures, its recording in a file
//! ci/targets.sh page                                        in headless Chromium, beside the run here
//! ```
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

#[cfg_attr(all(target_family = "wasm", target_os = "unknown"), path = "browser.rs")]
#[cfg_attr(not(all(target_family = "wasm", target_os = "unknown")), path = "files.rs")]
mod host;

use core::fmt::Write as _;
use core::time::Duration;

use bevy_app::ScheduleRunnerPlugin;
use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{RecordOptions, alloc_tag, frame_system};

const FRAMES: u64 = 120;
const BOATS: u16 = 300;

#[derive(Component)]
struct Boat {
    number: u16,
    at: [f32; 2],
    speed: [f32; 2],
}

/// Where all boats are in this frame, by number.
#[derive(Resource, Default)]
struct Chart(Option<FrameHandle<[[f32; 2]]>>);

fn main() {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), ScheduleRunnerPlugin::run_loop(Duration::from_millis(2))));
    app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::default().with_prewarm(true)));
    app.init_resource::<Chart>()
        .add_systems(Startup, (launch, record))
        .add_systems(PreUpdate, chart)
        .add_systems(Update, (steer, log_book))
        .add_systems(PostUpdate, sail)
        .add_systems(Last, finish.run_if(|alloc: Res<AllocResource>| alloc.frame_number() == FRAMES));
    app.run();
}

fn launch(mut commands: Commands) {
    commands.spawn_batch((0..BOATS).map(|number| {
        let (row, column) = (f32::from(number / 20), f32::from(number % 20));
        Boat { number, at: [column * 3.0, row * 2.0], speed: [row * 0.01 - 0.05, 0.1 - column * 0.01] }
    }));
}

fn record(mut alloc: ResMut<AllocResource>) -> Result {
    alloc.record_in_memory(RecordOptions::default())?;
    Ok(())
}

#[frame_system(tag = "chart")]
fn chart(alloc: Res<AllocResource>, boats: Query<&Boat>, mut chart: ResMut<Chart>) {
    let places = alloc.frame_slice_zeroed::<[f32; 2]>(usize::from(BOATS));
    boats.iter().for_each(|boat| places[usize::from(boat.number)] = boat.at);
    chart.0 = Some(alloc.frame_share_slice_copy(places));
}

/// Boats keep away from each other, on as many threads as there are.
#[alloc_tag("helm")]
fn steer(alloc: FrameAlloc, chart: Res<Chart>, mut boats: Query<&mut Boat>) {
    let alloc: &SmartAlloc = alloc.whole();
    let places = chart.0.and_then(|chart| chart.get(alloc)).expect("`chart` has run in this frame");
    boats.par_iter_mut().for_each(|mut boat| {
        alloc.scoped(|frame| {
            let mut near = frame.frame_vec();
            // Places, not references to them: those are of another size in a page.
            let is_other = |place: &[f32; 2]| place.map(f32::to_bits) != boat.at.map(f32::to_bits);
            near.extend(places.iter().copied().filter(|place| is_other(place) && distance(*place, boat.at) < 9.0));
            near.sort_unstable_by(|a: &[f32; 2], b| distance(*a, boat.at).total_cmp(&distance(*b, boat.at)));
            for place in near.iter().take(3) {
                boat.speed[0] += (boat.at[0] - place[0]) * 0.001;
                boat.speed[1] += (boat.at[1] - place[1]) * 0.001;
            }
        });
    });
}

#[frame_system(tag = "ui")]
fn log_book(alloc: FrameAlloc, boats: Query<&Boat>, mut longest: Local<usize>) {
    let mut page = alloc.frame_string();
    for boat in boats.iter().take(10) {
        let written = write!(page, "{}: {:.1} {:.1}; ", boat.number, boat.at[0], boat.at[1]);
        written.expect("a text takes everything");
    }
    *longest = page.len().max(*longest);
}

fn sail(mut boats: Query<&mut Boat>) {
    for mut boat in &mut boats {
        let [x, y] = boat.speed;
        boat.at[0] += x;
        boat.at[1] += y;
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    let (x, y) = (a[0] - b[0], a[1] - b[1]);
    x * x + y * y
}

/// What the game says of itself: the same wherever it runs.
fn finish(mut alloc: ResMut<AllocResource>, boats: Query<&Boat>, mut exit: MessageWriter<AppExit>) -> Result {
    let state = boats.iter().fold(0_u64, |sum, boat| {
        let bits = [boat.at[0], boat.at[1], boat.speed[0], boat.speed[1]].map(f32::to_bits);
        sum ^ bits.iter().fold(u64::from(boat.number), |own, bits| own.rotate_left(13) ^ u64::from(*bits))
    });
    let (summary, recording) = alloc.take_recording()?;
    let last = alloc.last_frame();
    let mut figures =
        format!("page: {} frames recorded, state {state:016x}, {} bytes in a frame", summary.frames, last.bytes);
    // In order of their names: which thread used a tag first is chance.
    let mut tags = alloc.stats().tags;
    tags.sort_unstable_by_key(|tag| tag.path);
    for tag in &tags {
        write!(figures, ", {} {}", tag.path, tag.bytes)?;
    }
    host::publish(&figures, &recording)?;
    exit.write(AppExit::Success);
    Ok(())
}

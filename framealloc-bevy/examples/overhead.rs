//! What the plugin costs an app that does nothing, and what `#[frame_system]` costs a call.
//!
//! ```text
//! cargo run --release -p framealloc-bevy --example overhead
//! ```
//!
//! Contenders take turns in one process and the tenth percentile of many rounds counts: a shared machine disturbs the
//! rest.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::hint::black_box;
use std::time::Instant;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::frame_system;

const ROUNDS: usize = 200;

fn main() {
    let mut empty = app(|_| {});
    let mut plugin = app(|app| {
        app.add_plugins(SmartAllocPlugin::default());
    });
    let mut both = app(|app| {
        app.add_plugins(SmartAllocPlugins);
    });
    let [empty, plugin, both] = measure(500, [&mut || empty.update(), &mut || plugin.update(), &mut || both.update()]);
    println!("empty app                     {empty:>8.0} ns per frame");
    println!(
        "with SmartAllocPlugin         {plugin:>8.0} ns per frame: {:+.0} ns, {:.2}x",
        plugin - empty,
        plugin / empty
    );
    println!("with SmartAllocPlugins        {both:>8.0} ns per frame: {:+.0} ns, {:.2}x", both - empty, both / empty);

    // The app's own threads make the figures above noisy; the schedules of the plugin run on one.
    let mut plugin = app(|app| {
        app.add_plugins(SmartAllocPlugin::default());
    });
    let mut both = app(|app| {
        app.add_plugins(SmartAllocPlugins);
    });
    let [plugin, both] = measure(
        2_000,
        [&mut || plugin.world_mut().run_schedule(FrameBegin), &mut || both.world_mut().run_schedule(FrameBegin)],
    );
    println!("FrameBegin alone              {plugin:>8.0} ns per frame");
    println!("FrameBegin with diagnostics   {both:>8.0} ns per frame");

    let mut worlds = [World::new(), World::new(), World::new()];
    for world in &mut worlds {
        world.insert_resource(AllocResource::<Main>::default());
        world.resource_mut::<AllocResource>().next_frame();
    }
    let [plain, annotated, tagged] = &mut worlds;
    let mut plain_id = plain.register_system(plain_system);
    let mut annotated_id = annotated.register_system(annotated_system);
    let mut tagged_id = tagged.register_system(tagged_system);
    let [plain, annotated, tagged] = measure(
        5_000,
        [
            &mut || plain.run_system(*black_box(&mut plain_id)).expect("a system"),
            &mut || annotated.run_system(*black_box(&mut annotated_id)).expect("a system"),
            &mut || tagged.run_system(*black_box(&mut tagged_id)).expect("a system"),
        ],
    );
    println!("a system                      {plain:>8.1} ns per call");
    println!(
        "#[frame_system]               {annotated:>8.1} ns per call: {:+.1} ns, {:.2}x",
        annotated - plain,
        annotated / plain
    );
    println!(
        "#[frame_system(tag = ..)]     {tagged:>8.1} ns per call: {:+.1} ns, {:.2}x",
        tagged - plain,
        tagged / plain
    );
}

fn app(plugins: impl FnOnce(&mut App)) -> App {
    let mut app = App::new();
    app.add_plugins(TaskPoolPlugin::default());
    plugins(&mut app);
    app.finish();
    app.cleanup();
    for _ in 0..100 {
        app.update();
    }
    app
}

fn plain_system(alloc: Res<AllocResource>) {
    black_box(&*alloc);
}

#[frame_system]
fn annotated_system(alloc: Res<AllocResource>) {
    black_box(alloc);
}

#[frame_system(tag = "overhead")]
fn tagged_system(alloc: Res<AllocResource>) {
    black_box(alloc);
}

/// Nanoseconds of one call of each contender.
fn measure<const N: usize>(calls: u32, contenders: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    let mut contenders = contenders;
    for _ in 0..ROUNDS {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..calls {
                contender();
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 10]
    })
}

//! What the overlay costs a frame, on all of Bevy but a window and a graphics card: its own systems, and the layout of its panel.
//!
//! ```text
//! cargo run --release --manifest-path framealloc-bevy/window/Cargo.toml --example overlay_cost
//! ```
//!
//! Contenders take turns in one process and the tenth percentile of many rounds counts: a shared machine disturbs the rest.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::time::{Duration, Instant};

use bevy::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc_bevy_window::without_a_window;

const ROUNDS: usize = 100;
const FRAMES: u32 = 20;
/// Frames between two refreshes: a quarter of a second at sixty frames a second.
const QUIET: f64 = 14.0;

fn game(alloc: Res<AllocResource>) {
    for tag in ["ai", "audio", "combat", "paths", "physics", "render", "spatial", "ui"] {
        alloc.tagged(tag).frame_slice_fill_with(1000, |_| 1_u8);
    }
}

fn app(overlay: Option<SmartAllocOverlayPlugin>) -> App {
    let mut app = without_a_window(|app| {
        app.add_plugins(SmartAllocPlugins).add_systems(Update, game);
        if let Some(overlay) = overlay {
            app.add_plugins(overlay);
        }
    });
    (0..100).for_each(|_| app.update());
    app
}

fn main() {
    let overlay = SmartAllocOverlayPlugin::default;
    let mut apps = [
        app(None),
        app(Some(overlay())),
        app(Some(overlay().shown().with_refresh(Duration::MAX))),
        app(Some(overlay().shown().with_refresh(Duration::ZERO))),
    ];
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for (app, times) in apps.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (0..FRAMES).for_each(|_| app.update());
            times.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(FRAMES));
        }
    }
    let [without, hidden, quiet, written] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 10]
    });
    println!("without the overlay                {without:>8.1} us per frame");
    println!("hidden                             {:>+8.1} us", hidden - without);
    println!("shown, a frame that writes nothing {:>+8.1} us", quiet - without);
    println!("shown, a frame that writes         {:>+8.1} us, with the layout of what has changed", written - without);
    let mean = ((quiet - without) * QUIET + (written - without)) / (QUIET + 1.0);
    println!("shown, mean at 60 frames a second  {mean:>+8.1} us");
}

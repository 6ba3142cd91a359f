//! The game of the example `bevy_swarm` in a window, with the overlay; F3 hides and shows it.
//!
//! ```text
//! cargo run --release --manifest-path framealloc-bevy/window/Cargo.toml
//! cargo run --manifest-path framealloc-bevy/window/Cargo.toml -- --screenshot overlay.png
//! ```
//!
//! With `--screenshot FILE` it plays three hundred frames without the window, writes what the window shows to the file, and ends. It needs no graphics card: under
//! Xvfb Mesa's software Vulkan draws it (`ci/overlay.sh`).
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

#[path = "../../examples/bevy_swarm/framed.rs"]
mod framed;
#[path = "../../examples/bevy_swarm/game.rs"]
#[expect(dead_code, reason = "the example also compares its games")]
mod game;

use std::path::PathBuf;

use bevy::app::PluginsState;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy::window::WindowResolution;
use framealloc::bevy::prelude::*;
use framealloc::{Budget, BudgetPolicy, CountingAlloc, PoolBox, Pooled, frame_system};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

/// Frames before the window is opened for a screenshot.
const FRAMES: u64 = 300;

fn main() -> AppExit {
    let screenshot = match (std::env::args().nth(1).as_deref(), std::env::args().nth(2)) {
        (None, None) => None,
        (Some("--screenshot"), Some(file)) => Some(PathBuf::from(file)),
        _ => panic!("`--screenshot FILE` is all that is known here"),
    };
    let config = AllocConfig::default()
        .with_frame_chunk(megabytes(1))
        .with_tag_budget("spatial", megabytes(1))
        .with_tag_budget("ai::paths", Budget::new(kilobytes(80)).with_policy(BudgetPolicy::Warn))
        .with_tag_budget("combat", Budget::new(kilobytes(16)).with_policy(BudgetPolicy::Warn));
    let window =
        Window { title: "bevy_swarm".to_owned(), resolution: WindowResolution::new(960, 600), ..Window::default() };
    let mut app = App::new();
    app.add_plugins(DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..WindowPlugin::default() }));
    app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config).with_prewarm(true)));
    app.add_plugins(SmartAllocPlugin::fixed());
    app.add_plugins((
        SmartAllocOverlayPlugin::default().shown().with_heap_calls(|| GLOBAL.calls().total()),
        SmartAllocOverlayPlugin::fixed().shown(),
    ));
    app.add_plugins(framed::plugin);
    app.add_systems(Startup, (camera, game::spawn, dress).chain());
    app.add_systems(Update, (draw, sparks));
    app.add_systems(FixedUpdate, weather);
    if let Some(file) = screenshot {
        app.insert_resource(Picture { file, frames_drawn: 0 }).add_systems(Last, picture);
        play_ahead(&mut app);
    }
    app.run()
}

fn camera(mut commands: Commands) {
    commands.spawn((Camera2d, Msaa::Off));
}

/// Gives each agent a square in the colour of its team.
fn dress(mut commands: Commands, agents: Query<(Entity, &game::Agent)>) {
    for (entity, agent) in &agents {
        let color = if agent.0.is_multiple_of(2) { Color::srgb(0.85, 0.35, 0.3) } else { Color::srgb(0.3, 0.5, 0.9) };
        commands.entity(entity).insert(Sprite::from_color(color, Vec2::splat(4.0)));
    }
}

/// Where something is drawn: the field is in the middle of the window.
fn on_screen(position: [f32; 2]) -> Vec3 {
    let middle = game::SIDE as f32 / 2.0;
    Vec3::new((position[0] - middle) * 9.0, (position[1] - middle) * 9.0, 0.0)
}

fn draw(mut agents: Query<(&game::Position, &mut Transform)>) {
    for (position, mut transform) in &mut agents {
        transform.translation = on_screen(position.0);
    }
}

/// What flies where agents fight, until it has burnt down.
#[derive(Pooled)]
#[pooled(capacity = 512, tag = "effects")]
struct Spark {
    frames_left: u32,
}

#[derive(Component)]
struct Sparkling(PoolBox<Spark>);

fn sparks(mut commands: Commands, alloc: FrameAlloc, mut sparks: Query<(Entity, &mut Sparkling)>) {
    for (entity, mut sparkling) in &mut sparks {
        sparkling.0.frames_left -= 1;
        if sparkling.0.frames_left == 0 {
            commands.entity(entity).despawn();
        }
    }
    let at = on_screen(game::camera(alloc.frame_number()));
    let spark = Spark { frames_left: 20 + u32::try_from(alloc.frame_number() % 40).unwrap_or(0) };
    let sprite = Sprite::from_color(Color::srgb(1.0, 0.9, 0.5), Vec2::splat(7.0));
    commands.spawn((Sparkling(spark.pooled()), sprite, Transform::from_translation(at)));
}

/// A field of wind, made anew in each tick.
#[frame_system(tag = "weather")]
fn weather(alloc: FrameAlloc<FixedMain>, mut strongest: Local<f32>) {
    let wind = alloc.frame_slice_fill_with(game::SIDE * game::SIDE, |cell| game::scatter(cell as u32));
    *strongest = wind.iter().copied().fold(*strongest, f32::max);
}

#[derive(Resource)]
struct Picture {
    file: PathBuf,
    frames_drawn: u32,
}

/// Plays without the window, which a software renderer takes long to draw.
fn play_ahead(app: &mut App) {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    (0..FRAMES).for_each(|_| app.update());
}

fn picture(
    mut picture: ResMut<Picture>,
    alloc: Res<AllocResource>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    if alloc.frame_number() < FRAMES {
        return;
    }
    picture.frames_drawn += 1;
    // The first frames have no text yet: fonts, shaders and the surface are made in them.
    if picture.frames_drawn == 6 {
        commands.spawn(Screenshot::primary_window()).observe(save_to_disk(picture.file.clone()));
    }
    if picture.file.exists() {
        exit.write(AppExit::Success);
    }
}

//! All of Bevy but a window and a graphics card, for what is tested and measured here.
#![forbid(unsafe_code)]

use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::settings::WgpuSettings;
use bevy::winit::WinitPlugin;

/// Makes an app that has everything of a game in a window, and draws nothing; `game` adds what it is about. It is not updated yet.
pub fn without_a_window(game: impl FnOnce(&mut App)) -> App {
    let nothing_draws = WgpuSettings { backends: None, ..WgpuSettings::default() };
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .build()
            .disable::<WinitPlugin>()
            .disable::<LogPlugin>()
            .set(RenderPlugin { render_creation: nothing_draws.into(), ..RenderPlugin::default() }),
    );
    app.add_systems(Startup, |mut commands: Commands<'_, '_>| {
        commands.spawn(Camera2d);
    });
    game(&mut app);
    app.finish();
    app.cleanup();
    app
}

//! The overlay on all of Bevy but a window and a graphics card: what is on the screen, and when.
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::time::Duration;

use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use framealloc::bevy::SmartAllocOverlay;
use framealloc::bevy::prelude::*;
use framealloc::{Budget, BudgetPolicy};
use framealloc_bevy_window::without_a_window;

/// A game that uses three tags: one within its budget, one over it, one without.
fn contacts(alloc: Res<AllocResource>) {
    for (tag, bytes) in [("physics", 4000), ("ai", 6000), ("audio", 2000)] {
        alloc.tagged(tag).frame_slice_fill_with(bytes, |_| 1_u8);
    }
}

fn app(overlay: SmartAllocOverlayPlugin) -> App {
    app_with(|app| {
        app.add_plugins(overlay);
    })
}

fn app_with(more: impl FnOnce(&mut App)) -> App {
    let warn = Budget::new(kilobytes(4)).with_policy(BudgetPolicy::Warn);
    let config = AllocConfig::default().with_tag_budget("physics", kilobytes(64)).with_tag_budget("ai", warn);
    let mut app = without_a_window(|app| {
        app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config)));
        more(app);
        app.add_systems(Update, contacts);
    });
    app.update();
    app
}

fn press(app: &mut App, key_code: KeyCode) {
    let window = app.world_mut().query_filtered::<Entity, With<PrimaryWindow>>().single(app.world()).expect("a window");
    for state in [ButtonState::Pressed, ButtonState::Released] {
        let logical_key = Key::Unidentified(bevy::input::keyboard::NativeKey::Unidentified);
        app.world_mut().write_message(KeyboardInput {
            key_code,
            logical_key,
            state,
            text: None,
            repeat: false,
            window,
        });
        app.update();
    }
}

fn panels(app: &mut App) -> Vec<String> {
    let mut names = app.world_mut().query_filtered::<&Name, With<GlobalZIndex>>();
    let mut names: Vec<String> = names.iter(app.world()).map(ToString::to_string).collect();
    names.sort();
    names
}

fn nodes(app: &mut App) -> usize {
    app.world_mut().query::<&Node>().iter(app.world()).count()
}

fn texts(app: &mut App) -> Vec<String> {
    app.world_mut().query::<&Text>().iter(app.world()).map(|text| text.0.clone()).collect()
}

fn every_frame() -> SmartAllocOverlayPlugin {
    SmartAllocOverlayPlugin::default().with_refresh(Duration::ZERO)
}

#[test]
fn a_key_shows_it_and_the_same_key_removes_all_of_it() {
    let mut app = app(SmartAllocOverlayPlugin::default());
    assert_eq!(nodes(&mut app), 0, "hidden it has no entities");
    press(&mut app, KeyCode::F3);
    assert_eq!(panels(&mut app), ["framealloc overlay: frame"]);
    assert!(nodes(&mut app) > 4);
    press(&mut app, KeyCode::F3);
    assert_eq!(nodes(&mut app), 0);
    press(&mut app, KeyCode::F4);
    assert_eq!(nodes(&mut app), 0, "another key does nothing");
}

#[test]
fn the_key_is_the_games_to_choose_or_none() {
    let mut other = app(SmartAllocOverlayPlugin::default().with_key(KeyCode::F9));
    press(&mut other, KeyCode::F3);
    assert_eq!(nodes(&mut other), 0);
    press(&mut other, KeyCode::F9);
    assert!(nodes(&mut other) > 0);

    let mut none = app(SmartAllocOverlayPlugin::default().without_key());
    press(&mut none, KeyCode::F3);
    assert_eq!(nodes(&mut none), 0);
    none.world_mut().resource_mut::<SmartAllocOverlay>().show();
    none.update();
    assert!(nodes(&mut none) > 0, "a menu shows it");
}

#[test]
fn tags_have_bars_in_the_colours_of_their_budgets() {
    let mut app = app(every_frame().shown());
    (0..3).for_each(|_| app.update());
    let texts = texts(&mut app);
    for wanted in ["physics", "3.9 KiB of 64.0 KiB", "ai", "audio", "2.0 KiB", "heap: "] {
        assert!(texts.iter().any(|text| text.starts_with(wanted)), "{wanted} in {texts:?}");
    }
    let of_ai = texts.iter().find(|text| text.ends_with("of 4.0 KiB")).expect("the budget of `ai`");
    assert!(of_ai.starts_with("5.9 KiB") || of_ai.starts_with("6.0 KiB"), "{of_ai}");

    // The bars that are filled: those of tags are a hundred pixels at most, and the part of them is a percentage of whole numbers.
    let mut fills = app.world_mut().query::<(&Node, &BackgroundColor)>();
    let percents = fills.iter(app.world()).filter(|(node, _)| node.height == Val::Percent(100.0));
    let mut bars: Vec<(f32, &'static str)> = percents
        .filter_map(|(node, color)| match node.width {
            Val::Percent(percent) => Some((percent, named(color.0.to_srgba()))),
            _ => None,
        })
        .filter(|(percent, _)| *percent > 0.0)
        .collect();
    bars.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(bars, [(6.0, "green"), (33.0, "blue"), (100.0, "red")], "physics, audio, ai");
}

fn named(Srgba { red, green, blue, .. }: Srgba) -> &'static str {
    if red > green && red > blue {
        "red"
    } else if green > blue {
        "green"
    } else {
        "blue"
    }
}

#[test]
fn the_timeline_shows_every_frame_and_marks_those_over_a_budget() {
    let mut app = app(every_frame().shown());
    (0..5).for_each(|_| app.update());
    let taken: Vec<&'static str> =
        lowest_pixels(&mut app).into_iter().filter(|color| color.alpha > 0.0).map(named).collect();
    assert_eq!(taken, vec!["red"; taken.len()], "`ai` is over its budget in every frame");
    assert!((4..=6).contains(&taken.len()), "{}", taken.len());
}

/// The lowest row of the timeline, the oldest frame first.
fn lowest_pixels(app: &mut App) -> Vec<Srgba> {
    let image = app.world_mut().query::<&ImageNode>().single(app.world()).expect("one").image.clone();
    let image = app.world().resource::<Assets<Image>>().get(&image).expect("it is the panel's");
    let row = 4 * image.width() as usize;
    let pixels = image.data.as_ref().expect("it is kept").rchunks(row).next().expect("it has a row").chunks_exact(4);
    pixels.map(|pixel| Srgba::from_u8_array(pixel.try_into().expect("four bytes"))).collect()
}

#[test]
fn the_timeline_is_drawn_again_only_where_it_shows_something_else() {
    #[derive(Resource, Default)]
    struct Drawn(usize);
    let mut app = app(every_frame().shown());
    let count = |mut drawn: ResMut<Drawn>, mut of: MessageReader<AssetEvent<Image>>, timeline: Query<&ImageNode>| {
        let of_timeline = |id: &AssetId<Image>| timeline.iter().any(|node| node.image.id() == *id);
        drawn.0 += of.read().filter(|event| matches!(event, AssetEvent::Modified { id } if of_timeline(id))).count();
    };
    app.init_resource::<Drawn>().add_systems(Last, count);
    (0..120).for_each(|_| app.update());
    let before = app.world().resource::<Drawn>().0;
    assert!((90..=110).contains(&before), "the timeline fills: {before}");
    (0..20).for_each(|_| app.update());
    assert_eq!(app.world().resource::<Drawn>().0, before, "every frame takes as much as the one before");
}

#[test]
fn between_two_refreshes_nothing_is_written() {
    let mut app = app(SmartAllocOverlayPlugin::default().shown().with_refresh(Duration::from_secs(3600)));
    app.update();
    let before = texts(&mut app);
    app.world_mut().clear_trackers();
    for _ in 0..10 {
        app.update();
        let mut changed = app.world_mut().query::<(Ref<Text>, Ref<Node>)>();
        assert!(changed.iter(app.world()).all(|(text, node)| !text.is_changed() && !node.is_changed()));
    }
    assert_eq!(texts(&mut app), before);
}

#[test]
fn a_text_that_stays_the_same_is_not_laid_out_again() {
    let mut app = app(every_frame().shown());
    (0..4).for_each(|_| app.update());
    app.world_mut().clear_trackers();
    app.update();
    let mut written = app.world_mut().query::<Ref<Text>>();
    let changed: Vec<&str> =
        written.iter(app.world()).filter(DetectChanges::is_changed).map(|text| text.into_inner().0.as_str()).collect();
    assert!(changed.len() <= 1, "the head alone has a new number: {changed:?}");
}

#[test]
fn a_panel_that_the_game_has_despawned_comes_back() {
    let mut app = app(every_frame().shown());
    app.update();
    let panel = app.world_mut().query_filtered::<Entity, With<GlobalZIndex>>().single(app.world()).expect("a panel");
    app.world_mut().despawn(panel);
    app.update();
    assert_eq!(panels(&mut app), ["framealloc overlay: frame"]);
    app.world_mut().resource_mut::<SmartAllocOverlay>().hide();
    app.update();
    assert_eq!(nodes(&mut app), 0);
}

#[test]
fn the_fixed_timestep_has_a_panel_of_its_own() {
    fn tick(alloc: Res<AllocResource<FixedMain>>) {
        alloc.tagged("simulation").frame_slice_fill_with(1000, |_| 1_u8);
    }
    let mut app = app_with(|app| {
        let fixed = SmartAllocOverlayPlugin::fixed().with_refresh(Duration::ZERO);
        app.add_plugins((every_frame(), SmartAllocPlugin::fixed(), fixed)).add_systems(FixedUpdate, tick);
    });
    press(&mut app, KeyCode::F3);
    assert_eq!(panels(&mut app), ["framealloc overlay: frame", "framealloc overlay: tick"]);
    for _ in 0..3 {
        app.world_mut().run_schedule(FixedMain);
    }
    app.update();
    assert!(texts(&mut app).iter().any(|text| text == "simulation"));
    press(&mut app, KeyCode::F3);
    assert_eq!(nodes(&mut app), 0);
}

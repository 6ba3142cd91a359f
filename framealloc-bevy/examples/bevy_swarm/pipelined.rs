//! The game with a renderer: a second world that draws, after the game or on a thread of its own, one frame behind. Either way it
//! reads what the frame shared, through its flight; nothing is copied.

use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use bevy_app::prelude::*;
use bevy_app::{AppLabel, SubApp};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::ScheduleLabel;
use framealloc::bevy::prelude::*;
use framealloc::frame_system;

use crate::framed;
use crate::game::{self, Agent, Body, Position};

/// Pixels along one side of a picture, which shows 40 by 40 cells.
const PIXELS: usize = 256;
const PIXELS_PER_CELL: f32 = 6.4;

/// What a frame hands to the renderer.
struct Scene {
    camera: [f32; 2],
    /// Who is near the camera, the nearest last.
    bodies: FrameHandle<[Body]>,
    title: FrameHandle<str>,
}

#[derive(Resource, Default)]
struct SceneOfFrame(Option<FrameHandle<Scene>>);

/// `out` is the whole frame: what is shared there outlives the scratch of the system.
#[frame_system(tag = "render", out = frame)]
fn collect(alloc: FrameAlloc, agents: Query<(&Agent, &Position)>, mut scene: ResMut<SceneOfFrame>) {
    let camera = game::camera(alloc.frame_number());
    let bodies = agents.iter().map(|(agent, position)| Body { position: position.0, number: agent.0 });
    let mut order = alloc.frame_slice_from_iter(bodies.filter(|body| body.distance_to(camera) < 400.0));
    order
        .sort_unstable_by(|a, b| b.distance_to(camera).total_cmp(&a.distance_to(camera)).then(a.number.cmp(&b.number)));
    let mut title = alloc.frame_string();
    write!(title, "frame {}, {} agents", alloc.frame_number(), order.len()).expect("a string takes everything");
    let (bodies, title) = (frame.frame_share_slice_copy(&order), frame.frame_share_str(&title));
    scene.0 = Some(frame.frame_share(Scene { camera, bodies, title }));
}

/// What was extracted: a handle, and the flight that it is in.
#[derive(Resource)]
struct Extracted {
    flight: FrameInFlight,
    scene: FrameHandle<Scene>,
}

/// All pictures, as one number each.
#[derive(Resource, Clone, Default)]
pub(crate) struct Pictures(Arc<Mutex<Vec<u64>>>);

impl Pictures {
    pub(crate) fn all(&self) -> Vec<u64> {
        self.0.lock().expect("no panic under the lock").clone()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "where it is not in the picture it is cut off"
)]
fn draw(extracted: Option<Res<Extracted>>, mut pixels: Local<Vec<u16>>, pictures: Res<Pictures>) {
    let Some(extracted) = extracted else { return };
    let scene = extracted.flight.get(extracted.scene).expect("extracted with its flight");
    let bodies = extracted.flight.get(scene.bodies).expect("shared in the same frame");
    let title = extracted.flight.get(scene.title).expect("shared in the same frame");
    pixels.clear();
    pixels.resize(PIXELS * PIXELS, 0);
    for body in bodies {
        let at = [0, 1].map(|axis| (body.position[axis] - scene.camera[axis] + 20.0) * PIXELS_PER_CELL);
        let (row, column) = (at[1] as usize, at[0] as usize);
        if let Some(pixel) = pixels.get_mut(row * PIXELS + column.min(PIXELS - 1)) {
            *pixel = body.number + 1;
        }
    }
    let mix = |picture: u64, value: u64| picture.rotate_left(5).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ value;
    let picture = title.bytes().fold(0, |picture, byte| mix(picture, u64::from(byte)));
    let picture = pixels.iter().fold(picture, |picture, pixel| mix(picture, u64::from(*pixel)));
    pictures.0.lock().expect("no panic under the lock").push(picture);
}

#[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct RenderApp;

#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Render;

/// The game, whose frames end in flight: the one that is drawn, and the one that ends meanwhile.
fn game(app: &mut App) {
    let plugin = SmartAllocPlugin::new(AllocConfig::default().with_frame_chunk(megabytes(1)));
    app.add_plugins(SmartAllocPlugins.set(plugin.with_frames_in_flight(2).with_prewarm(true)));
    app.add_plugins(framed::plugin);
    app.init_resource::<SceneOfFrame>().add_systems(Last, collect);
}

fn render(pictures: &Pictures) -> SubApp {
    let mut render = SubApp::new();
    render.insert_resource(pictures.clone()).add_systems(Render, draw).update_schedule = Some(Render.intern());
    render.set_extract(|main, render| {
        let (scene, last) = (main.resource::<SceneOfFrame>().0, main.resource::<LastFlight>());
        let (Some(scene), Some(flight)) = (scene, last.flight()) else { return };
        render.insert_resource(Extracted { flight: flight.clone(), scene });
    });
    render
}

/// Draws when the game has finished its frame.
pub(crate) fn in_a_row(app: &mut App, pictures: &Pictures) {
    game(app);
    app.insert_sub_app(RenderApp, render(pictures));
}

/// The two ends of the pipeline that the game has.
#[derive(Resource)]
struct Pipeline {
    to_render: SyncSender<SubApp>,
    from_render: Mutex<Receiver<SubApp>>,
}

/// Draws on a thread of its own: extraction takes the render world back, extracts, and sends it off again, as Bevy's
/// `PipelinedRenderingPlugin` does. The thread ends with the game.
pub(crate) fn pipelined(app: &mut App, pictures: &Pictures) -> JoinHandle<()> {
    game(app);
    let (to_render, worlds) = sync_channel(1);
    let (rendered, from_render) = sync_channel(1);
    to_render.send(render(pictures)).expect("the receiver is below");
    let thread = std::thread::spawn(move || {
        for mut world in worlds {
            world.update();
            if rendered.send(world).is_err() {
                break;
            }
        }
    });
    let mut extract = SubApp::new();
    extract.insert_resource(Pipeline { to_render, from_render: Mutex::new(from_render) }).set_extract(|main, own| {
        let pipeline = own.resource::<Pipeline>();
        let from_render = pipeline.from_render.lock().expect("no panic under the lock");
        let mut render = from_render.recv().expect("the renderer does not panic");
        render.extract(main);
        pipeline.to_render.send(render).expect("the renderer does not panic");
    });
    app.insert_sub_app(RenderApp, extract);
    thread
}

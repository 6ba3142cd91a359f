//! A second world on a thread of its own, one frame behind: as Bevy's pipelined renderer, which sends its sub-app to and fro
//! between two threads, but without copying what it reads.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bevy_app::prelude::*;
use bevy_app::{AppLabel, SubApp};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};
use framealloc::CountingAlloc;
use framealloc::bevy::prelude::*;

#[global_allocator]
static _GLOBAL: CountingAlloc = CountingAlloc::system();

const WARM_UP: usize = 100;
const FRAMES: usize = 500;

/// What a frame hands to the renderer: handles inside of shared values.
struct Scene {
    frame: u64,
    name: FrameHandle<str>,
    draws: FrameHandle<[Draw]>,
}

#[derive(Clone, Copy)]
struct Draw {
    mesh: u64,
    depth: u64,
}

#[derive(Resource, Default)]
struct SceneOfFrame(Option<FrameHandle<Scene>>);

#[derive(Component)]
struct Mesh(u64);

/// The game: entities that move, the visible ones shared.
fn simulate(alloc: FrameAlloc, mut meshes: Query<&mut Mesh>, mut scene: ResMut<SceneOfFrame>) {
    let frame = alloc.frame_number();
    meshes.iter_mut().for_each(|mut mesh| mesh.0 = mesh.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(frame));
    // As many in each frame, so that memory is steady.
    let visible = meshes.iter().filter(|mesh| mesh.0 % 3 != 0).take(250);
    let draws = alloc.frame_share_slice_from_iter(visible.map(|mesh| Draw { mesh: mesh.0, depth: mesh.0 >> 40 }));
    let name = alloc.frame_share_str(if frame.is_multiple_of(2) { "harbour" } else { "reef" });
    scene.0 = Some(alloc.frame_share(Scene { frame, name, draws }));
}

/// What extraction hands over: the scene, and the flight that it is in.
#[derive(Resource)]
struct Extracted {
    flight: FrameInFlight,
    scene: FrameHandle<Scene>,
}

/// What was drawn, as a number per frame.
#[derive(Resource, Default)]
struct Drawn(Vec<(u64, u64)>);

fn draw(alloc: FrameAlloc, extracted: Option<Res<Extracted>>, mut drawn: ResMut<Drawn>) {
    let Some(Extracted { flight, scene }) = extracted.map(Res::into_inner) else { return };
    let scene = flight.get(*scene).expect("extracted with its flight");
    // Scratch of the renderer's own allocator.
    let mut order = alloc.frame_vec();
    order.extend(flight.get(scene.draws).expect("shared in the same frame"));
    order.sort_unstable_by_key(|draw: &&Draw| (draw.depth, draw.mesh));
    let name = flight.get(scene.name).expect("shared in the same frame");
    let picture = order.iter().fold(name.len() as u64, |picture, draw| picture.rotate_left(7) ^ draw.mesh);
    drawn.0.push((scene.frame, picture));
}

#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct RenderFrame;

#[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Render;

/// The render world: its frame begins before anything is extracted into it.
fn render_app() -> SubApp {
    let mut render = SubApp::new();
    render.add_plugins(SmartAllocPlugin::default());
    let drawn = Drawn(Vec::with_capacity(WARM_UP + FRAMES + 1));
    render.insert_resource(drawn).add_systems(RenderFrame, draw);
    render.update_schedule = Some(RenderFrame.intern());
    // For the same reason; and a system that waits must not be run by a thread that waits for tasks of the game.
    let schedules = &mut *render.world_mut().resource_mut::<Schedules>();
    schedules.entry(RenderFrame).set_executor(SingleThreadedExecutor::new());
    render.set_extract(|main, render| {
        render.run_schedule(FrameBegin);
        let (scene, last) = (main.resource::<SceneOfFrame>().0, main.resource::<LastFlight>());
        // A frame that had to end without a flight: the renderer keeps what it has.
        let (Some(scene), Some(flight)) = (scene, last.flight()) else { return };
        render.insert_resource(Extracted { flight: flight.clone(), scene });
    });
    render
}

fn main_app() -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugin::default().with_frames_in_flight(2)));
    app.init_resource::<SceneOfFrame>().add_systems(Update, simulate);
    // The multi-threaded executor makes a task of each system, by a call of the global allocator.
    for (_, schedule) in app.world_mut().resource_mut::<Schedules>().iter_mut() {
        schedule.set_executor(SingleThreadedExecutor::new());
    }
    app.world_mut().spawn_batch((0..500).map(Mesh));
    app
}

/// A channel for one world. Those of the standard library allocate when a thread waits for the first time.
#[derive(Default)]
struct Place(Mutex<State>, Condvar);

#[derive(Default)]
#[expect(clippy::large_enum_variant, reason = "a box would be a call of the allocator per frame")]
enum State {
    #[default]
    Empty,
    Full(SubApp),
    Closed,
}

impl Place {
    /// Puts the world there; without one, nobody comes any more.
    fn put(&self, world: Option<SubApp>) {
        *self.0.lock().expect("no panic under the lock") = world.map_or(State::Closed, State::Full);
        self.1.notify_all();
    }

    /// Waits for the world.
    fn take(&self) -> Option<SubApp> {
        let mut state = self.0.lock().expect("no panic under the lock");
        loop {
            match core::mem::take(&mut *state) {
                State::Full(world) => return Some(world),
                State::Closed => return None,
                State::Empty => state = self.1.wait(state).expect("no panic under the lock"),
            }
        }
    }
}

/// A sub-app whose extraction takes the render world back from its thread, extracts, and sends it off again.
#[derive(Resource, Clone, Default)]
struct Pipeline {
    to_render: Arc<Place>,
    from_render: Arc<Place>,
}

#[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ExtractRender;

/// Sends the render world to a thread of its own. It returns the calls of the global allocator that it made in steady frames.
fn pipelined(app: &mut App, render: SubApp) -> JoinHandle<u64> {
    let pipeline = Pipeline::default();
    pipeline.from_render.put(Some(render));
    let Pipeline { to_render, from_render } = pipeline.clone();
    let thread = std::thread::spawn(move || {
        let mut calls = CountingAlloc::thread_calls();
        for frame in 0.. {
            let Some(mut render) = to_render.take() else { break };
            if frame == WARM_UP {
                calls = CountingAlloc::thread_calls();
            }
            // A panic must not leave the game waiting.
            let drawn = catch_unwind(AssertUnwindSafe(|| {
                render.update();
                render
            }));
            match drawn {
                Ok(render) => from_render.put(Some(render)),
                Err(panic) => {
                    from_render.put(None);
                    resume_unwind(panic);
                }
            }
        }
        (CountingAlloc::thread_calls() - calls).total()
    });
    let mut extract = SubApp::new();
    extract.insert_resource(pipeline).set_extract(|main, own| {
        let pipeline = own.resource::<Pipeline>();
        let mut render = pipeline.from_render.take().expect("the renderer lives");
        render.extract(main);
        pipeline.to_render.put(Some(render));
    });
    app.insert_sub_app(ExtractRender, extract);
    thread
}

/// Takes the render world back, when it has drawn what it was sent, and ends the pipeline.
fn take_back(app: &mut App) -> SubApp {
    let extract = app.remove_sub_app(ExtractRender).expect("it was inserted");
    let pipeline = extract.world().resource::<Pipeline>();
    let render = pipeline.from_render.take().expect("the renderer lives");
    pipeline.to_render.put(None);
    render
}

/// What the same game draws without a thread.
fn drawn_in_a_row(frames: usize) -> Vec<(u64, u64)> {
    let mut app = main_app();
    app.insert_sub_app(Render, render_app());
    (0..frames).for_each(|_| app.update());
    core::mem::take(&mut app.sub_app_mut(Render).world_mut().resource_mut::<Drawn>().0)
}

#[test]
fn a_world_one_frame_behind_draws_the_same_as_in_a_row_and_calls_no_allocator() {
    let in_a_row = drawn_in_a_row(WARM_UP + FRAMES);
    let mut app = main_app();
    let thread = pipelined(&mut app, render_app());
    (0..WARM_UP).for_each(|_| app.update());
    let (capacity, calls) = (capacity(&mut app), CountingAlloc::thread_calls());
    (0..FRAMES).for_each(|_| app.update());
    let calls = CountingAlloc::thread_calls() - calls;
    assert_eq!(self::capacity(&mut app), capacity, "memory stays flat");
    assert_eq!(calls.total(), 0, "by the game");
    let render = take_back(&mut app);
    drop(app); // the flight that the renderer holds outlives it
    let drawn = &render.world().resource::<Drawn>().0;
    assert_eq!(drawn.len(), WARM_UP + FRAMES);
    assert_eq!(*drawn, in_a_row, "frame by frame, the same picture");
    assert_eq!(thread.join().expect("no panic"), 0, "calls by the renderer");
}

fn capacity(app: &mut App) -> usize {
    app.world_mut().resource_mut::<AllocResource>().capacity()
}

/// Lets each world go on only when the other is where it should be.
#[derive(Resource, Clone, Default)]
struct Rendezvous(Arc<(Mutex<u64>, Condvar)>);

impl Rendezvous {
    fn reached(&self, frame: u64) {
        *self.0.0.lock().expect("no panic under the lock") = frame;
        self.0.1.notify_all();
    }

    /// Waits until `frame` was reached; no longer than minutes, so that a mistake ends the test.
    fn wait(&self, frame: u64) -> u64 {
        let reached = self.0.0.lock().expect("no panic under the lock");
        let minutes = Duration::from_mins(2);
        let (reached, _) =
            self.0.1.wait_timeout_while(reached, minutes, |reached| *reached < frame).expect("no panic under the lock");
        *reached
    }
}

#[test]
fn the_renderer_reads_frame_n_while_the_game_shares_frame_n_plus_one() {
    let mut app = main_app();
    let shared = Rendezvous::default();
    let (at, drawn_while) = (shared.clone(), Arc::new(AtomicU64::new(0)));
    app.insert_resource(shared).add_systems(
        Last,
        |alloc: FrameAlloc, shared: Res<Rendezvous>, scene: Res<SceneOfFrame>| {
            let own = scene.0.and_then(|scene| scene.get(&alloc)).expect("`simulate` ran in this frame");
            assert_eq!(own.frame, alloc.frame_number());
            shared.reached(alloc.frame_number());
        },
    );
    let mut render = render_app();
    let overlaps = Arc::clone(&drawn_while);
    render.add_systems(
        RenderFrame,
        (move |extracted: Option<Res<Extracted>>| {
            let Some(Extracted { flight, scene }) = extracted.map(Res::into_inner) else { return };
            let frame = flight.frame_number();
            // The last frame that is sent has nobody that comes after it.
            if frame < 20 {
                let meanwhile = at.wait(frame + 1);
                assert_eq!(meanwhile, frame + 1, "the game has shared the next frame, and cannot have ended it");
                overlaps.fetch_add(1, Ordering::Relaxed);
            }
            assert_eq!(flight.get(*scene).map(|scene| scene.frame), Some(frame));
        })
        .before(draw),
    );
    let thread = pipelined(&mut app, render);
    (0..20).for_each(|_| app.update());
    let render = take_back(&mut app);
    drop(app);
    thread.join().expect("no panic");
    assert_eq!(drawn_while.load(Ordering::Relaxed), 19);
    let frames: Vec<u64> = render.world().resource::<Drawn>().0.iter().map(|drawn| drawn.0).collect();
    assert_eq!(frames, (1..=20).collect::<Vec<_>>());
}

//! The figures of the allocator on the screen, in the running game.

mod figures;
mod panel;
mod timeline;

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

use bevy_app::{App, FixedMain, Main, Plugin, PostUpdate, PreUpdate};
use bevy_ecs::change_detection::{DetectChangesMut, Res, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::{IntoScheduleConfigs, ScheduleLabel};
use bevy_ecs::world::{Mut, World};
use bevy_input::keyboard::KeyCode;
use bevy_input::{ButtonInput, InputSystems};
use bevy_platform::time::Instant;
use bevy_ui::UiSystems;

use crate::schedule::EndsIn;
use crate::{AllocResource, SmartAllocSystems};
use figures::Figures;
use panel::Panel;

/// Shows the figures of an allocator in the game: bars of tags against their budgets, a timeline of frames, the heap, pools and frames
/// in flight. F3 shows and hides it. Feature `overlay`.
///
/// | part | what it shows |
/// |---|---|
/// | timeline | the bytes of the last 96 frames, the highest column for the most of them; red where a budget refused, warned or promoted |
/// | a bar of a tag | the most bytes of a frame since the panel was last written, of its budget; without a budget, of the largest tag |
/// | its colour | green: within its budget; amber: beyond its soft limit; red: over it; blue: it has none |
/// | `heap` | allocator calls per frame: see [`with_heap_calls`](Self::with_heap_calls); requests that went to the heap |
/// | `pool` | objects alive, of the capacity of a pool that has one, and the most that were |
///
/// The panel is written four times a second ([`with_refresh`](Self::with_refresh)), and only what has changed, so that the UI is not
/// laid out anew in every frame. While it is hidden it has no entities, no figures are taken, and no call to the system's allocator is
/// made.
///
/// It is on Bevy's UI: an app needs `bevy_ui`, a camera, and text with a default font, all of which `DefaultPlugins` have. Where there is no
/// keyboard [`SmartAllocOverlay`] shows and hides it.
///
/// ```
/// use bevy_app::prelude::*;
/// use framealloc_bevy::{SmartAllocOverlay, prelude::*};
///
/// let mut app = App::new();
/// app.add_plugins((SmartAllocPlugins, SmartAllocOverlayPlugin::default()));
/// app.update();
/// assert!(!app.world().resource::<SmartAllocOverlay>().is_shown());
/// app.world_mut().resource_mut::<SmartAllocOverlay>().show();
/// app.update();
/// ```
pub struct SmartAllocOverlayPlugin<M: Send + Sync + 'static = Main> {
    ends_in: EndsIn,
    title: &'static str,
    key: Option<KeyCode>,
    shown: bool,
    refresh: Duration,
    corner: OverlayCorner,
    heap_calls: Option<fn() -> u64>,
    marker: PhantomData<fn() -> M>,
}

/// Where on the screen an overlay is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlayCorner {
    /// At the top, left: that of the app's frame.
    #[default]
    TopLeft,
    /// At the top, right: that of the fixed timestep.
    TopRight,
    /// At the bottom, left.
    BottomLeft,
    /// At the bottom, right.
    BottomRight,
}

impl Default for SmartAllocOverlayPlugin<Main> {
    fn default() -> Self {
        Self::of(EndsIn::FrameBegin, "frame", OverlayCorner::TopLeft)
    }
}

impl SmartAllocOverlayPlugin<FixedMain> {
    /// Makes the overlay of the fixed timestep's allocator: a column of its timeline is a tick.
    #[must_use]
    pub fn fixed() -> Self {
        Self::of(EndsIn::FixedFrameBegin, "tick", OverlayCorner::TopRight)
    }
}

impl<M: Send + Sync + 'static> SmartAllocOverlayPlugin<M> {
    /// Makes the overlay of an allocator whose frame ends in a schedule of yours; `title` is what one run of it is called.
    #[must_use]
    pub fn in_schedule(schedule: impl ScheduleLabel, title: &'static str) -> Self {
        Self::of(EndsIn::Schedule(schedule.intern()), title, OverlayCorner::BottomLeft)
    }

    fn of(ends_in: EndsIn, title: &'static str, corner: OverlayCorner) -> Self {
        Self {
            ends_in,
            title,
            key: Some(KeyCode::F3),
            shown: false,
            refresh: Duration::from_millis(250),
            corner,
            heap_calls: None,
            marker: PhantomData,
        }
    }

    /// Sets the key that shows and hides it; F3 without a call.
    #[must_use]
    pub fn with_key(mut self, key: KeyCode) -> Self {
        self.key = Some(key);
        self
    }

    /// Has no key show and hide it: a menu of the game's does, by [`SmartAllocOverlay`].
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// Has it shown from the start.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.shown = true;
        self
    }

    /// Sets how long the panel stays as it is before it is written again; a quarter of a second without a call.
    #[must_use]
    pub fn with_refresh(mut self, refresh: Duration) -> Self {
        self.refresh = refresh;
        self
    }

    /// Sets the corner of the screen.
    #[must_use]
    pub fn with_corner(mut self, corner: OverlayCorner) -> Self {
        self.corner = corner;
        self
    }

    /// Says how many calls the program has made to its allocator so far; the panel shows the difference of two frames.
    ///
    /// Without it the calls are those of an [`AmbientAlloc<A, Tags>`](framealloc_core::AmbientAlloc), if that is the program's global
    /// allocator.
    ///
    /// ```
    /// use framealloc_bevy::prelude::*;
    /// use framealloc_core::CountingAlloc;
    ///
    /// #[global_allocator]
    /// static GLOBAL: CountingAlloc = CountingAlloc::system();
    ///
    /// let plugin = SmartAllocOverlayPlugin::default().with_heap_calls(|| GLOBAL.calls().total());
    /// # bevy_app::App::new().add_plugins((SmartAllocPlugins, plugin)).update();
    /// ```
    #[must_use]
    pub fn with_heap_calls(mut self, calls: fn() -> u64) -> Self {
        self.heap_calls = Some(calls);
        self
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocOverlayPlugin<M> {
    fn build(&self, app: &mut App) {
        app.insert_resource(SmartAllocOverlay::<M> { shown: self.shown, marker: PhantomData });
        app.insert_resource(Figures::<M>::new(self.heap_calls));
        app.insert_resource(Panel::<M>::new(self.title, self.corner));
        self.ends_in.install(app);
        let sample = sample::<M>.run_if(is_shown::<M>).after(SmartAllocSystems::EndFrame);
        app.add_systems(self.ends_in.label(), sample.in_set(SmartAllocSystems::Diagnose));
        if let Some(key) = self.key {
            app.add_systems(PreUpdate, toggle::<M>.run_if(is_pressed(key)).after(InputSystems));
        }
        let write = write_panel::<M>.run_if(is_due::<M>(self.refresh));
        app.add_systems(PostUpdate, write.before(UiSystems::Prepare));
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocOverlayPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocOverlayPlugin")
            .field("ends_in", &self.ends_in)
            .field("title", &self.title)
            .field("key", &self.key)
            .field("shown", &self.shown)
            .field("refresh", &self.refresh)
            .field("corner", &self.corner)
            .finish_non_exhaustive()
    }
}

/// Whether an overlay is on the screen: for menus, consoles and platforms without a keyboard.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::SmartAllocOverlay;
///
/// fn open_console(mut overlay: ResMut<SmartAllocOverlay>) {
///     overlay.toggle();
/// }
/// # bevy_ecs::system::assert_is_system(open_console);
/// ```
#[derive(Resource)]
pub struct SmartAllocOverlay<M: Send + Sync + 'static = Main> {
    shown: bool,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> SmartAllocOverlay<M> {
    /// Returns whether it is shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Shows it from the end of this update on.
    pub fn show(&mut self) {
        self.shown = true;
    }

    /// Hides it from the end of this update on.
    pub fn hide(&mut self) {
        self.shown = false;
    }

    /// Shows it if it is hidden, and the other way round.
    pub fn toggle(&mut self) {
        self.shown = !self.shown;
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocOverlay<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocOverlay").field("shown", &self.shown).finish()
    }
}

fn is_pressed(key: KeyCode) -> impl FnMut(Option<Res<ButtonInput<KeyCode>>>) -> bool + Clone {
    move |keys| keys.is_some_and(|keys| keys.just_pressed(key))
}

fn toggle<M: Send + Sync + 'static>(mut overlay: ResMut<SmartAllocOverlay<M>>) {
    overlay.toggle();
}

fn is_shown<M: Send + Sync + 'static>(overlay: Res<SmartAllocOverlay<M>>) -> bool {
    overlay.shown
}

/// Takes the figures of the frame that ended.
fn sample<M: Send + Sync + 'static>(alloc: Option<Res<AllocResource<M>>>, mut figures: ResMut<Figures<M>>) {
    if let Some(alloc) = alloc {
        figures.bypass_change_detection().sample(&alloc);
    }
}

/// Whether the panel has to appear, to go, or to be written anew.
fn is_due<M: Send + Sync + 'static>(
    refresh: Duration,
) -> impl FnMut(Res<SmartAllocOverlay<M>>, Res<Panel<M>>) -> bool + Clone {
    move |overlay, panel| match (overlay.shown, panel.written()) {
        (true, Some(written)) => written.elapsed() >= refresh,
        (shown, written) => shown != written.is_some(),
    }
}

/// Exclusive, as it makes and removes entities and then writes to them, four times a second.
fn write_panel<M: Send + Sync + 'static>(world: &mut World) {
    let shown = world.resource::<SmartAllocOverlay<M>>().shown;
    world.resource_scope(|world, mut panel: Mut<Panel<M>>| {
        world.resource_scope(|world, mut figures: Mut<Figures<M>>| {
            if shown {
                panel.write(world, &figures, Instant::now());
                figures.end_window();
            } else {
                panel.remove(world);
                *figures = figures.emptied();
            }
        });
    });
}

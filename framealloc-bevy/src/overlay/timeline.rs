//! The timeline of a panel: one node with a picture of the frames. A node for each frame would cost the layout of the game's UI
//! more than all else of the panel, in each frame, whether or not it has changed.

use bevy_asset::{Assets, Handle};
use bevy_color::{Color, ColorToPacked};
use bevy_ecs::entity::Entity;
use bevy_ecs::hierarchy::ChildOf;
use bevy_ecs::world::World;
use bevy_image::{Image, ImageSampler};
use bevy_picking::Pickable;
use bevy_ui::prelude::{ImageNode, Node, NodeImageMode, Val};

use super::figures::{Column, FRAMES, Verdict};

/// Pixels of the picture: one for each frame, and so many for the highest.
const COLUMNS: u16 = 96;
const ROWS: u16 = 36;
const HEIGHT: usize = ROWS as usize;
const _: () = assert!(COLUMNS as usize == FRAMES);

/// Pixels of a frame on the screen.
const WIDTH: f32 = 4.0;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// What is shown of a frame: pixels, from the lowest one on.
type Bar = (usize, Verdict);

pub(super) struct Timeline {
    picture: Handle<Image>,
    /// What the picture shows.
    shown: [Bar; FRAMES],
}

impl Timeline {
    /// Makes the node, a child of `parent`. Nothing is drawn where the app has no images.
    pub(super) fn spawn(world: &mut World, parent: Entity) -> Self {
        let picture =
            world.get_resource_mut::<Assets<Image>>().map(|mut images| images.add(empty())).unwrap_or_default();
        let (width, height) = (f32::from(COLUMNS) * WIDTH, f32::from(ROWS));
        let node = Node { width: Val::Px(width), height: Val::Px(height), ..Node::default() };
        let image = ImageNode::new(picture.clone()).with_mode(NodeImageMode::Stretch);
        world.spawn((node, image, Pickable::IGNORE, ChildOf(parent)));
        Self { picture, shown: [(0, Verdict::Free); FRAMES] }
    }

    /// Draws the frames, the oldest first, if that is another picture.
    pub(super) fn write(&mut self, world: &mut World, columns: impl Iterator<Item = Column> + Clone) {
        let highest = columns.clone().map(|column| column.bytes).max().unwrap_or(0).max(1);
        let mut bars = [(0, Verdict::Free); FRAMES];
        for (bar, Column { bytes, verdict }) in bars.iter_mut().zip(columns) {
            // Rounded up: a frame that took anything has a pixel.
            *bar = (bytes.saturating_mul(HEIGHT).div_ceil(highest), verdict);
        }
        if bars == self.shown {
            return;
        }
        let Some(mut images) = world.get_resource_mut::<Assets<Image>>() else { return };
        let Some(mut image) = images.get_mut(&self.picture) else { return };
        let Some(pixels) = image.data.as_mut() else { return };
        let (pixels, _) = pixels.as_chunks_mut::<PIXEL>();
        for (row, pixels) in pixels.chunks_exact_mut(FRAMES).enumerate() {
            for (pixel, (height, verdict)) in pixels.iter_mut().zip(bars) {
                *pixel = if HEIGHT - row <= height { rgba(verdict.color()) } else { [0; PIXEL] };
            }
        }
        self.shown = bars;
    }
}

fn rgba(color: Color) -> [u8; PIXEL] {
    color.to_srgba().to_u8_array()
}

/// A picture in which nothing is drawn.
fn empty() -> Image {
    let mut image = Image::transparent();
    let size = &mut image.texture_descriptor.size;
    (size.width, size.height) = (u32::from(COLUMNS), u32::from(ROWS));
    image.data = Some(vec![0; FRAMES * HEIGHT * PIXEL]);
    image.sampler = ImageSampler::nearest();
    image
}

//! The entities of a panel, and what is written to them.

use core::fmt::{self, Write as _};
use core::marker::PhantomData;

use bevy_color::{Color, Srgba};
use bevy_ecs::bundle::Bundle;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::entity::Entity;
use bevy_ecs::hierarchy::ChildOf;
use bevy_ecs::name::Name;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use bevy_picking::Pickable;
use bevy_platform::time::Instant;
use bevy_text::{FontSize, TextColor, TextFont};
use bevy_ui::prelude::{AlignItems, BackgroundColor, FlexDirection, Node, Overflow, PositionType, Text, UiRect, Val};
use bevy_ui::{Display, GlobalZIndex};
use framealloc_core::{PoolStats, pool};

use super::OverlayCorner;
use super::figures::{Bytes, Figures, Row, Verdict};
use super::timeline::Timeline;

/// Tags that have a bar; the rest is summed in a line.
const ROWS: usize = 10;
/// Pools that have a line.
const POOLS: usize = 6;
const NAME_CHARS: usize = 18;

const PANEL: Color = Color::Srgba(Srgba::new(0.05, 0.06, 0.08, 0.85));
const TRACK: Color = Color::Srgba(Srgba::new(0.22, 0.24, 0.28, 1.0));
const TEXT: Color = Color::Srgba(Srgba::new(0.88, 0.90, 0.93, 1.0));

impl Verdict {
    pub(super) fn color(self) -> Color {
        Color::Srgba(match self {
            Self::Free => Srgba::new(0.33, 0.62, 0.90, 1.0),
            Self::Within => Srgba::new(0.36, 0.76, 0.45, 1.0),
            Self::Near => Srgba::new(0.93, 0.70, 0.25, 1.0),
            Self::Over => Srgba::new(0.92, 0.33, 0.31, 1.0),
        })
    }
}

/// The entities of a panel that is shown, and when they were written last.
#[derive(Resource)]
pub(super) struct Panel<M: Send + Sync + 'static> {
    title: &'static str,
    corner: OverlayCorner,
    parts: Option<Parts>,
    written: Option<Instant>,
    /// What a text is made in before it is compared with the one on the screen.
    buffer: String,
    marker: PhantomData<fn() -> M>,
}

struct Parts {
    root: Entity,
    head: Entity,
    timeline: Timeline,
    bars: Entity,
    rows: Vec<RowParts>,
    foot: Entity,
}

struct RowParts {
    row: Entity,
    name: Entity,
    fill: Entity,
    figure: Entity,
}

impl<M: Send + Sync + 'static> Panel<M> {
    pub(super) fn new(title: &'static str, corner: OverlayCorner) -> Self {
        Self { title, corner, parts: None, written: None, buffer: String::new(), marker: PhantomData }
    }

    /// When it was written last; `None` while it is not on the screen.
    pub(super) fn written(&self) -> Option<Instant> {
        self.written
    }

    pub(super) fn remove(&mut self, world: &mut World) {
        self.written = None;
        if let Some(parts) = self.parts.take() {
            world.try_despawn(parts.root).ok(); // A game that clears its UI may have been before us.
        }
    }

    /// Writes the figures to the panel, and makes it first where there is none.
    pub(super) fn write(&mut self, world: &mut World, figures: &Figures<M>, now: Instant) {
        self.written = Some(now);
        let gone = self.parts.as_ref().is_none_or(|parts| !world.entities().contains(parts.root));
        if gone {
            self.parts = Some(Parts::spawn(world, self.title, self.corner));
        }
        let Some(parts) = &mut self.parts else { return };
        let buffer = &mut self.buffer;

        set_text(world, parts.head, buffer, |text| write_head(text, self.title, figures));
        parts.timeline.write(world, figures.columns());
        parts.write_rows(world, &figures.rows, buffer);
        set_text(world, parts.foot, buffer, |text| write_foot(text, figures));
    }
}

impl Parts {
    fn spawn(world: &mut World, title: &str, corner: OverlayCorner) -> Self {
        let root = Node {
            position_type: PositionType::Absolute,
            width: Val::Px(400.0),
            padding: UiRect::all(Val::Px(6.0)),
            flex_direction: FlexDirection::Column,
            row_gap: Val::Px(3.0),
            ..at(corner)
        };
        let root = world
            .spawn((root, BackgroundColor(PANEL), GlobalZIndex(i32::MAX - 64), Pickable::IGNORE))
            .insert(Name::new(format!("framealloc overlay: {title}")))
            .id();
        let head = world.spawn((line(), ChildOf(root))).id();
        let timeline = Timeline::spawn(world, root);
        let bars = Node { flex_direction: FlexDirection::Column, row_gap: Val::Px(2.0), ..Node::default() };
        let bars = world.spawn((bars, Pickable::IGNORE, ChildOf(root))).id();
        let foot = world.spawn((line(), ChildOf(root))).id();
        Self { root, head, timeline, bars, rows: Vec::new(), foot }
    }

    fn write_rows(&mut self, world: &mut World, all: &[Row], buffer: &mut String) {
        // A row stays where it is while the same tags are the largest: they are in the allocator's order.
        let mut largest: Vec<&Row> = all.iter().filter(|row| row.most > 0 || row.budget.is_some()).collect();
        if largest.len() > ROWS {
            largest.sort_by_key(|row| core::cmp::Reverse(row.most));
            largest.truncate(ROWS);
            let position = |row: &Row| all.iter().position(|other| other.path == row.path);
            largest.sort_by_key(|row| position(row));
        }
        let scale = all.iter().map(|row| row.bytes).max().unwrap_or(0);
        while self.rows.len() < largest.len() {
            self.rows.push(RowParts::spawn(world, self.bars));
        }
        for (index, parts) in self.rows.iter().enumerate() {
            let display = if index < largest.len() { Display::Flex } else { Display::None };
            set_node(world, parts.row, |node| &mut node.display, display);
        }
        for (parts, row) in self.rows.iter().zip(largest) {
            set_text(world, parts.name, buffer, |text| write_name(text, row.path));
            set_text(world, parts.figure, buffer, |text| match row.budget {
                Some(budget) => write!(text, "{} of {}", Bytes(row.bytes), Bytes(budget)),
                None => write!(text, "{}", Bytes(row.bytes)),
            });
            set_node(world, parts.fill, |node| &mut node.width, percent(row.bytes, row.budget.unwrap_or(scale)));
            set_color(world, parts.fill, row.verdict.color());
        }
    }
}

impl RowParts {
    fn spawn(world: &mut World, bars: Entity) -> Self {
        let row = Node { align_items: AlignItems::Center, column_gap: Val::Px(6.0), ..Node::default() };
        let row = world.spawn((row, Pickable::IGNORE, ChildOf(bars))).id();
        let name = Node { width: Val::Px(126.0), overflow: Overflow::clip(), ..Node::default() };
        let name = world.spawn((name, line(), ChildOf(row))).id();
        let track = Node { width: Val::Px(100.0), height: Val::Px(8.0), ..Node::default() };
        let track = world.spawn((bar(track, TRACK), ChildOf(row))).id();
        let fill = Node { width: Val::Percent(0.0), height: Val::Percent(100.0), ..Node::default() };
        let fill = world.spawn((bar(fill, Verdict::Free.color()), ChildOf(track))).id();
        let figure = world.spawn((line(), ChildOf(row))).id();
        Self { row, name, fill, figure }
    }
}

fn at(corner: OverlayCorner) -> Node {
    let (edge, node) = (Val::Px(8.0), Node::default());
    match corner {
        OverlayCorner::TopLeft => Node { top: edge, left: edge, ..node },
        OverlayCorner::TopRight => Node { top: edge, right: edge, ..node },
        OverlayCorner::BottomLeft => Node { bottom: edge, left: edge, ..node },
        OverlayCorner::BottomRight => Node { bottom: edge, right: edge, ..node },
    }
}

fn line() -> impl Bundle {
    let font = TextFont { font_size: FontSize::Px(11.0), ..TextFont::default() };
    (Text::default(), font, TextColor(TEXT), Pickable::IGNORE)
}

fn bar(node: Node, color: Color) -> impl Bundle {
    (node, BackgroundColor(color), Pickable::IGNORE)
}

/// The part of a whole, as a length; all of it where it is more.
fn percent(part: usize, whole: usize) -> Val {
    #[expect(clippy::cast_precision_loss, reason = "a length on the screen")]
    let ratio = part.min(whole) as f32 / whole.max(1) as f32;
    // Whole parts of a hundred: less is not to be seen, and would be laid out.
    Val::Percent((ratio * 100.0).round())
}

fn write_head<M: Send + Sync + 'static>(text: &mut String, title: &str, figures: &Figures<M>) -> fmt::Result {
    let Figures { frame, bytes, high_water, .. } = figures;
    write!(text, "{title} {frame}: {}, most {}", Bytes(*bytes), Bytes(*high_water))?;
    match figures.other_budgets {
        Verdict::Over => text.write_str(" - a budget is exceeded"),
        Verdict::Near => text.write_str(" - near a budget"),
        Verdict::Free | Verdict::Within => Ok(()),
    }
}

fn write_foot<M: Send + Sync + 'static>(text: &mut String, figures: &Figures<M>) -> fmt::Result {
    match figures.heap_calls {
        Some(calls) => write!(text, "heap: {calls} calls, ")?,
        None => text.write_str("heap: ")?,
    }
    write!(text, "{} requests of frame memory", figures.heap_fallbacks)?;
    let flights = figures.flights;
    if flights.limit > 0 {
        write!(text, "\nin flight: {} of {}, {}", flights.frames, flights.limit, Bytes(flights.bytes))?;
    }
    if !Figures::<M>::shows_pools() {
        return Ok(());
    }
    let (mut lines, mut more, mut written) = (0, 0, Ok(()));
    pool::for_each_own(|pool| {
        if lines == POOLS {
            more += 1;
        } else if written.is_ok() {
            written = write_pool(text, pool);
            lines += 1;
        }
    });
    written?;
    if more > 0 {
        write!(text, "\nand {more} more pools")?;
    }
    Ok(())
}

fn write_pool(
    text: &mut String,
    PoolStats { name, live, high_water, capacity, fixed, refused, .. }: PoolStats,
) -> fmt::Result {
    text.write_str("\npool ")?;
    write_name(text, name)?;
    write!(text, ": {live}")?;
    if fixed {
        write!(text, " of {capacity}")?;
    }
    write!(text, ", most {high_water}")?;
    if refused > 0 {
        write!(text, ", {refused} refused")?;
    }
    Ok(())
}

/// Writes a name, or its end where it is too long: of a path that says more than its beginning.
fn write_name(text: &mut String, name: &str) -> fmt::Result {
    let chars = name.chars().count();
    match name.char_indices().nth(chars.saturating_sub(NAME_CHARS - 2)) {
        Some((at, _)) if chars > NAME_CHARS => write!(text, "..{}", &name[at..]),
        _ => text.write_str(name),
    }
}

/// Sets the text if it is another: what is set is shaped and laid out anew.
fn set_text(world: &mut World, entity: Entity, buffer: &mut String, write: impl FnOnce(&mut String) -> fmt::Result) {
    buffer.clear();
    if write(buffer).is_err() {
        return; // A `String` takes everything.
    }
    if let Some(mut text) = world.get_mut::<Text>(entity)
        && text.0 != *buffer
    {
        text.0.clone_from(buffer);
    }
}

fn set_node<T: PartialEq>(world: &mut World, entity: Entity, field: impl Fn(&mut Node) -> &mut T, value: T) {
    let Some(mut node) = world.get_mut::<Node>(entity) else { return };
    if *field(node.bypass_change_detection()) != value {
        *field(&mut node) = value;
    }
}

fn set_color(world: &mut World, entity: Entity, color: Color) {
    if let Some(mut background) = world.get_mut::<BackgroundColor>(entity)
        && background.0 != color
    {
        background.0 = color;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_shows_its_end() {
        let shown = |name: &str| {
            let mut text = String::new();
            write_name(&mut text, name).map(|()| text)
        };
        assert_eq!(shown("ai::pathfinding"), Ok("ai::pathfinding".to_owned()));
        assert_eq!(shown("game::ai::pathfinding::open"), Ok("..athfinding::open".to_owned()));
    }

    #[test]
    fn more_than_the_whole_is_the_whole() {
        assert_eq!([percent(0, 0), percent(1, 3), percent(9, 4)], [0.0, 33.0, 100.0].map(Val::Percent));
    }
}

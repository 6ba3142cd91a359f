//! The lifetimes in a signature say where a borrow may go.
use framealloc::{Frame, FrameVec, SmartAlloc, frame_system};

pub struct Tile {
    kind: u8,
    name: String,
}

pub struct Map {
    tiles: Vec<Tile>,
}

fn visible<'f, 'w>(frame: &'f Frame, map: &'w Map) -> FrameVec<'f, &'w Tile> {
    let mut list = frame.frame_vec();
    list.extend(map.tiles.iter().filter(|tile| tile.kind > 0));
    list
}

fn sorted<'f, 'w>(frame: &'f Frame, map: &'w Map) -> &'f [&'w Tile] {
    let mut list = frame.frame_vec();
    list.extend(map.tiles.iter());
    list.sort_by_key(|tile: &&Tile| tile.kind);
    list.into_shared_slice()
}

fn remember<'w>(list: &mut Vec<&'w Tile>, tile: &'w Tile) {
    list.push(tile); //~ FA402
}

fn named<'w>(map: &'w Map, name: &str) -> Option<&'w Tile> {
    map.tiles.iter().find(|tile| tile.name == name)
}

#[frame_system]
pub fn element_of_a_list_that_a_helper_made<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    visible(alloc, map).first().copied()
}

#[frame_system]
pub fn element_of_a_slice_that_a_helper_made<'w>(alloc: &SmartAlloc, map: &'w Map) -> &'w Tile {
    sorted(alloc, map)[0]
}

#[frame_system]
pub fn part_of_an_element<'w>(alloc: &SmartAlloc, map: &'w Map) -> &'w str {
    let list = visible(alloc, map);
    list.iter().map(|tile| tile.name.as_str()).next().unwrap_or("none")
}

#[frame_system]
pub fn kept_by_a_helper<'w>(alloc: &SmartAlloc, map: &'w Map, out: &mut Vec<&'w Tile>) {
    for tile in visible(alloc, map).iter() {
        remember(out, tile);
    }
}

pub fn taken_out_of_a_scope<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    let mut best = None;
    alloc.scoped(|frame| {
        for tile in visible(frame, map).iter() {
            best = Some(*tile);
        }
    });
    best
}

#[frame_system]
pub fn found_by_a_key_of_the_frame<'w>(alloc: &SmartAlloc, map: &'w Map) -> Option<&'w Tile> {
    let key = alloc.frame_str("door");
    named(map, key)
}

//! What is kept in frame memory for a while and leaves it is the world's: references to it, and copies.
use framealloc::{Frame, FrameVec, SmartAlloc, frame_system};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(u32);

pub struct Enemy {
    id: Id,
    at: f32,
    hp: i32,
    name: String,
}

pub struct World {
    enemies: Vec<Enemy>,
}

#[frame_system]
pub fn by_value<'w>(alloc: &SmartAlloc, world: &'w World) -> Option<&'w Enemy> {
    let mut near: FrameVec<'_, &Enemy> = alloc.frame_vec();
    for enemy in &world.enemies {
        if enemy.hp > 0 {
            near.push(enemy);
        }
    }
    near.sort_by(|a, b| a.at.total_cmp(&b.at));
    near.into_iter().next()
}

#[frame_system]
pub fn exclusive<'w>(alloc: &SmartAlloc, world: &'w mut World) -> Option<&'w mut Enemy> {
    let mut near = alloc.frame_vec();
    near.extend(world.enemies.iter_mut().filter(|enemy| enemy.hp > 0));
    near.pop()
}

#[frame_system]
pub fn copied<'w>(alloc: &SmartAlloc, world: &'w [String]) -> Option<&'w String> {
    let mut near = alloc.frame_vec();
    near.extend(world.iter());
    near.first().copied()
}

#[frame_system]
pub fn indexed<'w>(alloc: &SmartAlloc, world: &'w [f32]) -> &'w f32 {
    let mut near = alloc.frame_vec::<&'w f32>();
    near.extend(world.iter());
    near[0]
}

#[frame_system]
pub fn found<'w>(alloc: &SmartAlloc, world: &'w [u32]) -> Option<&'w u32> {
    let near = alloc.frame_slice_from_iter(world.iter());
    for x in near.iter() {
        if **x > 3 {
            return Some(x);
        }
    }
    None
}

#[frame_system]
pub fn in_a_map<'w>(alloc: &SmartAlloc, world: &'w [u32]) -> &'w u32 {
    let mut seen = alloc.frame_map::<u32, &'w u32>();
    for x in world {
        seen.insert(*x, x);
    }
    seen[&1]
}

#[frame_system]
pub fn by_key<'w>(alloc: &SmartAlloc, world: &'w World) -> Option<&'w Enemy> {
    let mut seen = alloc.frame_map();
    for enemy in &world.enemies {
        seen.insert(enemy.id, enemy);
    }
    seen.get(&Id(3)).copied()
}

#[frame_system]
pub fn scored<'w>(alloc: &SmartAlloc, world: &'w World) -> Option<&'w Enemy> {
    let mut scored = alloc.frame_vec();
    for enemy in &world.enemies {
        scored.push((enemy.at * 0.5, enemy));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.first().map(|(_, enemy)| *enemy)
}

#[frame_system]
pub fn names<'w>(alloc: &SmartAlloc, world: &'w World) -> &'w str {
    let mut names = alloc.frame_vec();
    for enemy in &world.enemies {
        names.push(enemy.name.as_str());
    }
    names.sort_unstable();
    names[0]
}

#[frame_system]
pub fn parts<'w>(alloc: &SmartAlloc, text: &'w str) -> Option<&'w str> {
    let mut parts = alloc.frame_vec();
    for part in text.split_whitespace() {
        parts.push(part);
    }
    match parts.as_slice() {
        [first, ..] => Some(first),
        [] => None,
    }
}

#[frame_system]
pub fn let_else<'w>(alloc: &SmartAlloc, world: &'w World) -> Option<&'w Enemy> {
    let mut near = alloc.frame_vec();
    near.extend(world.enemies.iter());
    let Some(first) = near.first() else { return None };
    Some(*first)
}

fn pick<'w>(frame: &Frame, world: &'w World) -> Option<&'w Enemy> {
    let mut near = frame.frame_vec();
    near.extend(world.enemies.iter());
    near.iter().copied().max_by_key(|enemy| enemy.hp)
}

#[frame_system]
pub fn of_a_helper<'w>(alloc: &SmartAlloc, world: &'w World) -> Option<&'w Enemy> {
    pick(alloc, world)
}

#[frame_system]
pub fn into_a_parameter<'w>(alloc: &SmartAlloc, best: &mut Option<&'w Enemy>, world: &'w World) {
    let mut near = alloc.frame_vec();
    for enemy in &world.enemies {
        near.push(enemy);
    }
    *best = near.first().copied();
    if let Some(enemy) = near.iter().max_by_key(|enemy| enemy.hp) {
        *best = Some(enemy);
    }
}

#[frame_system]
pub fn copies(alloc: &SmartAlloc, best: &mut Option<Id>, world: &World) {
    let ids = alloc.frame_slice_from_iter(world.enemies.iter().map(|enemy| enemy.id));
    *best = ids.first().copied();
    if let Some(id) = ids.iter().find(|id| id.0 > 3) {
        *best = Some(*id);
    }
}

//! framealloc's own steady paths as systems that declare `no_block`: what a frame of a game does once all is warm.

use std::fmt::Write as _;
use std::hint::black_box;

use framealloc::{
    AllocConfig, Drain, FrameHandle, FramePublisher, FrameReader, Pool, PoolBox, PoolSpec, Pooled, RetireQueue,
    SmartAlloc, Tag, TransferHandle, alloc_tag, frame_system,
};

static RENDER: Tag = Tag::new("render");
static ENEMIES: Pool<[u64; 5]> = Pool::new(PoolSpec::new("enemies"));

#[derive(Pooled)]
#[pooled(capacity = 64, grow = fixed, prewarm)]
struct Bullet {
    at: f32,
}

#[frame_system(no_block)]
fn steady_values(alloc: &SmartAlloc, seed: u32) -> u32 {
    let boxed = alloc.frame_box([seed; 16]);
    let slice = alloc.frame_slice_fill_with(100, |index| index as u32 ^ seed);
    let word = alloc.frame_str("north");
    boxed[3] + slice.len() as u32 + word.len() as u32
}

#[frame_system(no_block)]
fn steady_vector(alloc: &SmartAlloc, seed: u32) -> u32 {
    let mut vector = alloc.frame_vec();
    for value in 0..seed % 100 {
        vector.push(value);
    }
    vector.retain(|value| value % 3 != 0);
    vector.extend([seed, 2, 3]);
    vector.iter().sum()
}

#[frame_system(no_block)]
fn steady_maps(alloc: &SmartAlloc, seed: u32) -> u32 {
    let (mut map, mut set) = (alloc.frame_map(), alloc.frame_set());
    for value in 0..seed % 50 {
        map.insert(value, value * 2);
        set.insert(value % 7);
    }
    map.remove(&4);
    map.len() as u32 + set.len() as u32
}

#[frame_system(no_block)]
fn steady_text(alloc: &SmartAlloc, seed: u32) -> u32 {
    let mut text = alloc.frame_string();
    text.push_str("some text");
    text.push('!');
    text.len() as u32 + seed
}

#[frame_system(no_block)]
fn steady_format(alloc: &SmartAlloc, seed: u32) -> u32 {
    let mut text = alloc.frame_string();
    let _ = write!(text, "{seed} of {}", seed / 2);
    text.len() as u32
}

#[frame_system(no_block)]
fn steady_scopes(alloc: &SmartAlloc, seed: u32) -> u32 {
    alloc.scoped(|frame| frame.frame_slice_fill_with(seed as usize % 64, |index| index).len() as u32)
}

#[frame_system(no_block)]
fn steady_tags(alloc: &SmartAlloc, seed: u32) -> u32 {
    alloc.with_tag("render", |render| *render.frame_box(seed)) + *alloc.tagged(&RENDER).frame_box(1)
}

#[alloc_tag("ai")]
fn planned(alloc: &SmartAlloc, seed: u32) -> u32 {
    *alloc.frame_box(seed)
}

#[frame_system(no_block)]
fn steady_attribute(alloc: &SmartAlloc, seed: u32) -> u32 {
    planned(alloc, seed)
}

#[frame_system(no_block)]
fn steady_cursor(alloc: &SmartAlloc, seed: u32) -> u32 {
    let mut cursor = alloc.cursor();
    (0..seed % 30).map(|value| *cursor.alloc(value)).sum()
}

#[frame_system(no_block)]
fn steady_pool(alloc: &SmartAlloc, seed: u32) -> u32 {
    let enemy = ENEMIES.boxed([seed.into(); 5]);
    enemy[0] as u32
}

#[frame_system(no_block)]
fn steady_pooled(alloc: &SmartAlloc, seed: u32) -> u32 {
    Bullet { at: seed as f32 }.pooled().at as u32
}

#[frame_system(no_block)]
fn steady_pool_box(alloc: &SmartAlloc, seed: u32) -> u32 {
    alloc.pool_box([seed; 3])[1]
}

#[frame_system(no_block)]
fn steady_share(alloc: &SmartAlloc, seed: u32) -> u32 {
    let shared = alloc.frame_share([seed; 4]);
    shared.get(alloc).map_or(0, |values| values[0])
}

#[frame_system(no_block)]
fn steady_retire(alloc: &SmartAlloc, queue: &RetireQueue, seed: u32) -> u32 {
    queue.retire([seed; 8]);
    1
}

/// A lock guards the list of what other threads let go of, and what drops a value is called through a pointer.
#[frame_system(no_block)]
fn might_drain(alloc: &SmartAlloc, queue: &mut RetireQueue) -> u32 {
    queue.drain(Drain::all());
    1
}

#[frame_system(no_block)]
fn steady_latest(alloc: &SmartAlloc, reader: &mut FrameReader<Root>) -> u32 {
    reader.latest().map_or(0, |root| root.get(root.values).map_or(0, |values| values.len() as u32))
}

#[frame_system(no_block)]
fn steady_transfer(alloc: &SmartAlloc, value: PoolBox<[u32; 4]>) -> TransferHandle<[u32; 4]> {
    alloc.transfer(value)
}

/// The end of a frame tells those who asked to be told, drops what was kept, and gives back what is above the limits.
#[frame_system(no_block)]
fn might_frame(alloc: &SmartAlloc, other: &mut SmartAlloc) -> u32 {
    other.begin_frame();
    let value = *other.frame_box(3);
    other.end_frame();
    value
}

#[frame_system(no_block)]
fn might_publish(alloc: &SmartAlloc, other: &mut SmartAlloc, publisher: &mut FramePublisher<Root>) -> u32 {
    let values = other.frame_share_slice_fill_with(50, |index| index as u32);
    let root = other.frame_share(Root { values });
    u32::from(publisher.publish(other, root).is_ok())
}

/// What a frame publishes.
pub struct Root {
    values: FrameHandle<[u32]>,
}

/// Runs each of them in some frames of an allocator of its own.
pub fn run(seed: u32) -> Vec<framealloc::SystemStats> {
    let mut alloc = SmartAlloc::default();
    let (mut publisher, mut queue) = (FramePublisher::<Root>::new(), RetireQueue::new());
    let mut reader = publisher.reader();
    let (mut other, mut published) =
        (SmartAlloc::default(), SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2)));
    for _ in 0..8 {
        alloc.begin_frame();
        for system in [
            steady_values,
            steady_vector,
            steady_maps,
            steady_text,
            steady_format,
            steady_scopes,
            steady_tags,
            steady_attribute,
            steady_cursor,
            steady_pool,
            steady_pooled,
            steady_pool_box,
            steady_share,
        ] {
            black_box(system(&alloc, seed));
        }
        black_box(steady_retire(&alloc, &queue, seed));
        black_box(steady_latest(&alloc, &mut reader));
        drop(steady_transfer(&alloc, alloc.pool_box([seed; 4])));
        black_box(might_drain(&alloc, &mut queue));
        black_box(might_frame(&alloc, &mut other));
        published.begin_frame();
        black_box(might_publish(&alloc, &mut published, &mut publisher));
        alloc.end_frame();
    }
    alloc.stats().systems
}

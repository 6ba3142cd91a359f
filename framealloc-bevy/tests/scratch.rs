//! A `Scratch` is empty whenever its system runs, keeps its memory while runs need it, and gives back what a burst took.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};

use bevy_ecs::entity::{EntityHashMap, EntityHashSet};
use bevy_ecs::prelude::*;
use bevy_platform::collections::{HashMap, HashSet};
use framealloc::CountingAlloc;
use framealloc::bevy::{ClearableCollection, Scratch, scratch_stats};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

/// How much the next run takes, and what the runs saw.
#[derive(Resource, Default)]
struct Load {
    elements: u32,
    capacity: usize,
    calls: u64,
}

fn fill(mut items: Scratch<Vec<u32>>, mut load: ResMut<Load>) {
    assert!(items.is_empty(), "at each run");
    let before = CountingAlloc::thread_calls();
    items.extend(0..load.elements);
    load.calls += (CountingAlloc::thread_calls() - before).total();
    for item in &mut items {
        *item += 1;
    }
    assert_eq!((&items).into_iter().count(), items.len());
    load.capacity = items.capacity();
}

#[test]
fn it_is_empty_at_each_run_and_gives_back_what_a_burst_took() {
    let mut world = World::new();
    world.insert_resource(Load { elements: 100, ..Load::default() });
    let system = world.register_system(fill);
    let run = |world: &mut World, elements, runs| {
        world.resource_mut::<Load>().elements = elements;
        for _ in 0..runs {
            world.run_system(system).expect("it runs");
        }
    };
    run(&mut world, 100, 10);
    let calls = world.resource::<Load>().calls;
    run(&mut world, 100, 1000);
    assert_eq!(world.resource::<Load>().calls, calls, "steady runs call no allocator");
    run(&mut world, 100_000, 1);
    assert!(world.resource::<Load>().capacity >= 100_000);
    run(&mut world, 100, 192);
    let capacity = world.resource::<Load>().capacity;
    assert!((100..=400).contains(&capacity), "{capacity}");
    let calls = world.resource::<Load>().calls;
    run(&mut world, 100, 1000);
    assert_eq!(world.resource::<Load>().calls, calls, "and again none");
    let mut seen = None;
    scratch_stats(|stats| {
        if stats.most == 100_000 {
            seen = Some(stats);
        }
    });
    let seen = seen.expect("it is listed");
    assert_eq!((seen.runs, seen.shrunk, seen.collection), (2203, 1, "alloc::vec::Vec<u32>"));
    assert!(seen.grown >= 2 && seen.capacity == capacity && seen.bytes == capacity * 4, "{seen:?}");
}

#[test]
fn what_is_in_it_is_dropped_with_the_run_a_panic_included() {
    #[derive(Default, Resource)]
    struct Alive(std::sync::Arc<()>);

    fn hold(alive: Res<Alive>, mut items: Scratch<Vec<std::sync::Arc<()>>>, mut runs: Local<u32>) {
        assert!(items.is_empty());
        items.push(alive.0.clone());
        *runs += 1;
        assert!(*runs != 2, "the second run");
    }
    let mut world = World::new();
    world.init_resource::<Alive>();
    let mut schedule = Schedule::default();
    schedule.set_executor(bevy_ecs::schedule::SingleThreadedExecutor::new());
    schedule.add_systems(hold);
    for run in 1..=3 {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| schedule.run(&mut world)));
        assert_eq!(ran.is_err(), run == 2);
        assert_eq!(std::sync::Arc::strong_count(&world.resource::<Alive>().0), 1);
    }
}

/// Written against what is proposed for Bevy, with a collection that implements the three methods there are.
#[test]
fn any_clearable_collection_and_an_exclusive_system_take_it() {
    #[derive(Default)]
    struct Bits(Vec<u64>);

    impl ClearableCollection for Bits {
        fn capacity(&self) -> usize {
            self.0.capacity()
        }
        fn shrink_to(&mut self, capacity: usize) {
            self.0.shrink_to(capacity);
        }
        fn clear(&mut self) {
            self.0.clear();
        }
    }

    #[expect(clippy::too_many_arguments, clippy::linkedlist, reason = "one for each collection")]
    fn all(
        mut deque: Scratch<VecDeque<u8>>,
        mut heap: Scratch<BinaryHeap<u8>>,
        mut map: Scratch<HashMap<u8, u8>>,
        mut set: Scratch<HashSet<u8>>,
        mut std_map: Scratch<std::collections::HashMap<u8, u8>>,
        mut entities: Scratch<EntityHashSet>,
        mut by_entity: Scratch<EntityHashMap<u8>>,
        mut text: Scratch<String>,
        mut nodes: Scratch<BTreeMap<u8, u8>>,
        mut sorted: Scratch<BTreeSet<u8>>,
        mut list: Scratch<LinkedList<u8>>,
        mut bits: Scratch<Bits>,
    ) {
        assert!(deque.is_empty() && heap.is_empty() && map.is_empty() && set.is_empty() && std_map.is_empty());
        assert!(entities.is_empty() && by_entity.is_empty() && text.is_empty() && bits.0.is_empty());
        assert!(nodes.is_empty() && sorted.is_empty() && list.is_empty());
        deque.push_back(1);
        heap.push(1);
        map.insert(1, 1);
        set.insert(1);
        std_map.insert(1, 1);
        entities.insert(Entity::PLACEHOLDER);
        by_entity.insert(Entity::PLACEHOLDER, 1);
        text.push('a');
        bits.0.push(1);
        nodes.insert(1, 1);
        sorted.insert(1);
        list.push_back(1);
    }

    fn exclusive(world: &mut World, mut names: Scratch<Vec<Entity>>) {
        assert!(names.is_empty());
        names.extend(world.query::<Entity>().iter(world));
    }

    let mut world = World::new();
    let mut schedule = Schedule::default();
    schedule.add_systems((all, exclusive));
    for _ in 0..200 {
        schedule.run(&mut world);
    }
}

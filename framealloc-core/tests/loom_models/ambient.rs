//! Models of chunks that the heap is bumped from, over the code that programs run. Blocks are watched cells: whoever has one
//! writes to it, so that a chunk which is used again too early, or without seeing what was done in it, is a race.

use framealloc_core::model::{CellThread, ZoneBlock, ZoneRegion, ZoneThread, Zones};
use loom::sync::Arc;
use loom::thread;

const UI: u32 = 2;
const AI: u32 = 3;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Another thread, which frees a block that it was sent and has a zone of its own then.
fn frees_and_takes(zones: &Arc<Zones>, sent: ZoneBlock) -> thread::JoinHandle<()> {
    let zones = Arc::clone(zones);
    thread::spawn(move || {
        let mut there = ZoneThread::new(&zones);
        there.free(sent);
        there.begin(AI);
        if let Some(block) = there.take() {
            there.free(block);
        }
        there.end();
    })
}

#[test]
fn a_chunk_is_used_again_after_all_that_its_zone_and_another_thread_did_in_it() {
    model(3, || {
        let zones = Zones::new(1);
        let mut here = ZoneThread::new(&zones);
        here.begin(UI);
        let sent = here.take().expect("a chunk is free");
        let other = frees_and_takes(&zones, sent);
        let own = here.take().expect("two fit");
        here.free(own);
        here.end();
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (1, 0, 0));
    });
}

#[test]
fn a_full_chunk_is_used_again_after_all_that_the_zone_that_gave_it_up_did_in_it() {
    model(3, || {
        let zones = Zones::new(1);
        let mut here = ZoneThread::new(&zones);
        here.begin(UI);
        let [own, sent] = [here.take(), here.take()].map(|block| block.expect("two fit"));
        let other = frees_and_takes(&zones, sent);
        here.free(own);
        here.end();
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (1, 0, 0));
    });
}

#[test]
fn of_two_that_free_the_last_blocks_one_gives_the_chunk_back_and_a_third_takes_it() {
    model(3, || {
        let zones = Zones::new(1);
        let mut here = ZoneThread::new(&zones);
        here.begin(UI);
        let blocks = [here.take(), here.take()].map(|block| block.expect("two fit"));
        here.end();
        let freeing = blocks.map(|block| {
            let zones = zones.clone();
            thread::spawn(move || ZoneThread::new(&zones).free(block))
        });
        here.begin(AI);
        if let Some(block) = here.take() {
            here.free(block);
        }
        here.end();
        for thread in freeing {
            thread.join().unwrap();
        }
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (1, 0, 0));
    });
}

#[test]
fn what_one_zone_leaves_with_room_another_thread_goes_on_with_while_a_block_of_it_is_freed() {
    model(3, || {
        let zones = Zones::new(1);
        let mut here = ZoneThread::new(&zones);
        here.begin(UI);
        let old = here.take().expect("a chunk is free");
        here.end();
        let other = thread::spawn({
            let zones = zones.clone();
            move || {
                let mut there = ZoneThread::new(&zones);
                there.begin(UI);
                let blocks = [there.take(), there.take()];
                assert!(blocks[0].is_some(), "there is room for one, at the least");
                blocks.into_iter().flatten().for_each(|block| there.free(block));
                there.end();
            }
        });
        here.free(old);
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI)), (1, 0));
    });
}

#[test]
fn two_threads_take_the_last_chunks_and_each_has_its_own() {
    model(3, || {
        let zones = Zones::new(2);
        let takes = [UI, AI].map(|tag| {
            let zones = zones.clone();
            thread::spawn(move || {
                let mut there = ZoneThread::new(&zones);
                there.begin(tag);
                let block = there.take().expect("one for each");
                there.end();
                there.free(block);
            })
        });
        for thread in takes {
            thread.join().unwrap();
        }
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (2, 0, 0));
    });
}

#[test]
fn a_zone_finds_that_others_have_freed_all_of_a_full_chunk() {
    model(3, || {
        let zones = Zones::new(2);
        let mut here = ZoneThread::new(&zones);
        here.begin(UI);
        let blocks = [here.take(), here.take()].map(|block| block.expect("two fit"));
        let other = thread::spawn({
            let zones = zones.clone();
            move || {
                let there = ZoneThread::new(&zones);
                blocks.into_iter().for_each(|block| there.free(block));
            }
        });
        // The second chunk, and then the first one again if it is empty by then.
        let mine: Vec<_> = (0..3).filter_map(|_| here.take()).collect();
        assert!(mine.len() >= 2);
        mine.into_iter().for_each(|block| here.free(block));
        here.end();
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI)), (2, 0));
    });
}

#[test]
fn the_region_is_made_once_whoever_needs_it_first_and_is_complete_when_it_is_seen() {
    model(3, || {
        let region = ZoneRegion::new();
        let others = [(); 2].map(|()| {
            let region = region.clone();
            thread::spawn(move || region.need())
        });
        // One that comes while another makes it is served by the allocator inside.
        let served = usize::from(region.need());
        let served = served + others.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>();
        assert!(served >= 1 && region.need());
        assert_eq!(region.asked(), 1);
    });
}

#[test]
fn no_block_of_the_allocator_inside_is_in_the_region_however_little_of_it_is_seen() {
    model(3, || {
        let region = ZoneRegion::new();
        let other = thread::spawn({
            let region = region.clone();
            move || region.need()
        });
        assert!(!region.has_low_block());
        assert!(other.join().unwrap() && !region.has_low_block());
    });
}

#[test]
fn a_cell_is_used_again_after_all_that_was_done_in_it() {
    model(3, || {
        let zones = Zones::new(1);
        let here = CellThread::new(&zones, 1);
        let [kept, sent] = [here.take(UI), here.take(UI)].map(|block| block.expect("two fit"));
        here.let_go();
        let other = thread::spawn({
            let zones = zones.clone();
            move || CellThread::new(&zones, 2).free(sent)
        });
        // The chunk was given up full: the thread may go on in it when the other one has freed its cell.
        let again = here.take(UI);
        here.free(kept);
        again.into_iter().for_each(|block| here.free(block));
        here.let_go();
        other.join().unwrap();
        assert_eq!((zones.free(), zones.pinned(UI)), (1, 0));
    });
}

#[test]
fn the_holder_takes_cells_that_others_free_meanwhile() {
    model(3, || {
        let zones = Zones::new(1);
        let here = CellThread::new(&zones, 1);
        let [kept, sent] = [here.take(UI), here.take(UI)].map(|block| block.expect("two fit"));
        let other = thread::spawn({
            let zones = zones.clone();
            move || CellThread::new(&zones, 2).free(sent)
        });
        // None is free, or that one; without one the chunk is given up.
        let again = here.take(UI);
        again.into_iter().chain([kept]).for_each(|block| here.free(block));
        here.let_go();
        other.join().unwrap();
        assert_eq!((zones.free(), zones.pinned(UI)), (1, 0));
    });
}

#[test]
fn of_two_that_want_a_chunk_of_cells_one_gets_it_while_its_last_block_is_freed() {
    model(2, || {
        let zones = Zones::new(1);
        let here = CellThread::new(&zones, 1);
        let last = here.take(UI).expect("a chunk is free");
        here.let_go();
        let others = [2, 3].map(|owner| {
            let zones = zones.clone();
            thread::spawn(move || {
                let there = CellThread::new(&zones, owner);
                if let Some(block) = there.take(UI) {
                    there.free(block);
                }
                there.let_go();
            })
        });
        here.free(last);
        for thread in others {
            thread.join().unwrap();
        }
        assert_eq!((zones.free(), zones.pinned(UI)), (1, 0));
    });
}

#[test]
fn a_chunk_of_cells_may_be_another_tags_when_somebody_wants_to_hold_it() {
    model(2, || {
        let zones = Zones::new(1);
        let here = CellThread::new(&zones, 1);
        let block = here.take(UI).expect("a chunk is free");
        here.let_go();
        let other = thread::spawn({
            let zones = zones.clone();
            move || {
                let there = CellThread::new(&zones, 2);
                if let Some(block) = there.take(UI) {
                    there.free(block);
                }
                there.let_go();
            }
        });
        here.free(block);
        // Zones may have it now, or cells of another tag.
        let mut zone = ZoneThread::new(&zones);
        zone.begin(AI);
        let bumped = zone.take();
        if let Some(block) = bumped {
            zone.free(block);
        }
        zone.end();
        if let Some(block) = here.take(AI) {
            here.free(block);
        }
        here.let_go();
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (1, 0, 0));
    });
}

#[test]
fn a_book_is_one_threads_at_a_time_and_its_chunk_is_used_again_after_that() {
    model(3, || {
        let zones = Zones::new(1);
        let other = thread::spawn({
            let zones = zones.clone();
            move || {
                if let Some(book) = zones.take_book(UI) {
                    zones.put_book(book);
                }
            }
        });
        if let Some(book) = zones.take_book(AI) {
            zones.put_book(book);
        }
        // A zone that finds no chunk has the books given up.
        zones.empty_stash();
        let mut here = ZoneThread::new(&zones);
        here.begin(AI);
        if let Some(block) = here.take() {
            here.free(block);
        }
        here.end();
        other.join().unwrap();
        zones.empty_stash();
        assert_eq!((zones.free(), zones.pinned(UI), zones.pinned(AI)), (1, 0, 0));
    });
}

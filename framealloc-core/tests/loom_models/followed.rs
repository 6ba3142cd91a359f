//! Blocks that are followed: each birth is told whole and before its death, and a place is given again only after that.

use framealloc_core::model::FollowedBlocks;
use loom::sync::Arc;
use loom::thread;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// What was told of blocks that say these numbers, one of which is in a place.
#[derive(Default)]
struct Told {
    living: Vec<(usize, u32)>,
    dead: Vec<u32>,
}

impl Told {
    fn hear(&mut self, blocks: &FollowedBlocks) {
        blocks.drain(|place, says| match says {
            Some(says) => {
                assert!(self.living.iter().all(|(other, _)| *other != place), "the place is somebody's");
                self.living.push((place, says));
            }
            None => {
                let born = self.living.iter().position(|(other, _)| *other == place).expect("it was born before");
                self.dead.push(self.living.remove(born).1);
            }
        });
    }
}

#[test]
fn a_birth_is_told_whole_and_before_its_death_whoever_frees_the_block() {
    model(3, || {
        let blocks = FollowedBlocks::new();
        let makes = thread::spawn({
            let blocks = Arc::clone(&blocks);
            move || {
                let place = blocks.born(7).expect("there is a place");
                let frees = Arc::clone(&blocks);
                thread::spawn(move || frees.died(place)).join().unwrap();
            }
        });
        let mut told = Told::default();
        told.hear(&blocks);
        makes.join().unwrap();
        told.hear(&blocks);
        assert_eq!((told.living, told.dead), (vec![], vec![7]));
    });
}

#[test]
fn a_place_is_given_again_when_its_death_was_told_and_says_what_the_new_block_does() {
    model(3, || {
        let blocks = FollowedBlocks::new();
        let kept = blocks.born(1).expect("there is a place");
        blocks.died(kept);
        let _other = blocks.born(2).expect("there is a second one");
        let makes = thread::spawn({
            let blocks = Arc::clone(&blocks);
            move || blocks.born(3).is_some()
        });
        let mut told = Told::default();
        told.hear(&blocks);
        let found_a_place = makes.join().unwrap();
        told.hear(&blocks);
        let mut living: Vec<u32> = told.living.iter().map(|(_, says)| *says).collect();
        living.sort_unstable();
        assert_eq!((living, told.dead), (if found_a_place { vec![2, 3] } else { vec![2] }, vec![1]));
    });
}

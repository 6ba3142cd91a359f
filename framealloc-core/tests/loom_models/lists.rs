//! Models of the lists that are walked while they change, over the code that programs run; what stands for crossbeam-epoch
//! there frees what is deferred when nobody is pinned. The memory of each node is a watched cell.
//!
//! Who changes a list runs in the model's own thread, and who walks in one that is joined: loom goes back to where two
//! threads meet only from the later of their accesses, and it forgets that a thread loaded a word once another one has loaded
//! it, too, as every exchange in a loop does first. With the walk in the model's own thread it was in no run interrupted. What
//! the walks met is looked at as a whole, since a model in which nobody meets proves nothing.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use framealloc_core::model::SharedList;
use loom::thread;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// What the walks of all runs of a model met.
struct Met(Mutex<BTreeSet<Vec<usize>>>);

impl Met {
    const fn nothing() -> Self {
        Self(Mutex::new(BTreeSet::new()))
    }

    fn note(&self, met: Vec<usize>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(met);
    }

    fn all(&self) -> Vec<Vec<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Those of `met` that are below 10, which stand for those who stay.
fn stayed(met: &[usize]) -> Vec<usize> {
    met.iter().copied().filter(|number| *number < 10).collect()
}

#[test]
fn a_walk_meets_who_stays_once_while_neighbours_leave() {
    static MET: Met = Met::nothing();
    model(3, || {
        let list = SharedList::new();
        let _last = list.add(1);
        let (one, other) = (list.add(10), list.add(11));
        let _first = list.add(2);
        let walks = thread::spawn({
            let list = list.clone();
            move || list.walk()
        });
        let leaves = thread::spawn({
            let list = list.clone();
            move || list.remove(other)
        });
        list.remove(one);
        leaves.join().unwrap();
        let met = walks.join().unwrap();
        assert_eq!(stayed(&met), [2, 1], "of {met:?}");
        MET.note(met);
        // Both are unlinked, whichever of them was at it when the other marked its neighbour.
        assert_eq!(list.walk(), [2, 1]);
    });
    assert_eq!(MET.all(), [vec![2, 1], vec![2, 10, 1], vec![2, 11, 1], vec![2, 11, 10, 1]]);
}

#[test]
fn one_comes_while_the_first_leaves_and_another_walks() {
    static MET: Met = Met::nothing();
    model(3, || {
        let list = SharedList::new();
        let _last = list.add(1);
        let first = list.add(10);
        let walks = thread::spawn({
            let list = list.clone();
            move || list.walk()
        });
        let comes = thread::spawn({
            let list = list.clone();
            move || drop(list.add(2))
        });
        list.remove(first);
        comes.join().unwrap();
        let met = walks.join().unwrap();
        assert!(stayed(&met) == [1] || stayed(&met) == [2, 1], "{met:?}");
        MET.note(met);
        assert_eq!(list.walk(), [2, 1]);
    });
    assert_eq!(MET.all(), [vec![1], vec![2, 1], vec![2, 10, 1], vec![10, 1]]);
}

#[test]
fn who_came_and_went_is_never_read_after_it_was_freed() {
    static MET: Met = Met::nothing();
    model(4, || {
        let list = SharedList::new();
        let walks = thread::spawn({
            let list = list.clone();
            move || list.walk()
        });
        for number in 10..12 {
            let place = list.add(number);
            list.remove(place);
        }
        let met = walks.join().unwrap();
        assert!(met.iter().all(|number| [10, 11].contains(number)) && met.len() <= 1, "{met:?}");
        MET.note(met);
        assert!(list.walk().is_empty());
    });
    assert_eq!(MET.all(), [vec![], vec![10], vec![11]]);
}

#[test]
fn who_finds_a_change_finds_what_changed() {
    static MET: Met = Met::nothing();
    model(3, || {
        let list = SharedList::new();
        let walks = thread::spawn({
            let list = list.clone();
            move || (list.changes(), list.walk())
        });
        list.push(10);
        let (changes, met) = walks.join().unwrap();
        assert!(changes == 0 || met == [10], "{changes} changes, and met {met:?}");
        MET.note(met);
        assert_eq!(list.changes(), 1);
    });
    assert_eq!(MET.all(), [vec![], vec![10]]);
}

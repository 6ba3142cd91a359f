//! Models of the lists that are walked while they change, over the code that programs run; what stands for crossbeam-epoch
//! there frees what is deferred when nobody is pinned. The memory of each node is a watched cell.

use framealloc_core::model::SharedList;
use loom::thread;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Those of `met` that are below 10, which stand for those who stay.
fn stayed(met: &[usize]) -> Vec<usize> {
    met.iter().copied().filter(|number| *number < 10).collect()
}

#[test]
fn a_walk_meets_who_stays_once_while_neighbours_leave() {
    model(3, || {
        let list = SharedList::new();
        let _last = list.add(1);
        let (one, other) = (list.add(10), list.add(11));
        let _first = list.add(2);
        let leaving = [one, other].map(|place| {
            let list = list.clone();
            thread::spawn(move || list.remove(place))
        });
        assert_eq!(stayed(&list.walk()), [2, 1]);
        for leaves in leaving {
            leaves.join().unwrap();
        }
        // Both are unlinked, whichever of them was at it when the other marked its neighbour.
        assert_eq!(list.walk(), [2, 1]);
    });
}

#[test]
fn one_comes_while_the_first_leaves_and_another_walks() {
    model(3, || {
        let list = SharedList::new();
        let _last = list.add(1);
        let first = list.add(10);
        let comes = thread::spawn({
            let list = list.clone();
            move || drop(list.add(2))
        });
        let leaves = thread::spawn({
            let list = list.clone();
            move || list.remove(first)
        });
        let met = stayed(&list.walk());
        assert!(met == [1] || met == [2, 1], "{met:?}");
        comes.join().unwrap();
        leaves.join().unwrap();
        assert_eq!(list.walk(), [2, 1]);
    });
}

#[test]
fn who_came_and_went_is_never_read_after_it_was_freed() {
    model(4, || {
        let list = SharedList::new();
        let other = thread::spawn({
            let list = list.clone();
            move || {
                for number in 10..12 {
                    let place = list.add(number);
                    list.remove(place);
                }
            }
        });
        let met = list.walk();
        assert!(met.iter().all(|number| [10, 11].contains(number)) && met.len() <= 1, "{met:?}");
        other.join().unwrap();
        assert!(list.walk().is_empty());
    });
}

#[test]
fn who_finds_a_change_finds_what_changed() {
    model(3, || {
        let list = SharedList::new();
        let pushes = thread::spawn({
            let list = list.clone();
            move || list.push(10)
        });
        let changes = list.changes();
        let met = list.walk();
        assert!(changes == 0 || met == [10], "{changes} changes, and met {met:?}");
        pushes.join().unwrap();
        assert_eq!(list.changes(), 1);
    });
}

//! Models of the list of retired values, over the code that programs run; only the place of a value is not a pool's. Nodes are
//! watched cells, and a value writes to one when it drops.

use framealloc_core::model::Retiring;
use loom::thread;

use crate::drops::{Drops, Value};

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn what_two_threads_retire_is_dropped_once_by_those_who_drain() {
    model(3, || {
        let (queue, drops) = (Retiring::new(), [Drops::new(), Drops::new()]);
        let retiring = [0, 1].map(|index| {
            let (queue, value) = (queue.clone(), Value::new(index as u64, &drops[index]));
            thread::spawn(move || queue.retire(value))
        });
        queue.collect();
        let early = usize::from(queue.drop_one());
        for thread in retiring {
            thread.join().unwrap();
        }
        assert_eq!(queue.collect(), 2 - early);
        while queue.drop_one() {}
        assert_eq!(drops.each_ref().map(Drops::count), [1, 1]);
    });
}

#[test]
fn two_drain_while_a_third_retires() {
    model(3, || {
        let (queue, drops) = (Retiring::new(), [Drops::new(), Drops::new()]);
        queue.retire(Value::new(0, &drops[0]));
        let retires = thread::spawn({
            let (queue, value) = (queue.clone(), Value::new(1, &drops[1]));
            move || queue.retire(value)
        });
        let drains = thread::spawn({
            let queue = queue.clone();
            move || {
                queue.collect();
                usize::from(queue.drop_one())
            }
        });
        queue.collect();
        let here = usize::from(queue.drop_one());
        retires.join().unwrap();
        let dropped = here + drains.join().unwrap();
        assert_eq!(queue.collect(), 2 - dropped);
        while queue.drop_one() {}
        assert_eq!(drops.each_ref().map(Drops::count), [1, 1]);
    });
}

#[test]
fn a_chunk_is_used_again_while_others_are_taken_out() {
    model(3, || {
        let (queue, drops) = (Retiring::new(), [0; 4].map(|_| Drops::new()));
        queue.retire(Value::new(0, &drops[0]));
        queue.retire(Value::new(1, &drops[1]));
        let drains = thread::spawn({
            let queue = queue.clone();
            move || {
                queue.collect();
                (0..2).filter(|_| queue.drop_one()).count()
            }
        });
        // A chunk of a model holds one value: these need two more, or those that are free by then.
        queue.retire(Value::new(2, &drops[2]));
        queue.retire(Value::new(3, &drops[3]));
        assert_eq!(drains.join().unwrap(), 2);
        assert_eq!(queue.collect(), 2);
        while queue.drop_one() {}
        assert_eq!(drops.each_ref().map(Drops::count), [1; 4]);
    });
}

#[test]
fn a_thread_takes_over_the_lane_of_one_that_ended() {
    model(3, || {
        let (queue, drops) = (Retiring::new(), [Drops::new(), Drops::new()]);
        let retiring = [0, 1].map(|index| {
            let (queue, value) = (queue.clone(), Value::new(index as u64, &drops[index]));
            // Not joined before the other begins: it may find the lane free, or not.
            thread::spawn(move || queue.retire(value))
        });
        for thread in retiring {
            thread.join().unwrap();
        }
        assert_eq!(queue.collect(), 2);
        while queue.drop_one() {}
        assert_eq!(drops.each_ref().map(Drops::count), [1, 1]);
    });
}

#[test]
fn a_queue_goes_while_a_thread_that_retired_ends() {
    model(3, || {
        let (queue, drops) = (Retiring::new(), Drops::new());
        let ends = thread::spawn({
            let (queue, value) = (queue.clone(), Value::new(0, &drops));
            move || {
                queue.retire(value);
                queue.collect();
                queue.drop_one();
            }
        });
        drop(queue);
        ends.join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn two_threads_find_the_lane_of_one_that_ended() {
    model(2, || {
        let (queue, drops) = (Retiring::new(), [0; 3].map(|_| Drops::new()));
        let retires = |index: usize| {
            let (queue, value) = (queue.clone(), Value::new(index as u64, &drops[index]));
            thread::spawn(move || queue.retire(value))
        };
        retires(0).join().unwrap();
        let both = [retires(1), retires(2)];
        for thread in both {
            thread.join().unwrap();
        }
        assert_eq!(queue.collect(), 3);
        while queue.drop_one() {}
        assert_eq!(drops.each_ref().map(Drops::count), [1; 3]);
    });
}

//! Systems that declare `no_block`: those that wait in each run, each for something else, and those that only look like it.

use std::hint::{black_box, spin_loop};
use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use framealloc::{SmartAlloc, frame_system};

use crate::scene::{self, Act, Ends, Scene, Sleepy, Slow, Swift, WHILE, Waits, while_held};

macro_rules! locked {
    ($lock:expr) => {
        *$lock.lock().unwrap_or_else(PoisonError::into_inner)
    };
}

#[frame_system(no_block)]
fn blocks_lock(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    *scene.lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[frame_system(no_block)]
fn blocks_macro(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    locked!(scene.lock) + 1
}

#[frame_system(no_block)]
fn blocks_read(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    *scene.many.read().unwrap_or_else(PoisonError::into_inner)
}

#[frame_system(no_block)]
fn blocks_write(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    *scene.many.write().unwrap_or_else(PoisonError::into_inner) + 1
}

#[frame_system(no_block)]
fn blocks_condvar(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    let mut guard = scene.lock.lock().unwrap_or_else(PoisonError::into_inner);
    while !scene.open.load(Ordering::Acquire) {
        guard = scene.gate.wait_timeout(guard, WHILE).unwrap_or_else(PoisonError::into_inner).0;
    }
    *guard
}

#[frame_system(no_block)]
fn blocks_sleep(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    std::thread::sleep(WHILE);
    1
}

#[frame_system(no_block)]
fn blocks_park(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    std::thread::park_timeout(WHILE);
    1
}

#[frame_system(no_block)]
fn blocks_barrier(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    u32::from(scene.barrier.wait().is_leader()) + 1
}

#[frame_system(no_block)]
fn blocks_vtable(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    scene.actors.iter().map(|actor| actor.act(5)).sum()
}

#[frame_system(no_block)]
fn blocks_pointer(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    (scene.hook)(11)
}

#[frame_system(no_block)]
fn blocks_generic(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    fn act<T: Act>(actor: &T, seed: u32) -> u32 {
        actor.act(seed)
    }
    act(&Sleepy, 3)
}

#[frame_system(no_block)]
fn blocks_drop(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    let slow = Slow(scene.counter.load(Ordering::Relaxed));
    slow.0 + 1
}

#[frame_system(no_block)]
fn blocks_stdout(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    print!("");
    1
}

#[frame_system(no_block)]
fn blocks_receive(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    ends.receiver.recv().unwrap_or(0)
}

#[frame_system(no_block)]
fn blocks_send(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    ends.full.send(3).map_or(0, |()| 1)
}

#[frame_system(no_block)]
fn blocks_join(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    ends.join.take().and_then(|thread| thread.join().ok()).unwrap_or(0)
}

#[frame_system(no_block)]
fn blocks_socket(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    scene::byte(&mut ends.stream.borrow_mut())
}

#[frame_system(no_block)]
fn blocks_once(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    *ends.once.get_or_init(|| 4)
}

#[frame_system(no_block)]
fn keeps_try_lock(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    scene.lock.try_lock().map_or(0, |mut guard| {
        *guard ^= 1;
        *guard
    })
}

#[frame_system(no_block)]
fn keeps_try_read(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    scene.many.try_read().map_or(0, |guard| *guard)
}

#[frame_system(no_block)]
fn keeps_try_write(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    scene.many.try_write().map_or(0, |mut guard| {
        *guard ^= 1;
        *guard
    })
}

#[frame_system(no_block)]
fn keeps_exchange(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    let mut seen = scene.counter.load(Ordering::Relaxed);
    for _ in 0..64 {
        match scene.counter.compare_exchange_weak(seen, seen + 1, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => break,
            Err(now) => seen = now,
        }
    }
    seen
}

#[frame_system(no_block)]
fn keeps_spin(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    for _ in 0..64 {
        if scene.open.load(Ordering::Acquire) {
            return 1;
        }
        spin_loop();
    }
    0
}

#[frame_system(no_block)]
fn keeps_notify(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    scene.gate.notify_all();
    1
}

#[frame_system(no_block)]
fn keeps_unpark(alloc: &SmartAlloc, thread: &std::thread::Thread) -> u32 {
    thread.unpark();
    1
}

#[frame_system(no_block)]
fn keeps_clone(alloc: &SmartAlloc, shared: &Arc<u32>) -> u32 {
    let shared = Arc::clone(shared);
    *black_box(&*shared)
}

#[frame_system(no_block)]
fn keeps_now(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    Instant::now().elapsed().subsec_nanos() % 2
}

#[frame_system(no_block)]
fn keeps_once(alloc: &SmartAlloc, ends: &Ends) -> u32 {
    ends.once.get().copied().unwrap_or(0)
}

#[frame_system(no_block)]
fn keeps_static(alloc: &SmartAlloc, _scene: &Scene) -> u32 {
    Swift.act(black_box(7))
}

#[frame_system(no_block)]
fn keeps_frame(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    let mut seen = alloc.frame_vec();
    for index in 0..scene.counter.load(Ordering::Relaxed) % 16 {
        seen.push(index);
    }
    seen.iter().sum()
}

/// It would wait only for another thread, and in this run there is none.
#[frame_system(no_block)]
fn might_lock(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    *scene.lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[frame_system(no_block)]
fn might_print(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    if scene.counter.load(Ordering::Relaxed) == u32::MAX {
        let _ = std::io::stderr().write_all(b"full");
    }
    1
}

/// An allocator may lock.
#[frame_system(no_block)]
fn breaks_box(alloc: &SmartAlloc, scene: &Scene) -> u32 {
    *black_box(Box::new(scene.counter.load(Ordering::Relaxed))) + 1
}

/// Runs each of them once.
pub fn run(alloc: &SmartAlloc, scene: &Scene, waits: &mut Waits) {
    let lock = |ready: &dyn Fn()| {
        let _guard = scene.lock.lock();
        ready();
    };
    let write = |ready: &dyn Fn()| {
        let _guard = scene.many.write();
        ready();
    };
    let stdout = |ready: &dyn Fn()| {
        let _guard = std::io::stdout().lock();
        ready();
    };
    let barrier = |ready: &dyn Fn()| {
        ready();
        scene.barrier.wait();
    };
    while_held(lock, || waits.watch("blocks_lock", || blocks_lock(alloc, scene)));
    while_held(lock, || waits.watch("blocks_macro", || blocks_macro(alloc, scene)));
    while_held(write, || waits.watch("blocks_read", || blocks_read(alloc, scene)));
    while_held(write, || waits.watch("blocks_write", || blocks_write(alloc, scene)));
    while_held(stdout, || waits.watch("blocks_stdout", || blocks_stdout(alloc, scene)));
    while_held(barrier, || waits.watch("blocks_barrier", || blocks_barrier(alloc, scene)));
    scene.open.store(false, Ordering::Release);
    std::thread::scope(|scope| {
        scope.spawn(|| scene::open_later(scene));
        waits.watch("blocks_condvar", || blocks_condvar(alloc, scene));
    });
    type System = fn(&SmartAlloc, &Scene) -> u32;
    let alone: [(&str, System); 16] = [
        ("blocks_sleep", blocks_sleep),
        ("blocks_park", blocks_park),
        ("blocks_vtable", blocks_vtable),
        ("blocks_pointer", blocks_pointer),
        ("blocks_generic", blocks_generic),
        ("blocks_drop", blocks_drop),
        ("keeps_try_lock", keeps_try_lock),
        ("keeps_try_read", keeps_try_read),
        ("keeps_try_write", keeps_try_write),
        ("keeps_exchange", keeps_exchange),
        ("keeps_spin", keeps_spin),
        ("keeps_notify", keeps_notify),
        ("keeps_now", keeps_now),
        ("keeps_static", keeps_static),
        ("keeps_frame", keeps_frame),
        ("might_lock", might_lock),
    ];
    // A scope that has ended may have told this thread to go on.
    std::thread::park_timeout(std::time::Duration::ZERO);
    for (name, system) in alone {
        waits.watch(name, || system(alloc, scene));
    }
    might_print(alloc, scene);
    breaks_box(alloc, scene);
    waits.watch("keeps_unpark", || keeps_unpark(alloc, &std::thread::current()));
    // What was unparked does not park the next time.
    std::thread::park();
    waits.watch("keeps_clone", || keeps_clone(alloc, &Arc::new(5)));
    let (ends, mut other) = scene::ends();
    waits.watch("blocks_join", || blocks_join(alloc, &ends));
    std::thread::scope(|scope| {
        scope.spawn(|| other.send());
        waits.watch("blocks_receive", || blocks_receive(alloc, &ends));
    });
    std::thread::scope(|scope| {
        scope.spawn(|| other.take());
        waits.watch("blocks_send", || blocks_send(alloc, &ends));
    });
    std::thread::scope(|scope| {
        scope.spawn(|| other.write());
        waits.watch("blocks_socket", || blocks_socket(alloc, &ends));
    });
    let once = &ends.once;
    let first = |ready: &dyn Fn()| {
        once.get_or_init(|| {
            ready();
            4
        });
    };
    while_held(first, || waits.watch("blocks_once", || blocks_once(alloc, &ends)));
    waits.watch("keeps_once", || keeps_once(alloc, &ends));
}

//! More pools than a thread keeps magazines for. Alone in its process: it uses up the indices.

use std::thread;

use framealloc_core::pool::{self, Pool, PoolSpec};

#[test]
fn more_pools_than_indices_work_without_magazines() {
    // 95 pools have magazines; the rest are served one slot at a time.
    fn pools() -> Vec<&'static Pool<[u64; 6]>> {
        let spec = |n| PoolSpec::new(if n % 2 == 0 { "even" } else { "odd" });
        (0..120).map(|n| &*Box::leak(Box::new(Pool::new(spec(n))))).collect()
    }
    let pools = pools();
    thread::scope(|scope| {
        let job = |thread: u64| {
            for pool in &pools {
                let mut kept: Vec<_> = (0..200).map(|n| pool.boxed([n + thread; 6])).collect();
                kept.retain(|value| value[0] % 2 == 0);
                assert!(kept.iter().all(|value| value[5] % 2 == 0));
            }
        };
        // Joined one by one: the scope alone does not wait for their thread-local destructors.
        let handles = [0, 1].map(|thread| scope.spawn(move || job(thread)));
        for handle in handles {
            handle.join().unwrap();
        }
    });
    for pool in &pools {
        assert_eq!(pool.stats().live, 0);
        pool.trim();
        assert_eq!(pool.stats().bytes, 0);
    }
    assert!(pool::own_pools().len() >= 120);
}

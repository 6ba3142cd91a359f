//! Models of what threads share besides pools and barrier: budgets, and the figures of transfers.

use framealloc_core::TransferStats;
use framealloc_core::model::{SharedBudget, Transfers};
use loom::sync::Arc;
use loom::thread;

#[test]
fn a_shared_budget_is_never_exceeded_and_refuses_only_what_has_no_room() {
    const BUDGET: usize = 40;
    loom::model(|| {
        let budget = Arc::new(SharedBudget::new(BUDGET));
        let run = |budget: &SharedBudget| {
            let mut mine = 0;
            for _ in 0..2 {
                match budget.charge(8, 24) {
                    Ok(open) => {
                        assert!((8..=24).contains(&open));
                        assert!(budget.held() <= BUDGET);
                        // Most of it was not needed.
                        budget.give_back(open - 8);
                        mine += 8;
                    }
                    Err(left) => assert!(left < 8),
                }
            }
            mine
        };
        let other = thread::spawn({
            let budget = Arc::clone(&budget);
            move || run(&budget)
        });
        let mine = run(&budget);
        let others = other.join().unwrap();
        assert_eq!(budget.held(), mine + others);
        // Nobody is there any more: the rest is served to the last byte.
        let left = BUDGET - mine - others;
        assert_eq!(budget.charge(left, left), Ok(left));
        assert_eq!(budget.charge(8, 8), Err(0));
    });
}

#[test]
fn every_transfer_is_counted_once_whenever_the_frame_turns() {
    loom::model(|| {
        let transfers = Transfers::default();
        let [first, second, third, fourth] = [(); 4].map(|()| transfers.send());
        let other = thread::spawn(move || {
            drop(first);
            second.receive();
            drop(fourth);
        });
        let mut stats = TransferStats::default();
        transfers.end_frame(&mut stats);
        assert_eq!(stats.sent, 4);
        let (received, dropped) = (stats.received, stats.dropped);
        // The count of the lost and their names are of the same moment.
        assert_eq!(stats.unreceived.iter().map(|lost| lost.count).sum::<usize>(), dropped);
        assert_eq!(stats.in_flight, 4 - received - dropped);
        third.receive();
        other.join().unwrap();
        transfers.end_frame(&mut stats);
        assert_eq!((received + stats.received, dropped + stats.dropped, stats.in_flight), (2, 2, 0));
    });
}

//! What user code fills: slices, single values, joined texts; and that the room of a fill that fails goes back at once.

use std::cell::Cell;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocConfig, AllocError, FillError, Frame, FrameBox, SmartAlloc, kilobytes};

use crate::random::Random;

fn panics<R>(body: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

#[repr(align(64))]
struct Aligned(#[expect(dead_code, reason = "fills its place")] [u8; 100]);

/// Counts its drops, and allocates in them if it is told to.
struct Noisy<'a>(&'a Cell<u32>, Option<&'a Frame>);

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        if let Some(frame) = self.1 {
            frame.frame_slice_copy(&[self.0.get(); 3]);
        }
    }
}

#[test]
fn a_fill_that_panics_or_fails_gives_its_room_back() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let _odd = frame.frame_box([1_u8; 17]);
    let before = frame.used_bytes();
    for _ in 0..10 {
        assert!(panics(|| frame.frame_slice_fill_with(8, |index| if index == 3 { panic!() } else { index })));
        assert!(panics(|| frame.frame_slice_fill_with(8, |index| -> u8 { panic!("at {index}") })));
        assert!(panics(|| frame.frame_box_with(|| -> [u64; 100] { panic!() })));
        assert_eq!(frame.frame_box_try_with(|| Err::<[u64; 100], _>(7)).err(), Some(7));
        let texts = ["1", "2", "x"];
        assert!(frame.frame_slice_try_fill_with(3, |index| texts[index].parse::<u64>()).is_err());
        assert_eq!(frame.used_bytes(), before);
    }
}

#[test]
fn failed_fills_of_a_high_alignment_do_not_add_up() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let _odd = frame.frame_box([1_u8; 17]);
    let fail = || assert!(panics(|| frame.frame_slice_fill_with(4, |_| -> Aligned { panic!() })));
    fail();
    let after_one = frame.used_bytes();
    for _ in 0..10 {
        fail();
    }
    assert_eq!(frame.used_bytes(), after_one);
}

#[test]
fn values_that_were_made_are_dropped_before_their_room_goes_back() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let drops = Cell::new(0);
    for allocates in [None, Some(frame)] {
        drops.set(0);
        let made = frame
            .frame_slice_try_fill_with(5, |index| if index < 3 { Ok(Noisy(&drops, allocates)) } else { Err(index) });
        assert_eq!(made.err(), Some(3));
        assert_eq!(drops.get(), 3);
    }
}

#[test]
fn room_below_which_something_lives_stays() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let kept = Cell::new(None);
    assert!(panics(|| {
        frame.frame_slice_fill_with(8, |index| {
            if index == 2 {
                kept.set(Some(frame.frame_slice_copy(&[0xA5_u8; 24])));
            }
            assert!(index < 3);
            index as u64
        })
    }));
    let overwritten = frame.frame_slice_fill_with(500, |index| index as u64);
    assert_eq!(kept.take().unwrap(), [0xA5; 24]);
    assert!(overwritten.iter().enumerate().all(|(index, value)| index as u64 == *value));
}

#[test]
fn fills_in_fills_give_back_from_the_inside() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let _first = frame.frame_box(1_u64);
    let before = frame.used_bytes();
    let outer = frame.frame_slice_try_fill_with(4, |at| {
        frame.frame_slice_try_fill_with(9, |inner| if inner < 5 + at { Ok(inner) } else { Err(at) }).map(|_| at)
    });
    assert_eq!(outer.err(), Some(0));
    assert_eq!(frame.used_bytes(), before);
}

#[test]
fn a_fill_that_loses_its_window_keeps_the_next_one_whole() {
    for put_back in [false, true] {
        let mut alloc = SmartAlloc::default();
        alloc.whole_frame(|alloc| {
            let frame = alloc.frame();
            let _first = frame.frame_box(1_u64);
            let mut cursor = None;
            let failed = frame.frame_slice_try_fill_with(20, |index| match index {
                // The window goes to a cursor; more room comes from another chunk.
                3 => {
                    cursor = Some(frame.cursor());
                    Ok(*frame.frame_box(3))
                }
                7 => {
                    if put_back {
                        cursor = None;
                    }
                    Err(())
                }
                _ => Ok(index),
            });
            assert!(failed.is_err());
            let values = frame.frame_slice_fill_with(3000, |index| index);
            if let Some(mut cursor) = cursor {
                cursor.copy(&[usize::MAX; 100]);
            }
            assert!(values.iter().enumerate().all(|(index, value)| index == *value));
        });
    }
}

#[test]
fn a_cursor_that_took_nothing_does_not_matter() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let _first = frame.frame_box(1_u64);
    let before = frame.used_bytes();
    assert!(panics(|| {
        frame.frame_box_with(|| -> [u8; 40] {
            drop(frame.cursor());
            panic!()
        })
    }));
    assert_eq!(frame.used_bytes(), before);
}

#[test]
fn a_budget_gets_the_room_of_a_failed_fill_back() {
    let alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(2)));
    let frame = alloc.frame();
    for _ in 0..10 {
        assert!(frame.frame_slice_try_fill_with(150, |index| if index < 100 { Ok(1_u64) } else { Err(()) }).is_err());
    }
    let values = frame.frame_slice_fill_with(150, |index| index as u64);
    assert!(values.iter().enumerate().all(|(index, value)| index as u64 == *value));
    let refused = frame.try_frame_slice_try_fill_with(150, |_| Ok::<_, ()>(1_u64));
    assert!(matches!(refused, Err(FillError::Alloc(AllocError::BudgetExceeded { .. }))));
}

#[test]
fn blocks_that_were_given_back_still_count_for_the_memory_that_is_kept() {
    let mut alloc = SmartAlloc::default();
    let mut capacity = Vec::new();
    for _ in 0..20 {
        alloc.whole_frame(|alloc| {
            assert!(panics(|| alloc.frame_box_with(|| -> [u8; 100_000] { panic!() })));
            alloc.frame_slice_zeroed::<u8>(50);
        });
        capacity.push(alloc.capacity());
    }
    assert!(capacity[1] > 100_000, "{capacity:?}");
    assert!(capacity.windows(2).skip(1).all(|pair| pair[0] == pair[1]), "{capacity:?}");
}

#[test]
fn random_fills_overwrite_nothing() {
    let mut numbers = Random::seeded(0x2545_F491_4F6C_DD1D);
    let mut random = move |below: usize| numbers.below(below);
    let mut alloc = SmartAlloc::default();
    for _ in 0..60 {
        alloc.begin_frame();
        {
            let frame = alloc.frame();
            let kept = std::cell::RefCell::new(Vec::<(&mut [u64], u64)>::new());
            let mut text = frame.frame_string();
            for step in 0..100_u64 {
                let (len, fails, keeps) = (random(80), random(100), random(200));
                let made = frame.frame_slice_try_fill_with(len, |index| {
                    if index == keeps {
                        kept.borrow_mut().push((frame.frame_slice_copy(&[step; 7]), step));
                    }
                    if index == fails { Err(()) } else { Ok(step) }
                });
                assert_eq!(made.is_ok(), fails >= len);
                if let Ok(values) = made {
                    kept.borrow_mut().push((FrameBox::leak(values), step));
                }
                if random(4) == 0 {
                    text.push_str("abcdefgh");
                }
            }
            for (values, step) in kept.borrow().iter() {
                assert!(values.iter().all(|value| value == step));
            }
            assert!(text.as_bytes().chunks(8).all(|chunk| chunk == b"abcdefgh"));
        }
        alloc.end_frame();
    }
}

#[test]
fn values_without_size_take_no_room_either_way() {
    struct Empty;
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let drops = Cell::new(0_usize);
    assert!(panics(|| frame.frame_slice_fill_with(1000, |index| {
        drops.set(index);
        assert!(index < 500);
        Empty
    })));
    assert_eq!((drops.get(), frame.used_bytes()), (500, 0));
    assert_eq!(frame.frame_slice_uninit::<()>(9).len(), 9);
    assert_eq!(frame.frame_slice_uninit::<u64>(0).len(), 0);
}

#[test]
fn copies_of_a_value_are_a_plain_slice() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let costs = alloc.frame_slice_fill_copy(300, (u8::MAX, 7_u64));
    let none = alloc.frame_slice_fill_copy(0, 1_u32);
    let units = alloc.frame_slice_fill_copy(9, ());
    costs[299].1 = 8;
    assert!(costs[..299].iter().all(|cost| *cost == (u8::MAX, 7)));
    assert_eq!((costs[299], none.len(), units.len()), ((u8::MAX, 8), 0, 9));
    alloc.end_frame();
}

#[test]
fn parts_are_copied_into_one() {
    let alloc = SmartAlloc::default();
    assert_eq!(alloc.frame_str_join::<&str>(&[], ", "), "");
    assert_eq!(alloc.frame_str_join(&["one"], ", "), "one");
    assert_eq!(alloc.frame_str_join(&["ä", "", "ß"], "·"), "ä··ß");
    assert_eq!(alloc.frame_slice_concat(&[[1, 2], [3, 4]]), [1, 2, 3, 4]);
    assert_eq!(alloc.frame_slice_concat(&[vec![(); 3], vec![(); 4]]).len(), 7);
    let c = alloc.frame_cstr("ä").unwrap();
    assert_eq!(c.to_bytes_with_nul(), "ä\0".as_bytes());
    assert_eq!(alloc.frame_cstr(""), Ok(c""));
    assert_eq!(alloc.try_frame_cstr([1_u8, 2, 0]).unwrap_err().to_string(), "zero byte at position 2 of a text for C");
}

/// Answers with another part each time it is asked.
struct Fickle<'a>(Cell<&'a str>, &'a str);

impl AsRef<str> for Fickle<'_> {
    fn as_ref(&self) -> &str {
        self.0.replace(self.1)
    }
}

#[test]
fn a_part_that_changes_while_it_is_copied_harms_nobody() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    assert_eq!(frame.frame_str_concat(&[Fickle(Cell::new("longer"), "ö"), Fickle(Cell::new(""), "")]), "ö");
    let before = frame.used_bytes();
    assert!(panics(|| frame.frame_str_concat(&[Fickle(Cell::new("ö"), "longer")]).len()));
    assert_eq!(frame.used_bytes(), before);
}

#[test]
fn whatever_is_refused_calls_nobody() {
    let alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(1)));
    let frame = alloc.frame();
    let refused = |error: AllocError| matches!(error, AllocError::BudgetExceeded { .. });
    let called = || -> u64 { unreachable!("there is no room") };
    assert!(frame.try_frame_box_with(|| [called(); 500]).is_err_and(refused));
    let tried = frame.try_frame_box_try_with(|| Ok::<_, ()>([called(); 500]));
    assert!(matches!(tried, Err(FillError::Alloc(AllocError::BudgetExceeded { .. }))));
    assert!(frame.try_frame_slice_fill_default::<u64>(500).is_err_and(refused));
    assert!(frame.try_frame_slice_fill_copy(500, 7_u64).is_err_and(refused));
    assert!(frame.try_frame_slice_uninit::<u64>(500).is_err_and(refused));
    assert!(frame.try_frame_slice_concat(&[[0_u64; 250]; 2]).is_err_and(refused));
    assert!(frame.try_frame_str_concat(&["x".repeat(600), "y".repeat(600)]).is_err_and(refused));
    assert!(frame.try_frame_str_join(&["x", "y"], &"z".repeat(2000)).is_err_and(refused));
    let text: Result<&CStr, _> = frame.try_frame_cstr("x".repeat(2000));
    assert!(matches!(text, Err(FillError::Alloc(AllocError::BudgetExceeded { .. }))));
    let overflow = frame.try_frame_slice_try_fill_with(usize::MAX, |_| Ok::<_, ()>(called()));
    assert!(matches!(overflow, Err(FillError::Alloc(AllocError::CapacityOverflow))));
}

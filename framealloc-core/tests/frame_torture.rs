//! Random programs of frame operations, checked byte for byte. The seed is printed; `FRAMEALLOC_SEED` repeats a run and
//! `FRAMEALLOC_STEPS` changes its length.
//!
//! The programs close scopes in any order, forget them, drop, forget, leak and send values, panic in constructors and
//! systems, allocate in `Drop`, and end the frame. Every block carries a pattern that is checked before it goes, so
//! that two live blocks that overlap are seen; `ci/asan.sh` runs the same programs with freed memory poisoned.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicIsize, Ordering};

use framealloc_core::{Cursor, Frame, FrameBox, FrameScope, SmartAlloc};

#[path = "support/random.rs"]
mod random;

use random::{Random, seed_or};

/// Values alive that count themselves.
static ALIVE: AtomicIsize = AtomicIsize::new(0);

struct Tracked {
    pattern: [u64; 3],
    /// Where the drop allocates, if it does.
    frame: Option<&'static Frame>,
}

impl Tracked {
    fn new(pattern: u64, frame: Option<&'static Frame>) -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Self { pattern: [pattern; 3], frame }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
        assert!(self.pattern.iter().all(|word| *word == self.pattern[0]), "a live value was overwritten");
        if let Some(frame) = self.frame {
            let pattern = self.pattern[0];
            let scratch = frame.frame_slice_fill_with(5, |_| pattern);
            assert!(scratch.iter().all(|word| *word == pattern));
        }
    }
}

#[repr(align(128))]
#[derive(Clone, Copy)]
struct Aligned([u64; 16]);

struct Empty;

impl Empty {
    fn new() -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

enum Loan {
    Words(FrameBox<'static, [u64]>, u64),
    Bytes(&'static mut [u8], u8),
    Tracked(FrameBox<'static, Tracked>),
    Many(FrameBox<'static, [Tracked]>),
    Aligned(&'static mut Aligned, u64),
    Empty(FrameBox<'static, Empty>),
    Cursor(Box<Cursor<'static>>, Vec<(&'static mut u64, u64)>),
}

impl Loan {
    fn check(&self) {
        match self {
            Self::Words(words, pattern) => assert!(words.iter().all(|word| word == pattern)),
            Self::Bytes(bytes, pattern) => assert!(bytes.iter().all(|byte| byte == pattern)),
            Self::Tracked(value) => assert!(value.pattern.iter().all(|word| *word == value.pattern[0])),
            Self::Many(values) => values.iter().for_each(|value| assert_eq!(value.pattern[0], value.pattern[2])),
            Self::Aligned(value, pattern) => {
                assert_eq!(core::ptr::from_ref(*value).addr() % 128, 0);
                assert!(value.0.iter().all(|word| word == pattern));
            }
            Self::Empty(value) => assert_eq!(FrameBox::as_ptr(value).addr() % align_of::<Empty>(), 0),
            Self::Cursor(_, values) => values.iter().for_each(|(value, pattern)| assert_eq!(**value, *pattern)),
        }
    }

    /// How many counted values are forgotten with it.
    fn counted(&self) -> isize {
        match self {
            Self::Tracked(_) | Self::Empty(_) => 1,
            Self::Many(values) => isize::try_from(values.len()).unwrap(),
            _ => 0,
        }
    }
}

/// A scope and what borrows from it; the loans go first.
struct Open {
    loans: Vec<Loan>,
    scope: FrameScope<'static>,
}

struct World {
    random: Random,
    alloc: Box<SmartAlloc>,
    open: Vec<Open>,
    /// Loans of whole-frame memory.
    frame: Vec<Loan>,
}

impl World {
    /// The allocator with its lifetime forgotten: the harness ends every loan before its frame or scope, which is what
    /// the borrow checker makes users do.
    fn alloc(&self) -> &'static SmartAlloc {
        // SAFETY: see above; the allocator is boxed and outlives all loans.
        unsafe { &*core::ptr::from_ref(&*self.alloc) }
    }

    /// Some frame, and the list that its loans belong to (`None` for the whole frame).
    fn pick(&mut self) -> (&'static Frame, Option<usize>) {
        let tags = ["physics", "ai", "render"];
        let tag = self.random.below(6);
        let (frame, index) = if self.open.is_empty() || self.random.below(3) == 0 {
            (self.alloc().frame(), None)
        } else {
            let index = self.random.below(self.open.len());
            let frame: &Frame = &self.open[index].scope;
            // SAFETY: as in `alloc`: the region stays where it is while its scope is open.
            (unsafe { &*core::ptr::from_ref(frame) }, Some(index))
        };
        (if tag < 3 { frame.tagged(tags[tag]) } else { frame }, index)
    }

    fn loan(&mut self) {
        let (frame, index) = self.pick();
        let pattern = self.random.next();
        let len = match self.random.below(20) {
            0 => self.random.below(20_000),
            1..=4 => 0,
            _ => self.random.below(60),
        };
        let loan = match self.random.below(9) {
            0 | 1 => Loan::Words(frame.frame_slice_fill_with(len, |_| pattern), pattern),
            2 => Loan::Bytes(frame.frame_slice_copy(&vec![pattern.to_le_bytes()[0]; len]), pattern.to_le_bytes()[0]),
            3 => Loan::Tracked(frame.frame_box(Tracked::new(pattern, None))),
            4 => Loan::Tracked(frame.frame_box(Tracked::new(pattern, Some(frame)))),
            5 => {
                let inner = frame;
                // The constructor allocates while the slice is being made.
                Loan::Many(frame.frame_slice_fill_with(len % 7, |i| {
                    let _scratch = inner.frame_box([i; 3]);
                    Tracked::new(pattern, None)
                }))
            }
            6 => Loan::Aligned(frame.frame_ref(Aligned([pattern; 16])), pattern),
            7 => Loan::Empty(frame.frame_box(Empty::new())),
            _ => Loan::Cursor(Box::new(frame.cursor()), Vec::new()),
        };
        match index {
            None => self.frame.push(loan),
            Some(index) => self.open[index].loans.push(loan),
        }
    }

    fn some_loans(&mut self) -> Option<&mut Vec<Loan>> {
        let index = self.random.below(self.open.len() + 1);
        let loans = if index == self.open.len() { &mut self.frame } else { &mut self.open[index].loans };
        (!loans.is_empty()).then_some(loans)
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..=9 if self.open.len() < 12 => {
                let scope = if self.random.below(2) == 0 || self.open.is_empty() {
                    self.alloc().frame_scope()
                } else {
                    let index = self.random.below(self.open.len());
                    let frame: &Frame = &self.open[index].scope;
                    // SAFETY: as in `alloc`. A scope opened from another may outlive it: regions share nothing.
                    unsafe { &*core::ptr::from_ref(frame) }.frame_scope()
                };
                self.open.push(Open { loans: Vec::new(), scope });
            }
            10..=18 if !self.open.is_empty() => {
                let index = self.random.below(self.open.len());
                let Open { loans, scope } = self.open.swap_remove(index);
                self.end(loans);
                if self.random.below(6) == 0 {
                    core::mem::forget(scope);
                }
            }
            19..=28 => {
                let choice = self.random.below(usize::MAX);
                if let Some(loans) = self.some_loans() {
                    let loan = loans.swap_remove(choice % loans.len());
                    loan.check();
                }
            }
            29 => {
                // Sent to another thread and dropped there.
                let choice = self.random.below(usize::MAX);
                if let Some(loans) = self.some_loans() {
                    match loans.swap_remove(choice % loans.len()) {
                        Loan::Words(words, pattern) => std::thread::scope(|threads| {
                            threads.spawn(move || assert!(words.iter().all(|word| *word == pattern)));
                        }),
                        other => loans.push(other),
                    }
                }
            }
            30..=39 => self.push_to_cursors(),
            40..=42 => self.panicking_constructor(),
            43..=45 => self.unwinding_system(),
            46 => self.end_frame(),
            47 => {
                // Another thread with a heap of its own in the same allocator.
                let alloc = self.alloc();
                let pattern = self.random.next();
                std::thread::scope(|threads| {
                    threads.spawn(move || {
                        let words = alloc.frame_slice_fill_with(100, |_| pattern);
                        alloc.scoped(|frame| assert_eq!(*frame.frame_box(pattern), pattern));
                        assert!(words.iter().all(|word| *word == pattern));
                    });
                });
            }
            _ => self.loan(),
        }
    }

    fn push_to_cursors(&mut self) {
        let mut random = Random::new(self.random.next());
        let lists = self.open.iter_mut().map(|open| &mut open.loans).chain([&mut self.frame]);
        for loan in lists.flatten() {
            if let Loan::Cursor(cursor, values) = loan {
                for _ in 0..random.below(200) {
                    let pattern = random.next();
                    values.push((cursor.alloc(pattern), pattern));
                }
            }
        }
    }

    fn panicking_constructor(&mut self) {
        let (frame, _) = self.pick();
        let before = ALIVE.load(Ordering::Relaxed);
        let at = self.random.below(10);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            frame.frame_slice_fill_with(10, |i| {
                assert_ne!(i, at, "planned");
                Tracked::new(7, None)
            })
        }));
        assert!(panic.is_err());
        assert_eq!(ALIVE.load(Ordering::Relaxed), before, "the values made before the panic were not dropped");
    }

    fn unwinding_system(&mut self) {
        fn system(alloc: &SmartAlloc, depth: usize) {
            alloc.scoped(|frame| {
                let value = frame.frame_box(Tracked::new(9, None));
                let _cursor = frame.cursor();
                assert_ne!(depth, 0, "planned");
                system(frame, depth - 1);
                drop(value);
            });
        }
        let alloc = self.alloc();
        let before = ALIVE.load(Ordering::Relaxed);
        let depth = 1 + self.random.below(4);
        assert!(catch_unwind(AssertUnwindSafe(|| system(alloc, depth))).is_err());
        assert_eq!(ALIVE.load(Ordering::Relaxed), before);
    }

    fn end(&mut self, mut loans: Vec<Loan>) {
        while !loans.is_empty() {
            let loan = loans.swap_remove(self.random.below(loans.len()));
            loan.check();
            if self.random.below(8) == 0 {
                ALIVE.fetch_sub(loan.counted(), Ordering::Relaxed);
                core::mem::forget(loan);
            }
        }
    }

    fn end_frame(&mut self) {
        for open in core::mem::take(&mut self.open) {
            self.end(open.loans);
            if self.random.below(4) == 0 {
                core::mem::forget(open.scope);
            }
        }
        let loans = core::mem::take(&mut self.frame);
        self.end(loans);
        assert_eq!(ALIVE.load(Ordering::Relaxed), 0, "values were dropped twice or not at all");
        self.alloc.begin_frame();
        let report = self.alloc.end_frame();
        let stats = self.alloc.stats();
        assert_eq!(stats.bytes, report.bytes);
        assert_eq!(stats.tags.iter().map(|tag| tag.bytes).sum::<usize>(), stats.bytes);
        // Threads that have ended since are part of the tags, but no longer of the list.
        assert!(stats.threads.iter().map(|thread| thread.bytes).sum::<usize>() <= stats.bytes);
    }
}

#[test]
fn random_programs_never_overlap_and_drop_everything_once() {
    let seed = seed_or(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |now| u64::from(now.subsec_nanos()) ^ now.as_secs())
    });
    let steps = std::env::var("FRAMEALLOC_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(120_000);
    println!("FRAMEALLOC_STEPS={steps}");
    // Planned panics would fill the output.
    std::panic::set_hook(Box::new(|info| {
        if !info.to_string().contains("planned") {
            eprintln!("{info}");
        }
    }));
    let mut world = World {
        random: Random::new(seed),
        alloc: Box::new(SmartAlloc::default()),
        open: Vec::new(),
        frame: Vec::new(),
    };
    for _ in 0..steps {
        world.step();
    }
    world.end_frame();
}

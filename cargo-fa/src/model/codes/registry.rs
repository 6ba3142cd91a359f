//! Every code, in the order of its number.

use super::{Code, Group, Level, Refusal, Stage};

macro_rules! codes {
    ($($number:ident $name:literal $group:ident $level:ident $stage:ident $refusal:ident $summary:literal)*) => {
        $(
            #[doc = concat!(stringify!($number), " `", $name, "`: ", $summary, ".")]
            pub static $number: Code = Code {
                number: stringify!($number),
                name: $name,
                group: Group::$group,
                level: Level::$level,
                stage: Stage::$stage,
                refusal: Refusal::$refusal,
                summary: $summary,
            };
        )*
        /// Every code, in the order of its number.
        pub static ALL: &[&Code] = &[$(&$number),*];
    };
}

codes! {
    FA001 "allocation-outside-frame" Runtime Event RunTime Never
        "frame memory was asked for while no frame was open"
    FA002 "budget-exceeded" Runtime Event RunTime Never
        "a frame, tag, thread or system asked for more than its budget"
    FA003 "out-of-memory" Runtime Event RunTime Never
        "the system had no memory left for a chunk, a slab or a heap value"
    FA004 "frame-left-open" Runtime Event RunTime Never
        "a frame or a scope was begun and never ended"
    FA005 "transfer-dropped" Runtime Event RunTime Never
        "a transfer was dropped before anybody received it"
    FA006 "pool-full" Runtime Event RunTime Never
        "a pool of fixed capacity had no slot left"
    FA007 "heap-in-no-heap" Runtime Event RunTime Never
        "the general heap was used inside a system that declares `no_heap`"
    FA008 "tag-not-told-apart" Runtime Event RunTime Never
        "tags were opened that share a row: nested too deep, or after too many names"

    FA101 "bevy-plugin-missing" Bevy Event RunTime Never
        "a Bevy system asked for the allocator and no `SmartAllocPlugin` was added"
    FA102 "bevy-frame-did-not-turn" Bevy Event RunTime Never
        "an app updated and the frame of its allocator did not turn"

    FA201 "cross-thread-frame" Threading Deny Analyser Partly
        "frame data reaches a thread or task that may outlive the frame"
    FA202 "barrier-mismatch" Threading Warn Analyser Never
        "the number of participants of a `FrameBarrier` is not its count"
    FA203 "budget-missing" Threading Allow Analyser Never
        "a thread allocates from frames and no budget is set on its path"
    FA204 "transfer-not-received" Threading Warn Analyser Never
        "a `TransferHandle` is dropped or forgotten before it is received"
    FA205 "turn-without-barrier" Threading Warn Analyser Never
        "a frame is turned while threads of its barrier have not signalled"

    FA301 "unbounded-allocation" Budgets Warn Analyser Never
        "a loop without a known bound allocates from a frame"
    FA302 "budget-exceeded-statically" Budgets Warn Analyser Never
        "the worst case of a system is more bytes than the budget it declares"

    FA401 "heap-on-frame-path" Heap Warn Analyser Never
        "code that runs every frame allocates from the general heap"
    FA402 "growth-on-frame-path" Heap Warn Analyser Never
        "a heap container may grow in code that runs every frame"
    FA403 "heap-freed-on-frame-path" Heap Allow Analyser Never
        "code that runs every frame frees memory of the general heap"

    FA501 "long-lived-frame-data" Behavior Event RunTime Never
        "frame data is retained or shared over many frames"
    FA502 "high-survival" Behavior Event RunTime Never
        "most of what a tag allocates from frames survives them"
    FA510 "pool-as-scratch" Behavior Event RunTime Never
        "pool objects are freed in the frame that made them"
    FA520 "promotion-churn" Behavior Event RunTime Never
        "frame values are promoted again and again"
    FA530 "heap-in-hot-path" Behavior Event RunTime Never
        "a tag allocates from the heap many times per frame"
    FA551 "boxed-pooled-type" Behavior Hint Analyser Never
        "a `#[pooled]` type is put into a heap box"
    FA552 "churn-without-pool" Behavior Hint Analyser Never
        "a type is made and dropped every frame and has no pool"

    FA601 "frame-escape" Dirtymem Deny Analyser Partly
        "frame data is stored, returned, leaked, sent or kept as a raw pointer past its frame"
    FA602 "allocation-in-hot-loop" Dirtymem Warn Analyser Never
        "a loop on the frame path allocates once per iteration what could be hoisted or batched"
    FA603 "missing-frame-boundary" Dirtymem Warn Analyser Never
        "a frame is begun and not ended on some path, ended without begin, or never turned"
    FA604 "retention-mismatch" Dirtymem Warn Analyser Never
        "a retention policy contradicts what is done with the value"
    FA605 "discarded-but-stored" Dirtymem Warn Analyser Never
        "a value retained with the policy `Discard` is expected after its frame"
    FA606 "helper-takes-allocator" Dirtymem Hint Analyser Never
        "a function taking `&SmartAlloc` allocates and is called from a scope, so it gets whole-frame memory"
    FA607 "drop-will-not-run" Dirtymem Warn Analyser Never
        "a value with drop glue is leaked or forgotten in a frame"
    FA608 "stale-handle" Dirtymem Warn Analyser Never
        "a `FrameHandle` is resolved in a later frame as if its value must be there"

    FA701 "frame-in-async" AsyncSafety Deny Analyser Partly
        "frame memory is allocated in an async function and held at a suspension"
    FA702 "held-across-await" AsyncSafety Deny Analyser Partly
        "a frame value is alive across an `.await`"
    FA703 "captured-by-task" AsyncSafety Deny Analyser Partly
        "a spawned task or a stored closure captures frame data"

    FA801 "tag-mismatch" Architecture Warn Analyser Never
        "a tag is used in a module that does not belong to it"
    FA802 "unknown-tag" Architecture Warn Analyser Never
        "a tag is used that `.fa.toml` does not declare"
    FA803 "tag-layering" Architecture Warn Analyser Never
        "a tagged function calls into a tag that its own tag may not use"
    FA804 "tag-cycle" Architecture Warn Analyser Never
        "the `may_use` of some tags forms a cycle"
    FA805 "unused-tag" Architecture Hint Analyser Never
        "a tag is declared and never used"

    FA900 "file-not-analysed" Hygiene Warn Analyser Never
        "a file could not be read or parsed and was left out"
    FA901 "unused-suppression" Hygiene Warn Analyser Never
        "a suppression suppresses nothing"
    FA902 "unknown-code" Hygiene Warn Analyser Never
        "a suppression names a code that does not exist, or cannot be read"
    FA903 "suppression-without-reason" Hygiene Allow Analyser Never
        "a suppression gives no reason"
    FA904 "stale-baseline" Hygiene Warn Analyser Never
        "the baseline lists a finding that is no longer there"
    FA905 "unknown-config-key" Hygiene Warn Analyser Never
        "the configuration has a key that means nothing"
}

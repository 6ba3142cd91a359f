//! framealloc.
//!
//! A test reads the sources of the crates: a public method of a type below that has no row fails it
//! (`every_public_method_of_framealloc_has_a_row`). `Plain` says that somebody has looked and that nothing is to be
//! said.

#![allow(clippy::enum_glob_use, reason = "a table is read by its columns; the lint is silent in tests")]

use super::effect::Effect::{self, *};
use super::effect::{CursorMake, Elements, Failure, Fill, Make, Makes, Stored};
use super::{ANY, Function, Known, Method, On};

/// Its crates, by the names that paths have.
pub(super) const CRATES: &[&str] = &["framealloc", "framealloc_core", "framealloc_bevy", "framealloc_macros"];

pub(super) const TYPES: &[(&str, Known)] = &[
    ("SmartAlloc", Known::SmartAlloc),
    ("Frame", Known::Frame),
    ("FrameScope", Known::FrameScope),
    ("FrameGuard", Known::FrameGuard),
    ("Cursor", Known::Cursor),
    ("FrameBox", Known::FrameBox),
    ("FrameSlot", Known::FrameSlot),
    ("FrameVec", Known::FrameVec),
    ("FrameMap", Known::FrameMap),
    ("FrameSet", Known::FrameSet),
    ("FrameDeque", Known::FrameDeque),
    ("FrameHeap", Known::FrameHeap),
    ("FrameSortedMap", Known::FrameSortedMap),
    ("FrameString", Known::FrameString),
    ("FrameHandle", Known::FrameHandle),
    ("FrameRetained", Known::FrameRetained),
    ("RetainedSlot", Known::RetainedSlot),
    ("RetainKey", Known::RetainKey),
    ("Promotions", Known::Promotions),
    ("TransferHandle", Known::TransferHandle),
    ("FrameBarrier", Known::FrameBarrier),
    ("PoolBox", Known::PoolBox),
    ("PoolSlot", Known::PoolSlot),
    ("Pool", Known::Pool),
    ("HeapBox", Known::HeapBox),
    ("Scratch", Known::Scratch),
    ("Tag", Known::Tag),
    ("TaggedAlloc", Known::TaggedAlloc),
    ("AllocConfig", Known::AllocConfig),
    ("AllocResource", Known::AllocResource),
    // The same to every rule: it derefs to the allocator, and lends for as long as it is borrowed.
    ("AllocHandle", Known::AllocResource),
    ("FrameAlloc", Known::FrameAlloc),
    ("FrameInFlight", Known::FrameInFlight),
    ("LastFlight", Known::LastFlight),
    ("FramePublisher", Known::FramePublisher),
    ("FrameReader", Known::FrameReader),
    ("Published", Known::Published),
];

/// What else a glob import brings into scope.
pub(super) const NAMES: &[&str] = &[
    "frame_system",
    "alloc_tag",
    "effects",
    "no_block",
    "no_heap",
    "Pooled",
    "pooled",
    "frame_format",
    "frame_vec",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "heap_tag",
    "try_heap_tag",
    "RetentionPolicy",
    "Importance",
    "FrameBarrierBuilder",
    "BarrierError",
    "SmartAllocPlugin",
    "pool_unsize",
];

/// Methods whose names alone say that a function has to do with frames, besides all that begin with `frame_`.
pub(super) const DISTINCTIVE: &[&str] = &[
    "begin_frame",
    "end_frame",
    "end_frame_in_flight",
    "end_frame_with_promotions",
    "whole_frame",
    "scoped",
    "with_tag",
    "tagged",
    "speculative",
    "cursor",
    "pool_box",
    "pool_alloc",
    "heap_box",
    "receive",
    "signal_frame_complete",
    "set_thread_frame_budget",
    "with_heap_budget",
];

/// Methods of `SmartAlloc` and of all that leads to one, without their `try_`.
#[rustfmt::skip]
pub(super) static ALLOCATORS: &[(&[&str], Effect)] = &[
    (&["frame"], View),
    (&["tagged"], TaggedView),
    (&["whole"], Whole),
    (&["with_tag"], UnderTag),
    (&["ambient"], Ambient),
    (&["ambient_for_each"], AmbientForEach),
    (&["scoped", "speculative"], Scoped),
    (&["whole_frame"], WholeFrame),
    (&["frame_scope"], OpensScope),
    (&["begin_frame"], BeginsFrame),
    (&["end_frame"], EndsFrame),
    (&["end_frame_in_flight"], EndsFrameInFlight),
    (&["end_frame_with_promotions", "end_frame_in_flight_with_promotions"], EndsFrameWithPromotions),
    (&["frame_guard"], GuardsFrame),
    (&["set_thread_frame_budget"], SetsThreadBudget),

    (&["frame_alloc"], FrameSlot),
    (&["frame_box"], FrameBox(Make::Value)),
    (&["frame_box_with"], FrameBox(Make::With)),
    (&["frame_box_try_with"], FrameBox(Make::TryWith)),
    (&["frame_ref"], FrameRef("frame_ref")),
    (&["frame_leak"], FrameRef("frame_leak")),
    (&["frame_bytes"], FrameBytes),
    (&["frame_slice_copy"], FrameSlice(Elements::Copied)),
    (&["frame_slice_clone", "frame_slice_from_iter"], FrameSlice(Elements::Moved)),
    (&["frame_leak_from_iter"], FrameSlice(Elements::Leaked)),
    (&["frame_slice_concat"], FrameSlice(Elements::Concatenated)),
    (&["frame_slice_fill_with"], FrameSliceFilled(Fill::With)),
    (&["frame_slice_try_fill_with"], FrameSliceFilled(Fill::TryWith)),
    (&["frame_slice_fill_copy"], FrameSliceFilled(Fill::Copy)),
    (&["frame_slice_fill_default"], FrameSliceFilled(Fill::Default)),
    (&["frame_slice_zeroed", "frame_slice_uninit"], FrameSliceFilled(Fill::Nothing)),
    (&["frame_str", "frame_str_concat", "frame_str_join"], FrameText(Failure::Memory)),
    (&["frame_cstr"], FrameText(Failure::Also)),
    (&["frame_format"], FrameFormat),
    (&["frame_vec", "frame_vec_with_capacity"], FrameCollection(Known::FrameVec, "frame_vec")),
    (&["par_collect"], FrameCollection(Known::FrameVec, "par_collect")),
    (&["frame_map", "frame_map_with_capacity"], FrameCollection(Known::FrameMap, "frame_map")),
    (&["frame_set", "frame_set_with_capacity"], FrameCollection(Known::FrameSet, "frame_set")),
    (&["frame_deque", "frame_deque_with_capacity"], FrameCollection(Known::FrameDeque, "frame_deque")),
    (&["frame_heap", "frame_heap_with_capacity"], FrameCollection(Known::FrameHeap, "frame_heap")),
    (&[
        "frame_sorted_map", "frame_sorted_map_with_capacity",
    ], FrameCollection(Known::FrameSortedMap, "frame_sorted_map")),
    (&["frame_string", "frame_string_with_capacity"], FrameCollection(Known::FrameString, "frame_string")),
    (&["frame_vec_from_array"], FrameVecOfArray),
    (&["frame_vec_from_elem"], FrameVecOfElement),
    (&["frame_collect"], FrameCollect),
    (&[
        "frame_share", "frame_share_slice_clone", "frame_share_slice_copy", "frame_share_slice_fill_with",
        "frame_share_slice_from_iter", "frame_share_str",
    ], FrameShare),
    (&["cursor"], FrameCursor),
    (&["frame_retained"], RetainedSlot("frame_retained")),
    (&["frame_with_importance"], RetainedSlot("frame_with_importance")),
    (&["frame_retain"], Retained),

    (&["frame_box_for_transfer"], Transfer),
    (&["transfer"], TransferOfPooled),
    (&["pool_box"], PoolBox),
    (&["pool_alloc"], PoolSlot),
    (&["pool_slice_fill_with"], PoolSliceFilled),
    (&["pool_slice_copy"], PoolSliceCopied),
    (&["pool_str"], PoolText),
    (&["heap_box"], HeapBox),
    (&["heap_alloc"], HeapSlot),
    (&["heap_slice_fill_with"], HeapSliceFilled),
    (&["scratch"], Scratch),

    // Figures, settings and reports.
    (&[
        "__framealloc_with_tag", "alive_at_frame_end", "begin_phase", "behavior_report", "budget_events",
        "capacity", "capacity_bytes", "clear_thread_frame_budget", "config", "current_phase", "declared_tags",
        "deliver_diagnostics", "disable_behavior_filter", "enable_behavior_filter", "enable_behavior_filter_with",
        "end_phase", "flight_stats", "for_each_heap_tag", "for_each_phase", "for_each_tag", "frame_number",
        "frame_remaining", "frame_report",
        "growth_since_seal", "hide_from_tracy", "id", "is_behavior_filter_enabled", "is_in_frame", "is_sealed", "last_frame",
        "on_frame_event", "phase_scope", "raise", "record", "record_in_memory", "record_to", "record_with", "sampled_sites", "scratch_set", "seal", "serve_recording",
        "set_repeats",
        "set_strict", "show_in_tracy", "snapshot", "stats", "stop_recording", "strict", "strict_guard",
        "startup_bytes", "take_promotions", "take_recording", "thread_frame_budget", "trim", "next_frame", "next_frame_in_flight",
        "next_frame_in_flight_with_promotions", "next_frame_with_promotions", "unseal", "used_bytes", "wait_for_flights",
    ], Plain),
];

/// Collections whose arguments are values one by one.
const COLLECTIONS: &[Known] = &[
    Known::FrameVec,
    Known::FrameMap,
    Known::FrameSet,
    Known::FrameDeque,
    Known::FrameHeap,
    Known::FrameSortedMap,
    Known::FrameString,
];
const COLLECTIONS_AND_BOX: &[Known] = &[
    Known::FrameVec,
    Known::FrameMap,
    Known::FrameSet,
    Known::FrameDeque,
    Known::FrameHeap,
    Known::FrameSortedMap,
    Known::FrameString,
    Known::FrameBox,
];

/// What an ended frame shared, and holds.
const FLIGHTS: &[Known] = &[Known::FrameInFlight, Known::LastFlight, Known::Published];

/// The allocator of a world of Bevy, without a borrow of it.
pub(crate) const WORLD_ALLOC: &[&str] = &["frame_alloc", "frame_alloc_of"];

/// Methods of its other types. Of collections and cursors the `try_` is left out.
#[rustfmt::skip]
pub(super) static METHODS: &[Method] = &[
    Method(On::Types(&[Known::World]), WORLD_ALLOC, WorldAlloc),
    Method(On::Types(&[Known::AllocResource]), &["handle"], WorldAlloc),
    Method(On::Types(&[Known::AllocResource]), &["exclusive"], Plain),
    Method(On::Types(&[Known::FrameHandle]), &["get"], HandleGet),
    Method(On::Types(FLIGHTS), &["get"], FlightGet),
    Method(On::Types(FLIGHTS), &["bytes", "flight", "frame_number", "report", "take"], Plain),
    Method(On::Types(&[Known::FramePublisher]), &["publish"], PublishesFrame),
    Method(On::Types(&[Known::FramePublisher]), &["publish_flight", "reader", "reclaim"], Plain),
    Method(On::Types(&[Known::FrameReader]), &["latest"], Plain),
    Method(On::Types(&[Known::FrameSlot]), &["write", "write_with"], SlotWrite),
    Method(On::Types(&[Known::FrameSlot]), &["write_ref", "write_ref_with", "zeroed"], SlotWriteRef),
    Method(On::Types(&[Known::FrameSlot]), &["as_uninit", "assume_init"], Plain),
    Method(On::Types(&[Known::RetainedSlot]), &["write"], RetainedSlotWrite),
    Method(On::Types(&[Known::FrameRetained]), &["key"], RetainKey),
    Method(On::Types(&[Known::FrameRetained]), &["set_policy", "discard"], RetainDiscard),
    Method(On::Types(&[Known::FrameRetained]), &["policy"], Plain),
    Method(On::Types(&[Known::Promotions]), &["take"], TakesPromoted),
    Method(On::Types(&[Known::Promotions]), &["failures", "is_empty", "iter", "len", "report", "summary"], Plain),
    Method(On::Types(&[Known::TransferHandle]), &["receive", "into_inner"], ReceivesTransfer),
    Method(On::Types(&[Known::Cursor]), &["alloc"], CursorAlloc(CursorMake::Ref)),
    Method(On::Types(&[Known::Cursor]), &["boxed"], CursorAlloc(CursorMake::Box)),
    Method(On::Types(&[Known::Cursor]), &["copy"], CursorAlloc(CursorMake::Copy)),
    Method(On::Types(&[Known::Cursor]), &["bytes"], CursorAlloc(CursorMake::Bytes)),

    Method(On::Types(COLLECTIONS_AND_BOX), &["as_ptr", "as_mut_ptr", "as_non_null", "into_raw"], FrameAddress),
    Method(On::Types(COLLECTIONS_AND_BOX), &["into_boxed", "into_boxed_str"], FrameIntoBox),
    Method(On::Types(COLLECTIONS_AND_BOX), &["leak"], FrameLeak),
    Method(On::Types(COLLECTIONS_AND_BOX), &["into_shared_slice", "into_shared_str"], FrameIntoShared),
    Method(On::Types(COLLECTIONS_AND_BOX), &["clone"], FrameClone),
    Method(On::Types(COLLECTIONS), &[
        "push", "push_back", "push_front", "insert", "push_str", "resize",
    ], FrameStores(Stored::Each)),
    Method(On::Types(COLLECTIONS), &["push_mut", "insert_mut"], FrameStores(Stored::EachAndRef)),
    Method(On::Types(COLLECTIONS), &[
        "extend_from_slice", "extend_from_slice_copy",
    ], FrameStores(Stored::ElementsOfSlice)),
    Method(On::Types(COLLECTIONS), &["extend", "append", "extend_from_slices_copy"], FrameStores(Stored::Yielded)),
    Method(On::Types(COLLECTIONS), &["take", "take_all"], FrameTakes),
    // What is left is as std's collections have it, or tells figures.
    Method(On::Types(COLLECTIONS_AND_BOX), &[
        "as_mut_slice", "as_mut_slices", "as_mut_str", "as_mut_vec", "as_slice", "as_slices", "as_str", "back",
        "back_mut", "binary_search", "binary_search_by", "capacity", "clear", "contains", "contains_key", "dedup",
        "dedup_by", "dedup_by_key", "downcast", "drain", "entry", "entry_ref", "extend_from_within", "extract_if",
        "first_key_value", "frame", "front", "front_mut", "get", "get_disjoint_mut", "get_key_value",
        "get_key_value_mut", "get_mut", "get_or_insert", "get_or_insert_with", "insert_str", "into_bytes",
        "into_flattened", "into_keys", "into_sorted_vec", "into_values", "into_vec", "is_empty", "iter", "iter_mut",
        "keys", "last_key_value", "len", "make_contiguous", "par_extend", "par_values_mut", "partition_point", "peek",
        "peek_mut", "pop", "pop_back", "pop_back_if", "pop_first", "pop_front", "pop_front_if", "pop_if", "pop_last",
        "range", "range_mut", "remove", "remove_entry", "replace", "replace_range", "reserve", "reserve_exact",
        "resize_with", "retain", "retain_mut", "rotate_left", "rotate_right", "set_len", "shrink_to", "shrink_to_fit",
        "spare_capacity_mut", "splice", "split_off", "swap", "swap_remove", "swap_remove_back", "swap_remove_front",
        "truncate", "values", "values_mut",
    ], Plain),

    // Pools, threads and settings: nothing of them is frame memory.
    Method(On::Types(&[Known::FrameBarrier]), &[
        "completed_frames", "join", "join_as", "name", "participants", "signal_frame_complete", "wait_all",
        "wait_all_timeout",
    ], Plain),
    Method(On::Types(&[Known::PoolBox, Known::HeapBox]), &["downcast"], Plain),
    Method(On::Types(&[Known::PoolSlot]), &["as_uninit", "assume_init", "write", "write_with", "zeroed"], Plain),
    Method(On::Types(&[Known::Pool]), &[
        "admit", "boxed", "caches", "dismiss", "give_one", "live", "outside", "prewarm", "slabs", "slot", "stats", "take_one",
        "trim",
    ], Plain),
    Method(On::Types(&[Known::Scratch]), &[
        "keep", "name", "promoted", "promoted_mut", "region_capacity", "region_stats", "reset", "set_tag",
    ], Plain),
    Method(On::Types(&[Known::Tag]), &["id", "path"], Plain),
    Method(On::Types(&[Known::AllocConfig]), &[
        "frame_chunk", "frames_in_flight", "heap_threshold", "promotion_budget", "region", "sites", "tag_budgets",
    ], Plain),
    Method(On::Types(&[Known::AllocConfig]), &[
        "prewarm_pools", "with_budgets", "with_decay", "with_frame_chunk", "with_frames_in_flight",
        "with_global_frame_budget", "with_heap_threshold", "with_huge_pages", "with_prefault", "with_promotion_budget",
        "with_region", "with_sites", "with_tag_budget", "with_thread_frame_budget",
    ], Configures),
    Method(On::Types(&[Known::AllocConfig]), &["with_heap_budget"], SetsHeapBudget),
];

/// Functions, by the type or module that stands before their name.
#[rustfmt::skip]
pub(super) static FUNCTIONS: &[Function<Makes>] = &[
    Function(&["SmartAlloc"], &[
        "new", "try_new", "default", "with_config", "with_frame_capacity", "try_with_frame_capacity",
    ], Makes::Allocator),
    Function(&["FrameBox", "FrameVec", "FrameString"], &[
        "new_in", "try_new_in", "with_capacity_in", "try_with_capacity_in", "from_iter_in", "try_from_iter_in",
    ], Makes::InFrame),
    Function(ANY, &["kilobytes"], Makes::Size(10)),
    Function(ANY, &["megabytes"], Makes::Size(20)),
    Function(ANY, &["gigabytes"], Makes::Size(30)),
    Function(&["FrameBox"], &["leak"], Makes::LeaksFrameBox),
    Function(&["FrameBox", "FrameVec", "FrameSlot", "PoolBox"], &[
        "as_ptr", "as_mut_ptr", "into_raw", "as_non_null",
    ], Makes::FrameAddress),
    Function(&["FrameBox", "FrameRetained"], &["into_inner"], Makes::IntoInner),
    Function(&["FrameBarrier"], ANY, Makes::Barrier),
    Function(&["Tag"], &["new", "intern"], Makes::Tag),
    Function(ANY, &["heap_tag", "try_heap_tag"], Makes::HeapTag),
    // A value of the type, or something that is not followed further.
    Function(&["FrameBox"], &["clone_in", "from_raw"], Makes::Other),
    Function(&["SmartAlloc"], &["region_stats"], Makes::Other),
    Function(&["FrameVec"], &["from_boxed_in"], Makes::Other),
    Function(&["FrameMap", "FrameSet"], &["with_capacity_and_hasher", "with_hasher"], Makes::Other),
    Function(&["FrameDeque", "FrameHeap", "FrameSortedMap"], &["new_in"], Makes::Other),
    Function(&["FrameString"], &[
        "from_str_in", "from_utf16_in", "from_utf16_lossy_in", "from_utf8", "from_utf8_lossy_in",
        "from_utf8_unchecked",
    ], Makes::Other),
    Function(&["PoolBox", "HeapBox"], &[
        "clone", "from_raw", "into_inner", "into_pin", "into_raw", "leak", "new", "retire",
    ], Makes::Other),
    Function(&["Pool"], &["fixed", "new"], Makes::Other),
    Function(&["AllocResource", "FramePublisher"], &["new"], Makes::Other),
];

//! What is known of code that is not read: which of it neither takes from the heap nor waits.

/// Methods that std's numbers, times, atomics, options, slices, iterators and comparisons have, and that neither take memory
/// nor wait. Called on something whose type is not known, they
/// are taken for these, unless a type of the workspace has a method of that name.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "abs", "abs_diff", "abs_sub", "acos", "acosh", "add", "all", "and", "and_then", "any", "array_chunks", "as_array",
    "as_bytes", "as_deref", "as_deref_mut", "as_micros", "as_millis", "as_mut", "as_mut_ptr", "as_mut_slice",
    "as_nanos", "as_ptr", "as_ptr_range", "as_ref", "as_secs", "as_secs_f32", "as_secs_f64", "as_slice", "as_str",
    "asin", "asinh", "atan", "atan2", "atanh", "back", "back_mut", "binary_search", "binary_search_by",
    "binary_search_by_key", "borrow", "borrow_mut", "by_ref", "cast", "cbrt", "ceil", "chain", "checked_add",
    "checked_div", "checked_duration_since", "checked_mul", "checked_rem", "checked_sub", "chunks", "chunks_exact",
    "chunks_mut", "clamp", "clear", "cmp", "compare_exchange", "compare_exchange_weak", "contains", "contains_key",
    "copied", "copy_from_slice", "copysign", "cos", "cosh", "count", "count_ones", "count_zeros", "cycle", "deref",
    "deref_mut", "div", "div_ceil", "div_euclid", "downgrade", "duration_since", "elapsed", "ends_with", "enumerate",
    "eq", "eq_ignore_ascii_case", "err", "exp", "exp2", "exp_m1", "expect", "fetch_add", "fetch_and", "fetch_max",
    "fetch_min", "fetch_or", "fetch_sub", "fetch_xor", "fill", "filter", "filter_map", "find", "find_map", "finish",
    "first", "first_mut", "flat_map", "flatten", "floor", "fold", "for_each", "fract", "front", "front_mut", "fuse",
    "ge", "get", "get_mut", "get_unchecked", "get_unchecked_mut", "gt", "hash", "hypot", "id", "ilog", "ilog10",
    "ilog2", "inspect", "into_iter", "is_alphabetic", "is_alphanumeric", "is_ascii", "is_ascii_digit", "is_digit",
    "is_empty", "is_err", "is_finished", "is_finite", "is_infinite", "is_lowercase", "is_nan", "is_negative",
    "is_none", "is_none_or", "is_null", "is_numeric", "is_ok", "is_ok_and", "is_positive", "is_power_of_two",
    "is_sign_negative", "is_sign_positive", "is_some", "is_some_and", "is_sorted", "is_uppercase", "is_whitespace",
    "isqrt", "iter", "iter_mut", "keys", "last", "last_mut", "le", "leading_ones", "leading_zeros", "len", "ln",
    "ln_1p", "load", "log", "log10", "log2", "lt", "map", "map_err", "map_or", "map_or_else", "map_while", "max",
    "max_by", "max_by_key", "midpoint", "min", "min_by", "min_by_key", "mul", "mul_add", "ne", "neg", "next",
    "next_back", "next_power_of_two", "not", "notify_all", "notify_one", "nth", "ok", "ok_or", "ok_or_else", "or",
    "or_else", "overflowing_add", "overflowing_mul", "overflowing_sub", "partial_cmp", "partition_point", "peek",
    "peekable", "pop", "pop_back", "pop_front", "position", "pow", "powf", "powi", "product", "ptr_eq", "recip",
    "reduce", "rem", "rem_euclid", "retain", "rev", "reverse", "rotate_left", "rotate_right", "round",
    "round_ties_even", "saturating_add", "saturating_duration_since", "saturating_mul", "saturating_sub", "scan",
    "shl", "shr", "signum", "sin", "sin_cos", "sinh", "skip", "skip_while", "sort_unstable", "sort_unstable_by",
    "sort_unstable_by_key", "split_at", "split_at_mut", "split_first", "split_last", "sqrt", "starts_with", "step_by",
    "store", "strong_count", "sub", "subsec_micros", "subsec_nanos", "sum", "swap", "swap_bytes", "take", "take_while",
    "tan", "tanh", "then", "then_some", "then_with", "thread", "to_be_bytes", "to_bits", "to_degrees", "to_le_bytes",
    "to_ne_bytes", "to_radians", "total_cmp", "trailing_ones", "trailing_zeros", "trim", "trim_end", "trim_start",
    "trunc", "truncate", "try_borrow", "try_borrow_mut", "try_fold", "try_lock", "try_read", "try_recv", "try_write",
    "unpark", "unsigned_abs", "unwrap", "unwrap_err", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "upgrade",
    "values", "values_mut", "windows", "wrapping_add", "wrapping_div", "wrapping_mul", "wrapping_neg", "wrapping_shl",
    "wrapping_shr", "wrapping_sub", "xor", "zip",
];

/// Crates that do sums and look at bits, in registers or in what they are given.
const PLAIN_CRATES: &[&str] = &["std", "core", "glam", "libm", "bytemuck", "bitflags", "half", "ordered_float"];

/// Types of std that are no containers: what their functions give is of std, too.
#[rustfmt::skip]
const OF_STD: &[&str] = &[
    "Barrier", "Child", "Command", "Condvar", "DirBuilder", "Duration", "File", "Instant", "Layout", "Once", "OpenOptions",
    "SystemTime", "TcpListener", "TcpStream", "UdpSocket", "UnixDatagram", "UnixListener", "UnixStream", "Builder",
];

/// Whether a method of this name is taken for std's where nothing is known of what it is called on.
pub(crate) fn is_plain_method(name: &str) -> bool {
    PLAIN.binary_search(&name).is_ok()
}

/// Whether nothing in a crate takes from the heap or waits that has no row.
pub(crate) fn is_plain_crate(krate: &str) -> bool {
    PLAIN_CRATES.contains(&krate) || super::is_framealloc(krate)
}

/// Whether what a function of this type of std gives is something of std.
pub(crate) fn keeps_to_std(ty: &str) -> bool {
    OF_STD.contains(&ty)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted() {
        assert!(super::PLAIN.is_sorted());
    }
}

//! What a function does that nobody looks into, by its name.
//!
//! Exact names, but where a whole module is of one kind: a prefix that is too long makes a proof of nothing. What is not
//! named here is read if it is code of the program, and is open if it is of another library.

use super::waits::{import_waits, only_waits, waits};

/// What is known of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It takes from the heap.
    Allocates,
    /// It gives back to the heap.
    Frees,
    /// It ends in a panic or ends the program: it does not return.
    Panics,
    /// The growth of frame memory begins: whoever calls this is framealloc, and grows.
    Growth,
    /// Frame memory takes one block from the heap: it is above the limit of a chunk or beyond a budget.
    Fallback,
    /// It finds the variables of a thread, and takes room for them from the heap the first time on each thread.
    ThreadLocal,
    /// It takes nothing and calls nobody of the program.
    Plain,
    /// It touches the stack of who calls it, and changes no register.
    Probes,
    /// To be read.
    Unknown,
}

/// What a name says of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) kind: Kind,
    /// Whether it waits.
    pub(super) waits: bool,
}

impl Known {
    pub(super) const NOTHING: Self = Self { kind: Kind::Unknown, waits: false };

    /// Of a function of the program.
    pub(super) fn of(name: &str) -> Self {
        Self { kind: kind(name), waits: waits(name) }
    }

    /// Of a function of another library.
    pub(super) fn of_import(name: &str) -> Self {
        Self { kind: import(name), waits: import_waits(name) }
    }
}

/// What is known of a function of the program.
fn kind(name: &str) -> Kind {
    let name = without_generics(name);
    if let Some(last) = name.strip_prefix("__rustc::").or_else(|| name.strip_prefix("__rust").map(|_| name)) {
        match last {
            "__rust_alloc"
            | "__rust_alloc_zeroed"
            | "__rust_realloc"
            | "__rdl_alloc"
            | "__rdl_alloc_zeroed"
            | "__rdl_realloc"
            | "__rg_alloc"
            | "__rg_alloc_zeroed"
            | "__rg_realloc" => return Kind::Allocates,
            "__rust_dealloc" | "__rdl_dealloc" | "__rg_dealloc" => return Kind::Frees,
            "rust_begin_unwind" | "rust_panic" => return Kind::Panics,
            "__rust_no_alloc_shim_is_unstable" | "__rust_no_alloc_shim_is_unstable_v2" => return Kind::Plain,
            _ => {}
        }
    }
    if let Some((_, method)) = name.rsplit_once("GlobalAlloc>::") {
        return match method {
            "alloc" | "alloc_zeroed" | "realloc" => Kind::Allocates,
            "dealloc" => Kind::Frees,
            _ => Kind::Unknown,
        };
    }
    // Everything in there is `-> !`.
    if name.starts_with("core::panicking::") {
        return Kind::Panics;
    }
    match name {
        "framealloc_core::raw::global::zone::HeapZone::growth"
        | "<framealloc_core::raw::global::zone::HeapZone>::growth" => Kind::Growth,
        // The form of the name depends on how names are mangled.
        "<framealloc_core::raw::frames::arena::Arena>::dedicated"
        | "framealloc_core::raw::frames::arena::cold::<impl framealloc_core::raw::frames::arena::Arena>::dedicated" => {
            Kind::Fallback
        }
        "framealloc_core::raw::global::heap_guard::asked" => Kind::Allocates,
        "___chkstk_ms" | "__chkstk" | "__rust_probestack" => Kind::Probes,
        "alloc::alloc::handle_alloc_error"
        | "alloc::raw_vec::capacity_overflow"
        | "alloc::raw_vec::handle_error"
        | "core::cell::panic_already_borrowed"
        | "core::cell::panic_already_mutably_borrowed"
        | "core::option::expect_failed"
        | "core::option::unwrap_failed"
        | "core::result::unwrap_failed"
        | "core::str::slice_error_fail"
        | "std::alloc::rust_oom"
        | "std::panicking::begin_panic"
        | "std::panicking::begin_panic_handler"
        | "std::panicking::panic_with_hook"
        | "std::panicking::rust_panic_with_hook"
        | "std::panicking::resume_unwind"
        | "std::panic::resume_unwind"
        | "std::process::abort"
        | "std::process::exit"
        | "std::sys::process::abort"
        | "_Unwind_Resume" => Kind::Panics,
        // What only looks like C's `write` is a function as any other: it is read.
        _ => match import(name) {
            Kind::Plain => Kind::Unknown,
            known => known,
        },
    }
}

/// What is known of a function of C, which may as well be part of the program.
fn import(name: &str) -> Kind {
    let name = without_version(name);
    if name == "_tlv_bootstrap" {
        return Kind::ThreadLocal;
    }
    let known = [(ALLOCATE, Kind::Allocates), (FREE, Kind::Frees), (END, Kind::Panics), (PLAIN, Kind::Plain)];
    match known.into_iter().find(|(names, _)| names.contains(&name)) {
        Some((_, kind)) => kind,
        None if only_waits(name) => Kind::Plain,
        None => Kind::Unknown,
    }
}

/// They ask the heap or the kernel for memory, some only at times.
#[rustfmt::skip]
const ALLOCATE: &[&str] = &[
    "malloc", "calloc", "realloc", "reallocarray", "memalign", "posix_memalign", "aligned_alloc", "valloc", "pvalloc",
    "strdup", "strndup", "asprintf", "vasprintf", "mmap", "mmap64", "mremap", "brk", "sbrk", "mi_malloc", "mi_zalloc",
    "mi_calloc", "mi_realloc", "mi_malloc_aligned", "mi_zalloc_aligned", "mi_realloc_aligned",
    "mi_theap_malloc_aligned", "mi_heap_malloc", "HeapAlloc", "HeapReAlloc", "RtlAllocateHeap", "RtlReAllocateHeap",
    "VirtualAlloc", "VirtualAlloc2", "LocalAlloc", "GlobalAlloc", "_aligned_malloc", "_aligned_realloc",
    "mach_vm_allocate", "mach_vm_map", "vm_allocate", "malloc_zone_malloc", "malloc_zone_calloc", "malloc_zone_realloc",
    "malloc_zone_memalign", "malloc_zone_valloc", "malloc_type_malloc", "malloc_type_calloc", "malloc_type_realloc",
    "malloc_type_valloc", "malloc_type_aligned_alloc", "malloc_type_posix_memalign", "reallocf", "_tlv_atexit", "getaddrinfo", "_rjem_malloc", "_rjem_mallocx", "_rjem_calloc", "_rjem_realloc",
    "_rjem_rallocx", "pthread_create", "__cxa_thread_atexit_impl", "fopen", "fopen64", "opendir", "getline", "dlopen",
];

/// They give memory back.
#[rustfmt::skip]
const FREE: &[&str] = &[
    "free", "cfree", "munmap", "mi_free", "mi_free_size_aligned", "_rjem_free", "_rjem_sdallocx", "_rjem_dallocx",
    "closedir", "fclose", "HeapFree", "RtlFreeHeap", "VirtualFree", "LocalFree", "GlobalFree", "_aligned_free",
    "mach_vm_deallocate", "vm_deallocate", "malloc_zone_free", "malloc_type_free",
];

/// They do not return.
#[rustfmt::skip]
const END: &[&str] = &[
    "abort", "exit", "_exit", "__stack_chk_fail", "__assert_fail", "_Unwind_RaiseException", "ExitProcess",
    "TerminateProcess", "RaiseFailFastException", "__fastfail",
];

/// They map no memory, wait for nobody and call nothing of the program.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "memcpy", "memmove", "memset", "memcmp", "bcmp", "memchr", "memrchr", "strlen", "strnlen", "strcmp", "strncmp",
    "strchr", "strrchr", "__errno_location", "__error", "clock_gettime", "gettimeofday", "time", "sched_getcpu",
    "pthread_self", "pthread_getspecific", "pthread_mutex_trylock", "pthread_mutex_unlock", "pthread_rwlock_tryrdlock",
    "pthread_rwlock_trywrlock", "pthread_rwlock_unlock", "pthread_cond_signal", "pthread_cond_broadcast", "sem_post",
    "sem_trywait", "getpid", "gettid", "getenv", "syscall", "sin", "sinf", "cos", "cosf", "tan", "tanf", "asin", "asinf",
    "acos", "acosf", "atan", "atanf", "atan2", "atan2f", "sinh", "sinhf", "cosh", "coshf", "tanh", "tanhf", "exp",
    "expf", "exp2", "exp2f", "expm1", "expm1f", "log", "logf", "log2", "log2f", "log10", "log10f", "log1p", "log1pf",
    "pow", "powf", "sqrt", "sqrtf", "cbrt", "cbrtf", "hypot", "hypotf", "fma", "fmaf", "fmod", "fmodf", "floor",
    "floorf", "ceil", "ceilf", "round", "roundf", "roundeven", "roundevenf", "rint", "rintf", "trunc", "truncf",
    "sincos", "sincosf", "ldexp", "ldexpf", "frexp", "frexpf",
    // Windows and Apple's systems.
    "GetLastError", "SetLastError", "QueryPerformanceCounter", "QueryPerformanceFrequency", "GetCurrentThread",
    "GetCurrentThreadId", "GetCurrentProcess", "GetCurrentProcessId", "GetCurrentProcessorNumber", "GetProcessHeap",
    "GetSystemTimeAsFileTime", "GetSystemTimePreciseAsFileTime", "TlsGetValue", "WakeByAddressSingle",
    "WakeByAddressAll", "WakeConditionVariable", "WakeAllConditionVariable", "TryAcquireSRWLockExclusive",
    "TryAcquireSRWLockShared", "ReleaseSRWLockExclusive", "ReleaseSRWLockShared", "LeaveCriticalSection",
    "TryEnterCriticalSection", "SetEvent", "ReleaseSemaphore", "mach_absolute_time", "clock_gettime_nsec_np",
    "os_unfair_lock_trylock", "os_unfair_lock_unlock", "__ulock_wake", "os_sync_wake_by_address_any",
    "os_sync_wake_by_address_all", "_platform_memcmp", "bzero", "__bzero", "memset_pattern4", "memset_pattern8",
    "memset_pattern16", "__sincos_stret", "__sincosf_stret", "__exp10", "__exp10f", "dispatch_semaphore_signal",
    "pthread_main_np", "pthread_mach_thread_np",
];

/// `malloc@GLIBC_2.2.5` and `read$NOCANCEL` without what says which of several is meant.
pub(super) fn without_version(name: &str) -> &str {
    name.split(['@', '$']).next().unwrap_or(name)
}

/// `core::panicking::assert_failed::<usize, usize>` without what stands in the last brackets.
pub(super) fn without_generics(name: &str) -> &str {
    if !name.ends_with('>') {
        return name;
    }
    let mut depth = 0_usize;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            // `->` of a function's type.
            b'>' if at > 0 && name.as_bytes()[at - 1] == b'-' => {}
            b'>' => depth += 1,
            b'<' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return name[..at].strip_suffix("::").unwrap_or(name);
                }
            }
            _ => {}
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_form_that_compilers_write_it() {
        assert_eq!(kind("__rustc::__rust_alloc"), Kind::Allocates);
        assert_eq!(kind("__rust_alloc"), Kind::Allocates);
        assert_eq!(kind("<framealloc_core::HeapGuard as core::alloc::global::GlobalAlloc>::realloc"), Kind::Allocates);
        assert_eq!(kind("core::panicking::assert_failed::<usize, fn(u8) -> u8>"), Kind::Panics);
        assert_eq!(import("malloc@GLIBC_2.2.5"), Kind::Allocates);
        assert_eq!(import("fopen$DARWIN_EXTSN"), Kind::Allocates);
        assert_eq!((import("write"), kind("write")), (Kind::Plain, Kind::Unknown), "a program may have one of its own");
        assert_eq!(kind("std::panicking::catch_unwind::<(), main>"), Kind::Unknown);
        assert_eq!(kind("<game::Panicking as core::panicking::X>::f"), Kind::Unknown);
    }
}

//! What may wait: for another thread, for time, or for the world outside the program.
//!
//! A function of the standard library is named here where a path reads better if it ends there; what it waits with is found
//! below it in any case. What another library provides must be named here, or in [`PLAIN`](super::names), to be no open call.

use super::names::{without_generics, without_version};

/// Whether a function of the program is known to wait.
pub(super) fn waits(name: &str) -> bool {
    let name = without_generics(name);
    // `<std::thread::Thread>::park` in one form of names is `std::thread::Thread::park` in another.
    let plain = match name.strip_prefix('<').and_then(|name| name.split_once(">::")) {
        Some((of, method)) if !of.contains(" as ") => &format!("{}::{method}", without_generics(of)),
        _ => name,
    };
    STD.contains(&plain) || PTHREAD.contains(&plain)
}

/// Whether a function that another library provides waits.
pub(super) fn import_waits(name: &str) -> bool {
    let name = without_version(name);
    [PTHREAD, FILES, WINDOWS, APPLE].iter().any(|names| names.contains(&name))
}

/// Whether a function of another library that waits does nothing else that matters: it takes nothing from the heap and calls
/// nothing of the program.
pub(super) fn only_waits(name: &str) -> bool {
    import_waits(name) && !CALL_BACK.contains(&without_version(name))
}

#[rustfmt::skip]
const STD: &[&str] = &[
    "std::sys::sync::mutex::futex::Mutex::lock_contended", "std::sys::sync::mutex::pthread::Mutex::lock",
    "std::sys::sync::mutex::windows7::Mutex::lock",
    "std::sys::sync::rwlock::futex::RwLock::read_contended", "std::sys::sync::rwlock::futex::RwLock::write_contended",
    "std::sys::sync::rwlock::queue::RwLock::lock_contended",
    "std::sys::sync::condvar::futex::Condvar::wait", "std::sys::sync::condvar::futex::Condvar::wait_timeout",
    "std::sys::sync::condvar::pthread::Condvar::wait", "std::sys::sync::condvar::pthread::Condvar::wait_timeout",
    "std::sys::sync::condvar::windows7::Condvar::wait", "std::sys::sync::condvar::windows7::Condvar::wait_timeout",
    "std::sys::sync::once::futex::Once::call", "std::sys::sync::once::futex::Once::wait",
    "std::sys::sync::once::queue::Once::call", "std::sys::sync::once::queue::Once::wait",
    "std::sys::pal::unix::futex::futex_wait", "std::sys::pal::windows::futex::futex_wait",
    "std::sync::mpmc::context::Context::wait_until", "std::sync::barrier::Barrier::wait",
    "std::thread::thread::Thread::park", "std::thread::thread::Thread::park_timeout",
    "std::thread::Thread::park", "std::thread::Thread::park_timeout",
    "std::thread::functions::park", "std::thread::functions::park_timeout", "std::thread::functions::sleep",
    "std::thread::functions::sleep_until", "std::thread::functions::yield_now",
    "std::thread::park", "std::thread::park_timeout", "std::thread::sleep", "std::thread::sleep_until",
    "std::thread::yield_now",
    "std::io::stdio::_print", "std::io::stdio::_eprint", "std::io::stdio::Stdout::lock", "std::io::stdio::Stderr::lock",
    "std::io::stdio::Stdin::lock",
    "parking_lot::raw_mutex::RawMutex::lock_slow", "parking_lot::condvar::Condvar::wait_until_internal",
    "parking_lot::raw_rwlock::RawRwLock::lock_shared_slow", "parking_lot::raw_rwlock::RawRwLock::lock_exclusive_slow",
];

/// Locks, threads and time, in every library of C.
#[rustfmt::skip]
const PTHREAD: &[&str] = &[
    "pthread_mutex_lock", "pthread_mutex_timedlock", "pthread_mutex_clocklock", "pthread_rwlock_rdlock",
    "pthread_rwlock_wrlock", "pthread_rwlock_timedrdlock", "pthread_rwlock_timedwrlock", "pthread_spin_lock",
    "pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait", "pthread_barrier_wait", "pthread_join",
    "pthread_timedjoin_np", "pthread_once", "sem_wait", "sem_timedwait", "sem_clockwait", "nanosleep",
    "clock_nanosleep", "sleep", "usleep", "sched_yield", "pause", "sigwait", "sigsuspend",
];

/// Files, sockets, processes and the terminal.
#[rustfmt::skip]
const FILES: &[&str] = &[
    "read", "pread", "pread64", "readv", "preadv", "preadv64", "write", "pwrite", "pwrite64", "writev", "pwritev",
    "pwritev64", "open", "open64", "openat", "openat64", "creat", "creat64", "close", "lseek", "lseek64", "fstat",
    "fstat64", "stat", "stat64", "lstat", "lstat64", "fstatat", "fstatat64", "statx", "access", "faccessat", "fsync",
    "fdatasync", "msync", "flock", "fcntl", "fcntl64", "ioctl", "ftruncate", "ftruncate64", "unlink", "unlinkat",
    "rename", "renameat", "mkdir", "mkdirat", "rmdir", "readlink", "getcwd", "chdir", "copy_file_range", "sendfile",
    "sendfile64", "splice", "dup", "dup2", "dup3", "pipe", "pipe2",
    "poll", "ppoll", "select", "pselect", "epoll_wait", "epoll_pwait", "kevent", "connect", "accept", "accept4",
    "recv", "recvfrom", "recvmsg", "recvmmsg", "send", "sendto", "sendmsg", "sendmmsg", "shutdown", "waitpid", "wait",
    "waitid", "wait4", "fork", "vfork", "execve", "execvp", "posix_spawn", "posix_spawnp", "system", "popen", "pclose",
    "printf", "vprintf", "fprintf", "vfprintf", "puts", "putchar", "putc", "fputc", "fputs", "fwrite", "fread", "fgets",
    "fgetc", "getc", "getchar", "fflush", "fopen", "fopen64", "fclose", "opendir", "readdir", "readdir64", "closedir",
    "getaddrinfo", "dlopen", "pthread_create",
];

/// What Windows has for all of these.
#[rustfmt::skip]
const WINDOWS: &[&str] = &[
    "WaitForSingleObject", "WaitForSingleObjectEx", "WaitForMultipleObjects", "WaitForMultipleObjectsEx",
    "WaitOnAddress", "Sleep", "SleepEx", "SwitchToThread", "SleepConditionVariableSRW", "SleepConditionVariableCS",
    "AcquireSRWLockExclusive", "AcquireSRWLockShared", "EnterCriticalSection", "InitOnceBeginInitialize",
    "NtWaitForKeyedEvent", "NtWaitForSingleObject", "NtDelayExecution", "SignalObjectAndWait", "ReadFile", "WriteFile",
    "ReadFileEx", "WriteFileEx", "NtReadFile", "NtWriteFile", "ReadConsoleW", "WriteConsoleW", "CreateFileA",
    "CreateFileW", "CreateFile2", "NtCreateFile", "CloseHandle", "FlushFileBuffers", "SetFilePointerEx",
    "GetFileInformationByHandle", "GetFileInformationByHandleEx", "GetOverlappedResult", "GetQueuedCompletionStatus",
    "CreateProcessW", "CreateThread", "WSARecv", "WSASend", "WSAPoll", "WSAConnect", "_write",
    "_read",
];

/// What Apple's systems have besides.
#[rustfmt::skip]
const APPLE: &[&str] = &[
    "os_unfair_lock_lock", "__ulock_wait", "__ulock_wait2", "os_sync_wait_on_address",
    "os_sync_wait_on_address_with_timeout", "dispatch_semaphore_wait", "dispatch_sync_f", "semaphore_wait",
    "semaphore_timedwait", "mach_msg", "mach_wait_until", "pthread_cond_timedwait_relative_np",
    "os_unfair_lock_lock_with_options", "os_unfair_lock_lock_with_flags", "dispatch_group_wait", "dispatch_barrier_sync_f",
    "mach_msg2_internal", "mach_msg_overwrite",
];

/// They may take from the heap as well, or call what the program gave them.
#[rustfmt::skip]
const CALL_BACK: &[&str] = &[
    "pthread_once", "pthread_create", "fork", "vfork", "execve", "execvp", "posix_spawn", "posix_spawnp", "system",
    "popen", "pclose", "printf", "vprintf", "fprintf", "vfprintf", "puts", "putchar", "putc", "fputc", "fputs", "fwrite",
    "fread", "fgets", "fgetc", "getc", "getchar", "fflush", "fopen", "fopen64", "fclose", "opendir", "readdir",
    "readdir64", "closedir", "getaddrinfo", "dlopen", "getcwd", "CreateProcessW", "CreateThread", "ReadFileEx",
    "WriteFileEx", "SleepEx", "WaitForSingleObjectEx", "WaitForMultipleObjectsEx", "InitOnceBeginInitialize",
    "_write", "_read", "dispatch_sync_f", "dispatch_barrier_sync_f", "CreateFileA", "CreateFileW", "CreateFile2",
    "pthread_join", "pthread_timedjoin_np", "ioctl",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_known_in_every_form_that_compilers_write_it() {
        for name in [
            "std::sys::sync::mutex::futex::Mutex::lock_contended",
            "<std::sys::sync::mutex::futex::Mutex>::lock_contended",
            "<std::thread::thread::Thread>::park",
            "std::thread::functions::sleep",
            "pthread_mutex_lock",
        ] {
            assert!(waits(name), "{name}");
        }
        for name in ["<game::Gate as std::sync::Lock>::lock", "game::read", "read", "<game::Mutex>::lock_contended"] {
            assert!(!waits(name), "{name}");
        }
        assert!(
            import_waits("nanosleep@GLIBC_2.2.5") && import_waits("read$NOCANCEL") && import_waits("WaitOnAddress")
        );
        assert!(!import_waits("pthread_mutex_trylock") && !import_waits("clock_gettime"));
    }

    #[test]
    fn what_calls_back_is_no_plain_wait() {
        assert!(only_waits("read") && only_waits("pthread_mutex_lock"));
        assert!(!only_waits("pthread_once") && !only_waits("printf") && !only_waits("memcpy"));
    }
}

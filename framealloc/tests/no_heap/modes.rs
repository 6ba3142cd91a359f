//! What a guard does beside counting: it reports the place of the allocation, or ends the program there.
//! Each test that ends a program runs itself again as one.

use std::process::{Command, Output};

use framealloc::{HeapGuard, HeapGuardMode, SmartAlloc, frame_system, no_heap};

const CHILD: &str = "NO_HEAP_MODES_CHILD";

/// Runs the test of this name again, as a program that may end.
fn child(test: &str, strict: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = format!("modes::{test}");
    command.args([&*test, "--exact", "--nocapture"]).env(CHILD, "1").env_remove("FRAMEALLOC_STRICT");
    if let Some(strict) = strict {
        command.env("FRAMEALLOC_STRICT", strict);
    }
    command.output().unwrap()
}

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

#[inline(never)]
fn takes_from_the_heap(bytes: usize) -> usize {
    std::hint::black_box(vec![1_u8; bytes]).len()
}

#[frame_system(name = "careless", tag = "physics", no_heap)]
fn careless(alloc: &SmartAlloc) -> usize {
    takes_from_the_heap(*alloc.frame_box(1234))
}

#[frame_system(name = "panics", no_heap)]
fn panics(alloc: &SmartAlloc) {
    panic!("the reason {}", alloc.frame_box(7));
}

#[frame_system(name = "grows", tag = "physics", no_heap)]
fn grows(alloc: &SmartAlloc) {
    let text = alloc.tagged("grows_text").frame_str("first of its tag");
    let mut list = alloc.frame_vec();
    let mut map = alloc.frame_map();
    for i in 0..10_000_u64 {
        list.push(i);
        map.insert(i, i);
        alloc.frame_box([i; 8]);
    }
    alloc.scoped(|frame| frame.cursor().alloc([0_u64; 1000]).len());
    let objects = alloc.frame_slice_fill_with(1000, |i| framealloc::pool::boxed([i; 8]));
    let shared = alloc.frame_share(3_u32);
    assert_eq!(shared.get(alloc), Some(&3));
    let _phase = alloc.phase_scope("grows");
    assert!(text.len() + list.len() + map.len() + objects.len() > 21_000);
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn aborted(output: &Output) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        output.status.signal().is_some()
    }
    #[cfg(not(unix))]
    {
        !output.status.success()
    }
}

#[test]
fn strict_ends_the_program_at_the_allocation() {
    if is_child() {
        let alloc = SmartAlloc::default();
        HeapGuard::set_mode(HeapGuardMode::Abort);
        careless(&alloc);
        println!("still here");
    }
    let output = child("strict_ends_the_program_at_the_allocation", None);
    let text = text(&output);
    assert!(aborted(&output), "{text}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("still here"));
    assert!(text.contains("FA007: 1234 bytes taken from the heap in `careless`"), "{text}");
    assert!(text.contains("modes.rs") && text.contains("tag physics"), "{text}");
    assert!(text.contains("takes_from_the_heap"), "the backtrace shows the allocation: {text}");
}

#[test]
fn the_growth_of_frame_memory_and_pools_is_not_the_system_s() {
    if is_child() {
        let mut alloc = SmartAlloc::default();
        HeapGuard::set_mode(HeapGuardMode::Abort);
        // The first frame of the first thread, and of another.
        std::thread::scope(|scope| scope.spawn(|| grows(&alloc)).join().unwrap());
        grows(&alloc);
        alloc.end_frame();
        let stats = alloc.stats();
        let grew = stats.systems.iter().find(|system| system.name == "grows").unwrap();
        assert_eq!((grew.calls, grew.heap.calls), (2, 0));
        println!("still here");
        return;
    }
    let output = child("the_growth_of_frame_memory_and_pools_is_not_the_system_s", None);
    assert!(String::from_utf8_lossy(&output.stdout).contains("still here"), "{}", text(&output));
}

#[test]
fn the_environment_makes_it_strict() {
    if is_child() {
        no_heap(|| takes_from_the_heap(77));
        println!("still here");
        return;
    }
    for (value, ends) in [
        (Some("1"), true),
        (Some("error"), true),
        (Some("All"), true),
        (Some("0"), false),
        (Some("false"), false),
        (None, false),
    ] {
        let output = child("the_environment_makes_it_strict", value);
        assert_eq!(aborted(&output), ends, "{value:?}: {}", text(&output));
        assert_eq!(text(&output).contains("77 bytes taken from the heap in `no_heap`"), ends, "{value:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).contains("still here"), !ends, "{value:?}");
    }
}

#[test]
fn reports_go_on_and_are_few() {
    if is_child() {
        let mut alloc = SmartAlloc::default();
        HeapGuard::set_mode(HeapGuardMode::Report);
        for _ in 0..10 {
            alloc.whole_frame(careless);
        }
        let stats = alloc.stats();
        assert_eq!(stats.tag("physics").map(|tag| (tag.heap.calls, tag.heap.bytes)), Some((1, 1234)));
        println!("still here");
        return;
    }
    let output = child("reports_go_on_and_are_few", None);
    assert!(output.status.success(), "{}", text(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("still here"));
    assert_eq!(text(&output).matches("FA007: 1234 bytes").count(), 4, "{}", text(&output));
}

#[test]
fn a_panic_is_not_hidden_by_what_it_allocates() {
    if is_child() {
        let alloc = SmartAlloc::default();
        HeapGuard::set_mode(HeapGuardMode::Abort);
        panics(&alloc);
    }
    let output = child("a_panic_is_not_hidden_by_what_it_allocates", None);
    assert!(text(&output).contains("the reason 7"), "{}", text(&output));
    assert!(!aborted(&output), "{}", text(&output));
}

#[test]
fn the_first_sites_of_a_system_are_kept() {
    if is_child() {
        let mut alloc = SmartAlloc::default();
        for _ in 0..10 {
            alloc.whole_frame(careless);
        }
        let sites = HeapGuard::sites();
        let careless: Vec<_> = sites.iter().filter(|site| site.system == "careless").collect();
        assert_eq!(careless.len(), 4);
        for site in careless {
            assert_eq!((site.tag, site.bytes), ("physics", 1234));
            assert!(site.file.ends_with("modes.rs") && site.line > 0);
            let seen = site.backtrace.as_ref().is_some_and(|trace| trace.to_string().contains("takes_from_the_heap"));
            assert_eq!(seen, cfg!(feature = "debug"));
        }
        HeapGuard::clear_sites();
        assert!(HeapGuard::sites().is_empty());
        println!("all seen");
        return;
    }
    let output = child("the_first_sites_of_a_system_are_kept", None);
    assert!(String::from_utf8_lossy(&output.stdout).contains("all seen"), "{}", text(&output));
}

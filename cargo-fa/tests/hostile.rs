//! Whatever the input is, the analyser answers.

use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Analysis, Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::config::Config;

fn analyse(bytes: &[u8]) -> Analysis {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("hostile.rs"), bytes).expect("written");
    let project = Project::of_files(directory.path(), &["hostile.rs".into()]);
    project.analyze(&Request { jobs: 1, pedantic: true, ..Request::default() }, &Config::default())
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let files = walkdir::WalkDir::new(root).into_iter().flatten().map(walkdir::DirEntry::into_path);
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|of| of == "rs")).collect();
    files.sort();
    files
}

/// Lines are taken out, doubled and exchanged: much of it still parses, and little of it makes sense.
#[test]
fn programs_that_make_no_sense_are_analysed() {
    let seed: u64 = 0x5eed_2026;
    println!("seed {seed:#x}");
    let mut state = seed;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).expect("fits")
    };
    let mut parsed = 0;
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("readable");
        for _ in 0..3 {
            let mut lines: Vec<&str> = text.lines().collect();
            for _ in 0..=next(4) {
                let (at, other) = (next(lines.len()), next(lines.len()));
                match next(3) {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(other, lines[at]),
                    _ => lines.swap(at, other),
                }
            }
            let analysis = analyse(lines.join("\n").as_bytes());
            assert_eq!(analysis.files.len(), 1);
            parsed += usize::from(analysis.unparsed.is_empty());
        }
    }
    assert!(parsed > 20, "only {parsed} still parsed");
}

#[test]
fn files_that_are_no_programs_are_reported() {
    for bytes in [&b"\xff\xfe\x00"[..], b"fn", b"\0\0\0", b"\"", b"/*", b"fn f() { r#\" }"] {
        assert_eq!(analyse(bytes).unparsed.len(), 1, "{bytes:?}");
    }
    for bytes in
        [&b""[..], b"// only a comment", b"#!/usr/bin/env run\nfn main() {}\r\n", "\u{feff}fn f() {}".as_bytes()]
    {
        assert!(analyse(bytes).unparsed.is_empty(), "{bytes:?}");
    }
}

/// Megabytes of generated code, in items and in one expression.
#[test]
fn large_files_are_analysed() {
    let items = "pub const A: [f32; 4] = [1.5, -2.25, 3.0, 0.5];\n".repeat(5_000);
    assert!(analyse(items.as_bytes()).unparsed.is_empty());
    let rows = "    [1.5, -2.25, 3.0, 0.5], // one row\n".repeat(60_000);
    let table = format!("pub static TABLE: &[[f32; 4]] = &[\n{rows}];\n");
    assert!(table.len() > 2_000_000);
    assert!(analyse(table.as_bytes()).unparsed.is_empty());
}

/// What is analysed twice does not double what is in it again and again: no end would come in sight.
#[test]
fn nesting_does_not_multiply() {
    let depth = 40;
    let nested = |open: &dyn Fn(usize) -> String, close: &str| {
        let open: String = (0..depth).map(open).collect();
        format!("{open}\na = alloc.frame_box(2_u32);\n{}", close.repeat(depth))
    };
    let chain: Vec<String> =
        (0..depth).map(|at| format!("let c{} = |x: u32| c{at}(x) + c{at}(x);\n", at + 1)).collect();
    for body in [
        nested(&|at| format!("let mut k{at} = 0; while k{at} < 9 {{ k{at} += 1;"), "}"),
        nested(
            &|at| format!("let mut b{at} = a; loop {{ b{at} = alloc.frame_box(1_u32); if *b{at} > 3 {{ break; }}"),
            "}",
        ),
        nested(&|at| format!("for i{at} in 0..9 {{ let b{at} = alloc.frame_box(i{at}); kept.push(*b{at});"), "}"),
        nested(&|at| format!("kept.iter().for_each(|x{at}| {{ let b{at} = alloc.frame_box(*x{at});"), "});"),
        nested(&|at| format!("let c{at} = || {{"), "}; c0(); c1(); c2();"),
        format!("let c0 = |x: u32| x + *a;\n{} c{depth}(1);", chain.concat()),
    ] {
        let text = format!(
            "use framealloc::SmartAlloc;
            pub fn tick(alloc: &mut SmartAlloc, kept: &mut Vec<u32>) {{
                alloc.begin_frame();
                let mut a = alloc.frame_box(1_u32);
                {body}
                alloc.end_frame();
            }}"
        );
        let analysis = analyse(text.as_bytes());
        assert!(analysis.unparsed.is_empty(), "{:?}\n{text}", analysis.unparsed);
    }
}

/// Calls in circles, types in circles, imports in circles.
#[test]
fn circles_come_to_an_end() {
    let text = r"
        use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};
        mod a { pub use super::b::*; pub use super::a::X; }
        mod b { pub use super::a::*; }
        pub struct Node { next: Option<Box<Node>>, other: Vec<Other> }
        pub struct Other { node: Option<Box<Node>> }
        type One = Two; type Two = One;
        fn even<'f>(frame: &'f Frame, n: u32, out: &mut Vec<FrameBox<'f, u32>>) { if n > 0 { odd(frame, n - 1, out); } }
        fn odd<'f>(frame: &'f Frame, n: u32, out: &mut Vec<FrameBox<'f, u32>>) { out.push(frame.frame_box(n)); even(frame, n, out); }
        fn again(node: &Node, one: One) { again(node, one); let f = |x: u32| x; f(f(f(1))); }
        #[frame_system]
        pub fn tick(alloc: &SmartAlloc, node: Node, one: One) { let n = alloc.frame_ref(node); again(n, one); let g = || g(); g(); }
    ";
    assert!(analyse(text.as_bytes()).unparsed.is_empty());
}

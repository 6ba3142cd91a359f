use super::ir::{ExprKind, ItemKind};
use super::*;

fn on_big_stack<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let handle = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).expect("a thread starts");
        handle.join().expect("it does not panic")
    })
}

fn parse(bytes: &[u8]) -> Result<FileFacts, Refused> {
    parse_as(bytes, Extent { tests: true, bodies: true })
}

fn parse_as(bytes: &[u8], extent: Extent) -> Result<FileFacts, Refused> {
    parse_of(Path::new("nowhere.rs"), bytes, extent)
}

fn parse_of(path: &Path, bytes: &[u8], extent: Extent) -> Result<FileFacts, Refused> {
    super::parse(path, bytes, Key::of(bytes, extent), extent, None)
}

const WITHOUT_TESTS: Without = Without { tests: true, bodies: false };
const WITHOUT_BODIES: Without = Without { tests: false, bodies: true };
const WITH_ALL: Without = Without { tests: false, bodies: false };

fn prepare(text: &str, without: Without) -> String {
    depth::prepare(text, without).expect("is not deep").text
}

#[test]
fn names_and_places_come_from_the_source() {
    let text = "\u{feff}// é\r\nfn größe(r#in: u32) -> u32 {\r\n    r#in.max(3)\r\n}\r\n";
    let facts = parse(text.as_bytes()).expect("parses");
    let item = &facts.items[0];
    assert_eq!(facts.name(item.name), "größe");
    let at = |span: ir::Span| &text[span.lo as usize..span.hi as usize];
    assert_eq!(at(item.name_span), "größe");
    let calls: Vec<_> = facts
        .bodies
        .tables()
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Method(call) => Some((at(expr.span), at(call.name_span))),
            _ => None,
        })
        .collect();
    assert_eq!(calls, [("r#in.max(3)", "max")]);
    assert_eq!(facts.lines, 4);
}

#[test]
fn macro_arguments_are_read() {
    let text = r#"fn f(a: u32) { println!("{a} {{b}} {0} \u{41}", g(a), x = h(a)); tokio::select! { v = one() => k(v), _ = two() => {} } }"#;
    let facts = parse(text.as_bytes()).expect("parses");
    let names: Vec<_> = facts.names().collect();
    for name in ["g", "h", "one", "two", "k"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let reads = facts
        .bodies
        .tables()
        .exprs
        .iter()
        .filter(|expr| matches!(expr.kind, ExprKind::Name(name) if facts.name(name) == "a"));
    assert_eq!(reads.count(), 3);
}

#[test]
fn statics_of_thread_local_are_items() {
    let facts = parse(b"thread_local! { static A: Cell<u32> = const { Cell::new(1) }; }").expect("parses");
    assert!(matches!(facts.items[0].kind, ItemKind::Static { thread_local: true, .. }));
}

#[test]
fn what_does_not_parse_is_refused_with_its_place() {
    let partly = parse(b"fn f() {}\nfn g( {}\n").expect("a part parses");
    assert!(partly.items.len() == 1 && partly.broken.len() == 1 && partly.broken[0].at.lo >= 10, "{partly:?}");
    let refused = parse(b"fn g( {}\n").expect_err("nothing parses");
    assert!(refused.message.starts_with("does not parse"), "{refused:?}");
    let refused = parse(b"fn f() {}\n\xff\xfe").expect_err("not UTF-8");
    assert_eq!(refused.at.lo, 10);
    assert!(parse(b"\"open").is_err());
}

#[test]
fn nothing_overflows_the_stack() {
    on_big_stack(|| {
        let deep = |open: &str, close: &str, n: usize| format!("fn f() {{ {}1{} ; }}", open.repeat(n), close.repeat(n));
        for n in [100, 500, 100_000] {
            for (open, close) in [
                ("(", ")"),
                ("[", "]"),
                ("{", "}"),
                ("!", ""),
                ("-", ""),
                ("&", ""),
                ("1+", ""),
                ("a.", ""),
                ("a=", ""),
                ("if a {} else ", ""),
                ("if a {", "}"),
                ("|| ", ""),
                ("return ", ""),
                ("f(", ")"),
                ("vec![", "]"),
                ("a::<A<A,A<", ">>"),
                ("", "?"),
                ("", ".f()"),
                ("", " as u8"),
            ] {
                let _ = parse(deep(open, close, n).as_bytes());
            }
            let _ = parse(format!("type T = {}u8{};", "A<B,".repeat(n), ">".repeat(n)).as_bytes());
            let _ = parse(format!("type T = {}u8;", "&".repeat(n)).as_bytes());
            let _ = parse(format!("fn f() {{ {} }}", "match a { _ => ".repeat(n)).as_bytes());
        }
    });
}

#[test]
fn a_long_flat_file_is_not_deep() {
    let rows = "    [1.5, -2.25, 3.0e-4, 0x10, 'a', \"x;{(\"],\n".repeat(20_000);
    let text = format!("const TABLE: &[[f32; 4]] = &[\n{rows}];\nfn f<'a>(x: &'a str) -> bool {{ x == r#\"{{\"# }}\n");
    assert_eq!(prepare(&text, WITHOUT_TESTS), text);
}

#[test]
fn comments_are_left_out_and_code_stays_where_it_is() {
    for (text, left) in [
        ("/// é doc\nfn f() {} // end", "\nfn f() {} "),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("a /* é\n\n b */ e /* f */\ng", "a \n\n      e \ng"),
        ("\"// no\" '\"' // x", "\"// no\" '\"' "),
        ("r#\"/* \" \"# /* y */ 'a: loop", "r#\"/* \" \"#         'a: loop"),
        ("b\"\\\"//\" '\\'' '/' // z", "b\"\\\"//\" '\\'' '/' "),
        ("f::<'a,'b>() // x\r\n", "f::<'a,'b>() \n"),
        ("r#in // x", "r#in "),
        ("1 / 2 /", "1 / 2 /"),
    ] {
        assert_eq!(prepare(text, WITH_ALL), left, "{text}");
    }
}

#[test]
fn modules_of_tests_are_left_out_unless_they_are_read() {
    for (text, left) in [
        ("#[cfg(test)] mod t { fn 1() {} } fn g() {}", "#[cfg(test)] mod t {           } fn g() {}"),
        (
            "#[cfg(test)]\n#[allow(x)]\npub(crate) mod t {\n{}'}' 1\n} y",
            "#[cfg(test)]\n#[allow(x)]\npub(crate) mod t {\n\n} y",
        ),
        ("#[cfg(test)] mod a { mod b { \"}\" } /* } */ } x", "#[cfg(test)] mod a {                       } x"),
        ("mod o { #[cfg(test)] mod t { x } y }", "mod o { #[cfg(test)] mod t {   } y }"),
    ] {
        assert_eq!(prepare(text, WITHOUT_TESTS), left, "{text}");
        let kept = prepare(text, WITH_ALL);
        assert!(kept.split_whitespace().count() > left.split_whitespace().count(), "{text}");
    }
    let rules = prepare("macro_rules! m\n{ ($a:tt) => { 1 } } m! { 2 }", WITH_ALL);
    assert_eq!(rules, "macro_rules! m\n{                  } m! { 2 }");
    for text in [
        "#[cfg(test)] fn f() { x }",
        "#[cfg(test)] use a::{b}; mod t { x }",
        "#[cfg(test)] mod t; mod u { x }",
        "#[cfg(not(test))] mod t { x }",
        "#[cfg(test)] mod t { x",
        "\"#[cfg(test)]\"; mod t { x }",
    ] {
        assert_eq!(prepare(text, WITHOUT_TESTS), text);
    }
    let broken = b"fn f() {}\n#[cfg(test)] mod t { fn 1() {} }";
    let broken_in = |extent| parse_as(broken, extent).expect("a part parses").broken.len();
    assert_eq!(broken_in(Extent { tests: false, bodies: true }), 0);
    assert_eq!(broken_in(Extent { tests: true, bodies: true }), 1);
}

#[test]
fn functions_are_left_out_where_only_their_outlines_are_read() {
    // What is left out stands between `«` and `»`.
    for marked in [
        "fn f() {« 1 »} fn g() {« 2 »}",
        "impl<T: A<B>> C for D<T> where T: E<{ N }>, { fn f(&self) -> [u8; { 3 }] where T: F, {« 1 »} }",
        "impl A<{ 1 + 2 }> { const X: u8 = { 3 }; pub const unsafe\tfn f() -> Box<dyn Fn(u8) -> B<C>> {« 4 »} }",
        "trait A { fn f(); fn g() -> impl Fn() -> u8 {« 1 »} fn h(self) -> ! {« loop {} »} }",
        "mod a { pub(in crate::b) async fn f(x: fn(u8) -> u8) {« 1 »} }",
        "extern \"C\" fn f<'a>(x: &'static str) -> *const u8 {« x as *const u8 »}",
        "struct S { x: [u8; { fn f() {} 3 }] } fn g() {« m! { 1 } »}",
        "fn f() {« let r#use = 1; 'static: loop {} \"struct\"; used(); fn_pointer::<fn(u8)>() »}",
        "const A: bool = B < C; fn f() {« a < b »} static S: u8 = 1 << 2; fn g() {« 1 »}",
    ] {
        let left: String = marked
            .split('«')
            .enumerate()
            .map(|(at, part)| match part.split_once('»') {
                Some((out, rest)) if at > 0 => " ".repeat(out.len()) + rest,
                _ => part.to_owned(),
            })
            .collect();
        assert_eq!(prepare(&marked.replace(['«', '»'], ""), WITHOUT_BODIES), left);
    }
    assert_eq!(prepare("fn f()\n{\n  2\n  }", WITHOUT_BODIES), "fn f()\n{\n\n  }");
    for text in [
        "fn f() { use a::B; 1 }",
        "fn f() { struct A; 1 }",
        "fn f() { { fn g() {} } 1 }",
        "fn f() { const A: u8 = 1; }",
        "fn f() { impl A { } }",
        "fn f() { unsafe\textern { } }",
        "fn f() { m! { static A: u8 = 1; } }",
        "const A: u8 = { fn f() { 1 } 2 };",
        "static A: fn() = { fn f() { 1 } f };",
        "m! { fn f() { 1 } }",
        "m!(fn f() { 1 });",
        "cfg_if! { if #[cfg(x)] { fn f() { 1 } } }",
        "struct A<const N: usize = { 1 }>;",
        "extern \"C\" { fn f(); }",
        "enum A { B { c: u8 }, D = { 1 } }",
        "fn f() { 1 ",
    ] {
        assert_eq!(prepare(text, WITHOUT_BODIES), text);
    }
}

/// What is outside of functions is the same with and without them, and bodies that are read later are those that would have
/// been read at once.
fn read_later_is_read_at_once(path: &Path) -> bool {
    let Ok(text) = std::fs::read(path) else { return false };
    let mut waits = false;
    for tests in [false, true] {
        let [outline, whole] = [false, true].map(|bodies| parse_of(path, &text, Extent { tests, bodies }));
        waits |= outline.as_ref().is_ok_and(|facts| facts.bodies.are_unread());
        match (whole, outline) {
            (Ok(whole), outline) => {
                let outline = outline.expect("less of what parses parses");
                assert!(outline == whole, "{}", path.display());
                assert_eq!(outline.bodies.refused(), None);
            }
            (Err(refused), Ok(outline)) => {
                outline.bodies.tables();
                assert_eq!(outline.bodies.refused(), Some(&refused), "{}", path.display());
            }
            // Another mistake may come first.
            (Err(_), Err(_)) => {}
        }
    }
    waits
}

fn sources(root: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let files = walkdir::WalkDir::new(root).into_iter().flatten().map(walkdir::DirEntry::into_path);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

#[test]
fn functions_of_our_own_sources_may_wait() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut count = 0;
    for package in ["cargo-fa", "framealloc-core", "framealloc-macros", "examples", "ui-tests"] {
        for path in sources(&root.join(package)).filter(|path| !path.iter().any(|part| part == "target")) {
            count += usize::from(read_later_is_read_at_once(&path));
        }
    }
    assert!(count > 200, "{count} files");
}

/// `FA_CORPUS` is a folder of sources, such as those that cargo has unpacked.
#[test]
#[ignore = "run by ci/corpora.sh over whole engines"]
fn functions_of_a_corpus_may_wait() {
    let root = std::env::var_os("FA_CORPUS").expect("FA_CORPUS names a folder");
    let mut files: Vec<_> = sources(root.as_ref()).collect();
    files.sort();
    let count = files.len();
    let waiting = on_big_stack(|| files.iter().filter(|path| read_later_is_read_at_once(path)).count());
    println!("{count} files, {waiting} of them with functions that may wait");
    assert!(waiting > 1000, "{waiting} of {count}");
}

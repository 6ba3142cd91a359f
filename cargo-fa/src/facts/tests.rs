use super::ir::{ExprKind, ItemKind};
use super::*;

fn on_big_stack<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let handle = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).expect("a thread starts");
        handle.join().expect("it does not panic")
    })
}

fn parse(bytes: &[u8]) -> Result<FileFacts, Refused> {
    super::parse(bytes, true)
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
        .get()
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
    let names: Vec<_> = facts.names.iter().collect();
    for name in ["g", "h", "one", "two", "k"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let reads = facts
        .bodies
        .get()
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
    let refused = parse(b"fn f() {}\nfn g( {}\n").expect_err("does not parse");
    assert!(refused.at.lo >= 10, "{refused:?}");
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
    assert_eq!(depth::prepare(&text, false).as_deref(), Ok(text.as_str()));
}

#[test]
fn comments_are_blanked_and_nothing_else_is() {
    for (text, blanked) in [
        ("/// é doc\nfn f() {} // end", "          \nfn f() {}       "),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("\"// no\" '\"' // x", "\"// no\" '\"'     "),
        ("r#\"/* \" \"# /* y */ 'a: loop", "r#\"/* \" \"#         'a: loop"),
        ("b\"\\\"//\" '\\'' '/' // z", "b\"\\\"//\" '\\'' '/'     "),
        ("f::<'a,'b>() // x", "f::<'a,'b>()     "),
        ("r#in // x", "r#in     "),
        ("1 / 2 /", "1 / 2 /"),
    ] {
        let prepared = depth::prepare(text, true).expect("is not deep");
        assert_eq!(prepared, blanked, "{text}");
        assert_eq!(prepared.len(), text.len());
    }
}

#[test]
fn modules_of_tests_are_left_out_unless_they_are_read() {
    for (text, blanked) in [
        ("#[cfg(test)] mod t { fn 1() {} } fn g() {}", "#[cfg(test)] mod t {           } fn g() {}"),
        (
            "#[cfg(test)]\n#[allow(x)]\npub(crate) mod t {\n{}'}' 1\n} y",
            "#[cfg(test)]\n#[allow(x)]\npub(crate) mod t {\n       \n} y",
        ),
        ("#[cfg(test)] mod a { mod b { \"}\" } /* } */ } x", "#[cfg(test)] mod a {                       } x"),
        ("mod o { #[cfg(test)] mod t { x } y }", "mod o { #[cfg(test)] mod t {   } y }"),
    ] {
        assert_eq!(depth::prepare(text, false).as_deref(), Ok(blanked), "{text}");
        let kept = depth::prepare(text, true).expect("is not deep");
        assert!(kept.split_whitespace().count() > blanked.split_whitespace().count(), "{text}");
    }
    let rules = depth::prepare("macro_rules! m\n{ ($a:tt) => { 1 } } m! { 2 }", true);
    assert_eq!(rules.as_deref(), Ok("macro_rules! m\n{                  } m! { 2 }"));
    for text in [
        "#[cfg(test)] fn f() { x }",
        "#[cfg(test)] use a::{b}; mod t { x }",
        "#[cfg(test)] mod t; mod u { x }",
        "#[cfg(not(test))] mod t { x }",
        "#[cfg(test)] mod t { x",
        "\"#[cfg(test)]\"; mod t { x }",
    ] {
        assert_eq!(depth::prepare(text, false).as_deref(), Ok(text));
    }
    let broken = b"fn f() {}\n#[cfg(test)] mod t { fn 1() {} }";
    assert!(super::parse(broken, false).is_ok());
    assert!(super::parse(broken, true).is_err());
}

use super::*;

/// What a call with these arguments becomes.
fn expand_text(rules: &str, args: &str) -> String {
    let rules = Rules::parse(rules).expect("rules");
    let args: Vec<TokenTree> = args.parse::<TokenStream>().expect("tokens").into_iter().collect();
    let mut left = 10_000;
    match expand(&rules, &args, None, Span::call_site(), &mut left) {
        Expanded::Tokens(tokens) => without_blanks(&tokens.into_iter().collect::<TokenStream>().to_string()),
        Expanded::Failed(why) => format!("! {why}"),
    }
}

/// How tokens are printed depends on where they came from.
fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn calls_become_what_the_language_says() {
    for (rules, args, becomes) in [
        ("($a:expr) => { f($a) }", "1 + 2", "f(1 + 2)"),
        ("($($a:expr),* $(,)?) => { [$($a),*] }", "1, g(2, 3), |x, y| x,", "[1, g(2, 3), |x, y| x]"),
        ("($n:ident: $t:ty = $e:literal) => { static $n: $t = $e; }", "A: Vec<u8> = -3", "static A: Vec<u8> = -3;"),
        ("($($k:ident => $v:expr);+ $(;)?) => { $(s.$k = $v;)+ }", "a => 1; b => 2;", "s.a = 1; s.b = 2;"),
        ("(@one $x:tt) => { one($x) }; ($($x:tt)*) => { many($($x)*) }", "@one (1 2)", "one((1 2))"),
        ("(@one $x:tt) => { one($x) }; ($($x:tt)*) => { many($($x)*) }", "1 2 'a", "many(1 2 'a)"),
        ("($v:vis $n:ident) => { $v fn $n() {} }", "pub(crate) go", "pub(crate) fn go() {}"),
        ("($v:vis $n:ident) => { $v fn $n() {} }", "go", "fn go() {}"),
        (
            "($(#[$m:meta])* $i:item) => { $(#[$m])* $i }",
            "#[inline] #[cfg(a = \"b\")] fn f() {}",
            "#[inline] #[cfg(a = \"b\")] fn f() {}",
        ),
        ("($l:lifetime $b:block) => { $l: loop $b }", "'out { break 'out; }", "'out: loop { break 'out; }"),
        (
            "($p:pat => $e:expr) => { match x { $p => $e, _ => 0 } }",
            "Some(1) | None => 3",
            "match x { Some(1) | None => 3, _ => 0 }",
        ),
        ("($p:path) => { $p::new() }", "a::B::<u8>", "a::B::<u8>::new()"),
        ("($s:stmt) => { $s; }", "let x = f(1)", "let x = f(1);"),
        (
            "($($n:ident ( $($a:ident),* )),*) => { $(fn $n($($a: u8),*) {})* }",
            "f(a, b), g()",
            "fn f(a: u8, b: u8) {} fn g() {}",
        ),
        (
            "($t:ident; $($n:ident),*) => { $(impl T for $n { type A = $t; })* }",
            "X; A, B",
            "impl T for A { type A = X; } impl T for B { type A = X; }",
        ),
        ("() => { $crate::go() }", "", "crate::go()"),
        ("($($a:ident)|+) => { $($a)||+ }", "x | y", "x || y"),
        ("($a:ident) => { 1 }", "1 + 1", "! no rule matches"),
        ("($($a:ident),+) => { 1 }", "", "! no rule matches"),
    ] {
        let becomes = if becomes.starts_with('!') { becomes.to_owned() } else { without_blanks(becomes) };
        assert_eq!(expand_text(rules, args), becomes, "{rules} of {args}");
    }
}

#[test]
fn an_argument_stays_one_expression() {
    let text = expand_text("($a:expr) => { $a * 2 }", "1 + 2");
    let expr = syn::parse_str::<syn::Expr>("1 + 2").expect("parses");
    assert!(matches!(expr, syn::Expr::Binary(_)));
    // Printing loses the brackets that nobody sees; what is lowered has them.
    assert_eq!(text, without_blanks("1 + 2 * 2"));
}

#[test]
fn what_repeats_itself_ends() {
    let doubles = "($($a:tt)*) => { $($a)* $($a)* $($a)* $($a)* }";
    let rules = Rules::parse(doubles).expect("rules");
    let mut args: Vec<TokenTree> = "a b c d".parse::<TokenStream>().expect("tokens").into_iter().collect();
    let mut left = 10_000;
    for _ in 0..20 {
        match expand(&rules, &args, None, Span::call_site(), &mut left) {
            Expanded::Tokens(tokens) => args = tokens,
            Expanded::Failed(why) => return assert_eq!(why, "it becomes too much code"),
        }
    }
    panic!("{} tokens", args.len());
}

#[test]
fn definitions_are_found_where_they_are_code() {
    let text = r##"
        //! macro_rules! in_a_comment { () => {} }
        const TEXT: &str = "macro_rules! in_a_text { () => {} }";
        const RAW: &str = r#"macro_rules! raw { " () => {} }"#;
        #[macro_export]
        macro_rules! outer {
            ($x:expr) => { inner!($x, '"', "}") };
        }
        mod m { macro_rules! inner(() => { macro_rules! within { () => {} } }); fn f() { inner!(); } }
    "##;
    let found = definitions(text.as_bytes());
    let names: Vec<_> =
        found.iter().map(|found| (found.name.as_str(), found.exported, found.calls.join(" "))).collect();
    assert_eq!(names, [("outer", true, "inner".to_owned()), ("inner", false, "macro_rules".to_owned())]);
    assert!(found[1].scope.contains(&text.find("inner!();").expect("it is called")));
    assert!(!found[1].scope.contains(&text.find("outer").expect("it is there")));
}

fn files(all: &[(&str, usize, &str)]) -> Arc<Macros> {
    let mut macros =
        Macros::new(vec![vec![], vec![(0, "engine".to_owned())], vec![]], vec![vec![], vec!["log".to_owned()], vec![]]);
    let found =
        |(path, member, text): &(&str, usize, &str)| (PathBuf::from(path), *member, definitions(text.as_bytes()));
    macros.add(all.iter().map(found).collect());
    Arc::new(macros)
}

#[test]
fn a_call_means_the_macro_in_scope() {
    let own = "macro_rules! m { () => { 1 } } fn f() { m!(); } fn g() { macro_rules! m { () => { 2 } } m!(); }";
    let macros = files(&[
        ("engine/lib.rs", 0, "#[macro_export] macro_rules! far { () => {} } macro_rules! hidden { () => {} }"),
        ("game/own.rs", 1, own),
        ("game/other.rs", 1, "macro_rules! m { () => { 3 } } macro_rules! only { () => {} }"),
        ("alone/lib.rs", 2, "fn f() { far!(); }"),
    ]);
    let text = |path: &str, member, name: &str, prefix: Prefix, at| {
        let included = Arc::default();
        let file = FileMacros { all: Arc::clone(&macros), member, path: path.into(), included, fingerprint: 1 };
        let DefinitionId(id) = file.find(name, &prefix, at)?;
        Some((macros.definitions[id].path.display().to_string(), macros.definitions[id].found.rules.trim().to_owned()))
    };
    let rules = |found: Option<(String, String)>| found.map(|(_, rules)| rules);
    assert_eq!(rules(text("game/own.rs", 1, "m", Prefix::None, own.find("m!();").unwrap())).unwrap(), "() => { 1 }");
    assert_eq!(rules(text("game/own.rs", 1, "m", Prefix::None, own.rfind("m!();").unwrap())).unwrap(), "() => { 2 }");
    assert!(text("game/own.rs", 1, "only", Prefix::None, 0).is_some(), "`macro_use` of a sibling");
    assert!(text("game/own.rs", 1, "far", Prefix::None, 0).is_some(), "imported");
    assert!(text("game/own.rs", 1, "far", Prefix::Named("engine".to_owned()), 0).is_some());
    assert!(text("game/own.rs", 1, "only", Prefix::Named("module".to_owned()), 0).is_some());
    assert!(text("game/own.rs", 1, "only", Prefix::Named("log".to_owned()), 0).is_none());
    assert!(text("game/own.rs", 1, "hidden", Prefix::None, 0).is_none(), "not exported");
    assert!(text("alone/lib.rs", 2, "far", Prefix::None, 0).is_none(), "a package that does not use the other");
    assert!(text("game/own.rs", 1, "m", Prefix::Named("engine".to_owned()), 0).is_none());
}

#[test]
fn a_file_is_named_after_the_macros_that_it_calls_by_whatever_way() {
    let print = |inner: &str, text: &str| {
        let outer =
            format!("macro_rules! outer {{ () => {{ inner!() }} }} macro_rules! inner {{ () => {{ {inner} }} }}");
        let macros = files(&[("game/macros.rs", 1, &outer)]);
        macros.for_file(Path::new("game/lib.rs"), 1, text.as_bytes()).map_or(0, |file| file.fingerprint)
    };
    assert_ne!(print("1", "fn f() { outer!() }"), print("2", "fn f() { outer!() }"));
    assert_eq!(print("1", "fn f() { if a != b { other!() } }"), 0);
}

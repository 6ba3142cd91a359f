//! What the grammar accepts means the same in every order and spelling.

use framealloc_syntax::{
    AllocTagArgs, AttributeArgs as _, Denied, Effect, EffectArgs, FrameSystemArgs, Growth, PooledArgs, Size, TagSpec,
    check_field, denials,
};
use proc_macro2::TokenStream;
use proptest::prelude::*;
use quote::ToTokens;

fn tokens(source: &str) -> TokenStream {
    source.parse().expect(source)
}

#[test]
fn every_option_of_a_system() {
    let parsed = FrameSystemArgs::parse(tokens(
        "alloc = self.world.alloc, tag = tags::PHYSICS, budget = \"2MiB\", name = \"phys.step\", no_heap, in_flight, ambient, out = frame, \
         crate = engine::framealloc,",
    ));
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let args = parsed.value;
    let alloc = args.alloc.unwrap();
    assert_eq!((alloc.root.to_string(), alloc.binding.to_string()), ("self".into(), "alloc".into()));
    assert!(!alloc.is_parameter());
    assert!(matches!(args.tag.unwrap().value, TagSpec::Path(path) if path.segments.len() == 2));
    assert_eq!(args.budget.unwrap().value.bytes(), Some(2 << 20));
    assert_eq!(args.name.unwrap().value, "phys.step");
    assert!(
        args.denied.has(Effect::Heap) && !args.denied.has(Effect::Block) && args.ambient && args.in_flight.is_some()
    );
    assert_eq!(args.out.unwrap(), "frame");
    assert_eq!(args.krate.unwrap().to_token_stream().to_string(), "engine :: framealloc");
}

#[test]
fn spellings() {
    let read = |source| {
        let parsed = FrameSystemArgs::parse(tokens(source));
        assert!(parsed.problems.is_empty(), "{source}: {:?}", parsed.problems);
        parsed.value
    };
    assert!(read("").budget.is_none());
    assert!(matches!(read("budget = limits::STEP").budget.unwrap().value, Size::Const(_)));
    assert_eq!(read("budget = 4_096").budget.unwrap().value.bytes(), Some(4096));
    assert_eq!(read("budget = 4096usize").budget.unwrap().value.bytes(), Some(4096));
    assert_eq!(read("no_heap = false").denied, Denied::NOTHING);
    assert_eq!(read("no_block = false, no_heap").denied.word(), Some("no_heap"));
    assert!(!read("ambient = false").ambient);
    assert!(read("in_flight = false").in_flight.is_none());
    assert!(read("alloc = memory").alloc.unwrap().is_parameter());
    assert_eq!(read("alloc = self.0").alloc.unwrap().binding, "alloc");
    assert_eq!(read("alloc = context.memory").alloc.unwrap().binding, "memory");
    assert_eq!(read("out = r#in").out.unwrap(), "r#in");
    assert_eq!(read("crate = crate").krate.unwrap().to_token_stream().to_string(), "crate");

    for (source, name) in [("\"ai::pathfinding\"", Some("ai::pathfinding")), ("tags::AI", None), ("AI", None)] {
        let parsed = AllocTagArgs::parse(tokens(source));
        assert!(parsed.problems.is_empty(), "{source}: {:?}", parsed.problems);
        assert_eq!(parsed.value.tag.unwrap().value.name(), name);
    }

    let pooled =
        PooledArgs::parse(tokens("capacity = 1024, grow = fixed, tag = \"entities\", prewarm, name = \"foes\""));
    assert!(pooled.problems.is_empty());
    assert_eq!(pooled.value.capacity.unwrap().value, 1024);
    assert_eq!(pooled.value.grow.unwrap().value, Growth::Fixed);
    assert!(pooled.value.prewarm.is_some());
    assert!(PooledArgs::parse(tokens("capacity = 8")).value.grow.is_none());
}

#[test]
fn fragments_of_macro_rules_come_in_invisible_groups() {
    use proc_macro2::{Delimiter, Group, TokenTree};
    let grouped = |source: &str| TokenTree::Group(Group::new(Delimiter::None, tokens(source)));
    let mut source = tokens("budget =");
    source.extend([grouped("\"64KiB\"")]);
    source.extend(tokens(", tag ="));
    source.extend([grouped("\"physics\"")]);
    source.extend(tokens(", alloc ="));
    source.extend([grouped("self.alloc")]);
    let parsed = FrameSystemArgs::parse(source);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    assert_eq!(parsed.value.budget.unwrap().value.bytes(), Some(65_536));
    assert_eq!(parsed.value.tag.unwrap().value.name(), Some("physics"));
    assert_eq!(parsed.value.alloc.unwrap().binding, "alloc");
    for fragment in ["\"physics\"", "tags::PHYSICS"] {
        let parsed = AllocTagArgs::parse(grouped(fragment).into());
        assert!(parsed.problems.is_empty(), "{fragment}: {:?}", parsed.problems);
        assert!(parsed.value.tag.is_some());
    }
}

/// One well-formed option, as source.
fn option() -> impl Strategy<Value = (&'static str, String)> {
    let name = "[a-z_][a-z0-9_]{0,6}".prop_filter("not a keyword", |word| syn::parse_str::<syn::Ident>(word).is_ok());
    let path = proptest::collection::vec(name.clone(), 1..4);
    prop_oneof![
        path.clone().prop_map(|path| ("alloc", format!("self.{}", path.join(".")))),
        (1u32.., "B|KiB|MiB|GiB").prop_map(|(number, unit)| ("budget", format!("\"{number}{unit}\""))),
        (1..=i64::MAX).prop_map(|bytes| ("budget", bytes.to_string())),
        path.clone().prop_map(|path| ("crate", path.join("::"))),
        "[ -!#-\\[\\]-~]{0,8}[a-z]".prop_map(|name| ("name", format!("{name:?}"))),
        Just(("no_heap", "true".to_owned())),
        Just(("in_flight", "true".to_owned())),
        Just(("ambient", "true".to_owned())),
        name.prop_map(|name| ("out", name)),
        "[a-z0-9_]{1,5}(::[a-z0-9_]{1,5}){0,3}".prop_map(|tag| ("tag", format!("{tag:?}"))),
        path.prop_map(|path| ("tag", path.join("::"))),
    ]
}

/// What was understood, as text, so that two readings can be compared.
fn meaning(args: &FrameSystemArgs) -> Vec<String> {
    let shown = |value: Option<String>| value.unwrap_or_default();
    vec![
        shown(args.alloc.as_ref().map(|alloc| alloc.expression.to_token_stream().to_string())),
        shown(args.budget.as_ref().map(|size| format!("{:?}", size.value.bytes()))),
        shown(args.krate.as_ref().map(|path| path.to_token_stream().to_string())),
        shown(args.name.as_ref().map(|name| name.value.clone())),
        format!("{:?}", args.denied),
        args.in_flight.is_some().to_string(),
        args.ambient.to_string(),
        shown(args.out.as_ref().map(ToString::to_string)),
        shown(args.tag.as_ref().map(|tag| match &tag.value {
            TagSpec::Name(name) => name.clone(),
            TagSpec::Path(path) => path.to_token_stream().to_string(),
        })),
    ]
}

proptest! {
    #[test]
    fn well_formed_options_are_accepted_in_any_order(options in proptest::collection::vec(option(), 0..8)) {
        let mut chosen: Vec<(&str, String)> = Vec::new();
        for (key, value) in options {
            if chosen.iter().all(|(known, _)| *known != key) {
                chosen.push((key, value));
            }
        }
        let written = |list: &[(&str, String)]| list.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        let forward = FrameSystemArgs::parse(tokens(&written(&chosen)));
        prop_assert!(forward.problems.is_empty(), "{}: {:?}", written(&chosen), forward.problems);
        let given = usize::from(forward.value.alloc.is_some()) + usize::from(forward.value.budget.is_some())
            + usize::from(forward.value.krate.is_some()) + usize::from(forward.value.name.is_some())
            + usize::from(forward.value.denied.is_any()) + usize::from(forward.value.ambient) + usize::from(forward.value.in_flight.is_some()) + usize::from(forward.value.out.is_some()) + usize::from(forward.value.tag.is_some());
        prop_assert_eq!(given, chosen.len());

        chosen.reverse();
        let backward = FrameSystemArgs::parse(tokens(&written(&chosen)));
        prop_assert_eq!(meaning(&forward.value), meaning(&backward.value));

        // The macro reads tokens, the analyser the attribute as a whole.
        let list: syn::Meta = syn::parse_str(&format!("frame_system({})", written(&chosen))).unwrap();
        prop_assert_eq!(meaning(&FrameSystemArgs::from_meta(&list).value), meaning(&backward.value));
    }

    #[test]
    fn no_tokens_make_the_readers_panic(source in "([a-z]{1,8}|\"[a-zA-Z0-9:!]{0,6}\"|[0-9]{1,20}[A-Za-z]{0,3}|=|,|::|\\.|-|\\(|\\)|\\[|\\]| |alloc|budget|tag|crate|self){0,14}") {
        if let Ok(tokens) = source.parse::<TokenStream>() {
            let _ = FrameSystemArgs::parse(tokens.clone());
            let _ = AllocTagArgs::parse(tokens.clone());
            let _ = PooledArgs::parse(tokens);
        }
    }

    #[test]
    fn a_suggested_tag_name_is_a_tag_name(text in "\\PC{0,12}") {
        if let Err(framealloc_syntax::TagNameError { suggestion: Some(meant), .. }) = framealloc_syntax::check_tag_name(&text) {
            prop_assert_eq!(framealloc_syntax::check_tag_name(&meant), Ok(()));
        }
    }

    #[test]
    fn a_suggested_size_is_a_size(text in "[ -~]{0,10}") {
        if let Err(framealloc_syntax::SizeError::Malformed { suggestion: Some(meant) }) = framealloc_syntax::parse_size(&text) {
            let read = framealloc_syntax::parse_size(&meant);
            prop_assert!(!matches!(read, Err(framealloc_syntax::SizeError::Malformed { .. })), "{text} -> {meant}");
        }
    }
}

#[test]
fn what_must_not_wait_must_not_allocate() {
    let read = |source| FrameSystemArgs::parse(tokens(source));
    for source in ["no_block", "no_heap, no_block", "no_block, no_heap = true"] {
        let parsed = read(source);
        assert!(parsed.problems.is_empty(), "{source}: {:?}", parsed.problems);
        assert!(parsed.value.denied.has(Effect::Heap) && parsed.value.denied.has(Effect::Block), "{source}");
        assert_eq!(parsed.value.denied.word(), Some("no_block"));
    }
    for source in ["no_heap = false, no_block", "no_block, no_heap = false"] {
        let parsed = read(source);
        assert_eq!(
            parsed.problems[0].message, "`no_block` implies `no_heap`: an allocator may have to wait for a lock",
            "{source}"
        );
        assert_eq!(parsed.problems.len(), 1);
    }
}

#[test]
fn promises_add_up() {
    let (heap, block) = (Denied::NOTHING.and(Effect::Heap), Denied::NOTHING.and(Effect::Block));
    assert!(block.covers(heap) && !heap.covers(block) && heap.covers(Denied::NOTHING));
    assert_eq!(heap.or(block), block);
    assert!(!Denied::NOTHING.is_any() && heap.is_any());
    assert_eq!(Effect::ALL.map(|effect| Effect::denied_by(effect.word())), Effect::ALL.map(Some));
    assert!(Denied::NOTHING.word().is_none());
}

#[test]
fn an_attribute_of_an_effect_takes_one_option() {
    for effect in Effect::ALL {
        let parsed = EffectArgs::parse(effect, tokens("crate = engine::framealloc"));
        assert!(parsed.problems.is_empty());
        assert!(parsed.value.krate.is_some());
        let word = effect.word();
        for (source, message) in [
            ("strict", format!("unknown `#[{word}]` option `strict`")),
            ("crate = 1", "`crate` takes a path, for example `crate = engine::framealloc`".to_owned()),
            ("\"text\"", format!("expected an option of `#[{word}]`")),
        ] {
            assert_eq!(EffectArgs::parse(effect, tokens(source)).problems[0].message, message, "{source}");
        }
    }
}

#[test]
fn a_field_declares_an_effect_once_and_can_be_called() {
    let problems = |field: syn::Field| {
        let mut problems = Vec::new();
        check_field(&field.attrs, &field.ty, &mut problems);
        (denials(&field.attrs).count(), problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>())
    };
    for field in [
        syn::parse_quote!(#[no_heap] #[framealloc::no_block] on: fn(u32) -> usize),
        syn::parse_quote!(#[no_heap] on: Box<dyn Fn(u32) + Send>),
        syn::parse_quote!(#[no_heap] on: Option<Hook>),
        syn::parse_quote!(#[no_heap] on: [fn(); 4]),
    ] {
        assert_eq!(problems(field).1, [""; 0]);
    }
    for (field, message) in [
        (
            syn::parse_quote!(#[no_heap] score: u32),
            "`#[no_heap]` goes on a field that holds a function: this one cannot be called",
        ),
        (
            syn::parse_quote!(#[no_block] name: &'static str),
            "`#[no_block]` goes on a field that holds a function: this one cannot be called",
        ),
        (syn::parse_quote!(#[no_heap] #[no_heap] on: fn()), "this field already declares `no_heap`"),
        (syn::parse_quote!(#[no_heap(crate = a)] on: fn()), "`#[no_heap]` on a field takes no options"),
    ] {
        assert_eq!(problems(field).1, [message]);
    }
    assert_eq!(problems(syn::parse_quote!(#[serde(skip)] on: fn())).0, 0);
}

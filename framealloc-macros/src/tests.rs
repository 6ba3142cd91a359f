//! What the attributes expand to, as text, and that nothing the user wrote is lost on the way.

use proc_macro2::TokenStream;

fn system(args: &str, item: &str) -> String {
    crate::frame_system::expand(tokens(args), tokens(item)).to_string()
}

fn tagged(args: &str, item: &str) -> String {
    crate::alloc_tag::expand(tokens(args), tokens(item)).to_string()
}

fn declared(word: &str, args: &str, item: &str) -> String {
    let effect = framealloc_syntax::Effect::denied_by(word).expect(word);
    crate::effects::expand(effect, tokens(args), tokens(item)).to_string()
}

fn tokens(source: &str) -> TokenStream {
    source.parse().expect(source)
}

#[track_caller]
fn same(expansion: &str, expected: &str) {
    // How tokens are spaced depends on where they come from.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeezed(expansion), squeezed(&tokens(expected).to_string()));
}

const ALLOW: &str = "#[allow(unused_variables, clippy::shadow_reuse, clippy::shadow_same, clippy::shadow_unrelated)]";

#[test]
fn a_system_in_full() {
    same(
        &system(
            "tag = tags::PHYSICS, budget = \"64KiB\", name = \"phys\", no_heap, out = frame",
            "pub fn step(alloc: &SmartAlloc, n: u32) -> Option<u32> { Some(n) }",
        ),
        &format!(
            "pub fn step(alloc: &SmartAlloc, n: u32) -> Option<u32> {{
                ::framealloc::__private::options! {{ frame_system [tag budget name no_heap out] (tags::PHYSICS) }}
                let frame = ::framealloc::__private::outer(&alloc);
                ::framealloc::__private::with_frame_apart(&alloc, {{
                    static __FRAMEALLOC_SITE: ::framealloc::__private::Site =
                        ::framealloc::__private::Site::new(\"phys\", ::core::file!(), ::core::line!())
                            .with_tag_path(&tags::PHYSICS).with_budget(65536).no_heap();
                    &__FRAMEALLOC_SITE
                }}, |{ALLOW} alloc| -> Option<u32> {{
                    {{
                        static __FRAMEALLOC_EFFECTS: ::framealloc::__private::EffectMark =
                            ::framealloc::__private::EffectMark::new(\"phys\", ::core::file!(), ::core::line!()).no_heap();
                        __FRAMEALLOC_EFFECTS.hold()
                    }};
                    Some(n)
                }})
            }}"
        ),
    );
}

#[test]
fn a_system_whose_heap_is_bumped_says_so_in_its_site() {
    let expansion = system("ambient", "fn layout(alloc: &SmartAlloc) { work() }");
    assert!(expansion.contains(":: core :: line ! ()) . ambient () ;"), "{expansion}");
}

#[test]
fn a_whole_frame_and_another_path() {
    same(
        &system("crate = engine::memory", "fn tick(alloc: &mut SmartAlloc) { work() }"),
        &format!(
            "fn tick(alloc: &mut SmartAlloc) {{
                engine::memory::__private::options! {{ frame_system [] }}
                engine::memory::__private::whole_frame(alloc, {{
                    static __FRAMEALLOC_SITE: engine::memory::__private::Site =
                        engine::memory::__private::Site::new(
                            ::core::concat!(::core::module_path!(), \"::\", \"tick\"), ::core::file!(), ::core::line!());
                    &__FRAMEALLOC_SITE
                }}, |{ALLOW} alloc: &engine::memory::__private::SmartAlloc| -> () {{ work() }})
            }}"
        ),
    );
}

#[test]
fn a_frame_that_ends_in_flight_makes_the_first_of_two_or_nothing() {
    let expected = |result: &str, flight: &str| {
        let returned = if result.is_empty() { flight.to_owned() } else { format!("({result}, {flight})") };
        let (made, alone) = if result.is_empty() { ("()", ".1") } else { (result, "") };
        format!(
            "fn tick(alloc: &mut SmartAlloc) -> {returned} {{
                ::framealloc::__private::options! {{ frame_system [in_flight] }}
                ::framealloc::__private::whole_frame_in_flight(alloc, {{
                    static __FRAMEALLOC_SITE: ::framealloc::__private::Site =
                        ::framealloc::__private::Site::new(
                            ::core::concat!(::core::module_path!(), \"::\", \"tick\"), ::core::file!(), ::core::line!());
                    &__FRAMEALLOC_SITE
                }}, |{ALLOW} alloc: &::framealloc::__private::SmartAlloc| -> {made} {{ work() }}){alone}
            }}"
        )
    };
    for (result, flight) in [
        ("Result<u32, ()>", "FrameInFlight"),
        ("()", "Result<framealloc::FrameInFlight, FlightError>"),
        ("u32", "Ended"),
        ("", "FrameInFlight"),
        ("", "Result<FrameInFlight, FlightError>"),
    ] {
        let returned = if result.is_empty() { flight.to_owned() } else { format!("({result}, {flight})") };
        let written = system("in_flight", &format!("fn tick(alloc: &mut SmartAlloc) -> {returned} {{ work() }}"));
        same(&written, &expected(result, flight));
    }
}

#[test]
fn a_tagged_function_and_a_tagged_future() {
    same(
        &tagged("\"ai\"", "fn plan(&self, alloc: &Frame) -> FrameBox<'_, u32> { alloc.frame_box(1) }"),
        &format!(
            "fn plan(&self, alloc: &Frame) -> FrameBox<'_, u32> {{
                ::framealloc::__private::options! {{ alloc_tag [] }}
                alloc.__framealloc_with_tag({{ static TAG: ::framealloc::__private::Tag = ::framealloc::__private::Tag::new(\"ai\"); &TAG }}, |{ALLOW} alloc| -> FrameBox<'_, u32> {{ alloc.frame_box(1) }})
            }}"
        ),
    );
    same(
        &tagged("AI", "async fn plan(alloc: &SmartAlloc) -> Result<impl Iterator, ()> { work().await }"),
        &format!(
            "async fn plan(alloc: &SmartAlloc) -> Result<impl Iterator, ()> {{
                ::framealloc::__private::options! {{ alloc_tag [] (AI) }}
                let tagged = ::framealloc::__private::tagged_handle(&alloc, &AI);
                {ALLOW} let alloc: &::framealloc::__private::SmartAlloc = &tagged;
                let body = async move {{
                    if let ::core::option::Option::Some(result) = ::core::option::Option::None::<Result<_, ()>> {{
                        return result;
                    }}
                    let result: Result<_, ()> = {{ work().await }};
                    #[allow(unreachable_code)]
                    return result;
                }};
                let result = ::framealloc::__private::polled(&tagged, ::core::pin::pin!(body)).await;
                return result;
            }}"
        ),
    );
}

#[test]
fn a_future_whose_allocator_is_a_part_of_what_it_owns_keeps_that_where_it_is() {
    for receiver in ["self", "&mut self", "self: Box<Self>"] {
        let written = tagged(
            "AI, alloc = self.alloc",
            &format!("async fn plan({receiver}) -> u32 {{ work(&mut self.other).await }}"),
        );
        assert!(!written.contains("polled"), "{written}");
    }
    let written = tagged("AI, alloc = self.alloc", "async fn plan(&self) -> u32 { work(&self.other).await }");
    assert!(written.contains("polled"), "{written}");
}

#[test]
fn a_future_without_a_result_drops_its_temporaries_before_its_handle() {
    same(
        &tagged("AI", "async fn plan(alloc: &SmartAlloc) { work().await }"),
        &format!(
            "async fn plan(alloc: &SmartAlloc) {{
                ::framealloc::__private::options! {{ alloc_tag [] (AI) }}
                let tagged = ::framealloc::__private::tagged_handle(&alloc, &AI);
                {ALLOW} let alloc: &::framealloc::__private::SmartAlloc = &tagged;
                let body = async move {{ let (): () = {{ work().await }}; }};
                let result = ::framealloc::__private::polled(&tagged, ::core::pin::pin!(body)).await;
                return result;
            }}"
        ),
    );
}

#[test]
fn a_tag_goes_around_the_system() {
    same(
        &tagged("\"ai\", crate = memory", "#[frame_system] fn plan(alloc: &Frame) {}"),
        "#[frame_system] #[memory::alloc_tag(\"ai\", crate = memory)] fn plan(alloc: &Frame) {}",
    );
}

/// Bodies that nobody could parse, as they are while the user types.
const HALF_TYPED: [&str; 3] = ["{ let x = ; alloc. }", "{ match }", "{ alloc.frame_ + }"];

#[test]
fn a_body_that_does_not_parse_is_still_a_body() {
    for body in HALF_TYPED {
        let inner = tokens(body).to_string();
        for expansion in [
            system("", &format!("fn step(alloc: &SmartAlloc) {body}")),
            tagged("\"ai\"", &format!("fn step(alloc: &SmartAlloc) {body}")),
            tagged("\"ai\"", &format!("async fn step(alloc: &SmartAlloc) {body}")),
            tagged("\"ai\"", &format!("impl World {{ fn step(&self, alloc: &SmartAlloc) {body} }}")),
        ] {
            assert!(expansion.contains(&inner), "{inner} is not in {expansion}");
            assert!(!expansion.contains("compile_error"), "{expansion}");
        }
    }
}

#[test]
fn whatever_is_annotated_is_still_there() {
    let items = [
        "async fn step(alloc: &SmartAlloc) { work() }",
        "const fn step(alloc: &SmartAlloc) { work() }",
        "fn step(memory: &SmartAlloc) { work() }",
        "#[track_caller] fn step(alloc: &SmartAlloc) { work() }",
        "fn step(alloc: &SmartAlloc);",
        "struct World { alloc: SmartAlloc }",
        "impl World { fn step(&self) { work() } const SIZE: usize = 1; }",
        "trait System { fn run(&self, alloc: &SmartAlloc); }",
        "mod physics { fn work() {} }",
        "macro_rules! work { () => {} }",
        "static WORK: u32 = 1;",
        "",
    ];
    let args = ["", "budgt = 1", "tag = , budget = 0", "\"ai\"", "\"A!\", \"b\""];
    for item in items {
        for args in args {
            let kept = tokens(item).to_string();
            for expansion in [system(args, item), tagged(args, item)] {
                // What is refused comes out as it went in; what expands keeps its signature and its body.
                let (signature, body) = kept.split_once('{').unwrap_or((&kept, ""));
                assert!(expansion.starts_with(signature.trim_end()), "{kept}\n{expansion}");
                assert!(
                    body.is_empty() || expansion.contains("work ()") || expansion.contains(body),
                    "{kept}\n{expansion}"
                );
            }
        }
    }
}

#[test]
fn every_mistake_of_options_and_item_is_reported_together() {
    let expansion = system("budgt = 1, tag = \"A\"", "async fn step() {}");
    assert_eq!(expansion.matches("compile_error").count(), 3, "{expansion}");
    let expansion = tagged("7", "const fn step() {}");
    assert_eq!(expansion.matches("compile_error").count(), 2, "{expansion}");
}

#[test]
fn a_pooled_type_in_full() {
    let item = "#[pooled(capacity = 8, grow = fixed, tag = \"foes\", prewarm)] struct Foe(u32);";
    same(
        &crate::pooled::expand_derive(tokens(item)).to_string(),
        "#[automatically_derived]
        impl ::framealloc::__private::Pooled for Foe {
            #[inline]
            fn pool() -> &'static ::framealloc::__private::Pool<Self> {
                static POOL: ::framealloc::__private::Pool<Foe> = ::framealloc::__private::Pool::new(
                    ::framealloc::__private::PoolSpec::new(\"Foe\").capacity(8).fixed().tag(\"foes\").prewarm());
                &POOL
            }
        }
        ::framealloc::__private::options! { pooled [capacity grow tag prewarm] }",
    );
}

#[cfg(feature = "declared-budgets")]
#[test]
fn what_declared_budgets_cannot_take_is_named_and_a_value_is_there_all_the_same() {
    for (args, message) in
        [("physics", "takes nothing, or `crate = path`"), ("crate = 3", "takes the path of framealloc")]
    {
        let expansion = crate::budgets::expand(&tokens(args)).to_string();
        assert!(expansion.contains(message), "{expansion}");
        assert!(expansion.contains("DeclaredBudgets :: new"), "{expansion}");
    }
    let expansion = crate::budgets::expand(&tokens("crate = game::memory")).to_string();
    assert!(expansion.contains("game :: memory :: __private :: DeclaredBudgets"), "{expansion}");
    assert!(!expansion.contains("compile_error"), "{expansion}");
}

#[test]
fn options_that_are_being_typed_are_names_and_values_are_paths() {
    for (args, options) in [
        ("", "frame_system []"),
        ("bud", "frame_system [bud]"),
        ("tag = \"physics\", no", "frame_system [tag no]"),
        ("tag =", "frame_system [tag] ()"),
        ("tag = tags::PH, budget = LIMIT", "frame_system [tag budget] (tags::PH) (LIMIT)"),
        ("crate = memory, out = frame", "frame_system [out]"),
    ] {
        let expansion = system(args, "fn step(alloc: &SmartAlloc) { work() }");
        let squeezed: String = expansion.split_whitespace().collect();
        let options: String = options.split_whitespace().collect();
        assert!(squeezed.contains(&format!("options!{{{options}}}")), "{args}: {expansion}");
    }
    for (args, options) in [
        ("", "alloc_tag [] ()"),
        ("tags::AI", "alloc_tag [] (tags::AI)"),
        ("\"ai\", al", "alloc_tag [al]"),
        ("AI, alloc = self.alloc", "alloc_tag [alloc] (AI)"),
    ] {
        let expansion = tagged(args, "fn plan(&self, alloc: &SmartAlloc) { work() }");
        let squeezed: String = expansion.split_whitespace().collect();
        let options: String = options.split_whitespace().collect();
        assert!(squeezed.contains(&format!("options!{{{options}}}")), "{args}: {expansion}");
    }
}

#[test]
fn a_function_that_declares_an_effect_begins_with_a_mark_and_is_not_inlined() {
    for (word, calls) in [("no_heap", ".no_heap()"), ("no_block", ".no_heap().no_block()")] {
        same(
            &declared(word, "crate = engine::memory", "/// Mixes.\n pub unsafe fn mix<T>(to: &mut [T]) -> u32 where T: Copy { work() }"),
            &format!(
                "{} #[inline(never)] /// Mixes.
                pub unsafe fn mix<T>(to: &mut [T]) -> u32 where T: Copy {{
                    {{
                        static __FRAMEALLOC_EFFECTS: engine::memory::__private::EffectMark =
                            engine::memory::__private::EffectMark::new(
                                ::core::concat!(::core::module_path!(), \"::\", \"mix\"), ::core::file!(), ::core::line!()){calls};
                        __FRAMEALLOC_EFFECTS.hold()
                    }};
                    work()
                }}",
                if cfg!(feature = "rtsan") { "#[sanitize(realtime = \"nonblocking\")]" } else { "" }
            ),
        );
    }
}

#[test]
fn what_is_inlined_or_only_declared_stays_as_it_is() {
    for item in [
        "fn think(&self) -> usize;",
        "#[inline] fn small(x: u32) -> u32 { x }",
        "#[inline(always)] fn small(x: u32) -> u32 { x }",
        "const fn small(x: u32) -> u32 { x }",
    ] {
        same(&declared("no_heap", "", item), item);
    }
}

#[test]
fn fields_lose_what_only_the_analyser_reads() {
    same(
        &crate::effects::expand_type(
            &TokenStream::new(),
            &tokens("#[derive(Clone)] pub struct Hooks<T>(#[no_heap] pub fn(T), #[serde(skip)] #[framealloc::no_block] Option<fn()>);"),
        )
        .to_string(),
        "#[derive(Clone)] pub struct Hooks<T>(pub fn(T), #[serde(skip)] Option<fn()>);",
    );
}

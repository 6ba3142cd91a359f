//! Every mistake in an attribute is reported, at the user's token, with the agreed words, and hides no other mistake.

use framealloc_syntax::{AllocTagArgs, AttributeArgs as _, FrameSystemArgs, PooledArgs, Problem};
use proc_macro2::TokenStream;

/// Arguments, and for each problem: the token it points to, the message, the help.
type Row = (&'static str, &'static [(&'static str, &'static str, Option<&'static str>)]);

const SYSTEM_KEYS: Option<&str> = Some(
    "expected one of `alloc`, `ambient`, `budget`, `crate`, `in_flight`, `name`, `no_block`, `no_heap`, `out`, `tag`",
);

const FRAME_SYSTEM: &[Row] = &[
    ("budgt = 1", &[("budgt", "unknown `#[frame_system]` option `budgt`", Some("did you mean `budget`?"))]),
    ("frobnicate = 1", &[("frobnicate", "unknown `#[frame_system]` option `frobnicate`", SYSTEM_KEYS)]),
    ("frobnicate", &[("frobnicate", "unknown `#[frame_system]` option `frobnicate`", SYSTEM_KEYS)]),
    ("noheap", &[("noheap", "unknown `#[frame_system]` option `noheap`", Some("did you mean `no_heap`?"))]),
    ("budgt(1)", &[("budgt", "unknown `#[frame_system]` option `budgt`", Some("did you mean `budget`?"))]),
    ("budget(1)", &[("budget", "write `budget = …`: options take no parentheses", None)]),
    ("tag = \"a\", tag = \"b\"", &[("tag", "option `tag` is given twice", None)]),
    ("\"physics\"", &[("\"physics\"", "expected an option of `#[frame_system]`", SYSTEM_KEYS)]),
    ("a::b = 1", &[("a::b", "expected an option of `#[frame_system]`", SYSTEM_KEYS)]),
    ("budget", &[("budget", "`budget` needs a value", Some("`budget = \"64KiB\"`"))]),
    ("budget = true", &[("true", "`budget` takes a size, for example `\"2MiB\"` or `4096`", None)]),
    ("budget = 1.5", &[("1.5", "`budget` takes a size, for example `\"2MiB\"` or `4096`", None)]),
    ("budget = -1", &[("-1", "`budget` takes a size, for example `\"2MiB\"` or `4096`", None)]),
    (
        "budget = \"2MB\"",
        &[("\"2MB\"", "`\"2MB\"` is not a size", Some("did you mean `\"2MiB\"`? units are B, KiB, MiB, GiB"))],
    ),
    ("budget = 2MiB", &[("2MiB", "`2MiB` is not a size", Some("did you mean `\"2MiB\"`? units are B, KiB, MiB, GiB"))]),
    (
        "budget = \"lots\"",
        &[(
            "\"lots\"",
            "`\"lots\"` is not a size",
            Some("write a number and a unit, for example `\"64KiB\"`; units are B, KiB, MiB, GiB"),
        )],
    ),
    (
        "budget = \"99999999999GiB\"",
        &[("\"99999999999GiB\"", "`\"99999999999GiB\"` is larger than any object can be", None)],
    ),
    (
        "budget = 9223372036854775808",
        &[("9223372036854775808", "`9223372036854775808` is larger than any object can be", None)],
    ),
    (
        "budget = 0",
        &[(
            "0",
            "a budget of zero refuses every allocation",
            Some("remove the option, or say the most bytes that the system may take"),
        )],
    ),
    (
        "budget = \"0KiB\"",
        &[(
            "\"0KiB\"",
            "a budget of zero refuses every allocation",
            Some("remove the option, or say the most bytes that the system may take"),
        )],
    ),
    (
        "tag = \"Physics!\"",
        &[(
            "\"Physics!\"",
            "`\"Physics!\"` is not a tag name: use lowercase letters, digits and `_`, with `::` between segments",
            Some("did you mean `\"physics\"`?"),
        )],
    ),
    (
        "tag = \"\"",
        &[(
            "\"\"",
            "`\"\"` is not a tag name: use lowercase letters, digits and `_`, with `::` between segments",
            None,
        )],
    ),
    ("tag = 7", &[("7", "`tag` takes a tag, for example `\"physics\"` or `tags::PHYSICS`", None)]),
    ("name = 7", &[("7", "`name` takes a name in quotes", None)]),
    ("name = \" \"", &[("\" \"", "`name` takes a name in quotes", None)]),
    ("crate = \"engine\"", &[("\"engine\"", "`crate` takes a path, for example `crate = engine::framealloc`", None)]),
    ("in_flight = 2", &[("2", "`in_flight` is a switch: write `in_flight` alone", None)]),
    ("inflight", &[("inflight", "unknown `#[frame_system]` option `inflight`", Some("did you mean `in_flight`?"))]),
    ("noblock", &[("noblock", "unknown `#[frame_system]` option `noblock`", Some("did you mean `no_block`?"))]),
    ("no_block = 1", &[("1", "`no_block` is a switch: write `no_block` alone", None)]),
    ("no_heap = 1", &[("1", "`no_heap` is a switch: write `no_heap` alone", None)]),
    (
        "alloc = 1",
        &[(
            "1",
            "expected a parameter, a field such as `self.alloc`, or a method without arguments such as `world.frame_alloc()`",
            None,
        )],
    ),
    (
        "alloc = self",
        &[(
            "self",
            "expected a parameter, a field such as `self.alloc`, or a method without arguments such as `world.frame_alloc()`",
            None,
        )],
    ),
    (
        "alloc = a::b",
        &[(
            "a::b",
            "expected a parameter, a field such as `self.alloc`, or a method without arguments such as `world.frame_alloc()`",
            None,
        )],
    ),
    (
        "alloc = alloc()",
        &[(
            "alloc()",
            "expected a parameter, a field such as `self.alloc`, or a method without arguments such as `world.frame_alloc()`",
            None,
        )],
    ),
    ("out = 1", &[("1", "`out` takes a new name for the whole frame, for example `out = frame`", None)]),
    ("out = self", &[("self", "`out` takes a new name for the whole frame, for example `out = frame`", None)]),
    ("out = a::b", &[("a::b", "`out` takes a new name for the whole frame, for example `out = frame`", None)]),
    ("tag =", &[("=", "expected an expression after this", None)]),
    ("= 1", &[("=", "expected identifier or literal", None)]),
    (", tag = \"a\"", &[(",", "expected an option before this comma", None)]),
];

const ALLOC_TAG: &[Row] = &[
    ("", &[("", "`#[alloc_tag]` needs a tag", Some("`#[alloc_tag(tags::PHYSICS)]` or `#[alloc_tag(\"physics\")]`"))]),
    (
        "alloc = self.alloc",
        &[("", "`#[alloc_tag]` needs a tag", Some("`#[alloc_tag(tags::PHYSICS)]` or `#[alloc_tag(\"physics\")]`"))],
    ),
    (
        "\"A B\"",
        &[(
            "\"A B\"",
            "`\"A B\"` is not a tag name: use lowercase letters, digits and `_`, with `::` between segments",
            Some("did you mean `\"a_b\"`?"),
        )],
    ),
    ("7", &[("7", "a tag is a string or a path, for example `\"physics\"` or `tags::PHYSICS`", None)]),
    ("\"a\", \"b\"", &[("\"b\"", "`#[alloc_tag]` takes one tag", None)]),
    ("\"a\", B", &[("B", "`#[alloc_tag]` takes one tag", None)]),
    ("tag = \"physics\"", &[("tag", "unknown `#[alloc_tag]` option `tag`", Some("expected one of `alloc`, `crate`"))]),
    ("\"a\", aloc = x", &[("aloc", "unknown `#[alloc_tag]` option `aloc`", Some("did you mean `alloc`?"))]),
    ("\"a\", alloc", &[("alloc", "`alloc` needs a value", Some("`alloc = self.alloc`"))]),
];

const POOLED: &[Row] = &[
    ("capcity = 1", &[("capcity", "unknown `#[pooled]` option `capcity`", Some("did you mean `capacity`?"))]),
    ("capacity = 1, capacity = 2", &[("capacity", "option `capacity` is given twice", None)]),
    ("capacity = 0", &[("0", "a pool needs room for at least one value", None)]),
    ("capacity = \"1KiB\"", &[("\"1KiB\"", "`capacity` takes a number of values, for example `1024`", None)]),
    ("capacity = -1", &[("-1", "`capacity` takes a number of values, for example `1024`", None)]),
    ("capacity = 4K", &[("4K", "`4K` is not a number of values", Some("did you mean `4`?"))]),
    ("capacity = 9223372036854775808", &[("9223372036854775808", "no pool has room for so many values", None)]),
    ("grow = doubel", &[("doubel", "`grow` takes `fixed` or `double`", Some("did you mean `double`?"))]),
    (
        "grow = \"fixed\", capacity = 1",
        &[("\"fixed\"", "`grow` takes `fixed` or `double`", Some("did you mean `fixed`?"))],
    ),
    ("grow = 2", &[("2", "`grow` takes `fixed` or `double`", None)]),
    ("grow = fixed", &[("fixed", "`grow = fixed` needs a `capacity`", Some("`capacity = 1024, grow = fixed`"))]),
    ("grow = fixed, capacity = 0", &[("0", "a pool needs room for at least one value", None)]),
    ("prewarm", &[("prewarm", "`prewarm` needs a `capacity`", Some("`capacity = 1024, prewarm`"))]),
    (
        "tag = tags::FOES",
        &[("tags::FOES", "the `tag` of a pool is a name in quotes, for example `\"entities\"`", None)],
    ),
    ("prewarm = 3", &[("3", "`prewarm` is a switch: write `prewarm` alone", None)]),
    ("name = bullets", &[("bullets", "`name` takes a name in quotes", None)]),
];

fn check(rows: &[Row], read: fn(TokenStream) -> Vec<Problem>) {
    for (source, expected) in rows {
        let tokens: TokenStream = source.parse().expect(source);
        let found = read(tokens);
        let found: Vec<_> = found
            .iter()
            .map(|problem| (problem.span.source_text().unwrap_or_default(), &*problem.message, problem.help.as_deref()))
            .collect();
        let found: Vec<_> = found.iter().map(|(span, message, help)| (span.as_str(), *message, *help)).collect();
        assert_eq!(&found, expected, "for `{source}`");
    }
}

#[test]
fn frame_system_mistakes() {
    check(FRAME_SYSTEM, |tokens| FrameSystemArgs::parse(tokens).problems);
}

#[test]
fn alloc_tag_mistakes() {
    check(ALLOC_TAG, |tokens| AllocTagArgs::parse(tokens).problems);
}

#[test]
fn pooled_mistakes() {
    check(POOLED, |tokens| PooledArgs::parse(tokens).problems);
}

#[test]
fn one_mistake_hides_neither_the_others_nor_what_is_right() {
    let tokens = "budgt = 1, tag = , name = \"step\", budget = 0, no_heap, alloc = 3, no_heap".parse().unwrap();
    let parsed = FrameSystemArgs::parse(tokens);
    let messages: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 5, "{messages:#?}");
    assert_eq!(parsed.value.name.unwrap().value, "step");
    assert!(parsed.value.denied.is_any());
    assert!(parsed.value.budget.is_none() && parsed.value.tag.is_none() && parsed.value.alloc.is_none());
}

#[test]
fn an_attribute_with_an_equals_sign_is_refused() {
    let attribute: syn::Attribute = syn::parse_quote!(#[frame_system = "physics"]);
    let problems = FrameSystemArgs::from_meta(&attribute.meta).problems;
    assert_eq!(problems[0].message, "`#[frame_system]` takes its options in parentheses");
    assert_eq!(problems.len(), 1);
}

#[test]
fn the_second_pooled_attribute_is_refused() {
    let item: syn::ItemStruct = syn::parse_quote! {
        #[pooled(capacity = 4)]
        #[pooled(prewarm)]
        struct Bullet;
    };
    let parsed = PooledArgs::from_attributes(&item.attrs);
    assert_eq!(parsed.value.capacity.unwrap().value, 4);
    assert_eq!(parsed.problems[0].message, "this type already has a `#[pooled]`");
}

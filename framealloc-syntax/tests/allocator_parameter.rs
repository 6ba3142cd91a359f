//! The allocator is found among the parameters, or the user is told where to put it.

use framealloc_syntax::{Access, AllocatorSource, AttributeArgs as _, FrameSystemArgs, Problem, find_allocator};
use quote::ToTokens;

fn find(options: &str, signature: &str) -> Result<AllocatorSource, Problem> {
    let args = FrameSystemArgs::parse(options.parse().unwrap());
    assert!(args.problems.is_empty());
    let signature = syn::parse_str::<syn::Signature>(signature).expect(signature);
    find_allocator("frame_system", &signature, args.value.alloc.as_ref())
}

#[test]
fn found() {
    for (options, signature, expression, binding, access) in [
        ("", "fn f(alloc: &SmartAlloc)", "alloc", "alloc", Access::Shared),
        ("", "fn f(alloc: &mut SmartAlloc)", "alloc", "alloc", Access::Exclusive),
        ("", "fn f(mut alloc: &mut SmartAlloc)", "alloc", "alloc", Access::Exclusive),
        ("", "fn f(n: u32, alloc: Res<AllocResource>)", "alloc", "alloc", Access::Shared),
        ("", "fn f(&self, (n, alloc): (u32, &Frame))", "alloc", "alloc", Access::Shared),
        ("", "fn f(World { alloc, .. }: World)", "alloc", "alloc", Access::Shared),
        ("alloc = memory", "fn f(memory: &SmartAlloc)", "memory", "memory", Access::Shared),
        ("alloc = self.alloc", "fn f(&mut self)", "self . alloc", "alloc", Access::Shared),
        ("alloc = self.world.memory", "fn f(self: Pin<&mut Self>)", "self . world . memory", "memory", Access::Shared),
        ("alloc = world.0", "fn f(world: &World)", "world . 0", "alloc", Access::Shared),
        ("alloc = world.lend()", "fn f(world: &mut World)", "world . lend ()", "alloc", Access::Shared),
        ("alloc = context.memory.whole()", "fn f(context: C)", "context . memory . whole ()", "alloc", Access::Shared),
        ("alloc = self.world().of::<M>()", "fn f(&self)", "self . world () . of :: < M > ()", "alloc", Access::Shared),
    ] {
        let found = find(options, signature).expect(signature);
        assert_eq!(found.expression.to_token_stream().to_string(), expression, "{signature}");
        assert_eq!(found.binding, binding, "{signature}");
        assert_eq!(found.access, access, "{signature}");
    }
}

#[test]
fn not_found() {
    let add = "add `alloc: &SmartAlloc`, or say where it is: `#[frame_system(alloc = self.alloc)]`";
    for (options, signature, at, message, help) in [
        ("", "fn step()", "step", "`#[frame_system]` found no parameter named `alloc`", Some(add)),
        ("", "fn step(&self, n: u32)", "step", "`#[frame_system]` found no parameter named `alloc`", Some(add)),
        (
            "",
            "fn step(memory: Res<'_, AllocResource>)",
            "step",
            "`#[frame_system]` found no parameter named `alloc`",
            Some("say that `memory` is the allocator: `#[frame_system(alloc = memory)]`"),
        ),
        (
            "",
            "fn step(alloc: Option<Res<AllocResource>>)",
            "alloc",
            "`alloc` is an `Option`: there may be no allocator",
            Some(
                "take `If<Res<AllocResource>>`, and a system without its allocator is skipped; or \
                 `let Some(alloc) = alloc else { return };`, then call an annotated function with it",
            ),
        ),
        (
            "alloc = memory",
            "fn step(memory: std::option::Option<&SmartAlloc>)",
            "memory",
            "`memory` is an `Option`: there may be no allocator",
            Some("`let Some(memory) = memory else { return };`, then call an annotated function with it"),
        ),
        ("alloc = self.alloc", "fn step(n: u32)", "self", "this function has no `self`", None),
        (
            "alloc = memry",
            "fn step(memory: &SmartAlloc)",
            "memry",
            "`memry` is not a parameter of this function",
            Some("did you mean `memory`?"),
        ),
        ("alloc = world.alloc", "fn step(n: u32)", "world", "`world` is not a parameter of this function", None),
    ] {
        let problem = find(options, signature).expect_err(signature);
        assert_eq!(problem.span.source_text().as_deref(), Some(at), "{signature}");
        assert_eq!(problem.message, message, "{signature}");
        assert_eq!(problem.help.as_deref(), help, "{signature}");
    }
}

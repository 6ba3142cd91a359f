//! Edits that put into frame memory what a function makes for itself.
//!
//! They are offered where every use of a value is one that its frame form has as well: then the program means the same, and
//! compiles. A value that is returned, stored, compared, handed to a function or seen by a closure gets none.

use rustc_hash::FxHashSet;

use super::{Context, Occurrence};
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Block, ExprId, ExprKind, Literal, MacroCall, MacroKind, Pat, Span, Statement, Type};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnDef, Res};
use crate::model::finding::{Applicability, Edit, Fix};

/// What a text is asked, in the heap or in a frame.
const TEXT: &[&str] = &[
    "len",
    "is_empty",
    "as_str",
    "as_bytes",
    "bytes",
    "chars",
    "char_indices",
    "contains",
    "starts_with",
    "ends_with",
    "find",
    "lines",
    "parse",
    "split",
    "split_whitespace",
    "trim",
    "push",
    "push_str",
    "clear",
];
/// What a vector is asked.
const VECTOR: &[&str] = &[
    "len",
    "is_empty",
    "iter",
    "iter_mut",
    "first",
    "last",
    "get",
    "get_mut",
    "contains",
    "as_slice",
    "binary_search",
    "chunks",
    "windows",
    "swap",
    "reverse",
    "fill",
    "sort",
    "sort_by",
    "sort_by_key",
    "sort_unstable",
    "sort_unstable_by",
    "sort_unstable_by_key",
    "push",
    "pop",
    "clear",
    "extend",
    "truncate",
];
/// What a slice is asked: it does not grow.
const SLICE: &[&str] = &[
    "len",
    "is_empty",
    "iter",
    "iter_mut",
    "first",
    "last",
    "get",
    "get_mut",
    "contains",
    "binary_search",
    "chunks",
    "windows",
    "swap",
    "reverse",
    "fill",
    "sort",
    "sort_by",
    "sort_by_key",
    "sort_unstable",
    "sort_unstable_by",
    "sort_unstable_by_key",
];
/// Types that refer to nothing.
const PLAIN: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

/// A function that may be rewritten.
struct Rewriter<'c, 'l> {
    facts: &'l FileFacts,
    def: &'c FnDef<'l>,
    body: ExprId,
    file: std::sync::Arc<str>,
    /// The name of the allocator or frame in it.
    alloc: &'l str,
    /// The name that the crate has here.
    krate: &'c str,
}

/// `let name = init;`
#[derive(Clone, Copy)]
struct Binding<'l> {
    name: &'l str,
    init: ExprId,
    /// Its `let`.
    span: Span,
}

/// The edits that move what is allocated here, and held by a variable, into the frame.
pub(super) fn into_frame(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Fix> {
    let rewriter = Rewriter::new(cx, occurrence)?;
    let at = occurrence.event.span;
    let binding = rewriter.binding(|init| {
        let span = rewriter.span(init);
        span.lo <= at.lo && at.hi <= span.hi && rewriter.makes(init, at)
    })?;
    let (edits, methods) = rewriter.framed(binding.init)?;
    rewriter.is_only_read(binding.name, methods).then(|| Fix {
        title: format!("let `{}` end with the frame", binding.name),
        edits,
        applicability: Applicability::MachineApplicable,
    })
}

/// The edits that move a variable into the frame that grows here.
pub(super) fn grown_in_frame(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Fix> {
    let rewriter = Rewriter::new(cx, occurrence)?;
    let name = rewriter.receiver_of(occurrence.event.span)?;
    let binding = rewriter.binding_of(name)?;
    let ExprKind::Call { callee, .. } = &rewriter.facts.expr(binding.init).kind else { return None };
    let (replacement, methods) = match rewriter.path_of(*callee)?.as_slice() {
        ["Vec", "new"] => ("frame_vec", VECTOR),
        ["Vec", "with_capacity"] => ("frame_vec_with_capacity", VECTOR),
        ["String", "new"] => ("frame_string", TEXT),
        ["String", "with_capacity"] => ("frame_string_with_capacity", TEXT),
        _ => return None,
    };
    let edits = vec![rewriter.edit(rewriter.span(*callee), format!("{}.{replacement}", rewriter.alloc))];
    rewriter.is_only_read(name, methods).then(|| Fix {
        title: format!("let `{name}` end with the frame"),
        edits,
        applicability: Applicability::MachineApplicable,
    })
}

/// The edits that make a frame container before the loop that makes it in each round, and empty it there.
pub(super) fn hoisted(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Fix> {
    let rewriter = Rewriter::new(cx, occurrence)?;
    let facts = rewriter.facts;
    let at = occurrence.event.span;
    let mut found = None;
    walk::visit(facts, rewriter.body, &mut |expr| {
        let ExprKind::Block(outer) = &facts.expr(expr).kind else { return };
        let statements = outer.statements.iter().filter_map(|statement| match statement {
            Statement::Expr { expr } => Some(*expr),
            _ => None,
        });
        for looped in statements.chain(outer.tail) {
            let body = match &facts.expr(looped).kind {
                ExprKind::For(each) if each.label.is_none() => each.body,
                ExprKind::While { label: None, body, .. } | ExprKind::Loop { label: None, body } => *body,
                _ => continue,
            };
            let ExprKind::Block(block) = &facts.expr(body).kind else { continue };
            let bindings = bindings(facts, block);
            if let Some(binding) = bindings.into_iter().find(|binding| {
                let span = rewriter.span(binding.init);
                span.lo <= at.lo && at.hi <= span.hi
            }) {
                found = Some((rewriter.span(looped), binding));
            }
        }
    });
    let (around, binding) = found?;
    let ExprKind::Method(call) = &facts.expr(binding.init).kind else { return None };
    let ExprKind::Name(receiver) = &facts.expr(call.receiver).kind else { return None };
    let (what, receiver) = (facts.name(call.name), facts.name(*receiver));
    let (methods, plain) = match (what, &*call.turbofish) {
        ("frame_string", []) => (TEXT, Some(String::new())),
        ("frame_vec", []) => (VECTOR, None),
        ("frame_vec", [ty]) => (VECTOR, rewriter.plain(*ty).map(|ty| format!("::<{ty}>"))),
        _ => return None,
    };
    if !call.args.is_empty() || !rewriter.is_only_read(binding.name, methods) {
        return None;
    }
    // What refers to something of one round cannot be kept for the next: rustc knows.
    let applicability = if plain.is_some() { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect };
    let (name, types) = (binding.name, plain.unwrap_or_default());
    let declaration = format!("let mut {name} = {receiver}.{what}{types}();\n    ");
    Some(Fix {
        title: format!("make `{name}` once before the loop and clear it in each round"),
        edits: vec![
            rewriter.edit(Span { lo: around.lo, hi: around.lo }, declaration),
            rewriter.edit(Span { lo: binding.span.lo, hi: rewriter.span(binding.init).hi }, format!("{name}.clear()")),
        ],
        applicability,
    })
}

/// Where the number stands that the call here is given.
pub(super) fn number_in(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Span> {
    let def = cx.program.fn_def(occurrence.id);
    let facts = cx.program.facts(def.file);
    let mut found = None;
    walk::visit(facts, def.function.body?, &mut |expr| {
        if let ExprKind::Call { args, .. } = &facts.expr(expr).kind
            && facts.expr(expr).span == occurrence.event.span
            && let [number] = &**args
            && let ExprKind::Literal(Literal::Int(..)) = &facts.expr(*number).kind
        {
            found = Some(facts.expr(*number).span);
        }
    });
    found
}

/// The edit that makes a value in the pool of its type instead of a box.
pub(super) fn pooled(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Fix> {
    let def = cx.program.fn_def(occurrence.id);
    let facts = cx.program.facts(def.file);
    let source = &cx.program.loaded.files[def.file];
    let dependencies = &cx.project.members[source.member].dependencies;
    let krate = dependencies.iter().find(|dependency| dependency.package == "framealloc")?.name.as_str();
    let rewriter = Rewriter { facts, def, body: def.function.body?, file: source.path.clone(), alloc: "", krate };
    let at = occurrence.event.span;
    let mut made = None;
    walk::visit(facts, rewriter.body, &mut |expr| {
        if let ExprKind::Call { callee, .. } = &facts.expr(expr).kind
            && facts.expr(expr).span.lo == at.lo
            && rewriter.path_of(*callee).as_deref() == Some(&["Box", "new"])
        {
            made = Some((expr, rewriter.span(*callee)));
        }
    });
    let (made, callee) = made?;
    let binding = rewriter.binding(|init| init == made);
    let safe = binding.is_some_and(|binding| rewriter.is_only_read(binding.name, &[]));
    Some(Fix {
        title: "make it in the pool of its type".to_owned(),
        edits: vec![rewriter.edit(callee, format!("{krate}::Pooled::pooled"))],
        // Who is handed a box wants a box.
        applicability: if safe { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    })
}

impl<'c, 'l> Rewriter<'c, 'l> {
    fn new(cx: &'c Context<'_, 'l>, occurrence: &Occurrence<'_>) -> Option<Self> {
        let program = cx.program;
        let def = program.fn_def(occurrence.id);
        let facts = program.facts(def.file);
        let source = &program.loaded.files[def.file];
        let dependencies = &cx.project.members[source.member].dependencies;
        let krate = dependencies.iter().find(|dependency| dependency.package == "framealloc")?;
        let is_frame = |ty| {
            let Type::Ref { mutable: false, inner, .. } = facts.ty(ty) else { return false };
            let Type::Path(path) = facts.ty(*inner) else { return false };
            match program.resolve(def.module, def.file, facts.path(*path), Space::Types) {
                Some(Res::External(external)) => {
                    external.is_framealloc() && matches!(external.last, "SmartAlloc" | "Frame")
                }
                _ => false,
            }
        };
        let alloc = def.function.params.iter().find_map(|(pat, ty)| match facts.pat(*pat) {
            Pat::Bind { name, .. } if is_frame(*ty) => Some(facts.name(*name)),
            _ => None,
        })?;
        let body = def.function.body?;
        Some(Self { facts, def, body, file: source.path.clone(), alloc, krate: &krate.name })
    }

    fn span(&self, expr: ExprId) -> Span {
        self.facts.expr(expr).span
    }

    fn edit(&self, at: Span, replacement: impl Into<String>) -> Edit {
        let place = crate::model::finding::Place::new(self.file.clone(), at.lo, at.hi);
        Edit { place, replacement: replacement.into() }
    }

    /// The variable that is made by an expression.
    fn binding(&self, is: impl Fn(ExprId) -> bool) -> Option<Binding<'l>> {
        self.bindings().into_iter().find(|binding| is(binding.init))
    }

    fn binding_of(&self, name: &str) -> Option<Binding<'l>> {
        self.bindings().into_iter().find(|binding| binding.name == name)
    }

    fn bindings(&self) -> Vec<Binding<'l>> {
        let mut all = Vec::new();
        walk::visit(self.facts, self.body, &mut |expr| {
            if let ExprKind::Block(block) = &self.facts.expr(expr).kind {
                all.extend(bindings(self.facts, block));
            }
        });
        all
    }

    /// Whether it is this expression itself that allocates at a place, and not one in it.
    fn makes(&self, init: ExprId, at: Span) -> bool {
        let span = self.span(init);
        match &self.facts.expr(init).kind {
            ExprKind::Method(call) => call.name_span.lo == at.lo || span == at,
            _ => span.lo == at.lo,
        }
    }

    /// The edits that make the same in the frame, and what may be asked of it then.
    fn framed(&self, init: ExprId) -> Option<(Vec<Edit>, &'static [&'static str])> {
        let facts = self.facts;
        let span = self.span(init);
        let before = Span { lo: span.lo, hi: span.lo };
        match &facts.expr(init).kind {
            ExprKind::Macro(call) => self.framed_macro(call),
            ExprKind::Call { callee, .. } => match self.path_of(*callee)?.as_slice() {
                ["Box", "new"] => {
                    let edit = self.edit(self.span(*callee), format!("{}.frame_box", self.alloc));
                    Some((vec![edit], &[]))
                }
                _ => None,
            },
            ExprKind::Method(call) => {
                let behind = Span { lo: self.span(call.receiver).hi, hi: span.hi };
                match (facts.name(call.name), &*call.turbofish) {
                    ("to_string", []) => {
                        let format = format!("{}::frame_format!({}, \"{{}}\", ", self.krate, self.alloc);
                        Some((vec![self.edit(before, format), self.edit(behind, ")")], TEXT))
                    }
                    ("collect", [ty]) if self.is_vec(*ty) => {
                        let collect = format!("{}.frame_slice_from_iter(", self.alloc);
                        Some((vec![self.edit(before, collect), self.edit(behind, ")")], SLICE))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn framed_macro(&self, call: &MacroCall) -> Option<(Vec<Edit>, &'static [&'static str])> {
        let (name, argument, methods) = match call.kind {
            MacroKind::Format => ("frame_format", format!("{}, ", self.alloc), TEXT),
            MacroKind::VecList | MacroKind::VecRepeat => ("frame_vec", format!("in {}; ", self.alloc), VECTOR),
            _ => return None,
        };
        let first = self.span(*call.args.first()?);
        let path = self.facts.path(call.path);
        let is_bare = matches!(&*path.segments, [only] if matches!(self.facts.name(only.name), "format" | "vec"));
        is_bare.then(|| {
            let named = self.edit(path.span, format!("{}::{name}", self.krate));
            (vec![named, self.edit(Span { lo: first.lo, hi: first.lo }, argument)], methods)
        })
    }

    fn is_vec(&self, ty: crate::engine::hir::ir::TypeId) -> bool {
        matches!(self.facts.ty(ty), Type::Path(path)
            if self.facts.path(*path).segments.last().is_some_and(|last| self.facts.name(last.name) == "Vec"))
    }

    /// The name of a type that refers to nothing.
    fn plain(&self, ty: crate::engine::hir::ir::TypeId) -> Option<&'l str> {
        let Type::Path(path) = self.facts.ty(ty) else { return None };
        let [only] = &*self.facts.path(*path).segments else { return None };
        Some(self.facts.name(only.name)).filter(|name| PLAIN.contains(name))
    }

    fn path_of(&self, callee: ExprId) -> Option<Vec<&'l str>> {
        let ExprKind::Path(path) = &self.facts.expr(callee).kind else { return None };
        let path = self.facts.path(*path);
        let bare = path.segments.iter().all(|segment| segment.args.is_none());
        bare.then(|| path.segments.iter().map(|segment| self.facts.name(segment.name)).collect())
    }

    /// The variable that a method is called on whose name is at a place.
    fn receiver_of(&self, at: Span) -> Option<&'l str> {
        let mut found = None;
        walk::visit(self.facts, self.body, &mut |expr| {
            if let ExprKind::Method(call) = &self.facts.expr(expr).kind
                && (call.name_span == at || self.span(expr) == at)
                && let ExprKind::Name(name) = &self.facts.expr(call.receiver).kind
            {
                found = Some(self.facts.name(*name));
            }
        });
        found
    }

    /// Whether a variable has one meaning in the function, and every use of it is one that a frame form has.
    fn is_only_read(&self, name: &str, methods: &[&str]) -> bool {
        let facts = self.facts;
        let is_it = |expr: ExprId| matches!(&facts.expr(expr).kind, ExprKind::Name(used) if facts.name(*used) == name);
        let (mut allowed, mut used) = (FxHashSet::default(), FxHashSet::default());
        let (mut bound, mut captured) = (0, false);
        let mut count = |pat| walk::bound_names(facts, pat, &mut |other| bound += usize::from(other == name));
        self.def.function.params.iter().for_each(|(pat, _)| count(*pat));
        walk::visit(facts, self.body, &mut |expr| match &facts.expr(expr).kind {
            ExprKind::Name(_) if is_it(expr) => {
                used.insert(expr);
            }
            ExprKind::Block(block) => {
                for statement in &block.statements {
                    if let Statement::Let { pat, .. } = statement.bare() {
                        count(*pat);
                    }
                }
            }
            ExprKind::For(looped) => count(looped.pat),
            ExprKind::Let { pat, .. } => count(*pat),
            ExprKind::Match { arms, .. } => arms.iter().for_each(|(pat, _)| count(*pat)),
            ExprKind::Closure(closure) => {
                closure.params.iter().for_each(|(pat, _)| count(*pat));
                walk::visit(facts, closure.body, &mut |inner| captured |= is_it(inner));
            }
            ExprKind::Async(block) => walk::visit(facts, block.body, &mut |inner| captured |= is_it(inner)),
            ExprKind::Method(call) if is_it(call.receiver) && methods.contains(&facts.name(call.name)) => {
                allowed.insert(call.receiver);
            }
            ExprKind::Macro(call)
                if matches!(call.kind, MacroKind::Print | MacroKind::Format | MacroKind::FrameFormat) =>
            {
                allowed.extend(call.args.iter().copied().filter(|arg| is_it(*arg)));
            }
            ExprKind::Index { base, .. } if !methods.is_empty() && is_it(*base) => {
                allowed.insert(*base);
            }
            // A box is used through what is in it.
            ExprKind::Deref(inner) | ExprKind::Field { base: inner, .. } if methods.is_empty() && is_it(*inner) => {
                allowed.insert(*inner);
            }
            _ => {}
        });
        bound == 1 && !captured && used.is_subset(&allowed)
    }
}

/// The variables that the statements of a block make, with nothing said about their type.
fn bindings<'l>(facts: &'l FileFacts, block: &'l Block) -> Vec<Binding<'l>> {
    let binding = |statement: &'l Statement| match statement {
        Statement::Let { pat, ty: None, init: Some(init), otherwise: None, span } => match facts.pat(*pat) {
            Pat::Bind { name, by_ref: false, sub: None, .. } => {
                Some(Binding { name: facts.name(*name), init: *init, span: *span })
            }
            _ => None,
        },
        _ => None,
    };
    block.statements.iter().filter_map(binding).collect()
}

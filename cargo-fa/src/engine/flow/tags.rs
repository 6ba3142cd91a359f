//! Tags: which one an arena is of, and what names make of it.

use std::sync::Arc;

use framealloc_syntax::TagSpec;

use super::Interpreter;
use super::event::EventKind;
use super::open_tag::OpenTag;
use super::value::{Value, Var};
use crate::engine::api::Known;
use crate::engine::hir::ir::{Attr, ExprId, ExprKind, ItemKind, Literal, PathStart, Span};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, StaticId};
use crate::model::finding::Confidence;

/// How constants lead to one another before it is a circle.
const DEEPEST: u32 = 8;

impl<'l> Interpreter<'_, 'l> {
    /// The tag that `with_tag("physics", …)` or `tagged(&PHYSICS)` opens in an arena: a text nests under the tag of the
    /// arena, a `Tag` does not.
    pub(super) fn tag_argument(&mut self, allocator: &Value, arg: Option<&ExprId>) -> OpenTag {
        let Some(arg) = arg.copied() else { return OpenTag::Unknown(None) };
        let value = self.eval_place(arg);
        let span = self.span(arg);
        let Some(name) = value.text.as_ref().filter(|name| !name.is_empty()) else {
            self.record(EventKind::DynamicTag { anything: false }, span, Confidence::High);
            return OpenTag::Unknown(None);
        };
        let literal = matches!(self.facts.expr(arg).kind, ExprKind::Literal(Literal::Str(_)));
        let tag = match value.ty.head() {
            Some(Known::Tag) => OpenTag::Named(name.clone()),
            _ => OpenTag::nested(allocator.tag.as_ref(), name),
        };
        self.record(EventKind::Tag { name: name.clone(), tag: tag.clone(), literal }, span, Confidence::High);
        tag
    }

    /// The tag that `heap_tag("audio", …)` opens for the heap: it names its whole path.
    pub(super) fn heap_tag_argument(&mut self, arg: Option<ExprId>) {
        let Some(arg) = arg else { return };
        let value = self.eval_place(arg);
        let span = self.span(arg);
        let Some(name) = value.text.as_ref().filter(|name| !name.is_empty()) else {
            return self.record(EventKind::DynamicTag { anything: false }, span, Confidence::High);
        };
        let literal = matches!(self.facts.expr(arg).kind, ExprKind::Literal(Literal::Str(_)));
        let tag = OpenTag::Named(name.clone());
        self.record(EventKind::Tag { name: name.clone(), tag, literal }, span, Confidence::High);
    }

    /// `with_heap_budget("audio", megabytes(32))`: it names the whole path of the tag.
    pub(super) fn heap_budget(&mut self, args: &'l [ExprId]) {
        let mut values = args.iter().map(|arg| (*arg, self.eval_place(*arg))).collect::<Vec<_>>().into_iter();
        let (Some((arg, tag)), bytes) = (values.next(), values.next().and_then(|(_, bytes)| bytes.number)) else {
            return;
        };
        if let Some(name) = tag.text.filter(|name| !name.is_empty()) {
            let literal = matches!(self.facts.expr(arg).kind, ExprKind::Literal(Literal::Str(_)));
            self.record(EventKind::HeapBudget { name, bytes, literal }, self.span(arg), Confidence::High);
        }
    }

    /// The tag of an attribute, which the whole function is under.
    pub(super) fn enter_tag(&mut self, spec: &TagSpec, attr: &Attr, arena: Option<Var>) {
        let Some(name) = self.spec_name(spec) else {
            self.record(EventKind::DynamicTag { anything: false }, attr.span, Confidence::High);
            return;
        };
        // The name itself, where it stands in the attribute.
        let written = attr.args.as_ref().and_then(|(text, lo)| {
            let lo = lo + u32::try_from(text.find(&format!("\"{name}\""))?).ok()?;
            Some(Span { lo, hi: lo + u32::try_from(name.len() + 2).ok()? })
        });
        let (span, literal) = (written.unwrap_or(attr.span), written.is_some());
        let tag = OpenTag::Named(name.clone());
        self.record(EventKind::Tag { name: name.clone(), tag: tag.clone(), literal }, span, Confidence::High);
        if let Some(value) = arena.and_then(|arena| self.state.values.get_mut(arena)) {
            value.tag = Some(tag.clone());
        }
        self.recorder.out.tag = Some(name);
        self.context.tags.push(tag);
    }

    fn spec_name(&self, spec: &TagSpec) -> Option<Arc<str>> {
        let path = match spec {
            TagSpec::Name(name) => return Some(name.as_str().into()),
            TagSpec::Path(path) => path,
        };
        let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let program = self.around.program;
        if let [of_self, name] = &*words
            && of_self == "Self"
        {
            let item = self.type_scope.self_type.as_ref().and_then(|ty| self.constant_of(ty, name))?;
            return self.tag_text(item);
        }
        let start = if path.leading_colon.is_some() { PathStart::Crates } else { PathStart::Here };
        match program.resolve_words(self.module, start, &words, Space::Values)? {
            Res::Static(item) => self.tag_text(item),
            _ => None,
        }
    }

    /// The name of `static PHYSICS: Tag = Tag::new("physics")`, or of a text constant.
    pub(super) fn tag_text(&self, item: StaticId) -> Option<Arc<str>> {
        self.text_of(item, 0)
    }

    fn text_of(&self, item: StaticId, depth: u32) -> Option<Arc<str>> {
        if depth > DEEPEST {
            return None;
        }
        let program = self.around.program;
        let def = &program.statics[item.0 as usize];
        let facts = program.facts(def.file);
        let ItemKind::Static { init: Some(init), .. } = &def.item.kind else { return None };
        let mut expr = *init;
        loop {
            let res = match &facts.expr(expr).kind {
                ExprKind::Literal(Literal::Str(text)) => {
                    return Some(facts.name(*text).into()).filter(|text: &Arc<str>| !text.is_empty());
                }
                // `Tag::new("physics")`
                ExprKind::Call { args, .. } => {
                    expr = *args.first()?;
                    continue;
                }
                ExprKind::Ref { inner, .. } => {
                    expr = *inner;
                    continue;
                }
                ExprKind::Name(name) => program.resolve_name(def.module, facts.name(*name), Space::Values),
                ExprKind::Path(path) => program.resolve(def.module, def.file, facts.path(*path), Space::Values),
                _ => None,
            };
            return match res? {
                Res::Static(other) => self.text_of(other, depth + 1),
                _ => None,
            };
        }
    }

    /// `Self::TAG`, `T::TAG` where `T` is a parameter.
    pub(super) fn associated_constant(&self, path: &'l crate::engine::hir::ir::Path) -> Option<StaticId> {
        let facts = self.facts;
        let [first, last] = &*path.segments else { return None };
        let first = facts.name(first.name);
        let ty = match first {
            "Self" => self.type_scope.self_type.as_ref()?,
            _ => &self.type_scope.params.iter().find(|(name, _)| *name == first)?.1,
        };
        self.constant_of(ty, facts.name(last.name))
    }

    fn constant_of(&self, ty: &super::types::Ty, name: &str) -> Option<StaticId> {
        let super::types::Ty::User(user, _) = ty else { return None };
        self.around.program.constant_of(*user, name)
    }
}

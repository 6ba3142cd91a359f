//! Helpers that turn the memory of a scope into that of the frame.

use crate::engine::flow::event::{Event, EventKind, Site};
use crate::engine::hir::ir::Type;
use crate::engine::project::TargetKind;
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, Res};
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::{Applicability, Edit, Finding, Fix};

rule! {
    code: FA606,
    name: "helper-takes-allocator",
    summary: "a function taking `&SmartAlloc` allocates and is called from a scope, so it gets whole-frame memory",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::WholeFrameFromScope { callee, allocates } = &occurrence.event.kind else { return None };
    let name = cx.program.fn_name(*callee);
    let message = format!(
        "`{name}` takes `&SmartAlloc`, so that what it allocates here lives to the end of the whole frame, not of this scope"
    );
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("the scope's `&Frame` becomes `&SmartAlloc` here")
        .note_at(cx.place(*allocates), "allocated here");
    let finding = finding.help(format!("let `{name}` take `&Frame`, or say `frame.whole()` where that is meant"));
    Some(finding.maybe_fix(takes_frame(cx, *callee)))
}

/// The edit that lets a helper take `&Frame`; who else calls it is for a person to see, unless nobody can and all do it from
/// scopes.
fn takes_frame(cx: &Context<'_, '_>, callee: FnId) -> Option<Fix> {
    let def = cx.program.fn_def(callee);
    let facts = cx.program.facts(def.file);
    let source = &cx.program.loaded.files[def.file];
    let dependencies = &cx.project.members[source.member].dependencies;
    let krate = dependencies.iter().find(|dependency| dependency.package == "framealloc")?;
    let span = def.function.params.iter().find_map(|(_, ty)| {
        let Type::Ref { mutable: false, inner, .. } = facts.ty(*ty) else { return None };
        let Type::Path(path) = facts.ty(*inner) else { return None };
        let path = facts.path(*path);
        match cx.program.resolve(def.module, def.file, path, Space::Types) {
            Some(Res::External(external)) if external.is_framealloc() && external.last == "SmartAlloc" => {
                Some(path.span)
            }
            _ => None,
        }
    })?;
    let (mut calls, mut from_scopes) = (0, 0);
    for (_, function) in cx.analysed.iter() {
        calls += function.calls.iter().filter(|call| call.callee == callee).count();
        let is_it = |event: &&Event| matches!(&event.kind, EventKind::WholeFrameFromScope { callee: other, .. } if *other == callee);
        from_scopes += function.events.iter().filter(is_it).count();
    }
    // What a library offers may be called by others.
    let krate_of_it = &cx.program.loaded.crates[cx.program.module(def.module).krate];
    let certain = krate_of_it.kind == TargetKind::Binary && def.owner.is_none() && calls == from_scopes;
    let place = cx.place(Site { file: def.file, span });
    Some(Fix {
        title: format!("let `{}` take `&Frame`", cx.program.fn_name(callee)),
        edits: vec![Edit { place, replacement: format!("{}::Frame", krate.name) }],
        applicability: if certain { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    })
}

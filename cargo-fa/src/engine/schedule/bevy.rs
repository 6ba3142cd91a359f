//! Systems that Bevy runs every frame.

use crate::engine::api::Known;
use crate::engine::flow::types::{Ty, Types};
use crate::engine::flow::{param_types, type_scope, walk};
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, ModuleId, Program, Res};
use crate::model::config::Config;

/// Functions that are added to a schedule of `[analysis] bevy_schedules` and take the allocator.
///
/// `users` are the packages that can name the allocator, and so a system that takes it.
pub(crate) fn systems(program: &Program<'_>, config: &Config, users: &[bool]) -> Vec<FnId> {
    let mut found = Vec::new();
    let files = program.loaded.files.iter();
    let adds: Vec<bool> =
        files.map(|file| users[file.member] && file.facts.names().any(|name| name == "add_systems")).collect();
    for def in program.fns.iter().filter(|def| adds[def.file]) {
        let facts = program.facts(def.file);
        let Some(body) = def.function.body else { continue };
        walk::visit(facts, body, &mut |expr| {
            let ExprKind::Method(call) = &facts.expr(expr).kind else { return };
            if facts.name(call.name) != "add_systems" {
                return;
            }
            let [schedule, systems] = &*call.args else { return };
            if last_name(facts, *schedule)
                .is_some_and(|name| config.analysis.bevy_schedules.iter().any(|known| known == name))
            {
                collect(program, def.body_module, def.file, *systems, &mut found);
            }
        });
    }
    found.retain(|id| takes_allocator(program, *id));
    found.sort_unstable();
    found.dedup();
    found
}

fn last_name(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => Some(facts.name(*name)),
        ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
        _ => None,
    }
}

/// `a`, `(a, b)`, `a.after(b)`, `(a, b).chain()`.
fn collect(program: &Program<'_>, module: ModuleId, file: usize, expr: ExprId, found: &mut Vec<FnId>) {
    let facts = program.facts(file);
    let res = match &facts.expr(expr).kind {
        ExprKind::Name(name) => program.resolve_name(module, facts.name(*name), Space::Values),
        ExprKind::Path(path) => program.resolve(module, file, facts.path(*path), Space::Values),
        ExprKind::Tuple(parts) => {
            parts.iter().for_each(|part| collect(program, module, file, *part, found));
            None
        }
        ExprKind::Method(call) => {
            collect(program, module, file, call.receiver, found);
            None
        }
        _ => None,
    };
    if let Some(Res::Fn(function)) = res {
        found.push(function);
    }
}

fn takes_allocator(program: &Program<'_>, id: FnId) -> bool {
    let def = program.fn_def(id);
    debug_assert!(matches!(def.item.kind, ItemKind::Fn(_)));
    let scope = type_scope(program, def);
    param_types(Types { program }, def, &scope).iter().any(|ty| {
        ty.allocator().is_some() || matches!(ty, Ty::Known(Known::Res | Known::ResMut, args) if args.iter().any(|arg| arg.allocator().is_some()))
    })
}

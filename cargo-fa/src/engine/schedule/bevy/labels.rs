//! Schedules that run every frame.

use rustc_hash::FxHashSet;

use super::last_name;
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, Pat};
use crate::engine::resolve::{FnId, Program};
use crate::model::config::Config;

/// Their labels, by the last name of their paths.
pub(super) struct Labels(FxHashSet<String>);

/// Whether a method of this name gives a schedule its place among those that run every frame.
pub(super) fn orders(name: &str) -> bool {
    matches!(name, "insert_after" | "insert_before")
}

impl Labels {
    /// Those that the configuration names, and those of the workspace that are put among them.
    pub(super) fn find(program: &Program<'_>, config: &Config, users: &[bool]) -> Self {
        let mut labels = Self(config.analysis.bevy_schedules.iter().cloned().collect());
        if labels.0.is_empty() {
            return labels;
        }
        // Helpers that insert what they are given, with the position of the label among their parameters.
        let mut helpers: Vec<(FnId, usize)> = Vec::new();
        let in_users = |id: &FnId| users[program.loaded.files[program.fn_def(*id).file].member];
        for id in program.all_fns().filter(in_users) {
            let def = program.fn_def(id);
            let facts = program.facts(def.file);
            if !facts.names().any(orders) {
                continue;
            }
            let Some(body) = def.function.body else { continue };
            walk::visit(facts, body, &mut |expr| {
                let ExprKind::Method(call) = &facts.expr(expr).kind else { return };
                let (true, [_, label]) = (orders(facts.name(call.name)), &*call.args) else { return };
                let Some(name) = last_name(facts, *label) else { return };
                let is_name =
                    |pat| matches!(facts.pat(pat), Pat::Bind { name: bound, .. } if facts.name(*bound) == name);
                match def.function.params.iter().position(|(pat, _)| is_name(*pat)) {
                    Some(at) => helpers.push((id, at)),
                    None => drop(labels.0.insert(name.to_owned())),
                }
            });
        }
        for id in program.all_fns().filter(in_users).filter(|_| !helpers.is_empty()) {
            let def = program.fn_def(id);
            let facts = program.facts(def.file);
            let Some(body) = def.function.body else { continue };
            walk::visit(facts, body, &mut |expr| {
                let ExprKind::Call { callee, args } = &facts.expr(expr).kind else { return };
                let name = last_name(facts, *callee);
                for (_, at) in helpers.iter().filter(|(helper, _)| name == Some(program.fn_name(*helper))) {
                    let label = args.get(*at).and_then(|label| last_name(facts, *label));
                    labels.0.extend(label.map(str::to_owned));
                }
            });
        }
        labels
    }

    /// Whether the schedule of this label runs every frame: `Update`, `bevy::app::Update`, `Update.intern()`.
    pub(super) fn is_every_frame(&self, facts: &FileFacts, label: ExprId) -> bool {
        match &facts.expr(label).kind {
            ExprKind::Method(call) if matches!(facts.name(call.name), "intern" | "clone") => {
                self.is_every_frame(facts, call.receiver)
            }
            _ => last_name(facts, label).is_some_and(|name| self.0.contains(name)),
        }
    }
}

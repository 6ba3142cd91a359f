//! A call that may mean the method of any of several types says one thing, not one for each of them.

use std::collections::BTreeMap;

use super::Context;
use crate::engine::flow::event::Site;
use crate::engine::resolve::FnId;
use crate::model::finding::Finding;

/// Findings below such calls: by the code and the call, then by the function that is called.
#[derive(Default)]
pub(super) struct Either(BTreeMap<(&'static str, Site), BTreeMap<FnId, Vec<Finding>>>);

impl Either {
    pub(super) fn add(&mut self, (call, callee): (Site, FnId), finding: Finding) {
        let of_call = self.0.entry((finding.code.number, call)).or_default();
        of_call.entry(callee).or_default().push(finding);
    }

    /// What is found in the first of the functions stays, and says which others do the same.
    pub(super) fn into_findings(self, cx: &Context<'_, '_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for ((_, call), callees) in self.0 {
            let mut others: Vec<String> = callees.keys().skip(1).map(|id| cx.program.fn_path(*id)).collect();
            others.dedup();
            let Some(first) = callees.into_values().next() else { continue };
            for (at, finding) in first.into_iter().enumerate() {
                found.push(if at > 0 || others.is_empty() {
                    finding
                } else {
                    let named: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
                    finding.note_at(cx.place(call), format!("this call may mean {} as well", named.join(", ")))
                });
            }
        }
        found
    }
}

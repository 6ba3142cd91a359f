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

    /// What is found first stays, with every other place at which the same would happen, whichever function is meant.
    pub(super) fn into_findings(self, cx: &Context<'_, '_>) -> Vec<Finding> {
        let one_of = |((_, call), callees): ((_, Site), BTreeMap<FnId, Vec<Finding>>)| {
            let several = callees.len() > 1;
            let mut all = callees.into_iter().flat_map(|(id, findings)| findings.into_iter().map(move |it| (id, it)));
            let (first, mut finding) = all.next()?;
            if several {
                let text = format!("this call may mean `{}`, and others that do the same", cx.program.fn_path(first));
                finding = finding.note_at(cx.place(call), text);
            }
            for (id, other) in all {
                let callee = cx.program.fn_path(id);
                let text = if id == first {
                    format!("in `{callee}` as well: {}", other.message)
                } else {
                    format!("in `{callee}`, which it may mean as well: {}", other.message)
                };
                finding = finding.note_at(other.primary, text);
            }
            Some(finding)
        };
        self.0.into_iter().filter_map(one_of).collect()
    }
}

//! The paths that tags have at run time: a text that is opened in an arena nests under the tag of the arena, and arenas
//! are handed from function to function.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use crate::engine::flow::event::CallSite;
use crate::engine::flow::open_tag::{OpenTag, nested};
use crate::engine::flow::summary::AllAnalysed;
use crate::engine::resolve::FnId;

/// The tags of the arenas among the parameters of a function, in one way of calling it; `None` is no tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine::rules) struct Arenas(BTreeMap<u16, Option<String>>);

impl Arenas {
    /// The path of a tag: `None` where it is not known, `Some(None)` where there is none.
    #[expect(clippy::option_option, reason = "what is not known and what is none are two answers")]
    pub(in crate::engine::rules) fn path_of(&self, tag: &OpenTag) -> Option<Option<String>> {
        match tag {
            OpenTag::Named(path) => Some(Some(path.to_string())),
            OpenTag::OfParam(param, below) => {
                let open = self.0.get(param)?;
                Some(match (open, below) {
                    (open, None) => open.clone(),
                    (None, Some(below)) => Some(below.to_string()),
                    (Some(open), Some(below)) => Some(nested(open, below).to_string()),
                })
            }
            OpenTag::Unknown(_) => None,
        }
    }

    /// The arenas that a call of the function hands over.
    pub(in crate::engine::rules) fn handed_by(&self, call: &CallSite) -> Self {
        let known = call.arenas.iter().filter_map(|(param, tag)| {
            let path = match tag {
                Some(tag) => self.path_of(tag)?,
                None => None,
            };
            Some((*param, path))
        });
        Self(known.collect())
    }
}

/// Whether a path is this tag or lies below it.
pub(in crate::engine::rules) fn is_below(path: &str, tag: &str) -> bool {
    path.strip_prefix(tag).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// In how many ways a function may be called before more are not told apart.
const MOST_WAYS: usize = 8;

/// In which ways functions are called.
pub(super) struct Handed(FxHashMap<FnId, BTreeSet<Arenas>>);

impl Handed {
    pub(super) fn find(analysed: &AllAnalysed) -> Self {
        let mut ways: FxHashMap<FnId, BTreeSet<Arenas>> = FxHashMap::default();
        let nothing = BTreeSet::from([Arenas::default()]);
        let mut queue: VecDeque<FnId> = analysed.iter().map(|(id, _)| id).collect();
        while let Some(id) = queue.pop_front() {
            let into = ways.get(&id).unwrap_or(&nothing).clone();
            for call in analysed.of(id).calls.iter().filter(|call| !call.arenas.is_empty()) {
                for arenas in into.iter().map(|arenas| arenas.handed_by(call)) {
                    let known = ways.entry(call.callee).or_default();
                    if !arenas.0.is_empty() && known.len() < MOST_WAYS && known.insert(arenas) {
                        queue.push_back(call.callee);
                    }
                }
            }
        }
        Self(ways)
    }

    /// The ways in which a function is called; one about which nothing is known where nobody calls it.
    pub(super) fn ways_into(&self, id: FnId) -> Vec<Arenas> {
        match self.0.get(&id) {
            Some(ways) if !ways.is_empty() => ways.iter().cloned().collect(),
            _ => vec![Arenas::default()],
        }
    }
}

//! The tag that an arena is of, as far as it is known.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The tag that an arena is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum OpenTag {
    Named(Arc<str>),
    /// That of the arena which is this parameter, or the tag of this path below it.
    OfParam(u16, Option<Arc<str>>),
    /// Some tag, or the tag of this path below it.
    Unknown(Option<Arc<str>>),
}

impl OpenTag {
    /// The tag of a text under this one.
    pub(super) fn nested(open: Option<&Self>, name: &str) -> Self {
        let below =
            |path: &Option<Arc<str>>| Some(path.as_deref().map_or_else(|| name.into(), |path| nested(path, name)));
        match open {
            None => Self::Named(name.into()),
            Some(Self::Named(path)) => Self::Named(nested(path, name)),
            Some(Self::OfParam(param, path)) => Self::OfParam(*param, below(path)),
            Some(Self::Unknown(path)) => Self::Unknown(below(path)),
        }
    }
}

/// The path of a name under a path, as the run time has it: itself where its last part is that name already.
pub(crate) fn nested(path: &str, name: &str) -> Arc<str> {
    let is_same = path == name || path.rsplit_once("::").is_some_and(|(_, last)| last == name);
    if is_same { path.into() } else { format!("{path}::{name}").into() }
}

//! How parts of what an analysis found are written that serde cannot write by itself.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use framealloc_syntax::{Denied, Effect};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::hir::ir::Span;

/// A text of the analyser itself.
pub(crate) type Fixed = &'static str;

/// The text that is equal to this one and stays: there are few, and each is kept once.
fn fixed_text(text: &str) -> Fixed {
    static KNOWN: Mutex<BTreeSet<Fixed>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return known;
    }
    let text: Fixed = Box::leak(text.into());
    known.insert(text);
    text
}

pub(super) mod fixed {
    use super::{Deserialize, Deserializer, Fixed, Serialize, Serializer, fixed_text};

    pub(in super::super) fn serialize<S: Serializer>(text: &Fixed, serializer: S) -> Result<S::Ok, S::Error> {
        text.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fixed, D::Error> {
        <&str>::deserialize(deserializer).map(fixed_text)
    }
}

pub(super) mod fixed_at {
    use super::{Deserialize, Deserializer, Fixed, Serialize, Serializer, Span, fixed_text};

    #[expect(clippy::ref_option, reason = "serde asks for it")]
    pub(in super::super) fn serialize<S: Serializer>(
        text: &Option<(Span, Fixed)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(Span, Fixed)>, D::Error> {
        let read = Option::<(Span, &str)>::deserialize(deserializer)?;
        Ok(read.map(|(at, text)| (at, fixed_text(text))))
    }
}

pub(super) mod denied {
    use super::{Denied, Deserialize, Deserializer, Effect, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(in super::super) fn serialize<S: Serializer>(denied: &Denied, serializer: S) -> Result<S::Ok, S::Error> {
        Effect::ALL.map(|effect| denied.has(effect)).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Denied, D::Error> {
        let has = <[bool; Effect::ALL.len()]>::deserialize(deserializer)?;
        let all = Effect::ALL.into_iter().zip(has).filter(|(_, has)| *has);
        Ok(all.fold(Denied::NOTHING, |denied, (effect, _)| denied.and(effect)))
    }
}

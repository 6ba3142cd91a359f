//! What lies in a piece of frame memory, and whether a value of some type can point into it.
//!
//! A list of borrows is frame memory, what the borrows lead to is not: an element that is copied out of it
//! (`near.first().copied()`) refers to the world and may leave the frame. Types decide that, where both are known: a
//! `&Enemy` cannot point into memory that holds `&Enemy`.

use super::types::{Link, Ty, Types};
use super::value::Flow;
use crate::engine::api::Known;
use crate::model::finding::Confidence;

/// How far types are followed into what they are made of.
const DEEPEST: u32 = 6;

/// Whether there is a way from a value into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    No,
    /// One of the types is not known well enough.
    Unsure,
    Yes,
}

impl Way {
    fn any(ways: impl Iterator<Item = Self>) -> Self {
        ways.max().unwrap_or(Self::No)
    }
}

impl From<bool> for Way {
    fn from(is_certain: bool) -> Self {
        if is_certain { Self::Yes } else { Self::No }
    }
}

impl Types<'_, '_> {
    /// The flow as far as a value of this type can have it; rustc watches all but addresses, so that what is not certain is
    /// of low confidence.
    pub(super) fn held(self, ty: &Ty, flow: &Flow) -> Option<Flow> {
        if !self.can_refer(ty, flow.link()) {
            return None;
        }
        let mut flow = flow.clone();
        if flow.raw || flow.captured {
            return Some(flow);
        }
        let way = match &flow.content {
            Some(content) => self.points_into(ty, content, 0),
            None if says_nothing(ty) => Way::Unsure,
            None => Way::Yes,
        };
        match way {
            Way::No => return None,
            Way::Unsure => flow.confidence = Confidence::Low,
            Way::Yes => {}
        }
        Some(flow)
    }

    /// Keeps of the flows what a value of this type can have.
    pub(super) fn keep_held(self, ty: &Ty, flows: &mut Vec<Flow>) {
        if !flows.is_empty() {
            *flows = flows.iter().filter_map(|flow| self.held(ty, flow)).collect();
        }
    }

    /// Keeps of the flows of a value what it can have in a place of this type: where that says too little, as `dyn Trait`
    /// does, the type of the value says it.
    pub(super) fn keep_in(self, place: &Ty, value: &Ty, flows: &mut Vec<Flow>) {
        let held = |flow: &Flow| {
            let held = self.held(place, flow)?;
            if held.confidence < flow.confidence && value.is_concrete() { self.held(value, flow) } else { Some(held) }
        };
        if !flows.is_empty() {
            *flows = flows.iter().filter_map(held).collect();
        }
    }

    /// Whether a place of this type is a part of memory that holds `content`: what is copied out of it does not point back.
    pub(super) fn is_part(self, ty: &Ty, content: &Ty) -> bool {
        self.lies_in(ty, content, 0) == Way::Yes
    }

    /// Whether a value of type `ty` can point into memory that holds `content`.
    fn points_into(self, ty: &Ty, content: &Ty, depth: u32) -> Way {
        if depth > DEEPEST {
            return Way::Unsure;
        }
        let part = |part: &Ty| self.points_into(part, content, depth + 1);
        let behind = |inner: &Ty| self.lies_in(inner, content, depth + 1).max(part(inner));
        match ty {
            Ty::Scalar(_)
            | Ty::Unit
            | Ty::Str
            | Ty::Never
            | Ty::Param(_)
            | Ty::Function
            | Ty::Opaque { borrows: false, .. } => Way::No,
            Ty::Generic { .. } => {
                if self.can_refer(ty, Link::Borrow) {
                    Way::Yes
                } else {
                    Way::No
                }
            }
            Ty::Ref { inner, .. } => behind(inner),
            Ty::Tuple(parts) => Way::any(parts.iter().map(part)),
            Ty::Array(inner, _) | Ty::Slice(inner) => part(inner),
            Ty::Known(Known::FrameBox | Known::FrameSlot, args) => args.first().map_or(Way::Yes, behind),
            Ty::Known(known, _) if known.is_frame_collection() => match ty.collected() {
                Some(held) if !held.is_unknown() => behind(&held),
                _ => Way::Yes,
            },
            // An iterator may own what it takes its items from.
            Ty::Known(Known::Iterator, _) | Ty::Closure | Ty::Trait(_) | Ty::Ptr(_) => Way::Yes,
            Ty::Known(known, _) if known.is_frame_data() || known.is_allocator() => Way::Yes,
            Ty::Known(Known::Guard | Known::Cow, args) if !args.is_empty() => Way::any(args.iter().map(behind)),
            Ty::Unknown | Ty::Opaque { borrows: true, .. } | Ty::Known(Known::Guard | Known::Cow, _) => Way::Unsure,
            Ty::Known(_, args) => Way::any(args.iter().map(part)),
            Ty::User(user, args) => {
                let fields = self.fields(*user, args, None);
                let way = Way::any(fields.iter().map(|(_, field)| part(field)));
                // A parameter that only a marker or another crate's type uses.
                if way == Way::No && self.lifetimes(*user) { Way::Unsure } else { way }
            }
        }
    }

    /// Whether a `part` can lie in memory that holds `whole`, or in what that owns.
    fn lies_in(self, part: &Ty, whole: &Ty, depth: u32) -> Way {
        if depth > DEEPEST {
            return Way::Unsure;
        }
        match part {
            Ty::Slice(inner) | Ty::Array(inner, _) => return self.lies_in(inner, whole, depth + 1),
            Ty::Unknown => return if self.has_borrows(whole) { Way::Unsure } else { Way::Yes },
            _ => {}
        }
        if same(part, whole) {
            return Way::Yes;
        }
        let inside = |inner: &Ty| self.lies_in(part, inner, depth + 1);
        let way = match whole {
            // Whatever a reference leads to is somewhere else.
            Ty::Ref { .. } | Ty::Ptr(_) | Ty::Unit | Ty::Never => Way::No,
            Ty::Str => Way::from(*part == Ty::Scalar(1)),
            Ty::Scalar(bytes) => Way::from(*bytes == 1 && *part == Ty::Str),
            Ty::Slice(inner) | Ty::Array(inner, _) => inside(inner),
            Ty::Tuple(parts) => Way::any(parts.iter().map(inside)),
            Ty::Known(Known::String | Known::FrameString, _) => Way::from(matches!(part, Ty::Str | Ty::Scalar(1))),
            Ty::Known(_, args) if !args.is_empty() => Way::any(args.iter().map(inside)),
            Ty::User(user, args) => Way::any(self.fields(*user, args, None).iter().map(|(_, field)| inside(field))),
            // A type of another crate has none of the workspace in it, if nobody gave it one.
            Ty::Opaque { borrows: false, .. } if matches!(part, Ty::User(..)) => Way::No,
            _ => Way::Unsure,
        };
        if unsized_to_anything(part) { way.max(Way::Unsure) } else { way }
    }

    /// Whether there are references in a value of this type.
    fn has_borrows(self, ty: &Ty) -> bool {
        match ty {
            Ty::Ref { .. } | Ty::Unknown => true,
            Ty::Tuple(parts) | Ty::Known(_, parts) => parts.iter().any(|part| self.has_borrows(part)),
            Ty::Array(inner, _) | Ty::Slice(inner) => self.has_borrows(inner),
            Ty::User(user, _) => self.lifetimes(*user),
            _ => false,
        }
    }
}

/// Whether nothing is known of the value itself, wherever it is wrapped.
fn says_nothing(ty: &Ty) -> bool {
    match ty {
        Ty::Unknown => true,
        Ty::Known(Known::Option | Known::Result, args) => args.first().is_none_or(says_nothing),
        Ty::Tuple(parts) => parts.iter().all(says_nothing),
        _ => false,
    }
}

/// `dyn Trait`, or a type that is not known well enough to say what it is not.
fn unsized_to_anything(part: &Ty) -> bool {
    matches!(part, Ty::Trait(_) | Ty::Generic { .. } | Ty::Closure | Ty::Opaque { .. } | Ty::Param(_))
}

/// Whether both may be the same type.
fn same(left: &Ty, right: &Ty) -> bool {
    let all = |left: &[Ty], right: &[Ty]| {
        left.len() != right.len() || left.iter().zip(right).all(|(left, right)| same(left, right))
    };
    match (left, right) {
        (Ty::Unknown, _) | (_, Ty::Unknown) => true,
        (Ty::Ref { inner: left, .. }, Ty::Ref { inner: right, .. })
        | (Ty::Ptr(left), Ty::Ptr(right))
        | (Ty::Slice(left), Ty::Slice(right))
        | (Ty::Array(left, _), Ty::Array(right, _)) => same(left, right),
        (Ty::Tuple(left), Ty::Tuple(right)) => left.len() == right.len() && all(left, right),
        (Ty::Known(known, left), Ty::Known(other, right)) => known == other && all(left, right),
        (Ty::User(user, left), Ty::User(other, right)) => user == other && all(left, right),
        _ => left == right,
    }
}

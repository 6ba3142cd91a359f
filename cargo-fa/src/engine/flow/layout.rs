//! What a type is made of: its size, whether it drops, what it may refer to.

use rustc_hash::FxHashSet;

use super::types::{Link, SELF, Ty, Types, UNNAMED};
use crate::engine::api::Known;
use crate::engine::hir::ir::ItemKind;
use crate::engine::resolve::UserType;

impl Types<'_, '_> {
    pub(super) fn lifetimes(self, user: UserType) -> bool {
        match &self.program.type_def(user).item.kind {
            ItemKind::Struct { generics, .. } | ItemKind::Enum { generics, .. } => !generics.lifetimes.is_empty(),
            _ => false,
        }
    }

    /// Whether the type has parameters.
    pub(super) fn is_generic_type(self, user: UserType) -> bool {
        match &self.program.type_def(user).item.kind {
            ItemKind::Struct { generics, .. } | ItemKind::Enum { generics, .. } => !generics.types.is_empty(),
            _ => false,
        }
    }

    /// Whether a value of this type can refer to frame memory in this way.
    pub(crate) fn can_refer(self, ty: &Ty, by: Link) -> bool {
        self.refers(ty, by, &mut FxHashSet::default())
    }

    fn refers(self, ty: &Ty, by: Link, seen: &mut FxHashSet<UserType>) -> bool {
        let raw = by == Link::Address;
        match ty {
            Ty::Unknown | Ty::Ptr(_) | Ty::Trait(_) | Ty::Closure => true,
            Ty::Never | Ty::Unit | Ty::Str | Ty::Param(_) | Ty::Function => false,
            Ty::Scalar(bytes) => raw && *bytes >= 8,
            // What was made of an address has whatever lifetime somebody claims.
            Ty::Ref { inner, fixed, .. } => !fixed || raw || self.refers(inner, by, seen),
            Ty::Tuple(parts) => parts.iter().any(|part| self.refers(part, by, seen)),
            Ty::Array(inner, _) | Ty::Slice(inner) => self.refers(inner, by, seen),
            Ty::Opaque { borrows, .. } => *borrows,
            Ty::Generic { index, traits } => !traits.is_empty() || (UNNAMED..SELF).contains(index),
            Ty::Known(known, args) => match known {
                Known::NonNull | Known::Atomic => raw,
                Known::String
                | Known::PhantomData
                | Known::FrameHandle
                | Known::TransferHandle
                | Known::RetainKey
                | Known::Promotions
                | Known::Tag => false,
                known if known.is_frame_data() || known.is_allocator() => true,
                Known::Iterator => args.first().is_none_or(|item| self.refers(item, by, seen)),
                Known::Guard | Known::Cow => true,
                _ => args.iter().any(|arg| self.refers(arg, by, seen)),
            },
            Ty::User(user, args) => {
                if self.lifetimes(*user)
                    || args
                        .iter()
                        .any(|arg| !matches!(arg, Ty::Unknown | Ty::Generic { .. }) && self.refers(arg, by, seen))
                {
                    return true;
                }
                seen.insert(*user)
                    && self.fields(*user, args, None).iter().any(|(_, field)| match field {
                        Ty::Unknown | Ty::Closure | Ty::Trait(_) | Ty::Generic { .. } => raw,
                        // Fields of plain numbers are not taken for addresses: too many structs have a `u64`.
                        Ty::Scalar(_) => false,
                        field => self.refers(field, by, seen),
                    })
            }
        }
    }

    /// Whether the type names the lifetime of what it borrows, so that rustc watches it.
    pub(crate) fn is_tied(self, ty: &Ty) -> bool {
        match ty.peeled() {
            Ty::User(user, _) => self.lifetimes(*user),
            Ty::Known(known, args) => known.is_frame_data() || args.iter().any(|arg| self.is_tied(arg)),
            _ => false,
        }
    }

    /// Whether dropping a value of this type does something; `None` when that is not known.
    pub(crate) fn drops(self, ty: &Ty) -> Option<bool> {
        self.drops_at(ty, 0)
    }

    pub(super) fn drops_at(self, ty: &Ty, depth: u32) -> Option<bool> {
        if depth > 8 {
            return Some(false);
        }
        let any = |parts: &[Ty]| {
            let mut known = Some(false);
            for part in parts {
                match self.drops_at(part, depth + 1) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => known = None,
                }
            }
            known
        };
        match ty {
            Ty::Unknown | Ty::Opaque { .. } | Ty::Param(_) | Ty::Closure | Ty::Trait(_) | Ty::Generic { .. } => None,
            Ty::Never | Ty::Unit | Ty::Scalar(_) | Ty::Str | Ty::Ref { .. } | Ty::Ptr(_) | Ty::Function => Some(false),
            Ty::Tuple(parts) => any(parts),
            Ty::Array(inner, _) | Ty::Slice(inner) => self.drops_at(inner, depth + 1),
            Ty::Known(known, args) => match known {
                known if known.is_heap_container() => Some(true),
                Known::Box
                | Known::Rc
                | Known::Arc
                | Known::Weak
                | Known::PoolBox
                | Known::HeapBox
                | Known::File
                | Known::Guard
                | Known::JoinHandle
                | Known::Sender
                | Known::SyncSender
                | Known::AsyncSender
                | Known::Receiver
                | Known::AsyncReceiver => Some(true),
                Known::Option
                | Known::Result
                | Known::Cell
                | Known::RefCell
                | Known::Mutex
                | Known::AsyncMutex
                | Known::RwLock
                | Known::OnceCell
                | Known::OnceLock
                | Known::LazyLock
                | Known::FrameBox => any(args),
                Known::NonNull | Known::ManuallyDrop | Known::MaybeUninit | Known::PhantomData | Known::Atomic => {
                    Some(false)
                }
                _ => None,
            },
            Ty::User(user, args) => {
                if self.program.has_drop.contains_key(user) {
                    return Some(true);
                }
                let fields: Vec<Ty> = self.fields(*user, args, None).into_iter().map(|(_, ty)| ty).collect();
                any(&fields)
            }
        }
    }

    /// Whether dropping a value of this type gives heap memory back, as far as is certain.
    pub(crate) fn owns_heap(self, ty: &Ty) -> bool {
        self.owns_heap_at(ty, 0)
    }

    fn owns_heap_at(self, ty: &Ty, depth: u32) -> bool {
        let any = |parts: &[Ty]| depth < 6 && parts.iter().any(|part| self.owns_heap_at(part, depth + 1));
        match ty {
            Ty::Known(known, _) if known.is_heap_container() || *known == Known::Box => true,
            Ty::Known(Known::Option | Known::Result, args) => any(args),
            Ty::Tuple(parts) => any(parts),
            Ty::Array(inner, _) => depth < 6 && self.owns_heap_at(inner, depth + 1),
            Ty::User(user, args) if depth < 6 => {
                self.fields(*user, args, None).iter().any(|(_, field)| self.owns_heap_at(field, depth + 1))
            }
            _ => false,
        }
    }

    /// Whether cloning a value of this type allocates; `None` when that is not known.
    pub(crate) fn clones_to_heap(self, ty: &Ty) -> Option<bool> {
        match ty {
            Ty::Known(known, _) if known.is_heap_container() || *known == Known::Box => Some(true),
            // Of a result that is an error nobody asks in each frame.
            Ty::Known(Known::Result, args) => args.first().map_or(Some(false), |value| self.clones_to_heap(value)),
            Ty::Known(Known::Option | Known::Cow, args) => args
                .iter()
                .map(|arg| self.clones_to_heap(arg))
                .find(|known| *known != Some(false))
                .unwrap_or(Some(false)),
            Ty::Known(
                Known::Rc
                | Known::Arc
                | Known::Weak
                | Known::FrameHandle
                | Known::Sender
                | Known::SyncSender
                | Known::AsyncSender,
                _,
            )
            | Ty::Function
            | Ty::Scalar(_)
            | Ty::Unit
            | Ty::Str
            | Ty::Ref { .. }
            | Ty::Ptr(_) => Some(false),
            Ty::Tuple(parts) => parts
                .iter()
                .map(|part| self.clones_to_heap(part))
                .find(|known| *known != Some(false))
                .unwrap_or(Some(false)),
            Ty::Array(inner, _) => self.clones_to_heap(inner),
            Ty::User(user, args) => {
                let def = self.program.type_def(*user);
                let facts = self.program.facts(def.file);
                let derives =
                    def.item.attrs.derives.iter().any(|path| {
                        facts.path(*path).segments.last().is_some_and(|last| facts.name(last.name) == "Clone")
                    });
                if !derives {
                    return None;
                }
                let fields = self.fields(*user, args, None);
                let mut known = Some(false);
                for (_, field) in &fields {
                    if matches!(field, Ty::User(same, _) if same == user) {
                        continue;
                    }
                    match self.clones_to_heap(field) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => known = None,
                    }
                }
                known
            }
            _ => None,
        }
    }

    /// Size and alignment in bytes, as rustc lays it out today on a 64-bit machine.
    pub(crate) fn layout(self, ty: &Ty) -> Option<(u64, u64)> {
        self.layout_at(ty, 0)
    }

    pub(super) fn layout_at(self, ty: &Ty, depth: u32) -> Option<(u64, u64)> {
        if depth > 12 {
            return None;
        }
        let together = |parts: &mut dyn Iterator<Item = Option<(u64, u64)>>| {
            let (mut size, mut align) = (0_u64, 1_u64);
            for part in parts {
                let (part_size, part_align) = part?;
                size = size.checked_add(part_size)?;
                align = align.max(part_align);
            }
            Some((size.checked_next_multiple_of(align)?, align))
        };
        let wide = |inner: &Ty| matches!(inner, Ty::Str | Ty::Slice(_) | Ty::Trait(_));
        match ty {
            Ty::Unit | Ty::Never => Some((0, 1)),
            Ty::Scalar(bytes) => Some((u64::from(*bytes), u64::from(*bytes).min(16))),
            Ty::Ref { inner, .. } | Ty::Ptr(inner) => Some((if wide(inner) { 16 } else { 8 }, 8)),
            Ty::Function => Some((8, 8)),
            Ty::Tuple(parts) => together(&mut parts.iter().map(|part| self.layout_at(part, depth + 1))),
            Ty::Array(inner, Some(len)) => {
                let (size, align) = self.layout_at(inner, depth + 1)?;
                Some((size.checked_mul(*len)?, align))
            }
            Ty::Known(known, args) => match known {
                Known::Vec | Known::String => Some((24, 8)),
                Known::VecDeque => Some((32, 8)),
                Known::Box | Known::Rc | Known::Arc | Known::NonNull | Known::PoolBox | Known::HeapBox => {
                    Some((if args.first().is_some_and(wide) { 16 } else { 8 }, 8))
                }
                _ => None,
            },
            Ty::User(user, args) => {
                if !matches!(self.program.type_def(*user).item.kind, ItemKind::Struct { .. }) {
                    return None;
                }
                together(&mut self.fields(*user, args, None).iter().map(|(_, field)| self.layout_at(field, depth + 1)))
            }
            _ => None,
        }
    }
}

/// The element of what is indexed, seen through references and owners.
pub(super) fn element_of(ty: &Ty) -> Ty {
    let mut ty = ty.clone();
    for _ in 0..6 {
        match ty.peeled() {
            Ty::Array(inner, _) | Ty::Slice(inner) => return (**inner).clone(),
            Ty::Known(Known::VecDeque, args) => return args.first().cloned().unwrap_or(Ty::Unknown),
            other => match other.deref() {
                Some(next) => ty = next,
                None => return Ty::Unknown,
            },
        }
    }
    Ty::Unknown
}

/// The element of `SmallVec<[T; N]>` and `ArrayVec<T, N>`.
pub(super) fn element_in_place(ty: &Ty) -> Ty {
    match ty.argument(0) {
        Ty::Array(inner, _) => (*inner).clone(),
        other => other,
    }
}

//! Handles of values that are shared within a frame.

use super::types::Ty;
use crate::engine::api::Known;

/// A handle, or something made of handles.
pub(super) fn holds_handle(ty: &Ty) -> bool {
    match ty.peeled() {
        Ty::Known(Known::FrameHandle, _) => true,
        Ty::Known(known, args) => {
            let holds = matches!(
                known,
                Known::Option
                    | Known::Guard
                    | Known::Mutex
                    | Known::AsyncMutex
                    | Known::RwLock
                    | Known::Lock
                    | Known::Cell
                    | Known::RefCell
                    | Known::OnceCell
                    | Known::OnceLock
                    | Known::LazyLock
            );
            (holds || known.is_heap_container()) && args.iter().any(holds_handle)
        }
        Ty::Tuple(parts) => parts.iter().any(holds_handle),
        Ty::Array(inner, _) | Ty::Slice(inner) => holds_handle(inner),
        _ => false,
    }
}

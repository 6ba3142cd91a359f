//! Frame memory: values that die with the frame or with a scope in it.

pub(crate) mod boxed;
mod collection_methods;
pub(crate) mod handle;
pub(crate) mod map;
mod methods;
pub(crate) mod promotions;
pub(crate) mod retain;
pub(crate) mod scope;
pub(crate) mod set;
pub(crate) mod string;
pub(crate) mod table;
pub(crate) mod table_iter;
pub(crate) mod vec;

pub use crate::raw::cursor::Cursor;
pub use crate::raw::frame::Frame;
pub use boxed::{FrameBox, FrameSlot};
pub use handle::FrameHandle;
pub use map::FrameMap;
pub use promotions::{
    FailedPromotion, Promoted, Promotion, PromotionCount, PromotionFailure, PromotionSummary, Promotions,
};
pub use retain::{FrameRetained, Importance, RetainKey, RetainedSlot, RetentionPolicy};
pub use scope::FrameScope;
pub use set::FrameSet;
pub use string::FrameString;
pub use vec::FrameVec;

//! Frame memory: values that die with the frame or with a scope in it.

pub(crate) mod ambient;
mod box_compare;
mod box_convert;
pub(crate) mod boxed;
mod budgets;
mod closed;
pub(crate) mod collect;
mod collection_methods;
pub(crate) mod deque;
pub(crate) mod flight;
pub(crate) mod handle;
pub(crate) mod heap_queue;
pub(crate) mod heap_tag;
pub(crate) mod map;
mod methods;
pub(crate) mod par_collect;
#[cfg(feature = "rayon")]
mod parallel;
pub(crate) mod promotions;
pub(crate) mod publish;
mod queue_methods;
pub(crate) mod retain;
pub(crate) mod scope;
pub(crate) mod set;
mod settle;
mod share_methods;
mod slice_methods;
pub(crate) mod sorted;
pub(crate) mod string;
pub(crate) mod table;
pub(crate) mod table_iter;
pub(crate) mod vec;

pub use crate::raw::frames::boxes::{FrameBox, FrameSlot};
pub use crate::raw::frames::cursor::Cursor;
pub use crate::raw::frames::frame::Frame;
pub use crate::raw::frames::promotions::{
    FailedPromotion, Promotion, PromotionCount, PromotionFailure, PromotionSummary, Promotions, RetentionPolicy,
};
pub use box_convert::CloneInFrame;
pub use deque::FrameDeque;
pub use flight::{FlightError, FlightStats, FrameInFlight};
pub use handle::FrameHandle;
pub use heap_queue::FrameHeap;
pub use map::FrameMap;
pub use par_collect::{ParCollect, ParLocal};
pub use promotions::Promoted;
pub use publish::{FramePublisher, FrameReader, Published};
pub use retain::{FrameRetained, Importance, RetainKey, RetainedSlot};
pub use scope::FrameScope;
pub use set::FrameSet;
pub use sorted::FrameSortedMap;
pub use string::FrameString;
pub use vec::FrameVec;

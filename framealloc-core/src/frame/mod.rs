//! Frame memory: values that die with the frame or with a scope in it.

pub(crate) mod boxed;
mod collection_methods;
pub(crate) mod handle;
mod methods;
pub(crate) mod scope;
pub(crate) mod vec;

pub use crate::raw::cursor::Cursor;
pub use crate::raw::frame::Frame;
pub use boxed::{FrameBox, FrameSlot};
pub use handle::FrameHandle;
pub use scope::FrameScope;
pub use vec::FrameVec;

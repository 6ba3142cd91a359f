//! Values that outlive their frame: retained, promoted, transferred.

mod keys;
mod promotions;
mod survive;
mod transfers;

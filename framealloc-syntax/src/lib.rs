//! The attribute grammar of framealloc: what the arguments of `#[frame_system]`, `#[alloc_tag]`, `#[pooled]` and
//! `#[frame_test]` mean, and what
//! `#[no_heap]` and `#[no_block]` may stand on.
//!
//! Two programs read these attributes, the macros while a crate compiles and `cargo fa` while it analyses. Both call this
//! crate, so that they cannot disagree. Nothing here needs a running procedural macro: give it tokens or a [`syn::Meta`].
//!
//! Reading never stops at the first mistake. Every reader returns a [`Parsed`] value: whatever was understood, and a list of
//! [`Problem`]s, each with a span, a message and often a help. The macros expand with what was understood, so that an item
//! with a mistake in its attribute stays visible to the rest of the program (and to the editor).
//!
//! ```
//! use framealloc_syntax::{AttributeArgs as _, FrameSystemArgs, Size};
//!
//! let attribute: syn::Attribute = syn::parse_quote!(#[frame_system(tag = "physics", budgt = 1, budget = "64KiB")]);
//! let parsed = FrameSystemArgs::from_meta(&attribute.meta);
//! assert!(matches!(parsed.value.budget.unwrap().value, Size::Bytes(65_536)));
//! assert_eq!(parsed.problems[0].message, "unknown `#[frame_system]` option `budgt`");
//! assert_eq!(parsed.problems[0].help.as_deref(), Some("did you mean `budget`?"));
//! ```

#![forbid(unsafe_code)]

mod allocator;
mod argument;
#[cfg(feature = "tag-tables")]
mod budgets;
mod effects;
mod frame_test;
mod grammar;
mod pooled;
mod problem;
mod size;
mod suggest;
mod system;
#[cfg(feature = "tag-tables")]
mod tables;
mod tag;
mod tagged;

pub use allocator::{Access, AllocatorPath, AllocatorSource, find_allocator};
#[cfg(feature = "tag-tables")]
pub use budgets::BudgetTables;
pub use effects::{Denied, Effect, EffectArgs, check_field, denial, denials};
pub use frame_test::{FrameLimit, FrameTestArgs};
pub use grammar::{AttributeArgs, Given, Parsed};
pub use pooled::{Growth, PooledArgs};
pub use problem::Problem;
pub use size::{Size, SizeError, parse_size};
pub use suggest::{closest, edit_distance, meant};
pub use system::FrameSystemArgs;
#[cfg(feature = "tag-tables")]
pub use tables::{DeclaredTag, TableError, TagTables, find_fa_toml};
pub use tag::{TagNameError, TagSpec, check_tag_name};
pub use tagged::AllocTagArgs;

//! What the documents' programs use of the facade `bevy`, by the names that it has there: the facade itself needs a newer compiler, and
//! brings all of Bevy. `ci/targets.sh facade` compiles the README's program with the facade.
#![forbid(unsafe_code)]

pub use {bevy_app as app, bevy_ecs as ecs};

/// `bevy::prelude`.
pub mod prelude {
    pub use bevy_app::prelude::*;
    pub use bevy_ecs::prelude::*;
}

//! Bevy.

use super::effect::Effect;
use super::{ANY, Known, Method, On};

pub(super) const TYPES: &[(&str, Known)] = &[
    ("Res", Known::Res),
    ("ResMut", Known::ResMut),
    ("Local", Known::Local),
    ("App", Known::App),
    ("Commands", Known::Commands),
    ("Query", Known::Query),
    ("MessageReader", Known::MessageReader),
    ("Mut", Known::ResMut),
    // `bevy_platform` and what re-exports it.
    ("HashMap", Known::HashMap),
    ("HashSet", Known::HashSet),
    ("World", Known::World),
    ("DeferredWorld", Known::World),
];

/// Schedules that a glob import brings into scope.
pub(super) const NAMES: &[&str] =
    &["Update", "FixedUpdate", "PreUpdate", "PostUpdate", "First", "Last", "Startup", "PostStartup", "PreStartup"];

pub(super) static METHODS: &[Method] = &[
    Method(On::Types(&[Known::Commands]), ANY, Effect::Commands),
    Method(On::Types(&[Known::Query]), &["get", "get_mut", "single", "single_mut"], Effect::QueryItem),
    Method(On::Types(&[Known::World]), &["resource", "resource_mut", "resource_ref"], Effect::Resource),
    Method(On::Types(&[Known::World]), &["get_resource", "get_resource_mut"], Effect::ResourceIfAny),
    Method(On::Types(&[Known::World]), &["resource_scope", "try_resource_scope"], Effect::ResourceScope),
];

//! What everybody speaks of: codes, findings, the sources they are about, the configuration, and suppressions.

pub mod codes;
pub mod config;
pub mod finding;
pub mod paths;
pub mod source;
pub mod suppress;
pub mod uri;

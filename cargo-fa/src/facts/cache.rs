//! Facts of files that have been seen before, found by their content.

use std::path::Path;

use super::ir::FileFacts;
use super::{Refused, parse};

/// Where facts may come from instead of the parser.
#[derive(Debug, Default)]
pub(crate) struct Cache;

impl Cache {
    pub(crate) fn open(_directory: Option<&Path>) -> Self {
        Self
    }

    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Box<FileFacts>, Refused> {
        parse(bytes).map(Box::new)
    }

    pub(crate) fn save(self) {}
}

//! An opened workspace.

use std::path::PathBuf;

use super::arguments::Common;
use super::exit::UsageError;
use crate::analysis::{AnalysisError, Build, OpenOptions, Workspace};

/// How a workspace is opened.
pub type Open = fn(&OpenOptions) -> Result<Box<dyn Workspace>, AnalysisError>;

/// A workspace and the directory that paths of the command line start from.
pub(super) struct Session {
    pub(super) workspace: Box<dyn Workspace>,
    pub(super) current: PathBuf,
}

impl Session {
    pub(super) fn open(common: &Common, build: Build, open: Open) -> Result<Self, UsageError> {
        let current = std::env::current_dir().map_err(|error| UsageError(format!("no current directory: {error}")))?;
        if let Some(manifest) = &common.manifest_path
            && !current.join(manifest).is_file()
        {
            return Err(UsageError(format!("the manifest {} does not exist", manifest.display())));
        }
        let manifest_path = common.manifest_path.clone();
        let options = OpenOptions { manifest_path, cache: !common.no_cache, loose: None, build };
        let workspace = open(&options).map_err(|error| UsageError(error.to_string()))?;
        Ok(Self { workspace, current })
    }
}

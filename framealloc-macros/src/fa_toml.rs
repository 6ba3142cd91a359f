//! The `.fa.toml` that holds for the package that is being compiled.
//!
//! A file that is made after a crate was built is not noticed until that crate is built again: the compiler tracks only files
//! that were there.

use std::fs;
use std::path::{Path, PathBuf};

use framealloc_syntax::{Problem, TableError, find_fa_toml};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

pub(crate) struct FaToml {
    file: PathBuf,
    /// The way from the package to the file, as the compiler may write it on any machine.
    relative: String,
}

impl FaToml {
    /// The file of the package that Cargo is compiling. Without Cargo there is no workspace to search.
    pub(crate) fn of_this_package() -> Option<Self> {
        Self::find(std::env::var_os("CARGO_MANIFEST_DIR")?.as_ref())
    }

    fn find(package: &Path) -> Option<Self> {
        let file = find_fa_toml(package)?;
        let up = package.ancestors().position(|folder| Some(folder) == file.parent())?;
        Some(Self { file, relative: format!("{}/.fa.toml", "/..".repeat(up)) })
    }

    /// What `parse` makes of the file; a mistake in it is told at `span`, with its line.
    pub(crate) fn read<T>(
        &self,
        span: Span,
        parse: impl FnOnce(&str) -> Result<T, Vec<TableError>>,
    ) -> Result<T, Vec<Problem>> {
        let shown = self.file.display();
        let text = fs::read_to_string(&self.file)
            .map_err(|error| vec![Problem::new(span, format!("cannot read `{shown}`: {error}"))])?;
        parse(&text).map_err(|errors| {
            let told = errors.iter().map(|error| format!("`{shown}` line {}: {error}", error.line(&text)));
            told.map(|message| Problem::new(span, message)).collect()
        })
    }

    /// A constant that makes the compiler notice a change of the file. It may stand wherever an item or a statement may.
    pub(crate) fn tracked(&self) -> TokenStream {
        let relative = &self.relative;
        quote_spanned!(Span::mixed_site()=>
            const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #relative));
        )
    }
}

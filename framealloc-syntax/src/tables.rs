//! The tags that a workspace declares: `[tags.<name>]` in `.fa.toml`.
//!
//! A tag's table is called by its whole path. TOML wants quotes around `::` (`[tags."ai::pathfinding"]`); a table inside a
//! tag's table declares the nested tag too (`[tags.ai.pathfinding]`).

use core::fmt;
use core::ops::Range;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::size::parse_size;
use crate::suggest::{closest, meant};
use crate::tag::check_tag_name;

/// The keys of a tag's table.
const KEYS: [&str; 4] = ["budget", "heap_budget", "may_use", "modules"];

/// What `.fa.toml` says of one tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredTag {
    /// `modules`: patterns of the modules in which the tag may be used; empty if anywhere.
    pub modules: Vec<String>,
    /// `may_use`: the tags that code of this tag may call into; absent if any.
    pub may_use: Option<Vec<String>>,
    /// `budget`: the most bytes in one frame.
    pub budget: Option<u64>,
    /// `heap_budget`: the most bytes of the heap at once.
    pub heap_budget: Option<u64>,
    /// Where the tag is declared: the bytes of its name in the file.
    pub span: Range<usize>,
}

/// A mistake in a `.fa.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
    /// The bytes of the file that are meant.
    pub span: Range<usize>,
}

impl TableError {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, span }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl TableError {
    /// The line of `text`, the file, where the mistake is; counted from 1.
    #[must_use]
    pub fn line(&self, text: &str) -> usize {
        text.get(..self.span.start).map_or(1, |before| before.matches('\n').count() + 1)
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(out, " ({help})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for TableError {}

/// All declared tags, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagTables {
    tags: BTreeMap<String, DeclaredTag>,
}

impl TagTables {
    /// Reads the tags of a `.fa.toml`; its other tables are not looked at.
    ///
    /// ```
    /// let tables = framealloc_syntax::TagTables::parse("[tags.physics]\nbudget = '2MiB'").unwrap();
    /// assert!(tables.knows("physics"));
    /// assert_eq!(tables.suggest("phsyics"), Some("physics"));
    /// ```
    ///
    /// # Errors
    /// Every mistake found: what is not TOML, names that are not tag names, unknown keys, values of the wrong kind.
    pub fn parse(text: &str) -> Result<Self, Vec<TableError>> {
        let document = DeTable::parse(text)
            .map_err(|error| vec![TableError::new(error.span().unwrap_or(0..0), error.message().to_owned())])?;
        let mut reader = Reader::default();
        if let Some((key, value)) = document.get_ref().get_key_value("tags") {
            match value.get_ref() {
                DeValue::Table(tags) => reader.tags("", tags),
                _ => reader.errors.push(
                    TableError::new(key.span(), "`tags` is a table").help("write `[tags.physics]`, one for each tag"),
                ),
            }
        }
        if reader.errors.is_empty() { Ok(Self { tags: reader.tags }) } else { Err(reader.errors) }
    }

    /// Whether no tag is declared, so that every tag is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The tag of this whole path, if declared.
    #[must_use]
    pub fn declared(&self, path: &str) -> Option<&DeclaredTag> {
        self.tags.get(path)
    }

    /// The declared tags in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DeclaredTag)> {
        self.tags.iter().map(|(path, tag)| (path.as_str(), tag))
    }

    /// Whether `name` may stand in an attribute: a declared path, the beginning of one (`ai` of `ai::pathfinding`), or the
    /// end of one (`pathfinding`, in code that is called under `ai`), always in whole segments.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.tags.keys().any(|path| {
            let edge =
                |rest: Option<&str>, joined: fn(&str) -> bool| rest.is_some_and(|rest| rest.is_empty() || joined(rest));
            edge(path.strip_prefix(name), |rest| rest.starts_with("::"))
                || edge(path.strip_suffix(name), |rest| rest.ends_with("::"))
        })
    }

    /// The declared tag nearest to `name`, which is none of them.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        let paths = self.tags.keys().map(String::as_str);
        closest(name, paths.clone())
            .or_else(|| closest(name, paths.filter_map(|path| path.rsplit_once("::").map(|(_, leaf)| leaf))))
    }
}

#[derive(Default)]
struct Reader {
    tags: BTreeMap<String, DeclaredTag>,
    errors: Vec<TableError>,
}

impl Reader {
    /// Reads the tags that `table` holds; `parent` is the path of the tag around them, empty at the top.
    fn tags(&mut self, parent: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path =
                if parent.is_empty() { key.get_ref().to_string() } else { format!("{parent}::{}", key.get_ref()) };
            if let Err(error) = check_tag_name(key.get_ref()) {
                let found = TableError::new(key.span(), format!("`{}` is {error}", key.get_ref()));
                self.errors.push(match error.suggestion {
                    Some(meant) => found.help(format!("did you mean `{meant}`?")),
                    None => found,
                });
                continue;
            }
            let DeValue::Table(entries) = value.get_ref() else {
                let found = TableError::new(key.span(), format!("`tags.{path}` is a table"));
                self.errors.push(found.help(format!("write `[tags.{path}]`")));
                continue;
            };
            if self.tags.contains_key(&path) {
                self.errors.push(TableError::new(key.span(), format!("tag `{path}` is declared twice")));
                continue;
            }
            self.tag(path, key.span(), entries);
        }
    }

    fn tag(&mut self, path: String, span: Range<usize>, entries: &DeTable<'_>) {
        let mut tag = DeclaredTag { span, ..DeclaredTag::default() };
        let mut nested = DeTable::new();
        for (key, value) in entries {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("modules", _) => tag.modules = self.strings("modules", key.span(), value),
                ("may_use", _) => tag.may_use = Some(self.strings("may_use", key.span(), value)),
                ("budget", _) => tag.budget = budget("budget", value, &mut self.errors),
                ("heap_budget", _) => tag.heap_budget = budget("heap_budget", value, &mut self.errors),
                (_, DeValue::Table(_)) => {
                    nested.insert(key.clone(), value.clone());
                }
                (unknown, _) => {
                    let found = TableError::new(key.span(), format!("unknown key `{unknown}` in `[tags.{path}]`"));
                    self.errors.push(found.help(match meant(unknown, KEYS) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "expected one of `budget`, `heap_budget`, `may_use`, `modules`".to_owned(),
                    }));
                }
            }
        }
        self.tags(&path, &nested);
        self.tags.insert(path, tag);
    }

    fn strings(&mut self, name: &str, span: Range<usize>, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let texts = value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        texts.unwrap_or_else(|| {
            self.errors.push(TableError::new(span, format!("`{name}` is a list of strings")));
            Vec::new()
        })
    }
}

/// The bytes that the key `name` gives, unless there is something wrong with them.
pub(crate) fn budget(name: &str, value: &Spanned<DeValue<'_>>, errors: &mut Vec<TableError>) -> Option<u64> {
    let read = match value.get_ref() {
        DeValue::String(text) => parse_size(text).map_err(|error| format!("`{text}` is {error}")),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| format!("`{number}` is not a size in bytes")),
        _ => Err(format!("`{name}` takes a size, for example `\"2MiB\"` or `4096`")),
    };
    match read {
        Ok(0) => {
            errors.push(TableError::new(value.span(), "a budget of zero refuses every allocation"));
            None
        }
        Ok(bytes) => Some(bytes),
        Err(message) => {
            errors.push(TableError::new(value.span(), message));
            None
        }
    }
}

/// The `.fa.toml` that holds for the package in `start`: the first on the way up to the root of its workspace.
///
/// The root is the first directory with a `Cargo.lock` or with a `[workspace]` in its `Cargo.toml`. Without one (the sources
/// of a dependency in the registry's cache) only `start` itself is looked at, so that no stranger's file is taken.
#[must_use]
pub fn find_fa_toml(start: &Path) -> Option<PathBuf> {
    let up_to_root = start.ancestors().position(is_root).map_or(1, |steps| steps + 1);
    start.ancestors().take(up_to_root).map(|folder| folder.join(".fa.toml")).find(|file| file.is_file())
}

fn is_root(folder: &Path) -> bool {
    folder.join("Cargo.lock").is_file()
        || fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}

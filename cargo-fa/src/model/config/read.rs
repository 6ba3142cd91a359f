//! From the text of `.fa.toml` to [`Config`]: every key is known, every mistake is reported with its line.

use std::ops::Range;
use std::sync::Arc;

use framealloc_syntax::{SizeError, TagTables, closest, meant, parse_size};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{AnalysisSection, BudgetsSection, Config, DeclaredEffects, TagSection, ThresholdsSection, modules};
use crate::model::codes::{Group, Level, Selector, Stage};
use crate::model::finding::Place;
use crate::model::source::Source;

/// A mistake in `.fa.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The file as it was named.
    pub file: String,
    /// Line of the mistake, from 1.
    pub line: u32,
    /// Column of the mistake in characters, from 1.
    pub column: u32,
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
    /// It is a key that means nothing (FA905).
    pub unknown_key: bool,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Reads the text of a configuration that is called `file` in messages and places.
///
/// # Errors
/// Every mistake of the file, in the order of its lines.
pub fn read(file: &Arc<str>, text: &str) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader { file: file.clone(), source: Source::new(text), errors: Vec::new() };
    let mut config = Config { file: Some(file.clone()), ..Config::default() };
    match DeTable::parse(text) {
        Ok(table) => reader.document(table.get_ref(), &mut config),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim().replace('\n', ", ");
            reader.error(&span, message);
        }
    }
    if reader.errors.is_empty() {
        Ok(config)
    } else {
        reader.errors.sort_by_key(|error| (error.line, error.column));
        Err(reader.errors)
    }
}

/// The sections and their keys, as the schema and the suggestions know them.
pub(super) const SECTIONS: [(&str, &[&str]); 7] = [
    ("analysis", &["exclude", "min_severity", "deny_warnings", "roots", "bevy_schedules"]),
    ("lints", &[]),
    ("tags", &[]),
    ("budgets", &["required", "thread"]),
    ("thresholds", &["hot_loop_bound"]),
    ("assume", &[]),
    ("effects", &["heap", "block"]),
];

type Item<'a, 'i> = (&'a str, Range<usize>, &'a Spanned<DeValue<'i>>);

struct Reader {
    file: Arc<str>,
    source: Source,
    errors: Vec<ConfigError>,
}

impl Reader {
    fn error(&mut self, span: &Range<usize>, message: impl Into<String>) {
        let start = self.source.position(u32::try_from(span.start).unwrap_or(u32::MAX));
        self.errors.push(ConfigError {
            file: self.file.to_string(),
            line: start.line,
            column: start.column,
            message: message.into(),
            unknown_key: false,
        });
    }

    fn unknown(&mut self, key: &str, span: &Range<usize>, section: &str, known: &[&str]) {
        let place = if section.is_empty() { String::new() } else { format!(" in `[{section}]`") };
        let advice = match meant(key, known.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        self.error(span, format!("unknown key `{key}`{place}; {advice}"));
        if let Some(error) = self.errors.last_mut() {
            error.unknown_key = true;
        }
    }

    /// The entries of a table in the order of the file.
    fn entries<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Item<'a, 'i>> {
        let mut entries: Vec<Item<'a, 'i>> =
            table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    fn table<'a, 'i>(&mut self, name: &str, value: &'a Spanned<DeValue<'i>>) -> Vec<Item<'a, 'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Self::entries(table);
        }
        self.error(&value.span(), format!("`{name}` must be a table, `[{name}]`"));
        Vec::new()
    }

    fn document(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (name, span, value) in Self::entries(table) {
            match name {
                "analysis" => config.analysis = self.analysis(value),
                "lints" => config.lints = self.lints(value),
                "tags" => self.tags(self.source.text().to_owned().as_str(), config),
                "budgets" => config.budgets = self.budgets(value),
                "thresholds" => config.thresholds = self.thresholds(value),
                "effects" => config.effects = self.effects(value),
                "assume" => {
                    for (key, _, value) in self.table("assume", value) {
                        if let Some(bound) = self.number(value) {
                            config.assume.insert(key.to_owned(), bound);
                        }
                    }
                }
                _ => self.unknown(name, &span, "", &SECTIONS.map(|(name, _)| name)),
            }
        }
    }

    fn analysis(&mut self, value: &Spanned<DeValue<'_>>) -> AnalysisSection {
        let mut section = AnalysisSection::default();
        for (key, span, value) in self.table("analysis", value) {
            match key {
                "exclude" => {
                    for (glob, span) in self.strings(value) {
                        match globset::Glob::new(&glob) {
                            Ok(_) => section.exclude.push(glob),
                            Err(error) => self.error(&span, format!("`{glob}` is no path glob: {}", error.kind())),
                        }
                    }
                }
                "min_severity" => {
                    if let Some(level) = self.level(value, &[Level::Hint, Level::Warn, Level::Deny]) {
                        section.min_severity = level;
                    }
                }
                "deny_warnings" => section.deny_warnings = self.flag(value).unwrap_or(false),
                "roots" => {
                    for (root, span) in self.strings(value) {
                        if modules::is_path(&root) {
                            section.roots.push(root);
                        } else {
                            self.error(&span, format!("`{root}` is no path of a function, such as `game::tick`"));
                        }
                    }
                }
                "bevy_schedules" => {
                    section.bevy_schedules = self.strings(value).into_iter().map(|(name, _)| name).collect();
                }
                _ => self.unknown(key, &span, "analysis", SECTIONS[0].1),
            }
        }
        section
    }

    fn lints(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(Selector, Level)> {
        let mut lints = Vec::new();
        for (key, span, value) in self.table("lints", value) {
            let level = self.level(value, &[Level::Allow, Level::Hint, Level::Warn, Level::Deny]);
            match Selector::parse(key) {
                Ok(selector) if selector.codes().all(|code| code.stage == Stage::RunTime) => {
                    self.error(&span, format!("`{key}` is reported by the running program, so it has no level here"));
                }
                Ok(selector) => lints.extend(level.map(|level| (selector, level))),
                Err(error) => {
                    self.error(&span, error.to_string());
                    if let Some(error) = self.errors.last_mut() {
                        error.unknown_key = true;
                    }
                }
            }
        }
        lints
    }

    /// The tags are read by the crate that the macros use too, so that both see the same ones.
    fn tags(&mut self, text: &str, config: &mut Config) {
        let tables = match TagTables::parse(text) {
            Ok(tables) => tables,
            Err(errors) => {
                for error in errors {
                    self.error(&error.span, error.to_string());
                    if let Some(last) = self.errors.last_mut() {
                        last.unknown_key = error.message.starts_with("unknown");
                    }
                }
                return;
            }
        };
        for (name, tag) in tables.iter() {
            for pattern in tag.modules.iter().filter(|pattern| !modules::is_pattern(pattern)) {
                let message = format!("`{pattern}` in `[tags.{name}]` is no module path, such as `crate::physics`");
                self.error(&tag.span, message);
            }
            for used in tag.may_use.iter().flatten().filter(|used| !tables.knows(used)) {
                let advice = match tables.suggest(used) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("declare it with `[tags.{used}]`"),
                };
                let message =
                    format!("`may_use` of `[tags.{name}]` names the tag `{used}`, which is not declared; {advice}");
                self.error(&tag.span, message);
            }
            let section = TagSection {
                modules: tag.modules.clone(),
                may_use: tag.may_use.clone(),
                budget: tag.budget,
                heap_budget: tag.heap_budget,
                place: self.place(&tag.span),
            };
            config.tags.insert(name.to_owned(), section);
        }
    }

    fn budgets(&mut self, value: &Spanned<DeValue<'_>>) -> BudgetsSection {
        let mut section = BudgetsSection::default();
        for (key, span, value) in self.table("budgets", value) {
            match key {
                "required" => section.required = self.flag(value).unwrap_or(false),
                "thread" => section.thread = self.size(value),
                _ => self.unknown(key, &span, "budgets", SECTIONS[3].1),
            }
        }
        section
    }

    fn thresholds(&mut self, value: &Spanned<DeValue<'_>>) -> ThresholdsSection {
        let mut section = ThresholdsSection::default();
        for (key, span, value) in self.table("thresholds", value) {
            match key {
                "hot_loop_bound" => section.hot_loop_bound = self.number(value).unwrap_or(section.hot_loop_bound),
                _ => self.unknown(key, &span, "thresholds", SECTIONS[4].1),
            }
        }
        section
    }

    fn effects(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<DeclaredEffects> {
        let mut declared = Vec::new();
        for (pattern, span, value) in self.table("effects", value) {
            if !modules::is_pattern(pattern) {
                self.error(&span, format!("`{pattern}` is no path of functions, such as `rapier3d::**`"));
                continue;
            }
            let DeValue::Table(table) = value.get_ref() else {
                self.error(&value.span(), "expected what is known, such as `{ heap = true, block = false }`");
                continue;
            };
            let (mut heap, mut block) = (None, None);
            for (key, span, value) in Self::entries(table) {
                match key {
                    "heap" => heap = self.flag(value),
                    "block" => block = self.flag(value),
                    _ => self.unknown(key, &span, "effects", SECTIONS[6].1),
                }
            }
            if table.is_empty() {
                self.error(&value.span(), format!("nothing is said of `{pattern}`: write `heap`, `block` or both"));
            }
            declared.push(DeclaredEffects { pattern: pattern.to_owned(), heap, block, place: self.place(&span) });
        }
        declared
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place { file: self.file.clone(), start: offset(span.start), end: offset(span.end) }
    }

    fn strings(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
        let DeValue::Array(items) = value.get_ref() else {
            self.error(&value.span(), "expected a list of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => strings.push((text.to_string(), item.span())),
                _ => self.error(&item.span(), "expected a string"),
            }
        }
        strings
    }

    fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.error(&value.span(), "expected `true` or `false`");
        None
    }

    fn number(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        if let DeValue::Integer(number) = value.get_ref()
            && let Ok(number) = u64::from_str_radix(number.as_str(), number.radix())
        {
            return Some(number);
        }
        self.error(&value.span(), "expected a number that is not negative");
        None
    }

    fn size(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        if let DeValue::String(text) = value.get_ref() {
            return match parse_size(text) {
                Ok(size) => Some(size),
                Err(SizeError::Malformed { suggestion: Some(meant) }) => {
                    self.error(&value.span(), format!("`{text}` is no size; did you mean \"{meant}\"?"));
                    None
                }
                Err(error) => {
                    self.error(&value.span(), format!("`{text}` is {error}"));
                    None
                }
            };
        }
        if matches!(value.get_ref(), DeValue::Integer(_)) {
            return self.number(value);
        }
        self.error(&value.span(), "expected a size such as \"2MiB\" or a number of bytes");
        None
    }

    fn level(&mut self, value: &Spanned<DeValue<'_>>, among: &[Level]) -> Option<Level> {
        let words = || among.iter().map(|level| level.as_str());
        if let DeValue::String(text) = value.get_ref() {
            if let Some(level) = among.iter().find(|level| level.as_str() == text.as_ref()) {
                return Some(*level);
            }
            if let Some(nearest) = closest(text, words()) {
                self.error(&value.span(), format!("unknown level `{text}`; did you mean `{nearest}`?"));
                return None;
            }
        }
        let words: Vec<_> = words().collect();
        self.error(&value.span(), format!("expected a level: {}", words.join(", ")));
        None
    }
}

/// The groups that a level can be given to.
pub(super) fn settable_groups() -> impl Iterator<Item = Group> {
    Group::ALL.into_iter().filter(|group| {
        crate::model::codes::ALL.iter().any(|code| code.group == *group && code.stage == Stage::Analyser)
    })
}

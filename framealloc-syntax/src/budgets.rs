//! The budgets that a workspace declares: `budget` and `heap_budget` of `[tags.<name>]` and `thread` of `[budgets]` in `.fa.toml`.

use toml::de::{DeTable, DeValue};

use crate::suggest::meant;
use crate::tables::{TableError, TagTables, budget};

/// The keys of `[budgets]`. `required` is for the analyser.
const KEYS: [&str; 2] = ["required", "thread"];

/// All declared budgets, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetTables {
    /// `thread` of `[budgets]`: what each thread may hold.
    pub thread: Option<u64>,
    /// The tags that have one, by whole path, in the order of their paths.
    pub tags: Vec<(String, u64)>,
    /// The tags that have one for the heap, likewise.
    pub heap: Vec<(String, u64)>,
}

impl BudgetTables {
    /// Reads the budgets of a `.fa.toml`; its tables of other things are not looked at.
    ///
    /// ```
    /// use framealloc_syntax::BudgetTables;
    ///
    /// let budgets = BudgetTables::parse("[tags.physics]\nbudget = '2MiB'\n[budgets]\nthread = '8MiB'").unwrap();
    /// assert_eq!((budgets.thread, budgets.tags[0].1), (Some(8 << 20), 2 << 20));
    /// ```
    ///
    /// # Errors
    /// Every mistake found: those of [`TagTables::parse`], unknown keys of `[budgets]`, and what is not a size.
    pub fn parse(text: &str) -> Result<Self, Vec<TableError>> {
        let tags = TagTables::parse(text)?;
        let document = DeTable::parse(text)
            .map_err(|error| vec![TableError::new(error.span().unwrap_or(0..0), error.message().to_owned())])?;
        let mut errors = Vec::new();
        let thread = match document.get_ref().get_key_value("budgets") {
            Some((key, value)) => {
                if let DeValue::Table(entries) = value.get_ref() {
                    thread(entries, &mut errors)
                } else {
                    errors.push(TableError::new(key.span(), "`budgets` is a table").help("write `[budgets]`"));
                    None
                }
            }
            None => None,
        };
        let heap = tags.iter().filter_map(|(path, tag)| Some((path.to_owned(), tag.heap_budget?))).collect();
        let tags = tags.iter().filter_map(|(path, tag)| Some((path.to_owned(), tag.budget?))).collect();
        if errors.is_empty() { Ok(Self { thread, tags, heap }) } else { Err(errors) }
    }
}

fn thread(entries: &DeTable<'_>, errors: &mut Vec<TableError>) -> Option<u64> {
    let mut thread = None;
    for (key, value) in entries {
        match key.get_ref().as_ref() {
            "thread" => thread = budget("thread", value, errors),
            "required" => {}
            unknown => {
                let found = TableError::new(key.span(), format!("unknown key `{unknown}` in `[budgets]`"));
                errors.push(found.help(match meant(unknown, KEYS) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "expected one of `required`, `thread`".to_owned(),
                }));
            }
        }
    }
    thread
}

#[cfg(test)]
mod tests {
    use super::BudgetTables;

    #[test]
    fn budgets_are_read_with_their_units() {
        let text = "[budgets]\nrequired = true\nthread = 4096\n[tags.ai]\n[tags.ai.path]\nbudget = '64KiB'\n[tags.a]\nbudget = '1B'";
        let budgets = BudgetTables::parse(text).unwrap();
        assert_eq!(budgets.thread, Some(4096));
        assert_eq!(budgets.tags, [("a".to_owned(), 1), ("ai::path".to_owned(), 64 << 10)]);
        let budgets = BudgetTables::parse("[tags.audio]\nheap_budget = '32MiB'\n[tags.ai]\nbudget = 1").unwrap();
        assert_eq!(budgets.heap, [("audio".to_owned(), 32 << 20)]);
        assert_eq!(BudgetTables::parse("[lints]\nFA602 = 'allow'"), Ok(BudgetTables::default()));
    }

    #[test]
    fn mistakes_are_named_with_their_lines() {
        for (text, line, message) in [
            ("[budgets]\nthraed = 1", 2, "unknown key `thraed` in `[budgets]` (did you mean `thread`?)"),
            (
                "[budgets]\nper_frame = 1",
                2,
                "unknown key `per_frame` in `[budgets]` (expected one of `required`, `thread`)",
            ),
            ("[budgets]\n\nthread = '8MB'", 3, "`8MB` is not a size: units are B, KiB, MiB, GiB"),
            ("[budgets]\nthread = true", 2, "`thread` takes a size, for example `\"2MiB\"` or `4096`"),
            ("[budgets]\nthread = 0", 2, "a budget of zero refuses every allocation"),
            ("budgets = 1", 1, "`budgets` is a table (write `[budgets]`)"),
            ("[tags.ai]\nbudget = -1", 2, "`-1` is not a size in bytes"),
            ("[tags.ai]\nheap_budget = 'much'", 2, "`much` is not a size: units are B, KiB, MiB, GiB"),
            ("[tags.ai]\nheap_budgte = 1", 2, "unknown key `heap_budgte` in `[tags.ai]` (did you mean `heap_budget`?)"),
            ("[tags.ai", 1, "unclosed table, expected `]`"),
        ] {
            let errors = BudgetTables::parse(text).unwrap_err();
            assert_eq!((errors[0].line(text), errors[0].to_string().as_str()), (line, message), "{text}");
        }
    }
}

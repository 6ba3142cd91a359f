//! The rows of the table about other crates, for the check against their public API (`ci/rows.sh`).

use super::{Crates, External, Known, On, bevy, crates, std};

/// A row: what it is about, and the names that must exist there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// What it is about.
    pub about: About,
    /// Names of methods or functions, of which each must exist on or in one of what the row is about.
    pub names: &'static [&'static str],
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// A type: its crate and its name, and nothing else.
    Type(&'static str, &'static str),
    /// Methods of these types, by crate and name.
    Methods(Vec<(&'static str, &'static str)>),
    /// Methods of any type of a kind that has no name of its own, such as iterators.
    MethodsOfKind(&'static str),
    /// Methods and functions of types that have these names, whatever crate they are of.
    Named(&'static [&'static str]),
    /// Functions of these types.
    Associated(Vec<(&'static str, &'static str)>),
    /// Functions of these modules of these crates; no crates are any, no modules are any.
    Functions(&'static [&'static str], &'static [&'static str]),
}

/// Crates that the rows of Bevy are about, with the types that each has.
const BEVY: &[(&str, &[&str])] = &[
    ("bevy_app", &["App"]),
    ("bevy_platform", &["HashMap", "HashSet"]),
    ("bevy_ecs", &["Res", "ResMut", "Local", "Commands", "Query", "MessageReader", "Mut", "World", "DeferredWorld"]),
];

/// Every row about a crate other than framealloc, whose own are held against its sources by a unit test.
#[must_use]
pub fn rows() -> Vec<Row> {
    let types = types();
    let mut rows: Vec<Row> =
        types.iter().map(|(krate, name, _)| Row { about: About::Type(krate, name), names: &[] }).collect();
    let types_that = |wanted: &dyn Fn(Known) -> bool| {
        types.iter().filter(|(.., known)| wanted(*known)).map(|(krate, name, _)| (*krate, *name)).collect::<Vec<_>>()
    };
    let methods = |on: On| match on {
        On::Types(known) => About::Methods(types_that(&|ty| known.contains(&ty))),
        On::Container => About::Methods(types_that(&Known::is_heap_container)),
        On::Cell => About::Methods(types_that(&Known::is_cell)),
        On::OptionOrResult => About::Methods(types_that(&|ty| matches!(ty, Known::Option | Known::Result))),
        On::Static => About::Methods(types_that(&|ty| {
            matches!(ty, Known::LocalKey | Known::OnceCell | Known::OnceLock | Known::LazyLock)
        })),
        On::Text => About::MethodsOfKind("text"),
        On::List => About::MethodsOfKind("list"),
        On::Iterator => About::MethodsOfKind("iterator"),
        On::Pointer => About::MethodsOfKind("pointer"),
        On::ContainerOrFrameVec | On::Anything | On::Outliving | On::NotOfUser | On::HasElements => {
            About::MethodsOfKind("any")
        }
    };
    for super::Method(on, names, _) in std::METHODS.iter().chain(std::SHARED).chain(bevy::METHODS) {
        rows.push(Row { about: methods(*on), names });
    }
    for super::Associated(on, names, _) in std::ASSOCIATED {
        let about = match methods(*on) {
            About::Methods(types) => About::Associated(types),
            other => other,
        };
        rows.push(Row { about, names });
    }
    for External(crates, modules, names, _) in std::FUNCTIONS.iter().chain(crates::FUNCTIONS) {
        let crates: &[&str] = match crates {
            Crates::These(these) => these,
            Crates::All | Crates::AllButStd => &[],
        };
        rows.push(Row { about: About::Functions(crates, modules), names });
    }
    rows
}

/// Types that rows know, by crate and name.
pub(super) fn types() -> Vec<(&'static str, &'static str, Known)> {
    let of_std = std::TYPES.iter().map(|(name, known)| ("std", *name, *known));
    let of_bevy = bevy::TYPES.iter().map(|(name, known)| {
        let krate = BEVY.iter().find(|(_, names)| names.contains(name)).map_or("bevy", |(krate, _)| *krate);
        (krate, *name, *known)
    });
    of_std.chain(of_bevy).chain(crates::TYPES.iter().copied()).collect()
}

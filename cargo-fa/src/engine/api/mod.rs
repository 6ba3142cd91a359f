//! What the engine knows of APIs: types, methods and functions of framealloc, std, Bevy and common crates.
//!
//! One table, a file for each crate: a row says what a call does to memory ([`effect`]), and the flow does it. To
//! teach the analyser a crate is to add rows; a new kind of effect needs a variant there and a method of the
//! interpreter.
//!
//! What a row does not say is not known, and then types and signatures decide.

mod bevy;
mod crates;
pub(crate) mod effect;
mod framealloc;
mod known;
mod rows;
pub(crate) mod seen;
mod std;
#[cfg(test)]
mod tests;
pub(super) mod wait_rows;
pub(crate) mod waits;

use ::std::sync::LazyLock;

use rustc_hash::FxHashMap;

use effect::{Builds, Effect, Makes};
pub(crate) use framealloc::WORLD_ALLOC;
pub(crate) use known::Known;
pub use rows::{About, Row, rows};

/// A method: what it is called on, its names, what it does.
pub(crate) struct Method(On, &'static [&'static str], Effect);

/// A function of a type that is known: the type, the names, what it does.
struct Associated(On, &'static [&'static str], Builds);

/// A function: what stands before its name, its names, what it does.
struct Function<E>(&'static [&'static str], &'static [&'static str], E);

/// A function of a module: crates, modules, names, what it does.
struct External(Crates, &'static [&'static str], &'static [&'static str], Makes);

/// In the place of names: whatever they are.
const ANY: &[&str] = &[];

/// What a method is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Anything,
    Types(&'static [Known]),
    /// A container of the heap.
    Container,
    ContainerOrFrameVec,
    /// A cell, an option or an atomic: it holds one value, which a method replaces.
    Cell,
    Text,
    /// A slice, an array or a `Vec`.
    List,
    /// A raw pointer or a `NonNull`.
    Pointer,
    Iterator,
    OptionOrResult,
    /// A static.
    Static,
    /// Something that outlives the call: a static or a parameter, and no type of the workspace.
    Outliving,
    /// No type of the workspace.
    NotOfUser,
    /// As `NotOfUser`, and its elements are known.
    HasElements,
}

/// Which crates a function is of.
enum Crates {
    All,
    AllButStd,
    These(&'static [&'static str]),
}

fn names(wanted: &[&str], name: &str) -> bool {
    wanted.is_empty() || wanted.contains(&name)
}

// ---- names ----

/// Crates of framealloc.
pub(crate) fn is_framealloc(krate: &str) -> bool {
    framealloc::CRATES.contains(&krate)
}

/// The type of this name in this crate.
pub(crate) fn known_type(krate: &str, name: &str) -> Option<Known> {
    let find = |types: &[(&str, Known)]| types.iter().find(|(known, _)| *known == name).map(|(_, known)| *known);
    match krate {
        // A collection on the heap that a system keeps, not a region of frame memory.
        "framealloc_bevy" if name == "Scratch" => None,
        _ if is_framealloc(krate) => find(framealloc::TYPES),
        "std" => find(std::TYPES),
        "bevy" => find(bevy::TYPES),
        _ if krate.starts_with("bevy_") => find(bevy::TYPES),
        _ => {
            crates::TYPES.iter().find(|(owner, known, _)| *owner == krate && *known == name).map(|(_, _, known)| *known)
        }
    }
}

/// Whether a glob import of this crate brings this name into scope.
pub(crate) fn is_exported(krate: &str, name: &str) -> bool {
    known_type(krate, name).is_some()
        || (is_framealloc(krate) && framealloc::NAMES.contains(&name))
        || (krate == "std" && std::NAMES.contains(&name))
        || (krate.starts_with("bevy") && bevy::NAMES.contains(&name))
}

/// The type of this name without any import.
pub(crate) fn prelude(name: &str) -> Option<&'static str> {
    std::PRELUDE.iter().find(|known| **known == name).copied()
}

/// Whether a method of this name says that a function has to do with frames.
pub(crate) fn names_framealloc_api(name: &str) -> bool {
    name.starts_with("frame_") || framealloc::DISTINCTIVE.contains(&name)
}

/// Whether a function of this name, if it is framealloc's, says that a function has to do with tags: it needs no allocator.
pub(crate) fn opens_heap_tag(name: &str) -> bool {
    matches!(name, "heap_tag" | "try_heap_tag")
}

// ---- methods ----

/// Rows by name.
type Index<R> = FxHashMap<&'static str, R>;

/// What a method of an allocator does, without its `try_`.
pub(crate) fn allocator_method(name: &str) -> Option<Effect> {
    static INDEX: LazyLock<Index<Effect>> = LazyLock::new(|| {
        let rows = framealloc::ALLOCATORS.iter();
        rows.flat_map(|(names, effect)| names.iter().map(|name| (*name, *effect))).collect()
    });
    INDEX.get(name).copied()
}

/// What a method of a known type does that is decided before the methods of the workspace.
pub(crate) fn method_of(known: Known, name: &str) -> Option<Effect> {
    static INDEX: LazyLock<FxHashMap<(Known, &str), Effect>> = LazyLock::new(|| {
        let mut index = FxHashMap::default();
        for Method(on, names, effect) in framealloc::METHODS.iter().chain(std::METHODS).chain(bevy::METHODS) {
            let On::Types(types) = on else { continue };
            for pair in types.iter().flat_map(|known| names.iter().map(|name| (*known, *name))) {
                index.entry(pair).or_insert(*effect);
            }
        }
        index
    });
    INDEX.get(&(known, name)).copied().or_else(|| {
        let any = |Method(on, named, _): &&Method| {
            named.is_empty() && matches!(on, On::Types(types) if types.contains(&known))
        };
        bevy::METHODS.iter().find(any).map(|Method(_, _, effect)| *effect)
    })
}

/// What a method may do that many types share, by what it is called on; the first that fits decides.
pub(crate) fn shared_method(name: &str) -> &'static [(On, Effect)] {
    static INDEX: LazyLock<Index<Vec<(On, Effect)>>> = LazyLock::new(|| {
        let mut index = Index::<Vec<(On, Effect)>>::default();
        for Method(on, names, effect) in std::SHARED {
            names.iter().for_each(|name| index.entry(name).or_default().push((*on, *effect)));
        }
        index
    });
    INDEX.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a method of this name returns only when what its closure has spawned is done: of rayon, crossbeam, Bevy and
/// pools that are written like theirs.
pub(crate) fn joins_what_it_spawns(name: &str) -> bool {
    std::SCOPES.contains(&name)
}

/// Whether a method of this name runs its closure where there is no value yet: once for each key.
pub(crate) fn runs_where_nothing_is_yet(name: &str) -> bool {
    std::FILLS_GAPS.contains(&name)
}

/// Whether a method of this name runs its arguments only where something went wrong, whatever it is called on.
pub(crate) fn runs_where_it_failed(name: &str) -> bool {
    std::FAILS.contains(&name)
}

/// What the name of a method says where nothing is known of its receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByName {
    /// It puts an argument into the receiver.
    pub(crate) stores: bool,
    /// It leads to a part of the receiver.
    pub(crate) leads_in: bool,
    /// Many types have a method of that name.
    pub(crate) common: bool,
}

pub(crate) fn by_name(name: &str) -> ByName {
    static INDEX: LazyLock<Index<ByName>> = LazyLock::new(|| {
        let mut index = Index::<ByName>::default();
        for (names, says) in [
            (std::STORES, ByName { stores: true, ..ByName::default() }),
            (std::LEAD_IN, ByName { leads_in: true, ..ByName::default() }),
            (std::COMMON, ByName::default()),
        ] {
            for name in names {
                let entry = index.entry(name).or_default();
                entry.stores |= says.stores;
                entry.leads_in |= says.leads_in;
                entry.common = true;
            }
        }
        index
    });
    INDEX.get(name).copied().unwrap_or_default()
}

// ---- functions ----

/// What a function of framealloc does, by the type or module before its name.
pub(crate) fn framealloc_function(before: &str, name: &str) -> Makes {
    let row =
        framealloc::FUNCTIONS.iter().find(|Function(owners, named, _)| names(owners, before) && names(named, name));
    row.map_or(Makes::Other, |Function(_, _, makes)| *makes)
}

/// What a function of a known type does.
pub(crate) fn associated_function(owner: Known, name: &str) -> Builds {
    let fits = |on: On| match on {
        On::Types(types) => types.contains(&owner),
        _ => owner.is_heap_container(),
    };
    let row = std::ASSOCIATED.iter().find(|Associated(on, named, _)| fits(*on) && names(named, name));
    row.map_or(Builds::Other, |Associated(_, _, builds)| *builds)
}

/// What a function of a module does; `None` where nothing is known of it.
pub(crate) fn function(krate: &str, module: &str, name: &str) -> Option<Makes> {
    let is_meant = |crates: &Crates| match crates {
        Crates::All => true,
        Crates::AllButStd => krate != "std",
        Crates::These(these) => these.contains(&krate),
    };
    let mut rows = std::FUNCTIONS.iter().chain(crates::FUNCTIONS);
    let row = rows
        .find(|External(crates, modules, named, _)| is_meant(crates) && names(modules, module) && names(named, name));
    row.map(|External(_, _, _, makes)| *makes)
}

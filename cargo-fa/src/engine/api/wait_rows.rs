//! The rows about what waits, for the check against the crates (`ci/rows.sh`).

use super::rows::{About, Row, types};
use super::waits;

/// Every row about what waits that is of another crate than framealloc.
#[must_use]
pub fn wait_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let types = types();
    for (known, names, ..) in waits::OF_KNOWN {
        let of_known = types.iter().filter(|(.., ty)| known.contains(ty)).map(|(krate, name, _)| (*krate, *name));
        rows.push(Row { about: About::Methods(of_known.collect()), names });
    }
    rows.extend(waits::OF_NAMED.iter().map(|(types, names, ..)| Row { about: About::Named(types), names }));
    rows.extend(waits::BY_NAME.iter().map(|(names, _)| Row { about: About::MethodsOfKind("any"), names }));
    let functions = waits::FUNCTIONS.iter();
    rows.extend(functions.map(|(crates, modules, names, _)| Row { about: About::Functions(crates, modules), names }));
    rows
}

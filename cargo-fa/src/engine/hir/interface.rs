//! What a file says outside of its functions, apart from where it says so.
//!
//! Two texts of one file are compared by it: where only functions differ that are found by their names, and nobody else
//! says those names, nobody else's analysis can come out otherwise.

use std::collections::BTreeMap;

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::file::FileFacts;
use super::ir::{ItemId, ItemKind};
use super::shape::Shape;

/// What a file says outside of its functions.
#[derive(Debug)]
pub(crate) struct Interface {
    /// Everything but the functions of `named`, in its order.
    rest: Option<u128>,
    /// The functions among the rest, in their order.
    functions: Vec<ItemId>,
    /// Functions of modules and of types themselves, which are only found by their names; each with all that its outside
    /// says.
    named: BTreeMap<String, Vec<(ItemId, Option<u128>)>>,
}

/// How two texts of one file differ for those who do not look into its functions.
pub(crate) struct Difference {
    /// The names of functions that changed, are new or are gone.
    pub(crate) names: Vec<String>,
    /// What the functions of the old text are in the new one.
    pub(crate) functions: Vec<(ItemId, ItemId)>,
}

impl Interface {
    pub(crate) fn of(facts: &FileFacts) -> Self {
        let mut rest = Shape::new(facts);
        rest.add(&facts.attrs);
        let mut functions = Vec::new();
        let mut named: BTreeMap<String, Vec<(ItemId, Option<u128>)>> = BTreeMap::new();
        let mut paths: Vec<Option<u128>> = Vec::with_capacity(facts.items.len());
        for (at, item) in facts.items.iter().enumerate() {
            let id = ItemId(super::offset(at));
            let around = item.parent.map_or(Some(0), |parent| paths[parent.0 as usize]);
            let mut own = Shape::new(facts);
            own.add(&around);
            own.add(item);
            let own = own.hash();
            paths.push(own);
            if is_found_by_name(facts, id) {
                named.entry(facts.name(item.name).to_owned()).or_default().push((id, own));
            } else {
                rest.add(&own);
                if matches!(item.kind, ItemKind::Fn(_)) {
                    functions.push(id);
                }
            }
        }
        Self { rest: rest.hash(), functions, named }
    }

    /// How the file has changed since it was `old`; `None` where more has than functions that are found by name.
    pub(crate) fn since(&self, old: &Self) -> Option<Difference> {
        if self.rest.is_none() || self.rest != old.rest || self.functions.len() != old.functions.len() {
            return None;
        }
        let mut functions: Vec<(ItemId, ItemId)> =
            old.functions.iter().copied().zip(self.functions.iter().copied()).collect();
        let hashes = |of: &[(ItemId, Option<u128>)]| of.iter().map(|(_, hash)| *hash).collect::<Option<Vec<_>>>();
        let mut names = Vec::new();
        for (name, before) in &old.named {
            match self.named.get(name) {
                Some(now) if hashes(now).is_some() && hashes(now) == hashes(before) => {
                    functions.extend(before.iter().zip(now).map(|((before, _), (now, _))| (*before, *now)));
                }
                _ => names.push(name.clone()),
            }
        }
        names.extend(self.named.keys().filter(|name| !old.named.contains_key(*name)).cloned());
        Some(Difference { names, functions })
    }
}

/// Whether a function counts only for those who look for its name: it is no part of a trait, and nothing is declared in it.
fn is_found_by_name(facts: &FileFacts, id: ItemId) -> bool {
    let item = facts.item(id);
    let holds_items = facts.items.get(id.0 as usize + 1).is_some_and(|next| next.parent == Some(id));
    if !matches!(item.kind, ItemKind::Fn(_)) || holds_items || item.attrs.in_macro {
        return false;
    }
    let mut around = std::iter::successors(item.parent, |parent| facts.item(*parent).parent).peekable();
    if let Some(parent) = around.peek()
        && matches!(&facts.item(*parent).kind, ItemKind::Impl(block) if block.of_trait.is_none())
    {
        around.next();
    }
    around.all(|parent| matches!(facts.item(parent).kind, ItemKind::Module { .. }))
}

/// Whether one of these names is said outside of functions, other than as the name of a function that is found by it.
pub(crate) fn mentions_outside(facts: &FileFacts, names: &FxHashSet<&str>) -> bool {
    // Attributes keep texts of their own.
    let attributes = || {
        let customs = facts
            .items
            .iter()
            .flat_map(|item| item.attrs.custom.iter().chain(item.attrs.of_fields.iter().map(|(_, attr)| attr)));
        customs.filter_map(|attr| attr.args.as_ref()).any(|(text, _)| names.iter().any(|name| text.contains(name)))
    };
    let may = names.iter().any(|name| memmem::find(facts.outside.names.text().as_bytes(), name.as_bytes()).is_some());
    if !may {
        return attributes();
    }
    let says = |shape: &Shape<'_>| names.iter().any(|name| shape.says(name));
    let mut rest = Shape::new(facts).listening();
    rest.add(&facts.attrs);
    for (at, item) in facts.items.iter().enumerate() {
        if is_found_by_name(facts, ItemId(super::offset(at))) {
            rest.add(&item.kind);
            rest.add(&item.attrs);
        } else {
            rest.add(item);
        }
    }
    says(&rest) || attributes()
}

/// Whether a file says one of these names anywhere.
pub(crate) fn mentions(facts: &FileFacts, names: &FxHashSet<&str>) -> bool {
    facts.names().any(|said| names.contains(said))
}

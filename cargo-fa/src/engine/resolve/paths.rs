//! Looking names up.

use super::binding::{Binding, Bindings, Import};
use super::{ExternCrate, External, ModuleId, ModuleKind, Program, Res, TypeKey};
use crate::engine::api;
use crate::engine::hir::ir::{ItemKind, Path, PathStart, UseEntry};

/// Which of two things of the same name is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Space {
    Types,
    Values,
}

/// How many imports may lead to one another before they count as a circle.
const LONGEST_CHAIN: u32 = 24;

impl<'l> Program<'l> {
    /// What a path means where it stands.
    pub(crate) fn resolve(&self, module: ModuleId, file: usize, path: &'l Path, space: Space) -> Option<Res<'l>> {
        let facts = self.facts(file);
        let names = path.segments.iter().map(|segment| facts.name(segment.name));
        self.walk(module, path.start, names, path.segments.len(), space, 0)
    }

    /// What the path means without its last name.
    pub(crate) fn resolve_owner(&self, module: ModuleId, file: usize, path: &'l Path) -> Option<Res<'l>> {
        let facts = self.facts(file);
        let owner = path.segments.len().checked_sub(1).filter(|len| *len > 0)?;
        let names = path.segments.iter().take(owner).map(|segment| facts.name(segment.name));
        self.walk(module, path.start, names, owner, Space::Types, 0)
    }

    /// What a single name means where it stands.
    pub(crate) fn resolve_name(&self, module: ModuleId, name: &'l str, space: Space) -> Option<Res<'l>> {
        self.lookup(module, name, space, 0)
    }

    /// What a path means that was read apart from the files, in an attribute: its words are those of some file.
    pub(crate) fn resolve_words(
        &self,
        module: ModuleId,
        start: PathStart,
        words: &[String],
        space: Space,
    ) -> Option<Res<'l>> {
        let names: Option<Vec<&'l str>> = words.iter().map(|word| self.known_word(module, word)).collect();
        let names = names?;
        self.walk(module, start, names.iter().copied(), names.len(), space, 0)
    }

    /// A word as a name that something in the program has.
    fn known_word(&self, module: ModuleId, word: &str) -> Option<&'l str> {
        match word {
            "crate" => return Some("crate"),
            "self" => return Some("self"),
            "super" => return Some("super"),
            _ => {}
        }
        let of_crate = self.crates[self.module(module).krate].externs.get_key_value(word).map(|(name, _)| *name);
        let mut modules = self.modules.iter();
        let of_module = || modules.find_map(|module| module.names.get_key_value(word)).map(|(name, _)| *name);
        let of_type = || self.constants.keys().find(|(_, name)| *name == word).map(|(_, name)| *name);
        of_crate.or_else(of_module).or_else(of_type)
    }

    fn walk(
        &self,
        module: ModuleId,
        start: PathStart,
        mut names: impl Iterator<Item = &'l str>,
        len: usize,
        space: Space,
        depth: u32,
    ) -> Option<Res<'l>> {
        if depth > LONGEST_CHAIN {
            return None;
        }
        let space_at = |at: usize| if at + 1 == len { space } else { Space::Types };
        let first = names.next()?;
        let mut at = 0;
        let mut res = match first {
            _ if start == PathStart::Crates => self.extern_crate(module, first)?,
            "crate" | "$crate" => Res::Module(self.crates[self.module(module).krate].root?),
            "self" if len > 1 => Res::Module(self.enclosing(module)),
            "super" => Res::Module(self.module(self.enclosing(module)).parent?),
            _ => self.lookup(module, first, space_at(0), depth)?,
        };
        for name in names {
            at += 1;
            res = match (name, res) {
                ("super", Res::Module(module)) => Res::Module(self.module(self.enclosing(module)).parent?),
                _ => self.step(res, name, space_at(at), depth)?,
            };
        }
        Some(res)
    }

    /// The module around a block.
    fn enclosing(&self, module: ModuleId) -> ModuleId {
        let mut at = module;
        while self.module(at).kind == ModuleKind::Block {
            match self.module(at).parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    fn step(&self, res: Res<'l>, name: &'l str, space: Space, depth: u32) -> Option<Res<'l>> {
        match res {
            Res::Module(module) => self.lookup_in(module, name, space, depth),
            Res::External(external) => Some(Res::External(external.step(name))),
            Res::Type(user) => {
                let def = self.type_def(user);
                let facts = self.facts(def.file);
                if let ItemKind::Enum { variants, .. } = &def.item.kind
                    && let Some(at) = variants.iter().position(|(variant, _)| facts.name(*variant) == name)
                {
                    return Some(Res::Variant(user, u32::try_from(at).unwrap_or(u32::MAX)));
                }
                if let ItemKind::Alias { ty: Some(ty), .. } = &def.item.kind
                    && let crate::engine::hir::ir::Type::Path(path) = facts.ty(*ty)
                    && depth < LONGEST_CHAIN
                {
                    let names = facts.path(*path).segments.iter().map(|segment| facts.name(segment.name));
                    let len = facts.path(*path).segments.len();
                    let target = self.walk(def.module, facts.path(*path).start, names, len, Space::Types, depth + 1)?;
                    return self.step(target, name, space, depth + 1);
                }
                let own = self.methods_of(TypeKey::User(user), name).first().copied();
                let function = own.or_else(|| self.provided(TypeKey::User(user), name)).map(Res::Fn);
                function.or_else(|| self.constant_of(user, name).map(Res::Static))
            }
            _ => None,
        }
    }

    fn extern_crate(&self, module: ModuleId, name: &'l str) -> Option<Res<'l>> {
        match self.crates[self.module(module).krate].externs.get(name)? {
            ExternCrate::Local(local) => Some(Res::Module(self.crates[*local].root?)),
            ExternCrate::Foreign(krate) => Some(Res::External(External { krate, before: "", last: krate })),
        }
    }

    /// A name in this scope, those around it, the crates and the prelude.
    fn lookup(&self, module: ModuleId, name: &'l str, space: Space, depth: u32) -> Option<Res<'l>> {
        let mut at = module;
        loop {
            if let Some(res) = self.lookup_in(at, name, space, depth) {
                return Some(res);
            }
            let scope = self.module(at);
            match scope.parent {
                Some(parent) if scope.kind == ModuleKind::Block => at = parent,
                _ => break,
            }
        }
        if space == Space::Types
            && let Some(res) = self.extern_crate(module, name)
        {
            return Some(res);
        }
        api::prelude(name).map(|last| Res::External(External { krate: "std", before: "", last }))
    }

    fn lookup_in(&self, module: ModuleId, name: &'l str, space: Space, depth: u32) -> Option<Res<'l>> {
        if depth > LONGEST_CHAIN {
            return None;
        }
        let scope = self.module(module);
        let bindings = scope.names.get(name).map_or(&[][..], Bindings::as_slice);
        match *bindings {
            // What is to be had at once need not be kept.
            [] if scope.globs.is_empty() => return None,
            [Binding::Def(defined)] if in_space(defined.into(), space) => return Some(defined.into()),
            _ => {}
        }
        match self.lookup_cache.begin((module, name, space), depth) {
            Ok(known) => known,
            Err(search) => {
                let found = self.search(module, name, bindings, space, depth);
                self.lookup_cache.end(&search, found);
                found
            }
        }
    }

    /// The only crate whose sources are not read and of which everything is in scope here, if it is one: what is not known is
    /// of that crate.
    pub(crate) fn only_foreign_glob(&self, module: ModuleId) -> Option<&'l str> {
        let mut found = None;
        for glob in &self.module(self.enclosing(module)).globs {
            let Some(Res::External(target)) = self.import(module, *glob, Space::Types, 0) else { continue };
            if target.krate == "std" || target.is_framealloc() {
                continue;
            }
            if found.is_some_and(|known| known != target.krate) {
                return None;
            }
            found = Some(target.krate);
        }
        found
    }

    fn search(
        &self,
        module: ModuleId,
        name: &'l str,
        bindings: &[Binding<'l>],
        space: Space,
        depth: u32,
    ) -> Option<Res<'l>> {
        let mut other = None;
        for binding in bindings {
            let res = match *binding {
                Binding::Def(defined) => Some(defined.into()),
                Binding::Import(import) => self.import(module, import, space, depth),
            };
            match res {
                Some(res) if in_space(res, space) => return Some(res),
                Some(res) => other = Some(res),
                None => {}
            }
        }
        if let Some(Res::Type(_) | Res::External(_)) = other {
            // A tuple struct is a value too.
            return other;
        }
        for glob in &self.module(module).globs {
            let name_of = |name| self.facts(glob.file as usize).name(name);
            let target = match *glob.entry.segments {
                [first]
                    if glob.entry.start == PathStart::Here && !matches!(name_of(first), "crate" | "self" | "super") =>
                {
                    self.lookup(module, name_of(first), Space::Types, depth + 1)
                }
                _ => self.import(module, *glob, Space::Types, depth),
            };
            let res = match target {
                Some(Res::Module(target)) if target != module => self.lookup_in(target, name, space, depth + 1),
                Some(Res::External(target)) if api::is_exported(target.krate, name) => {
                    Some(Res::External(target.step(name)))
                }
                Some(res @ Res::Type(_)) => match self.step(res, name, space, depth + 1) {
                    Some(variant @ Res::Variant(..)) => Some(variant),
                    _ => None,
                },
                _ => None,
            };
            if res.is_some() {
                return res;
            }
        }
        None
    }

    fn import(&self, module: ModuleId, import: Import<'l>, space: Space, depth: u32) -> Option<Res<'l>> {
        let facts = self.facts(import.file as usize);
        let UseEntry { start, segments, .. } = import.entry;
        let names = segments.iter().map(|segment| facts.name(*segment));
        // `use a::a;` inside a module that binds `a` must not find itself: crates come first for the first name.
        let first = facts.name(*segments.first()?);
        if segments.len() > 1
            && !matches!(first, "crate" | "self" | "super")
            && let Some(mut res) = self.extern_crate(module, first)
            && !self.module(module).names.contains_key(first)
        {
            for (at, name) in segments.iter().enumerate().skip(1) {
                let space = if at + 1 == segments.len() { space } else { Space::Types };
                res = self.step(res, facts.name(*name), space, depth + 1)?;
            }
            return Some(res);
        }
        if segments.len() == 1 && *start == PathStart::Here {
            return match first {
                "crate" => self.crates[self.module(module).krate].root.map(Res::Module),
                "self" => Some(Res::Module(self.enclosing(module))),
                "super" => self.module(self.enclosing(module)).parent.map(Res::Module),
                _ => self.extern_crate(module, first).or_else(|| {
                    // `use x::y; use y::z;`, or a name of an outer block.
                    self.module(module).parent.and_then(|parent| self.lookup(parent, first, space, depth + 1))
                }),
            };
        }
        self.walk(module, *start, names, segments.len(), space, depth + 1)
    }
}

fn in_space(res: Res<'_>, space: Space) -> bool {
    match res {
        Res::Module(_) => space == Space::Types,
        Res::Fn(_) | Res::Static(_) => space == Space::Values,
        Res::Type(_) | Res::Variant(..) | Res::External(_) => true,
    }
}

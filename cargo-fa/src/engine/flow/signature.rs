//! The types in the signatures of functions, each read once however often the function is called.

use std::sync::OnceLock;

use super::closure_params::closure_params;
use super::lifetimes::Lifetimes;
use super::roots::{param_types, type_scope};
use super::types::{Ty, TypeScope, Types};
use crate::engine::resolve::{FnId, Program};

/// What a signature says.
#[derive(Debug)]
pub(crate) struct Signature<'l> {
    /// What `Self` and the generic parameters are.
    pub(crate) scope: TypeScope<'l>,
    /// The receiver first.
    pub(crate) params: Vec<Ty>,
    pub(crate) output: Ty,
    /// What closures that are passed are given, by parameter.
    pub(crate) closures: Vec<Box<[Ty]>>,
    /// What stands for a parameter is to be read off the arguments.
    pub(crate) is_generic: bool,
    pub(crate) lifetimes: Lifetimes,
}

/// By function.
#[derive(Debug)]
pub(crate) struct Signatures<'l>(Vec<OnceLock<Box<Signature<'l>>>>);

impl<'l> Signatures<'l> {
    pub(crate) fn new(functions: usize) -> Self {
        let mut all = Vec::new();
        all.resize_with(functions, OnceLock::new);
        Self(all)
    }

    /// The signature of a function, read by whoever asks first.
    pub(crate) fn of(&self, program: &Program<'l>, id: FnId) -> &Signature<'l> {
        self.0[id.0 as usize].get_or_init(|| {
            let def = program.fn_def(id);
            let types = Types { program };
            let scope = type_scope(program, def);
            let params = param_types(types, def, &scope);
            let closures = closure_params(types, def, &scope);
            let output = def.function.output.map_or(Ty::Unit, |ty| types.lower(def.module, def.file, ty, &scope));
            // What a parameter of the function stands for is up to its caller.
            let output = if matches!(output, Ty::Param(_)) { Ty::Unknown } else { output };
            let is_generic = output.is_generic() || params.iter().any(Ty::is_generic);
            let lifetimes = Lifetimes::read(types, def, &scope);
            Box::new(Signature { scope, params, output, closures, is_generic, lifetimes })
        })
    }
}

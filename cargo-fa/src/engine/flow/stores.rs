//! Values that are put somewhere, and frame memory that gets out of its frame that way.

use super::Interpreter;
use super::event::{EscapeRoute, EventKind, Site};
use super::summary::StoreTarget;
use super::types::Ty;
use super::value::{Age, Flow, Region, Root, Value, Var};
use crate::engine::hir::ir::{Pat, PatId, Span};
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

/// Where a value goes.
pub(super) enum Target<'t> {
    Field(&'t str),
    Container(&'t str),
    Channel,
    Behind,
}

impl Interpreter<'_, '_> {
    /// A value is put into something that may outlive what it refers to.
    pub(super) fn store(&mut self, target: &Value, value: &Value, how: &Target<'_>, span: Span) {
        self.keep_callables(target, value);
        self.made_is_stored(target, value, how);
        if value.flows.is_empty() && value.handle.is_none() {
            return;
        }
        let Some(root) = target.alias else { return };
        if value.handle.is_some_and(|handle| handle.age == Age::Fresh) {
            self.frames.shared_here.insert((root, target.field.clone()));
        }
        let slot = match how {
            Target::Field(_) | Target::Behind => target.ty.loosened(&value.ty),
            Target::Container(_) | Target::Channel => Ty::Unknown,
        };
        let flows: Vec<Flow> = value
            .flows
            .iter()
            .filter(|flow| self.types.can_refer(&slot, flow.link()))
            .filter_map(|flow| self.types.held(&value.ty, flow))
            .collect();
        match root {
            Root::Local(var) => {
                self.keep_in_local(var, value, &flows, span);
            }
            Root::Static(item) => {
                let def = &self.around.program.statics[item.0 as usize];
                let name = self.around.program.facts(def.file).name(def.item.name).to_owned();
                for flow in &flows {
                    if flow.frame {
                        self.escape(EscapeRoute::Static(name.clone()), flow, span, Vec::new());
                    } else if let Region::Param(param) = flow.region {
                        let step = (self.site(span), format!("kept in the static `{name}` here"));
                        self.add_store(param, StoreTarget::Static(name.clone()), flow, vec![step]);
                    }
                }
            }
            Root::Param(to) => {
                for flow in &flows {
                    self.store_in_param(target, to, flow, how, span);
                }
                if value.ty.is_concrete() && target.ty.is_concrete() {
                    self.kept_against_signature(target, to, &flows, span);
                }
            }
        }
    }

    fn keep_in_local(&mut self, var: Var, value: &Value, flows: &[Flow], span: Span) {
        let declared_in = self.variables.info.get(&var).map_or(0, |info| info.closed_scopes);
        let name = self.name_of(var);
        for flow in flows {
            if flow.frame && self.closes_before(flow.region, declared_in) {
                self.escape(EscapeRoute::Variable(name.clone()), flow, span, Vec::new());
            }
        }
        if let Some(known) = self.state.values.get_mut(var) {
            known.add_flows(flows);
            if known.handle.is_none() {
                known.handle = value.handle;
            }
        }
    }

    fn store_in_param(&mut self, target: &Value, to: u16, flow: &Flow, how: &Target<'_>, span: Span) {
        let receiver = self.param_name(to);
        let route = match how {
            Target::Field(name) => EscapeRoute::Field(format!("{receiver}.{name}")),
            Target::Container(method) => {
                let place =
                    target.field.as_ref().map_or_else(|| receiver.clone(), |field| format!("{receiver}.{field}"));
                EscapeRoute::Container(place, (*method).to_owned())
            }
            Target::Channel => EscapeRoute::Channel,
            Target::Behind => EscapeRoute::Field(format!("*{receiver}")),
        };
        match flow.region {
            // A scope of this function ends before anything of the caller does.
            Region::Scope(_) if flow.frame => self.escape(route, flow, span, Vec::new()),
            Region::Param(from) => {
                if flow.raw && flow.frame && !target.reserved && !self.is_tied_param(to) {
                    let mut flow = flow.clone();
                    flow.confidence = flow.confidence.min(Confidence::Medium);
                    self.escape(route.clone(), &flow, span, Vec::new());
                }
                if from != to {
                    let step = (self.site(span), format!("kept in `{receiver}` here"));
                    self.add_store(from, StoreTarget::Param(to), flow, vec![step]);
                }
            }
            Region::Scope(_) => {}
        }
    }

    /// Frame data of the caller whose lifetime has no name in the signature is kept nevertheless.
    fn kept_against_signature(&mut self, target: &Value, to: u16, flows: &[Flow], span: Span) {
        for flow in flows.iter().filter(|flow| flow.frame && !flow.raw && flow.confidence == Confidence::High) {
            if let Region::Param(from) = flow.region
                && from != to
                && !self.signature.lifetimes.may_keep(from)
            {
                let receiver = self.param_name(to);
                let place =
                    target.field.as_ref().map_or_else(|| receiver.clone(), |field| format!("{receiver}.{field}"));
                self.escape(EscapeRoute::Field(place), flow, span, Vec::new());
            }
        }
    }

    fn is_tied_param(&self, param: u16) -> bool {
        let ty = self.param_type(param);
        self.types.is_tied(&ty)
    }

    /// Frame memory gets out of its frame.
    pub(super) fn escape(&mut self, route: EscapeRoute, flow: &Flow, span: Span, via: Vec<(Site, String)>) {
        let kind =
            EventKind::Escape { route, raw: flow.raw, captured: flow.captured, allocated: self.site(flow.site), via };
        self.record(kind, span, flow.confidence);
    }

    /// A value is given to something that asks for `'static`.
    pub(super) fn outlives_frame(&mut self, by: &str, value: &Value, span: Span) {
        let flows: Vec<Flow> = value.flows.iter().filter(|flow| flow.frame && !flow.raw).cloned().collect();
        for flow in flows {
            if let Some(flow) = self.types.held(&value.ty, &flow).filter(|flow| flow.confidence == Confidence::High) {
                self.escape(EscapeRoute::Fixed(by.to_owned()), &flow, span, Vec::new());
            }
        }
    }

    /// A function of another language is given an address of frame memory: whether it keeps it, nobody sees.
    pub(super) fn given_to_foreign(&mut self, callee: FnId, args: &[Value], span: Span) {
        let name = self.around.program.fn_name(callee);
        let flows = args.iter().filter(|arg| matches!(arg.ty, Ty::Ptr(_) | Ty::Ref { .. })).flat_map(|arg| &arg.flows);
        for flow in flows.filter(|flow| flow.frame) {
            let flow = Flow { raw: true, confidence: Confidence::Low, ..flow.clone() };
            let words = format!("`{name}` is of another language, and may keep the address");
            self.escape(EscapeRoute::Callee(words), &flow, span, Vec::new());
        }
    }

    /// `let name: &'static T = value`.
    pub(super) fn declared_for_good(&mut self, pat: PatId, value: &Value, ty: &Ty) {
        if let Pat::Bind { name, span, .. } = self.facts.pat(pat)
            && !value.flows.is_empty()
            && ty.loosened(&value.ty) != *ty
        {
            let name = self.facts.name(*name);
            self.outlives_frame(name, value, *span);
        }
    }
}

//! What a rule is given: the program, and something that happens in it.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use framealloc_syntax::{Denied, Effect};
use rustc_hash::FxHashMap;

use super::emptied::{EmptiedByFlow, EmptiedIn, SteadyFields};
use super::tags::Tags;
use crate::engine::flow::declared;
use crate::engine::flow::event::{Cold, Event, Site};
use crate::engine::flow::summary::{AllAnalysed, Analysed};
use crate::engine::flow::types::Types;
use crate::engine::hir::ir::Span;
use crate::engine::project::Project;
use crate::engine::resolve::{FnId, Program, UserType};
use crate::engine::schedule::reach::{Called, Reach, Reached, Step};
use crate::model::codes::{FA401, FA402};
use crate::model::config::Config;
use crate::model::finding::{Call, Confidence, Finding, Place};

/// Who lends a container to a parameter of a function, and the place of that in what the lender lends.
pub(super) type Lenders = FxHashMap<(FnId, u16), Vec<(FnId, usize)>>;

/// The analysed program.
pub(crate) struct Context<'c, 'l> {
    pub(crate) project: &'c Project,
    pub(crate) program: &'c Program<'l>,
    pub(crate) types: Types<'c, 'l>,
    pub(crate) analysed: &'c AllAnalysed,
    pub(crate) reached: &'c Reach,
    pub(crate) config: &'c Config,
    tags: OnceCell<Tags>,
    /// Of the types that were asked about.
    pub(super) steady: RefCell<FxHashMap<UserType, Rc<SteadyFields>>>,
    pub(super) lenders: OnceCell<Lenders>,
    /// What is emptied in the packages that were asked about.
    pub(super) emptied: RefCell<FxHashMap<usize, Rc<EmptiedIn<'l>>>>,
    pub(super) emptied_by_flow: OnceCell<EmptiedByFlow>,
}

/// An event, and the function that it happens in.
#[derive(Clone, Copy)]
pub(crate) struct Occurrence<'c> {
    pub(crate) id: FnId,
    pub(crate) file: usize,
    pub(crate) event: &'c Event,
    /// What is known of that function.
    pub(crate) function: &'c Analysed,
    pub(crate) reached: Option<&'c Reached>,
}

impl Occurrence<'_> {
    /// What the function, and whoever calls it on this way, declare.
    pub(super) fn denied(&self) -> Denied {
        self.reached.map_or(Denied::NOTHING, |reached| reached.denied).or(self.function.denied)
    }

    /// Whether the function, or the system that calls it, declares `no_heap`.
    pub(super) fn is_no_heap(&self) -> bool {
        self.denied().has(Effect::Heap)
    }

    /// Whether it happens while a frame runs, on the frame's own thread.
    pub(super) fn runs_in_frame(&self) -> bool {
        !self.event.spawned && (self.event.in_frame || self.reached.is_some())
    }

    /// Whether it happens where something has changed, and in no other frame.
    pub(super) fn is_on_change(&self) -> bool {
        self.event.cold == Some(Cold::OnChange) || self.reached.is_some_and(|reached| reached.changed)
    }

    /// Whether each call on the way is surely of the function that it leads to. What may be called breaks no promise.
    pub(super) fn is_surely_reached(&self) -> bool {
        self.event.in_frame || self.reached.is_none_or(|reached| reached.confidence == Confidence::High)
    }

    /// How sure it is that it happens, given how the function is reached.
    pub(super) fn confidence(&self) -> Confidence {
        match self.reached {
            Some(reached) if !self.event.in_frame => self.event.confidence.min(reached.confidence),
            _ => self.event.confidence,
        }
    }
}

impl<'c, 'l> Context<'c, 'l> {
    pub(crate) fn new(
        project: &'c Project,
        program: &'c Program<'l>,
        analysed: &'c AllAnalysed,
        reached: &'c Reach,
        config: &'c Config,
    ) -> Self {
        Self {
            project,
            program,
            types: Types { program },
            analysed,
            reached,
            config,
            tags: OnceCell::new(),
            steady: RefCell::default(),
            lenders: OnceCell::new(),
            emptied: RefCell::default(),
            emptied_by_flow: OnceCell::new(),
        }
    }
}

impl Context<'_, '_> {
    /// Whether what is asked of the heap there is bumped: it is in the closure of `ambient`, or every way that leads there goes
    /// through such a closure or begins at a system that says so.
    pub(super) fn is_ambient(&self, occurrence: &Occurrence<'_>) -> bool {
        let is_in_zone = occurrence.function.is_ambient_at(occurrence.event.span);
        !occurrence.is_no_heap() && (is_in_zone || self.reached.is_only_ambient(occurrence.id))
    }

    /// Where tags are used; found once, for the rules that ask.
    pub(super) fn tags(&self) -> &Tags {
        self.tags.get_or_init(|| Tags::collect(self))
    }

    pub(crate) fn place(&self, site: Site) -> Place {
        Place::new(self.program.loaded.files[site.file].path.clone(), site.span.lo, site.span.hi)
    }

    pub(super) fn here(&self, occurrence: &Occurrence<'_>) -> Place {
        self.at(occurrence, occurrence.event.span)
    }

    pub(super) fn at(&self, occurrence: &Occurrence<'_>, span: Span) -> Place {
        self.place(Site { file: occurrence.file, span })
    }

    pub(super) fn package(&self, id: FnId) -> &str {
        let file = self.program.fn_def(id).file;
        &self.project.members[self.program.loaded.files[file].member].name
    }

    /// The finding with where it is and how sure it is.
    pub(super) fn complete(&self, occurrence: &Occurrence<'_>, finding: Finding) -> Finding {
        let confidence = occurrence.confidence().min(finding.confidence);
        let finding = self.in_macro(occurrence, finding);
        let mut finding =
            finding.confidence(confidence).inside(self.package(occurrence.id), self.program.fn_path(occurrence.id));
        if let Some(reached) = occurrence.reached {
            let callers = [reached.root].into_iter().chain(reached.path.iter().map(|step| step.callee));
            let calls = callers
                .zip(&reached.path)
                .map(|(caller, step)| Call { place: self.place(step.site), item: self.program.fn_path(caller) });
            finding.calls = calls.collect();
        }
        finding
    }

    /// A finding in what a macro of the workspace became stands at the call of the macro, and edits would change its arguments.
    fn in_macro(&self, occurrence: &Occurrence<'_>, mut finding: Finding) -> Finding {
        let facts = self.program.facts(occurrence.file);
        let Some(call) = facts.expansion_at(occurrence.event.span) else { return finding };
        finding.fix = None;
        finding.note(format!("in what the macro `{}!` becomes", call.name))
    }

    /// The finding as an error, if an effect was promised not to happen there.
    pub(super) fn under_promise(&self, occurrence: &Occurrence<'_>, effect: Effect, mut finding: Finding) -> Finding {
        let denied = occurrence.denied();
        let Some(word) = denied.word().filter(|_| denied.has(effect)) else { return finding };
        finding.escalated = occurrence.is_surely_reached();
        let root = occurrence.reached.map_or(occurrence.id, |reached| reached.root);
        let what = match (self.analysed.of(root).system, occurrence.reached) {
            (true, _) => "the system declares",
            // A closure in a field that promises something.
            (false, Some(reached)) if !self.analysed.of(root).denied.covers(reached.denied) => {
                "the field that it is put into declares"
            }
            (false, _) if self.declares_itself(root) => "the function declares",
            (false, _) => "what it is called through declares",
        };
        let implied = if word == effect.word() { "" } else { ", which implies `no_heap`" };
        finding.note(format!("{what} `{word}`{implied}"))
    }

    /// What is found where something has changed: a promise to leave the heap alone is nearly kept there, and nothing else is
    /// said of it.
    pub(super) fn where_changed(occurrence: &Occurrence<'_>, mut finding: Finding) -> Option<Finding> {
        if !occurrence.is_on_change() {
            return Some(finding);
        }
        if !occurrence.is_no_heap() || (*finding.code != FA401 && *finding.code != FA402) {
            return None;
        }
        finding.escalated = false;
        finding.occasional = true;
        Some(finding.note("only in frames in which something has changed or was asked for".to_owned()))
    }

    /// Whether a function has an attribute of its own that declares an effect.
    fn declares_itself(&self, id: FnId) -> bool {
        self.analysed.of(id).denied != declared::of_the_trait(self.program, id)
    }

    /// The way from the frame root to the function, as notes.
    pub(super) fn with_path(&self, occurrence: &Occurrence<'_>, mut finding: Finding) -> Finding {
        let Some(reached) = occurrence.reached else { return finding };
        if occurrence.event.in_frame && reached.path.is_empty() {
            return finding;
        }
        let mut caller = reached.root;
        for Step { site, callee, called } in &reached.path {
            let what = match called {
                Called::Function => format!("`{}`", self.program.fn_name(*callee)),
                Called::Closure => format!("a closure of `{}`", self.program.fn_name(*callee)),
            };
            let text = format!("`{}` calls {what} here", self.program.fn_name(caller));
            finding = finding.note_at(self.place(*site), text);
            caller = *callee;
        }
        if reached.path.is_empty() {
            finding
        } else {
            if !self.analysed.of(reached.root).system && self.analysed.of(reached.root).denied.is_any() {
                return finding;
            }
            let when =
                if reached.every_frame { "runs every frame" } else { "runs in frames in which something happens" };
            finding.note(format!("`{}` {when}", self.program.fn_path(reached.root)))
        }
    }
}

//! Abstract interpretation of one function: where memory comes from, where it goes, and what is in force around it.

mod allocator;
mod associated;
pub(crate) mod attributes;
mod barriers;
mod call;
mod callbacks;
pub(crate) mod changes;
mod closure_params;
mod conditions;
mod containers;
mod content;
pub(crate) mod declared;
mod dispatch;
mod effects;
pub(crate) mod event;
mod expr;
mod external;
mod fields;
mod flights;
mod frame_calls;
mod frame_data;
mod framealloc;
pub(crate) mod generics;
mod handles;
mod heap;
mod heap_methods;
mod implemented;
mod in_place;
mod iterate;
mod keys;
mod lasting;
mod layout;
mod lifetimes;
mod literals;
mod loops;
mod macros;
mod marks;
mod method;
mod once;
pub(crate) mod open_tag;
mod operators;
mod option_and_result;
mod place;
mod pooled;
mod receivers;
mod recorder;
mod retained;
mod roots;
mod scopes;
mod settled;
mod shapes;
mod shared;
mod signals;
mod signature;
mod spawn;
pub(crate) mod steady;
pub(crate) mod stored;
mod stores;
pub(crate) mod summary;
mod tags;
mod texts;
pub(crate) mod types;
pub(crate) mod value;
mod variables;
pub(crate) mod walk;
mod zones;

use std::cell::{OnceCell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::{FnDef, FnId, ModuleId, Program};
use crate::model::finding::Confidence;
use event::{Open, Site};
use recorder::Recorder;
pub(crate) use roots::{param_types, type_scope};
use scopes::Scopes;
pub(crate) use signature::{Signature, Signatures};
use stored::Asking;
use summary::{AllAnalysed, Analysed, Summary};
use types::{Ty, TypeScope, Types};
use value::{AllocatorKey, Bound, State, Value, Var};
use variables::Variables;

/// What the flow of a function needs to know about the rest of the program.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'p, 'l> {
    pub(crate) program: &'p Program<'l>,
    pub(crate) analysed: &'p AllAnalysed,
    /// Types that are `#[pooled]`.
    pub(crate) pooled: &'p FxHashSet<crate::engine::resolve::UserType>,
    /// Closures that Bevy runs as systems, by file and body, with how sure it is that they run every frame.
    pub(crate) system_closures: &'p FxHashMap<(usize, ExprId), Confidence>,
    pub(crate) signatures: &'p Signatures<'l>,
    /// What is done to fields and statics that may say what has been done.
    pub(crate) changes: &'p changes::Changes<'l>,
    pub(crate) calls: &'p dyn changes::CallsByName,
    /// Somebody declares effects, so that what nobody can see into matters.
    pub(crate) asks_effects: bool,
    /// The program makes channels that may be full.
    pub(crate) limits_channels: bool,
    /// Functions that call each other, sorted, with what is known of them at this point.
    pub(crate) circle: &'p [(FnId, Summary)],
    /// Takes down what is asked, where the result will be kept for the next run.
    pub(crate) asking: Option<&'p RefCell<Asking<'l>>>,
}

struct LoopContext<'l> {
    label: Option<&'l str>,
    span: Span,
    bound: Bound,
    breaks: State,
    continues: State,
    value: Option<Value>,
    /// Variables declared when it was entered.
    names: usize,
    is_block: bool,
}

/// The body of a function, closure or async block.
struct BodyContext {
    exits: State,
    result: Option<Value>,
    is_async: bool,
    /// The body of the function itself, not of a closure in it.
    is_function: bool,
    loops: usize,
    expected: Option<Ty>,
    /// The scope that ends with it.
    scope: Option<u16>,
}

impl BodyContext {
    /// Of a closure with this many loops around it, of which nothing else is known.
    fn inside(loops: usize) -> Self {
        Self {
            exits: State { dead: true, ..State::default() },
            result: None,
            is_async: false,
            is_function: false,
            loops,
            expected: None,
            scope: None,
        }
    }
}

/// The loops around, and where the innermost frame begins among them.
#[derive(Default)]
struct Loops<'l> {
    stack: Vec<LoopContext<'l>>,
    /// Blocks around that leave the loop, by how many loops are around them.
    leaves: Vec<usize>,
    /// How many loops were around when the innermost frame of this function began.
    frame_from: Option<usize>,
    /// What is allocated in loops that have no known end: the allocator, the loop, the call.
    allocations: Vec<(AllocatorKey, Span, Span)>,
}

/// What is in force for the code that is being run through.
struct Context {
    cold: u32,
    /// How many of those only run once for each value.
    once: u32,
    /// How many of those only run where something has changed.
    changed: u32,
    /// Inside of arguments of a macro that is not known.
    guessing: u32,
    /// Nothing here is surer than that the function is compiled as it stands.
    sure: Confidence,
    /// Inside of a closure that runs on another thread.
    spawned: u32,
    /// Inside of a closure that runs on another thread, joined within the frame or not.
    on_thread: u32,
    /// Inside of what a call gets that joins all that is spawned in it.
    joined: u32,
    /// Inside of what a call gets that runs it where nothing is there yet.
    seldom: u32,
    /// A map grows that knows all of its keys sooner or later.
    keyed: u32,
    /// A closure makes what the map does not have: `entry(key).or_insert_with(|| …)`.
    cache: u32,
    /// The arms of the branches that we are in.
    arms: Vec<event::Arm>,
    tags: Vec<open_tag::OpenTag>,
    /// The closures that we are in and that somebody else may run, outermost first.
    closures: Vec<ExprId>,
    /// The zones that we are in, with how many variables were in scope where they were opened.
    zones: Vec<(usize, Span)>,
}

/// What is known of the frames of allocators, apart from their state.
#[derive(Default)]
struct Frames {
    /// Allocators that begin or end a frame somewhere in the function.
    delimited: FxHashSet<AllocatorKey>,
    /// Allocators that are made in the function.
    local_allocators: FxHashMap<Var, Span>,
    /// Places that a handle of this frame was put into.
    shared_here: FxHashSet<AllocatorKey>,
    /// The function is a system that returns the flight of its frame beside its result.
    in_flight: bool,
    /// Where this function shares values.
    shares: FxHashSet<Span>,
    /// Heap containers of which something says that their memory is used again.
    steady: FxHashSet<(AllocatorKey, steady::Reach)>,
    /// The same, by where they were taken out of what keeps them: they may have come by another name since.
    steady_made: FxHashSet<Span>,
    /// Values of the open frame that will be promoted.
    promoted: Vec<(Span, Option<(Span, &'static str)>)>,
}

pub(crate) struct Interpreter<'p, 'l> {
    around: Surroundings<'p, 'l>,
    types: Types<'p, 'l>,
    facts: &'l FileFacts,
    file: usize,
    module: ModuleId,
    id: FnId,
    def: &'p FnDef<'l>,
    type_scope: TypeScope<'l>,
    signature: &'p Signature<'l>,
    state: State,
    variables: Variables<'l>,
    scopes: Scopes,
    loops: Loops<'l>,
    bodies: Vec<BodyContext>,
    exits: Vec<(Open, Span, State)>,
    context: Context,
    frames: Frames,
    barriers: barriers::Barriers,
    recorder: Recorder,
    depth: u32,
    /// Closures in variables that are being called.
    called_closures: u32,
    /// What each variable of the function is first made of, once somebody has asked.
    inits: OnceCell<FxHashMap<&'l str, ExprId>>,
}

/// Expressions nested deeper than this are not followed; the parser's own limit lies below what the stack holds.
const DEEPEST: u32 = 1_500;

/// Analyses one function.
pub(crate) fn analyse(around: Surroundings<'_, '_>, id: FnId) -> Analysed {
    let mut analysed = interpret(around, id);
    analysed.denied = analysed.denied.or(declared::of_function(around.program, id));
    if !around.program.fn_def(id).item.attrs.custom.is_empty() {
        // Attributes are read as tokens of their own.
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    analysed
}

fn interpret(around: Surroundings<'_, '_>, id: FnId) -> Analysed {
    let def = around.program.fn_def(id);
    let signature = around.signatures.of(around.program, id);
    let interpreter = Interpreter {
        around,
        types: Types { program: around.program },
        facts: around.program.facts(def.file),
        file: def.file,
        module: def.body_module,
        id,
        def,
        type_scope: signature.scope.clone(),
        signature,
        state: State::default(),
        variables: Variables::default(),
        scopes: Scopes::default(),
        loops: Loops::default(),
        bodies: Vec::new(),
        exits: Vec::new(),
        context: Context {
            cold: 0,
            once: 0,
            changed: 0,
            guessing: 0,
            sure: def.sure,
            spawned: 0,
            on_thread: 0,
            joined: 0,
            seldom: 0,
            keyed: 0,
            cache: 0,
            arms: Vec::new(),
            tags: Vec::new(),
            closures: Vec::new(),
            zones: Vec::new(),
        },
        frames: Frames::default(),
        barriers: barriers::Barriers::default(),
        recorder: Recorder::default(),
        depth: 0,
        called_closures: 0,
        inits: OnceCell::new(),
    };
    interpreter.run()
}

impl Interpreter<'_, '_> {
    fn site(&self, span: Span) -> Site {
        Site { file: self.file, span }
    }

    fn name_of(&self, var: Var) -> String {
        self.variables.info.get(&var).map_or_else(|| "value".to_owned(), |info| info.name.to_owned())
    }

    fn lookup_var(&self, name: &str) -> Option<Var> {
        self.variables.names.iter().rev().find(|(known, _)| *known == name).map(|(_, var)| *var)
    }
}

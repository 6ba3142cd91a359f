//! The facts of one file: what the analysis needs of a syntax tree, owned, sendable and small.
//!
//! Everything lives in flat tables of the file, and nodes name each other by index. Syntax trees would do none of
//! that: they are `!Send`, hold every token, and recurse when they are dropped.

use serde::{Deserialize, Serialize};

pub(crate) use super::condition::Cfg;
use super::sparse::{Nothing, Sparse};

/// A range of bytes in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) lo: u32,
    pub(crate) hi: u32,
}

impl Span {
    /// From the start of this one to the end of `other`.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { lo: self.lo, hi: other.hi.max(self.hi) }
    }
}

/// Offsets and rows are 32 bits wide: files over 4 GiB are refused before anything is parsed.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub(crate) struct $name(pub(crate) u32);
    )*};
}

index! {
    /// An identifier or text, in [`Tables::names`].
    Name,
    /// A path, in [`Tables::paths`].
    PathId,
    /// A type, in [`Tables::types`].
    TypeId,
    /// A pattern, in [`Tables::pats`].
    PatId,
    /// An expression, in [`Tables::exprs`].
    ExprId,
    /// An item, in [`FileFacts::items`].
    ItemId
}

/// Where the first name of a path is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PathStart {
    /// Where the path stands.
    Here,
    /// Among the crates: `::a::b`.
    Crates,
}

/// `a::b::<T>::c`, with `<T as Trait>` in `qself`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Path {
    pub(crate) start: PathStart,
    pub(crate) qself: Option<TypeId>,
    pub(crate) segments: Box<[Segment]>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) name: Name,
    pub(crate) args: Option<Box<Arguments>>,
}

/// What stands in angle brackets, or in the brackets of `Fn(A) -> B`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Arguments {
    pub(crate) types: Box<[TypeId]>,
    pub(crate) lifetimes: Box<[Lifetime]>,
    /// `Item = T`.
    pub(crate) bindings: Box<[(Name, TypeId)]>,
    /// `-> T` of `Fn(A) -> T`.
    pub(crate) output: Option<TypeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lifetime {
    Elided,
    Static,
    Named(Name),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Type {
    Path(PathId),
    Ref { lifetime: Lifetime, mutable: bool, inner: TypeId },
    Ptr(TypeId),
    Tuple(Box<[TypeId]>),
    Array(TypeId, ExprId),
    Slice(TypeId),
    ImplTrait(Box<[PathId]>),
    Dyn(Box<[PathId]>),
    FnPointer,
    Never,
    Infer,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Pat {
    Wild,
    Bind {
        name: Name,
        span: Span,
        by_ref: bool,
        mutable: bool,
        sub: Option<PatId>,
    },
    Tuple(Box<[PatId]>),
    /// `Some(x)`; `None` stands where `..` was.
    TupleStruct(PathId, Box<[PatId]>),
    Struct(PathId, Box<[(Name, PatId)]>),
    Ref(PatId),
    Or(Box<[PatId]>),
    Slice(Box<[PatId]>),
    Typed(PatId, TypeId),
    Guard(PatId, ExprId),
    Path(PathId),
    Literal,
    Rest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ExprKind {
    /// Nothing that matters, or nothing that could be read.
    Missing,
    Literal(Literal),
    /// A path of one segment without arguments.
    Name(Name),
    Path(PathId),
    Block(Box<Block>),
    Async(Box<AsyncBlock>),
    Closure(Box<Closure>),
    Call {
        callee: ExprId,
        args: Box<[ExprId]>,
    },
    Method(Box<MethodCall>),
    Field {
        base: ExprId,
        name: Name,
    },
    Index {
        base: ExprId,
        index: ExprId,
    },
    Deref(ExprId),
    Unary {
        op: UnaryOp,
        inner: ExprId,
    },
    Ref {
        mutable: bool,
        raw: bool,
        inner: ExprId,
    },
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    Assign {
        left: ExprId,
        right: ExprId,
    },
    AssignOp {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    Cast {
        inner: ExprId,
        ty: TypeId,
    },
    Try(ExprId),
    Await(ExprId),
    If {
        cond: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    },
    Let {
        pat: PatId,
        value: ExprId,
    },
    Match {
        value: ExprId,
        arms: Box<[(PatId, ExprId)]>,
    },
    Loop {
        label: Option<Name>,
        body: ExprId,
    },
    While {
        label: Option<Name>,
        cond: ExprId,
        body: ExprId,
    },
    For(Box<ForLoop>),
    Break {
        label: Option<Name>,
        value: Option<ExprId>,
    },
    Continue {
        label: Option<Name>,
    },
    Return(Option<ExprId>),
    Struct(Box<StructLiteral>),
    Tuple(Box<[ExprId]>),
    Array(Box<[ExprId]>),
    Repeat {
        value: ExprId,
        len: ExprId,
    },
    Range {
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
    },
    Macro(Box<MacroCall>),
    /// `cfg!(…)`.
    Config(Box<Cfg>),
    /// Below `#[cfg(…)]` where a value is wanted: of several, the first that is built.
    Choice(Box<[(Cfg, ExprId)]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BinaryOp {
    /// `&&`: the right side may not run.
    AndThen,
    /// `||`: the right side may not run.
    OrElse,
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`, `<=`, `>`, `>=`.
    Order,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UnaryOp {
    Not,
    Neg,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Literal {
    /// The value, if it fits: bytes of it, so that an expression is no larger for its alignment.
    Int(Option<Number>, IntKind),
    Float(bool),
    Str(Name),
    Bool(bool),
    Char,
    Bytes(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub(crate) struct Number([u8; 8]);

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.to_ne_bytes())
    }
}

impl From<Number> for u64 {
    fn from(Number(bytes): Number) -> Self {
        Self::from_ne_bytes(bytes)
    }
}

/// The suffix of an integer literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IntKind {
    None,
    Bytes(u8),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Block {
    pub(crate) label: Option<Name>,
    pub(crate) statements: Box<[Statement]>,
    pub(crate) tail: Option<ExprId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Statement {
    Let {
        pat: PatId,
        ty: Option<TypeId>,
        init: Option<ExprId>,
        otherwise: Option<ExprId>,
        span: Span,
    },
    Expr {
        expr: ExprId,
    },
    Item(ItemId),
    /// Below `#[cfg(…)]`.
    Conditional(Box<(Cfg, Statement)>),
}

impl Statement {
    /// What stands below `#[cfg(…)]`.
    pub(crate) fn bare(&self) -> &Self {
        match self {
            Self::Conditional(conditional) => conditional.1.bare(),
            statement => statement,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AsyncBlock {
    pub(crate) moves: bool,
    pub(crate) body: ExprId,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Closure {
    pub(crate) params: Box<[(PatId, Option<TypeId>)]>,
    pub(crate) output: Option<TypeId>,
    pub(crate) body: ExprId,
    pub(crate) moves: bool,
    pub(crate) is_async: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MethodCall {
    pub(crate) receiver: ExprId,
    pub(crate) name: Name,
    pub(crate) name_span: Span,
    pub(crate) turbofish: Box<[TypeId]>,
    pub(crate) args: Box<[ExprId]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ForLoop {
    pub(crate) label: Option<Name>,
    pub(crate) pat: PatId,
    pub(crate) iter: ExprId,
    pub(crate) body: ExprId,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StructLiteral {
    pub(crate) path: PathId,
    pub(crate) fields: Box<[(Name, ExprId)]>,
    pub(crate) rest: Option<ExprId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MacroCall {
    pub(crate) path: PathId,
    pub(crate) kind: MacroKind,
    pub(crate) args: Box<[ExprId]>,
}

/// How the arguments of a macro were understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MacroKind {
    /// `format!`: the arguments are read, a `String` comes out.
    Format,
    /// `print!` and its kind: the arguments are read.
    Print,
    /// `write!`: the first argument is written to.
    Write,
    /// `panic!`, `todo!`, `unreachable!`: nothing comes after.
    Panic,
    /// `assert!` and its kind: the first arguments are read, the message is cold.
    Assert,
    /// `debug_assert!` and its kind.
    DebugAssert,
    /// Log and trace macros: off unless asked for.
    Log,
    /// `vec![a, b]`.
    VecList,
    /// `vec![a; n]`.
    VecRepeat,
    /// `matches!(value, …)`.
    Matches,
    /// `join!`: each argument is a future that is awaited.
    Join,
    /// `frame_format!(alloc, "…")`.
    FrameFormat,
    /// `frame_vec![in alloc; …]`: the allocator, then the elements, or one and how many.
    FrameVec,
    /// `pin!(value)` and others that read their arguments and give the first one back.
    Transparent,
    /// Read as well as it could be.
    Unknown,
}

/// An item, wherever it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: Name,
    pub(crate) name_span: Span,
    pub(crate) span: Span,
    pub(crate) attrs: Sparse<Attrs>,
    pub(crate) parent: Option<ItemId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ItemKind {
    /// `paths` is what `#[path]` says, and when it does; `inline` is false for `mod x;`.
    Module {
        inline: bool,
        paths: Box<[(Cfg, Name)]>,
    },
    /// `include!(…)` where items may stand.
    Include(Included),
    Use(Box<[UseEntry]>),
    Fn(Box<Function>),
    Struct {
        generics: Sparse<Generics>,
        fields: Box<[(Name, TypeId)]>,
        /// No field can be named outside of the module.
        hidden: bool,
    },
    Enum {
        generics: Sparse<Generics>,
        variants: Box<[Variant]>,
    },
    Impl(Box<Impl>),
    Trait {
        generics: Sparse<Generics>,
        supers: Box<[PathId]>,
    },
    Static {
        ty: TypeId,
        init: Option<ExprId>,
        constant: bool,
        mutable: bool,
        thread_local: bool,
    },
    Alias {
        generics: Sparse<Generics>,
        ty: Option<TypeId>,
    },
    ExternCrate {
        alias: Name,
    },
}

/// Which file `include!` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Included {
    /// From the directory of the file.
    Here(Name),
    /// Below the directory that the build script writes to.
    OutDir(Name),
    /// From the directory of the manifest.
    Package(Name),
    /// As a variable of the environment says that the build script sets.
    Variable(Name),
    /// What stands in the brackets says no path.
    Unknown,
}

/// The name of a variant, and the names and types of its fields.
pub(crate) type Variant = (Name, Box<[(Name, TypeId)]>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UseEntry {
    pub(crate) start: PathStart,
    pub(crate) segments: Box<[Name]>,
    pub(crate) target: UseTarget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UseTarget {
    Named(Name),
    Hidden,
    Glob,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Impl {
    pub(crate) generics: Sparse<Generics>,
    pub(crate) self_type: TypeId,
    pub(crate) of_trait: Option<PathId>,
    /// `type Target = T;`.
    pub(crate) types: Box<[(Name, TypeId)]>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Generics {
    pub(crate) types: Vec<(Name, Vec<PathId>)>,
    pub(crate) lifetimes: Vec<Name>,
}

impl Nothing for Generics {
    const NOTHING: &'static Self = &Self { types: Vec::new(), lifetimes: Vec::new() };
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(crate) is_async: bool,
    /// Declared in an `extern` block: its body is elsewhere, and perhaps not in Rust.
    pub(crate) is_foreign: bool,
    pub(crate) receiver: Option<Receiver>,
    /// Without the receiver.
    pub(crate) params: Box<[(PatId, TypeId)]>,
    pub(crate) output: Option<TypeId>,
    pub(crate) generics: Sparse<Generics>,
    pub(crate) body: Option<ExprId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Receiver {
    Value,
    Shared,
    Exclusive,
    Typed(TypeId),
}

/// The attributes that matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attrs {
    pub(crate) cfg: Vec<Cfg>,
    pub(crate) cold: bool,
    pub(crate) test: bool,
    pub(crate) derives: Vec<PathId>,
    /// Attributes that are not built in.
    pub(crate) custom: Vec<Attr>,
    /// What fields declare of the functions in them, by the name of the field.
    pub(crate) of_fields: Vec<(Name, Attr)>,
    /// What stands here was given to a macro that is not known: what it makes of it is not either.
    pub(crate) in_macro: bool,
}

impl Nothing for Attrs {
    const NOTHING: &'static Self = &Self {
        cfg: Vec::new(),
        cold: false,
        test: false,
        derives: Vec::new(),
        custom: Vec::new(),
        of_fields: Vec::new(),
        in_macro: false,
    };
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attr {
    pub(crate) path: PathId,
    /// The text between the brackets of the arguments, and where it starts.
    pub(crate) args: Option<(Box<str>, u32)>,
    pub(crate) span: Span,
    /// What `cfg_attr` says about when it is there.
    pub(crate) when: Option<Box<Cfg>>,
}

/// A call of a macro of the workspace: the code that it becomes stands at its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Expansion {
    pub(crate) span: Span,
    pub(crate) name: Box<str>,
    /// Why it could not be expanded; then its arguments were read as they stand.
    pub(crate) failed: Option<Box<str>>,
}

//! Where an annotated function has its allocator.

use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Expr, FnArg, Ident, Member, Pat, PatIdent, Signature, Type, parse_quote};

use crate::grammar::ungrouped;
use crate::problem::Problem;
use crate::suggest::meant;

/// Types that a user may have named otherwise than `alloc`; only for the help of an error.
const ALLOCATOR_TYPES: [&str; 4] = ["SmartAlloc", "Frame", "FrameAlloc", "AllocResource"];

/// The value of `alloc = …`: a parameter, a field of one (`self.alloc`, `context.memory.alloc`), or what a method of either returns
/// (`world.frame_alloc()`, `context.alloc.whole()`).
#[derive(Clone, Debug)]
pub struct AllocatorPath {
    /// The whole expression.
    pub expression: Expr,
    /// The parameter it starts from, which may be `self`.
    pub root: Ident,
    /// The name under which the body knows the allocator: the last field, the parameter itself, or `alloc` if neither is an allocator.
    pub binding: Ident,
}

/// What `alloc = …` may be.
const EXPECTED: &str =
    "expected a parameter, a field such as `self.alloc`, or a method without arguments such as `world.frame_alloc()`";

impl AllocatorPath {
    /// Whether this is a parameter itself and not a field of one, or what a method returns.
    #[must_use]
    pub fn is_parameter(&self) -> bool {
        matches!(ungrouped(&self.expression), Expr::Path(_))
    }

    pub(crate) fn read(value: &Expr) -> Result<Self, Problem> {
        let refused = || Problem::new(value.span(), EXPECTED);
        let (root, last) = root_and_last(ungrouped(value)).ok_or_else(refused)?;
        let binding = match last {
            // A tuple field has no name to bind, and that of a method says what it does.
            Last::Field(Member::Unnamed(index)) => Ident::new("alloc", index.span),
            Last::Method(name) => Ident::new("alloc", name.span()),
            Last::Field(Member::Named(name)) => name,
            Last::Parameter if root == "self" => return Err(refused()),
            Last::Parameter => root.clone(),
        };
        Ok(Self { expression: ungrouped(value).clone(), root, binding })
    }
}

/// What a path to an allocator ends in.
enum Last {
    Parameter,
    Field(Member),
    Method(Ident),
}

fn root_and_last(value: &Expr) -> Option<(Ident, Last)> {
    match value {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident().map(|root| (root.clone(), Last::Parameter)),
        Expr::Field(field) => {
            root_and_last(ungrouped(&field.base)).map(|(root, _)| (root, Last::Field(field.member.clone())))
        }
        Expr::MethodCall(call) if call.args.is_empty() => {
            root_and_last(ungrouped(&call.receiver)).map(|(root, _)| (root, Last::Method(call.method.clone())))
        }
        _ => None,
    }
}

/// How a function holds its allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `alloc: &SmartAlloc`, or anything that derefs to it: a system opens a scope.
    Shared,
    /// `alloc: &mut SmartAlloc`: a system is the whole frame.
    Exclusive,
}

/// The allocator of an annotated function.
#[derive(Clone, Debug)]
pub struct AllocatorSource {
    /// The expression that names it.
    pub expression: Expr,
    /// The name under which the body knows it; its span is the user's.
    pub binding: Ident,
    /// Shared or exclusive.
    pub access: Access,
}

impl AllocatorSource {
    /// Whether the expression makes what it gives, so that a borrow of it needs a place for it first.
    #[must_use]
    pub fn is_made(&self) -> bool {
        matches!(self.expression, Expr::MethodCall(_))
    }

    /// Whether it is a field, of a parameter or of what a method returns.
    #[must_use]
    pub fn is_field(&self) -> bool {
        matches!(self.expression, Expr::Field(_))
    }
}

/// Finds the allocator among the parameters: the one that `given` names, else the one called `alloc`.
///
/// # Errors
/// A [`Problem`] at the function's name (no allocator) or at the option (no such parameter). `attribute` is the name of the
/// attribute for its text.
pub fn find_allocator(
    attribute: &str,
    signature: &Signature,
    given: Option<&AllocatorPath>,
) -> Result<AllocatorSource, Problem> {
    let bindings = Bindings::of(signature);
    let Some(given) = given else {
        return match bindings.find("alloc") {
            Some(found) => found.clone().into_source(),
            None => Err(missing(attribute, signature)),
        };
    };
    if given.root == "self" {
        if signature.receiver().is_none() {
            return Err(Problem::new(given.root.span(), "this function has no `self`"));
        }
    } else if let Some(found) = bindings.find(&given.root.to_string()) {
        if given.is_parameter() {
            // The binding keeps the span of the parameter, so that errors in the body point there.
            return found.clone().into_source();
        }
    } else {
        let message = format!("`{}` is not a parameter of this function", given.root);
        let names: Vec<String> = bindings.0.iter().map(|known| known.name.to_string()).collect();
        let problem = Problem::new(given.root.span(), message);
        return Err(match meant(&given.root.to_string(), names.iter().map(String::as_str)) {
            Some(meant) => problem.with_help(format!("did you mean `{meant}`?")),
            None => problem,
        });
    }
    Ok(AllocatorSource { expression: given.expression.clone(), binding: given.binding.clone(), access: Access::Shared })
}

fn missing(attribute: &str, signature: &Signature) -> Problem {
    let message = format!("`#[{attribute}]` found no parameter named `alloc`");
    let problem = Problem::new(signature.ident.span(), message);
    let likely = signature.inputs.iter().find_map(|input| match input {
        FnArg::Typed(parameter) => match &*parameter.pat {
            Pat::Ident(name) if mentions(&parameter.ty, &ALLOCATOR_TYPES) => Some(name.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let example = if attribute == "alloc_tag" { "\"physics\", " } else { "" };
    problem.with_help(match likely {
        Some(name) => format!("say that `{name}` is the allocator: `#[{attribute}({example}alloc = {name})]`"),
        None => {
            format!("add `alloc: &SmartAlloc`, or say where it is: `#[{attribute}({example}alloc = self.alloc)]`")
        }
    })
}

fn mentions(ty: &Type, names: &[&str]) -> bool {
    struct Finder<'n>(&'n [&'n str], bool);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.1 |= self.0.iter().any(|known| segment.ident == known);
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut finder = Finder(names, false);
    finder.visit_type(ty);
    finder.1
}

/// One name that the parameters bind.
#[derive(Clone)]
struct Binding {
    name: Ident,
    access: Access,
    absence: Absence,
}

/// Whether there may be no allocator behind a name.
#[derive(Clone, Copy)]
enum Absence {
    Impossible,
    Possible,
    /// The same, of a parameter of Bevy's.
    PossibleInBevy,
}

impl Binding {
    fn into_source(self) -> Result<AllocatorSource, Problem> {
        let name = &self.name;
        let skip = "take `If<Res<AllocResource>>`, and a system without its allocator is skipped";
        let open = format!("`let Some({name}) = {name} else {{ return }};`, then call an annotated function with it");
        let help = match self.absence {
            Absence::Impossible => {
                let expression = parse_quote!(#name);
                return Ok(AllocatorSource { expression, binding: self.name, access: self.access });
            }
            Absence::Possible => open,
            Absence::PossibleInBevy => format!("{skip}; or {open}"),
        };
        Err(Problem::new(name.span(), format!("`{name}` is an `Option`: there may be no allocator")).with_help(help))
    }
}

fn absence(ty: &Type) -> Absence {
    let Type::Path(path) = ty else { return Absence::Impossible };
    match path.path.segments.last() {
        Some(last) if last.ident == "Option" && mentions(ty, &["AllocResource", "FrameAlloc"]) => {
            Absence::PossibleInBevy
        }
        Some(last) if last.ident == "Option" => Absence::Possible,
        _ => Absence::Impossible,
    }
}

struct Bindings(Vec<Binding>);

impl Bindings {
    fn of(signature: &Signature) -> Self {
        let mut bindings = Self(Vec::new());
        for input in &signature.inputs {
            let FnArg::Typed(parameter) = input else { continue };
            match &*parameter.pat {
                Pat::Ident(PatIdent { ident, subpat: None, .. }) => {
                    let access = if is_exclusive(&parameter.ty) { Access::Exclusive } else { Access::Shared };
                    bindings.0.push(Binding { name: ident.clone(), access, absence: absence(&parameter.ty) });
                }
                // A field of a destructured parameter is as good a name as any.
                pattern => bindings.visit_pat(pattern),
            }
        }
        bindings
    }

    fn find(&self, name: &str) -> Option<&Binding> {
        self.0.iter().find(|known| known.name == name)
    }
}

impl<'ast> Visit<'ast> for Bindings {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let (name, access) = (pattern.ident.clone(), Access::Shared);
        self.0.push(Binding { name, access, absence: Absence::Impossible });
        syn::visit::visit_pat_ident(self, pattern);
    }
}

fn is_exclusive(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some(),
        Type::Group(group) => is_exclusive(&group.elem),
        Type::Paren(paren) => is_exclusive(&paren.elem),
        _ => false,
    }
}

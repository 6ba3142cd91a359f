//! Expressions and statements.

use super::super::ir::{
    AsyncBlock, BinaryOp, Block, Cfg, Closure, ExprId, ExprKind, ForLoop, IntKind, Literal, MethodCall, Name, Span,
    Statement, StructLiteral, UnaryOp,
};
use super::super::offset;
use super::Lowerer;

impl Lowerer<'_> {
    pub(super) fn expr(&mut self, expr: &syn::Expr) -> ExprId {
        match expr {
            syn::Expr::Block(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.name.ident).0);
                return self.block_expr(&node.block, label);
            }
            syn::Expr::Unsafe(node) => return self.block_expr(&node.block, None),
            syn::Expr::Const(node) => return self.block_expr(&node.block, None),
            syn::Expr::TryBlock(node) => return self.block_expr(&node.block, None),
            syn::Expr::Group(node) => return self.expr(&node.expr),
            syn::Expr::Paren(node) => return self.expr(&node.expr),
            syn::Expr::Macro(node) => return self.macro_call(&node.mac),
            syn::Expr::Yield(node) => {
                return match &node.expr {
                    Some(value) => self.expr(value),
                    None => self.missing(),
                };
            }
            _ => {}
        }
        let lowered = self.value_expr(expr).or_else(|| self.operator_expr(expr)).or_else(|| self.control_expr(expr));
        match lowered {
            Some((span, kind)) => self.push_expr(span, kind),
            None => self.missing(),
        }
    }

    /// Operators and places.
    fn operator_expr(&mut self, expr: &syn::Expr) -> Option<(Span, ExprKind)> {
        Some(match expr {
            syn::Expr::Assign(node) => {
                let left = self.expr(&node.left);
                let right = self.expr(&node.right);
                (self.across(left, right), ExprKind::Assign { left, right })
            }
            syn::Expr::Binary(node) => self.binary(node),
            syn::Expr::Cast(node) => {
                let inner = self.expr(&node.expr);
                let ty = self.ty(&node.ty);
                (self.until(self.span_of(inner), node.as_token.span), ExprKind::Cast { inner, ty })
            }
            syn::Expr::Field(node) => {
                let base = self.expr(&node.base);
                let (name, hi) = match &node.member {
                    syn::Member::Named(ident) => {
                        let (name, span) = self.ident(ident);
                        (name, span.hi)
                    }
                    syn::Member::Unnamed(index) => (self.digits(index.index), self.lines.end(index.span)),
                };
                let span = Span { lo: self.span_of(base).lo, hi };
                (span, ExprKind::Field { base, name })
            }
            syn::Expr::Index(node) => {
                let base = self.expr(&node.expr);
                let index = self.expr(&node.index);
                (self.until(self.span_of(base), node.bracket_token.span.close()), ExprKind::Index { base, index })
            }
            syn::Expr::RawAddr(node) => {
                let inner = self.expr(&node.expr);
                let span = self.span(node.and_token.span).to(self.span_of(inner));
                (
                    span,
                    ExprKind::Ref {
                        mutable: matches!(node.mutability, syn::PointerMutability::Mut(_)),
                        raw: true,
                        inner,
                    },
                )
            }
            syn::Expr::Reference(node) => {
                let inner = self.expr(&node.expr);
                let span = self.span(node.and_token.span).to(self.span_of(inner));
                (span, ExprKind::Ref { mutable: node.mutability.is_some(), raw: false, inner })
            }
            syn::Expr::Range(node) => self.range(node),
            syn::Expr::Try(node) => {
                let inner = self.expr(&node.expr);
                (self.until(self.span_of(inner), node.question_token.span), ExprKind::Try(inner))
            }
            syn::Expr::Unary(node) => {
                let inner = self.expr(&node.expr);
                let (token, kind) = match &node.op {
                    syn::UnOp::Deref(star) => (star.span, ExprKind::Deref(inner)),
                    syn::UnOp::Not(not) => (not.span, ExprKind::Unary { op: UnaryOp::Not, inner }),
                    syn::UnOp::Neg(minus) => (minus.span, ExprKind::Unary { op: UnaryOp::Neg, inner }),
                    _ => return Some((self.span_of(inner), ExprKind::Unary { op: UnaryOp::Not, inner })),
                };
                (Span { lo: self.lines.start(token), hi: self.span_of(inner).hi }, kind)
            }
            syn::Expr::Await(node) => {
                let base = self.expr(&node.base);
                (self.until(self.span_of(base), node.await_token.span), ExprKind::Await(base))
            }
            _ => return None,
        })
    }

    /// What decides which code runs, and how often.
    fn control_expr(&mut self, expr: &syn::Expr) -> Option<(Span, ExprKind)> {
        Some(match expr {
            syn::Expr::Async(node) => {
                let body = self.block_expr(&node.block, None);
                let span = self.span(node.async_token.span).to(self.span_of(body));
                (span, ExprKind::Async(Box::new(AsyncBlock { moves: node.capture.is_some(), body })))
            }
            syn::Expr::Break(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.ident).0);
                let value = node.expr.as_ref().map(|value| self.expr(value));
                (self.span(node.break_token.span), ExprKind::Break { label, value })
            }
            syn::Expr::Continue(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.ident).0);
                (self.span(node.continue_token.span), ExprKind::Continue { label })
            }
            syn::Expr::Return(node) => {
                let value = node.expr.as_ref().map(|value| self.expr(value));
                (self.span(node.return_token.span), ExprKind::Return(value))
            }
            syn::Expr::Closure(node) => self.closure(node),
            syn::Expr::ForLoop(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.name.ident).0);
                let span = self.span(node.for_token.span);
                let iter = self.expr(&node.expr);
                let pat = self.pat(&node.pat);
                let body = self.block_expr(&node.body, None);
                let header = span.to(self.span_of(iter));
                (header, ExprKind::For(Box::new(ForLoop { label, pat, iter, body })))
            }
            syn::Expr::If(node) => {
                let span = self.span(node.if_token.span);
                let cond = self.expr(&node.cond);
                let then = self.block_expr(&node.then_branch, None);
                let otherwise = node.else_branch.as_ref().map(|(_, branch)| self.expr(branch));
                let end = self.span_of(otherwise.unwrap_or(then));
                (span.to(end), ExprKind::If { cond, then, otherwise })
            }
            syn::Expr::Let(node) => {
                let value = self.expr(&node.expr);
                let pat = self.pat(&node.pat);
                let span = self.span(node.let_token.span).to(self.span_of(value));
                (span, ExprKind::Let { pat, value })
            }
            syn::Expr::Loop(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.name.ident).0);
                let body = self.block_expr(&node.body, None);
                (self.span(node.loop_token.span), ExprKind::Loop { label, body })
            }
            syn::Expr::While(node) => {
                let label = node.label.as_ref().map(|label| self.ident(&label.name.ident).0);
                let cond = self.expr(&node.cond);
                let body = self.block_expr(&node.body, None);
                let span = self.span(node.while_token.span).to(self.span_of(cond));
                (span, ExprKind::While { label, cond, body })
            }
            syn::Expr::Match(node) => {
                let span = self.span(node.match_token.span);
                let value = self.expr(&node.expr);
                let arms = node
                    .arms
                    .iter()
                    .map(|arm| {
                        let pat = self.pat(&arm.pat);
                        (pat, self.conditional_expr(&arm.attrs, &arm.body))
                    })
                    .collect();
                (span.to(self.span_of(value)), ExprKind::Match { value, arms })
            }
            _ => return None,
        })
    }

    /// Literals, names, calls, and what is made of parts.
    fn value_expr(&mut self, expr: &syn::Expr) -> Option<(Span, ExprKind)> {
        Some(match expr {
            syn::Expr::Array(node) => {
                let elems = self.exprs(node.elems.iter());
                (self.span(node.bracket_token.span.join()), ExprKind::Array(elems))
            }
            syn::Expr::Call(node) => {
                let callee = self.expr(&node.func);
                let args = self.exprs(node.args.iter());
                (self.until(self.span_of(callee), node.paren_token.span.close()), ExprKind::Call { callee, args })
            }
            syn::Expr::Lit(node) => {
                let span = self.span(node.lit.span());
                (span, ExprKind::Literal(self.literal(&node.lit)))
            }
            syn::Expr::MethodCall(node) => {
                let receiver = self.expr(&node.receiver);
                let (name, name_span) = self.ident(&node.method);
                let turbofish = node.turbofish.as_ref().map(|angle| self.arguments(angle).types).unwrap_or_default();
                let args = self.exprs(node.args.iter());
                let span = self.until(self.span_of(receiver), node.paren_token.span.close());
                (span, ExprKind::Method(Box::new(MethodCall { receiver, name, name_span, turbofish, args })))
            }
            syn::Expr::Path(node) => {
                if let (None, Some(ident)) = (&node.qself, node.path.get_ident()) {
                    let (name, span) = self.ident(ident);
                    (span, ExprKind::Name(name))
                } else {
                    let qself = node.qself.as_ref().map(|qself| self.ty(&qself.ty));
                    let path = self.path_with(&node.path, qself);
                    (self.span_of_path(path), ExprKind::Path(path))
                }
            }
            syn::Expr::Repeat(node) => {
                let value = self.expr(&node.expr);
                let len = self.expr(&node.len);
                (self.span(node.bracket_token.span.join()), ExprKind::Repeat { value, len })
            }
            syn::Expr::Struct(node) => {
                let path = self.path(&node.path);
                let fields = node
                    .fields
                    .iter()
                    .map(|field| {
                        let name = self.member(&field.member);
                        (name, self.conditional_expr(&field.attrs, &field.expr))
                    })
                    .collect();
                let rest = node.rest.as_ref().map(|rest| self.expr(rest));
                let close = self.span(node.brace_token.span.close());
                let span = self.span_of_path(path).to(close);
                (span, ExprKind::Struct(Box::new(StructLiteral { path, fields, rest })))
            }
            syn::Expr::Tuple(node) => {
                let elems = self.exprs(node.elems.iter());
                (self.span(node.paren_token.span.join()), ExprKind::Tuple(elems))
            }
            _ => return None,
        })
    }

    pub(super) fn exprs<'e>(&mut self, exprs: impl Iterator<Item = &'e syn::Expr>) -> Box<[ExprId]> {
        exprs.map(|expr| self.expr(expr)).collect()
    }

    fn across(&self, left: ExprId, right: ExprId) -> Span {
        self.span_of(left).to(self.span_of(right))
    }

    fn range(&mut self, node: &syn::ExprRange) -> (Span, ExprKind) {
        let start = node.start.as_ref().map(|start| self.expr(start));
        let end = node.end.as_ref().map(|end| self.expr(end));
        let (tokens, inclusive) = match &node.limits {
            syn::RangeLimits::HalfOpen(dots) => (dots.spans[0], false),
            syn::RangeLimits::Closed(dots) => (dots.spans[0], true),
        };
        let mut span = self.span(tokens);
        if let Some(start) = start {
            span.lo = self.span_of(start).lo;
        }
        if let Some(end) = end {
            span.hi = self.span_of(end).hi;
        }
        (span, ExprKind::Range { start, end, inclusive })
    }

    fn binary(&mut self, node: &syn::ExprBinary) -> (Span, ExprKind) {
        use syn::BinOp;
        let left = self.expr(&node.left);
        let right = self.expr(&node.right);
        let op = match &node.op {
            BinOp::And(_) => BinaryOp::AndThen,
            BinOp::Or(_) => BinaryOp::OrElse,
            BinOp::Eq(_) => BinaryOp::Equal,
            BinOp::Ne(_) => BinaryOp::Unequal,
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Ge(_) | BinOp::Gt(_) => BinaryOp::Order,
            BinOp::Add(_) | BinOp::AddAssign(_) => BinaryOp::Add,
            BinOp::Sub(_) | BinOp::SubAssign(_) => BinaryOp::Sub,
            BinOp::Mul(_) | BinOp::MulAssign(_) => BinaryOp::Mul,
            BinOp::Div(_) | BinOp::DivAssign(_) => BinaryOp::Div,
            BinOp::Rem(_) | BinOp::RemAssign(_) => BinaryOp::Rem,
            BinOp::BitXor(_) | BinOp::BitXorAssign(_) => BinaryOp::Xor,
            BinOp::BitAnd(_) | BinOp::BitAndAssign(_) => BinaryOp::And,
            BinOp::BitOr(_) | BinOp::BitOrAssign(_) => BinaryOp::Or,
            BinOp::Shl(_) | BinOp::ShlAssign(_) => BinaryOp::Shl,
            _ => BinaryOp::Shr,
        };
        let assigns = matches!(
            node.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::MulAssign(_)
                | BinOp::DivAssign(_)
                | BinOp::RemAssign(_)
                | BinOp::BitXorAssign(_)
                | BinOp::BitAndAssign(_)
                | BinOp::BitOrAssign(_)
                | BinOp::ShlAssign(_)
                | BinOp::ShrAssign(_)
        );
        if assigns {
            return (self.across(left, right), ExprKind::AssignOp { op, left, right });
        }
        (self.across(left, right), ExprKind::Binary { op, left, right })
    }

    fn closure(&mut self, node: &syn::ExprClosure) -> (Span, ExprKind) {
        let params = node
            .inputs
            .iter()
            .map(|input| match input {
                syn::Pat::Type(typed) => {
                    let pat = self.pat(&typed.pat);
                    (pat, Some(self.ty(&typed.ty)))
                }
                other => (self.pat(other), None),
            })
            .collect();
        let output = self.output(&node.output);
        let body = self.expr(&node.body);
        let span = self.span(node.inputs_begin.span).to(self.span_of(body));
        let closure =
            Closure { params, output, body, moves: node.capture.is_some(), is_async: node.asyncness.is_some() };
        (span, ExprKind::Closure(Box::new(closure)))
    }

    fn literal(&mut self, lit: &syn::Lit) -> Literal {
        match lit {
            syn::Lit::Str(text) => Literal::Str(self.text(&text.value())),
            syn::Lit::ByteStr(bytes) => Literal::Bytes(offset(bytes.value().len())),
            syn::Lit::CStr(text) => Literal::Bytes(offset(text.value().as_bytes().len())),
            syn::Lit::Byte(_) => Literal::Int(None, IntKind::Bytes(1)),
            syn::Lit::Int(int) => {
                let kind = match int.suffix() {
                    "u8" | "i8" => IntKind::Bytes(1),
                    "u16" | "i16" => IntKind::Bytes(2),
                    "u32" | "i32" => IntKind::Bytes(4),
                    "u64" | "i64" | "usize" | "isize" => IntKind::Bytes(8),
                    "u128" | "i128" => IntKind::Bytes(16),
                    _ => IntKind::None,
                };
                Literal::Int(int.base10_parse().ok().map(u64::into), kind)
            }
            syn::Lit::Float(float) => Literal::Float(float.suffix() == "f32"),
            syn::Lit::Bool(node) => Literal::Bool(node.value),
            _ => Literal::Char,
        }
    }

    /// The fields of a literal or a pattern of a struct.
    pub(super) fn named<'e, T: 'e, I>(
        &mut self,
        fields: impl Iterator<Item = (&'e syn::Member, &'e T)>,
        lower: impl Fn(&mut Self, &'e T) -> I,
    ) -> Box<[(Name, I)]> {
        fields.map(|(member, part)| (self.member(member), lower(self, part))).collect()
    }

    fn member(&mut self, member: &syn::Member) -> Name {
        match member {
            syn::Member::Named(ident) => self.ident(ident).0,
            syn::Member::Unnamed(index) => self.digits(index.index),
        }
    }

    pub(super) fn digits(&mut self, number: u32) -> Name {
        const DIGITS: [&str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
        match DIGITS.get(number as usize) {
            Some(digits) => self.intern(digits),
            None => self.text(&number.to_string()),
        }
    }

    pub(super) fn block_expr(&mut self, block: &syn::Block, label: Option<Name>) -> ExprId {
        let lowered = self.statements(&block.stmts, label);
        let span = Span {
            lo: self.lines.start(block.brace_token.span.open()),
            hi: self.lines.end(block.brace_token.span.close()),
        };
        self.push_expr(span, ExprKind::Block(Box::new(lowered)))
    }

    pub(super) fn statements(&mut self, stmts: &[syn::Stmt], label: Option<Name>) -> Block {
        let mut statements = Vec::with_capacity(stmts.len());
        let mut tail = None;
        // Blocks below `#[cfg(…)]` at the end: the value is that of the one that is built.
        let ends = |stmt: &&syn::Stmt| value_of(stmt).is_some_and(|(attrs, _)| Self::condition(attrs).is_some());
        let choice = stmts.len() - stmts.iter().rev().take_while(ends).count();
        for (at, stmt) in stmts.iter().enumerate() {
            if at >= choice {
                let options = stmts[at..].iter().filter_map(value_of);
                let options: Vec<_> = options
                    .map(|(attrs, expr)| {
                        (Self::condition(attrs).unwrap_or(Cfg::Always(true)), self.value_expr_of(expr))
                    })
                    .collect();
                let span = options.first().map_or_else(Span::default, |(_, expr)| self.span_of(*expr));
                tail = Some(self.push_expr(span, ExprKind::Choice(options.into())));
                break;
            }
            let last = at + 1 == stmts.len();
            let (attrs, statement) = match stmt {
                syn::Stmt::Local(local) => (&local.attrs[..], self.local(local)),
                syn::Stmt::Item(item) => {
                    statements.extend(self.item(item).map(Statement::Item));
                    continue;
                }
                syn::Stmt::Expr(expr, semi) => {
                    let attrs = expr_attrs(expr);
                    let expr = self.expr(expr);
                    if last && semi.is_none() {
                        tail = Some(expr);
                        continue;
                    }
                    (attrs, Statement::Expr { expr })
                }
                syn::Stmt::Macro(node) => {
                    if let Some(expanded) = self.expanded_statements(&node.mac) {
                        let condition = Self::condition(&node.attrs);
                        let under = |statement| under(condition.as_ref(), statement);
                        statements.extend(expanded.statements.into_iter().map(under));
                        if last && node.semi_token.is_none() {
                            tail = expanded.tail;
                        } else {
                            statements.extend(expanded.tail.map(|expr| under(Statement::Expr { expr })));
                        }
                        continue;
                    }
                    let expr = self.foreign_call(&node.mac);
                    if last && node.semi_token.is_none() {
                        tail = Some(expr);
                        continue;
                    }
                    (&node.attrs[..], Statement::Expr { expr })
                }
            };
            statements.push(match Self::condition(attrs) {
                Some(condition) => Statement::Conditional(Box::new((condition, statement))),
                None => statement,
            });
        }
        Block { label, statements: statements.into(), tail }
    }

    fn local(&mut self, local: &syn::Local) -> Statement {
        let init = local.init.as_ref().map(|init| self.expr(&init.expr));
        let otherwise = local.init.as_ref().and_then(|init| init.diverge.as_ref()).map(|(_, expr)| self.expr(expr));
        let (pat, ty) = match &local.pat {
            syn::Pat::Type(typed) => {
                let pat = self.pat(&typed.pat);
                (pat, Some(self.ty(&typed.ty)))
            }
            other => (self.pat(other), None),
        };
        Statement::Let { pat, ty, init, otherwise, span: self.span(local.let_token.span) }
    }

    /// An expression that is only there under the condition of these attributes, if they have one.
    fn conditional_expr(&mut self, attrs: &[syn::Attribute], expr: &syn::Expr) -> ExprId {
        let lowered = self.expr(expr);
        match Self::condition(attrs) {
            Some(condition) => {
                let span = self.span_of(lowered);
                self.push_expr(span, ExprKind::Choice(Box::new([(condition, lowered)])))
            }
            None => lowered,
        }
    }

    fn value_expr_of(&mut self, value: ValueOf<'_>) -> ExprId {
        match value {
            ValueOf::Expr(expr) => self.expr(expr),
            ValueOf::Macro(mac) => self.macro_call(mac),
        }
    }
}

/// A statement with the condition of the call of a macro from which it comes.
fn under(condition: Option<&Cfg>, statement: Statement) -> Statement {
    match condition {
        Some(condition) => Statement::Conditional(Box::new((condition.clone(), statement))),
        None => statement,
    }
}

/// What a statement without a semicolon gives.
#[derive(Clone, Copy)]
enum ValueOf<'s> {
    Expr(&'s syn::Expr),
    Macro(&'s syn::Macro),
}

fn value_of(stmt: &syn::Stmt) -> Option<(&[syn::Attribute], ValueOf<'_>)> {
    match stmt {
        syn::Stmt::Expr(expr, None) => Some((expr_attrs(expr), ValueOf::Expr(expr))),
        syn::Stmt::Macro(node) if node.semi_token.is_none() => Some((&node.attrs, ValueOf::Macro(&node.mac))),
        _ => None,
    }
}

/// The attributes before an expression that is a statement.
fn expr_attrs(expr: &syn::Expr) -> &[syn::Attribute] {
    match expr {
        syn::Expr::Assign(node) => expr_attrs_or(&node.attrs, &node.left),
        syn::Expr::Await(node) => expr_attrs_or(&node.attrs, &node.base),
        syn::Expr::Binary(node) => expr_attrs_or(&node.attrs, &node.left),
        syn::Expr::Block(node) => &node.attrs,
        syn::Expr::Break(node) => &node.attrs,
        syn::Expr::Call(node) => expr_attrs_or(&node.attrs, &node.func),
        syn::Expr::Continue(node) => &node.attrs,
        syn::Expr::ForLoop(node) => &node.attrs,
        syn::Expr::If(node) => &node.attrs,
        syn::Expr::Loop(node) => &node.attrs,
        syn::Expr::Macro(node) => &node.attrs,
        syn::Expr::Match(node) => &node.attrs,
        syn::Expr::MethodCall(node) => expr_attrs_or(&node.attrs, &node.receiver),
        syn::Expr::Path(node) => &node.attrs,
        syn::Expr::Return(node) => &node.attrs,
        syn::Expr::Try(node) => expr_attrs_or(&node.attrs, &node.expr),
        syn::Expr::Unsafe(node) => &node.attrs,
        syn::Expr::While(node) => &node.attrs,
        _ => &[],
    }
}

/// The parser may give the attributes of a statement to what it begins with.
fn expr_attrs_or<'e>(attrs: &'e [syn::Attribute], first: &'e syn::Expr) -> &'e [syn::Attribute] {
    if attrs.is_empty() { expr_attrs(first) } else { attrs }
}

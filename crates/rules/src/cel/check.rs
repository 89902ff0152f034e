//! Parses a predicate and checks every name, function, path and literal in it against the schemas.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use cel::Env;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use regex::RegexBuilder;
use wellproof_model::Value;

use super::program::{Arithmetic, Fold, Node, Order, Program, Root, TextTest};
use super::run::Record;
use super::value::View;
use super::{CelError, guard};
use crate::nearest::nearest;
use crate::reason::Reason;
use crate::schema::{Kind, Ty};

/// How deep comprehensions may nest.
const FOLDS: usize = 2;

/// The names that a predicate can use.
#[derive(Clone, Debug)]
pub(crate) struct Vars {
    /// Whose they are, in words: a resource type, `Region`, `Account`.
    pub(crate) of: String,
    pub(crate) attributes: Arc<BTreeMap<String, Ty>>,
}

const OWN: [&str; 6] = ["id", "arn", "account", "region", "tags", "type"];

impl Vars {
    pub(crate) fn root(&self, name: &str) -> Option<(Root, Ty)> {
        let own = match name {
            "id" => Some((Root::Id, Ty::of(Kind::Text))),
            "arn" => Some((Root::Arn, Ty { kind: Kind::Text, nullable: true })),
            "account" => Some((Root::Account, Ty::of(Kind::Text))),
            "region" => Some((Root::Region, Ty::of(Kind::Text))),
            "type" => Some((Root::Type, Ty::of(Kind::Text))),
            "tags" => Some((Root::Tags, Ty { kind: Kind::Map(Arc::new(Ty::of(Kind::Text))), nullable: true })),
            _ => None,
        };
        own.or_else(|| self.attributes.get(name).map(|ty| (Root::Attribute(name.into()), ty.clone())))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        OWN.into_iter().chain(self.attributes.keys().map(String::as_str))
    }
}

/// A path of names: `usage_metric`, `launch_template.id`. It goes through lists.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) rest: Vec<String>,
    /// What stands at its end.
    pub(crate) ty: Ty,
}

impl Path {
    /// What `take` makes of each value at the path's end, each once, sorted.
    pub(crate) fn each<T: Ord>(
        &self,
        record: Record<'_>,
        take: impl Fn(View<'_>) -> Option<T>,
    ) -> Result<Vec<T>, Vec<Reason>> {
        let mut taken: Vec<T> = if self.rest.is_empty() {
            // Read where it stands: this is the path of every join over many resources.
            let value = record.read(&self.root)?;
            match value.view() {
                View::List(list) if !list.iter().any(|item| matches!(item, Value::List(_))) => {
                    list.iter().filter_map(|item| take(View::of(item))).collect()
                }
                View::List(_) => self.values(record)?.iter().filter_map(|value| take(View::of(value))).collect(),
                other => take(other).into_iter().collect(),
            }
        } else {
            self.values(record)?.iter().filter_map(|value| take(View::of(value))).collect()
        };
        if taken.len() > 1 {
            taken.sort_unstable();
            taken.dedup();
        }
        Ok(taken)
    }

    /// The value at the path's start, or why it is not known.
    pub(crate) fn start(&self, record: Record<'_>) -> Result<Value, Vec<Reason>> {
        Ok(record.read(&self.root)?.into_value())
    }

    /// Every value at the path's end, or why it is not known. Null stands for itself.
    pub(crate) fn values(&self, record: Record<'_>) -> Result<Vec<Value>, Vec<Reason>> {
        let mut values = vec![self.start(record)?];
        for name in &self.rest {
            let mut members = Vec::with_capacity(values.len());
            for value in values.into_iter().flat_map(elements) {
                match value {
                    Value::Null => members.push(Value::Null),
                    Value::Map(map) => match map.get(name) {
                        Some(member) => members.push(member.clone()),
                        None => return Err(vec![Reason::missing(record.kind(), name)]),
                    },
                    _ => return Err(vec![Reason::missing(record.kind(), name)]),
                }
            }
            values = members;
        }
        Ok(values.into_iter().flat_map(elements).collect())
    }
}

fn elements(value: Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.iter().cloned().flat_map(elements).collect(),
        other => vec![other],
    }
}

pub(crate) fn compile_path(text: &str, vars: &Vars) -> Result<Path, CelError> {
    let whole = 0..text.len();
    let mut names = text.split('.');
    let first = names.next().unwrap_or_default();
    let Some((root, mut ty)) = vars.root(first) else {
        return Err(unknown_name(first, &vars.of, vars.names(), 0..first.len()));
    };
    let mut rest = Vec::new();
    for name in names {
        while let Kind::List(of) = &ty.kind {
            ty = (**of).clone();
        }
        ty = ty.member(name).map_err(|known| {
            if known.is_empty() {
                return CelError {
                    message: format!("`{text}` leads through {}", ty.words()),
                    at: whole.clone(),
                    help: None,
                };
            }
            unknown_name(name, &vars.of, known.iter().map(String::as_str), whole.clone())
        })?;
        rest.push(name.to_owned());
    }
    Ok(Path { root, rest, ty })
}

/// Compiles a predicate.
///
/// # Errors
/// When it is too long or too deep, does not parse, uses what is refused or unknown, or cannot come to `wanted`.
pub(crate) fn compile(source: &str, vars: &Vars, wanted: &Kind) -> Result<Program, CelError> {
    guard::check(source)?;
    // An environment without macros leaves `exists`, `all` and `has` as the calls that were written.
    let parsed = Env::default().with_optional_support(false).parser().parse_with_source_info(source);
    let (tree, info) = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => return Err(parse_error(source, &errors)),
    };
    let mut compiler = Compiler { vars, source, info: &info, locals: Vec::new() };
    let (root, ty) = compiler.node(&tree)?;
    let fits = match wanted {
        Kind::Number => matches!(ty.kind, Kind::Number | Kind::Any),
        _ => matches!(ty.kind, Kind::Bool | Kind::Any),
    };
    if !fits {
        return Err(CelError {
            message: format!("this gives {} where {} is needed", ty.words(), Ty::of(wanted.clone()).words()),
            at: 0..source.len(),
            help: None,
        });
    }
    Ok(Program { root })
}

fn parse_error(source: &str, errors: &cel::ParseErrors) -> CelError {
    let Some(first) = errors.errors.first() else {
        return CelError { message: "the predicate does not parse".to_owned(), at: 0..source.len(), help: None };
    };
    let line = usize::try_from(first.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(first.pos.1).unwrap_or(1).max(1);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let at = (start + column - 1).min(source.len().saturating_sub(1));
    if first.msg.contains("unsupported syntax") {
        return CelError {
            message: "optional syntax (`.?`, `[?]`) is refused: it turns \"not read\" into \"false\"".to_owned(),
            at: at..at + 1,
            help: Some("name the field plainly; what was not read is unknown by itself".to_owned()),
        };
    }
    let message = first.msg.lines().next().unwrap_or_default();
    // What the grammar could go on with is everything, and tells nobody anything.
    let message = message.split(" expecting {").next().unwrap_or(message).trim_start_matches("Syntax error: ");
    CelError { message: format!("the predicate does not parse: {message}"), at: at..at + 1, help: None }
}

fn unknown_name<'n>(name: &str, of: &str, known: impl Iterator<Item = &'n str>, at: Range<usize>) -> CelError {
    CelError { message: format!("{of} has no `{name}`"), at, help: nearest(name, known) }
}

const FUNCTIONS: [&str; 14] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "lowerAscii",
    "age_days",
    "exists",
    "all",
    "exists_one",
    "filter",
    "map",
    "in",
    "has",
];

struct Compiler<'c> {
    vars: &'c Vars,
    source: &'c str,
    info: &'c SourceInfo,
    /// The comprehensions' variables, outermost first.
    locals: Vec<(String, Ty)>,
}

type Compiled = Result<(Node, Ty), CelError>;

impl Compiler<'_> {
    fn at(&self, expr: &IdedExpr) -> Range<usize> {
        let (start, stop) = self.info.offset_for(expr.id).unwrap_or((0, 0));
        let start = (start as usize).min(self.source.len().saturating_sub(1));
        start..(stop as usize + 1).clamp(start + 1, self.source.len().max(start + 1))
    }

    fn refuse<T>(&self, expr: &IdedExpr, message: impl Into<String>, help: Option<&str>) -> Result<T, CelError> {
        Err(CelError { message: message.into(), at: self.at(expr), help: help.map(str::to_owned) })
    }

    fn node(&mut self, expr: &IdedExpr) -> Compiled {
        match &expr.expr {
            Expr::Literal(literal) => self.literal(expr, literal),
            Expr::Ident(name) => self.name(expr, name),
            Expr::Select(select) => {
                let (of, ty) = self.node(&select.operand)?;
                let member = self.member(expr, &of, &ty, &select.field)?;
                Ok((Node::Select(Box::new(of), select.field.as_str().into()), member))
            }
            Expr::List(list) => self.list(&list.elements),
            Expr::Call(call) => self.call(expr, call),
            Expr::Map(_) | Expr::Struct(_) | Expr::Comprehension(_) | Expr::Unspecified => {
                self.refuse(expr, "object literals are not used in predicates", None)
            }
        }
    }

    fn literal(&self, expr: &IdedExpr, literal: &LiteralValue) -> Compiled {
        let (value, kind) = match literal {
            LiteralValue::Boolean(it) => (Value::Bool(*it.inner()), Kind::Bool),
            LiteralValue::Int(it) => (Value::Int(*it.inner()), Kind::Number),
            LiteralValue::UInt(it) => match i64::try_from(*it.inner()) {
                Ok(it) => (Value::Int(it), Kind::Number),
                Err(_) => return self.refuse(expr, "a number is too large", None),
            },
            LiteralValue::Double(it) => (Value::Float(*it.inner()), Kind::Number),
            LiteralValue::String(it) => (Value::from(it.inner()), Kind::Text),
            LiteralValue::Null => return Ok((Node::Literal(Value::Null), Ty { kind: Kind::Null, nullable: true })),
            LiteralValue::Bytes(_) => return self.refuse(expr, "byte literals are not used in predicates", None),
        };
        Ok((Node::Literal(value), Ty::of(kind)))
    }

    fn name(&self, expr: &IdedExpr, name: &str) -> Compiled {
        if let Some(slot) = self.locals.iter().rposition(|(local, _)| local == name) {
            return Ok((Node::Local(slot), self.locals[slot].1.clone()));
        }
        match self.vars.root(name) {
            Some((root, ty)) => Ok((Node::Root(root), ty)),
            None if name == "optional" => self.optional(expr),
            None => Err(unknown_name(
                name,
                &self.vars.of,
                self.vars.names().chain(self.locals.iter().map(|(name, _)| name.as_str())),
                self.at(expr),
            )),
        }
    }

    fn optional<T>(&self, expr: &IdedExpr) -> Result<T, CelError> {
        self.refuse(
            expr,
            "optional values are refused: they turn \"not read\" into \"false\"",
            Some("name the field plainly; what was not read is unknown by itself"),
        )
    }

    fn member(&self, expr: &IdedExpr, of: &Node, ty: &Ty, name: &str) -> Result<Ty, CelError> {
        ty.member(name).or_else(|known| {
            let whole = of.path().map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
            if known.is_empty() {
                return self.refuse(expr, format!("{whole} is {} and has no `{name}`", ty.words()), None);
            }
            Err(unknown_name(name, &whole, known.iter().map(String::as_str), self.at(expr)))
        })
    }

    fn list(&mut self, elements: &[IdedExpr]) -> Compiled {
        let compiled = elements.iter().map(|element| self.node(element)).collect::<Result<Vec<_>, _>>()?;
        let kinds: Vec<&Kind> = compiled.iter().map(|(_, ty)| &ty.kind).collect();
        let of = match kinds.split_first() {
            Some((first, rest)) if rest.iter().all(|kind| kind == first) => Ty::of((*first).clone()),
            _ => Ty::any(),
        };
        let ty = Ty::of(Kind::List(Arc::new(of)));
        let literals: Option<Vec<Value>> = compiled
            .iter()
            .map(|(node, _)| match node {
                Node::Literal(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        Ok(match literals {
            Some(values) => (Node::Literal(Value::List(values.into())), ty),
            None => (Node::List(compiled.into_iter().map(|(node, _)| node).collect()), ty),
        })
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Compiled {
        if let (Some(target), Some(fold)) = (&call.target, fold_named(&call.func_name)) {
            return self.fold(expr, fold, target, &call.args);
        }
        let operands: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
        match (call.func_name.as_str(), operands.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => {
                let (left, right) = (self.boolean(left)?, self.boolean(right)?);
                Ok((Node::And(left, right), Ty::of(Kind::Bool)))
            }
            (operators::LOGICAL_OR, [left, right]) => {
                let (left, right) = (self.boolean(left)?, self.boolean(right)?);
                Ok((Node::Or(left, right), Ty::of(Kind::Bool)))
            }
            (operators::LOGICAL_NOT, [of]) => Ok((Node::Not(self.boolean(of)?), Ty::of(Kind::Bool))),
            (operators::CONDITIONAL, [test, then, other]) => {
                let test = self.boolean(test)?;
                let (then, then_ty) = self.node(then)?;
                let (other, other_ty) = self.node(other)?;
                let ty = if then_ty.kind == other_ty.kind { then_ty } else { Ty::any() };
                Ok((Node::If(test, Box::new(then), Box::new(other)), ty))
            }
            (operators::EQUALS, [left, right]) => self.same(expr, left, right, false),
            (operators::NOT_EQUALS, [left, right]) => self.same(expr, left, right, true),
            (operators::LESS, [left, right]) => self.compare(expr, Order::Less, left, right),
            (operators::LESS_EQUALS, [left, right]) => self.compare(expr, Order::LessOrEqual, left, right),
            (operators::GREATER, [left, right]) => self.compare(expr, Order::Greater, left, right),
            (operators::GREATER_EQUALS, [left, right]) => self.compare(expr, Order::GreaterOrEqual, left, right),
            (operators::ADD, [left, right]) => self.arithmetic(Arithmetic::Add, left, right),
            (operators::SUBSTRACT, [left, right]) => self.arithmetic(Arithmetic::Subtract, left, right),
            (operators::MULTIPLY, [left, right]) => self.arithmetic(Arithmetic::Multiply, left, right),
            (operators::DIVIDE, [left, right]) => self.arithmetic(Arithmetic::Divide, left, right),
            (operators::MODULO, [left, right]) => self.arithmetic(Arithmetic::Remainder, left, right),
            (operators::NEGATE, [of]) => Ok((Node::Negate(self.number(of)?), Ty::of(Kind::Number))),
            (operators::IN, [item, whole]) => self.contained(item, whole),
            (operators::INDEX, [of, key]) => self.index(of, key),
            (operators::HAS, _) => self.refuse(
                expr,
                "`has()` is refused: it turns \"not read\" into \"false\"",
                Some("compare with null: `x != null`"),
            ),
            (name, operands) => self.function(expr, name, operands),
        }
    }

    fn function(&mut self, expr: &IdedExpr, name: &str, operands: &[&IdedExpr]) -> Compiled {
        let comparison = match name {
            "contains" => Some(TextTest::Contains),
            "startsWith" => Some(TextTest::StartsWith),
            "endsWith" => Some(TextTest::EndsWith),
            _ => None,
        };
        match (name, operands) {
            ("size", [of]) => {
                let (node, ty) = self.node(of)?;
                if !ty.is_text() && !matches!(ty.kind, Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Any) {
                    return self.refuse(of, format!("{} has no size", ty.words()), None);
                }
                Ok((Node::Size(Box::new(node)), Ty::of(Kind::Number)))
            }
            ("age_days", [of]) => {
                let (node, ty) = self.node(of)?;
                if !matches!(ty.kind, Kind::Time | Kind::Any) {
                    return self.refuse(of, format!("this is {}, and an age needs a timestamp", ty.words()), None);
                }
                Ok((Node::AgeDays(Box::new(node)), Ty::of(Kind::Number)))
            }
            ("lowerAscii", [text]) => Ok((Node::Lower(self.text(text)?), Ty::of(Kind::Text))),
            ("matches", [text, pattern]) => {
                let text = self.text(text)?;
                let Expr::Literal(LiteralValue::String(source)) = &pattern.expr else {
                    return self.refuse(pattern, "a regular expression has to be literal text", None);
                };
                match RegexBuilder::new(source.inner()).size_limit(1 << 20).build() {
                    Ok(regex) => Ok((Node::Matches(text, regex), Ty::of(Kind::Bool))),
                    Err(error) => {
                        let message = error.to_string();
                        let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                        self.refuse(pattern, format!("the regular expression is not valid: {last}"), None)
                    }
                }
            }
            (_, [text, part]) if comparison.is_some() => {
                let (found, ty) = self.node(text)?;
                if matches!(ty.kind, Kind::List(_) | Kind::Map(_)) {
                    return self.refuse(
                        text,
                        format!("`{name}` is for text, and this is {}", ty.words()),
                        Some("use `x in list`"),
                    );
                }
                if !ty.is_text() && ty.kind != Kind::Any {
                    return self.refuse(text, format!("this is {} where text is needed", ty.words()), None);
                }
                let part = self.text(part)?;
                Ok((Node::Text(comparison.unwrap_or(TextTest::Contains), Box::new(found), part), Ty::of(Kind::Bool)))
            }
            ("hasValue" | "value" | "orValue" | "or" | "optMap" | "optFlatMap", _) => self.optional(expr),
            _ if FUNCTIONS.contains(&name) => {
                self.refuse(expr, format!("`{name}` with {} arguments is not a function", operands.len()), None)
            }
            _ => Err(CelError {
                message: format!("there is no function `{name}`"),
                at: self.at(expr),
                help: nearest(name, FUNCTIONS.into_iter().filter(|known| *known != "has")),
            }),
        }
    }

    fn fold(&mut self, expr: &IdedExpr, fold: Fold, over: &IdedExpr, args: &[IdedExpr]) -> Compiled {
        let [variable, body] = args else {
            return self.refuse(expr, "a comprehension takes a name and an expression: `list.exists(x, ..)`", None);
        };
        let Expr::Ident(name) = &variable.expr else {
            return self.refuse(variable, "a comprehension's variable is a plain name", None);
        };
        if self.locals.len() >= FOLDS {
            return self.refuse(expr, format!("comprehensions nested more than {FOLDS} deep"), None);
        }
        if self.vars.root(name).is_some() || self.locals.iter().any(|(local, _)| local == name) {
            return self.refuse(
                variable,
                format!("`{name}` already names something else"),
                Some("choose another name"),
            );
        }
        let (over_node, ty) = self.node(over)?;
        let of = match &ty.kind {
            Kind::List(of) => (**of).clone(),
            Kind::Map(_) | Kind::Object(_) => Ty::of(Kind::Text),
            Kind::Any => Ty::any(),
            _ => return self.refuse(over, format!("this is {} where a list is needed", ty.words()), None),
        };
        self.locals.push((name.clone(), of.clone()));
        let body = if fold == Fold::Map {
            self.node(body)
        } else {
            self.boolean(body).map(|node| (*node, Ty::of(Kind::Bool)))
        };
        self.locals.pop();
        let (body, body_ty) = body?;
        let result = match fold {
            Fold::All | Fold::Exists | Fold::ExistsOne => Ty::of(Kind::Bool),
            Fold::Filter => Ty::of(Kind::List(Arc::new(of))),
            Fold::Map => Ty::of(Kind::List(Arc::new(body_ty))),
        };
        Ok((Node::Fold(fold, Box::new(over_node), Box::new(body)), result))
    }

    fn boolean(&mut self, expr: &IdedExpr) -> Result<Box<Node>, CelError> {
        self.needs(expr, "a boolean", |ty| ty.kind == Kind::Bool)
    }

    fn number(&mut self, expr: &IdedExpr) -> Result<Box<Node>, CelError> {
        self.needs(expr, "a number", |ty| ty.kind == Kind::Number)
    }

    fn text(&mut self, expr: &IdedExpr) -> Result<Box<Node>, CelError> {
        self.needs(expr, "text", Ty::is_text)
    }

    fn needs(&mut self, expr: &IdedExpr, what: &str, fits: impl Fn(&Ty) -> bool) -> Result<Box<Node>, CelError> {
        let (node, ty) = self.node(expr)?;
        self.fits(expr, node, &ty, what, fits)
    }

    fn fits(
        &self,
        expr: &IdedExpr,
        node: Node,
        ty: &Ty,
        what: &str,
        fits: impl Fn(&Ty) -> bool,
    ) -> Result<Box<Node>, CelError> {
        if fits(ty) || ty.kind == Kind::Any {
            return Ok(Box::new(node));
        }
        let name = node.path().map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
        self.refuse(expr, format!("{name} is {} where {what} is needed", ty.words()), None)
    }

    /// Two values that are compared have to be of one kind, and a word has to be one that can occur.
    fn comparable(&self, at: &IdedExpr, left: &(Node, Ty), right: &(Node, Ty)) -> Result<(), CelError> {
        for ((node, ty), (_, other)) in [(left, right), (right, left)] {
            if let (Node::Literal(Value::Str(word)), Kind::Word(words)) = (node, &other.kind)
                && !words.iter().any(|known| known == word.as_str())
            {
                return Err(CelError {
                    message: format!("`{word}` never occurs here"),
                    at: self.at(at),
                    help: nearest(word, words.iter().map(String::as_str)).or_else(|| Some(other.words())),
                });
            }
            if ty.kind == Kind::Null && !other.nullable && other.kind != Kind::Any {
                let (other_node, _) = if std::ptr::eq(node, &raw const left.0) { right } else { left };
                let name = other_node.path().map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
                return Err(CelError {
                    message: format!("{name} is never null"),
                    at: self.at(at),
                    help: Some("leave the comparison out".to_owned()),
                });
            }
        }
        if alike(&left.1, &right.1) {
            return Ok(());
        }
        self.refuse(at, format!("{} is compared with {}", left.1.words(), right.1.words()), None)
    }

    fn same(&mut self, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr, negated: bool) -> Compiled {
        let a = self.node(left)?;
        let b = self.node(right)?;
        let literal = if matches!(a.0, Node::Literal(_)) { left } else { right };
        let at = if matches!(a.0, Node::Literal(_)) || matches!(b.0, Node::Literal(_)) { literal } else { expr };
        self.comparable(at, &a, &b)?;
        Ok((Node::Same(Box::new(a.0), Box::new(b.0), negated), Ty::of(Kind::Bool)))
    }

    fn compare(&mut self, expr: &IdedExpr, order: Order, left: &IdedExpr, right: &IdedExpr) -> Compiled {
        let a = self.node(left)?;
        let b = self.node(right)?;
        self.comparable(expr, &a, &b)?;
        for (of, (node, ty)) in [(left, &a), (right, &b)] {
            if matches!(ty.kind, Kind::Bool | Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Null) {
                let name = node.path().map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
                return self.refuse(of, format!("{name} is {} and has no order", ty.words()), None);
            }
        }
        let times = a.1.kind == Kind::Time || b.1.kind == Kind::Time;
        let (a, b) = (Box::new(a.0), Box::new(b.0));
        Ok((if times { Node::CompareTimes(order, a, b) } else { Node::Compare(order, a, b) }, Ty::of(Kind::Bool)))
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: &IdedExpr, right: &IdedExpr) -> Compiled {
        // The left operand is compiled once: a chain of sums leans to the left, and twice each time would be exponential.
        let (a, a_ty) = self.node(left)?;
        if operator == Arithmetic::Add && a_ty.is_text() {
            let b = self.text(right)?;
            return Ok((Node::Arithmetic(operator, Box::new(a), b), Ty::of(Kind::Text)));
        }
        let a = self.fits(left, a, &a_ty, "a number", |ty| ty.kind == Kind::Number)?;
        let b = self.number(right)?;
        Ok((Node::Arithmetic(operator, a, b), Ty::of(Kind::Number)))
    }

    fn contained(&mut self, item: &IdedExpr, whole: &IdedExpr) -> Compiled {
        let a = self.node(item)?;
        let (whole_node, ty) = self.node(whole)?;
        match &ty.kind {
            Kind::List(of) => {
                if let (Kind::Word(words), Node::Literal(Value::List(listed))) = (&a.1.kind, &whole_node) {
                    for word in listed.iter().filter_map(Value::as_str) {
                        if !words.iter().any(|known| known == word) {
                            let help = nearest(word, words.iter().map(String::as_str)).or_else(|| Some(a.1.words()));
                            return Err(CelError {
                                message: format!("`{word}` never occurs here"),
                                at: self.at(whole),
                                help,
                            });
                        }
                    }
                }
                self.comparable(item, &a, &(Node::List(Vec::new()), (**of).clone()))?;
            }
            Kind::Map(_) | Kind::Object(_) if a.1.is_text() || a.1.kind == Kind::Any => {}
            Kind::Any => {}
            Kind::Map(_) | Kind::Object(_) => return self.refuse(item, "an object's keys are text", None),
            _ => return self.refuse(whole, format!("this is {} where a list is needed", ty.words()), None),
        }
        Ok((Node::In(Box::new(a.0), Box::new(whole_node)), Ty::of(Kind::Bool)))
    }

    fn index(&mut self, of: &IdedExpr, key: &IdedExpr) -> Compiled {
        let (node, ty) = self.node(of)?;
        let (key_node, key_ty) = self.node(key)?;
        let result = match (&ty.kind, &key_node) {
            (Kind::List(of), _) if matches!(key_ty.kind, Kind::Number | Kind::Any) => (**of).clone(),
            (Kind::List(_), _) => return self.refuse(key, "a list is indexed by a number", None),
            (Kind::Map(of), _) if key_ty.is_text() || key_ty.kind == Kind::Any => (**of).clone(),
            (Kind::Map(_), _) => return self.refuse(key, "an object's keys are text", None),
            (Kind::Object(_), Node::Literal(Value::Str(name))) => self.member(key, &node, &ty, name)?,
            (Kind::Object(_) | Kind::Any, _) => Ty::any(),
            _ => return self.refuse(of, format!("this is {} and cannot be indexed", ty.words()), None),
        };
        Ok((Node::Index(Box::new(node), Box::new(key_node)), result))
    }
}

fn fold_named(name: &str) -> Option<Fold> {
    Some(match name {
        operators::ALL => Fold::All,
        operators::EXISTS => Fold::Exists,
        operators::EXISTS_ONE => Fold::ExistsOne,
        operators::FILTER => Fold::Filter,
        operators::MAP => Fold::Map,
        _ => return None,
    })
}

/// Whether values of two types can be equal at all.
pub(crate) fn alike(a: &Ty, b: &Ty) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::List(a), Kind::List(b)) | (Kind::Map(a), Kind::Map(b)) => alike(a, b),
        (Kind::Any | Kind::Null, _)
        | (_, Kind::Any | Kind::Null)
        | (Kind::Object(_), Kind::Object(_) | Kind::Map(_))
        | (Kind::Map(_), Kind::Object(_)) => true,
        _ if a.is_text() => b.is_text(),
        (a, b) => a == b,
    }
}

//! Runs a predicate on a record.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use wellproof_model::{Map, Resource, Value};

use super::program::{Arithmetic, Fold, Node, Order, Program, Root, TextTest};
use super::value::{Val, View};
use crate::reason::Reason;

/// The snapshot's clock, from which every age counts.
pub(crate) type Clock = Timestamp;

/// Why there is no value. Empty never.
pub(crate) type Unknown = Vec<Reason>;

type Result<'a> = std::result::Result<Val<'a>, Unknown>;

/// What a predicate reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    Resource(&'a Resource),
    /// A region of an account.
    Region {
        account: &'a str,
        region: &'a str,
    },
    /// An account.
    Account {
        account: &'a str,
    },
}

impl<'a> Record<'a> {
    pub(crate) fn id(self) -> &'a str {
        match self {
            Self::Resource(resource) => &resource.id,
            Self::Region { region, .. } => region,
            Self::Account { account } => account,
        }
    }

    pub(crate) fn account(self) -> &'a str {
        match self {
            Self::Resource(resource) => &resource.account,
            Self::Region { account, .. } | Self::Account { account } => account,
        }
    }

    pub(crate) fn region(self) -> &'a str {
        match self {
            Self::Resource(resource) => &resource.region,
            Self::Region { region, .. } => region,
            Self::Account { .. } => wellproof_model::GLOBAL,
        }
    }

    pub(crate) fn kind(self) -> &'a str {
        match self {
            Self::Resource(resource) => &resource.kind,
            Self::Region { .. } => "Region",
            Self::Account { .. } => "Account",
        }
    }

    pub(crate) fn arn(self) -> Option<&'a str> {
        match self {
            Self::Resource(resource) => resource.arn.as_deref(),
            Self::Region { .. } | Self::Account { .. } => None,
        }
    }

    pub(crate) fn resource(self) -> Option<&'a Resource> {
        match self {
            Self::Resource(resource) => Some(resource),
            Self::Region { .. } | Self::Account { .. } => None,
        }
    }

    pub(super) fn read(self, root: &Root) -> Result<'a> {
        match root {
            Root::Id => Ok(Val::Text(self.id())),
            Root::Account => Ok(Val::Text(self.account())),
            Root::Region => Ok(Val::Text(self.region())),
            Root::Type => Ok(Val::Text(self.kind())),
            Root::Arn => match self.resource() {
                Some(resource) if resource.unread.contains_key("arn") => Err(unread(resource, "arn")),
                _ => Ok(self.arn().map_or(Val::Own(Value::Null), Val::Text)),
            },
            Root::Tags => match self.resource() {
                Some(resource) if resource.unread.contains_key("tags") => Err(unread(resource, "tags")),
                Some(Resource { tags: Some(tags), .. }) => Ok(Val::Map(tags.as_map())),
                Some(_) => Ok(Val::Own(Value::Null)),
                None => Ok(Val::Own(Value::Map(Map::default()))),
            },
            Root::Attribute(name) => match self.resource() {
                Some(resource) if !resource.unread.is_empty() && resource.unread.contains_key(name.as_str()) => {
                    Err(unread(resource, name))
                }
                Some(resource) => resource.attributes.get(name).map(Val::Ref).ok_or_else(|| unread(resource, name)),
                None => Err(vec![Reason::missing(self.kind(), name)]),
            },
        }
    }
}

fn unread(resource: &Resource, name: &str) -> Unknown {
    vec![
        resource.unread.get(name).map_or_else(|| Reason::missing(&resource.kind, name), |gap| Reason::Gap(gap.clone())),
    ]
}

/// One run: the record, the clock, the variables of comprehensions.
struct Run<'a> {
    record: Record<'a>,
    clock: Clock,
    locals: Vec<Val<'a>>,
}

impl Program {
    /// True, false, or unknown with its reasons.
    pub(crate) fn test(&self, record: Record<'_>, clock: Clock) -> std::result::Result<bool, Unknown> {
        let mut run = Run { record, clock, locals: Vec::new() };
        let value = run.eval(&self.root)?;
        truth(&value, &self.root)
    }

    /// The value, or why there is none.
    pub(crate) fn value<'a>(&'a self, record: Record<'a>, clock: Clock) -> Result<'a> {
        Run { record, clock, locals: Vec::new() }.eval(&self.root)
    }
}

fn truth(value: &Val<'_>, node: &Node) -> std::result::Result<bool, Unknown> {
    match value.view() {
        View::Bool(it) => Ok(it),
        other => Err(wrong(node, other, "a boolean")),
    }
}

#[cold]
fn wrong(node: &Node, found: View<'_>, wanted: &str) -> Unknown {
    let what = node.path().map_or_else(|| "a part of the predicate".to_owned(), |path| format!("`{path}`"));
    vec![Reason::Predicate(format!("{what} is {} where {wanted} is needed", found.kind()))]
}

#[cold]
fn failed(message: impl Into<String>) -> Unknown {
    vec![Reason::Predicate(message.into())]
}

/// The time that a timestamp's text names.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Days from `then` to `now`, with their fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay far below 2^52")]
pub(crate) fn days_between(then: Timestamp, now: Timestamp) -> f64 {
    (now.as_millisecond() - then.as_millisecond()) as f64 / 86_400_000.0
}

impl<'a> Run<'a> {
    fn eval(&mut self, node: &'a Node) -> Result<'a> {
        match node {
            Node::Literal(value) => Ok(Val::Ref(value)),
            Node::Root(root) => self.record.read(root),
            Node::Local(slot) => Ok(self.locals[*slot].clone()),
            Node::Select(of, name) => self.select(of, name),
            Node::Index(of, key) => self.index(of, key),
            Node::Not(of) => Ok(Val::bool(!self.truth(of)?)),
            Node::And(left, right) => self.decide(left, right, false),
            Node::Or(left, right) => self.decide(left, right, true),
            Node::If(test, then, other) => {
                if self.truth(test)? {
                    self.eval(then)
                } else {
                    self.eval(other)
                }
            }
            Node::Same(left, right, negated) => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                Ok(Val::bool(left.view().same(right.view()) != *negated))
            }
            Node::Compare(order, left, right) => self.compare(*order, left, right),
            Node::CompareTimes(order, left, right) => {
                let then = self.time(left)?;
                let now = self.time(right)?;
                Ok(Val::bool(holds(*order, then.cmp(&now))))
            }
            Node::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right),
            Node::Negate(of) => match self.eval(of)?.view() {
                View::Int(it) => {
                    it.checked_neg().map(|it| Val::Own(Value::Int(it))).ok_or_else(|| failed("a number is too large"))
                }
                View::Float(it) => Ok(Val::Own(Value::Float(-it))),
                other => Err(wrong(of, other, "a number")),
            },
            Node::In(item, whole) => self.contains(item, whole),
            Node::List(items) => {
                let items: std::result::Result<Vec<Value>, Unknown> =
                    items.iter().map(|item| self.eval(item).map(Val::into_value)).collect();
                Ok(Val::Own(Value::List(items?.into())))
            }
            Node::Size(of) => self.size(of),
            Node::Text(comparison, text, part) => {
                let text_value = self.eval(text)?;
                let part_value = self.eval(part)?;
                let text = as_text(&text_value, text)?;
                let part = as_text(&part_value, part)?;
                Ok(Val::bool(match comparison {
                    TextTest::Contains => text.contains(part),
                    TextTest::StartsWith => text.starts_with(part),
                    TextTest::EndsWith => text.ends_with(part),
                }))
            }
            Node::Matches(text, regex) => {
                let value = self.eval(text)?;
                Ok(Val::bool(regex.is_match(as_text(&value, text)?)))
            }
            Node::Lower(text) => {
                let value = self.eval(text)?;
                Ok(Val::Own(Value::Str(as_text(&value, text)?.to_ascii_lowercase().into())))
            }
            Node::AgeDays(of) => {
                let then = self.time(of)?;
                Ok(Val::Own(Value::Float(days_between(then, self.clock))))
            }
            Node::Fold(fold, over, body) => self.fold(*fold, over, body),
        }
    }

    fn truth(&mut self, node: &'a Node) -> std::result::Result<bool, Unknown> {
        let value = self.eval(node)?;
        truth(&value, node)
    }

    /// `&&` and `||`: the deciding value (`false`, `true`) decides from either side, whatever the other one is.
    fn decide(&mut self, left: &'a Node, right: &'a Node, deciding: bool) -> Result<'a> {
        let left = self.truth(left);
        if left.as_ref().is_ok_and(|value| *value == deciding) {
            return Ok(Val::bool(deciding));
        }
        match (left, self.truth(right)) {
            (_, Ok(right)) if right == deciding => Ok(Val::bool(deciding)),
            (Ok(_), Ok(_)) => Ok(Val::bool(!deciding)),
            (Err(mut left), Err(right)) => {
                left.extend(right);
                Err(left)
            }
            (Err(reasons), Ok(_)) | (Ok(_), Err(reasons)) => Err(reasons),
        }
    }

    fn select(&mut self, of: &'a Node, name: &str) -> Result<'a> {
        let lacks = || vec![Reason::missing(&of.path().unwrap_or_else(|| "an object".to_owned()), name)];
        match self.eval(of)? {
            Val::Ref(Value::Map(map)) | Val::Map(map) => map.get(name).map(Val::Ref).ok_or_else(lacks),
            Val::Own(Value::Map(map)) => map.get(name).cloned().map(Val::Own).ok_or_else(lacks),
            other => Err(wrong(of, other.view(), "an object")),
        }
    }

    fn index(&mut self, of: &'a Node, key: &'a Node) -> Result<'a> {
        let whole = self.eval(of)?;
        let key_value = self.eval(key)?;
        let lacks = |what: &str| {
            failed(format!("`{}` has no {what}", of.path().unwrap_or_else(|| "a list or object".to_owned())))
        };
        if let (View::List(list), Some(number)) = (whole.view(), key_value.view().number()) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole and in range"
            )]
            let at = (number >= 0.0 && number.fract() == 0.0 && number < 1e9).then_some(number as usize);
            let found = at.and_then(|at| list.get(at)).ok_or_else(|| lacks("such element"))?;
            return match &whole {
                Val::Ref(Value::List(list)) => Ok(Val::Ref(&list[at.unwrap_or_default()])),
                _ => Ok(Val::Own(found.clone())),
            };
        }
        let name: Cow<'_, str> = match key_value.view() {
            View::Text(text) => Cow::Borrowed(text),
            other => return Err(wrong(key, other, "a key")),
        };
        let lacks = || lacks(&format!("`{name}`"));
        match &whole {
            Val::Ref(Value::Map(map)) => map.get(&name).map(Val::Ref).ok_or_else(lacks),
            Val::Map(map) => map.get(&name).map(Val::Ref).ok_or_else(lacks),
            Val::Own(Value::Map(map)) => map.get(&name).cloned().map(Val::Own).ok_or_else(lacks),
            other => Err(wrong(of, other.view(), "a list or an object")),
        }
    }

    fn compare(&mut self, order: Order, left: &'a Node, right: &'a Node) -> Result<'a> {
        let a = self.eval(left)?;
        let b = self.eval(right)?;
        match a.view().order(b.view()) {
            Some(found) => Ok(Val::bool(holds(order, found))),
            None if a.view().is_null() => Err(wrong(left, a.view(), "a number")),
            None if b.view().is_null() => Err(wrong(right, b.view(), "a number")),
            None => Err(failed(format!("{} cannot be compared with {}", a.view().kind(), b.view().kind()))),
        }
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: &'a Node, right: &'a Node) -> Result<'a> {
        let a = self.eval(left)?;
        let b = self.eval(right)?;
        if let (Arithmetic::Add, View::Text(a), View::Text(b)) = (operator, a.view(), b.view()) {
            return Ok(Val::Own(Value::Str(format!("{a}{b}").into())));
        }
        if let (View::Int(a), View::Int(b)) = (a.view(), b.view()) {
            let whole = match operator {
                Arithmetic::Add => a.checked_add(b),
                Arithmetic::Subtract => a.checked_sub(b),
                Arithmetic::Multiply => a.checked_mul(b),
                Arithmetic::Remainder => a.checked_rem(b),
                Arithmetic::Divide => None,
            };
            if let Some(whole) = whole {
                return Ok(Val::Own(Value::Int(whole)));
            }
        }
        let Some(x) = a.view().number() else { return Err(wrong(left, a.view(), "a number")) };
        let Some(y) = b.view().number() else { return Err(wrong(right, b.view(), "a number")) };
        if y == 0.0 && matches!(operator, Arithmetic::Divide | Arithmetic::Remainder) {
            return Err(failed(format!(
                "{} is zero and divides",
                right.path().map_or_else(|| "a part of the predicate".to_owned(), |path| format!("`{path}`"))
            )));
        }
        let result = match operator {
            Arithmetic::Add => x + y,
            Arithmetic::Subtract => x - y,
            Arithmetic::Multiply => x * y,
            Arithmetic::Divide => x / y,
            Arithmetic::Remainder => x % y,
        };
        if result.is_finite() { Ok(Val::Own(Value::Float(result))) } else { Err(failed("a number is too large")) }
    }

    fn contains(&mut self, item: &'a Node, whole: &'a Node) -> Result<'a> {
        let item_value = self.eval(item)?;
        let whole_value = self.eval(whole)?;
        let found = match (whole_value.view(), item_value.view()) {
            (View::List(list), item) => list.iter().any(|entry| View::of(entry).same(item)),
            (View::Map(map), View::Text(key)) => map.get(key).is_some(),
            (View::Map(_), other) => return Err(wrong(item, other, "a key")),
            (other, _) => return Err(wrong(whole, other, "a list or an object")),
        };
        Ok(Val::bool(found))
    }

    fn size(&mut self, of: &'a Node) -> Result<'a> {
        let value = self.eval(of)?;
        let size = match value.view() {
            View::Text(text) => text.chars().count(),
            View::List(list) => list.len(),
            View::Map(map) => map.len(),
            other => return Err(wrong(of, other, "text, a list or an object")),
        };
        Ok(Val::Own(Value::Int(i64::try_from(size).unwrap_or(i64::MAX))))
    }

    fn time(&mut self, of: &'a Node) -> std::result::Result<Timestamp, Unknown> {
        let value = self.eval(of)?;
        match value.view() {
            View::Text(text) => instant(text).ok_or_else(|| failed("a text is no timestamp")),
            other => Err(wrong(of, other, "a timestamp")),
        }
    }

    /// The elements of a list, or the keys of an object.
    fn elements(&mut self, over: &'a Node) -> std::result::Result<Vec<Val<'a>>, Unknown> {
        Ok(match self.eval(over)? {
            Val::Ref(Value::List(list)) => list.iter().map(Val::Ref).collect(),
            Val::Ref(Value::Map(map)) | Val::Map(map) => map.iter().map(|(key, _)| Val::Text(key)).collect(),
            Val::Own(Value::List(list)) => list.iter().cloned().map(Val::Own).collect(),
            Val::Own(Value::Map(map)) => map.iter().map(|(key, _)| Val::Own(Value::Str(key.clone()))).collect(),
            other => return Err(wrong(over, other.view(), "a list or an object")),
        })
    }

    fn fold(&mut self, fold: Fold, over: &'a Node, body: &'a Node) -> Result<'a> {
        let elements = self.elements(over)?;
        let mut unknown: Unknown = Vec::new();
        let mut kept: Vec<Value> = Vec::new();
        let mut count = 0_u64;
        for element in elements {
            let copy = (fold == Fold::Filter).then(|| element.clone());
            self.locals.push(element);
            let said = if fold == Fold::Map {
                self.eval(body).map(|value| kept.push(value.into_value())).map(|()| false)
            } else {
                self.truth(body)
            };
            self.locals.pop();
            match (fold, said) {
                (Fold::All, Ok(false)) => return Ok(Val::bool(false)),
                (Fold::Exists, Ok(true)) => return Ok(Val::bool(true)),
                (Fold::ExistsOne, Ok(true)) => count += 1,
                (Fold::Filter, Ok(true)) => kept.extend(copy.map(Val::into_value)),
                (_, Ok(_)) => {}
                (_, Err(reasons)) => unknown.extend(reasons),
            }
        }
        // Two that hold are not one, whatever the unknown ones are.
        if fold == Fold::ExistsOne && count > 1 {
            return Ok(Val::bool(false));
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(match fold {
            Fold::All => Val::bool(true),
            Fold::Exists => Val::bool(false),
            Fold::ExistsOne => Val::bool(count == 1),
            Fold::Filter | Fold::Map => Val::Own(Value::List(kept.into())),
        })
    }
}

fn as_text<'v>(value: &'v Val<'_>, node: &Node) -> std::result::Result<&'v str, Unknown> {
    match value.view() {
        View::Text(text) => Ok(text),
        other => Err(wrong(node, other, "text")),
    }
}

fn holds(order: Order, found: Ordering) -> bool {
    match order {
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    }
}

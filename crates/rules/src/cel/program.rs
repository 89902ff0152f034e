//! A compiled predicate: every name resolved, every literal in place.

use compact_str::CompactString;
use regex::Regex;
use wellproof_model::Value;

/// What a record is asked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Id,
    Arn,
    Account,
    Region,
    Tags,
    Type,
    Attribute(CompactString),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Literal(Value),
    Root(Root),
    /// A comprehension's variable, counted from the outermost.
    Local(usize),
    Select(Box<Node>, CompactString),
    Index(Box<Node>, Box<Node>),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    /// Equality, or with `true` inequality.
    Same(Box<Node>, Box<Node>, bool),
    Compare(Order, Box<Node>, Box<Node>),
    /// The order of two timestamps, which their spelling need not have.
    CompareTimes(Order, Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    In(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Size(Box<Node>),
    Text(TextTest, Box<Node>, Box<Node>),
    Matches(Box<Node>, Regex),
    Lower(Box<Node>),
    AgeDays(Box<Node>),
    /// Over a list or a map's keys; the first body is the test, or for `Map` what each becomes.
    Fold(Fold, Box<Node>, Box<Node>),
}

impl Node {
    /// `a.b.c`, where the node is such a path.
    pub(crate) fn path(&self) -> Option<String> {
        match self {
            Self::Root(root) => Some(root.name().to_owned()),
            Self::Select(of, name) => Some(format!("{}.{name}", of.path()?)),
            _ => None,
        }
    }
}

impl Root {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::Arn => "arn",
            Self::Account => "account",
            Self::Region => "region",
            Self::Tags => "tags",
            Self::Type => "type",
            Self::Attribute(name) => name,
        }
    }
}

/// A predicate that can run.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) root: Node,
}

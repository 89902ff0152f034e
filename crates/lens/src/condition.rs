//! Conditions of a custom lens's `riskRules`: choice ids, `!`, `&&`, `||`, parentheses, or the word `default`.
//!
//! AWS publishes no order of evaluation beyond "Boolean expression". As in every language with these operators, `!`
//! binds tightest and `&&` before `||`; [`Condition::parse`] tells where a condition leans on the latter.

use std::fmt;
use std::ops::Range;

/// How deep parentheses and negations may nest. Fifteen choices never need more, and the parser recurses.
pub const MAX_DEPTH: usize = 32;

/// When a risk rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `default`: whenever no rule before it does.
    Default,
    /// When the choices make this true.
    When(Expr<String>),
}

/// A Boolean expression over choices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr<T> {
    /// The choice is selected.
    Selected(T),
    /// It is false.
    Not(Box<Expr<T>>),
    /// All are true; at least two.
    All(Vec<Expr<T>>),
    /// One is true; at least two.
    Any(Vec<Expr<T>>),
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// What is wrong.
    pub message: String,
    /// Where in the condition, in bytes.
    pub span: Range<usize>,
}

/// A choice id and where it stands in the condition, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) id: String,
    pub(crate) span: Range<usize>,
}

/// A condition with its places.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// `None` for `default`.
    pub(crate) expr: Option<Expr<Name>>,
    /// Where `&&` stands beside `||` without parentheses.
    pub(crate) leans_on_precedence: Option<Range<usize>>,
}

impl Parsed {
    pub(crate) fn condition(&self) -> Condition {
        self.expr.as_ref().map_or(Condition::Default, |expr| Condition::When(expr.map(&mut |name| name.id.clone())))
    }
}

impl Condition {
    /// Reads a condition. Ids are not looked up.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Ok(parse(text)?.condition())
    }

    /// The expression; `None` for `default`.
    pub fn expr(&self) -> Option<&Expr<String>> {
        match self {
            Self::Default => None,
            Self::When(expr) => Some(expr),
        }
    }

    /// Whether it holds where `selected` says which choices are; `default` always does.
    pub fn holds(&self, selected: &impl Fn(&str) -> bool) -> bool {
        self.expr().is_none_or(|expr| expr.holds(&|id: &String| selected(id)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str(DEFAULT),
            Self::When(expr) => expr.fmt(out),
        }
    }
}

impl<T> Expr<T> {
    /// Whether it is true.
    pub fn holds(&self, selected: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Selected(choice) => selected(choice),
            Self::Not(inner) => !inner.holds(selected),
            Self::All(parts) => parts.iter().all(|part| part.holds(selected)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(selected)),
        }
    }

    /// Whether some choice in it fulfils `wanted`.
    pub fn any(&self, wanted: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Selected(choice) => wanted(choice),
            Self::Not(inner) => inner.any(wanted),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.any(wanted)),
        }
    }

    /// How many choices and operators it is made of: the cost of evaluating it once.
    pub fn size(&self) -> usize {
        match self {
            Self::Selected(_) => 1,
            Self::Not(inner) => 1 + inner.size(),
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::size).sum::<usize>(),
        }
    }

    /// The same expression over something else.
    pub fn map<U>(&self, change: &mut impl FnMut(&T) -> U) -> Expr<U> {
        match self {
            Self::Selected(choice) => Expr::Selected(change(choice)),
            Self::Not(inner) => Expr::Not(Box::new(inner.map(change))),
            Self::All(parts) => Expr::All(parts.iter().map(|part| part.map(change)).collect()),
            Self::Any(parts) => Expr::Any(parts.iter().map(|part| part.map(change)).collect()),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Expr<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, operator) = match self {
            Self::Selected(choice) => return choice.fmt(out),
            Self::Not(inner) => return write!(out, "!{}", Grouped(inner)),
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.write_str(operator)?;
            }
            Grouped(part).fmt(out)?;
        }
        Ok(())
    }
}

/// An expression in parentheses where it needs them, or where a reader would have to know what binds tighter.
struct Grouped<'a, T>(&'a Expr<T>);

impl<T: fmt::Display> fmt::Display for Grouped<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expr::All(_) | Expr::Any(_) => write!(out, "({})", self.0),
            Expr::Selected(_) | Expr::Not(_) => self.0.fmt(out),
        }
    }
}

const DEFAULT: &str = "default";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Id(&'a str),
    Not,
    And,
    Or,
    Open,
    Close,
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(out, "`{id}`"),
            Self::Not => out.write_str("`!`"),
            Self::And => out.write_str("`&&`"),
            Self::Or => out.write_str("`||`"),
            Self::Open => out.write_str("`(`"),
            Self::Close => out.write_str("`)`"),
            Self::End => out.write_str("the end"),
        }
    }
}

pub(crate) fn parse(text: &str) -> Result<Parsed, Malformed> {
    let mut parser = Parser { text, at: 0, token: Token::End, span: 0..0, leans: None };
    parser.advance()?;
    if parser.token == Token::End {
        return Err(Malformed { message: "the condition is empty".to_owned(), span: 0..text.len() });
    }
    if parser.token == Token::Id(DEFAULT) {
        parser.advance()?;
        if parser.token != Token::End {
            return Err(parser.malformed("`default` stands alone".to_owned()));
        }
        return Ok(Parsed { expr: None, leans_on_precedence: None });
    }
    let expr = parser.any(0)?;
    match parser.token {
        Token::End => Ok(Parsed { expr: Some(expr), leans_on_precedence: parser.leans }),
        Token::Close => Err(parser.malformed("this parenthesis closes nothing".to_owned())),
        token => Err(parser.malformed(format!("expected `&&`, `||` or the end, found {token}"))),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// Where the rest begins that was not looked at.
    at: usize,
    token: Token<'a>,
    span: Range<usize>,
    leans: Option<Range<usize>>,
}

impl Parser<'_> {
    fn malformed(&self, message: String) -> Malformed {
        Malformed { message, span: self.span.clone() }
    }

    fn advance(&mut self) -> Result<(), Malformed> {
        let rest = &self.text[self.at..];
        let blank = rest.len() - rest.trim_start().len();
        let start = self.at + blank;
        let rest = &self.text[start..];
        let is_id = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let (token, length) = match rest.chars().next() {
            None => (Token::End, 0),
            Some('!') => (Token::Not, 1),
            Some('(') => (Token::Open, 1),
            Some(')') => (Token::Close, 1),
            Some('&') if rest.starts_with("&&") => (Token::And, 2),
            Some('|') if rest.starts_with("||") => (Token::Or, 2),
            Some(letter) if is_id(letter) => {
                let length = rest.find(|letter| !is_id(letter)).unwrap_or(rest.len());
                (Token::Id(&rest[..length]), length)
            }
            Some(letter) => {
                let message = match letter {
                    '&' | '|' => format!("expected `{letter}{letter}`, found a single `{letter}`"),
                    _ => format!("`{letter}` has no meaning in a condition"),
                };
                return Err(Malformed { message, span: start..start + letter.len_utf8() });
            }
        };
        (self.token, self.span, self.at) = (token, start..start + length, start + length);
        Ok(())
    }

    /// `all ("||" all)*`
    fn any(&mut self, depth: usize) -> Result<Expr<Name>, Malformed> {
        let start = self.span.start;
        let (first, mut mixed) = self.all(depth)?;
        if self.token != Token::Or {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.token == Token::Or {
            self.advance()?;
            let (part, has_and) = self.all(depth)?;
            parts.push(part);
            mixed |= has_and;
        }
        if mixed && self.leans.is_none() {
            let end = start + self.text[start..self.span.start].trim_end().len();
            self.leans = Some(start..end);
        }
        Ok(Expr::Any(parts))
    }

    /// `one ("&&" one)*`, and whether an `&&` stood there.
    fn all(&mut self, depth: usize) -> Result<(Expr<Name>, bool), Malformed> {
        let first = self.one(depth)?;
        if self.token != Token::And {
            return Ok((first, false));
        }
        let mut parts = vec![first];
        while self.token == Token::And {
            self.advance()?;
            parts.push(self.one(depth)?);
        }
        Ok((Expr::All(parts), true))
    }

    /// `"!" one | "(" any ")" | id`
    fn one(&mut self, depth: usize) -> Result<Expr<Name>, Malformed> {
        if depth >= MAX_DEPTH {
            return Err(self.malformed(format!("nested more than {MAX_DEPTH} deep")));
        }
        match self.token {
            Token::Not => {
                self.advance()?;
                Ok(Expr::Not(Box::new(self.one(depth + 1)?)))
            }
            Token::Open => {
                let open = self.span.clone();
                self.advance()?;
                let inner = self.any(depth + 1)?;
                if self.token == Token::End {
                    return Err(Malformed { message: "this parenthesis is never closed".to_owned(), span: open });
                }
                if self.token != Token::Close {
                    return Err(self.malformed(format!("expected `&&`, `||` or `)`, found {}", self.token)));
                }
                self.advance()?;
                Ok(inner)
            }
            Token::Id(DEFAULT) => Err(self.malformed("`default` stands alone".to_owned())),
            Token::Id(id) => {
                let name = Name { id: id.to_owned(), span: self.span.clone() };
                self.advance()?;
                Ok(Expr::Selected(name))
            }
            token => Err(self.malformed(format!("expected a choice, `!` or `(`, found {token}"))),
        }
    }
}

//! Metric math as far as it takes a share of a quota: `m1 / SERVICE_QUOTA(m1) * 100`.

use std::collections::{BTreeMap, BTreeSet};

/// How deep brackets and expressions may nest.
const DEPTH: usize = 32;

/// What an expression is, as far as quotas go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount<'a> {
    Number(f64),
    /// So many times a usage metric.
    Usage(f64, &'a str),
    /// So many times its quota.
    Quota(f64, &'a str),
    /// So many times the share of a quota that is used.
    Share(f64),
}

/// Whether an expression calls `SERVICE_QUOTA()`.
pub(crate) fn calls_service_quota(expression: &str) -> bool {
    calls(expression, "SERVICE_QUOTA(")
}

fn calls(expression: &str, function: &str) -> bool {
    let plain: String = expression.chars().filter(|character| !character.is_whitespace()).collect();
    plain.to_ascii_uppercase().contains(function)
}

/// The words of the expressions that the query `id` is computed from, directly or through others: the ids of its operands
/// are among them. `None` where one asks for all metrics by `METRICS()`.
pub(crate) fn operands<'a>(id: &str, expressions: &BTreeMap<&'a str, &'a str>) -> Option<BTreeSet<&'a str>> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&str> = expressions.get(id).copied().into_iter().collect();
    while let Some(expression) = waiting.pop() {
        if calls(expression, "METRICS(") {
            return None;
        }
        for word in expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if found.insert(word) {
                waiting.extend(expressions.get(word));
            }
        }
    }
    Some(found)
}

/// By what the query `id` multiplies the share of a quota that is used: 1 for `m1/SERVICE_QUOTA(m1)`, 100 where it counts
/// in percent; `None` where it is something else.
///
/// `usage` are the ids of queries for usage metrics, `expressions` the expressions of the others.
pub(crate) fn of_quota(id: &str, usage: &BTreeSet<&str>, expressions: &BTreeMap<&str, &str>) -> Option<f64> {
    match (Queries { usage, expressions }).query(id, 0)? {
        Amount::Share(factor) if factor > 0.0 && factor.is_finite() => Some(factor),
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Queries<'a> {
    usage: &'a BTreeSet<&'a str>,
    expressions: &'a BTreeMap<&'a str, &'a str>,
}

impl<'a> Queries<'a> {
    fn query(self, id: &str, depth: usize) -> Option<Amount<'a>> {
        if depth > DEPTH {
            return None;
        }
        if let Some(id) = self.usage.get(id) {
            return Some(Amount::Usage(1.0, id));
        }
        let tokens = tokens(self.expressions.get(id)?)?;
        let mut at = Reader { queries: self, rest: &tokens, depth };
        let amount = at.sum()?;
        at.rest.is_empty().then_some(amount)
    }
}

struct Reader<'a, 't> {
    queries: Queries<'a>,
    rest: &'t [&'t str],
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn next_if(&mut self, wanted: &[&str]) -> Option<&str> {
        let (first, rest) = self.rest.split_first()?;
        let found = wanted.contains(first).then_some(*first)?;
        self.rest = rest;
        Some(found)
    }

    fn sum(&mut self) -> Option<Amount<'a>> {
        let mut left = self.product()?;
        while let Some(operator) = self.next_if(&["+", "-"]) {
            let sign = if operator == "+" { 1.0 } else { -1.0 };
            left = match (left, self.product()?) {
                (Amount::Number(a), Amount::Number(b)) => Amount::Number(a + sign * b),
                (Amount::Share(a), Amount::Share(b)) => Amount::Share(a + sign * b),
                _ => return None,
            };
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Amount<'a>> {
        let mut left = self.factor()?;
        while let Some(operator) = self.next_if(&["*", "/"]) {
            let times = operator == "*";
            let right = self.factor()?;
            left = if times { multiply(left, right)? } else { divide(left, right)? };
        }
        Some(left)
    }

    fn factor(&mut self) -> Option<Amount<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        if let Ok(number) = first.parse::<f64>() {
            return Some(Amount::Number(number));
        }
        if *first == "(" {
            return self.bracket();
        }
        if self.rest.first() != Some(&"(") {
            return self.queries.query(first, self.depth + 1);
        }
        self.rest = &self.rest[1..];
        let function = first.to_ascii_uppercase();
        match (function.as_str(), self.argument()?) {
            ("SERVICE_QUOTA", Amount::Usage(1.0, id)) => Some(Amount::Quota(1.0, id)),
            // These fill or pick points and leave the scale as it is.
            ("FILL" | "MAX" | "AVG", amount) => Some(amount),
            _ => None,
        }
    }

    fn bracket(&mut self) -> Option<Amount<'a>> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let inner = self.sum()?;
        self.depth -= 1;
        self.next_if(&[")"])?;
        Some(inner)
    }

    /// The first argument; the others, which say how to fill, are passed over.
    fn argument(&mut self) -> Option<Amount<'a>> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let inner = self.sum()?;
        self.depth -= 1;
        if self.rest.first() == Some(&",") {
            let end = self.rest.iter().position(|token| *token == ")")?;
            self.rest = &self.rest[end..];
        }
        self.next_if(&[")"])?;
        Some(inner)
    }
}

fn multiply<'a>(left: Amount<'a>, right: Amount<'a>) -> Option<Amount<'a>> {
    use Amount::{Number, Quota, Share, Usage};
    Some(match (left, right) {
        (Number(a), Number(b)) => Number(a * b),
        (Number(a), Usage(b, id)) | (Usage(b, id), Number(a)) => Usage(a * b, id),
        (Number(a), Quota(b, id)) | (Quota(b, id), Number(a)) => Quota(a * b, id),
        (Number(a), Share(b)) | (Share(b), Number(a)) => Share(a * b),
        _ => return None,
    })
}

fn divide<'a>(left: Amount<'a>, right: Amount<'a>) -> Option<Amount<'a>> {
    use Amount::{Number, Quota, Share, Usage};
    Some(match (left, right) {
        (Number(a), Number(b)) => Number(a / b),
        (Usage(a, id), Number(b)) => Usage(a / b, id),
        (Quota(a, id), Number(b)) => Quota(a / b, id),
        (Share(a), Number(b)) => Share(a / b),
        (Usage(a, used), Quota(b, of)) if used == of => Share(a / b),
        _ => return None,
    })
}

/// `None` for an expression with signs that no share of a quota needs.
fn tokens(expression: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | ',' | '+' | '-' | '*' | '/' => 1,
            word if word.is_ascii_alphanumeric() || matches!(word, '_' | '.') => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len())
            }
            _ => return None,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(expressions: &[(&str, &str)]) -> Option<f64> {
        let usage = BTreeSet::from(["m1", "m2"]);
        of_quota("e1", &usage, &expressions.iter().copied().collect())
    }

    #[test]
    fn a_share_of_a_quota_in_every_spelling() {
        let in_percent = [
            "(m1/SERVICE_QUOTA(m1))*100",
            "m1/SERVICE_QUOTA(m1)*100",
            "100 * m1 / service_quota( m1 )",
            "m1*100/SERVICE_QUOTA(m1)",
            "FILL(m1, 0) / SERVICE_QUOTA(m1) * 100",
            "m1/(SERVICE_QUOTA(m1)/100)",
            "m1/(SERVICE_QUOTA(m1)*0.01)",
        ];
        for expression in in_percent {
            assert_eq!(factor(&[("e1", expression)]), Some(100.0), "{expression}");
        }
        assert_eq!(factor(&[("e1", "m1/SERVICE_QUOTA(m1)")]), Some(1.0));
        assert_eq!(factor(&[("e1", "m1/e2*100"), ("e2", "SERVICE_QUOTA(m1)")]), Some(100.0));
    }

    #[test]
    fn anything_else_is_none() {
        let others = [
            "SERVICE_QUOTA(m1)-m1",
            "m1/SERVICE_QUOTA(m2)",
            "m1",
            "m1/100",
            "IF(m1>SERVICE_QUOTA(m1)*0.8,1,0)",
            "SERVICE_QUOTA(m1)/m1",
            "m1/SERVICE_QUOTA(m1)*",
            "e1",
            "((((",
            "",
            "é",
        ];
        for expression in others {
            assert_eq!(factor(&[("e1", expression)]), None, "{expression}");
        }
        assert_eq!(factor(&[("e1", &"(".repeat(10_000))]), None);
    }

    #[test]
    fn operands_are_followed_through_expressions() {
        let expressions =
            [("e1", "e2 * 100"), ("e2", "FILL(m1,0)/SERVICE_QUOTA(m1)"), ("e3", "m2 + e3"), ("e4", "SUM(METRICS())")];
        let expressions = BTreeMap::from(expressions);
        let of = |id: &str| operands(id, &expressions);
        assert!(of("e1").is_some_and(|words| words.contains("m1") && !words.contains("m2")));
        assert!(of("e3").is_some_and(|words| words.contains("m2")));
        assert!(of("m1").is_some_and(|words| words.is_empty()));
        assert_eq!(of("e4"), None);
    }

    #[test]
    fn a_call_is_seen_in_any_expression() {
        assert!(calls_service_quota("service_quota (m1)"));
        assert!(calls_service_quota("IF(m1 > SERVICE_QUOTA(m1) * 0.8, 1, 0)"));
        assert!(!calls_service_quota("m1 / 100"));
    }
}

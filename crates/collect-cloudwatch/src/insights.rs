//! Metrics Insights: `SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE …`, as far as the namespace goes.

/// Whether an expression is a query, which names its metrics by conditions.
pub(crate) fn is_query(expression: &str) -> bool {
    words(expression).next().is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
}

/// The namespace that a query selects from.
pub(crate) fn namespace(query: &str) -> Option<&str> {
    let mut words = words(query).skip_while(|word| !word.eq_ignore_ascii_case("FROM")).skip(1);
    let first = words.next()?;
    let named = if first.eq_ignore_ascii_case("SCHEMA") { words.next()? } else { first };
    Some(named.trim_matches('"'))
}

/// Bare words, and quoted ones with their quotes; what stands between them is left out.
fn words(query: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let mut rest = query;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !is_word(c) && c != '"');
        let first = rest.chars().next()?;
        let length = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_its_namespace() {
        for query in [
            "SELECT MAX(CPUUtilization) FROM SCHEMA(\"AWS/EC2\", InstanceId)",
            " select AVG(\"FROM x\")\nfrom \"AWS/EC2\" WHERE InstanceId = 'i-1'",
            "SELECT SUM(x) FROM AWS/EC2",
        ] {
            assert!(is_query(query), "{query}");
            assert_eq!(namespace(query), Some("AWS/EC2"), "{query}");
        }
        assert_eq!(namespace("SELECT SUM(x) FROM SCHEMA(CWAgent, host)"), Some("CWAgent"));
    }

    #[test]
    fn metric_math_is_no_query() {
        for expression in ["m1 / SERVICE_QUOTA(m1)", "SELECTED + 1", "", "\"", "é"] {
            assert!(!is_query(expression), "{expression}");
            assert_eq!(namespace(expression), None, "{expression}");
        }
        assert_eq!(namespace("SELECT x FROM"), None);
    }
}

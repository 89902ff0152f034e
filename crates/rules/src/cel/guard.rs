//! Refuses what would overflow the parser's stack, before the parser sees it: it descends once per level of nesting.

use super::CelError;

/// The longest predicate, in bytes.
pub(crate) const LONGEST: usize = 1024;
/// The deepest nesting of brackets, conditionals and signs.
pub(crate) const DEEPEST: usize = 24;
/// The most operators and member accesses: each makes the tree one level deeper when they stand in a chain.
const MOST_OPERATORS: usize = 200;

pub(crate) fn check(source: &str) -> Result<(), CelError> {
    let refuse = |message: String, at: usize, help: &str| {
        Err(CelError { message, at: at..(at + 1).min(source.len().max(1)), help: Some(help.to_owned()) })
    };
    if source.len() > LONGEST {
        return Err(CelError {
            message: format!("a predicate of {} bytes; {LONGEST} is the most", source.len()),
            at: 0..source.len(),
            help: Some("split the rule in two".to_owned()),
        });
    }
    let mut open = 0_usize;
    let mut conditionals = 0_usize;
    let mut signs = 0_usize;
    let mut operators = 0_usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, letter) in source.char_indices() {
        if let Some(end) = quote {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if letter == end => quote = None,
                '\n' | '\r' => {
                    return refuse("a text that goes over the end of its line".to_owned(), at, "write it on one line");
                }
                _ => {}
            }
            continue;
        }
        // What brackets are to be counted depends on where texts end: nothing that ends otherwise than an ordinary one is taken.
        let rest = &source[at..];
        if rest.starts_with("//") {
            return refuse("a comment in a predicate".to_owned(), at, "write it as a comment of the YAML file");
        }
        if rest.starts_with("\"\"\"") || rest.starts_with("'''") {
            return refuse("a text in triple quotes".to_owned(), at, "use single ones");
        }
        if matches!(letter, '"' | '\'') && source[..at].ends_with(|before: char| before.is_ascii_alphanumeric()) {
            return refuse(
                "a raw or binary text".to_owned(),
                at - 1,
                "write an ordinary one, with `\\\\` for a backslash",
            );
        }
        match letter {
            '"' | '\'' => quote = Some(letter),
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '?' => conditionals += 1,
            '.' | '&' | '|' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' => operators += 1,
            _ => {}
        }
        match letter {
            '!' | '-' => signs += 1,
            _ if letter.is_whitespace() => {}
            _ => signs = 0,
        }
        if open.max(conditionals).max(signs) > DEEPEST {
            return refuse(
                format!("a predicate nested more than {DEEPEST} deep"),
                at,
                "split it, or compare with a list: `x in [..]`",
            );
        }
        if operators > MOST_OPERATORS {
            return refuse(
                "a predicate with more than 200 operators".to_owned(),
                at,
                "split it, or compare with a list: `x in [..]`",
            );
        }
    }
    Ok(())
}

//! The rules of composite alarms: `ALARM("a") AND (OK(b) OR AT_LEAST(2, ALARM, (c, d, e)))`.

use std::collections::BTreeSet;

/// The functions that take one alarm.
const STATES: [&str; 3] = ["ALARM", "OK", "INSUFFICIENT_DATA"];

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Comma,
    /// A name or a key word; a quoted one is always a name.
    Word(String),
    Quoted(String),
}

/// The names of the alarms that a rule mentions; ARNs are cut to the names in them.
pub(crate) fn mentions(rule: &str) -> BTreeSet<String> {
    let tokens = tokens(rule);
    let mut names = BTreeSet::new();
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        let Token::Word(word) = token else { continue };
        let [Token::Open, arguments @ ..] = after else { continue };
        if STATES.iter().any(|state| word.eq_ignore_ascii_case(state)) {
            names.extend(arguments.first().and_then(name_of));
            // What was a name is no key word, even if it is called OK.
            rest = arguments.get(1..).unwrap_or_default();
        } else if word.eq_ignore_ascii_case("AT_LEAST") {
            // How many, in which state, and then the alarms, in brackets of their own.
            let alarms = arguments.iter().skip_while(|token| **token != Token::Open).skip(1);
            names.extend(alarms.take_while(|token| **token != Token::Close).filter_map(name_of));
            let end = arguments.iter().position(|token| *token == Token::Close).unwrap_or(arguments.len());
            rest = arguments.get(end..).unwrap_or_default();
        }
    }
    names
}

fn name_of(token: &Token) -> Option<String> {
    let (Token::Word(name) | Token::Quoted(name)) = token else { return None };
    let name = if name.starts_with("arn:") { name.splitn(7, ':').nth(6)? } else { name };
    Some(name.to_owned())
}

fn tokens(rule: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = rule.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '"' | '\'' => {
                let mut name = String::new();
                while let Some(next) = characters.next() {
                    match next {
                        '\\' => name.extend(characters.next()),
                        end if end == character => break,
                        other => name.push(other),
                    }
                }
                tokens.push(Token::Quoted(name));
            }
            space if space.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                while let Some(next) =
                    characters.next_if(|next| !next.is_whitespace() && !matches!(next, '(' | ')' | ',' | '"' | '\''))
                {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rule: &str) -> Vec<String> {
        mentions(rule).into_iter().collect()
    }

    #[test]
    fn every_way_to_name_an_alarm() {
        assert_eq!(names("ALARM(cpu) AND NOT OK('disk (root)')"), ["cpu", "disk (root)"]);
        assert_eq!(names(r#"(ALARM("a \"b\"") OR INSUFFICIENT_DATA( c )) AND TRUE"#), [r#"a "b""#, "c"]);
        assert_eq!(names("ALARM(\"arn:aws:cloudwatch:us-east-1:111122223333:alarm:x:y\")"), ["x:y"]);
        assert_eq!(names("AT_LEAST(2, NOT ALARM, (a, 'b', c)) OR OK(OK)"), ["OK", "a", "b", "c"]);
        assert_eq!(names("ALARM('x AND ALARM(y)')"), ["x AND ALARM(y)"]);
    }

    #[test]
    fn what_is_no_rule_names_nothing() {
        for rule in ["", "FALSE", "ALARM", "ALARM(", "AT_LEAST(", "AT_LEAST(1, ALARM, (", "'", "))(("] {
            assert!(names(rule).is_empty(), "{rule}");
        }
    }
}

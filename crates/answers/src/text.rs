//! Text that fits: notes cut to the Tool's limits, counts in words.

pub use wellproof_review::ours::{CHOICE_NOTE, QUESTION_NOTE, length};

const ELLIPSIS: char = '…';
/// Below this much room a further note is left out whole rather than cut to a stump.
const WORTH_CUTTING: usize = 60;
/// A question's number and a scope that a file names may be of any length; a note keeps room for what it says.
const LABEL: usize = 64;

/// A note and how many of its pieces it leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Note {
    pub(crate) text: String,
    pub(crate) left_out: u64,
}

/// One line: runs of white space and control characters become one space, marks that reorder text go.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if is_reordering(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            gap = !line.is_empty();
            continue;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(c);
    }
    line
}

fn is_reordering(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A sentence ends with a full stop, or with what stands for one.
fn sentence(text: &str) -> String {
    let mut line = one_line(text);
    if !line.is_empty() && !line.ends_with(['.', '!', '?', ELLIPSIS]) {
        line.push('.');
    }
    line
}

/// `text`, or as many whole sentences, else whole words, of it as fit into `room`, ending with `…`.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if length(text) <= room {
        return text.to_owned();
    }
    if room == 0 {
        return String::new();
    }
    let mut used = 1; // the ellipsis
    let (mut at, mut word, mut stop) = (0, 0, 0);
    for (start, c) in text.char_indices() {
        if c == ' ' {
            word = start;
            if text[..start].ends_with(['.', '!', '?', ';']) {
                stop = start;
            }
        }
        used += c.len_utf16();
        if used > room {
            break;
        }
        at = start + c.len_utf8();
    }
    if text[at..].starts_with(' ') {
        word = at;
    }
    let end = if stop * 2 >= at {
        stop
    } else if word * 2 >= at {
        word
    } else {
        at
    };
    format!("{}{ELLIPSIS}", text[..end].trim_end_matches([' ', ',', ';', ':']))
}

/// A label of at most [`LABEL`] characters.
pub(crate) fn label(text: &str) -> String {
    cut(&one_line(text), LABEL)
}

/// A note of at most `limit` characters: the question's number, as many pieces as fit, the most important of which come
/// first, the scope, and how many pieces were left out. Without pieces there is no note.
pub(crate) fn note(number: &str, pieces: &[String], scope: &str, limit: usize) -> Note {
    let pieces: Vec<String> = pieces.iter().map(|piece| sentence(piece)).filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() {
        return Note::default();
    }
    let mut text = format!("{}:", label(number));
    let scope = if scope.is_empty() { String::new() } else { format!(" Scope: {}.", cut(&one_line(scope), 2 * LABEL)) };
    let whole = length(&text) + pieces.iter().map(|piece| 1 + length(piece)).sum::<usize>() + length(&scope);
    if whole <= limit {
        for piece in &pieces {
            text.push(' ');
            text.push_str(piece);
        }
        text.push_str(&scope);
        return Note { text, left_out: 0 };
    }
    let reserved = length(&scope) + if pieces.len() == 1 { 0 } else { length(&left_out(pieces.len())) };
    let mut used = length(&text) + reserved;
    let mut said = 0;
    for piece in &pieces {
        let room = limit.saturating_sub(used + 1);
        let fits = length(piece) <= room;
        if !fits && said > 0 && room < WORTH_CUTTING {
            break;
        }
        let part = cut(piece, room);
        used += 1 + length(&part);
        text.push(' ');
        text.push_str(&part);
        said += 1;
        if !fits {
            break;
        }
    }
    text.push_str(&scope);
    let missing = pieces.len() - said;
    if missing > 0 {
        text.push_str(&left_out(missing));
    }
    Note { text, left_out: missing as u64 }
}

fn left_out(notes: usize) -> String {
    format!(" {} left out.", count(notes as u64, "note", "notes"))
}

/// `1 note`, `2 notes`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// `a`, `a and b`, `a, b and c`; at most `most` by name, the rest counted.
pub(crate) fn list(items: &[String], most: usize) -> String {
    if items.len() > most {
        return format!("{} and {} more", items[..most].join(", "), items.len() - most);
    }
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_pieces_stand_when_they_fit() {
        let pieces = ["quotas not monitored: 12 of 12".to_owned(), "trail logs.".to_owned()];
        let note = note("REL 1", &pieces, "whole account 111122223333, 3 of 17 regions", CHOICE_NOTE);
        assert_eq!(
            note.text,
            "REL 1: quotas not monitored: 12 of 12. trail logs. Scope: whole account 111122223333, 3 of 17 regions."
        );
        assert_eq!(note.left_out, 0);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let pieces: Vec<String> =
            (0..40).map(|n| format!("note {n} says that something was found somewhere")).collect();
        let note = note("REL 1", &pieces, "account", CHOICE_NOTE);
        assert!(note.text.ends_with(&format!(" {} notes left out.", note.left_out)), "{}", note.text);
        assert!(note.left_out > 30);
    }

    #[test]
    fn cuts_at_a_sentence_then_at_a_word_then_anywhere() {
        assert_eq!(cut("One thing. Another thing.", 16), "One thing.…");
        assert_eq!(cut("several words stand here", 16), "several words…");
        assert_eq!(cut(&"x".repeat(30), 10), format!("{}…", "x".repeat(9)));
        assert_eq!(cut("😀😀😀", 4), "😀…");
    }

    #[test]
    fn hostile_names_stay_on_one_line() {
        assert_eq!(one_line("a\u{1b}[31m\n\tb\u{202e}c  "), "a [31m bc");
    }

    proptest! {
        #[test]
        fn never_over_the_limit(
            pieces in proptest::collection::vec("\\PC{0,400}|[a-z 😀.\\n]{0,900}", 0..12),
            number in "[A-Z]{2,5} [1-9]{1,3}",
            scope in "\\PC{0,300}",
            limit in prop_oneof![Just(CHOICE_NOTE), Just(QUESTION_NOTE)],
        ) {
            let made = note(&number, &pieces, &scope, limit);
            prop_assert!(length(&made.text) <= limit, "{} > {limit}", length(&made.text));
            prop_assert_eq!(&made, &note(&number, &pieces, &scope, limit));
            let number = format!("{number}: ");
            prop_assert!(made.text.is_empty() || made.text.starts_with(&number));
            prop_assert!(!made.text.chars().any(char::is_control));
            prop_assert_eq!(made.left_out > 0, made.text.ends_with("left out.") && made.left_out > 0);
        }

        #[test]
        fn a_cut_fits(text in "\\PC{0,200}", room in 0_usize..220) {
            let part = cut(&text, room);
            prop_assert!(length(&part) <= room);
            prop_assert!(part == text || part.is_empty() || part.ends_with(ELLIPSIS));
        }
    }
}

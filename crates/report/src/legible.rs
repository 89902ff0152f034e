//! Strings that somebody else wrote, made safe to show.
//!
//! A tag may hold an escape sequence that clears the terminal, a bidi override that turns `exe.fdp` around, a line
//! break that forges a line of the report, or ten megabytes of nothing.

use std::borrow::Cow;
use std::fmt::Write;

use wellproof_answers::document::LensLine;

/// How many characters of an id, a name or an ARN are shown.
pub(crate) const NAME: usize = 256;
/// How many characters of a note, a reason or a message are shown. The Tool's own limit of a note is 2,084.
pub(crate) const PROSE: usize = 2_400;

/// How many characters of one line of a stored body are shown.
const LINE: usize = 20_000;

/// `text` as an id, a name or an ARN is shown.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    legible(text, NAME)
}

/// `text` as a sentence is shown.
pub(crate) fn prose(text: &str) -> Cow<'_, str> {
    legible(text, PROSE)
}

/// What people wrote, as it is shown to people: whole, with its line breaks and tabs, and with the marks that join or pick letters; else
/// as every string is shown.
pub(crate) fn written(text: &str) -> Cow<'_, str> {
    if !text.contains(unfit) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 32);
    for character in text.replace("\r\n", "\n").chars() {
        if unfit(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The text as a JSON string of what can be seen, where [`written`] shows another.
pub(crate) fn exact(text: &str) -> Option<String> {
    if !text.contains(unfit) {
        return None;
    }
    let mut json = String::with_capacity(text.len() + 32);
    for character in serde_json::Value::from(text).to_string().chars() {
        if unseen(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(json, "\\u{unit:04x}");
            }
        } else {
            json.push(character);
        }
    }
    Some(json)
}

/// What a page cannot show as what people wrote.
fn unfit(character: char) -> bool {
    let joins = matches!(u32::from(character), 0x200C..=0x200D | 0xFE00..=0xFE0F);
    unseen(character) && !joins && !matches!(character, '\n' | '\t')
}

/// `text` as one line, for what stands within a line: a line break in it would forge another.
pub fn legible_line(text: &str) -> Cow<'_, str> {
    legible(text, LINE)
}

/// Lines that hold what somebody else wrote, each made safe to show; the line breaks stay.
pub fn legible_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        shown.push_str(&legible(body, LINE));
        if body.len() < line.len() {
            shown.push('\n');
        }
    }
    shown
}

/// At most `most` characters of `text`; what would not be seen, or would change how its neighbours are seen, stands
/// as an escape.
fn legible(text: &str, most: usize) -> Cow<'_, str> {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let kept = &text[..end];
    if end == text.len() && !kept.contains(unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(kept.len() + 32);
    for character in kept.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if unseen(character) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    if end < text.len() {
        let _ = write!(shown, "… ({} bytes in all)", count(text.len() as u64));
    }
    Cow::Owned(shown)
}

/// Control characters, format characters (bidi, zero width, tags), line and paragraph separators, noncharacters.
fn unseen(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0xFFFE..=0xFFFF | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// A number with commas between its thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A count with its noun, in the plural unless it is one.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", count(number)) }
}

/// The lens that commands answer unless told otherwise.
const USUAL_LENS: &str = "wellarchitected";

/// The command that shows everything behind a question, a choice or a rule.
pub(crate) fn explain(lens: &LensLine, id: &str) -> String {
    let lens = if lens.id == USUAL_LENS { String::new() } else { format!(" --lens {}", quoted(&lens.id)) };
    format!("wellproof explain SNAPSHOT {}{lens}", quoted(id))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    if !word.is_empty() && !word.starts_with('-') && word.len() <= NAME && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", name(word).replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_stands_as_an_escape() {
        assert_eq!(name("a\x1b[2Jb\nc\u{202e}d\u{9b}"), r"a\u{1b}[2Jb\nc\u{202e}d\u{9b}");
        assert_eq!(name("größer 数"), "größer 数");
    }

    #[test]
    fn a_line_break_is_kept_between_lines_only() {
        assert_eq!(legible_line("i-1\nfail i-2"), r"i-1\nfail i-2");
        assert_eq!(legible_lines("i-1\r\nfail i-2\n"), "i-1\\r\nfail i-2\n");
    }

    #[test]
    fn a_long_string_is_cut_and_says_so() {
        let shown = name(&"x".repeat(10 << 20)).into_owned();
        assert!(shown.ends_with("x… (10,485,760 bytes in all)"));
        assert_eq!(shown.chars().filter(|c| *c == 'x').count(), NAME);
    }

    #[test]
    fn a_command_is_quoted_where_the_shell_would_read_more_into_it() {
        let lens = |id: &str| LensLine { id: id.to_owned(), name: String::new(), edition: String::new() };
        let (usual, of_2020) = (lens("wellarchitected"), lens("wellarchitected-2020"));
        assert_eq!(explain(&usual, "rel_quotas"), "wellproof explain SNAPSHOT rel_quotas");
        assert_eq!(explain(&of_2020, "rel_1"), "wellproof explain SNAPSHOT rel_1 --lens wellarchitected-2020");
        assert_eq!(explain(&usual, "a; rm -rf '~'"), r"wellproof explain SNAPSHOT 'a; rm -rf '\''~'\'''");
    }

    #[test]
    fn what_people_wrote_keeps_its_lines_and_its_letters() {
        assert_eq!(written("a\r\nb\tc\u{1b}\u{202e}"), "a\nb\tc\\u{1b}\\u{202e}");
        for kept in ["می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}", "two\n\nparagraphs"] {
            assert_eq!(written(kept), kept);
            assert_eq!(exact(kept), None);
        }
        let hidden = "\u{e0041}\u{1b}\"\r\n\u{9b}";
        let json = exact(hidden).unwrap_or_default();
        assert!(json.chars().all(|it| it.is_ascii() && !it.is_control()), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).ok().as_deref(), Some(hidden));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1_000, 1_234_567].map(count).each_ref().map(String::as_str)
        );
    }
}

//! Whose an answer is, and which notes are ours: choice notes by the marker that ends them, and our block in a question's notes.
//!
//! Both carry the first eight digits of a SHA-256 over what we wrote. A note that somebody has changed since is no longer ours,
//! whatever marks are left in it: it is a person's, and kept.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::Status;

/// What the Tool takes for a choice's notes, in characters (API Reference, `ChoiceNotes`).
pub const CHOICE_NOTE: usize = 250;
/// What the Tool takes for a question's notes, in characters (API Reference, `Notes`).
pub const QUESTION_NOTE: usize = 2084;

/// With less room than this a block says nothing that helps.
const WORTH_SAYING: usize = 40;
const GAP: &str = "\n\n";
const END: &str = "\n[/wellproof]";
const BEGIN: &str = "[wellproof ";

/// Whose a choice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Nobody has answered the question.
    Nobody,
    /// We wrote it, and nobody has changed it since.
    Ours,
    /// A person's.
    Person,
}

/// Whose a choice is, in a question that people have answered or not: there one that is not selected is a person's no.
pub fn owner(status: Status, notes: &str, answered: bool) -> Owner {
    match marked(notes) {
        Some(mark) if mark == status => Owner::Ours,
        None if status == Status::Unselected && !answered && notes.is_empty() => Owner::Nobody,
        _ => Owner::Person,
    }
}

/// Whether people have answered a question by what is said of its choices: something is selected or called off, or was changed, that we
/// did not write.
pub fn is_answered<'a>(choices: impl IntoIterator<Item = (Status, &'a str)>) -> bool {
    choices.into_iter().any(|(status, notes)| match marked(notes) {
        Some(mark) => mark != status,
        None => status != Status::Unselected,
    })
}

/// Length as the strictest reader counts: UTF-16 code units, never fewer than characters. AWS does not say what it counts.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text`, or as many whole words of it as fit, else letters, ending with `…`.
fn cut(text: &str, room: usize) -> String {
    if length(text) <= room {
        return text.to_owned();
    }
    let Some(room) = room.checked_sub(1) else { return String::new() };
    let mut units = 0;
    let too_far = |(_, letter): &(usize, char)| {
        units += letter.len_utf16();
        units > room
    };
    let end = text.char_indices().find(too_far).map_or(text.len(), |(at, _)| at);
    let word = text[..end].rfind(char::is_whitespace).filter(|word| word * 2 >= end).unwrap_or(end);
    format!("{}…", text[..word].trim_end())
}

/// What we have to say may name things that other people named: nothing in it passes for a mark.
fn plain(text: &str) -> String {
    text.trim().replace(BEGIN, "(wellproof ").replace("[/wellproof", "(/wellproof")
}

/// The digest of what we say: how white space is laid out does not change it.
fn digest(kind: &str, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(words.join(" ").as_bytes());
    hex::encode(&hash.finalize()[..4])
}

/// A choice's note that ends with our marker: `… [wellproof selected 1a2b3c4d]`. At most [`CHOICE_NOTE`]; the text is cut, the marker never.
pub fn choice_note(text: &str, status: Status) -> String {
    let word = word(status);
    let marker = |text: &str| format!("[wellproof {word} {}]", digest(word, text));
    let text = plain(text);
    let room = CHOICE_NOTE - length(&marker("")) - 1;
    let text = cut(&text, room);
    if text.is_empty() { marker("") } else { format!("{text} {}", marker(&text)) }
}

/// The status that we last wrote with a choice's note; `None` where the note is not ours, or was changed since.
pub fn marked(note: &str) -> Option<Status> {
    let note = note.trim();
    let inside = note.strip_suffix(']')?;
    let (text, marker) = inside.rsplit_once(BEGIN)?;
    let (said, hash) = marker.split_once(' ')?;
    let status = [Status::Selected, Status::Unselected].into_iter().find(|status| word(*status) == said)?;
    (digest(said, text) == hash).then_some(status)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Selected => "selected",
        Status::Unselected => "unselected",
        Status::NotApplicable => "not_applicable",
    }
}

/// Where our blocks stand in a question's notes; one that somebody has changed is theirs.
fn blocks(notes: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = notes[from..].find(BEGIN).map(|at| from + at) {
        let block = read_block(&notes[start..]);
        from = start + block.map_or(BEGIN.len(), |(_, len)| len);
        if block.is_some() {
            found.push(start..from);
        }
    }
    found
}

/// What a block that stands at the start of `text` says, and how long it is in bytes.
fn read_block(text: &str) -> Option<(&str, usize)> {
    let (head, rest) = text.strip_prefix(BEGIN)?.split_once(']')?;
    let (hash, snapshot) = head.split_once(' ')?;
    let closing = END.trim_start();
    let end = rest.find(closing)?;
    let (said, len) = (&rest[..end], text.len() - rest.len() + end + closing.len());
    (digest(snapshot, said) == hash).then_some((said, len))
}

/// A question's notes with our block in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// At most [`QUESTION_NOTE`].
    pub notes: String,
    /// Whether what we have to say was cut, or left out.
    pub cut: bool,
}

/// Puts what we have to say into a question's notes: in the place of our own block where there is one, else after what people wrote.
/// What people wrote stays as it is, to the letter; where there is too little room, ours is cut. A block that says the same stays, whichever
/// snapshot it was made from; with nothing to say ours is taken out.
pub fn merge(notes: &str, text: &str, snapshot: &str) -> Merged {
    let text = &plain(text);
    let ours = blocks(notes);
    let (before, after) = match ours.first() {
        Some(first) => (notes[..first.start].to_owned(), without(&notes[first.end..])),
        None => (notes.to_owned(), String::new()),
    };
    let taken_out = || {
        if ours.is_empty() {
            return notes.to_owned();
        }
        format!("{}{after}", before.strip_suffix(GAP).unwrap_or(&before))
    };
    if text.is_empty() {
        return Merged { notes: taken_out(), cut: false };
    }
    let gap = if ours.is_empty() && !notes.is_empty() { GAP } else { "" };
    let frame = length(&block("", snapshot));
    let room = QUESTION_NOTE.saturating_sub(length(&before) + length(gap) + frame + length(&after));
    let said = cut(text, room);
    let is_cut = said != *text;
    if is_cut && room < WORTH_SAYING {
        return Merged { notes: taken_out(), cut: true };
    }
    let same = |at: &Range<usize>| {
        let old = read_block(&notes[at.clone()]).map(|(old, _)| old.split_whitespace());
        old.is_some_and(|old| old.eq(said.split_whitespace()))
    };
    if ours.len() == 1 && ours.first().is_some_and(same) {
        return Merged { notes: notes.to_owned(), cut: is_cut };
    }
    Merged { notes: format!("{before}{gap}{}{after}", block(&said, snapshot)), cut: is_cut }
}

/// What people wrote in a question's notes.
pub fn peoples(notes: &str) -> String {
    merge(notes, "", "").notes
}

/// What our block in a question's notes says; nothing where there is none.
pub fn said(notes: &str) -> Option<&str> {
    let block = blocks(notes).into_iter().next()?;
    read_block(&notes[block]).map(|(said, _)| said.trim())
}

/// Without blocks of ours that somebody has copied.
fn without(notes: &str) -> String {
    let mut text = notes.to_owned();
    for block in blocks(notes).into_iter().rev() {
        text.replace_range(block, "");
    }
    text
}

fn block(text: &str, snapshot: &str) -> String {
    // Eight digits tell one snapshot from another, and the plan has them all.
    let snapshot: String = snapshot.trim_start_matches("sha256:").chars().take(12).collect();
    let head = format!("snapshot {snapshot}");
    format!("{BEGIN}{} {head}]\n{text}{END}", digest(&head, text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;

    const SNAPSHOT: &str = "sha256:0123456789abcdef0123456789abcdef";
    const ANOTHER: &str = "sha256:fedcba9876543210fedcba9876543210";

    #[test]
    fn a_choices_note_tells_whose_it_is() {
        let note = choice_note("REL 1: 12 of 12 quotas are alarmed.", Status::Selected);
        assert!(note.starts_with("REL 1: 12 of 12 quotas are alarmed. [wellproof selected "), "{note}");
        assert_eq!(marked(&note), Some(Status::Selected));
        assert_eq!(marked("Roles through single sign-on since spring."), None);
        assert_eq!(marked(&format!("{note} We doubt it.")), None);
        assert_eq!(marked(&note.replace("12 of 12", "11 of 12")), None);
        assert_eq!(marked(&note.replace("selected", "unselected")), None);
    }

    #[test]
    fn our_block_follows_what_people_wrote_and_is_replaced_in_its_place() {
        let first = merge("Ask finance about Spot.", "COST 7: no plan covers anything.", SNAPSHOT).notes;
        assert!(first.starts_with("Ask finance about Spot.\n\n[wellproof "), "{first}");
        assert!(first.contains("snapshot 0123456789ab]\nCOST 7: no plan covers anything.\n[/wellproof]"), "{first}");
        let edited = format!("{first}\nAsked on Monday.");
        let second = merge(&edited, "COST 7: one plan covers half.", SNAPSHOT).notes;
        assert!(second.starts_with("Ask finance about Spot.\n\n[wellproof "), "{second}");
        assert!(second.ends_with("[/wellproof]\nAsked on Monday."), "{second}");
        assert_eq!(
            (said(&first), said(&second)),
            (Some("COST 7: no plan covers anything."), Some("COST 7: one plan covers half."))
        );
        assert!(!second.contains("no plan"), "{second}");
    }

    #[test]
    fn what_a_person_wrote_into_our_block_is_theirs() {
        let ours = merge("", "REL 1: not alarmed.", SNAPSHOT).notes;
        let theirs = ours.replace("not alarmed.", "not alarmed. That is wrong, says Ada.");
        let merged = merge(&theirs, "REL 1: alarmed.", SNAPSHOT).notes;
        assert!(merged.starts_with(&theirs), "{merged}");
        assert!(merged.contains("REL 1: alarmed."), "{merged}");
    }

    #[test]
    fn another_snapshot_that_says_the_same_changes_nothing() {
        let ours = merge("Theirs.", "REL 1: alarmed.", SNAPSHOT).notes;
        assert_eq!(merge(&ours, "REL 1: alarmed.", ANOTHER).notes, ours);
    }

    #[test]
    fn people_who_filled_the_notes_keep_them_and_ours_is_left_out() {
        for length in QUESTION_NOTE - 80..=QUESTION_NOTE {
            let theirs = "é".repeat(length);
            assert_eq!(merge(&theirs, &"word ".repeat(100), SNAPSHOT), Merged { notes: theirs, cut: true });
        }
    }

    /// What people write, up to the limit.
    fn peoples_notes() -> impl Strategy<Value = String> {
        ("(\\PC|\n|[a-z 😀é]){0,60}", 0..2100_usize).prop_map(|(text, length)| {
            let whole = text.chars().cycle().take(if text.is_empty() { 0 } else { length });
            whole.take(QUESTION_NOTE).collect()
        })
    }

    proptest! {
        #[test]
        fn peoples_text_is_never_cut(
            theirs in peoples_notes(), text in "(\\PC|[a-z ]){0,300}", again in "[a-z é]{0,2500}",
        ) {
            let merged = merge(&theirs, &text, SNAPSHOT);
            let most = QUESTION_NOTE.max(length(&theirs));
            prop_assert!(length(&merged.notes) <= most);
            prop_assert!(merged.notes.starts_with(&theirs));
            prop_assert_eq!(&peoples(&merged.notes), &theirs);
            prop_assert_eq!(&merge(&merged.notes, &text, ANOTHER).notes, &merged.notes);
            let second = merge(&merged.notes, &again, ANOTHER);
            prop_assert!(length(&second.notes) <= most);
            prop_assert_eq!(peoples(&second.notes), theirs);
        }

        #[test]
        fn a_choices_note_fits_and_is_ours(text in "(\\PC|[a-z 😀]){0,400}", selected: bool) {
            let status = if selected { Status::Selected } else { Status::Unselected };
            let note = choice_note(&text, status);
            prop_assert!(length(&note) <= CHOICE_NOTE);
            prop_assert_eq!(marked(&note), Some(status));
            prop_assert_eq!(choice_note(&text, status), note);
        }

        #[test]
        fn nothing_that_people_write_passes_for_ours(text in "(\\PC|\n){0,300}", hash in "[0-9a-f]{8}") {
            prop_assert_eq!(marked(&text), None);
            let forged = format!("{text} [wellproof selected {hash}]");
            prop_assert_eq!(marked(&forged).is_some(), digest("selected", &text) == hash);
        }
    }
}

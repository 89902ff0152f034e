//! XML bodies: the `ec2` and `query` protocols.

use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::{Keep, Lost, json};

/// Elements that wrap the entries of a list.
const LIST_WRAPPERS: [&str; 2] = ["item", "member"];
/// How deep a body may nest.
const DEPTH: usize = 64;

pub(super) fn redact(body: &[u8], keep: &Keep, lost: &mut Lost) -> Option<Vec<u8>> {
    let mut reader = Reader::from_reader(body);
    let mut writer = Writer::new(Vec::with_capacity(body.len()));
    let mut open: Vec<Step> = Vec::new();
    // Text may come in several events (around entities); it is judged whole, when its element ends.
    // Only an element without children has text that means anything; around children it is white space.
    let mut text = String::new();
    let mut leaf = false;
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Decl(declaration) => writer.write_event(Event::Decl(declaration)).ok()?,
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return None;
                }
                text.clear();
                leaf = true;
                let name = String::from_utf8(start.local_name().as_ref().to_vec()).ok()?;
                let step = Step::of(&name, &open);
                if let Some(name) = step.name() {
                    lost.enter(name);
                }
                writer.write_event(Event::Start(without_attributes(&start, open.is_empty())?)).ok()?;
                open.push(step);
            }
            Event::Empty(start) => {
                writer.write_event(Event::Empty(without_attributes(&start, open.is_empty())?)).ok()?;
            }
            Event::Text(event) => text.push_str(&event.decode().ok()?),
            Event::CData(event) => text.push_str(&event.decode().ok()?),
            Event::GeneralRef(reference) => text.push_str(&resolved(&reference)?),
            Event::End(end) => {
                if leaf && !text.is_empty() {
                    let kept = kept_text(&text, &open, keep, lost);
                    writer.write_event(Event::Text(BytesText::new(&kept))).ok()?;
                }
                let key = (leaf && matches!(open.last(), Some(Step::Key))).then(|| text.clone());
                leaf = false;
                text.clear();
                if open.pop().is_some_and(|step| step.name().is_some()) {
                    lost.leave();
                }
                if let Some(key) = key.filter(|key| keeps_entry(key, &open, keep)) {
                    open.pop();
                    open.push(Step::Entry(Some(key.clone())));
                    lost.leave();
                    lost.enter(&key);
                }
                writer.write_event(Event::End(end)).ok()?;
            }
            // Comments and processing instructions carry nothing that an SDK reads.
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    open.is_empty().then(|| writer.into_inner())
}

/// What an element is to the path of a member.
enum Step {
    /// The root, a list's wrapper, or the query protocol's `…Result`.
    Envelope,
    Member(String),
    /// An entry of the query protocol's maps, by its key: none before that was read, and where it is not kept.
    Entry(Option<String>),
    /// The key of such an entry.
    Key,
}

impl Step {
    fn of(name: &str, open: &[Step]) -> Self {
        let result_of_query = open.len() == 1 && name.ends_with("Result");
        if open.is_empty() || result_of_query || LIST_WRAPPERS.contains(&name) {
            return Self::Envelope;
        }
        match (name, open.last()) {
            ("entry", _) => Self::Entry(None),
            ("key", Some(Self::Entry(None))) => Self::Key,
            ("value", Some(Self::Entry(Some(_)))) => Self::Envelope,
            _ => Self::Member(name.to_owned()),
        }
    }

    /// What it adds to the path of a member.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Envelope => None,
            Self::Member(name) | Self::Entry(Some(name)) => Some(name),
            Self::Entry(None) => Some("entry"),
            Self::Key => Some("key"),
        }
    }
}

/// Whether the value of this key is kept in some part, of the map whose entry is open.
fn keeps_entry(key: &str, open: &[Step], keep: &Keep) -> bool {
    let [map @ .., Step::Entry(None)] = open else { return false };
    at(map, keep).is_some_and(|map| map.child(key).is_some())
}

/// What is kept below the open steps.
fn at<'k>(open: &[Step], keep: &'k Keep) -> Option<&'k Keep> {
    open.iter().filter_map(Step::name).try_fold(keep, |keep, name| keep.child(name))
}

/// Namespaces stay on the root, where the SDK may look for them; nothing else carries meaning in an attribute.
fn without_attributes(start: &BytesStart<'_>, root: bool) -> Option<BytesStart<'static>> {
    if root {
        return Some(start.clone().into_owned());
    }
    let name = String::from_utf8(start.name().as_ref().to_vec()).ok()?;
    Some(BytesStart::new(name))
}

fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    let name = reference.decode().ok()?;
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned)
}

fn kept_text(text: &str, open: &[Step], keep: &Keep, lost: &mut Lost) -> String {
    let members: Vec<&str> = open.iter().filter_map(Step::name).collect();
    // The envelope's own request id is no response member, and citations need it.
    if matches!(members.as_slice(), ["requestId" | "RequestId" | "RequestID"] | ["ResponseMetadata", "RequestId"]) {
        return text.to_owned();
    }
    if let [entry @ .., Step::Key] = open
        && keeps_entry(text, entry, keep)
    {
        return lost.kept(text).into_owned();
    }
    match at(open, keep) {
        Some(keep) if keep.embedded().is_some() => json::kept_text(text, keep, lost),
        Some(keep) if keep.keeps_text() => lost.kept(text).into_owned(),
        _ if matches!(text, "true" | "false") => text.to_owned(),
        _ if text.parse::<f64>().is_ok() => {
            lost.here();
            "0".to_owned()
        }
        _ => lost.dropped(text),
    }
}

//! Keys that objects share, found again while the objects are parsed.
//!
//! Records of one type have the same keys in the same order. Each thread remembers the sequences of keys that it has met
//! as a tree; parsing an object walks it, comparing each key with the one that followed the last time. A known object
//! costs no allocation for its keys, neither in time nor in memory.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Visitor};
use triomphe::ThinArc;

use crate::Value;
use crate::line::plain_len;

/// A sequence of keys, as the place in the tree where it ends.
pub(crate) type Node = u32;

/// The empty sequence.
pub(crate) const ROOT: Node = 0;

/// Keys made of data (the names of tags, say) would fill the tree without being met again.
const MOST_NODES: usize = 1 << 14;
const MOST_CHILDREN: usize = 64;
/// Values that a thread keeps room for between two objects.
const ROOM: usize = 1 << 14;

struct Known {
    key: CompactString,
    /// Whether the key stands in JSON as it is, without an escape.
    plain: bool,
    parent: Node,
    children: Vec<Node>,
    /// The child that was met last; `ROOT` for none.
    guess: Node,
    keys: Option<Arc<[CompactString]>>,
}

impl Known {
    fn new(key: &str, parent: Node) -> Self {
        let plain = plain_len(key.as_bytes()) == key.len();
        Self { key: key.into(), plain, parent, children: Vec::new(), guess: ROOT, keys: None }
    }
}

/// What a thread remembers.
pub(crate) struct Tree {
    known: Vec<Known>,
    /// The values of the objects and lists that are being parsed, the innermost last.
    pending: Vec<Value>,
}

thread_local! {
    static TREE: Cell<Option<Box<Tree>>> = const { Cell::new(None) };
}

/// Lends what the thread remembers; to a call within such a call, something new.
pub(crate) fn with_tree<T>(act: impl FnOnce(&mut Tree) -> T) -> T {
    let mut tree = TREE.take().unwrap_or_else(|| Box::new(Tree::new()));
    let result = act(&mut tree);
    // What an error left, and the room that one huge list took.
    if !tree.pending.is_empty() || tree.pending.capacity() > ROOM {
        tree.pending = Vec::new();
    }
    TREE.set(Some(tree));
    result
}

impl Tree {
    fn new() -> Self {
        Self { known: vec![Known::new("", ROOT)], pending: Vec::new() }
    }

    /// Where the values of an object or list will begin that is about to be parsed.
    pub(crate) fn base(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn push(&mut self, value: Value) {
        self.pending.push(value);
    }

    pub(crate) fn list(&mut self, base: usize) -> Arc<[Value]> {
        self.pending.drain(base..).collect()
    }

    pub(crate) fn map(&mut self, base: usize, node: Node) -> ThinArc<Arc<[CompactString]>, Value> {
        let keys = self.keys(node);
        ThinArc::from_header_and_iter(keys, self.pending.drain(base..))
    }

    /// The entries of an object that turns out to have keys that are not remembered.
    pub(crate) fn entries(&mut self, base: usize, node: Node) -> Vec<(CompactString, Value)> {
        let keys = self.keys(node);
        keys.iter().cloned().zip(self.pending.drain(base..)).collect()
    }

    /// The key that followed the last time, if it stands in JSON as it is, and where it leads.
    pub(crate) fn guess(&self, from: Node) -> Option<(&str, Node)> {
        let node = self.known[from as usize].guess;
        let guess = &self.known[node as usize];
        (node != ROOT && guess.plain).then_some((guess.key.as_str(), node))
    }

    pub(crate) fn step(&mut self, from: Node, key: &str) -> Option<Node> {
        let guess = self.known[from as usize].guess;
        if guess != ROOT && self.known[guess as usize].key == key {
            return Some(guess);
        }
        let children = &self.known[from as usize].children;
        let met = children.iter().copied().find(|child| self.known[*child as usize].key == key);
        let next = met.or_else(|| self.grow(from, key))?;
        self.known[from as usize].guess = next;
        Some(next)
    }

    /// Adds a sequence, if its keys stay sorted and there is room.
    fn grow(&mut self, from: Node, key: &str) -> Option<Node> {
        let parent = &self.known[from as usize];
        let sorted = from == ROOT || parent.key.as_str() < key;
        if !sorted || parent.children.len() >= MOST_CHILDREN || self.known.len() >= MOST_NODES {
            return None;
        }
        let next = Node::try_from(self.known.len()).ok()?;
        self.known.push(Known::new(key, from));
        self.known[from as usize].children.push(next);
        Some(next)
    }

    fn keys(&mut self, node: Node) -> Arc<[CompactString]> {
        if let Some(keys) = &self.known[node as usize].keys {
            return Arc::clone(keys);
        }
        let mut keys = Vec::new();
        let mut at = node;
        while at != ROOT {
            keys.push(self.known[at as usize].key.clone());
            at = self.known[at as usize].parent;
        }
        keys.reverse();
        let keys: Arc<[CompactString]> = keys.into();
        self.known[node as usize].keys = Some(Arc::clone(&keys));
        keys
    }
}

/// Sorted keys, shared if they were met before.
pub(crate) fn keys_of<'a>(keys: impl Iterator<Item = &'a CompactString> + Clone) -> Arc<[CompactString]> {
    let known = with_tree(|tree| {
        let node = keys.clone().try_fold(ROOT, |node, key| tree.step(node, key));
        node.map(|node| tree.keys(node))
    });
    known.unwrap_or_else(|| keys.cloned().collect())
}

/// Reads one key: the sequence that it leads to, or the key itself where that sequence is not remembered.
pub(crate) struct Step<'t>(pub(crate) &'t mut Tree, pub(crate) Node);

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = Result<Node, CompactString>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Step<'_> {
    type Value = Result<Node, CompactString>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.step(self.1, key).ok_or_else(|| key.into()))
    }
}

//! Keys that objects share, found again while the objects are parsed.
//!
//! Records of one type have the same keys in the same order. Each thread remembers the sequences of keys that it has met
//! as a tree; parsing an object walks it, comparing each key with the one that followed the last time. A known object
//! costs no allocation for its keys, neither in time nor in memory.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Visitor};
use triomphe::ThinArc;

use crate::Value;

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
    parent: Node,
    children: Vec<Node>,
    /// The child that was met last; `ROOT` for none.
    guess: Node,
    keys: Option<Arc<[CompactString]>>,
}

struct Tree {
    known: Vec<Known>,
    /// The values of the objects and lists that are being parsed, the innermost last.
    pending: Vec<Value>,
}

thread_local! {
    static TREE: RefCell<Tree> = RefCell::new(Tree::new());
}

impl Tree {
    fn new() -> Self {
        let root = Known { key: CompactString::default(), parent: ROOT, children: Vec::new(), guess: ROOT, keys: None };
        Self { known: vec![root], pending: Vec::new() }
    }

    fn step(&mut self, from: Node, key: &str) -> Option<Node> {
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
        self.known.push(Known { key: key.into(), parent: from, children: Vec::new(), guess: ROOT, keys: None });
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

/// The keys of a sequence.
pub(crate) fn keys_at(node: Node) -> Arc<[CompactString]> {
    TREE.with_borrow_mut(|tree| tree.keys(node))
}

/// Sorted keys, shared if they were met before.
pub(crate) fn keys_of<'a>(keys: impl Iterator<Item = &'a CompactString> + Clone) -> Arc<[CompactString]> {
    TREE.with_borrow_mut(|tree| {
        let node = keys.clone().try_fold(ROOT, |node, key| tree.step(node, key));
        node.map(|node| tree.keys(node))
    })
    .unwrap_or_else(|| keys.cloned().collect())
}

/// Reads one key: the sequence that it leads to, or the key itself where that sequence is not remembered.
pub(crate) struct Step(pub(crate) Node);

impl<'de> DeserializeSeed<'de> for Step {
    type Value = Result<Node, CompactString>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Step {
    type Value = Result<Node, CompactString>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(TREE.with_borrow_mut(|tree| tree.step(self.0, key)).ok_or_else(|| key.into()))
    }
}

/// The values of one object or list that is being parsed. They lie on the thread's stack of such values.
pub(crate) struct Pending {
    base: usize,
}

impl Pending {
    pub(crate) fn new() -> Self {
        Self { base: TREE.with_borrow(|tree| tree.pending.len()) }
    }

    pub(crate) fn push(&mut self, value: Value) {
        TREE.with_borrow_mut(|tree| {
            debug_assert!(self.base <= tree.pending.len(), "an outer object was ended before an inner one");
            tree.pending.push(value);
        });
    }

    pub(crate) fn into_list(self) -> Arc<[Value]> {
        TREE.with_borrow_mut(|tree| tree.pending.drain(self.base..).collect())
    }

    pub(crate) fn into_vec(self) -> Vec<Value> {
        TREE.with_borrow_mut(|tree| tree.pending.drain(self.base..).collect())
    }

    pub(crate) fn into_map(self, keys: Arc<[CompactString]>) -> ThinArc<Arc<[CompactString]>, Value> {
        TREE.with_borrow_mut(|tree| ThinArc::from_header_and_iter(keys, tree.pending.drain(self.base..)))
    }
}

impl Drop for Pending {
    /// Takes back what was left by an error, and room that one huge list took.
    fn drop(&mut self) {
        let left = TREE.with_borrow_mut(|tree| {
            let left = if self.base < tree.pending.len() { tree.pending.split_off(self.base) } else { Vec::new() };
            if self.base == 0 && tree.pending.capacity() > ROOM {
                tree.pending = Vec::new();
            }
            left
        });
        drop(left);
    }
}

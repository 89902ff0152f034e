//! Which calls a derived fact rests on.

use std::collections::HashSet;

use wellproof_model::{CallId, Resource};

/// Calls, gathered while a fact is being made: of the facts that it was joined from, and of the complete listings that
/// prove that there was nothing more to join.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cite<'e> {
    facts: Vec<&'e [CallId]>,
    proofs: Vec<&'e [CallId]>,
}

impl<'e> Cite<'e> {
    pub(crate) fn fact(&mut self, resource: &'e Resource) {
        add(&mut self.facts, &resource.calls);
    }

    pub(crate) fn proof(&mut self, listings: &[&'e [CallId]]) {
        for calls in listings {
            add(&mut self.proofs, calls);
        }
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        other.facts.iter().for_each(|calls| add(&mut self.facts, calls));
        other.proofs.iter().for_each(|calls| add(&mut self.proofs, calls));
    }

    /// The calls, sorted, each once. Beyond `most` the facts' own come first, then some of each listing: the rest of a
    /// listing's calls stands in the listing itself.
    pub(crate) fn calls(&self, most: usize) -> Vec<CallId> {
        let total: usize = self.facts.iter().chain(&self.proofs).map(|calls| calls.len()).sum();
        let mut calls: Vec<&CallId> = if total <= most {
            self.facts.iter().chain(&self.proofs).copied().flatten().collect()
        } else {
            self.first(most)
        };
        calls.sort_unstable();
        calls.dedup();
        calls.into_iter().cloned().collect()
    }

    fn first(&self, most: usize) -> Vec<&'e CallId> {
        let longest = self.proofs.iter().map(|calls| calls.len()).max().unwrap_or(0);
        let by_turns = (0..longest).flat_map(|at| self.proofs.iter().filter_map(move |calls| calls.get(at)));
        let mut seen = HashSet::with_capacity(most);
        let mut first = Vec::with_capacity(most);
        for call in self.facts.iter().copied().flatten().chain(by_turns) {
            if first.len() >= most {
                break;
            }
            if seen.insert(call) {
                first.push(call);
            }
        }
        first
    }
}

fn add<'e>(to: &mut Vec<&'e [CallId]>, calls: &'e [CallId]) {
    // Mostly the same few listings come again and again.
    let again = to.iter().rev().take(16).any(|have| std::ptr::eq(*have, calls));
    if !calls.is_empty() && !again {
        to.push(calls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<CallId> {
        names.iter().map(|name| CallId::from(*name)).collect()
    }

    #[test]
    fn calls_are_sorted_and_each_once() {
        let (a, b) = (ids(&["c", "a"]), ids(&["b", "a"]));
        let mut cite = Cite::default();
        add(&mut cite.facts, &a);
        cite.proof(&[&b, &b]);
        assert_eq!(cite.calls(10), ids(&["a", "b", "c"]));
    }

    #[test]
    fn a_long_listing_does_not_crowd_out_another() {
        let (own, long, short) = (ids(&["own"]), ids(&["l1", "l2", "l3", "l4"]), ids(&["s1"]));
        let mut cite = Cite::default();
        add(&mut cite.facts, &own);
        cite.proof(&[&long, &short]);
        assert_eq!(cite.calls(3), ids(&["l1", "own", "s1"]));
    }
}

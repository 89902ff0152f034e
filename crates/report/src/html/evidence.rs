//! The registers that the rest of the page points into: rules and calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use wellproof_answers::document::{Choice, Citation, Document, Question, RuleLine};

use super::picture;
use crate::legible::{NAME, count, counted, explain, name, prose};
use crate::review;

/// How many resources are listed for each rule on a choice, at most.
pub(super) const RESOURCES: usize = 50;
/// How many resources are listed on the page, about.
const RESOURCES_ON_PAGE: usize = 8_000;
/// How many calls stand in the register, at most.
const CALLS: usize = 8_000;
/// How many calls are named beside a resource, at most.
pub(super) const CALLS_OF_A_RESOURCE: usize = 6;
/// How many gaps are listed, at most.
pub(super) const GAPS: usize = 500;

/// An `id` for what the lens, a rule or a snapshot calls `id`: the same as there where that can stand in a link.
pub(super) fn anchor(of: &str, id: &str) -> String {
    if !id.is_empty() && id.len() <= NAME && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return format!("{of}-{id}");
    }
    let mut shown = format!("{of}-x-");
    for byte in &Sha256::digest(id.as_bytes())[..8] {
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}

/// A call's `id`: its own, which is what stands on paper.
fn call_anchor(call: &str) -> String {
    let own = call
        .strip_prefix("c-")
        .is_some_and(|rest| !rest.is_empty() && rest.len() <= 64 && rest.chars().all(|c| c.is_ascii_hexdigit()));
    if own { call.to_owned() } else { anchor("call", call) }
}

/// A choice's `id`; custom lenses may use one choice id under several questions.
pub(super) fn choice_anchor(question: &Question, choice: &Choice) -> String {
    format!("{}.{}", anchor("q", &question.id), anchor("choice", &choice.id))
}

/// A rule's id, as a link where the register holds it.
pub(super) fn rule_link(document: &Document, rule: &str) -> Markup {
    html! {
        @if document.rules.contains_key(rule) {
            a href={ "#" (anchor("rule", rule)) } { code { (name(rule)) } }
        } @else {
            code { (name(rule)) }
        }
    }
}

/// A call in the register.
pub(super) struct Entry<'a> {
    citation: &'a Citation,
    command: String,
}

/// The document with its indexes.
pub(super) struct Evidence<'a> {
    pub(super) document: &'a Document,
    calls: BTreeMap<&'a str, &'a Citation>,
    registered: BTreeMap<&'a str, &'a Choice>,
    accounts: Vec<&'a str>,
    regions: Vec<&'a str>,
    gap_places: GapPlaces<'a>,
    undecided: BTreeMap<&'a str, Vec<&'a str>>,
    bears_on: BTreeMap<&'a str, Vec<(&'a Question, &'a Choice)>>,
    cap: usize,
    unregistered: u64,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let calls = review::calls(document);
        let cap = cap(document);
        let mut registered = BTreeMap::new();
        let mut unregistered = BTreeSet::new();
        let mut accounts: BTreeSet<&str> = document.snapshot.accounts.iter().map(String::as_str).collect();
        let mut regions: BTreeSet<&str> = document.snapshot.regions.iter().map(String::as_str).collect();
        let mut bears_on: BTreeMap<&str, Vec<(&Question, &Choice)>> = BTreeMap::new();
        let gap_places: GapPlaces<'_> =
            document.gaps.iter().filter_map(|gap| Some((gap.id.as_str(), unit_place(&gap.unit)?))).collect();
        for (question, choice) in choices(document) {
            let listed = choice.rules.iter().flat_map(|rule| rule.resources.iter().take(cap));
            let named = listed.flat_map(|resource| resource.calls.iter().take(CALLS_OF_A_RESOURCE)).map(String::as_str);
            let cited = choice.citations.iter().map(|citation| citation.call.as_str());
            for call in cited.chain(named).filter(|call| calls.contains_key(call)) {
                if registered.len() < CALLS || registered.contains_key(call) {
                    registered.entry(call).or_insert(choice);
                } else {
                    unregistered.insert(call);
                }
            }
            for rule in &choice.rules {
                bears_on.entry(&rule.id).or_default().push((question, choice));
            }
            for (account, region) in places_of(document, &gap_places, choice) {
                accounts.extend(account);
                regions.extend(region);
            }
        }
        let mut undecided: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, rule) in &document.rules {
            for gap in &rule.gaps {
                undecided.entry(gap).or_default().push(id);
            }
        }
        Self {
            document,
            calls,
            registered,
            accounts: accounts.into_iter().collect(),
            regions: regions.into_iter().collect(),
            gap_places,
            undecided,
            bears_on,
            cap,
            unregistered: unregistered.len() as u64,
        }
    }

    /// How many resources are listed for each rule on a choice.
    pub(super) fn cap(&self) -> usize {
        self.cap
    }

    /// The rules that a gap left undecided.
    pub(super) fn undecided(&self, gap: &str) -> &[&'a str] {
        self.undecided.get(gap).map_or(&[], Vec::as_slice)
    }

    pub(super) fn account_key(&self, account: &str) -> String {
        key(&self.accounts, account)
    }

    pub(super) fn region_key(&self, region: &str) -> String {
        key(&self.regions, region)
    }

    pub(super) fn account_options(&self) -> Vec<(String, String)> {
        options(&self.accounts)
    }

    pub(super) fn region_options(&self) -> Vec<(String, String)> {
        options(&self.regions)
    }

    pub(super) fn pillar_options(&self) -> Vec<(String, String)> {
        self.document.pillars.iter().map(|pillar| (pillar_key(&pillar.id), name(&pillar.name).into_owned())).collect()
    }

    /// The keys of the accounts and of the regions that a choice's evidence lies in, or that it lacks evidence of.
    pub(super) fn places(&self, choice: &Choice) -> (String, String) {
        let (mut accounts, mut regions) = (BTreeSet::new(), BTreeSet::new());
        for (account, region) in places_of(self.document, &self.gap_places, choice) {
            accounts.extend(account);
            regions.extend(region);
        }
        let accounts: Vec<String> = accounts.into_iter().map(|account| self.account_key(account)).collect();
        let regions: Vec<String> = regions.into_iter().map(|region| self.region_key(region)).collect();
        (accounts.join(" "), regions.join(" "))
    }

    /// Links to calls, at most `most`, those of one operation together, with how many more there are.
    pub(super) fn chips<'b>(
        &self,
        calls: impl ExactSizeIterator<Item = &'b str>,
        most: usize,
        left_out: u64,
        label: &str,
    ) -> Markup {
        let all = calls.len() as u64 + left_out;
        let more = all - calls.len().min(most) as u64;
        let mut operations: BTreeMap<(&str, &str), Vec<&Citation>> = BTreeMap::new();
        let mut untold = Vec::new();
        for call in calls.take(most) {
            match self.calls.get(call) {
                Some(citation) => {
                    operations.entry((&citation.service, &citation.operation)).or_default().push(citation);
                }
                None => untold.push(call),
            }
        }
        html! {
            @if all > 0 {
                div.proof {
                    span.proof-label { (label) }
                    ul {
                        @for citations in operations.values_mut() {
                            @let () = citations.sort_by_key(|citation| (&citation.region, &citation.call));
                            li { @for (at, citation) in citations.iter().enumerate() { (self.chip(citation, at > 0)) " " } }
                        }
                        @for call in untold { li { code { (name(call)) } } }
                        @if more > 0 { li.left-out { "and " (counted(more, "more call")) } }
                    }
                }
            }
        }
    }

    /// A link to a call; `again` where one of the same operation stands before it.
    fn chip(&self, citation: &Citation, again: bool) -> Markup {
        let operation = format!("{}:{}", name(&citation.service), name(&citation.operation));
        html! {
            @if !self.registered.contains_key(citation.call.as_str()) {
                span.call { (operation) " " code { (name(&citation.call)) } }
            } @else if again {
                a.call href={ "#" (call_anchor(&citation.call)) } aria-label={ (operation) " " (name(&citation.region)) } {
                    span { (name(&citation.region)) }
                }
            } @else {
                a.call href={ "#" (call_anchor(&citation.call)) } { (operation) " " span { (name(&citation.region)) } }
            }
        }
    }

    /// A rule in its register, closed.
    pub(super) fn rule(&self, id: &str, rule: &RuleLine) -> Markup {
        let on = self.bears_on.get(id).map_or(&[][..], Vec::as_slice);
        let calls: BTreeSet<&str> = on
            .iter()
            .flat_map(|(_, choice)| &choice.rules)
            .filter(|on| on.id == id)
            .flat_map(|rule| rule.resources.iter().take(self.cap))
            .flat_map(|resource| resource.calls.iter().take(CALLS_OF_A_RESOURCE))
            .map(String::as_str)
            .collect();
        let calls = if calls.is_empty() {
            on.iter().flat_map(|(_, choice)| &choice.citations).map(|citation| citation.call.as_str()).collect()
        } else {
            calls
        };
        html! {
            details.rule-line id=(anchor("rule", id)) {
                summary {
                    (picture::verdict(rule.verdict))
                    h3 { (prose(&rule.title)) }
                }
                div.body data-explain=(explain(&self.document.lens, id)) {
                    p { code { (name(id)) } ": " (review::tally(rule.passed, rule.failed, rule.unknown, rule.not_judged)) "." }
                    (rule_says(rule))
                    dl.says {
                        @if !on.is_empty() {
                            div { dt { "Bears on" } dd {
                                @for (at, (question, choice)) in on.iter().enumerate() {
                                    @if at > 0 { "; " }
                                    a href={ "#" (choice_anchor(question, choice)) } { (name(&question.number)) ", " (prose(&choice.title)) }
                                }
                            } }
                        }
                        div { dt { "Shown by" } dd { code.command { (explain(&self.document.lens, id)) } } }
                    }
                    (self.chips(calls.into_iter(), 6, 0, "How do we know?"))
                }
            }
        }
    }

    /// The calls in the register, by id.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'a>> {
        self.registered.iter().filter_map(|(call, choice)| {
            Some(Entry { citation: self.calls.get(call)?, command: explain(&self.document.lens, &choice.id) })
        })
    }

    /// The heading of the register of calls; left open.
    pub(super) fn calls_opening(&self) -> Markup {
        html! {
            (PreEscaped("<section id=\"calls\" aria-labelledby=\"calls-heading\">"))
            h2 #calls-heading { "Calls " span.tally { (counted(self.registered.len() as u64, "call")) " cited above" } }
            p.aside {
                "Each is one read-only API request and AWS's answer, stored in the snapshot. The hash is of the stored body; the request id "
                "is the one in CloudTrail."
            }
            @if self.unregistered > 0 {
                p.left-out { (counted(self.unregistered, "more call")) " cited above but left out here; the JSON report holds them." }
            }
            (PreEscaped("<details class=\"plain register\"><summary>The register</summary>\
                <div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Register of calls\"><table><thead><tr>"))
            @for head in ["Call", "Operation", "Account", "Region", "Answered at", "Request id", "SHA-256", "Shown by"] {
                th scope="col" { (head) }
            }
            (PreEscaped("</tr></thead><tbody>"))
        }
    }
}

impl Entry<'_> {
    /// Its row in the register.
    pub(super) fn row(&self) -> Markup {
        let Citation { call, service, operation, account, region, at, request_id, sha256 } = self.citation;
        html! {
            tr id=(call_anchor(call)) {
                th scope="row" { (name(call)) }
                td { (name(service)) ":" (name(operation)) }
                td { (name(account)) }
                td { (name(region)) }
                td { (at) }
                td { (request_id.as_deref().map_or("none".into(), name)) }
                td.hash { (name(sha256)) }
                td.command { (self.command) }
            }
        }
    }
}

/// Ends the register of calls.
pub(super) fn calls_closing() -> Markup {
    PreEscaped("</tbody></table></div></details></section>".to_owned())
}

/// The heading of the register of rules; left open.
pub(super) fn rules_opening(document: &Document) -> Markup {
    html! {
        (PreEscaped("<section id=\"rules\" aria-labelledby=\"rules-heading\">"))
        h2 #rules-heading { "Rules " span.tally { (count(document.rules.len() as u64)) " ran" } }
    }
}

/// Ends the register of rules.
pub(super) fn rules_closing() -> Markup {
    PreEscaped("</section>".to_owned())
}

fn choices(document: &Document) -> impl Iterator<Item = (&Question, &Choice)> {
    document.questions.iter().flat_map(|question| question.choices.iter().map(move |choice| (question, choice)))
}

/// The account and region of each gap.
type GapPlaces<'a> = BTreeMap<&'a str, (&'a str, &'a str)>;

/// The account and region of a unit, which is written `collector/account/region`.
fn unit_place(unit: &str) -> Option<(&str, &str)> {
    unit.split_once('/')?.1.split_once('/')
}

/// Where a choice's evidence lies: what its rules judged, listed or not, what it cites, and what was not read. An account does
/// not always stand with a region.
fn places_of<'a>(
    document: &'a Document,
    gaps: &GapPlaces<'a>,
    choice: &'a Choice,
) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let mut places = Vec::new();
    for rule in &choice.rules {
        let listed = rule.resources.iter();
        places.extend(listed.map(|it| (Some(it.account.as_str()), Some(it.region.as_str()))));
        let Some(line) = document.rules.get(&rule.id) else { continue };
        places.extend(line.accounts.iter().map(|account| (Some(account.as_str()), None)));
        places.extend(line.regions.iter().map(|region| (None, Some(region.as_str()))));
        let unread = line.gaps.iter().filter_map(|gap| gaps.get(gap.as_str()));
        places.extend(unread.map(|(account, region)| (Some(*account), Some(*region))));
    }
    places.extend(choice.citations.iter().map(|it| (Some(it.account.as_str()), Some(it.region.as_str()))));
    places
}

/// The largest of a few caps with which the page lists about as many resources as it should.
fn cap(document: &Document) -> usize {
    let rules = || choices(document).flat_map(|(_, choice)| &choice.rules);
    [RESOURCES, 25, 10]
        .into_iter()
        .find(|cap| rules().map(|rule| rule.resources.len().min(*cap)).sum::<usize>() <= RESOURCES_ON_PAGE)
        .unwrap_or(5)
}

/// Names from AWS stand in attributes by their place in a list: an account could be called anything.
fn key(all: &[&str], one: &str) -> String {
    all.binary_search(&one).map_or(String::new(), |at| at.to_string())
}

fn options(all: &[&str]) -> Vec<(String, String)> {
    all.iter().enumerate().map(|(at, one)| (at.to_string(), name(one).into_owned())).collect()
}

/// The key of a pillar in the filters.
pub(super) fn pillar_key(pillar: &str) -> String {
    anchor("", pillar)
}

/// What a rule claims, rests on, found and could not read.
pub(super) fn rule_says(rule: &RuleLine) -> Markup {
    html! {
        dl.says {
            @if let Some(note) = &rule.note { div { dt { "Found" } dd { (prose(note)) } } }
            @if let Some(fix) = &rule.fix { div { dt { "Fix" } dd { (prose(fix)) } } }
            div { dt { "Basis" } dd { (prose(&rule.basis)) } }
            @if !rule.gaps.is_empty() {
                div { dt { "Not read" } dd {
                    @for (at, gap) in rule.gaps.iter().take(12).enumerate() {
                        @if at > 0 { ", " }
                        a href={ "#" (anchor("gap", gap)) } { code { (name(gap)) } }
                    }
                    @if rule.gaps.len() > 12 { " and " (counted(rule.gaps.len() as u64 - 12, "more gap")) }
                } }
            }
        }
    }
}

//! From evidence, rules' outcomes and a lens to the document.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wellproof_lens::{Lens, Level, LevelBasis, State, States, Successor};
use wellproof_model::{Call, CallId, Evidence, Scope, Suggestion, Verdict};
use wellproof_rules::Outcome;

use crate::Custody;
use crate::document::{
    Choice, Citation, Coverage, Document, Fix, GapLine, LensLine, PillarLine, Question, ResourceLine, Risk, RuleLine,
    RuleOnChoice, SnapshotLine, SuccessorLine,
};
use crate::fix::{Board, Predicted, words};
use crate::hints::Hints;
use crate::principle;
use crate::reason::{Said, reason, unknown_partners};
use crate::ruled::{Claim, Ruled};
use crate::scope;
use crate::suggest::{Bearing, Nothing, Say, Stand, Weight, suggest};
use crate::text::{CHOICE_NOTE, Note, QUESTION_NOTE, note};

/// How many calls a choice cites; the rest is counted.
const CITED: usize = 50;

/// What the types of derived facts start with.
const DERIVED: &str = "Wellproof::";

/// A rule as far as answers are concerned.
#[derive(Clone, Debug)]
pub(crate) struct RuleView<'a> {
    pub(crate) claim: Claim<'a>,
    pub(crate) bears_on: Vec<BearsOn<'a>>,
}

/// A rule's bearing on one choice, by names.
#[derive(Clone, Debug)]
pub(crate) struct BearsOn<'a> {
    pub(crate) question: &'a str,
    pub(crate) choice: &'a str,
    pub(crate) pass: Weight,
    pub(crate) fail: Weight,
    pub(crate) tolerates: Option<f64>,
    pub(crate) counts_from: Option<u64>,
    pub(crate) together_with: &'a [String],
    pub(crate) none_means_not_applicable: bool,
}

/// Everything that answers are made of.
struct Answering<'a> {
    evidence: &'a Evidence,
    lens: &'a Lens,
    ruled: Vec<Ruled<'a>>,
    /// Per question and choice, in the lens's order.
    bearings: Vec<Vec<Vec<Bearing>>>,
    hints: BTreeMap<&'static str, String>,
    scope_in_notes: String,
    out_of_scope: u64,
}

/// Answers every question of `lens`.
pub(crate) fn answer(
    evidence: &Evidence,
    lens: &Lens,
    rules: &[RuleView<'_>],
    outcomes: &[Outcome],
    scope: &Scope,
    custody: Custody,
) -> Document {
    let answering = Answering::new(evidence, lens, rules, outcomes, scope);
    let questions = answering.questions();
    let fix_first = answering.fix_first();
    let calls = answering.calls(&questions);
    Document {
        schema: Document::SCHEMA.to_owned(),
        lens: LensLine { id: lens.id.clone(), name: lens.name.clone(), edition: lens.edition.clone() },
        snapshot: snapshot_line(evidence, custody),
        scope: scope::line(evidence, scope, answering.out_of_scope),
        coverage: coverage(&questions, lens),
        pillars: pillars(&questions, lens),
        principles: principle::lines(&questions, lens),
        fix_first,
        review: None,
        rules: answering.rules(),
        gaps: gaps(evidence),
        calls,
        questions,
    }
}

impl<'a> Answering<'a> {
    fn new(
        evidence: &'a Evidence,
        lens: &'a Lens,
        views: &[RuleView<'a>],
        outcomes: &'a [Outcome],
        scope: &Scope,
    ) -> Self {
        let ruled = Ruled::all(views.iter().map(|rule| rule.claim), outcomes, evidence);
        let in_scope: Vec<bool> = evidence.resources.iter().map(|resource| scope.holds(resource)).collect();
        let hints = Hints::shipped().of(evidence, &in_scope, |account, region| unit_in_scope(scope, account, region));
        // Derived facts were not read, but made: what they are made of counts already.
        let read = evidence.resources.iter().map(|resource| !resource.kind.starts_with(DERIVED));
        let out_of_scope = read.zip(&in_scope).filter(|(read, inside)| *read && !**inside).count() as u64;
        Self {
            evidence,
            lens,
            bearings: bearings(lens, views, &ruled),
            ruled,
            hints,
            scope_in_notes: scope::short(evidence, scope),
            out_of_scope,
        }
    }

    fn stand(&self, rule: usize) -> Stand {
        self.ruled.get(rule).map_or(Stand::UNKNOWN, |ruled| ruled.stand)
    }

    fn questions(&self) -> Vec<Question> {
        self.lens
            .questions()
            .zip(&self.bearings)
            .map(|(question, bearings)| self.question(question, bearings))
            .collect()
    }

    fn question(&self, question: &wellproof_lens::Question, bearings: &[Vec<Bearing>]) -> Question {
        let said: Vec<Vec<Said<'_>>> = bearings.iter().map(|bearings| self.said(bearings)).collect();
        let mut choices: Vec<Choice> =
            question.choices.iter().zip(&said).map(|(choice, said)| self.choice(question, choice, said)).collect();
        let suggestions: Vec<Suggestion> = choices.iter().map(|choice| choice.verdict).collect();
        let predicted = question.predicted(&states(question, &suggestions));
        if let Some(none) = self.none_of_these(question, &choices, &said) {
            choices.push(none);
        }
        let pieces = said
            .iter()
            .enumerate()
            .flat_map(|(place, said)| self.pieces(said, question.choices[place].level, place))
            .collect();
        let note = self.note(&question.number, pieces, QUESTION_NOTE);
        Question {
            id: question.id.clone(),
            number: question.number.clone(),
            title: question.title.clone(),
            pillar: question.pillar.clone(),
            note: note.text,
            notes_left_out: note.left_out,
            predicted_risk: predicted.risk,
            risk_range: predicted.range,
            risk_basis: predicted.basis.into_owned(),
            people: None,
            choices,
        }
    }

    fn said<'b>(&self, bearings: &'b [Bearing]) -> Vec<Said<'b>> {
        bearings.iter().map(|bearing| Said { bearing, say: bearing.say(|rule| self.stand(rule)) }).collect()
    }

    fn choice(
        &self,
        question: &wellproof_lens::Question,
        choice: &wellproof_lens::Choice,
        said: &[Said<'_>],
    ) -> Choice {
        let says: Vec<Say> = said.iter().map(|said| said.say).collect();
        let verdict = suggest(&says);
        let open = matches!(verdict, Suggestion::NotProven | Suggestion::Partial);
        let note = self.note(&question.number, self.pieces(said, choice.level, 0), CHOICE_NOTE);
        let (citations, citations_left_out) = self.citations(self.cited(verdict, said));
        let later = choice.succeeded_by.as_ref().and_then(|it| Some((it, successor(it)?)));
        Choice {
            id: choice.id.clone(),
            number: choice.number.clone(),
            title: choice.title.clone(),
            level: choice.level,
            level_basis: choice.level_basis,
            succeeded_by: later.map(|(it, later)| SuccessorLine {
                question: it.question.clone(),
                choice: it.choice.clone(),
                title: later.title.clone(),
                basis: it.basis,
            }),
            url: choice.url.clone(),
            negative: choice.is_negative(),
            people: None,
            checks: Vec::new(),
            verdict,
            reason: reason(verdict, said, &self.ruled),
            note: note.text,
            ask: if open {
                choice.ask.clone().or_else(|| later.and_then(|(_, later)| later.ask.clone()))
            } else {
                None
            },
            hint: if open { self.hint(&choice.id).or_else(|| self.hint(&later?.1.id)) } else { None },
            rules: self.rules_on(said),
            citations,
            citations_left_out,
        }
    }

    fn hint(&self, choice: &str) -> Option<String> {
        self.hints.get(choice).cloned()
    }

    /// "None of these" follows where every choice is refuted, and from nothing less.
    fn none_of_these(
        &self,
        question: &wellproof_lens::Question,
        choices: &[Choice],
        said: &[Vec<Said<'_>>],
    ) -> Option<Choice> {
        let none = question.none_of_these.as_ref()?;
        if question.none_of_these_follows(|at| State::from(choices[at].verdict)) != Some(true) {
            return None;
        }
        let cited = said.iter().flat_map(|said| self.cited(Suggestion::NotMet, said)).collect();
        let (citations, citations_left_out) = self.citations(cited);
        Some(Choice {
            id: none.id.clone(),
            number: None,
            title: none.title.clone(),
            level: None,
            level_basis: LevelBasis::Unpublished,
            succeeded_by: None,
            url: None,
            negative: true,
            people: None,
            checks: Vec::new(),
            verdict: Suggestion::Met,
            reason: format!("each of the {} other choices is refuted", choices.len()),
            note: String::new(),
            ask: None,
            hint: None,
            rules: Vec::new(),
            citations,
            citations_left_out,
        })
    }

    /// The notes of rules with what their order goes by.
    fn pieces(&self, said: &[Said<'_>], level: Option<Level>, place: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for Said { bearing, say } in said {
            let own = &self.ruled[bearing.rule];
            let mut push = |say: Say, rule: usize, text: Option<String>| {
                if let Some(text) = text {
                    let decides_alone = bearing.pass == Weight::Proves;
                    let order = Order { say, level: rank(level), supports_only: !decides_alone, place };
                    pieces.push(Piece { order, failing: self.ruled[rule].failing_share(), rule, text });
                }
            };
            // Where only a partner is unknown, that is what the note has to say; the rule itself passed.
            let passed = own.verdict() == Verdict::Pass;
            if *say == Say::Unknown && passed {
                for partner in unknown_partners(bearing, &self.ruled) {
                    let rule = self.ruled.iter().position(|ruled| ruled.id == partner.id).unwrap_or(bearing.rule);
                    push(Say::Unknown, rule, partner.note());
                }
                push(Say::Supports, bearing.rule, own.note());
            } else {
                push(*say, bearing.rule, own.note());
            }
        }
        pieces
    }

    fn note(&self, number: &str, mut pieces: Vec<Piece>, limit: usize) -> Note {
        pieces.sort_by(|a, b| {
            let (a_key, b_key) = (&a.order, &b.order);
            (a_key.say, a_key.level, a_key.supports_only)
                .cmp(&(b_key.say, b_key.level, b_key.supports_only))
                .then(b.failing.total_cmp(&a.failing))
                .then((a_key.place, a.rule).cmp(&(b_key.place, b.rule)))
        });
        let mut seen = BTreeSet::new();
        let texts: Vec<String> =
            pieces.into_iter().filter(|piece| seen.insert(piece.rule)).map(|piece| piece.text).collect();
        note(number, &texts, &self.scope_in_notes, limit)
    }

    fn rules_on(&self, said: &[Said<'_>]) -> Vec<RuleOnChoice> {
        let mut said: Vec<&Said<'_>> = said.iter().collect();
        said.sort_by_key(|said| (said.say, said.bearing.rule));
        said.into_iter()
            .map(|Said { bearing, say }| {
                let ruled = &self.ruled[bearing.rule];
                let outcome = ruled.outcome;
                let count = |of: fn(&Outcome) -> u64| outcome.map_or(0, of);
                RuleOnChoice {
                    id: ruled.id.to_owned(),
                    verdict: ruled.verdict(),
                    weight: say.weight().as_str().to_owned(),
                    passed: count(|outcome| outcome.passed),
                    failed: count(|outcome| outcome.failed),
                    unknown: count(|outcome| outcome.unknown),
                    not_judged: count(|outcome| outcome.not_judged),
                    resources: outcome.map_or_else(Vec::new, resource_lines),
                    resources_left_out: count(|outcome| outcome.left_out),
                }
            })
            .collect()
    }

    /// The calls that a verdict rests on; where nothing is proven, those of what was found, or found to be missing.
    fn cited(&self, verdict: Suggestion, said: &[Said<'_>]) -> BTreeSet<&'a CallId> {
        let rests_on = |say: Say| match verdict {
            Suggestion::Met => matches!(say, Say::Proves | Say::Supports | Say::PassesInVain),
            Suggestion::NotMet => say == Say::Refutes,
            Suggestion::Partial => matches!(say, Say::Weakens | Say::Proves | Say::Supports),
            Suggestion::NotApplicable => say == Say::Finds(Nothing::NotApplicable),
            Suggestion::NotProven => !matches!(say, Say::Unknown | Say::OpenInVain),
        };
        let rules = said.iter().filter(|said| rests_on(said.say)).flat_map(|said| {
            let partners = if said.say == Say::Proves { said.bearing.together_with.as_slice() } else { &[] };
            partners.iter().chain([&said.bearing.rule])
        });
        rules.filter_map(|rule| self.ruled.get(*rule)?.outcome).flat_map(|outcome| &outcome.citations).collect()
    }

    fn citations(&self, cited: BTreeSet<&CallId>) -> (Vec<Citation>, u64) {
        let left_out = cited.len().saturating_sub(CITED) as u64;
        let calls = cited.into_iter().take(CITED).filter_map(|id| self.evidence.calls.get(id));
        (calls.map(citation).collect(), left_out)
    }

    /// Every call that the document names.
    fn calls(&self, questions: &[Question]) -> BTreeMap<String, Citation> {
        let choices = || questions.iter().flat_map(|question| &question.choices);
        let lines = choices().flat_map(|choice| &choice.rules).flat_map(|rule| &rule.resources);
        let named = lines.flat_map(|line| &line.calls);
        let cited = choices().flat_map(|choice| &choice.citations).map(|citation| &citation.call);
        let ids: BTreeSet<&String> = named.chain(cited).collect();
        ids.into_iter()
            .filter_map(|id| Some((id.clone(), citation(self.evidence.calls.get(&CallId::from(id.clone()))?))))
            .collect()
    }

    fn rules(&self) -> BTreeMap<String, RuleLine> {
        let lines = self.ruled.iter().filter_map(|ruled| {
            let outcome = ruled.outcome?;
            let line = RuleLine {
                title: ruled.title.to_owned(),
                fix: ruled.fix.map(str::to_owned),
                basis: ruled.basis.to_owned(),
                verdict: ruled.verdict(),
                passed: outcome.passed,
                failed: outcome.failed,
                unknown: outcome.unknown,
                not_judged: outcome.not_judged,
                accounts: outcome.accounts.clone(),
                regions: outcome.regions.clone(),
                note: ruled.note(),
                gaps: outcome.gaps.iter().map(ToString::to_string).collect(),
            };
            Some((ruled.id.to_owned(), line))
        });
        lines.collect()
    }

    fn fix_first(&self) -> Vec<Fix> {
        let stands: Vec<Stand> = self.ruled.iter().map(|ruled| ruled.stand).collect();
        let questions: Vec<&wellproof_lens::Question> = self.lens.questions().collect();
        let predict = |place: usize, suggestions: &[Suggestion]| {
            let predicted = questions[place].predicted(&states(questions[place], suggestions));
            Predicted { risk: predicted.risk, range: predicted.range }
        };
        let fixes: BTreeMap<usize, String> = self
            .ruled
            .iter()
            .enumerate()
            .map(|(place, ruled)| {
                (place, ruled.fix.map_or_else(|| format!("Make it hold: {}.", ruled.title), str::to_owned))
            })
            .collect();
        let board = Board { questions: &self.bearings, stands: &stands, predict: &predict };
        board
            .fix_first()
            .into_iter()
            .map(|step| Fix {
                fix: words(&step.rules, &fixes),
                rules: step.rules.iter().map(|rule| self.ruled[*rule].id.to_owned()).collect(),
                lowers: step.lowers.iter().map(|question| questions[*question].number.clone()).collect(),
                high_risks_left: step.high_left as u64,
            })
            .collect()
    }
}

/// A note of a rule, before it is put in order.
struct Piece {
    order: Order,
    failing: f64,
    rule: usize,
    text: String,
}

/// What comes first: what refutes before what weakens, before what is unknown, before what passes; then the level of the choice; then
/// rules that decide a choice either way; then the larger share of failures; then the lens's order.
struct Order {
    say: Say,
    level: u8,
    supports_only: bool,
    place: usize,
}

fn rank(level: Option<Level>) -> u8 {
    match level {
        Some(Level::High) => 0,
        Some(Level::Medium) => 1,
        Some(Level::Low) | None => 2,
    }
}

fn bearings(lens: &Lens, views: &[RuleView<'_>], ruled: &[Ruled<'_>]) -> Vec<Vec<Vec<Bearing>>> {
    let places: HashMap<&str, usize> = ruled.iter().enumerate().map(|(place, ruled)| (ruled.id, place)).collect();
    // A rule that is not among those that ran never passes: its place lies past the end.
    let place = |id: &str| places.get(id).copied().unwrap_or(ruled.len());
    let mut by_choice: HashMap<(&str, &str), Vec<Bearing>> = HashMap::new();
    for view in views {
        for on in &view.bears_on {
            by_choice.entry((on.question, on.choice)).or_default().push(Bearing {
                rule: place(view.claim.id),
                pass: on.pass,
                fail: on.fail,
                tolerates: on.tolerates,
                counts_from: on.counts_from,
                together_with: on.together_with.iter().map(|id| place(id)).collect(),
                none_means_not_applicable: on.none_means_not_applicable,
            });
        }
    }
    for bearings in by_choice.values_mut() {
        bearings.sort_by_key(|bearing| bearing.rule);
    }
    let on = |question: &str, choice: &str| by_choice.get(&(question, choice)).cloned().unwrap_or_default();
    lens.questions()
        .map(|question| {
            let of = |choice: &wellproof_lens::Choice| {
                let mut bearings = on(&question.id, &choice.id);
                if let Some(later) = &choice.succeeded_by {
                    let inherited = on(&later.question, &later.choice).into_iter().map(|it| it.inherited(later.basis));
                    // A rule that bears on the older practice itself says more of it.
                    let own: BTreeSet<usize> = bearings.iter().map(|bearing| bearing.rule).collect();
                    bearings.extend(inherited.filter(|bearing| !own.contains(&bearing.rule)));
                    bearings.sort_by_key(|bearing| bearing.rule);
                }
                bearings
            };
            question.choices.iter().map(of).collect()
        })
        .collect()
}

/// The practice that succeeded one of an older edition, in whichever lens it is.
fn successor(later: &Successor) -> Option<&'static wellproof_lens::Choice> {
    let found = Lens::shipped().iter().find_map(|lens| lens.choice(&later.question, &later.choice));
    found.map(|(_, choice)| choice)
}

fn states(question: &wellproof_lens::Question, suggestions: &[Suggestion]) -> States {
    question.choices.iter().zip(suggestions).map(|(choice, said)| (choice.id.clone(), State::from(*said))).collect()
}

pub(crate) fn unit_in_scope(scope: &Scope, account: &str, region: &str) -> bool {
    let Some(workload) = &scope.workload else { return true };
    let listed = |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
    listed(&workload.accounts, account) && (region == wellproof_model::GLOBAL || listed(&workload.regions, region))
}

fn resource_lines(outcome: &Outcome) -> Vec<ResourceLine> {
    let lines = outcome.judged.iter().map(|judged| ResourceLine {
        kind: judged.kind.clone(),
        id: judged.id.clone(),
        arn: judged.arn.clone(),
        account: judged.account.clone(),
        region: judged.region.clone(),
        verdict: judged.verdict,
        calls: judged.citations.iter().map(ToString::to_string).collect(),
    });
    lines.collect()
}

fn citation(call: &Call) -> Citation {
    Citation {
        call: call.id.to_string(),
        service: call.key.service.clone(),
        operation: call.key.operation.clone(),
        account: call.key.account.clone(),
        region: call.key.region.clone(),
        at: call.at,
        request_id: call.request_id.clone(),
        sha256: call.sha256.clone(),
    }
}

fn snapshot_line(evidence: &Evidence, custody: Custody) -> SnapshotLine {
    let manifest = &evidence.manifest;
    SnapshotLine {
        digest: evidence.digest.clone(),
        verified: !custody.unfinished && !custody.damaged,
        unfinished: custody.unfinished,
        damaged: custody.damaged,
        accounts: scope::accounts(evidence),
        regions: manifest.regions.clone(),
        regions_not_scanned: manifest.regions_not_scanned(),
        collected_at: manifest.started_at,
        caller: manifest.caller.arn.clone(),
        gaps: evidence.gaps.len() as u64,
        resources: custody.resources,
        calls: evidence.calls.len() as u64,
        tool_version: manifest.tool_version.clone(),
    }
}

/// How choices stand.
pub(crate) fn coverage_of<'a>(choices: impl Iterator<Item = &'a Choice>) -> Coverage {
    let mut coverage = Coverage::default();
    for choice in choices {
        coverage.choices += 1;
        let judged = |rule: &RuleOnChoice| matches!(rule.verdict, Verdict::Pass | Verdict::Fail);
        coverage.judged += u64::from(choice.rules.iter().any(judged));
        *match choice.verdict {
            Suggestion::Met => &mut coverage.met,
            Suggestion::NotMet => &mut coverage.not_met,
            Suggestion::Partial => &mut coverage.partial,
            Suggestion::NotProven => &mut coverage.not_proven,
            Suggestion::NotApplicable => &mut coverage.not_applicable,
        } += 1;
    }
    coverage
}

/// The choices of the lens; "None of these", which stands after them, is not one of them.
fn asked<'a>(
    questions: &'a [Question],
    lens: impl Iterator<Item = &'a wellproof_lens::Question>,
) -> impl Iterator<Item = &'a Choice> {
    questions.iter().zip(lens).flat_map(|(question, asked)| &question.choices[..asked.choices.len()])
}

fn coverage(questions: &[Question], lens: &Lens) -> Coverage {
    coverage_of(asked(questions, lens.questions()))
}

fn pillars(questions: &[Question], lens: &Lens) -> Vec<PillarLine> {
    let mut rest = questions;
    let mut lines = Vec::with_capacity(lens.pillars.len());
    for pillar in &lens.pillars {
        let (own, after) = rest.split_at(pillar.questions.len());
        rest = after;
        let mut risks: BTreeMap<Risk, u64> = BTreeMap::new();
        for question in own {
            *risks.entry(question.predicted_risk).or_default() += 1;
        }
        lines.push(PillarLine {
            id: pillar.id.clone(),
            name: pillar.name.clone(),
            coverage: coverage_of(asked(own, pillar.questions.iter())),
            risks,
        });
    }
    lines
}

fn gaps(evidence: &Evidence) -> Vec<GapLine> {
    let mut gaps: Vec<GapLine> = evidence
        .gaps
        .values()
        .map(|gap| GapLine {
            id: gap.id.to_string(),
            unit: gap.unit.to_string(),
            what: gap.what.clone(),
            kind: gap.kind,
            message: gap.message.clone(),
            denied_by: gap.denied_by,
            actions: gap.actions.clone(),
        })
        .collect();
    gaps.sort_by(|a, b| (&a.unit, &a.what, &a.id).cmp(&(&b.unit, &b.what, &b.id)));
    gaps
}

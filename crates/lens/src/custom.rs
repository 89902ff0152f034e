//! AWS's custom lens JSON, schema version 2021-11-01.
//!
//! Rules and limits are those of the user guide's page "Lens format specification". What the Tool would refuse and a
//! review here could live with (a long title, a missing improvement plan) is a warning; anything that leaves open
//! what the lens means is an error.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::condition::{self, Expr, Name};
use crate::file::is_web;
use crate::json::{Json, Member, Node};
use crate::lens::{Choice, Lens, LevelBasis, NoneOfThese, Pillar, Polarity, Question};
use crate::nearest::nearest;
use crate::read::Problems;
use crate::risk::{Risk, RiskRule, can_try_all};

const SCHEMA_VERSION: &str = "2021-11-01";
const MAX_CHARACTERS: usize = 500_000;
const MAX_PILLARS: usize = 10;
const MAX_QUESTIONS: usize = 20;
const MAX_CHOICES: usize = 15;
const MAX_RULES: usize = 3;
const MAX_RESOURCES: usize = 5;
const ID: std::ops::RangeInclusive<usize> = 3..=128;
/// What the Tool's API returns of a choice's id.
const SAFE_CHOICE_ID: usize = 64;
const TITLE: usize = 128;
const TEXT: usize = 2048;
/// Ids with this ending mean "None of these" to the Tool.
const NONE_SUFFIX: &str = "_no";

pub(crate) fn read(text: &str, tree: &Node, problems: &mut Problems) -> Option<Lens> {
    if text.chars().count() > MAX_CHARACTERS {
        problems.error(0..0, format!("the Tool takes custom lenses of up to {MAX_CHARACTERS} characters"));
    }
    let mut reader = Reader { problems, text };
    let mut lens = reader.lens(tree)?;
    lens.edition = format!("sha256:{}", &hex::encode(Sha256::digest(text.as_bytes()))[..12]);
    Some(lens)
}

/// The members of one object, each at most once.
struct Fields<'a> {
    /// Where a message about the whole object points.
    place: Range<usize>,
    what: &'static str,
    members: BTreeMap<&'a str, &'a Member>,
}

/// Turns the tree into a lens and notes what is wrong on the way. Whatever cannot be read is left out: the problems
/// keep the lens from being used.
struct Reader<'a> {
    problems: &'a mut Problems,
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn lens(&mut self, tree: &'a Node) -> Option<Lens> {
        let known = ["schemaVersion", "name", "description", "pillars"];
        let fields = self.fields(tree, "a lens", &known)?;
        if let Some(version) = self.text(&fields, "schemaVersion", TITLE)
            && version != SCHEMA_VERSION
        {
            let place = fields.members["schemaVersion"].value.span.clone();
            let message = format!("schemaVersion is `{}`, which is not `{SCHEMA_VERSION}`", shortened(version));
            self.problems.error(place, message);
        }
        let name = self.text(&fields, "name", TITLE).unwrap_or_default();
        let description = self.text(&fields, "description", TEXT).unwrap_or_default();
        let mut pillars: Vec<Pillar> = Vec::new();
        let mut places = BTreeMap::new();
        let mut question_places = BTreeMap::new();
        for node in self.list(&fields, "pillars", MAX_PILLARS) {
            let Some(pillar) = self.pillar(node, &mut places, &mut question_places) else { continue };
            pillars.push(pillar);
        }
        Some(Lens {
            id: slug(name),
            name: name.to_owned(),
            edition: String::new(),
            description: description.to_owned(),
            pillars,
        })
    }

    fn pillar(
        &mut self,
        node: &'a Node,
        seen: &mut BTreeMap<&'a str, usize>,
        questions_seen: &mut BTreeMap<&'a str, usize>,
    ) -> Option<Pillar> {
        let fields = self.fields(node, "a pillar", &["id", "name", "questions"])?;
        let id = self.id(&fields, "pillar", seen);
        let name = self.text(&fields, "name", TITLE).unwrap_or_default();
        let mut questions = Vec::new();
        for node in self.list(&fields, "questions", MAX_QUESTIONS) {
            let number = format!("{name} {}", questions.len() + 1);
            let Some(question) = self.question(node, id.unwrap_or_default(), number, questions_seen) else { continue };
            questions.push(question);
        }
        Some(Pillar { id: id?.to_owned(), name: name.to_owned(), questions })
    }

    fn question(
        &mut self,
        node: &'a Node,
        pillar: &str,
        number: String,
        seen: &mut BTreeMap<&'a str, usize>,
    ) -> Option<Question> {
        let known = ["id", "title", "description", "helpfulResource", "choices", "riskRules"];
        let fields = self.fields(node, "a question", &known)?;
        let id = self.id(&fields, "question", seen);
        let title = self.text(&fields, "title", TITLE);
        if fields.members.contains_key("description") {
            self.text(&fields, "description", TEXT);
        }
        self.resource(&fields, "helpfulResource");
        let mut choices = Vec::new();
        let mut none_of_these: Option<NoneOfThese> = None;
        let mut choices_seen = BTreeMap::new();
        for node in self.list(&fields, "choices", MAX_CHOICES) {
            let Some(mut choice) = self.choice(node, &mut choices_seen) else { continue };
            if !choice.id.ends_with(NONE_SUFFIX) {
                choices.push(choice);
            } else if let Some(none) = &none_of_these {
                let message = format!("`{}` and `{}` both act as \"None of these\"", none.id, choice.id);
                let help = format!(
                    "the Tool gives that meaning to every id that ends in `{NONE_SUFFIX}`; a question needs one"
                );
                self.problems.warn(node.start(), message, help);
                choice.polarity = Polarity::Negative;
                choices.push(choice);
            } else {
                none_of_these = Some(NoneOfThese { id: choice.id, title: choice.title });
            }
        }
        let rules = self.rules(&fields, id.unwrap_or("this question"), &choices_seen);
        Some(Question {
            id: id?.to_owned(),
            number,
            title: title?.to_owned(),
            pillar: pillar.to_owned(),
            choices,
            none_of_these,
            improvements: Vec::new(),
            risk_rules: Some(rules),
        })
    }

    fn choice(&mut self, node: &'a Node, seen: &mut BTreeMap<&'a str, usize>) -> Option<Choice> {
        let known = ["id", "title", "helpfulResource", "improvementPlan", "additionalResources"];
        let fields = self.fields(node, "a choice", &known)?;
        let id = self.id(&fields, "choice", seen);
        let title = self.text(&fields, "title", TITLE);
        let helpful = self.resource(&fields, "helpfulResource");
        let plan = self.resource(&fields, "improvementPlan");
        self.additional(&fields);
        let id = id?;
        let place = || fields.members["id"].value.span.clone();
        if id == "default" {
            self.problems
                .error(place(), "a choice cannot be called `default`: conditions give that word another meaning");
        }
        if id.len() > SAFE_CHOICE_ID {
            let help = format!("the Tool's API knows choice ids of up to {SAFE_CHOICE_ID} characters");
            self.problems.warn(place(), format!("this id has {} characters", id.len()), help);
        }
        if !id.ends_with(NONE_SUFFIX) && !fields.members.contains_key("improvementPlan") {
            let help = "the Tool asks for one on every choice but \"None of these\"";
            self.problems.warn(place(), format!("choice `{id}` has no improvementPlan"), help);
        }
        let title = title?;
        Some(Choice {
            id: id.to_owned(),
            number: None,
            title: title.to_owned(),
            level: None,
            url: helpful.or(plan).map(str::to_owned),
            ask: Some(ask(title)),
            polarity: Polarity::Positive,
            level_basis: LevelBasis::Unpublished,
            succeeded_by: None,
        })
    }

    /// A text with a link; gives the link.
    fn resource(&mut self, fields: &Fields<'a>, name: &'static str) -> Option<&'a str> {
        let member = fields.members.get(name)?;
        let fields = self.fields(&member.value, "a resource", &["displayText", "url"])?;
        self.text(&fields, "displayText", TEXT);
        self.url(&fields)
    }

    fn url(&mut self, fields: &Fields<'a>) -> Option<&'a str> {
        let member = fields.members.get("url")?;
        let Json::String(url) = &member.value.value else {
            self.mismatch(&member.value, "url", "a string");
            return None;
        };
        if !is_web(url) {
            self.problems.error(member.value.span.clone(), "a url starts with `https://` or `http://`");
            return None;
        }
        Some(url)
    }

    fn additional(&mut self, fields: &Fields<'a>) {
        if !fields.members.contains_key("additionalResources") {
            return;
        }
        for node in self.list(fields, "additionalResources", 2) {
            let Some(fields) = self.fields(node, "an additional resource", &["type", "content"]) else { continue };
            let kinds = ["HELPFUL_RESOURCE", "IMPROVEMENT_PLAN"];
            if let Some(kind) = self.text(&fields, "type", TITLE)
                && !kinds.contains(&kind)
            {
                self.unknown_word(&fields.members["type"].value, kind, "type", &kinds);
            }
            for node in self.list(&fields, "content", MAX_RESOURCES) {
                let Some(fields) = self.fields(node, "a resource", &["displayText", "url"]) else { continue };
                self.text(&fields, "displayText", TEXT);
                self.url(&fields);
            }
        }
    }

    fn rules(&mut self, fields: &Fields<'a>, question: &str, choices: &BTreeMap<&'a str, usize>) -> Vec<RiskRule> {
        let place = fields.members.get("riskRules").map(|member| member.key_span.clone());
        let errors = self.problems.errors();
        let mut rules: Vec<(RiskRule, Range<usize>)> = Vec::new();
        let mut default: Option<usize> = None;
        let mut unreadable = false;
        for node in self.list(fields, "riskRules", MAX_RULES) {
            let Some((rule, span)) = self.rule(node, choices) else {
                unreadable = true;
                continue;
            };
            if let Some(line) = default {
                self.after_default(&rule, span.clone(), line);
            } else if rule.condition == condition::Condition::Default {
                default = Some(self.line(span.start));
            }
            rules.push((rule, span));
        }
        if let (Some(place), None, false) = (place, default, unreadable) {
            let help = "end riskRules with {\"condition\": \"default\", \"risk\": \"HIGH_RISK\"}: it holds where nothing before it does";
            self.problems.error_with(place, format!("the riskRules of `{question}` have no `default`"), help);
        }
        // A rule that is wrong already is not called unreachable on top of it.
        if self.problems.errors() == errors {
            self.unreachable(&rules, choices);
        }
        rules.into_iter().map(|(rule, _)| rule).collect()
    }

    fn after_default(&mut self, rule: &RiskRule, span: Range<usize>, line: usize) {
        if rule.condition == condition::Condition::Default {
            self.problems.error(span, format!("there is a `default` on line {line} already"));
        } else {
            let help = "rules are tried in order and the first that holds wins; move `default` to the end";
            self.problems.warn(
                span,
                format!("this rule is never reached: `default` on line {line} always holds"),
                help,
            );
        }
    }

    /// One rule and the place of its condition.
    fn rule(&mut self, node: &'a Node, choices: &BTreeMap<&'a str, usize>) -> Option<(RiskRule, Range<usize>)> {
        let fields = self.fields(node, "a risk rule", &["condition", "risk"])?;
        let risks = [("HIGH_RISK", Risk::High), ("MEDIUM_RISK", Risk::Medium), ("NO_RISK", Risk::None)];
        let word = self.text(&fields, "risk", TITLE);
        let risk = word.and_then(|word| {
            let risk = risks.iter().find(|(known, _)| *known == word).map(|(_, risk)| *risk);
            if risk.is_none() {
                self.unknown_word(&fields.members["risk"].value, word, "risk", &risks.map(|(known, _)| known));
            }
            risk
        });
        let text = self.text(&fields, "condition", usize::MAX)?;
        let node = &fields.members["condition"].value;
        let parsed = match condition::parse(text) {
            Ok(parsed) => parsed,
            Err(malformed) => {
                let span = self.inside(node, text, &malformed.span);
                self.problems.error(span, format!("in this condition, {}", malformed.message));
                return None;
            }
        };
        if let Some(expr) = &parsed.expr {
            self.known_choices(node, text, expr, choices);
        }
        if let Some(span) = &parsed.leans_on_precedence {
            let span = self.inside(node, text, span);
            let help = "`&&` is taken to bind tighter; AWS does not say which does, so put parentheses";
            self.problems.warn(span, "`&&` and `||` stand side by side without parentheses", help);
        }
        Some((RiskRule { condition: parsed.condition(), risk: risk? }, node.span.clone()))
    }

    fn known_choices(&mut self, node: &Node, text: &str, expr: &Expr<Name>, choices: &BTreeMap<&'a str, usize>) {
        let mut unknown = Vec::new();
        expr.map(&mut |name| {
            if !choices.contains_key(name.id.as_str()) {
                unknown.push(name.clone());
            }
        });
        for name in unknown {
            let span = self.inside(node, text, &name.span);
            let message = format!("this question has no choice `{}`", shortened(&name.id));
            match nearest(&name.id, choices.keys().copied()) {
                Some(near) => self.problems.error_with(span, message, format!("did you mean `{near}`?")),
                None => self.problems.error(span, message),
            }
        }
    }

    /// Warns of rules that no combination of choices makes the first to hold.
    fn unreachable(&mut self, rules: &[(RiskRule, Range<usize>)], choices: &BTreeMap<&'a str, usize>) {
        let before_default = rules.iter().take_while(|(rule, _)| rule.condition != condition::Condition::Default);
        let reached: Vec<(Expr<Option<u32>>, &Range<usize>)> = before_default
            .filter_map(|(rule, span)| {
                let bit =
                    |id: &String| choices.keys().position(|known| known == id).and_then(|at| u32::try_from(at).ok());
                Some((rule.condition.expr()?.map(&mut |id| bit(id)), span))
            })
            .collect();
        // Only what the conditions read is varied, so that most questions take a handful of tries.
        let read = (0..choices.len()).filter(|index| {
            reached.iter().any(|(expr, _)| expr.any(&|bit| bit.is_some_and(|bit| bit as usize == *index)))
        });
        let read: Vec<usize> = read.collect();
        if !can_try_all(read.len(), reached.iter().map(|(expr, _)| expr.size()).sum()) {
            return;
        }
        let mut first = vec![false; reached.len()];
        for assignment in 0..1_u32 << read.len() {
            let selected = |bit: &Option<u32>| {
                let place = bit.and_then(|bit| read.iter().position(|index| *index == bit as usize));
                place.is_some_and(|place| assignment >> place & 1 == 1)
            };
            if let Some(index) = reached.iter().position(|(expr, _)| expr.holds(&selected)) {
                first[index] = true;
            }
            if first.iter().all(|first| *first) {
                return;
            }
        }
        for (index, (_, span)) in reached.iter().enumerate().filter(|(index, _)| !first[*index]) {
            let help = "rules are tried in order and the first that holds wins";
            let message = match index {
                0 => "this rule is never reached: no combination of choices fulfils it",
                _ => "this rule is never reached: whenever it would hold, one before it does",
            };
            self.problems.warn((*span).clone(), message, help);
        }
    }

    fn fields(&mut self, node: &'a Node, what: &'static str, known: &[&str]) -> Option<Fields<'a>> {
        let Json::Object(object) = &node.value else {
            self.mismatch(node, what, "an object");
            return None;
        };
        let mut members: BTreeMap<&str, &Member> = BTreeMap::new();
        for member in object {
            if !known.contains(&member.key.as_str()) {
                let name = shortened(&member.key);
                let help = nearest(&member.key, known.iter().copied())
                    .map_or_else(|| format!("{what} has {}", listed(known)), |near| format!("did you mean `{near}`?"));
                self.problems.warn(
                    member.key_span.clone(),
                    format!("{what} has no field `{name}`; it is ignored"),
                    help,
                );
            } else if let Some(first) = members.get(member.key.as_str()) {
                let line = self.line(first.key_span.start);
                self.problems.error(member.key_span.clone(), format!("`{}` stands on line {line} already", member.key));
            } else {
                members.insert(&member.key, member);
            }
        }
        Some(Fields { place: node.start(), what, members })
    }

    /// A field that must be there; its absence is noted.
    fn required(&mut self, fields: &Fields<'a>, name: &str) -> Option<&'a Node> {
        let member = fields.members.get(name).map(|member| &member.value);
        if member.is_none() {
            self.problems.error(fields.place.clone(), format!("{} without `{name}`", fields.what));
        }
        member
    }

    /// A string that must be there and not be empty.
    fn text(&mut self, fields: &Fields<'a>, name: &str, max: usize) -> Option<&'a str> {
        let node = self.required(fields, name)?;
        let Json::String(text) = &node.value else {
            self.mismatch(node, name, "a string");
            return None;
        };
        if text.trim().is_empty() && name != "description" {
            self.problems.error(node.span.clone(), format!("{name} is empty"));
            return None;
        }
        let length = text.chars().count();
        if length > max {
            let message = format!("{name} has {length} characters");
            self.problems.warn(node.span.clone(), message, format!("the Tool takes up to {max}"));
        }
        Some(text)
    }

    fn list(&mut self, fields: &Fields<'a>, name: &str, max: usize) -> &'a [Node] {
        let Some(node) = self.required(fields, name) else { return &[] };
        let Json::Array(items) = &node.value else {
            self.mismatch(node, name, "an array");
            return &[];
        };
        if items.is_empty() {
            self.problems.error(node.span.clone(), format!("{name} is empty"));
        }
        if items.len() > max {
            let message = format!("{} has {} {name}, and the Tool takes {max}", fields.what, items.len());
            self.problems.error(items[max].start(), message);
        }
        &items[..items.len().min(max)]
    }

    fn id(&mut self, fields: &Fields<'a>, what: &str, seen: &mut BTreeMap<&'a str, usize>) -> Option<&'a str> {
        let id = self.text(fields, "id", usize::MAX)?;
        let place = fields.members["id"].value.span.clone();
        let letters = id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !ID.contains(&id.len()) || !letters {
            self.problems.error(place, "an id has 3 to 128 letters of `a` to `z`, `A` to `Z`, digits and `_`");
            return None;
        }
        let line = self.line(place.start);
        if let Some(first) = seen.insert(id, line) {
            self.problems.error(place, format!("there is a {what} `{id}` on line {first} already"));
        }
        Some(id)
    }

    fn mismatch(&mut self, node: &Node, what: &str, expected: &str) {
        // What was no JSON was said when it was read.
        if node.value != Json::Bad {
            self.problems.error(node.start(), format!("{what} is {}, and should be {expected}", node.kind()));
        }
    }

    fn unknown_word(&mut self, node: &Node, word: &str, what: &str, known: &[&str]) {
        let message = format!("`{}` is no {what}", shortened(word));
        let help = nearest(word, known.iter().copied())
            .map_or_else(|| format!("it is one of {}", listed(known)), |near| format!("did you mean `{near}`?"));
        self.problems.error_with(node.span.clone(), message, help);
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// The place in the file of a part of a string; the whole string where escapes move its parts.
    fn inside(&self, node: &Node, text: &str, part: &Range<usize>) -> Range<usize> {
        let content = node.span.start + 1..node.span.end.saturating_sub(1);
        if self.text.get(content.clone()) == Some(text) {
            content.start + part.start..content.start + part.end
        } else {
            node.span.clone()
        }
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// What comes from outside is quoted in part where it is long.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(64).collect();
    if text.chars().nth(64).is_some() { format!("{start}…") } else { start }
}

/// An id for a lens whose file has none.
fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "custom-lens".to_owned() } else { slug }
}

/// The question to ask about a choice: the format has none.
fn ask(title: &str) -> String {
    format!("Does this hold, and what shows it: {}?", title.trim_end_matches(['.', '?', '!', ' ']))
}

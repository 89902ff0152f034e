//! The text of the report that the Tool prints, as a scan or a page's text extraction leaves it.
//!
//! The lens says what can stand there: its questions and choices are looked for, so that lost bullets, lines pushed together
//! and misread letters cost nothing while what is left can still be told apart from the rest. Whatever is not found to be anything is
//! told with its line.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use wellproof_lens::{Lens, Question, Risk};

use crate::document::{Answer, ChoiceAnswer, Status, Unplaced, Workload};
use crate::layout;
use crate::place::{Title, Word, raw, split, words};
use crate::words::{alike, is, plain, unbulleted};

/// How much alike a line must be to a question's title.
const LEAST: f64 = 0.82;
/// Over so many lines a title may run.
const WRAPPED: usize = 3;
/// Within so many lines after its title, one of the headings of a question's answer stands.
const NEAR: usize = 30;

/// What a report's text holds.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) workload: Workload,
    pub(crate) lens_notes: String,
    pub(crate) pillar_notes: BTreeMap<String, String>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) unplaced: Vec<Unplaced>,
    /// The last line that a question was read from, and that question's number.
    pub(crate) last: Option<(u64, String)>,
    /// Whether that question came to its notes, which end every answer.
    pub(crate) ended: bool,
    /// The line that says that nobody answered anything.
    pub(crate) suggested: Option<u64>,
}

/// A line that is not blank.
#[derive(Clone, Debug)]
struct Line {
    number: u64,
    text: String,
    plain: String,
    bullet: bool,
    /// Whether it follows the one before without a blank line between.
    follows: bool,
}

impl Line {
    fn new(number: u64, text: &str, follows: bool) -> Self {
        let (text, bullet) = unbulleted(text);
        Self { number, plain: plain(&text), text, bullet, follows }
    }

    /// As people wrote it: a dash that begins a line of a note is theirs.
    fn written(&self) -> String {
        if self.bullet { format!("- {}", self.text) } else { self.text.clone() }
    }

    /// The same line from `text` on.
    fn rest(&self, text: &str) -> Option<Self> {
        let line = Self::new(self.number, text, false);
        (!line.plain.is_empty()).then_some(line)
    }
}

/// The lines of a text; what steers a page or a terminal is taken for blank.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut follows = false;
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = Line::new(number, line, follows);
        follows = !line.plain.is_empty();
        if follows {
            lines.push(line);
        }
    }
    lines
}

/// How many questions of a lens a text asks: which lens it answers.
pub(crate) fn questions_in(text: &str, lens: &Lens) -> usize {
    let lines = lines(text);
    let titles = Titles::of(lens);
    let found: HashSet<usize> =
        (0..lines.len()).filter_map(|at| titles.at(&lines[at..]).map(|(nth, ..)| nth)).collect();
    found.len()
}

/// The titles of a lens's questions, with the words that they are found by.
struct Titles {
    plain: Vec<String>,
    by_word: HashMap<String, Vec<usize>>,
}

impl Titles {
    fn of(lens: &Lens) -> Self {
        let plain: Vec<String> = lens.questions().map(|question| plain(&question.title)).collect();
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (nth, title) in plain.iter().enumerate() {
            for word in title.split(' ').collect::<BTreeSet<_>>() {
                by_word.entry(word.to_owned()).or_default().push(nth);
            }
        }
        Self { plain, by_word }
    }

    /// The question whose title these lines begin with, over how many lines it runs, and what follows it on the last.
    fn at(&self, lines: &[Line]) -> Option<(usize, usize, Option<Line>)> {
        let first = lines.first()?;
        let numbered = after_number(&first.text);
        let mut title = numbered.unwrap_or(&first.text).to_owned();
        let (mut best, mut found) = (0.0, None);
        for count in 1..=WRAPPED.min(lines.len()) {
            if count > 1 {
                let line = &lines[count - 1];
                if !line.follows || line.bullet {
                    break;
                }
                title = format!("{title} {}", line.text);
            }
            let end = title.find('?').map_or(title.len(), |at| at + 1);
            // One title may begin as another does: the lines that are most alike to any are taken.
            if let Some((nth, like)) = self.nearest(&plain(&title[..end]))
                && like > best
            {
                best = like;
                found = Some((nth, count, lines[count - 1].rest(&title[end..])));
            }
            // Only a line that begins like a heading is worth going on with.
            if end < title.len()
                || (numbered.is_none() && !first.plain.starts_with("how ") && !first.plain.starts_with("what "))
            {
                break;
            }
        }
        found
    }

    /// The question with this title, and how much alike the two are.
    fn nearest(&self, text: &str) -> Option<(usize, f64)> {
        if text.len() > 512 {
            return None;
        }
        let mut shared: HashMap<usize, usize> = HashMap::new();
        let own: BTreeSet<&str> = text.split(' ').collect();
        for word in &own {
            for nth in self.by_word.get(*word).into_iter().flatten() {
                *shared.entry(*nth).or_default() += 1;
            }
        }
        let near = shared.into_iter().filter(|(_, words)| words * 3 >= own.len());
        let alike = near.map(|(nth, _)| (nth, alike(text, &self.plain[nth]))).filter(|(_, like)| *like >= LEAST);
        alike.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
}

/// What follows `7.`, `SEC 11.` or `SEC 11 -` at the beginning of a heading.
fn after_number(text: &str) -> Option<&str> {
    let letters = text.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    if text.len() - letters.len() > 6 {
        return None;
    }
    let digits = letters.trim_start();
    let rest = digits.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if rest.len() == digits.len() || digits.len() - rest.len() > 2 {
        return None;
    }
    let rest = rest.trim_start().trim_start_matches(['.', ':', ')', '-', ',']).trim_start();
    (!rest.is_empty()).then_some(rest)
}

/// Whether a line says how a question stands: a risk in words, behind whatever its icon was taken for.
fn risk(line: &Line) -> Option<Risk> {
    let words: Vec<&str> = line.plain.split(' ').collect();
    let labels = [
        ("high risk", Risk::High),
        ("medium risk", Risk::Medium),
        ("no improvements identified", Risk::None),
        ("not applicable", Risk::NotApplicable),
        ("unanswered", Risk::Unanswered),
        ("risk undetermined", Risk::Undetermined),
    ];
    labels.into_iter().find_map(|(label, risk)| {
        let len = label.split(' ').count();
        let before = words.len().checked_sub(len)?;
        // An icon is at most a word or two of few letters.
        let icon: usize = words[..before].iter().map(|word| word.len()).sum();
        let label = before <= 2 && icon <= 10 && is(&words[before..].join(" "), label);
        label.then_some(risk)
    })
}

/// What a line is to the frame of a question's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Selected,
    NotSelected,
    NotApplicable,
    ChoiceNotes,
    Notes,
    Plan,
}

/// A heading of a question's answer that a line begins with, and what follows it.
fn mark(line: &Line) -> Option<(Mark, Option<Line>)> {
    let words: Vec<&str> = line.text.split(' ').collect();
    let heads: [(Mark, usize, &[&str]); 6] = [
        (Mark::NotApplicable, 3, &["not applicable choice s", "not applicable choices", "not applicable choice"]),
        (Mark::ChoiceNotes, 3, &["notes on choices"]),
        (Mark::NotSelected, 3, &["not selected choice s", "not selected choices", "not selected choice"]),
        (Mark::Selected, 2, &["selected choice s", "selected choices", "selected choice"]),
        (Mark::Plan, 2, &["improvement plan"]),
        (Mark::Notes, 1, &["notes"]),
    ];
    heads.into_iter().find_map(|(mark, len, wanted)| {
        let head = plain(&words.get(..len)?.join(" "));
        if !wanted.iter().any(|wanted| is(&head, wanted)) {
            return None;
        }
        let rest = words[len..].join(" ");
        // "Notes" begins many a sentence, and an improvement plan is spoken of.
        let alone = matches!(mark, Mark::ChoiceNotes | Mark::Notes | Mark::Plan);
        (!alone || rest.is_empty()).then(|| (mark, line.rest(&rest)))
    })
}

/// A question's lines, from its title on.
struct Body {
    question: usize,
    line: u64,
    lines: Vec<Line>,
}

impl Body {
    /// Whether its lines come to a heading, or to one that follows it.
    fn is_at(&self, wanted: Mark) -> bool {
        self.lines.iter().filter_map(mark).any(|(mark, _)| mark >= wanted)
    }

    /// The line of the plan's heading: the last, since a note may hold the same words.
    fn plan(&self) -> Option<u64> {
        let heads = |line: &&Line| matches!(mark(line), Some((Mark::Plan, _)));
        self.lines.iter().rfind(heads).map(|line| line.number)
    }
}

/// Reads a report.
pub(crate) fn read(text: &str, lens: &Lens) -> Read {
    let lines = lines(text);
    let titles = Titles::of(lens);
    let preamble = preamble(&lines);
    let mut read = Read { suggested: preamble.suggested, ..Read::default() };
    let furniture = if preamble.ours { HashSet::new() } else { furniture(&lines) };
    let pages = Pages { furniture: &furniture, repeat_titles: !preamble.ours };
    let (bodies, front) = bodies(&lines, &titles, lens, pages, &mut read);
    let told = front_matter(&lines[..front], &titles, &furniture, &mut read);
    let questions: Vec<&Question> = lens.questions().collect();
    for body in bodies {
        read.last =
            Some((body.lines.last().map_or(body.line, |line| line.number), questions[body.question].number.clone()));
        let mut answer = answer(questions[body.question], &body, &mut read);
        if answer.risk.is_none() {
            answer.risk = told.get(&body.question).copied();
        }
        if answer.risk.is_none() {
            // Whether it was called not applicable is not known either: nobody is to take it for answered.
            let why = format!("the risk of {} cannot be read", answer.number);
            read.unplaced.push(Unplaced { line: body.line, text: answer.title.clone(), why });
        }
        answer.applicable = answer.risk != Some(Risk::NotApplicable);
        if read.answers.iter().any(|other| other.question == answer.question) {
            let why = format!("{} is answered before", answer.number);
            read.unplaced.push(Unplaced { line: body.line, text: answer.title, why });
        } else {
            read.answers.push(answer);
        }
    }
    let place: HashMap<&str, usize> = questions.iter().enumerate().map(|(nth, it)| (it.id.as_str(), nth)).collect();
    read.answers.sort_by_key(|answer| place.get(answer.question.as_str()).copied());
    read.unplaced.sort_by_key(|it| it.line);
    read
}

/// What stands before all that a report reports.
struct Preamble {
    /// Whether we printed it.
    ours: bool,
    /// The line that says that nobody answered anything.
    suggested: Option<u64>,
}

fn preamble(lines: &[Line]) -> Preamble {
    let own: Vec<&Line> = lines.iter().take_while(|line| !is(&line.plain, &plain(layout::PROPERTIES))).collect();
    let (printed, suggestions) = (plain(layout::PRINTED_BY), plain(layout::SUGGESTIONS));
    let ours = own.iter().any(|line| line.plain.starts_with(&printed));
    // A narrow page may break it.
    let says_so = |at: &usize| {
        let text: Vec<&str> = own[*at..].iter().take(WRAPPED).map(|line| line.plain.as_str()).collect();
        text.join(" ").starts_with(&suggestions)
    };
    let suggested = (0..own.len()).find(says_so).filter(|_| ours);
    Preamble { ours, suggested: suggested.map(|at| own[at].number) }
}

/// What the pages of a report add to it. Those of a report that we printed carry neither heads nor numbers.
#[derive(Clone, Copy)]
struct Pages<'a> {
    furniture: &'a HashSet<u64>,
    /// Whether the title of a question may stand on the next page again.
    repeat_titles: bool,
}

/// Lines that a page's head or foot repeats: the report's titles, account and page numbers.
fn furniture(lines: &[Line]) -> HashSet<u64> {
    let is_furniture = |line: &Line| {
        let page = line.plain.len() <= 4 && line.plain.chars().all(|it| it.is_ascii_digit());
        let head = line.plain.starts_with("aws well architected tool")
            || line.plain.ends_with("aws well architected framework report")
            || (line.plain.starts_with("aws account id") && line.plain.len() < 40);
        page || head
    };
    lines.iter().filter(|line| is_furniture(line)).map(|line| line.number).collect()
}

/// The questions' lines, and how many lines come before the first one's.
fn bodies(lines: &[Line], titles: &Titles, lens: &Lens, pages: Pages<'_>, read: &mut Read) -> (Vec<Body>, usize) {
    let pillars: Vec<(&str, String)> = lens.pillars.iter().map(|it| (it.id.as_str(), plain(&it.name))).collect();
    let mut bodies: Vec<Body> = Vec::new();
    let (mut front, mut at) = (lines.len(), 0);
    let mut pillar: Option<Vec<Line>> = None;
    let (mut pillar_id, mut in_details) = ("", false);
    while at < lines.len() {
        let line = &lines[at];
        in_details = in_details || is(&line.plain, "lens details");
        if let Some((question, count, rest)) = titles.at(&lines[at..]) {
            let own = lines[at + count..]
                .iter()
                .take(NEAR)
                .take_while(|line| titles.at(std::slice::from_ref(line)).is_none());
            let own = || rest.iter().chain(own.clone());
            let near: BTreeSet<Mark> = own().filter_map(mark).map(|(mark, _)| mark).collect();
            let heads = near.contains(&Mark::Selected) || near.contains(&Mark::NotSelected);
            // Notes may speak of another question, and no answer follows: neither its lists nor, at once, its risk.
            let in_notes = pillar.is_some() || bodies.last().is_some_and(|body| body.is_at(Mark::ChoiceNotes));
            let heads = heads || (in_details && (!in_notes || own().take(2).any(|line| risk(line).is_some())));
            let current = bodies.last_mut().filter(|body| body.question == question && pillar.is_none());
            // A page ended within the answer, and its title stands on the next one again.
            let goes_on = |body: &Body| !(body.is_at(Mark::Notes) && near.contains(&Mark::Selected));
            if let Some(body) = current.filter(|body| pages.repeat_titles && goes_on(body)) {
                body.lines.extend(rest);
                at += count;
                continue;
            }
            // The summary names questions too, and says nothing of their choices.
            if heads {
                if let Some(lines) = pillar.take() {
                    pillar_notes(pillar_id, &lines, read);
                }
                front = front.min(at);
                bodies.push(Body { question, line: line.number, lines: rest.into_iter().collect() });
                at += count;
                continue;
            }
        }
        let named = pillars.iter().find(|(_, name)| is(&line.plain, name));
        let asked = |line: &Line| is(&line.plain, "questions answered");
        if let Some((id, _)) = named
            && lines[at + 1..].iter().take(3).any(asked)
            && !lines[at + 1..].iter().take(8).any(|line| is(&line.plain, "lens notes"))
        {
            if let Some(lines) = pillar.take() {
                pillar_notes(pillar_id, &lines, read);
            }
            (pillar, pillar_id) = (Some(Vec::new()), id);
            front = front.min(at);
        } else if pages.furniture.contains(&line.number) {
            // It says nothing of any answer.
        } else if let Some(lines) = &mut pillar {
            lines.push(line.clone());
        } else if let Some(body) = bodies.last_mut() {
            body.lines.push(line.clone());
        }
        at += 1;
    }
    if let Some(lines) = pillar.take() {
        pillar_notes(pillar_id, &lines, read);
    }
    (bodies, front)
}

/// What stands under a pillar's title: counts, and what was written on it.
fn pillar_notes(pillar: &str, lines: &[Line], read: &mut Read) {
    let Some(at) = lines.iter().position(|line| is(&line.plain, "pillar notes")) else { return };
    let notes = lines[at + 1..].iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
    if !notes.is_empty() {
        read.pillar_notes.insert(pillar.to_owned(), notes);
    }
}

/// The properties, the lens's notes, and the risks that the summary tells.
fn front_matter(lines: &[Line], titles: &Titles, furniture: &HashSet<u64>, read: &mut Read) -> BTreeMap<usize, Risk> {
    let heading = |wanted: &str| lines.iter().position(|line| is(&line.plain, wanted));
    let properties = heading("workload properties");
    let overview = heading("lens overview");
    let plan = lines
        .iter()
        .position(|line| is(&line.plain, "improvement item summary"))
        .or_else(|| heading("improvement plan"));
    if let Some(from) = properties {
        let to = overview.or(plan).unwrap_or(lines.len()).max(from);
        let own: Vec<&Line> =
            lines[from + 1..to.max(from + 1)].iter().filter(|it| !furniture.contains(&it.number)).collect();
        workload(&own, read);
    }
    if let Some(from) = lines.iter().position(|line| is(&line.plain, "lens notes")) {
        let to = lines[from..]
            .iter()
            .position(|line| is(&line.plain, "improvement plan"))
            .map_or(lines.len(), |it| from + it);
        let notes = lines[from + 1..to].iter().filter(|line| !furniture.contains(&line.number));
        read.lens_notes = notes.map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
    }
    let mut told = BTreeMap::new();
    let mut of = None;
    for (at, line) in lines.iter().enumerate().skip(plan.unwrap_or(lines.len())) {
        // A pillar without any says "No improvements identified" in the list of one risk.
        if let Some(risk @ (Risk::High | Risk::Medium)) = risk(line) {
            of = Some(risk);
        } else if let (Some(risk), Some((nth, ..))) = (of, titles.at(&lines[at..])) {
            told.insert(nth, risk);
        }
    }
    told
}

fn workload(lines: &[&Line], read: &mut Read) {
    let mut values: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut label = None;
    for line in lines {
        let found = layout::LABELS.iter().find_map(|(label, _)| {
            let words = label.split(' ').count();
            let own: Vec<&str> = line.text.split(' ').collect();
            let head = own.get(..words)?.join(" ");
            let like = alike(&plain(&head), &plain(label));
            // Short labels leave no room for a misread letter.
            (like >= if label.len() < 5 { 1.0 } else { 0.85 }).then(|| (*label, own[words..].join(" ")))
        });
        match found {
            Some((name, value)) => {
                label = Some(name);
                let values = values.entry(name).or_default();
                if !value.is_empty() {
                    values.push(value);
                }
            }
            None => match label.and_then(|label| values.get_mut(label)) {
                Some(values) => values.push(line.text.clone()),
                None => read.unplaced.push(Unplaced {
                    line: line.number,
                    text: line.text.clone(),
                    why: "it stands under no property of the workload".to_owned(),
                }),
            },
        }
    }
    let text = |label: &str| values.get(label).map(|lines| lines.join(" ")).unwrap_or_default();
    let list = |label: &str| -> Vec<String> {
        let lines = values.get(label).map(Vec::as_slice).unwrap_or_default();
        lines
            .iter()
            .flat_map(|line| line.split(','))
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect()
    };
    read.workload = Workload {
        name: text("Workload name"),
        arn: text("ARN").replace(' ', ""),
        description: text("Description"),
        review_owner: text("Review owner"),
        industry_type: text("Industry type"),
        industry: text("Industry"),
        environment: text("Environment"),
        aws_regions: list("AWS Regions"),
        non_aws_regions: list("Non-AWS regions"),
        account_ids: list("Account IDs").into_iter().map(digits).collect(),
        architectural_design: text("Architectural design"),
    };
}

/// A number whose digits stand so far apart that spaces were read between them.
fn digits(text: String) -> String {
    let number = text.chars().all(|it| it.is_ascii_digit() || it == ' ');
    if number { text.replace(' ', "") } else { text }
}

fn answer(question: &Question, body: &Body, read: &mut Read) -> Answer {
    let mut parts: BTreeMap<Option<Mark>, Vec<Line>> = BTreeMap::new();
    let (mut status, mut part) = (QuestionStatus::default(), None);
    let mut marks = BTreeSet::new();
    let plan = body.plan();
    let mut lines = body.lines.iter().cloned().rev().collect::<Vec<_>>();
    while let Some(line) = lines.pop() {
        if part.is_none() && status.take(&line) {
            continue;
        }
        match mark(&line) {
            Some((mark, rest)) if Some(mark) > part && (mark != Mark::Plan || Some(line.number) == plan) => {
                part = Some(mark);
                marks.insert(mark);
                lines.extend(rest);
            }
            _ => parts.entry(part).or_default().push(line),
        }
    }
    let mut choices = Choices::of(question);
    let mut selected = parts.remove(&None).unwrap_or_default();
    selected.extend(parts.remove(&Some(Mark::Selected)).unwrap_or_default());
    let mut after = Vec::new();
    let told_apart = marks.contains(&Mark::NotSelected);
    choices.read(&selected, told_apart.then_some(Status::Selected), &mut after, read);
    let unselected = parts.remove(&Some(Mark::NotSelected)).unwrap_or_default();
    choices.read(&unselected, Some(Status::Unselected), &mut after, read);
    let not_applicable = parts.remove(&Some(Mark::NotApplicable)).unwrap_or_default();
    choices.read(&not_applicable, Some(Status::NotApplicable), &mut after, read);
    choices.read_notes(&parts.remove(&Some(Mark::ChoiceNotes)).unwrap_or_default(), read);
    after.extend(parts.remove(&Some(Mark::Notes)).unwrap_or_default());
    let plan = parts.remove(&Some(Mark::Plan));
    read.ended = marks.contains(&Mark::Notes) || marks.contains(&Mark::Plan);
    let (notes, improvement_plan) = notes_and_plan(question, after, plan);
    Answer {
        question: question.id.clone(),
        number: question.number.clone(),
        title: question.title.clone(),
        risk: status.risk,
        applicable: true,
        choices: choices.found,
        notes,
        reason: status.reason,
        improvement_plan,
        line: Some(body.line),
    }
}

/// What stands between a question's title and its choices.
#[derive(Default)]
struct QuestionStatus {
    risk: Option<Risk>,
    reason: String,
}

impl QuestionStatus {
    /// Whether the line is part of it.
    fn take(&mut self, line: &Line) -> bool {
        if self.risk.is_none()
            && let Some(risk) = risk(line)
        {
            self.risk = Some(risk);
            return true;
        }
        if let Some(reason) = reason(&line.text) {
            reason.clone_into(&mut self.reason);
            return true;
        }
        is(&line.plain, &plain(layout::RISK_UNKNOWN))
    }
}

/// Why something does not apply, where a line says so.
fn reason(text: &str) -> Option<&str> {
    text.strip_prefix(layout::REASON).map(str::trim_start)
}

/// The choices of a question as they are found.
struct Choices<'a> {
    question: &'a Question,
    titles: Vec<Title<'a>>,
    found: Vec<ChoiceAnswer>,
}

impl<'a> Choices<'a> {
    fn of(question: &'a Question) -> Self {
        let none = question.none_of_these.iter().map(|none| Title::new(&none.id, &none.title));
        let titles = question.choices.iter().map(|choice| Title::new(&choice.id, &choice.title)).chain(none).collect();
        Self { question, titles, found: Vec::new() }
    }

    /// Reads the choices of one list. Whole lines after the last of them belong to what follows the list; `status` is not
    /// known where the two lists cannot be told apart.
    fn read(&mut self, lines: &[Line], status: Option<Status>, after: &mut Vec<Line>, read: &mut Read) {
        let words: Vec<Word> = lines.iter().flat_map(|line| words(line.number, &line.text)).collect();
        let runs = split(&words, &self.titles);
        let last = runs.iter().rposition(|run| run.title.is_some()).map(|nth| runs[nth].to);
        let last_line = last.map_or(0, |to| words[to - 1].line);
        for run in &runs {
            let own = &words[run.from..run.to];
            let Some(line) = own.first().map(|word| word.line) else { continue };
            let mut unplaced = |why: String| read.unplaced.push(Unplaced { line, text: raw(own), why });
            match (run.title, status) {
                (Some(id), Some(_)) if self.found.iter().any(|it| it.choice == id) => {
                    unplaced(format!("{} has this choice before", self.question.number));
                }
                (Some(id), Some(status)) => self.found.push(ChoiceAnswer::new(id, status)),
                (Some(_), None) => {
                    unplaced(format!(
                        "whether {} has it selected cannot be told: the lists run together",
                        self.question.number
                    ));
                }
                (None, _) if last.is_some() && line > last_line && status == Some(Status::Unselected) => {}
                // A bullet within a line, or what is left of a heading.
                (None, _) if matches!(plain(&raw(own)).as_str(), "" | "notes") => {}
                (None, _) => unplaced(format!("it is no choice of {}", self.question.number)),
            }
        }
        if last.is_some() && status == Some(Status::Unselected) {
            after.extend(lines.iter().filter(|line| line.number > last_line).cloned());
        }
    }

    /// Reads what was written on single choices: the title of each, and below it a reason and a note.
    fn read_notes(&mut self, lines: &[Line], read: &mut Read) {
        let words: Vec<Word> = lines.iter().flat_map(|line| words(line.number, &line.text)).collect();
        let mut on = None;
        for run in split(&words, &self.titles) {
            let text = raw(&words[run.from..run.to]);
            if let Some(id) = run.title {
                on = self.found.iter().position(|it| it.choice == id);
            }
            match on.and_then(|on| self.found.get_mut(on)) {
                Some(_) if run.title.is_some() => {}
                Some(choice) => match reason(&text).filter(|_| choice.reason.is_empty() && choice.notes.is_empty()) {
                    Some(reason) => reason.clone_into(&mut choice.reason),
                    None if choice.notes.is_empty() => choice.notes = text,
                    None => choice.notes = format!("{} {text}", choice.notes),
                },
                None => {
                    let why = format!("it is on no choice of {}", self.question.number);
                    read.unplaced.push(Unplaced { line: words[run.from].line, text, why });
                }
            }
        }
    }
}

/// What people wrote, and the items of the improvement plan. Where the plan has lost its heading, it begins with the first bullet or the
/// first title of an item that the lens knows.
fn notes_and_plan(question: &Question, mut lines: Vec<Line>, plan: Option<Vec<Line>>) -> (String, Vec<String>) {
    let known: Vec<Title<'_>> = question.improvements.iter().map(|it| Title::new(it, it)).collect();
    let mut plan = plan;
    if plan.is_none() {
        let begins = |line: &Line| {
            let words: Vec<Word> = words(line.number, &line.text).collect();
            let first = split(&words, &known).into_iter().find(|run| run.title.is_some()).map(|run| run.from);
            // AWS begins an item with a capital.
            let bulleted = line.bullet && line.text.starts_with(|it: char| !it.is_lowercase());
            first.or(bulleted.then_some(0)).map(|at| (raw(&words[..at]), raw(&words[at..])))
        };
        let first = lines.iter().enumerate().find_map(|(nth, line)| Some((nth, begins(line)?)));
        if let Some((nth, (note, item))) = first {
            let mut own = lines.split_off(nth);
            let line = own[0].clone();
            own[0] = Line { bullet: true, ..Line::new(line.number, &item, line.follows) };
            lines.extend(line.rest(&note));
            plan = Some(own);
        }
    }
    let told = |line: &&Line| !is(&line.plain, "answer the question to view the improvement plan");
    let notes = lines.iter().filter(told).map(Line::written).collect::<Vec<_>>().join(" ");
    let plan: Vec<&Line> = plan.iter().flatten().filter(told).collect();
    (notes, items(&plan, &known))
}

/// The items of an improvement plan: those that the lens knows wherever they stand, and of the rest each line that does not go
/// on with the one before.
fn items(lines: &[&Line], known: &[Title<'_>]) -> Vec<String> {
    let words: Vec<Word> = lines.iter().flat_map(|line| words(line.number, &line.text)).collect();
    let mut items: Vec<String> = Vec::new();
    let mut open = None;
    for run in split(&words, known) {
        let own = &words[run.from..run.to];
        let Some(first) = own.first().filter(|_| own.iter().any(|word| !word.plain.is_empty())) else { continue };
        if let Some(title) = run.title {
            items.push(title.to_owned());
            open = None;
            continue;
        }
        let line = lines.iter().find(|line| line.number == first.line);
        let goes_on =
            line.is_some_and(|it| it.follows && !it.bullet) && first.raw.starts_with(|it: char| !it.is_uppercase());
        match items.last_mut().filter(|_| goes_on && open == Some(first.line - 1)) {
            Some(item) => {
                item.push(' ');
                item.push_str(&raw(own));
            }
            None => items.push(raw(own)),
        }
        open = Some(first.line);
    }
    items
}

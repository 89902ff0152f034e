//! Text for a terminal: the summary, what is not met, what to fix first, what was not read; the rest on request.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use wellproof_answers::document::{Choice, Citation, Coverage, Document, Question, RuleOnChoice};
use wellproof_model::Suggestion;

use crate::legible::{count, counted, explain, name, prose};
use crate::principles;
use crate::review::{self, Finding};

/// How the text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Every question with every choice, rule and listed resource, and every gap.
    pub all: bool,
    /// Colours, by ANSI escapes. They only repeat what the words say.
    pub color: bool,
    /// Columns to fill, at least 40.
    pub width: usize,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { all: false, color: false, width: 100 }
    }
}

/// How many columns the name of a pillar or of a principle takes.
const NAMES: usize = 28;
/// How many gaps are shown unless all are asked for.
const GAPS: usize = 12;
/// How many calls of a choice are shown unless all are asked for.
const CALLS: usize = 1;

/// Writes the document as text.
///
/// # Errors
/// What `out` answers with.
pub fn text(document: &Document, options: &TextOptions, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page { document, all: options.all, color: options.color, width: options.width.max(40), out };
    page.summary()?;
    page.people()?;
    page.pillars()?;
    page.principles()?;
    page.findings()?;
    page.fixes()?;
    page.gaps()?;
    if options.all {
        return page.questions();
    }
    page.rest()
}

#[derive(Clone, Copy)]
enum Tone {
    Strong,
    Faint,
    Good,
    Bad,
    Warn,
}

impl Tone {
    fn of(choice: &Choice) -> Self {
        match choice.verdict {
            _ if review::is_bad(choice) => Self::Bad,
            Suggestion::Met | Suggestion::NotMet => Self::Good,
            Suggestion::Partial => Self::Warn,
            Suggestion::NotProven | Suggestion::NotApplicable => Self::Faint,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Warn => "33",
        }
    }
}

struct Page<'a, W> {
    document: &'a Document,
    all: bool,
    color: bool,
    width: usize,
    out: &'a mut W,
}

impl<W: Write> Page<'_, W> {
    fn summary(&mut self) -> io::Result<()> {
        let Document { lens, snapshot, scope, coverage, .. } = self.document;
        let title = format!("{}, edition {} (lens {})", prose(&lens.name), name(&lens.edition), name(&lens.id));
        self.tinted(Tone::Strong, &title)?;
        writeln!(self.out)?;
        writeln!(self.out)?;

        let workload = scope.workload.as_ref().map_or(String::new(), |workload| format!("{}: ", name(workload)));
        self.field("Scope", &format!("{workload}{}", prose(&scope.sentence)))?;
        if scope.out_of_scope > 0 {
            self.field("", &format!("{} outside it are not judged", counted(scope.out_of_scope, "resource")))?;
        }
        for exclusion in &scope.exclusions {
            self.field("", &format!("left out: {}", prose(exclusion)))?;
        }
        let verified = review::unverified(snapshot)
            .map_or_else(|| "verified".to_owned(), |(word, why)| format!("{}: {why}", word.to_uppercase()));
        self.field("Snapshot", &format!("{} {verified}", name(&snapshot.digest)))?;
        self.field(
            "Collected",
            &format!(
                "{} by {}, wellproof {}",
                snapshot.collected_at,
                name(&snapshot.caller),
                name(&snapshot.tool_version)
            ),
        )?;
        self.field(
            "Read",
            &format!(
                "{} by {}; {} ",
                counted(snapshot.resources, "resource"),
                counted(snapshot.calls, "call"),
                if snapshot.gaps == 0 { "no gaps".to_owned() } else { counted(snapshot.gaps, "gap") }
            ),
        )?;
        self.field("Accounts", &review::names(&snapshot.accounts))?;
        self.field("Regions", &review::regions(self.document))?;
        self.field(
            "Coverage",
            &format!(
                "{} of {} judged from evidence: {}",
                count(coverage.judged),
                counted(coverage.choices, "choice"),
                review::shares_said(coverage)
            ),
        )
    }

    fn pillars(&mut self) -> io::Result<()> {
        self.heading("Pillars")?;
        let pillars = &self.document.pillars;
        let names: Vec<_> = pillars.iter().map(|pillar| cut(&name(&pillar.name), NAMES)).collect();
        let widest = self.counts_head("pillar", &names, "questions by predicted risk")?;
        for (pillar, shown) in pillars.iter().zip(&names) {
            let column = self.counts(shown, widest, &pillar.coverage)?;
            self.wrapped(column, column.min(self.width.saturating_sub(24)), &review::risks(pillar).join(", "))?;
        }
        Ok(())
    }

    /// The same choices by design principle, the worst of each below it, or all of them.
    fn principles(&mut self) -> io::Result<()> {
        let lines = &self.document.principles;
        if lines.is_empty() {
            return Ok(());
        }
        self.heading("Principles")?;
        let names: Vec<_> = lines.iter().map(|line| cut(&name(&line.title), NAMES)).collect();
        let widest = self.counts_head("principle", &names, "of")?;
        for (line, shown) in lines.iter().zip(&names) {
            let column = self.counts(shown, widest, &line.coverage)?;
            self.wrapped(column, column.min(self.width.saturating_sub(24)), &principles::size(line))?;
            if self.all {
                for finding in principles::choices(self.document, line) {
                    self.speaker("", finding)?;
                }
            } else if let Some(finding) = principles::first(self.document, line) {
                self.speaker("first ", finding)?;
            }
        }
        Ok(())
    }

    /// A choice that speaks for a principle.
    fn speaker(&mut self, lead: &str, finding: Finding<'_>) -> io::Result<()> {
        let choice = finding.choice;
        let said = review::suggestion(choice.verdict);
        let level = review::level(choice).map_or(String::new(), |level| format!(" [level {level}]"));
        write!(self.out, "    ")?;
        self.tinted(Tone::Faint, lead)?;
        self.tinted(Tone::of(choice), said)?;
        let column = 4 + lead.width() + said.width();
        self.wrapped(column, 4 + lead.width(), &format!(": {}{level}", principles::named(finding)))
    }

    /// The head of a table of counts; how many columns its names take.
    fn counts_head(&mut self, of: &str, names: &[String], last: &str) -> io::Result<usize> {
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).max(of.width());
        let head = format!(
            "  {}  {:>5} {:>7} {:>7} {:>10} {:>5}  {last}",
            pad(of, widest),
            "met",
            "partial",
            "not met",
            "not proven",
            "n/a"
        );
        self.tinted(Tone::Faint, &head)?;
        writeln!(self.out)?;
        Ok(widest)
    }

    /// A line of such a table, without its end; the column that it reaches.
    fn counts(&mut self, shown: &str, widest: usize, coverage: &Coverage) -> io::Result<usize> {
        write!(self.out, "  {}  ", pad(shown, widest))?;
        self.tinted_if(coverage.met > 0, Tone::Good, &format!("{:>5}", count(coverage.met)))?;
        self.tinted_if(coverage.partial > 0, Tone::Warn, &format!(" {:>7}", count(coverage.partial)))?;
        self.tinted_if(coverage.not_met > 0, Tone::Bad, &format!(" {:>7}", count(coverage.not_met)))?;
        let rest = format!(" {:>10} {:>5}", count(coverage.not_proven), count(coverage.not_applicable));
        write!(self.out, "{rest}  ")?;
        Ok(2 + widest + 2 + 38 + 2)
    }

    /// What people answered, where a review was given.
    fn people(&mut self) -> io::Result<()> {
        let Some(line) = &self.document.review else { return Ok(()) };
        self.heading(&format!("What people answered: {}", review::agreement(line)))?;
        self.paragraph(2, "", &review::reviewed(line))?;
        for (title, found, tone) in
            [("contradicted", &line.contradicted, Tone::Bad), ("undersold", &line.undersold, Tone::Good)]
        {
            for it in found {
                write!(self.out, "    ")?;
                self.tinted(tone, &format!("{title:<15}"))?;
                self.wrapped(19, 19, &review::disagreement(it))?;
                self.paragraph(19, "", &prose(&it.note))?;
                if let Some(first) = it.citations.first() {
                    let more = it.citations.len() as u64 - 1 + it.citations_left_out;
                    let more = if more == 0 { String::new() } else { format!(" and {} more", count(more)) };
                    self.paragraph(19, "proof ", &format!("{}{more}", call(first, self.all)))?;
                }
                self.paragraph(19, "shown ", &explain(&self.document.lens, &it.choice))?;
            }
        }
        for (question, choice, check) in review::warnings(self.document) {
            write!(self.out, "    ")?;
            self.tinted(Tone::Warn, &format!("{:<15}", "advisor warns"))?;
            self.wrapped(19, 19, &review::warned(question, choice))?;
            self.paragraph(19, "", &review::check(check))?;
        }
        for gap in review::pull_gaps(line) {
            self.paragraph(4, "not read       ", &gap)?;
        }
        for it in &line.called_off {
            write!(self.out, "    ")?;
            self.tinted(Tone::Warn, &format!("{:<15}", "called off"))?;
            let (title, says) = review::called_off(it);
            self.wrapped(19, 19, &title)?;
            self.paragraph(19, "", &says)?;
            if !it.note.is_empty() {
                self.paragraph(19, "", &prose(&it.note))?;
            }
        }
        Ok(())
    }

    fn findings(&mut self) -> io::Result<()> {
        let findings = review::findings(self.document);
        self.heading(&format!("Not met: {}, worst first", counted(findings.len() as u64, "choice")))?;
        if findings.is_empty() {
            return self.paragraph(2, "", "Evidence refutes no choice. What is not proven still needs a person.");
        }
        let mut last: Option<&str> = None;
        for Finding { question, choice } in findings {
            if last != Some(question.id.as_str()) {
                if last.is_some() {
                    writeln!(self.out)?;
                }
                self.question(question)?;
                last = Some(&question.id);
            }
            self.choice(question, choice)?;
        }
        Ok(())
    }

    fn fixes(&mut self) -> io::Result<()> {
        self.heading("What to fix first")?;
        if self.document.fix_first.is_empty() {
            return self.paragraph(2, "", "No failing rule would lower a predicted high risk by being mended.");
        }
        for (at, fix) in self.document.fix_first.iter().enumerate() {
            self.paragraph(2, &format!("{:>2}. ", at + 1), &prose(&fix.fix))?;
            let lowers = if fix.lowers.is_empty() {
                "lowers no risk by itself".to_owned()
            } else {
                format!("lowers {}", review::names(&fix.lowers))
            };
            let left = counted(fix.high_risks_left, "question");
            self.paragraph(6, "", &format!("{lowers}; {left} then at predicted HIGH risk"))?;
            self.paragraph(6, "rule ", &review::names(&fix.rules))?;
        }
        Ok(())
    }

    fn gaps(&mut self) -> io::Result<()> {
        let gaps = &self.document.gaps;
        self.heading(&format!("Not read: {}", counted(gaps.len() as u64, "gap")))?;
        if gaps.is_empty() {
            return self.paragraph(2, "", "Everything that was asked for was read.");
        }
        let shown = if self.all { gaps.len() } else { GAPS };
        for gap in gaps.iter().take(shown) {
            self.paragraph(2, "- ", &format!("{} in {}: {}", name(&gap.what), name(&gap.unit), review::gap_kind(gap)))?;
            self.paragraph(4, "", &format!("{} ({})", prose(&gap.message), name(&gap.id)))?;
            if !gap.actions.is_empty() {
                self.paragraph(4, "allow ", &review::names(&gap.actions))?;
            }
        }
        if gaps.len() > shown {
            self.paragraph(2, "", &format!("and {} more (--all shows them)", count((gaps.len() - shown) as u64)))?;
        }
        let actions = review::actions(self.document);
        if !actions.is_empty() {
            let actions: Vec<String> = actions.into_iter().map(str::to_owned).collect();
            self.paragraph(2, "IAM actions that would mend all of them: ", &review::names(&actions))?;
        }
        Ok(())
    }

    fn questions(&mut self) -> io::Result<()> {
        self.heading("Every question")?;
        for (at, question) in self.document.questions.iter().enumerate() {
            if at > 0 {
                writeln!(self.out)?;
            }
            self.question(question)?;
            for line in review::lines(&question.note) {
                self.paragraph(4, "| ", &prose(line))?;
            }
            if question.notes_left_out > 0 {
                let left = counted(question.notes_left_out, "note");
                self.paragraph(4, "| ", &format!("{left} of its choices did not fit"))?;
            }
            for choice in &question.choices {
                self.choice(question, choice)?;
            }
        }
        Ok(())
    }

    fn rest(&mut self) -> io::Result<()> {
        let shown = review::findings(self.document).len();
        let all: usize = self.document.questions.iter().map(|question| question.choices.len()).sum();
        writeln!(self.out)?;
        let hidden = counted((all - shown) as u64, "further choice");
        let line = format!("{hidden} not shown (--all shows them). SNAPSHOT stands for the snapshot's directory.");
        self.paragraph(0, "", &line)
    }

    fn question(&mut self, question: &Question) -> io::Result<()> {
        let number = name(&question.number).into_owned();
        let lead = format!("  {number}  ");
        self.toned(Tone::Strong, &lead, &prose(&question.title))?;
        let indent = lead.width();
        self.paragraph(indent, "predicted risk ", &review::risk(question))
    }

    fn choice(&mut self, question: &Question, choice: &Choice) -> io::Result<()> {
        let number = choice.number.as_deref().map_or(String::new(), |number| format!("{} ", name(number)));
        let level = review::level(choice).map_or(String::new(), |level| format!(" [level {level}]"));
        let news = if choice.negative && review::is_bad(choice) { " (a flaw: met is bad news)" } else { "" };
        write!(self.out, "    ")?;
        self.tinted(Tone::of(choice), &format!("{:<15}", review::suggestion(choice.verdict)))?;
        self.wrapped(19, 19, &format!("{number}{}{level}{news}", prose(&choice.title)))?;
        if !choice.note.is_empty() {
            self.paragraph(19, "", &prose(&choice.note))?;
        }
        if !choice.reason.is_empty() && (self.all || choice.note.is_empty()) {
            self.paragraph(19, "why   ", &prose(&choice.reason))?;
        }
        if let Some(people) = review::people(choice) {
            self.paragraph(19, "people ", &people)?;
        }
        for check in &choice.checks {
            self.paragraph(19, "advisor ", &review::check(check))?;
        }
        if let Some(later) = review::judged_as(choice) {
            self.paragraph(19, "now   ", &later)?;
        }
        if let Some(ask) = &choice.ask {
            self.paragraph(19, "ask   ", &prose(ask))?;
        }
        if let Some(hint) = &choice.hint {
            self.paragraph(19, "known ", &prose(hint))?;
        }
        for rule in &choice.rules {
            self.rule(rule)?;
        }
        self.proof(choice)?;
        if !choice.rules.is_empty() || !choice.citations.is_empty() {
            let id = if choice.id.is_empty() { &question.id } else { &choice.id };
            self.paragraph(19, "shown ", &explain(&self.document.lens, id))?;
        }
        Ok(())
    }

    fn rule(&mut self, rule: &RuleOnChoice) -> io::Result<()> {
        let said = if rule.weight.is_empty() || rule.weight == "nothing" {
            String::new()
        } else {
            format!(", which {} it", name(&rule.weight))
        };
        let tally = review::tally(rule.passed, rule.failed, rule.unknown, rule.not_judged);
        let line = format!("{}: {}{said}; {tally}", name(&rule.id), review::verdict(rule.verdict));
        self.paragraph(19, "rule  ", &line)?;
        if !self.all {
            return Ok(());
        }
        for resource in &rule.resources {
            let line = format!(
                "{} {} {} in {}/{} by {}",
                review::verdict(resource.verdict),
                name(&resource.kind),
                name(&resource.id),
                name(&resource.account),
                name(&resource.region),
                review::names(&resource.calls)
            );
            self.paragraph(25, "- ", &line)?;
        }
        if rule.resources_left_out > 0 {
            self.paragraph(25, "- ", &format!("and {} more", count(rule.resources_left_out)))?;
        }
        Ok(())
    }

    fn proof(&mut self, choice: &Choice) -> io::Result<()> {
        let shown = if self.all { choice.citations.len() } else { CALLS.min(choice.citations.len()) };
        for citation in &choice.citations[..shown] {
            self.paragraph(19, "proof ", &call(citation, self.all))?;
        }
        let more = (choice.citations.len() - shown) as u64 + choice.citations_left_out;
        if more > 0 {
            self.paragraph(19, "      ", &format!("and {}", counted(more, "more call")))?;
        }
        Ok(())
    }

    fn heading(&mut self, heading: &str) -> io::Result<()> {
        writeln!(self.out)?;
        self.tinted(Tone::Strong, &heading.to_uppercase())?;
        writeln!(self.out)
    }

    fn field(&mut self, label: &str, value: &str) -> io::Result<()> {
        self.paragraph(2, &format!("{label:<10} "), value)
    }

    /// `text` after `lead`, wrapped, its further lines below its first.
    fn paragraph(&mut self, indent: usize, lead: &str, text: &str) -> io::Result<()> {
        write!(self.out, "{:indent$}", "")?;
        self.tinted(Tone::Faint, lead)?;
        let column = indent + lead.width();
        self.wrapped(column, column.min(self.width / 2), text)
    }

    fn toned(&mut self, tone: Tone, lead: &str, text: &str) -> io::Result<()> {
        self.tinted(tone, lead)?;
        let column = lead.width();
        self.wrapped(column, column.min(self.width / 2), text)
    }

    /// Words from `column` on; a line that continues starts at `indent`. A word wider than the line is broken.
    fn wrapped(&mut self, column: usize, indent: usize, text: &str) -> io::Result<()> {
        let mut at = column;
        let mut fresh = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = word.width();
            if !fresh && at + 1 + wide > self.width {
                write!(self.out, "\n{:indent$}", "")?;
                at = indent;
                fresh = true;
            }
            if !fresh {
                write!(self.out, " ")?;
                at += 1;
            }
            if at + wide <= self.width {
                write!(self.out, "{word}")?;
                at += wide;
            } else {
                at = self.broken(at, indent, word)?;
            }
            fresh = false;
        }
        writeln!(self.out)
    }

    fn broken(&mut self, mut at: usize, indent: usize, word: &str) -> io::Result<usize> {
        for character in word.chars() {
            let wide = character.width().unwrap_or(0);
            if at + wide > self.width {
                write!(self.out, "\n{:indent$}", "")?;
                at = indent;
            }
            write!(self.out, "{character}")?;
            at += wide;
        }
        Ok(at)
    }

    fn tinted_if(&mut self, tint: bool, tone: Tone, text: &str) -> io::Result<()> {
        if tint { self.tinted(tone, text) } else { write!(self.out, "{text}") }
    }

    fn tinted(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        if self.color && !text.trim().is_empty() {
            write!(self.out, "\x1b[{}m{text}\x1b[0m", tone.code())
        } else {
            write!(self.out, "{text}")
        }
    }
}

fn call(citation: &Citation, all: bool) -> String {
    let asked = format!(
        "{} {}:{} in {}/{} at {}",
        name(&citation.call),
        name(&citation.service),
        name(&citation.operation),
        name(&citation.account),
        name(&citation.region),
        citation.at
    );
    if !all {
        return asked;
    }
    let request = citation.request_id.as_deref().map_or("none".into(), name);
    format!("{asked}, request id {request}, sha256 {}", name(&citation.sha256))
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{:1$}", "", columns.saturating_sub(text.width()))
}

fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut wide = 0;
    let kept: String = text
        .chars()
        .take_while(|character| {
            wide += character.width().unwrap_or(0);
            wide < columns
        })
        .collect();
    format!("{kept}…")
}

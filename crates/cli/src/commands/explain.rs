//! `wellproof explain`: from an answer down to the API calls behind it.

use std::fmt::Write;

use wellproof_answers::document::{Choice, Question, RuleOnChoice};
use wellproof_model::{Call, CallId};
use wellproof_report::legible_line as line;

use crate::args::Explain;
use crate::commands::answer::ended;
use crate::commands::judge::{self, Judged};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// How many resources of a rule, and how many calls of a choice, are listed unless all are asked for.
const LISTED: usize = 10;

pub(crate) fn run(args: &Explain) -> miette::Result<Exit> {
    let judged = judge::judge(&args.judging, None)?;
    let page = Page { judged: &judged, bodies: args.bodies, listed: if args.all { usize::MAX } else { LISTED } };
    let text = page.find(&args.what)?;
    output::text(&args.output.path, &wellproof_report::legible_lines(&text))?;
    Ok(ended(&judged.document))
}

struct Page<'a> {
    judged: &'a Judged,
    bodies: bool,
    listed: usize,
}

impl Page<'_> {
    fn find(&self, what: &str) -> miette::Result<String> {
        let document = &self.judged.document;
        if let Some(question) = document.questions.iter().find(|question| question.id == what) {
            return self.question(question);
        }
        let choices = document.questions.iter().flat_map(|question| {
            let of_it = question.choices.iter().filter(|choice| choice.id == what);
            of_it.map(move |choice| (question, choice))
        });
        let choices: Vec<_> = choices.collect();
        if !choices.is_empty() {
            let texts: miette::Result<Vec<String>> =
                choices.into_iter().map(|(question, choice)| self.choice(question, choice)).collect();
            return Ok(texts?.join("\n"));
        }
        if document.rules.contains_key(what) {
            return self.rule(what);
        }
        if let Some(call) = self.judged.evidence.calls.get(&CallId::from(what)) {
            return self.call(call, true);
        }
        Err(self.nothing(what).into())
    }

    /// A number means nothing without its edition, so that it is translated and not looked up.
    fn nothing(&self, what: &str) -> CliError {
        let document = &self.judged.document;
        let plain = |text: &str| text.to_uppercase().replace(' ', "");
        let by_number = document.questions.iter().find(|question| plain(&question.number) == plain(what));
        let choices = || document.questions.iter().flat_map(|question| &question.choices);
        let choice_by_number =
            choices().find(|choice| choice.number.as_deref().is_some_and(|it| plain(it) == plain(what)));
        let numbered = by_number
            .map(|question| (&question.number, &question.id))
            .or_else(|| choice_by_number.and_then(|choice| Some((choice.number.as_ref()?, &choice.id))));
        let help = if let Some((number, id)) = numbered {
            Some(format!("numbers drift between editions; {number} of edition {} is `{id}`", document.lens.edition))
        } else {
            let questions = document.questions.iter().map(|question| question.id.as_str());
            let ids = choices().map(|choice| choice.id.as_str());
            let rules = document.rules.keys().map(String::as_str);
            let names: Vec<&str> = questions.chain(ids).chain(rules).collect();
            wellproof_lens::nearest(what, names).map(|name| format!("did you mean `{name}`?"))
        };
        CliError::Nothing { what: what.to_owned(), help }
    }

    fn question(&self, question: &Question) -> miette::Result<String> {
        let mut text = String::new();
        let edition = &self.judged.document.lens.edition;
        let title = line(&question.title);
        let _ = writeln!(text, "{}  {title}  ({}, edition {edition})", question.number, question.id);
        let _ = writeln!(
            text,
            "predicted risk {:?}, between {:?} and {:?}, by {}",
            question.predicted_risk, question.risk_range[0], question.risk_range[1], question.risk_basis
        );
        if !question.note.is_empty() {
            let _ = writeln!(text, "{}", question.note);
        }
        for choice in &question.choices {
            text.push('\n');
            text.push_str(&self.choice(question, choice)?);
        }
        Ok(text)
    }

    fn choice(&self, question: &Question, choice: &Choice) -> miette::Result<String> {
        let mut text = String::new();
        let number = choice.number.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{} {number} {}  [{}]", question.number, line(&choice.title), choice.verdict);
        let _ = writeln!(text, "  {}\n  {}", choice.id, line(&choice.reason));
        if let Some(later) = &choice.succeeded_by {
            let (id, title, basis) = (line(&later.choice), line(&later.title), later.basis.as_str());
            let _ = writeln!(text, "  judged by the rules of {id}, {title} ({basis})");
        }
        for said in [&choice.ask, &choice.hint].into_iter().flatten() {
            let _ = writeln!(text, "  {}", line(said));
        }
        for rule in &choice.rules {
            self.rule_on_choice(rule, &mut text)?;
        }
        Ok(text)
    }

    fn rule_on_choice(&self, rule: &RuleOnChoice, text: &mut String) -> miette::Result<()> {
        let title = self.judged.document.rules.get(&rule.id).map_or("", |ran| ran.title.as_str());
        let said = if rule.weight == "nothing" { "says nothing of" } else { rule.weight.as_str() };
        let _ = writeln!(text, "  rule {}: {}, which {said} it", rule.id, rule.verdict);
        let _ = writeln!(text, "    {}", line(title));
        let _ = writeln!(
            text,
            "    {} passed, {} failed, {} unknown, {} not judged",
            rule.passed, rule.failed, rule.unknown, rule.not_judged
        );
        self.gaps_of(&rule.id, text);
        for resource in rule.resources.iter().take(self.listed) {
            let name = line(resource.arn.as_deref().unwrap_or(&resource.id));
            let (kind, region) = (line(&resource.kind), line(&resource.region));
            let _ = writeln!(text, "    {} {kind} {name} in {region}", resource.verdict);
            for id in &resource.calls {
                if let Some(call) = self.judged.evidence.calls.get(&CallId::from(id.clone())) {
                    let body = self.call(call, self.bodies)?;
                    text.extend(body.lines().map(|line| format!("      {line}\n")));
                }
            }
        }
        let rest = rule.resources.len().saturating_sub(self.listed) as u64 + rule.resources_left_out;
        if rest > 0 {
            let _ = writeln!(text, "    and {rest} more; --all lists what the document holds");
        }
        Ok(())
    }

    fn gaps_of(&self, rule: &str, text: &mut String) {
        let document = &self.judged.document;
        let Some(ran) = document.rules.get(rule) else { return };
        for gap in document.gaps.iter().filter(|gap| ran.gaps.contains(&gap.id)).take(self.listed) {
            let (what, unit, message) = (line(&gap.what), line(&gap.unit), line(&gap.message));
            let _ = writeln!(text, "    not read: {what} in {unit}: {}: {message}", gap.kind);
        }
    }

    fn rule(&self, id: &str) -> miette::Result<String> {
        let mut text = String::new();
        for question in &self.judged.document.questions {
            for choice in &question.choices {
                for rule in choice.rules.iter().filter(|rule| rule.id == id) {
                    if text.is_empty() {
                        self.rule_on_choice(rule, &mut text)?;
                    }
                    let number = choice.number.as_deref().unwrap_or_default();
                    let _ = writeln!(
                        text,
                        "  bears on {} {number} {}: {}",
                        question.number,
                        line(&choice.title),
                        choice.verdict
                    );
                }
            }
        }
        if let Some(rule) = self.judged.rules.rule(id) {
            let _ = writeln!(text, "\n{}", rule.source);
        }
        Ok(text)
    }

    fn call(&self, call: &Call, body: bool) -> miette::Result<String> {
        let mut text = String::new();
        let key = &call.key;
        let status =
            call.error.as_deref().map_or_else(|| call.status.to_string(), |code| format!("{} {code}", call.status));
        let _ = writeln!(
            text,
            "call {} {}:{} in {} of {} at {}: {}",
            line(&call.id.0),
            line(&key.service),
            line(&key.operation),
            line(&key.region),
            line(&key.account),
            call.at,
            line(&status)
        );
        let request = line(call.request_id.as_deref().unwrap_or("none"));
        let _ = writeln!(text, "  request id {request}, sha256 {}", line(&call.sha256));
        if body {
            if !key.input.is_empty() {
                let _ = writeln!(text, "  asked {}", line(&key.input));
            }
            if !call.redacted.is_empty() {
                let _ = writeln!(text, "  redacted {}", line(&call.redacted.join(", ")));
            }
            let bytes = self.judged.reader.body(call)?;
            let kind = call.headers.get("content-type").map(String::as_str);
            let readable = wellproof_aws::readable(kind, &bytes);
            text.extend(readable.lines().map(|line| format!("  {line}\n")));
        }
        Ok(text)
    }
}

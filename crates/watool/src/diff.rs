//! A plan, and what became of it, as text for a terminal. What the Tool said is printed as it came: whoever prints makes it legible.

use std::fmt::Write;

use wellproof_lens::Risk;
use wellproof_review::ours::{self, Owner};

use crate::plan::{Action, NoteChange, Plan, QuestionPlan, Target};
use crate::push::{Pushed, differs};
use crate::tool::status_word;

/// What a plan would do, question by question, and why. Questions of which there is nothing to say are left out.
pub fn diff(plan: &Plan) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", plan.target.describe());
    if let Target::NewWorkload(new) = &plan.target {
        let _ = writeln!(text, "  made with: {}", new.description);
        let (accounts, regions) = (new.account_ids.join(", "), new.aws_regions.join(", "));
        let _ = writeln!(text, "  environment {}, review owner {}", new.environment, new.review_owner);
        let _ = writeln!(text, "  accounts {accounts}; regions {regions}");
    }
    let version = if plan.lens.version.is_empty() { "as the Tool has it" } else { &plan.lens.version };
    let _ = writeln!(
        text,
        "lens {} {version}, answered by {} (edition {})",
        plan.lens.alias, plan.lens.id, plan.lens.edition
    );
    let _ = writeln!(text, "snapshot {}, collected {}", plan.snapshot.digest, plan.snapshot.collected_at);
    let _ = writeln!(text, "{}", plan.scope);
    for question in &plan.questions {
        text.push_str(&question_text(question));
    }
    for (ids, why) in [
        (&plan.skipped, "skipped, for the Tool's version of the lens lacks it"),
        (&plan.lacking, "not answered, for our lens file lacks it"),
    ] {
        for id in ids {
            let _ = writeln!(text, "\n{id}: {why}");
        }
    }
    let _ = writeln!(text, "\n{}", summary(plan));
    text
}

fn question_text(question: &QuestionPlan) -> String {
    let QuestionPlan { changes, disagreements, no_longer_proven, .. } = question;
    let mut text = String::new();
    if question.write.is_none() && disagreements.is_empty() && no_longer_proven.is_empty() && !question.note_cut {
        return text;
    }
    let number = if question.number.is_empty() { &question.question } else { &question.number };
    let _ = writeln!(text, "\n{number}  {}", question.title);
    if question.write.is_some() {
        let by = if question.risk_basis.is_empty() { "no lens file of ours" } else { &question.risk_basis };
        let _ =
            writeln!(text, "  risk {} -> {} (predicted by {by})", risk(question.risk), risk(question.predicted_risk));
    }
    for change in changes {
        let sign = match change.action {
            Action::Select => '+',
            Action::Unselect => '-',
            Action::Mark | Action::Note => '~',
        };
        let whose = match change.owner {
            Owner::Person => " (a person's; --replace names it)",
            Owner::Ours | Owner::Nobody => "",
        };
        let number = change.number.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  {sign} {:8} {number} {}{whose}", change.action.as_str(), change.title);
        let _ = writeln!(text, "      {}: {}", change.choice, change.why);
    }
    for it in disagreements {
        let number = it.number.as_deref().unwrap_or_default();
        let people = if question.read.applicable { status_word(it.people) } else { "the question NOT_APPLICABLE" };
        let _ = writeln!(text, "  ! kept     {number} {}", it.title);
        let _ = writeln!(text, "      {}: people say {people}, evidence says {}: {}", it.choice, it.evidence, it.why);
    }
    for id in no_longer_proven {
        let _ = writeln!(text, "  ? kept     {id}: selected by an earlier push, and no longer proven");
    }
    match question.note {
        Some(NoteChange::Added) => text.push_str("  ~ note     wellproof's block is added\n"),
        Some(NoteChange::Replaced) => text.push_str("  ~ note     wellproof's block is replaced\n"),
        Some(NoteChange::Removed) => text.push_str("  ~ note     wellproof's block is taken out\n"),
        None => {}
    }
    let written = question.write.as_ref().filter(|_| question.note.is_some());
    for said in written.and_then(|write| ours::said(&write.notes)).iter().flat_map(|said| said.lines()) {
        let _ = writeln!(text, "      {said}");
    }
    if question.note_cut {
        text.push_str("      what evidence says did not fit beside what people wrote, and is cut\n");
    }
    text
}

fn risk(risk: Option<Risk>) -> &'static str {
    risk.map_or("unknown", Risk::as_str)
}

/// One line that counts.
fn summary(plan: &Plan) -> String {
    let count = |action| plan.questions.iter().flat_map(|it| &it.changes).filter(|it| it.action == action).count();
    let disagreements: usize = plan.questions.iter().map(|it| it.disagreements.len()).sum();
    let notes = plan.questions.iter().filter(|it| it.note.is_some()).count();
    format!(
        "{} of {} answers would change: {} choices selected, {} unselected, {} marked, {} choice notes and {notes} question notes; \
         {disagreements} disagreements are left to people",
        plan.writes().count(),
        plan.questions.len(),
        count(Action::Select),
        count(Action::Unselect),
        count(Action::Mark),
        count(Action::Note),
    )
}

/// What became of a plan, answer by answer.
pub fn pushed_text(pushed: &Pushed) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", pushed.target);
    if let Some(milestone) = &pushed.milestone {
        let before = if milestone.made_before { " (made by an earlier push)" } else { "" };
        let _ = writeln!(text, "milestone {}: {}{before}", milestone.number, milestone.name);
    }
    for answer in &pushed.answers {
        let name = if answer.number.is_empty() { &answer.question } else { &answer.number };
        let _ = write!(text, "{name}  {}", answer.outcome.as_str());
        if let Some(message) = &answer.message {
            let _ = write!(text, ": {message}");
        }
        let _ = write!(text, "; risk {}, predicted {}", risk(answer.risk), risk(answer.predicted_risk));
        if answer.outcome.is_done() && differs(answer.predicted_risk, answer.risk) {
            let _ = write!(text, ": they differ; predicted by {}", answer.risk_basis);
        }
        text.push('\n');
        for choice in &answer.notes_not_there {
            let _ = writeln!(
                text,
                "    {choice}: there is no note of ours: the Tool keeps none there, or somebody has taken it away"
            );
        }
    }
    for id in &pushed.skipped {
        let _ = writeln!(text, "{id}: skipped, for the Tool's version of the lens lacks it");
    }
    let done = pushed.answers.iter().filter(|answer| answer.outcome.is_done()).count();
    let _ = writeln!(text, "{done} of {} answers stand as planned", pushed.answers.len());
    text
}

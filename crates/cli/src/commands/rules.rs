//! `wellproof rules`

use std::fmt::Write;

use wellproof_lens::Lens;
use wellproof_report::legible_line as line;
use wellproof_rules::{Rule, RuleSet};

use crate::args::{Output, Rules, RulesCommand};
use crate::commands::judge;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Rules) -> miette::Result<Exit> {
    let rules = judge::rules(args.directory.as_deref())?;
    let lens = judge::lens(args.lens.as_deref().unwrap_or("wellarchitected"))?;
    match &args.command {
        RulesCommand::List { output } => list(&rules, output),
        RulesCommand::Check => check(&rules, &lens),
        RulesCommand::Test => test(&rules),
        RulesCommand::Explain { id, output } => explain(&rules, &lens, id, output),
    }
}

fn list(rules: &RuleSet, output: &Output) -> miette::Result<Exit> {
    let mut text = String::new();
    for rule in rules.iter() {
        let _ = writeln!(text, "{:<50} {}", rule.id, line(&rule.title));
    }
    let _ = writeln!(text, "{} rules", rules.len());
    output::text(&output.path, &text)?;
    Ok(Exit::Done)
}

fn check(rules: &RuleSet, lens: &Lens) -> miette::Result<Exit> {
    rules.check(&|question, choice| judge::known_choice(lens, question, choice))?;
    output::print(&format!("{} rules hold together\n", rules.len()))?;
    Ok(Exit::Done)
}

fn test(rules: &RuleSet) -> miette::Result<Exit> {
    let results = rules.test();
    let mut text = String::new();
    for result in results.iter().filter(|result| !result.passed()) {
        let (file, case) = (line(&result.file), line(&result.case));
        let _ = writeln!(text, "{file}:{}: {} / {case}", result.line, result.rule);
        for failure in &result.failures {
            let _ = writeln!(text, "  {}", line(failure));
        }
    }
    let failed = results.iter().filter(|result| !result.passed()).count();
    let _ = writeln!(text, "{} cases of {} rules: {failed} failed", results.len(), rules.len());
    output::print(&text)?;
    Ok(if failed == 0 { Exit::Done } else { Exit::Reached })
}

fn explain(rules: &RuleSet, lens: &Lens, id: &str, output: &Output) -> miette::Result<Exit> {
    let rule = rules.rule(id).ok_or_else(|| {
        let names = rules.iter().map(|rule| rule.id.as_str());
        let help = wellproof_lens::nearest(id, names).map(|name| format!("did you mean `{name}`?"));
        CliError::NoRule { id: id.to_owned(), help }
    })?;
    output::text(&output.path, &wellproof_report::legible_lines(&describe(rule, lens)))?;
    Ok(Exit::Done)
}

/// A rule in words and with its predicates, as its file has them.
pub(crate) fn describe(rule: &Rule, lens: &Lens) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n  {}\n  rests on {}", rule.id, line(&rule.title), line(&rule.basis));
    let _ = writeln!(text, "\nbears on (numbers of edition {})", lens.edition);
    for on in &rule.bears_on {
        let choice = lens.choice(&on.question, &on.choice).map(|(_, choice)| choice);
        let number = choice.and_then(|choice| choice.number.as_deref()).unwrap_or_default();
        let title = choice.map_or("", |choice| choice.title.as_str());
        let _ = writeln!(text, "  {number} {}\n    {} / {}", line(title), line(&on.question), line(&on.choice));
        let _ = writeln!(text, "    a pass {}, a failure {}", on.pass.as_str(), on.fail.as_str());
    }
    if !rule.fix.is_empty() {
        let _ = writeln!(text, "\nto mend it\n  {}", line(&rule.fix));
    }
    let _ = writeln!(text, "\nits file, {} ({} cases)\n", line(&rule.file), rule.cases());
    text.push_str(&rule.source);
    text
}

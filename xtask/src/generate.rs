//! Schemas and references, made from code and rules, so that they cannot say anything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use wellproof_lens::Lens;
use wellproof_lens::principles::Principle;
use wellproof_rules::{Rule, RuleSet};

const MARK: &str = "<!-- Made by `cargo xtask gen`; do not edit. -->\n\n";

/// Writes every generated file, or compares them with what lies there.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let rules = RuleSet::shipped().map_err(|errors| anyhow::anyhow!(errors.render()))?;
    let lens = Lens::by_id("wellarchitected").context("the lens is shipped")?;
    let files = BTreeMap::from([
        ("schemas/answers.json", pretty(&wellproof_answers::json_schema())),
        ("schemas/lens.json", pretty(&wellproof_lens::json_schema())),
        ("schemas/plan.json", pretty(&wellproof_watool::plan_schema())),
        ("schemas/push.json", pretty(&wellproof_watool::push_schema())),
        ("schemas/principles.json", pretty(&wellproof_lens::principles::json_schema())),
        ("schemas/review.json", pretty(&wellproof_review::json_schema())),
        ("schemas/resources.json", pretty(&json!(wellproof_facts::schemas()))),
        ("schemas/workload.json", pretty(&schemars::schema_for!(wellproof_model::Scope).to_value())),
        ("schemas/manifest.json", pretty(&schemars::schema_for!(wellproof_model::Manifest).to_value())),
        ("docs/reference/coverage.md", coverage(&rules, lens)),
        ("docs/reference/operations.md", operations()),
        ("docs/reference/principles.md", principles()),
        ("docs/reference/resources.md", resources()),
        ("docs/reference/rules.md", rule_reference(&rules, lens)),
    ]);
    let mut stale = Vec::new();
    for (name, text) in files {
        let path = crate::root().join(name);
        if check {
            if std::fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                stale.push(name);
            }
            continue;
        }
        write(&path, &text)?;
    }
    if !stale.is_empty() {
        bail!("not as generated: {}; run `cargo xtask gen`", stale.join(", "));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

fn pretty(value: &Value) -> String {
    format!("{:#}\n", sorted(value))
}

/// Keys sorted, whatever order a dependency's features give them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> = members.iter().map(|(key, value)| (key, sorted(value))).collect();
            members.into_iter().map(|(key, value)| (key.clone(), value)).collect::<serde_json::Map<_, _>>().into()
        }
        scalar => scalar.clone(),
    }
}

/// How many choices of each question some rule bears on. Counted, never declared.
fn coverage(rules: &RuleSet, lens: &Lens) -> String {
    let mut borne: BTreeMap<(&str, &str), Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter() {
        for on in &rule.bears_on {
            borne.entry((&on.question, &on.choice)).or_default().push(rule);
        }
    }
    let questions: BTreeSet<&str> = borne.keys().map(|(question, _)| *question).collect();
    let mut text = format!("{MARK}# Coverage\n\n");
    let _ = writeln!(
        text,
        "{} rules bear on {} of {} choices, in {} of {} questions of {} (edition {}). Numbers are of this edition.\n",
        rules.len(),
        borne.len(),
        lens.choices().count(),
        questions.len(),
        lens.questions().count(),
        lens.name,
        lens.edition,
    );
    let _ = writeln!(text, "| question | choice | rules |\n| --- | --- | --- |");
    for question in lens.questions() {
        for choice in &question.choices {
            let Some(rules) = borne.get(&(question.id.as_str(), choice.id.as_str())) else { continue };
            let names: Vec<String> = rules.iter().map(|rule| format!("[{0}](rules.md#{0})", rule.id)).collect();
            let number = choice.number.as_deref().unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} {} | {number} {} | {} |",
                question.number,
                question.title,
                choice.title,
                names.join(", ")
            );
        }
    }
    text
}

/// Which choices of each lens speak for which principle, by number and title.
fn principles() -> String {
    let mut text = format!("{MARK}# Principles\n\n");
    text.push_str("Which choices speak for each principle. `lenses/principles.yaml` holds the judgement.\n");
    for principle in wellproof_lens::principles::shipped() {
        let Principle { title, asks, aws, url, .. } = principle;
        let _ = writeln!(text, "\n## {title}\n\n{asks} AWS calls it [{aws}]({url}).");
        for lens in Lens::shipped() {
            let choices: Vec<_> = principle.choices(lens).collect();
            let _ = writeln!(text, "\n{} choices of `{}`, edition {}:\n", choices.len(), lens.id, lens.edition);
            for (question, choice) in choices {
                let number = choice.number.as_deref().unwrap_or(&question.number);
                let _ = writeln!(text, "- {number} {}", choice.title);
            }
        }
    }
    text
}

fn operations() -> String {
    let mut text = format!("{MARK}# What a scan asks\n\n");
    text.push_str("Every operation is read-only. `wellproof policy` prints the IAM policy of exactly these.\n\n");
    text.push_str(
        "`iam:GenerateCredentialReport` counts as read access in AWS's reference, and has AWS make a report on the account's users, \
         which stands for four hours.\n\n",
    );
    let _ = writeln!(text, "| collector | operation | IAM actions | resource types |\n| --- | --- | --- | --- |");
    for collector in wellproof_collect::collectors() {
        for (at, operation) in collector.operations.iter().enumerate() {
            let types = if at == 0 { collector.types.join(", ") } else { String::new() };
            let name = if at == 0 { collector.name } else { "" };
            let actions: Vec<&str> = operation.actions().collect();
            let _ = writeln!(
                text,
                "| {name} | {}:{} | {} | {types} |",
                operation.service,
                operation.name,
                actions.join(", ")
            );
        }
    }
    text.push_str(&tool_operations());
    text
}

/// What is asked of the Tool, and by whom.
fn tool_operations() -> String {
    use wellproof_watool::operations::{
        CHECKS, CREATES, LISTS, READS, TEMPLATE_LISTS, TEMPLATE_READS, TEMPLATE_WRITES, WRITES,
    };
    let mut text = "\n## What `review pull`, `plan` and `push` ask\n\n".to_owned();
    text.push_str("Only the Well-Architected Tool. Pull and plan cannot write; `wellproof policy --for pull|push` prints the IAM policies.\n\n");
    let _ = writeln!(text, "| for | operation | IAM actions |\n| --- | --- | --- |");
    for (what, operations) in [
        ("pull, plan, push", READS),
        ("pull, plan", LISTS),
        ("pull", CHECKS),
        ("push", WRITES),
        ("push of a plan with `--create`", CREATES),
        ("plan `--template`, and its push", TEMPLATE_READS),
        ("plan `--template`", TEMPLATE_LISTS),
        ("push of a plan with `--template`", TEMPLATE_WRITES),
    ] {
        for operation in operations {
            let actions: Vec<&str> = operation.actions().collect();
            let _ = writeln!(text, "| {what} | {}:{} | {} |", operation.service, operation.name, actions.join(", "));
        }
    }
    text
}

fn resources() -> String {
    let mut text = format!("{MARK}# Resource types and their facts\n\n");
    text.push_str("The names that a rule's predicates may use. Null means: AWS answered, and there is none.\n");
    for (kind, schema) in wellproof_facts::schemas() {
        let _ = writeln!(text, "\n## {kind}\n");
        if let Some(description) = schema.get("description").and_then(Value::as_str) {
            let _ = writeln!(text, "{}\n", one_line(description));
        }
        let _ = writeln!(text, "| field | type | meaning |\n| --- | --- | --- |");
        let fields = schema.get("properties").and_then(Value::as_object);
        let fields: BTreeMap<&String, &Value> = fields.into_iter().flatten().collect();
        for (name, field) in fields {
            let meaning = field.get("description").and_then(Value::as_str).unwrap_or_default();
            let _ = writeln!(text, "| `{name}` | {} | {} |", type_of(field), one_line(meaning).replace('|', "\\|"));
        }
    }
    text
}

fn type_of(field: &Value) -> String {
    match field.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ if field.get("anyOf").is_some() || field.get("oneOf").is_some() => "one of several".to_owned(),
        _ => String::new(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rule_reference(rules: &RuleSet, lens: &Lens) -> String {
    let mut text = format!("{MARK}# Rules\n\n{} rules. Numbers are of edition {}.\n", rules.len(), lens.edition);
    for rule in rules.iter() {
        let _ = writeln!(text, "\n## {}\n\n{}\n", rule.id, rule.title);
        for on in &rule.bears_on {
            let choice = lens.choice(&on.question, &on.choice).map(|(_, choice)| choice);
            let number = choice.and_then(|choice| choice.number.as_deref()).unwrap_or_default();
            let title = choice.map_or("", |choice| choice.title.as_str());
            let _ = writeln!(
                text,
                "- {number} {title} (`{}`): a pass {}, a failure {}",
                on.choice,
                on.pass.as_str(),
                on.fail.as_str()
            );
        }
        let _ = writeln!(text, "\nRests on {}. {}", rule.basis, rule.fix);
    }
    text
}

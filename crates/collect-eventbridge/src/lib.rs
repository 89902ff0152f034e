//! Reads EventBridge: the rules of the default event bus, on which the events of AWS's own services arrive, and what they start.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::operation::list_rules::ListRulesOutput;
use aws_sdk_eventbridge::operation::list_targets_by_rule::ListTargetsByRuleOutput;
use aws_sdk_eventbridge::types;
use futures::FutureExt;
use serde_json::Value;
use wellproof_aws::member::{required, required_text, text};
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::ActionKind;
use wellproof_facts::events::{Rule, Target};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    // A pattern is kept whole: what it selects by is what the rule means.
    Operation::new("events", "ListRules", "events:ListRules")
        .keeps(&[
            "NextToken",
            "Rules.Arn",
            "Rules.EventPattern.#json.**",
            "Rules.ManagedBy",
            "Rules.Name",
            "Rules.ScheduleExpression",
            "Rules.State",
        ])
        .per_second(20),
    // What a target is given, and in which role, is not kept.
    Operation::new("events", "ListTargetsByRule", "events:ListTargetsByRule")
        .keeps(&["NextToken", "Targets.Arn"])
        .per_second(20),
];

/// EventBridge in every region.
pub const COLLECTOR: Collector = Collector {
    name: "events",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Rule::TYPE],
    run: |unit| collect(unit).boxed(),
};

const BUS: &str = "default";
/// As many as EventBridge gives in one page, of rules and of targets.
const PAGE: i32 = 100;

async fn collect(unit: Unit) {
    let events = wellproof_aws::client!(unit, aws_sdk_eventbridge);
    let mut rules = unit.listing::<Rule>();
    let end = list_rules(&unit, &events, &mut rules).await;
    rules.close(end);
}

async fn list_rules(unit: &Unit, events: &Client, rules: &mut Listing<Rule>) -> Result<(), Refusal> {
    let request = events.list_rules().event_bus_name(BUS).limit(PAGE);
    let ask = move |token| request.clone().set_next_token(token).send();
    let mut pages = wellproof_aws::pages(ask, ListRulesOutput::next_token);
    while let Some(page) = rules.page(&mut pages).await? {
        let reads = page.rules().iter().map(|rule| read_rule(unit, events, rule));
        unit.join(reads).await.into_iter().for_each(|read| rules.keep_read(read));
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_rule(unit: &Unit, events: &Client, rule: &types::Rule) -> Answer<Option<Record<Rule>>> {
    let name = required_text(rule.name(), "Rule.Name")?;
    let event_pattern = text(rule.event_pattern());
    let pattern = event_pattern.as_deref().map(parsed).transpose()?;
    let targets = list_targets(unit, events, &name).await;
    if let Some(refusal) = targets.as_ref().err().filter(|it| it.is("ResourceNotFoundException")) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let facts = Rule {
        state: required_text(rule.state(), "Rule.State")?,
        managed_by: text(rule.managed_by()),
        schedule_expression: text(rule.schedule_expression()),
        sources: named(pattern.as_ref(), "source"),
        detail_types: named(pattern.as_ref(), "detail-type"),
        targets: unit.fields::<Rule>(&name).of("targets", &targets, Clone::clone),
        event_pattern,
        name: name.clone(),
    };
    let record = Record::new(name, facts).arn(rule.arn()).cites_answer(&targets);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

fn parsed(pattern: &str) -> Result<Value, Refusal> {
    serde_json::from_str(pattern).map_err(|_| Refusal::malformed("the pattern of a rule is not JSON"))
}

/// The words that a field may be, sorted, each once; `None` where others may do, too. Without a pattern there are none.
fn named(pattern: Option<&Value>, field: &str) -> Option<Vec<String>> {
    let Some(pattern) = pattern else { return Some(Vec::new()) };
    // What is no word is a filter.
    let words: Option<BTreeSet<&str>> = pattern[field].as_array()?.iter().map(Value::as_str).collect();
    Some(words?.into_iter().map(str::to_owned).collect())
}

async fn list_targets(unit: &Unit, events: &Client, rule: &str) -> Answer<Vec<Target>> {
    let request = events.list_targets_by_rule().event_bus_name(BUS).rule(rule).limit(PAGE);
    let ask = move |token| request.clone().set_next_token(token).send();
    let mut pages = wellproof_aws::pages(ask, ListTargetsByRuleOutput::next_token);
    let (mut targets, mut calls) = (Vec::new(), Vec::new());
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for target in page.value.targets.unwrap_or_default() {
            let target_arn = required(text(Some(&target.arn)), "Target.Arn")?;
            targets.push(Target { kind: ActionKind::of(&target_arn), target_arn });
        }
    }
    Ok(Cited { value: targets, calls })
}

#[cfg(test)]
mod tests;

//! Config rules, with what they found, whether they run, and what remediates.

use std::collections::BTreeMap;

use aws_sdk_config::Client;
use aws_sdk_config::types::{self, Compliance, ConfigRuleEvaluationStatus};
use serde_json::Value;
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit, member, timestamp};
use wellproof_facts::config::ConfigRule;
use wellproof_model::CallId;

use crate::{sorted, text};

/// How many rules `DescribeRemediationConfigurations` takes at once.
const BATCH: usize = 25;
/// The managed rule that demands tags, and its parameters that name their keys.
const REQUIRED_TAGS: &str = "REQUIRED_TAGS";
const TAG_KEYS: [&str; 6] = ["tag1Key", "tag2Key", "tag3Key", "tag4Key", "tag5Key", "tag6Key"];

pub(crate) async fn collect(unit: &Unit, config: &Client) {
    let mut rules = unit.listing::<ConfigRule>();
    let listed = list_rules(unit, config, &mut rules).await;
    rules.close(listed);
}

async fn list_rules(unit: &Unit, config: &Client, rules: &mut Listing<ConfigRule>) -> Result<(), Refusal> {
    let mut about: Option<(ByRule<Compliance>, ByRule<ConfigRuleEvaluationStatus>)> = None;
    let mut pages = config.describe_config_rules().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = rules.page(&mut pages).await? {
        let listed = page.config_rules();
        if listed.is_empty() {
            continue;
        }
        // Both are asked for all rules at once, and not for rules by name: one that was deleted since would refuse the others.
        let of_all = async {
            if let Some(about) = about.take() {
                return about;
            }
            futures::join!(read_compliance(unit, config), read_evaluation(unit, config))
        };
        let (of_all, remediation) = futures::join!(of_all, read_remediation(unit, config, listed));
        let (compliance, evaluation) = about.insert(of_all);
        for rule in listed {
            rules.keep(record(unit, rule, compliance, evaluation, &remediation));
        }
    }
    Ok(())
}

fn record(
    unit: &Unit,
    rule: &types::ConfigRule,
    compliance: &ByRule<Compliance>,
    evaluation: &ByRule<ConfigRuleEvaluationStatus>,
    remediation: &ByRule<bool>,
) -> Result<Record<ConfigRule>, Refusal> {
    let name = member::required_text(rule.config_rule_name(), "ConfigRule.ConfigRuleName")?;
    let (compliance, evaluation, remediation) = (compliance.of(&name), evaluation.of(&name), remediation.of(&name));
    let field = unit.fields::<ConfigRule>(&name);
    let source = rule.source();
    let count = |it: &Option<Compliance>| it.as_ref().and_then(|it| it.compliance_contributor_count().cloned());
    let facts = ConfigRule {
        config_rule_name: name.clone(),
        owner: text(source.map(|it| it.owner().as_str())),
        source_identifier: source.and_then(|it| it.source_identifier.clone()),
        config_rule_state: member::required_text(rule.config_rule_state(), "ConfigRule.ConfigRuleState")?,
        created_by: rule.created_by.clone().filter(|it| !it.is_empty()),
        required_tag_keys: required_tag_keys(rule)?,
        compliance_type: field.of("compliance_type", &compliance, |it| {
            it.as_ref().and_then(|it| it.compliance_type()).map(|it| it.as_str().to_owned())
        }),
        non_compliant_count: field
            .of("non_compliant_count", &compliance, |it| count(it).map(|it| it.capped_count.into())),
        non_compliant_capped: field
            .of("non_compliant_capped", &compliance, |it| count(it).is_some_and(|it| it.cap_exceeded)),
        last_successful_evaluation_time: field.of("last_successful_evaluation_time", &evaluation, |it| {
            it.as_ref().and_then(|it| it.last_successful_evaluation_time()).and_then(timestamp)
        }),
        last_failed_evaluation_time: field.of("last_failed_evaluation_time", &evaluation, |it| {
            it.as_ref().and_then(|it| it.last_failed_evaluation_time()).and_then(timestamp)
        }),
        last_failed_invocation_time: field.of("last_failed_invocation_time", &evaluation, |it| {
            it.as_ref().and_then(|it| it.last_failed_invocation_time()).and_then(timestamp)
        }),
        last_error_code: field.of("last_error_code", &evaluation, |it| {
            it.as_ref().and_then(|it| it.last_error_code.clone()).filter(|code| !code.is_empty())
        }),
        remediation_automatic: field.of("remediation_automatic", &remediation, |it| *it),
    };
    let record = Record::new(name, facts).arn(rule.config_rule_arn.clone());
    Ok(record.cites_answer(&compliance).cites_answer(&evaluation).cites_answer(&remediation))
}

fn required_tag_keys(rule: &types::ConfigRule) -> Result<Vec<String>, Refusal> {
    let source = rule.source().and_then(|it| it.source_identifier());
    let (Some(REQUIRED_TAGS), Some(parameters)) = (source, rule.input_parameters()) else { return Ok(Vec::new()) };
    let parameters: Value = serde_json::from_str(parameters)
        .map_err(|err| Refusal::malformed(format!("a rule's InputParameters are not readable: {err}")))?;
    Ok(sorted(TAG_KEYS.iter().filter_map(|key| parameters.get(key)?.as_str().map(str::to_owned))))
}

async fn read_compliance(unit: &Unit, config: &Client) -> ByRule<Compliance> {
    let mut by_rule = ByRule::default();
    let mut pages = config.describe_compliance_by_config_rule().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = by_rule.page(unit.page(&mut pages).await) {
        for it in page.value.compliance_by_config_rules.unwrap_or_default() {
            by_rule.put(it.config_rule_name, it.compliance, &page.calls);
        }
    }
    by_rule
}

async fn read_evaluation(unit: &Unit, config: &Client) -> ByRule<ConfigRuleEvaluationStatus> {
    let mut by_rule = ByRule::default();
    let mut pages =
        config.describe_config_rule_evaluation_status().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = by_rule.page(unit.page(&mut pages).await) {
        for it in page.value.config_rules_evaluation_status.unwrap_or_default() {
            by_rule.put(it.config_rule_name.clone(), Some(it), &page.calls);
        }
    }
    by_rule
}

/// Whether what is defined for each rule runs by itself; where several are, whether any does.
async fn read_remediation(unit: &Unit, config: &Client, rules: &[types::ConfigRule]) -> ByRule<bool> {
    let mut by_rule = ByRule::default();
    for batch in rules.chunks(BATCH) {
        let names = batch.iter().filter_map(|it| it.config_rule_name.clone()).collect();
        let request = config.describe_remediation_configurations().set_config_rule_names(Some(names));
        let Some(answer) = by_rule.page(unit.read(request.send()).await.map(Some)) else { continue };
        for it in answer.value.remediation_configurations() {
            let automatic = it.automatic || by_rule.found.get(it.config_rule_name()).is_some_and(|it| it.value);
            by_rule.put(Some(it.config_rule_name().to_owned()), Some(automatic), &answer.calls);
        }
    }
    by_rule
}

/// What pages said of each rule.
#[derive(Debug)]
struct ByRule<T> {
    found: BTreeMap<String, Cited<T>>,
    calls: Vec<CallId>,
    /// What kept some of it from being read; a rule of which nothing was said may be there.
    refused: Option<Refusal>,
}

impl<T> Default for ByRule<T> {
    fn default() -> Self {
        Self { found: BTreeMap::new(), calls: Vec::new(), refused: None }
    }
}

impl<T: Clone> ByRule<T> {
    /// The page that was answered, if one was.
    fn page<O>(&mut self, answer: Result<Option<Cited<O>>, Refusal>) -> Option<Cited<O>> {
        match answer {
            Ok(page) => {
                self.calls.extend(page.iter().flat_map(|it| it.calls.iter().cloned()));
                page
            }
            Err(refusal) => {
                self.refused.get_or_insert(refusal);
                None
            }
        }
    }

    fn put(&mut self, rule: Option<String>, said: Option<T>, calls: &[CallId]) {
        if let (Some(rule), Some(value)) = (rule, said) {
            self.found.insert(rule, Cited { value, calls: calls.to_vec() });
        }
    }

    /// What was said of one rule: `None` only if all was read.
    fn of(&self, rule: &str) -> Answer<Option<T>> {
        match (self.found.get(rule), &self.refused) {
            (Some(Cited { value, calls }), _) => Ok(Cited { value: Some(value.clone()), calls: calls.clone() }),
            (None, Some(refusal)) => Err(refusal.clone()),
            (None, None) => Ok(Cited { value: None, calls: self.calls.clone() }),
        }
    }
}

//! Which services' quotas are worth asking for.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicequotas::Client;
use wellproof_aws::member::required_text;
use wellproof_aws::{Answer, Cited, Refusal, Unit};
use wellproof_model::GapKind;

/// Asked for in any case: what a workload on EC2 runs into first.
const ALWAYS: [&str; 6] = ["autoscaling", "cloudformation", "ebs", "ec2", "fargate", "vpc"];

/// Dimensions, as [`plain`] spells them, that are neither code nor name of their service; from AWS's table of API usage
/// metrics, and Cognito's documentation.
const ALIASES: [(&str, &str); 4] = [
    ("appstream", "appstream2"),
    ("cognitoidentitypools", "cognito-identity"),
    ("cognitouserpool", "cognito-idp"),
    ("s3glacier", "glacier"),
];

/// A service that has quotas in the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) code: String,
    pub(crate) name: String,
}

pub(crate) async fn list(unit: &Unit, servicequotas: &Client) -> Answer<Vec<Service>> {
    let mut services = Vec::new();
    let mut calls = Vec::new();
    let mut pages =
        servicequotas.list_services().max_results(100).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for service in page.value.services() {
            let code = required_text(service.service_code(), "ServiceInfo.ServiceCode")?;
            services.push(Service { code, name: required_text(service.service_name(), "ServiceInfo.ServiceName")? });
        }
    }
    Ok(Cited { value: services, calls })
}

/// The codes of the services in use, sorted: those always asked for, and those whose use AWS/Usage tells, by the
/// dimension `Service` of its metrics.
pub(crate) fn in_use(services: &[Service], dimensions: &BTreeMap<String, bool>) -> Vec<String> {
    let used = dimensions.keys().filter_map(|dimension| code_of(services, dimension));
    let always = ALWAYS.into_iter().filter(|code| services.iter().any(|service| service.code == *code));
    let codes: BTreeSet<&str> = used.chain(always).collect();
    codes.into_iter().map(str::to_owned).collect()
}

/// Why quotas may be missing of services that AWS/Usage names in words that match none of the services with quotas.
///
/// A service of which only calls are counted is passed over: most services count them, and few of them have quotas on calls.
pub(crate) fn unmatched(services: &[Service], dimensions: &BTreeMap<String, bool>) -> Result<(), Refusal> {
    let counted = dimensions.iter().filter(|(_, more_than_calls)| **more_than_calls);
    let unknown: Vec<&str> =
        counted.map(|(dimension, _)| dimension.as_str()).filter(|it| code_of(services, it).is_none()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let message = format!("AWS/Usage names services that match none with quotas: {}", unknown.join(", "));
    Err(Refusal { kind: GapKind::NotAsked, ..Refusal::malformed(message) })
}

/// AWS/Usage names services in words of its own, which are the code (`DynamoDB`, `Elastic Load Balancing`), the name
/// (`CloudWatch`, whose code is `monitoring`), or one of [`ALIASES`].
fn code_of<'a>(services: &'a [Service], dimension: &str) -> Option<&'a str> {
    let wanted = plain(without_vendor(dimension));
    let alias = ALIASES.iter().find(|(alias, _)| *alias == wanted).map(|(_, code)| *code);
    let by_code = services.iter().find(|service| plain(&service.code) == wanted || alias == Some(&service.code));
    let found = by_code.or_else(|| services.iter().find(|service| names(&service.name).any(|name| name == wanted)))?;
    Some(&found.code)
}

/// The name and the short one in brackets: `Amazon Elastic Compute Cloud (Amazon EC2)` is both.
fn names(name: &str) -> impl Iterator<Item = String> {
    name.split(['(', ')']).map(|part| plain(without_vendor(part.trim())))
}

fn without_vendor(name: &str) -> &str {
    name.strip_prefix("Amazon ").or_else(|| name.strip_prefix("AWS ")).unwrap_or(name)
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_names_a_service_by_code_or_by_name() {
        let service = |code: &str, name: &str| Service { code: code.to_owned(), name: name.to_owned() };
        let services = [
            service("monitoring", "Amazon CloudWatch"),
            service("logs", "Amazon CloudWatch Logs"),
            service("ec2", "Amazon Elastic Compute Cloud (Amazon EC2)"),
            service("elasticloadbalancing", "Elastic Load Balancing (ELB)"),
            service("events", "Amazon EventBridge (CloudWatch Events)"),
            service("dynamodb", "Amazon DynamoDB"),
            service("cognito-idp", "Amazon Cognito User Pools"),
            service("glacier", "Amazon Glacier"),
            service("appconfig", "AWS AppConfig"),
        ];
        let told = |dimension: &str| code_of(&services, dimension);
        assert_eq!(told("CloudWatch"), Some("monitoring"));
        assert_eq!(told("Logs"), Some("logs"));
        assert_eq!(told("EC2"), Some("ec2"));
        assert_eq!(told("Elastic Load Balancing"), Some("elasticloadbalancing"));
        assert_eq!(told("EventBridge"), Some("events"));
        assert_eq!(told("Cognito user pool"), Some("cognito-idp"));
        assert_eq!(told("Amazon S3 Glacier"), Some("glacier"));
        assert_eq!(told("AWS AppConfig"), Some("appconfig"));
        assert_eq!(told("Nobody"), None);
        let dimensions = BTreeMap::from([("DynamoDB".to_owned(), true)]);
        assert_eq!(in_use(&services, &dimensions), ["dynamodb", "ec2"]);
    }

    #[test]
    fn a_service_that_counts_more_than_calls_is_missed() {
        let dimensions = |counted: bool| BTreeMap::from([("Nobody".to_owned(), counted)]);
        assert_eq!(unmatched(&[], &dimensions(false)), Ok(()));
        let refusal = unmatched(&[], &dimensions(true)).unwrap_err();
        assert_eq!(refusal.kind, GapKind::NotAsked);
        assert!(refusal.message.ends_with("with quotas: Nobody"), "{}", refusal.message);
    }
}

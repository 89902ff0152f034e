//! Which services' quotas are worth asking for.

use std::collections::BTreeSet;

use aws_sdk_servicequotas::Client;
use wellproof_aws::{Answer, Cited, Unit};

use crate::text;

/// Asked for in any case: what a workload on EC2 runs into first.
const ALWAYS: [&str; 6] = ["autoscaling", "cloudformation", "ebs", "ec2", "fargate", "vpc"];

/// A service that has quotas in the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) code: String,
    pub(crate) name: String,
}

pub(crate) async fn list(unit: &Unit, servicequotas: &Client) -> Answer<Vec<Service>> {
    let mut services = Vec::new();
    let mut calls = Vec::new();
    let mut pages = servicequotas.list_services().max_results(100).into_paginator().send();
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        let named = page.value.services().iter();
        services.extend(named.map(|it| Service { code: text(it.service_code()), name: text(it.service_name()) }));
    }
    Ok(Cited { value: services, calls })
}

/// The codes of the services in use, sorted: those always asked for, and those whose use AWS/Usage tells, by the
/// dimension `Service` of its metrics.
pub(crate) fn in_use(services: &[Service], dimensions: &BTreeSet<String>) -> Vec<String> {
    let used = dimensions.iter().filter_map(|dimension| code_of(services, dimension));
    let always = ALWAYS.into_iter().filter(|code| services.iter().any(|service| service.code == *code));
    let codes: BTreeSet<&str> = used.chain(always).collect();
    codes.into_iter().map(str::to_owned).collect()
}

/// AWS/Usage names services in words of its own, which are the code (`DynamoDB`, `Elastic Load Balancing`) or the name
/// (`CloudWatch`, whose code is `monitoring`).
fn code_of<'a>(services: &'a [Service], dimension: &str) -> Option<&'a str> {
    let wanted = plain(dimension);
    let by_code = services.iter().find(|service| plain(&service.code) == wanted);
    let found = by_code.or_else(|| services.iter().find(|service| names(&service.name).any(|name| name == wanted)))?;
    Some(&found.code)
}

/// The name and the short one in brackets: `Amazon Elastic Compute Cloud (Amazon EC2)` is both.
fn names(name: &str) -> impl Iterator<Item = String> {
    name.split(['(', ')']).map(|part| {
        let part = part.trim();
        plain(part.strip_prefix("Amazon ").or_else(|| part.strip_prefix("AWS ")).unwrap_or(part))
    })
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
        ];
        let told = |dimension: &str| code_of(&services, dimension);
        assert_eq!(told("CloudWatch"), Some("monitoring"));
        assert_eq!(told("Logs"), Some("logs"));
        assert_eq!(told("EC2"), Some("ec2"));
        assert_eq!(told("Elastic Load Balancing"), Some("elasticloadbalancing"));
        assert_eq!(told("EventBridge"), Some("events"));
        assert_eq!(told("Nobody"), None);
        let dimensions = BTreeSet::from(["DynamoDB".to_owned()]);
        assert_eq!(in_use(&services, &dimensions), ["dynamodb", "ec2"]);
    }
}

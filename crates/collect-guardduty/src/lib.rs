//! Reads GuardDuty: detectors, what they watch, who administers them, where their findings go, and the findings that
//! nobody archived.

use std::collections::BTreeSet;

use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{
    self, Condition, DetectorFeatureConfigurationResult, FeatureStatus, FindingCriteria, OrderBy, PublishingStatus,
    SortCriteria,
};
use futures::FutureExt;
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit, member};
use wellproof_facts::Facts;
use wellproof_facts::guardduty::{Detector, Finding};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("guardduty", "ListDetectors", "guardduty:ListDetectors").keeps(&["detectorIds", "nextToken"]),
    Operation::new("guardduty", "GetDetector", "guardduty:GetDetector").keeps(&[
        "features.name",
        "features.status",
        "findingPublishingFrequency",
        "status",
        "tags.*",
    ]),
    Operation::new("guardduty", "GetAdministratorAccount", "guardduty:GetAdministratorAccount")
        .keeps(&["administrator.accountId", "administrator.relationshipStatus"])
        // AWS answers "success but no content" where there is no administrator (`GetAdministratorAccount`).
        .may_be_empty(),
    Operation::new("guardduty", "ListPublishingDestinations", "guardduty:ListPublishingDestinations").keeps(&[
        "destinations.destinationId",
        "destinations.destinationType",
        "destinations.status",
        "nextToken",
    ]),
    Operation::new("guardduty", "ListFindings", "guardduty:ListFindings").keeps(&["findingIds", "nextToken"]),
    Operation::new("guardduty", "GetFindings", "guardduty:GetFindings").keeps(&[
        "findings.accountId",
        "findings.arn",
        "findings.createdAt",
        "findings.id",
        "findings.resource.resourceType",
        "findings.service.additionalInfo.value.#json.sample",
        "findings.type",
        "findings.updatedAt",
    ]),
];

/// GuardDuty in every region.
pub const COLLECTOR: Collector = Collector {
    name: "guardduty",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Detector::TYPE, Finding::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// The least severity of a finding that is read: Medium. Below it lie findings that GuardDuty itself calls informational.
const LEAST_SEVERITY: i64 = 4;
/// How many findings are read per detector, the most severe first.
const FINDINGS: usize = 2_000;
/// How many findings `GetFindings` takes at once.
const BATCH: i32 = 50;

async fn collect(unit: Unit) {
    let guardduty = wellproof_aws::client!(unit, aws_sdk_guardduty);
    let mut detectors = unit.listing::<Detector>();
    let mut findings = unit.listing::<Finding>();
    let mut pages = Vec::new();
    let listed = list_detectors(&unit, &guardduty, &mut pages).await;
    let found = async {
        // Without its detectors nobody can tell which findings there are.
        listed.clone()?;
        // Where there is no detector, that is how it is known that there is no finding.
        findings.cite(pages.iter().flat_map(|page| page.calls.iter().cloned()));
        let ids = pages.iter().flat_map(|page| &page.value);
        list_findings(&unit, &guardduty, ids, &mut findings).await
    };
    let ids = pages.iter().flat_map(|page| &page.value);
    let (found, read) = futures::join!(found, unit.join(ids.map(|id| read_detector(&unit, &guardduty, id))));
    let mut read = read.into_iter();
    for page in &pages {
        detectors.cite(page.calls.iter().cloned());
        detectors.extend(read.by_ref().take(page.value.len()).flatten());
    }
    detectors.close(listed);
    findings.close(found);
}

/// The ids of the detectors, page by page.
async fn list_detectors(unit: &Unit, guardduty: &Client, ids: &mut Vec<Cited<Vec<String>>>) -> Result<(), Refusal> {
    let mut pages = guardduty.list_detectors().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        ids.push(Cited { value: page.value.detector_ids.unwrap_or_default(), calls: page.calls });
    }
    Ok(())
}

/// `None` when it was deleted since it was listed.
async fn read_detector(unit: &Unit, guardduty: &Client, id: &str) -> Option<Record<Detector>> {
    let (detail, administrator, destinations) = futures::join!(
        unit.read(guardduty.get_detector().detector_id(id).send()),
        unit.read(guardduty.get_administrator_account().detector_id(id).send()),
        list_destinations(unit, guardduty, id),
    );
    if detail.as_ref().is_err_and(is_gone) {
        return None;
    }
    let field = unit.fields::<Detector>(id);
    let facts = Detector {
        detector_id: id.to_owned(),
        status: field.required("status", &detail, |it| member::text(it.status.as_ref())),
        finding_publishing_frequency: field.of("finding_publishing_frequency", &detail, |it| {
            it.finding_publishing_frequency.as_ref().map(|frequency| frequency.as_str().to_owned())
        }),
        enabled_features: field.of("enabled_features", &detail, |it| enabled(it.features())),
        administrator_account_id: field.of("administrator_account_id", &administrator, |it| {
            it.administrator().and_then(|admin| admin.account_id.clone())
        }),
        administrator_relationship: field.of("administrator_relationship", &administrator, |it| {
            it.administrator().and_then(|admin| admin.relationship_status.clone())
        }),
        publishing_to: field.of("publishing_to", &destinations, Clone::clone),
    };
    let tags = field.of("tags", &detail, |it| it.tags().cloned().unwrap_or_default().into_iter().collect());
    let record = Record::new(id, facts)
        .arn(Some(format!("arn:{}:guardduty:{}:{}:detector/{id}", unit.partition(), unit.region(), unit.account())))
        .tags_read(tags);
    Some(record.cites_answer(&detail).cites_answer(&administrator).cites_answer(&destinations))
}

/// The kinds of destination to which findings are exported without error, sorted, each once.
async fn list_destinations(unit: &Unit, guardduty: &Client, id: &str) -> Answer<Vec<String>> {
    let mut kinds = BTreeSet::new();
    let mut calls = Vec::new();
    let mut pages =
        guardduty.list_publishing_destinations().detector_id(id).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        let publishing = page.value.destinations().iter().filter(|it| it.status == Some(PublishingStatus::Publishing));
        kinds.extend(publishing.filter_map(|it| Some(it.destination_type.as_ref()?.as_str().to_owned())));
    }
    Ok(Cited { value: kinds.into_iter().collect(), calls })
}

async fn list_findings(
    unit: &Unit,
    guardduty: &Client,
    detectors: impl Iterator<Item = &String>,
    findings: &mut Listing<Finding>,
) -> Result<(), Refusal> {
    let severe = Condition::builder().greater_than_or_equal(LEAST_SEVERITY).build();
    let current = Condition::builder().equals("false").build();
    let wanted =
        FindingCriteria::builder().criterion("severity", severe).criterion("service.archived", current).build();
    let worst_first = SortCriteria::builder().attribute_name("severity").order_by(OrderBy::Desc).build();
    for detector in detectors {
        let list = guardduty.list_findings().detector_id(detector);
        let list = list.finding_criteria(wanted.clone()).sort_criteria(worst_first.clone()).max_results(BATCH);
        let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
        let mut read = 0;
        while let Some(page) = findings.page(&mut pages).await? {
            if page.finding_ids().is_empty() {
                continue;
            }
            if read >= FINDINGS {
                return Err(Refusal::over_budget(format!("only the {FINDINGS} most severe findings are read")));
            }
            read += page.finding_ids().len();
            let details = guardduty.get_findings().detector_id(detector);
            let details = unit.read(
                details.set_finding_ids(Some(page.finding_ids().to_vec())).sort_criteria(worst_first.clone()).send(),
            );
            let details = details.await?;
            let mut left_out: BTreeSet<&str> = page.finding_ids().iter().map(String::as_str).collect();
            for finding in details.value.findings() {
                left_out.remove(finding.id().unwrap_or_default());
                let record = finding_record(detector, finding)?;
                findings.push(record.cites(details.calls.iter().cloned()));
            }
            if let Some(id) = left_out.first() {
                findings.keep(Err(Refusal::malformed(format!("GetFindings says nothing of the finding {id}"))));
            }
        }
    }
    Ok(())
}

fn finding_record(detector: &str, finding: &types::Finding) -> Result<Record<Finding>, Refusal> {
    let id = member::required_text(finding.id(), "Finding.Id")?;
    let at = |name: &str, time: Option<&str>| {
        time.and_then(|time| time.parse().ok())
            .ok_or_else(|| Refusal::malformed(format!("finding {id} has no readable {name}")))
    };
    let service = finding.service();
    let facts = Finding {
        detector_id: detector.to_owned(),
        account_id: text(finding.account_id.as_deref()),
        finding_type: member::required_text(finding.r#type(), "Finding.Type")?,
        // GuardDuty rates from 1.0 up; the SDK puts 0 where the answer has none.
        severity: member::required(finding.severity.filter(|it| *it > 0.0), "Finding.Severity")?,
        created_at: at("createdAt", finding.created_at.as_deref())?,
        updated_at: at("updatedAt", finding.updated_at.as_deref())?,
        count: service.and_then(|it| it.count).unwrap_or_default().into(),
        resource_type: finding.resource().and_then(|it| it.resource_type.clone()),
        sample: service.and_then(|it| it.additional_info()).and_then(|it| it.value.as_deref()).is_some_and(is_sample),
    };
    let arn = finding.arn.clone().filter(|arn| arn.starts_with("arn:"));
    Ok(Record::new(id, facts).arn(arn))
}

/// `GuardDuty` marks its own samples in a JSON text: `{"sample":true}`.
fn is_sample(additional_info: &str) -> bool {
    let mut plain = additional_info.to_owned();
    plain.retain(|c| !c.is_whitespace());
    plain.contains("\"sample\":true")
}

/// The names of the features that are on, sorted.
fn enabled(features: &[DetectorFeatureConfigurationResult]) -> Vec<String> {
    let on = features.iter().filter(|it| it.status == Some(FeatureStatus::Enabled));
    let names: BTreeSet<String> = on.filter_map(|it| Some(it.name.as_ref()?.as_str().to_owned())).collect();
    names.into_iter().collect()
}

/// GuardDuty has no code for "no such detector": it is a `BadRequestException` whose words say so.
fn is_gone(refusal: &Refusal) -> bool {
    refusal.says("BadRequestException", "not owned by the current account")
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;

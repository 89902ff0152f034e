//! Reads Service Quotas: the quotas of the services in use and how much of them is used, the increases asked for, the
//! organization's template, and whether AWS watches quotas by itself.
//!
//! How much is used costs money: `GetMetricData` is 0.01 USD per 1,000 metrics, one per quota in use. Only metrics that
//! `ListMetrics` names in AWS/Usage are asked for, which is some tens per region: well under 0.01 USD for each region in
//! use, and nothing where nothing runs. All else here is free.

use std::collections::BTreeSet;

use aws_sdk_servicequotas::Client;
use aws_sdk_servicequotas::types::RequestedServiceQuotaChange;
use futures::FutureExt;
use wellproof_aws::member::{required_text, required_time};
use wellproof_aws::{Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit, timestamp};
use wellproof_facts::Facts;
use wellproof_facts::quotas::{AutoManagement, Quota, RequestedChange, TemplateAssociation};
use wellproof_model::Read;

mod quotas;
mod services;
mod usage;

/// What this collector may ask. Service Quotas throttles early, so its operations are paced.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("servicequotas", "ListServices", "servicequotas:ListServices")
        .keeps(&["NextToken", "Services.ServiceCode", "Services.ServiceName"])
        .per_second(4),
    Operation::new("servicequotas", "ListServiceQuotas", "servicequotas:ListServiceQuotas")
        .keeps(&[
            "NextToken",
            "Quotas.ErrorReason.ErrorCode",
            "Quotas.ErrorReason.ErrorMessage",
            "Quotas.Period.PeriodUnit",
            "Quotas.QuotaArn",
            "Quotas.QuotaCode",
            "Quotas.QuotaName",
            "Quotas.ServiceCode",
            "Quotas.ServiceName",
            "Quotas.Unit",
            "Quotas.UsageMetric.MetricDimensions.*",
            "Quotas.UsageMetric.MetricName",
            "Quotas.UsageMetric.MetricNamespace",
            "Quotas.UsageMetric.MetricStatisticRecommendation",
        ])
        .per_second(4),
    // A quota of which AWS tells the default alone is described here only.
    Operation::new("servicequotas", "ListAWSDefaultServiceQuotas", "servicequotas:ListAWSDefaultServiceQuotas")
        .keeps(&[
            "NextToken",
            "Quotas.Period.PeriodUnit",
            "Quotas.QuotaCode",
            "Quotas.QuotaName",
            "Quotas.ServiceCode",
            "Quotas.ServiceName",
            "Quotas.Unit",
            "Quotas.UsageMetric.MetricDimensions.*",
            "Quotas.UsageMetric.MetricName",
            "Quotas.UsageMetric.MetricNamespace",
            "Quotas.UsageMetric.MetricStatisticRecommendation",
        ])
        .per_second(4),
    Operation::new(
        "servicequotas",
        "ListRequestedServiceQuotaChangeHistory",
        "servicequotas:ListRequestedServiceQuotaChangeHistory",
    )
    .keeps(&[
        "NextToken",
        "RequestedQuotas.Id",
        "RequestedQuotas.QuotaArn",
        "RequestedQuotas.QuotaCode",
        "RequestedQuotas.QuotaName",
        "RequestedQuotas.RequestType",
        "RequestedQuotas.ServiceCode",
        "RequestedQuotas.Status",
    ])
    .per_second(2),
    Operation::new("servicequotas", "GetAutoManagementConfiguration", "servicequotas:GetAutoManagementConfiguration")
        .keeps(&["ExclusionList.*.QuotaCode", "OptInLevel", "OptInStatus", "OptInType"])
        .per_second(2),
    Operation::new("monitoring", "ListMetrics", "cloudwatch:ListMetrics").keeps(&[
        "Metrics.Dimensions.Name",
        "Metrics.Dimensions.Value",
        "Metrics.MetricName",
        "Metrics.Namespace",
        "NextToken",
    ]),
    Operation::new("monitoring", "GetMetricData", "cloudwatch:GetMetricData").keeps(&[
        "MetricDataResults.Id",
        "MetricDataResults.StatusCode",
        "NextToken",
    ]),
];

/// What the collector of the organization's template may ask.
pub const TEMPLATE_OPERATIONS: &[Operation] = &[
    Operation::new(
        "servicequotas",
        "GetAssociationForServiceQuotaTemplate",
        "servicequotas:GetAssociationForServiceQuotaTemplate",
    )
    .keeps(&["ServiceQuotaTemplateAssociationStatus"])
    .per_second(2),
    Operation::new(
        "servicequotas",
        "ListServiceQuotaIncreaseRequestsInTemplate",
        "servicequotas:ListServiceQuotaIncreaseRequestsInTemplate",
    )
    .keeps(&[
        "NextToken",
        "ServiceQuotaIncreaseRequestInTemplateList.QuotaCode",
        "ServiceQuotaIncreaseRequestInTemplateList.ServiceCode",
    ])
    .per_second(2),
];

/// Service Quotas in every region.
pub const COLLECTOR: Collector = Collector {
    name: "quotas",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Quota::TYPE, RequestedChange::TYPE, AutoManagement::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// The organization's request template, which only us-east-1 knows of. A unit of its own: in another region's unit "there is
/// none" would be claimed where nobody asked.
pub const TEMPLATE: Collector = Collector {
    name: "quotas-template",
    place: Place::Once { region: "us-east-1" },
    operations: TEMPLATE_OPERATIONS,
    types: &[TemplateAssociation::TYPE],
    run: |unit| collect_template(unit).boxed(),
};

async fn collect_template(unit: Unit) {
    let servicequotas = wellproof_aws::client!(unit, aws_sdk_servicequotas);
    let mut template = unit.listing::<TemplateAssociation>();
    read_template(&unit, &servicequotas, &mut template).await;
    template.close(Ok(()));
}

async fn collect(unit: Unit) {
    let servicequotas = wellproof_aws::client!(unit, aws_sdk_servicequotas);
    let cloudwatch = wellproof_aws::client!(unit, aws_sdk_cloudwatch);

    let mut quotas = unit.listing::<Quota>();
    let mut changes = unit.listing::<RequestedChange>();
    let mut automation = unit.listing::<AutoManagement>();
    let (listed, requested, managed) = futures::join!(
        quotas::list(&unit, &servicequotas, &cloudwatch, &mut quotas),
        list_changes(&servicequotas, &mut changes),
        read_auto_management(&unit, &servicequotas, &mut automation),
    );
    quotas.close(listed);
    changes.close(requested);
    automation.close(managed);
}

async fn list_changes(servicequotas: &Client, changes: &mut Listing<RequestedChange>) -> Result<(), Refusal> {
    let mut pages = servicequotas
        .list_requested_service_quota_change_history()
        .max_results(100)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = changes.page(&mut pages).await? {
        for change in page.requested_quotas() {
            changes.keep(change_record(change));
        }
    }
    Ok(())
}

fn change_record(change: &RequestedServiceQuotaChange) -> Result<Record<RequestedChange>, Refusal> {
    let id = required_text(change.id(), "RequestedServiceQuotaChange.Id")?;
    let facts = RequestedChange {
        service_code: required_text(change.service_code(), "RequestedServiceQuotaChange.ServiceCode")?,
        quota_code: required_text(change.quota_code(), "RequestedServiceQuotaChange.QuotaCode")?,
        quota_name: change.quota_name.clone(),
        desired_value: change.desired_value,
        status: required_text(change.status(), "RequestedServiceQuotaChange.Status")?,
        created: required_time(change.created(), "RequestedServiceQuotaChange.Created")?,
        last_updated: change.last_updated().and_then(timestamp),
        request_type: change.request_type().map(|it| it.as_str().to_owned()),
    };
    Ok(Record::new(id, facts))
}

/// Always one record. That there is no organization, or no template, is known by the reply that says so.
async fn read_template(unit: &Unit, servicequotas: &Client, template: &mut Listing<TemplateAssociation>) {
    let field = unit.fields::<TemplateAssociation>("template");
    let association = unit.read(servicequotas.get_association_for_service_quota_template().send()).await;
    let association = association.and_then(|cited| {
        let status = cited.value.service_quota_template_association_status();
        let status = required_text(
            status,
            "GetAssociationForServiceQuotaTemplateResponse.ServiceQuotaTemplateAssociationStatus",
        );
        match status {
            Ok(value) => Ok(Cited { value, calls: cited.calls }),
            Err(refusal) => Err(Refusal { calls: cited.calls, ..refusal }),
        }
    });
    let mut calls = Vec::new();
    let status = match &association {
        Err(refusal) if refusal.is("NoAvailableOrganizationException") => {
            calls.extend(refusal.calls.iter().cloned());
            Read::Known("NO_ORGANIZATION".to_owned())
        }
        Err(refusal) => {
            calls.extend(refusal.calls.iter().cloned());
            field.unread("status", refusal)
        }
        Ok(cited) => {
            calls.extend(cited.calls.iter().cloned());
            Read::Known(cited.value.clone())
        }
    };
    let entries = match count_entries(unit, servicequotas, &mut calls).await {
        // "Not in use" is what AWS says of a template that is not associated.
        Err(refusal)
            if refusal.is("NoAvailableOrganizationException")
                || refusal.is("ServiceQuotaTemplateNotInUseException") =>
        {
            calls.extend(refusal.calls);
            Read::Known(0)
        }
        Err(refusal) => field.unread("entries", &refusal),
        Ok(entries) => Read::Known(entries),
    };
    template.cite(calls);
    template.push(Record::new("template", TemplateAssociation { status, entries }));
}

async fn count_entries(
    unit: &Unit,
    servicequotas: &Client,
    calls: &mut Vec<wellproof_model::CallId>,
) -> Result<i64, Refusal> {
    let mut entries = 0;
    let mut pages = servicequotas
        .list_service_quota_increase_requests_in_template()
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = unit.page(&mut pages).await? {
        entries += page.value.service_quota_increase_request_in_template_list().len();
        calls.extend(page.calls);
    }
    Ok(i64::try_from(entries).unwrap_or(i64::MAX))
}

async fn read_auto_management(
    unit: &Unit,
    servicequotas: &Client,
    automation: &mut Listing<AutoManagement>,
) -> Result<(), Refusal> {
    let answer = automation.read(servicequotas.get_auto_management_configuration().send()).await?;
    let status = answer.opt_in_status().ok_or_else(|| Refusal::malformed("the answer has no OptInStatus"))?;
    let mut services = BTreeSet::new();
    let mut quotas = BTreeSet::new();
    for (service, excluded) in answer.exclusion_list().into_iter().flatten() {
        let codes = excluded.iter().filter_map(|quota| quota.quota_code());
        quotas.extend(codes.map(|code| format!("{service}/{code}")));
        if excluded.is_empty() {
            services.insert(service.clone());
        }
    }
    let facts = AutoManagement {
        opt_in_status: status.as_str().to_owned(),
        opt_in_type: answer.opt_in_type().map(|it| it.as_str().to_owned()),
        opt_in_level: answer.opt_in_level().map(|it| it.as_str().to_owned()),
        notifies: answer.notification_arn().is_some_and(|arn| !arn.is_empty()),
        excluded_services: services.into_iter().collect(),
        excluded_quotas: quotas.into_iter().collect(),
    };
    automation.push(Record::new(unit.region(), facts));
    Ok(())
}

#[cfg(test)]
mod tests;

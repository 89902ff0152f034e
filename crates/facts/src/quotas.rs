//! Service quotas: how much an account may use, how much it uses, and what it asked for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A quota of a service in use. The record's id is `<service_code>/<quota_code>`. What is said of `ListServiceQuotas` below comes from
/// `ListAWSDefaultServiceQuotas` for a quota that the former leaves out, which has a record only where it is used or may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quota {
    /// (`ListServiceQuotas` Quotas[].ServiceCode.)
    pub service_code: String,
    /// (`ListServiceQuotas` Quotas[].ServiceName.)
    pub service_name: String,
    /// (`ListServiceQuotas` Quotas[].QuotaCode.)
    pub quota_code: String,
    /// (`ListServiceQuotas` Quotas[].QuotaName.)
    pub quota_name: String,
    /// Whether AWS tells an applied value of it at all: it tells of some quotas the default alone (`ListServiceQuotas` lists it).
    pub has_applied_value: bool,
    /// The applied value, unread where AWS gives an ErrorReason instead or tells none (`ListServiceQuotas` Quotas[].Value).
    pub value: Read<f64>,
    /// AWS's default; null where it has none (`ListAWSDefaultServiceQuotas` Quotas[].Value).
    pub default_value: Read<Option<f64>>,
    /// (`ListServiceQuotas` Quotas[].Unit.)
    pub unit: Option<String>,
    /// Whether AWS can raise it by request (`ListServiceQuotas` Quotas[].Adjustable).
    pub adjustable: bool,
    /// Whether it holds for all regions together (`ListServiceQuotas` Quotas[].GlobalQuota).
    pub global_quota: bool,
    /// Seconds of the period for which a rate holds; null for a quota that is no rate, or whose period is under a second
    /// (`ListServiceQuotas` Quotas[].Period).
    pub period_seconds: Option<i64>,
    /// The metric that tells its use, as [`crate::usage_metric_key`] spells it; null where AWS publishes none (`ListServiceQuotas`
    /// Quotas[].UsageMetric.MetricNamespace, MetricName, MetricDimensions).
    pub usage_metric: Option<String>,
    /// `Maximum` or `Sum` (`ListServiceQuotas` Quotas[].UsageMetric.MetricStatisticRecommendation).
    pub usage_statistic: Option<String>,
    /// The highest use in the 14 days before the snapshot's clock (the first from midnight), a rate per `period_seconds`; null without a usage metric or without a
    /// datapoint, which is how AWS says "not used" (`cloudwatch:ListMetrics` on AWS/Usage, `cloudwatch:GetMetricData`). A rate is the
    /// mean of five minutes, or of an hour in a region with very many rates: shorter bursts do not show.
    pub usage_peak: Read<Option<f64>>,
}

/// A quota increase that was asked for. The record's id is the request's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestedChange {
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].ServiceCode.)
    pub service_code: String,
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].QuotaCode.)
    pub quota_code: String,
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].QuotaName.)
    pub quota_name: Option<String>,
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].DesiredValue.)
    pub desired_value: Option<f64>,
    /// `PENDING`, `CASE_OPENED`, `APPROVED`, `DENIED`, `CASE_CLOSED`, `NOT_APPROVED` or `INVALID_REQUEST`
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].Status).
    pub status: String,
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].Created.)
    pub created: Timestamp,
    /// (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].LastUpdated.)
    pub last_updated: Option<Timestamp>,
    /// `AutomaticManagement` or `ServiceQuotas`, who asked (`ListRequestedServiceQuotaChangeHistory` RequestedQuotas[].RequestType).
    pub request_type: Option<String>,
}

/// The organization's request template. One record, of the unit in us-east-1 alone; its id is `template`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateAssociation {
    /// `ASSOCIATED`, `DISASSOCIATED`, or `NO_ORGANIZATION` where the error says that the account is in none
    /// (`GetAssociationForServiceQuotaTemplate` ServiceQuotaTemplateAssociationStatus, or NoAvailableOrganizationException).
    pub status: Read<String>,
    /// How many quotas the template raises (`ListServiceQuotaIncreaseRequestsInTemplate` ServiceQuotaIncreaseRequestInTemplateList);
    /// 0 where there is no organization.
    pub entries: Read<i64>,
}

/// Service Quotas Automatic Management, one record per region; its id is the region. Denied or failed: no record, listing unread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutoManagement {
    /// `ENABLED` or `DISABLED` (`GetAutoManagementConfiguration` OptInStatus).
    pub opt_in_status: String,
    /// `NotifyOnly` or `NotifyAndAdjust` (`GetAutoManagementConfiguration` OptInType).
    pub opt_in_type: Option<String>,
    /// `ACCOUNT` (`GetAutoManagementConfiguration` OptInLevel).
    pub opt_in_level: Option<String>,
    /// Whether somebody is told (`GetAutoManagementConfiguration` NotificationArn is present).
    pub notifies: bool,
    /// Service codes that are left out as a whole, sorted (`GetAutoManagementConfiguration` ExclusionList, those without quotas).
    pub excluded_services: Vec<String>,
    /// Single quotas that are left out, as `<service_code>/<quota_code>`, sorted (`GetAutoManagementConfiguration` ExclusionList[][].QuotaCode).
    pub excluded_quotas: Vec<String>,
}

//! The one list of collectors.

use wellproof_aws::{Collector, Operation};

use crate::error::ScanError;

/// Every collector, by name.
static COLLECTORS: &[Collector] = &[
    wellproof_collect_account::COLLECTOR,
    wellproof_collect_autoscaling::COLLECTOR,
    wellproof_collect_budgets::COLLECTOR,
    wellproof_collect_costexplorer::COLLECTOR,
    wellproof_collect_cloudformation::COLLECTOR,
    wellproof_collect_cloudtrail::COLLECTOR,
    wellproof_collect_cloudwatch::COLLECTOR,
    wellproof_collect_cloudwatch::DASHBOARDS,
    wellproof_collect_config::COLLECTOR,
    wellproof_collect_ec2::COLLECTOR,
    wellproof_collect_eventbridge::COLLECTOR,
    wellproof_collect_guardduty::COLLECTOR,
    wellproof_collect_iam::COLLECTOR,
    wellproof_collect_logs::COLLECTOR,
    wellproof_collect_organizations::COLLECTOR,
    wellproof_collect_quotas::COLLECTOR,
    wellproof_collect_quotas::TEMPLATE,
    wellproof_collect_sns::COLLECTOR,
];

/// The collector that every scan runs first: it knows the regions.
pub(crate) const ACCOUNT: &str = wellproof_collect_account::COLLECTOR.name;

/// Every collector, by name.
pub fn collectors() -> &'static [Collector] {
    COLLECTORS
}

/// The collector of this name.
pub fn collector(name: &str) -> Option<&'static Collector> {
    COLLECTORS.iter().find(|collector| collector.name == name)
}

/// The collectors of these names, in the registry's order; all of them when none is named. The account's own is always
/// among them.
///
/// # Errors
/// [`ScanError::Collector`] for a name that no collector has.
pub fn select(names: &[String]) -> Result<Vec<&'static Collector>, ScanError> {
    if let Some(unknown) = names.iter().find(|name| collector(name).is_none()) {
        return Err(ScanError::collector(unknown, COLLECTORS));
    }
    let wanted = |collector: &&Collector| {
        names.is_empty() || collector.name == ACCOUNT || names.iter().any(|name| name == collector.name)
    };
    Ok(COLLECTORS.iter().filter(wanted).collect())
}

/// Every operation that these collectors declare, sorted, each once.
pub fn operations<'a>(collectors: impl IntoIterator<Item = &'a Collector>) -> Vec<&'static Operation> {
    let mut operations: Vec<_> = collectors.into_iter().flat_map(|collector| collector.operations).collect();
    operations.sort_by_key(|operation| (operation.service, operation.name));
    operations.dedup_by_key(|operation| (operation.service, operation.name));
    operations
}

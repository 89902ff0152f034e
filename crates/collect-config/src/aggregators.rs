//! Aggregators of many accounts' configuration.

use std::collections::BTreeSet;

use aws_sdk_config::Client;
use aws_sdk_config::types;
use wellproof_aws::{Listing, Record, Refusal, Unit};
use wellproof_facts::config::ConfigurationAggregator;

use crate::text;

pub(crate) async fn collect(unit: &Unit, config: &Client) {
    let mut aggregators = unit.listing::<ConfigurationAggregator>();
    let listed = list_aggregators(config, &mut aggregators).await;
    aggregators.close(listed);
}

async fn list_aggregators(config: &Client, aggregators: &mut Listing<ConfigurationAggregator>) -> Result<(), Refusal> {
    let mut pages = config.describe_configuration_aggregators().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = aggregators.page(&mut pages).await? {
        aggregators.extend(page.configuration_aggregators().iter().map(record));
    }
    Ok(())
}

fn record(aggregator: &types::ConfigurationAggregator) -> Record<ConfigurationAggregator> {
    let name = text(aggregator.configuration_aggregator_name());
    let sources = aggregator.account_aggregation_sources();
    let accounts: BTreeSet<&String> = sources.iter().flat_map(types::AccountAggregationSource::account_ids).collect();
    let organization = aggregator.organization_aggregation_source();
    let facts = ConfigurationAggregator {
        name: name.clone(),
        organization: organization.is_some(),
        account_count: i64::try_from(accounts.len()).unwrap_or(i64::MAX),
        all_aws_regions: organization.is_some_and(|it| it.all_aws_regions)
            || sources.iter().any(|it| it.all_aws_regions),
    };
    Record::new(name, facts).arn(aggregator.configuration_aggregator_arn.clone())
}

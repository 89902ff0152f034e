//! Configuration recorders: the account's own, and those that AWS services keep for themselves.

use aws_sdk_config::Client;
use aws_sdk_config::operation::describe_configuration_recorder_status::DescribeConfigurationRecorderStatusOutput;
use aws_sdk_config::types::{self, ConfigurationRecorderStatus, ResourceType};
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::config::ConfigurationRecorder;

use crate::{sorted, status, text};

pub(crate) async fn collect(unit: &Unit, config: &Client) {
    let mut recorders = unit.listing::<ConfigurationRecorder>();
    let listed = list_recorders(unit, config, &mut recorders).await;
    recorders.close(listed);
}

/// Unnamed, only the account's own recorder is described; services' recorders are found by listing, and described one
/// by one.
async fn list_recorders(
    unit: &Unit,
    config: &Client,
    recorders: &mut Listing<ConfigurationRecorder>,
) -> Result<(), Refusal> {
    let own = recorders.read(config.describe_configuration_recorders().send()).await?;
    let known: Vec<&str> = own.configuration_recorders().iter().filter_map(|it| it.name()).collect();
    let mut pages = config.list_configuration_recorders().into_paginator().stop_on_duplicate_token(false).send();
    let (read, mut next) = futures::join!(
        unit.join(own.configuration_recorders().iter().map(|it| read_recorder(unit, config, it))),
        unit.page(&mut pages),
    );
    recorders.extend(read.into_iter().flatten());
    while let Some(Cited { value: page, calls }) = next? {
        recorders.cite(calls);
        let others = page.configuration_recorder_summaries().iter();
        let others = others.filter(|it| it.service_principal().is_some() && !known.contains(&it.name()));
        for read in unit.join(others.map(|it| describe_recorder(unit, config, it))).await {
            recorders.extend(read?);
        }
        next = unit.page(&mut pages).await;
    }
    Ok(())
}

/// A service's recorder; nothing when it was deleted since it was listed.
async fn describe_recorder(
    unit: &Unit,
    config: &Client,
    summary: &types::ConfigurationRecorderSummary,
) -> Result<Vec<Record<ConfigurationRecorder>>, Refusal> {
    let described = match unit.read(config.describe_configuration_recorders().arn(summary.arn()).send()).await {
        Err(refusal) if is_gone(&refusal) => return Ok(Vec::new()),
        answer => answer?,
    };
    let read = unit.join(described.value.configuration_recorders().iter().map(|it| read_recorder(unit, config, it)));
    Ok(read.await.into_iter().flatten().map(|record| record.cites(described.calls.iter().cloned())).collect())
}

/// `None` when it was deleted since it was listed.
async fn read_recorder(
    unit: &Unit,
    config: &Client,
    recorder: &types::ConfigurationRecorder,
) -> Option<Record<ConfigurationRecorder>> {
    let name = text(recorder.name());
    let state = read_status(unit, config, recorder).await;
    if state.as_ref().is_err_and(is_gone) {
        return None;
    }
    let field = unit.fields::<ConfigurationRecorder>(&name);
    let group = recorder.recording_group();
    let types = |listed: &[ResourceType]| sorted(listed.iter().map(|it| it.as_str().to_owned()));
    let excluded = group.and_then(|it| it.exclusion_by_resource_types());
    let strategy = group.and_then(|it| it.recording_strategy()).and_then(|it| it.use_only());
    let facts = ConfigurationRecorder {
        name: name.clone(),
        service_principal: recorder.service_principal.clone(),
        all_supported: group.is_some_and(|it| it.all_supported),
        include_global_resource_types: group.is_some_and(|it| it.include_global_resource_types),
        recording_strategy: strategy.map(|it| it.as_str().to_owned()),
        resource_types: group.map(|it| types(it.resource_types())).unwrap_or_default(),
        excluded_resource_types: excluded.map(|it| types(it.resource_types())).unwrap_or_default(),
        recording: field.of("recording", &state, |it| it.recording),
        last_status: field.of("last_status", &state, |it| it.last_status().map(|it| status(it.as_str()))),
        last_error_code: field
            .of("last_error_code", &state, |it| it.last_error_code.clone().filter(|code| !code.is_empty())),
        last_start_time: field.of("last_start_time", &state, |it| it.last_start_time().and_then(timestamp)),
        last_stop_time: field.of("last_stop_time", &state, |it| it.last_stop_time().and_then(timestamp)),
    };
    Some(Record::new(name, facts).arn(recorder.arn.clone()).cites_answer(&state))
}

async fn read_status(
    unit: &Unit,
    config: &Client,
    recorder: &types::ConfigurationRecorder,
) -> Answer<ConfigurationRecorderStatus> {
    let request = config.describe_configuration_recorder_status();
    // A service's recorder goes by its ARN alone.
    let request = match recorder.service_principal() {
        Some(_) => request.set_arn(recorder.arn.clone()),
        None => request.set_configuration_recorder_names(recorder.name.clone().map(|name| vec![name])),
    };
    let answer = unit.read(request.send()).await?;
    crate::only(answer, "status", |it: DescribeConfigurationRecorderStatusOutput| {
        it.configuration_recorders_status.unwrap_or_default()
    })
}

fn is_gone(refusal: &Refusal) -> bool {
    refusal.is("NoSuchConfigurationRecorderException")
}

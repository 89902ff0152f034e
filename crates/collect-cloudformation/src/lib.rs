//! Reads CloudFormation: stacks, how their last change ended, and the resources that they own.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{self, ResourceStatus, StackStatus};
use futures::FutureExt;
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit, timestamp};
use wellproof_facts::Facts;
use wellproof_facts::cloudformation::{Stack, StackResource};
use wellproof_model::Read;

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    // Neither parameters nor outputs are kept: both may hold secrets.
    Operation::new("cloudformation", "DescribeStacks", "cloudformation:DescribeStacks").keeps(&[
        "NextToken",
        "Stacks.DriftInformation.StackDriftStatus",
        "Stacks.NotificationARNs",
        "Stacks.ParentId",
        "Stacks.RoleARN",
        "Stacks.RollbackConfiguration.RollbackTriggers.Arn",
        "Stacks.StackId",
        "Stacks.StackName",
        "Stacks.StackStatus",
        "Stacks.Tags.Key",
        "Stacks.Tags.Value",
    ]),
    Operation::new("cloudformation", "DescribeStackEvents", "cloudformation:DescribeStackEvents").keeps(&[
        "StackEvents.EventId",
        "StackEvents.ResourceStatus",
        "StackEvents.StackId",
    ]),
    // A stack of its own each: AWS throttles an account with many of them.
    Operation::new("cloudformation", "ListStackResources", "cloudformation:ListStackResources")
        .keeps(&[
            "NextToken",
            "StackResourceSummaries.DriftInformation.StackResourceDriftStatus",
            "StackResourceSummaries.LogicalResourceId",
            "StackResourceSummaries.PhysicalResourceId",
            "StackResourceSummaries.ResourceStatus",
            "StackResourceSummaries.ResourceType",
        ])
        .per_second(10),
];

/// CloudFormation in every region.
pub const COLLECTOR: Collector = Collector {
    name: "cloudformation",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Stack::TYPE, StackResource::TYPE],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let cloudformation = wellproof_aws::client!(unit, aws_sdk_cloudformation);
    let mut stacks = unit.listing::<Stack>();
    let mut owned = Owned { resources: unit.listing::<StackResource>(), refused: None };
    let listed = list_stacks(&unit, &cloudformation, &mut stacks, &mut owned).await;
    owned.close(listed.clone());
    stacks.close(listed);
}

/// The resources of all stacks. One stack's refusal does not keep the others from being read.
struct Owned {
    resources: Listing<StackResource>,
    /// The first stack's refusal.
    refused: Option<Refusal>,
}

impl Owned {
    fn close(self, listed: Result<(), Refusal>) {
        self.resources.close(match (listed, self.refused) {
            // Without its stack nobody can tell which resources there are.
            (Err(refusal), _) | (Ok(()), Some(refusal)) => Err(refusal),
            (Ok(()), None) => Ok(()),
        });
    }
}

async fn list_stacks(
    unit: &Unit,
    cloudformation: &Client,
    stacks: &mut Listing<Stack>,
    owned: &mut Owned,
) -> Result<(), Refusal> {
    let mut pages = cloudformation.describe_stacks().into_paginator().send();
    while let Some(page) = unit.page(&mut pages).await? {
        let live = page.value.stacks().iter().filter(|it| it.stack_status != Some(StackStatus::DeleteComplete));
        let live: Vec<&types::Stack> = live.collect();
        let read = unit.join(live.iter().map(|stack| read_stack(unit, cloudformation, stack))).await;
        if live.is_empty() {
            // No stack, no resource: this page says both.
            owned.resources.cite(page.calls.iter().cloned());
        }
        stacks.cite(page.calls);
        for read in read.into_iter().flatten() {
            stacks.keep(read.stack);
            for resources in read.resources {
                owned.resources.cite(resources.calls);
                owned.resources.extend(resources.value);
            }
            owned.refused = owned.refused.take().or(read.refused);
        }
    }
    Ok(())
}

struct ReadStack {
    stack: Result<Record<Stack>, Refusal>,
    /// By page.
    resources: Vec<Cited<Vec<Record<StackResource>>>>,
    /// What stood in the way of further pages.
    refused: Option<Refusal>,
}

/// `None` when it was deleted since it was listed.
async fn read_stack(unit: &Unit, cloudformation: &Client, stack: &types::Stack) -> Option<ReadStack> {
    let mut resources = Vec::new();
    let refused = list_resources(unit, cloudformation, stack, &mut resources).await.err();
    if refused.as_ref().is_some_and(is_gone) {
        return None;
    }
    let stack = stack_record(unit, cloudformation, stack).await;
    Some(ReadStack { stack, resources, refused })
}

async fn list_resources(
    unit: &Unit,
    cloudformation: &Client,
    stack: &types::Stack,
    resources: &mut Vec<Cited<Vec<Record<StackResource>>>>,
) -> Result<(), Refusal> {
    // By its ARN: a name may by now be another stack's.
    let list = cloudformation.list_stack_resources().stack_name(text(stack.stack_id()));
    let mut pages = list.into_paginator().send();
    while let Some(page) = unit.page(&mut pages).await? {
        let owned = page.value.stack_resource_summaries().iter().filter(|it| is_owned(it));
        resources.push(Cited { value: owned.map(|it| resource_record(stack, it)).collect(), calls: page.calls });
    }
    Ok(())
}

/// A stack remembers resources for a while that it deleted, or left to themselves.
fn is_owned(resource: &types::StackResourceSummary) -> bool {
    !matches!(resource.resource_status, Some(ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped))
}

fn resource_record(stack: &types::Stack, resource: &types::StackResourceSummary) -> Record<StackResource> {
    let drift = resource.drift_information();
    let facts = StackResource {
        stack_id: text(stack.stack_id()),
        stack_name: text(stack.stack_name()),
        logical_resource_id: text(resource.logical_resource_id()),
        physical_resource_id: resource.physical_resource_id.clone().filter(|id| !id.is_empty()),
        resource_type: text(resource.resource_type()),
        resource_status: text(resource.resource_status().map(AsRef::as_ref)),
        drift_status: drift.and_then(|it| it.stack_resource_drift_status()).map(|it| it.as_str().to_owned()),
        drift_last_check_timestamp: drift.and_then(|it| it.last_check_timestamp()).and_then(timestamp),
    };
    Record::new(format!("{}/{}", facts.stack_id, facts.logical_resource_id), facts)
}

async fn stack_record(unit: &Unit, cloudformation: &Client, stack: &types::Stack) -> Result<Record<Stack>, Refusal> {
    let id = text(stack.stack_id());
    let creation = stack.creation_time().and_then(timestamp);
    let creation = creation.ok_or_else(|| Refusal::malformed(format!("stack {id} has no CreationTime")))?;
    let rollback_failed = matches!(
        stack.stack_status,
        Some(StackStatus::UpdateRollbackFailed | StackStatus::ImportRollbackFailed | StackStatus::RollbackFailed)
    );
    let events = if rollback_failed { Some(last_event(unit, cloudformation, &id).await) } else { None };
    let field = unit.fields::<Stack>(&id);
    let drift = stack.drift_information();
    let triggers =
        stack.rollback_configuration().map(types::RollbackConfiguration::rollback_triggers).unwrap_or_default();
    let mut trigger_arns: Vec<String> = triggers.iter().filter_map(|it| it.arn.clone()).collect();
    trigger_arns.sort();
    let facts = Stack {
        stack_name: text(stack.stack_name()),
        stack_id: id.clone(),
        stack_status: text(stack.stack_status().map(AsRef::as_ref)),
        creation_time: creation,
        last_updated_time: stack.last_updated_time().and_then(timestamp),
        last_event_time: events
            .as_ref()
            .map_or(Read::Known(None), |events| field.of("last_event_time", events, |time| *time)),
        is_root: stack.parent_id().is_none(),
        enable_termination_protection: stack.enable_termination_protection.unwrap_or_default(),
        disable_rollback: stack.disable_rollback.unwrap_or_default(),
        rollback_trigger_count: count(triggers.len()),
        rollback_trigger_arns: trigger_arns,
        notification_count: count(stack.notification_arns().len()),
        has_service_role: stack.role_arn().is_some(),
        stack_drift_status: drift
            .and_then(|it| it.stack_drift_status())
            .map_or("NOT_CHECKED", types::StackDriftStatus::as_str)
            .to_owned(),
        drift_last_check_timestamp: drift.and_then(|it| it.last_check_timestamp()).and_then(timestamp),
    };
    let tags = stack.tags().iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)));
    let record = Record::new(&id, facts).arn(stack.stack_id()).tags(tags);
    Ok(events.iter().fold(record, Record::cites_answer))
}

/// Events come newest first, so that one page tells.
async fn last_event(unit: &Unit, cloudformation: &Client, id: &str) -> Answer<Option<jiff::Timestamp>> {
    let events = unit.read(cloudformation.describe_stack_events().stack_name(id).send()).await?;
    let newest = events.value.stack_events().first().and_then(|event| event.timestamp()).and_then(timestamp);
    Ok(Cited { value: newest, calls: events.calls })
}

/// CloudFormation has no code for "no such stack": it is a `ValidationError` whose words say so.
fn is_gone(refusal: &Refusal) -> bool {
    refusal.says("ValidationError", "does not exist")
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;

//! Reads CloudFormation: stacks, how their last change ended, and the resources that they own.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{self, ResourceStatus, StackStatus};
use futures::FutureExt;
use wellproof_aws::member::{required_text, required_time};
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
    fn take(&mut self, pages: Vec<Resources>, refused: Option<Refusal>) {
        for page in pages {
            self.resources.cite(page.calls);
            page.value.into_iter().for_each(|record| self.resources.keep(record));
        }
        self.refused = self.refused.take().or(refused);
    }

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
    let mut pages = cloudformation.describe_stacks().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        let live = page.value.stacks().iter().filter(|it| it.stack_status != Some(StackStatus::DeleteComplete));
        let read = unit.join(live.map(|stack| read_stack(unit, cloudformation, stack))).await;
        // Whose resources are asked for rests on this page.
        owned.resources.cite(page.calls.iter().cloned());
        stacks.cite(page.calls);
        let mut gone = Vec::new();
        for read in read {
            match read {
                Ok(Cited { value: Some(read), .. }) => {
                    stacks.keep(read.stack);
                    owned.take(read.resources, read.refused);
                }
                // Deleted since it was listed.
                Ok(Cited { value: None, calls }) => gone.extend(calls),
                Err(malformed) => {
                    stacks.keep(Err(malformed.clone()));
                    owned.take(Vec::new(), Some(malformed));
                }
            }
        }
        owned.resources.cite(gone.iter().cloned());
        stacks.cite(gone);
    }
    Ok(())
}

/// A page of a stack's resources.
type Resources = Cited<Vec<Result<Record<StackResource>, Refusal>>>;

struct ReadStack {
    stack: Result<Record<Stack>, Refusal>,
    resources: Vec<Resources>,
    /// What stood in the way of further pages.
    refused: Option<Refusal>,
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_stack(unit: &Unit, cloudformation: &Client, stack: &types::Stack) -> Answer<Option<ReadStack>> {
    let id = required_text(stack.stack_id(), "Stack.StackId")?;
    let name = required_text(stack.stack_name(), "Stack.StackName")?;
    let mut resources = Vec::new();
    let refused = list_resources(unit, cloudformation, &id, &name, &mut resources).await.err();
    if let Some(refusal) = refused.as_ref().filter(|refusal| is_gone(refusal)) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let stack = stack_record(unit, cloudformation, id, name, stack).await;
    Ok(Cited { value: Some(ReadStack { stack, resources, refused }), calls: Vec::new() })
}

async fn list_resources(
    unit: &Unit,
    cloudformation: &Client,
    id: &str,
    name: &str,
    resources: &mut Vec<Resources>,
) -> Result<(), Refusal> {
    // By its ARN: a name may by now be another stack's.
    let mut pages =
        cloudformation.list_stack_resources().stack_name(id).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        let owned = page.value.stack_resource_summaries().iter().filter(|it| is_owned(it));
        resources.push(Cited { value: owned.map(|it| resource_record(id, name, it)).collect(), calls: page.calls });
    }
    Ok(())
}

/// A stack remembers resources for a while that it deleted, or left to themselves.
fn is_owned(resource: &types::StackResourceSummary) -> bool {
    !matches!(resource.resource_status, Some(ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped))
}

fn resource_record(
    stack_id: &str,
    stack_name: &str,
    resource: &types::StackResourceSummary,
) -> Result<Record<StackResource>, Refusal> {
    let drift = resource.drift_information();
    let facts = StackResource {
        stack_id: stack_id.to_owned(),
        stack_name: stack_name.to_owned(),
        logical_resource_id: required_text(resource.logical_resource_id(), "StackResourceSummary.LogicalResourceId")?,
        physical_resource_id: resource.physical_resource_id.clone().filter(|id| !id.is_empty()),
        resource_type: required_text(resource.resource_type(), "StackResourceSummary.ResourceType")?,
        resource_status: required_text(resource.resource_status(), "StackResourceSummary.ResourceStatus")?,
        drift_status: drift.and_then(|it| it.stack_resource_drift_status()).map(|it| it.as_str().to_owned()),
        drift_last_check_timestamp: drift.and_then(|it| it.last_check_timestamp()).and_then(timestamp),
    };
    Ok(Record::new(format!("{}/{}", facts.stack_id, facts.logical_resource_id), facts))
}

async fn stack_record(
    unit: &Unit,
    cloudformation: &Client,
    id: String,
    name: String,
    stack: &types::Stack,
) -> Result<Record<Stack>, Refusal> {
    let creation = required_time(stack.creation_time(), "Stack.CreationTime")?;
    let status = required_text(stack.stack_status(), "Stack.StackStatus")?;
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
        stack_name: name,
        stack_id: id.clone(),
        stack_status: status,
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

#[cfg(test)]
mod tests;

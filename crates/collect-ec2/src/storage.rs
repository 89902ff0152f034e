//! Volumes and snapshots.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, VolumeState};
use jiff::{SignedDuration, Timestamp};
use wellproof_aws::member::{required, required_text, required_time, sorted, text};
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::ec2::{Snapshot, Volume};
use wellproof_model::Read;

use crate::mapping::{PAGE, arn, tags};

/// How long a volume must have been around and idle before it is asked after.
const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many metrics `GetMetricData` takes at once.
const METRICS: usize = 500;
/// One value a day tells enough: whether there is any.
const PERIOD: i32 = 24 * 60 * 60;

/// Which volumes sent a metric lately, of those that were asked after. `None`: not asked.
type Attached<'a> = BTreeMap<&'a str, Answer<bool>>;

pub(crate) async fn list_volumes(unit: &Unit, ec2: &Client, cloudwatch: &aws_sdk_cloudwatch::Client) {
    let mut volumes = unit.listing::<Volume>();
    let end = read_volumes(unit, ec2, cloudwatch, &mut volumes).await;
    volumes.close(end);
}

async fn read_volumes(
    unit: &Unit,
    ec2: &Client,
    cloudwatch: &aws_sdk_cloudwatch::Client,
    volumes: &mut Listing<Volume>,
) -> Result<(), Refusal> {
    let mut pages = ec2.describe_volumes().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = volumes.page(&mut pages).await? {
        let unused: Vec<&str> = page.volumes().iter().filter_map(|it| unused_for_long(unit, it)).collect();
        let attached = read_attached(unit, cloudwatch, &unused).await;
        page.volumes().iter().for_each(|it| volumes.keep(volume_record(unit, it, &attached)));
    }
    Ok(())
}

/// The id of a volume that hangs on nothing and is old enough to have done so for long.
fn unused_for_long<'a>(unit: &Unit, volume: &'a types::Volume) -> Option<&'a str> {
    let created = timestamp(volume.create_time()?)?;
    let old = created < unit.clock().saturating_sub(IDLE).ok()?;
    volume.volume_id().filter(|_| old && volume.state == Some(VolumeState::Available))
}

async fn read_attached<'a>(unit: &Unit, cloudwatch: &aws_sdk_cloudwatch::Client, volumes: &[&'a str]) -> Attached<'a> {
    let batches = unit.join(volumes.chunks(METRICS).map(|batch| read_metrics(unit, cloudwatch, batch))).await;
    let mut attached = Attached::new();
    for (batch, answer) in volumes.chunks(METRICS).zip(batches) {
        for (index, id) in batch.iter().enumerate() {
            let sent = match &answer {
                Ok(cited) => match cited.value.get(&query_id(index)) {
                    Some(sent) => Ok(Cited { value: *sent, calls: cited.calls.clone() }),
                    None => Err(Refusal::malformed(format!("CloudWatch does not say whether {id} sent a metric"))),
                },
                Err(refusal) => Err(refusal.clone()),
            };
            attached.insert(id, sent);
        }
    }
    attached
}

/// Whether each volume of the batch sent a metric, by the query's id.
async fn read_metrics(
    unit: &Unit,
    cloudwatch: &aws_sdk_cloudwatch::Client,
    volumes: &[&str],
) -> Answer<BTreeMap<String, bool>> {
    let since = unit.clock().saturating_sub(IDLE).unwrap_or(Timestamp::MIN);
    let queries = volumes.iter().enumerate().map(|(index, id)| query(index, id));
    let request = cloudwatch
        .get_metric_data()
        .start_time(DateTime::from_secs(since.as_second()))
        .end_time(DateTime::from_secs(unit.clock().as_second()))
        .set_metric_data_queries(Some(queries.collect()));
    let mut pages = request.into_paginator().stop_on_duplicate_token(false).send();
    let mut calls = Vec::new();
    let (mut whole, mut sent) = (BTreeSet::new(), BTreeSet::new());
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for result in page.value.metric_data_results() {
            let id = required_text(result.id(), "MetricDataResult.Id")?;
            if !result.values().is_empty() {
                sent.insert(id.clone());
            }
            if is_whole(result) {
                whole.insert(id);
            }
        }
    }
    // One value is proof enough; that there is none needs the whole answer.
    let known = whole.union(&sent).map(|id| (id.clone(), sent.contains(id)));
    Ok(Cited { value: known.collect(), calls })
}

fn is_whole(result: &MetricDataResult) -> bool {
    matches!(result.status_code(), Some(StatusCode::Complete))
}

fn query(index: usize, volume: &str) -> MetricDataQuery {
    let of = Dimension::builder().name("VolumeId").value(volume).build();
    let metric = Metric::builder().namespace("AWS/EBS").metric_name("VolumeIdleTime").dimensions(of).build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD).stat("SampleCount").build();
    MetricDataQuery::builder().id(query_id(index)).metric_stat(stat).build()
}

fn query_id(index: usize) -> String {
    format!("v{index}")
}

fn volume_record(unit: &Unit, volume: &types::Volume, attached: &Attached<'_>) -> Result<Record<Volume>, Refusal> {
    let id = required_text(volume.volume_id(), "Volume.VolumeId")?;
    let asked = attached.get(id.as_str());
    let field = unit.fields::<Volume>(&id);
    let facts = Volume {
        state: required_text(volume.state(), "Volume.State")?,
        volume_type: required_text(volume.volume_type(), "Volume.VolumeType")?,
        size: required(volume.size, "Volume.Size")?.into(),
        iops: volume.iops.map(Into::into),
        encrypted: volume.encrypted.unwrap_or_default(),
        create_time: required_time(volume.create_time(), "Volume.CreateTime")?,
        availability_zone: required_text(volume.availability_zone(), "Volume.AvailabilityZone")?,
        snapshot_id: text(volume.snapshot_id()),
        attached_instance_ids: sorted(volume.attachments().iter().filter_map(|it| it.instance_id())),
        attached_in_last_30_days: match asked {
            None => Read::Known(None),
            Some(answer) => field.of("attached_in_last_30_days", answer, |sent| Some(*sent)),
        },
        volume_id: id.clone(),
    };
    let record = Record::new(&id, facts).arn(Some(arn(unit, unit.account(), "volume", &id))).tags(tags(volume.tags()));
    Ok(match asked {
        None => record,
        Some(answer) => record.cites_answer(answer),
    })
}

pub(crate) async fn list_snapshots(unit: &Unit, ec2: &Client) {
    let own = ec2.describe_snapshots().owner_ids("self").max_results(PAGE);
    unit.list(own.into_paginator().stop_on_duplicate_token(false).send(), |page| {
        page.snapshots().iter().map(|it| snapshot_record(unit, it)).collect()
    })
    .await;
}

fn snapshot_record(unit: &Unit, snapshot: &types::Snapshot) -> Result<Record<Snapshot>, Refusal> {
    let id = required_text(snapshot.snapshot_id(), "Snapshot.SnapshotId")?;
    let facts = Snapshot {
        snapshot_id: id.clone(),
        volume_id: required_text(snapshot.volume_id(), "Snapshot.VolumeId")?,
        start_time: required_time(snapshot.start_time(), "Snapshot.StartTime")?,
        volume_size: required(snapshot.volume_size, "Snapshot.VolumeSize")?.into(),
        encrypted: snapshot.encrypted.unwrap_or_default(),
        state: required_text(snapshot.state(), "Snapshot.State")?,
        storage_tier: text(snapshot.storage_tier()),
    };
    // A snapshot's ARN names no account.
    Ok(Record::new(&id, facts).arn(Some(arn(unit, "", "snapshot", &id))).tags(tags(snapshot.tags())))
}

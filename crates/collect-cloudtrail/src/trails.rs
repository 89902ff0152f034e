//! Trails, as the unit's region sees them.

use std::collections::BTreeSet;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use aws_sdk_cloudtrail::types;
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit, member, timestamp};
use wellproof_facts::cloudtrail::Trail;

use crate::{client_in, selectors, text};

pub(crate) async fn collect(unit: &Unit, cloudtrail: &Client) {
    let mut trails = unit.listing::<Trail>();
    let listed = list_trails(unit, cloudtrail, &mut trails).await;
    trails.close(listed);
}

async fn list_trails(unit: &Unit, cloudtrail: &Client, trails: &mut Listing<Trail>) -> Result<(), Refusal> {
    // Shadows too: they are how a region, or a member of an organization, knows that it is recorded.
    let listed = trails.read(cloudtrail.describe_trails().include_shadow_trails(true).send()).await?;
    let read = unit.join(listed.trail_list().iter().map(|trail| read_trail(unit, cloudtrail, trail))).await;
    read.into_iter().flatten().for_each(|record| trails.keep(record));
    Ok(())
}

/// `None` when it was deleted since it was listed.
///
/// A trail records each region by itself, so the unit's region is asked whether it does; a shadow must be named by its
/// ARN. What it selects is one thing for all regions, and only the home region tells it for certain. Of an
/// organization's trail, a member account may be told its status and be refused the rest ("AccountID in ARN is wrong"),
/// which is then unread.
async fn read_trail(unit: &Unit, cloudtrail: &Client, trail: &types::Trail) -> Option<Result<Record<Trail>, Refusal>> {
    let named = member::required_text(trail.trail_arn(), "Trail.TrailARN")
        .and_then(|arn| Ok((arn, member::required_text(trail.home_region(), "Trail.HomeRegion")?)));
    let (arn, home_region) = match named {
        Ok(named) => named,
        Err(refusal) => return Some(Err(refusal)),
    };
    let is_shadow = home_region != unit.region();
    let elsewhere = is_shadow.then(|| client_in(unit, &home_region));
    let home = elsewhere.as_ref().unwrap_or(cloudtrail);
    let (status, selected, insights) = futures::join!(
        unit.read(cloudtrail.get_trail_status().name(&arn).send()),
        unit.read(home.get_event_selectors().trail_name(&arn).send()),
        read_insights(unit, home, &arn),
    );
    if selected.as_ref().is_err_and(|refusal| is_gone(unit, &arn, refusal)) {
        return None;
    }
    let Some(is_multi_region_trail) = trail.is_multi_region_trail else {
        return Some(Err(Refusal::malformed("the answer has no Trail.IsMultiRegionTrail")));
    };
    let field = unit.fields::<Trail>(&arn);
    let said = |text: Option<&str>| text.filter(|it| !it.is_empty()).map(str::to_owned);
    let logs_time = |it: &GetTrailStatusOutput| it.latest_cloud_watch_logs_delivery_time().and_then(timestamp);
    let facts = Trail {
        name: text(trail.name()),
        trail_arn: arn.clone(),
        home_region,
        is_shadow,
        is_multi_region_trail,
        is_organization_trail: trail.is_organization_trail.unwrap_or_default(),
        include_global_service_events: trail.include_global_service_events.unwrap_or_default(),
        log_file_validation_enabled: trail.log_file_validation_enabled.unwrap_or_default(),
        s3_bucket_name: said(trail.s3_bucket_name()),
        kms_key_id: said(trail.kms_key_id()),
        cloud_watch_logs_log_group_arn: said(trail.cloud_watch_logs_log_group_arn()),
        is_logging: field.required("is_logging", &status, |it| it.is_logging),
        latest_delivery_time: field
            .of("latest_delivery_time", &status, |it| it.latest_delivery_time().and_then(timestamp)),
        latest_delivery_error: field.of("latest_delivery_error", &status, |it| said(it.latest_delivery_error())),
        latest_cloud_watch_logs_delivery_time: field.of("latest_cloud_watch_logs_delivery_time", &status, logs_time),
        latest_cloud_watch_logs_delivery_error: field.of("latest_cloud_watch_logs_delivery_error", &status, |it| {
            said(it.latest_cloud_watch_logs_delivery_error())
        }),
        records_management_reads: field
            .of("records_management_reads", &selected, |it| selectors::of_trail(it).management_reads),
        records_management_writes: field
            .of("records_management_writes", &selected, |it| selectors::of_trail(it).management_writes),
        data_event_resource_types: field
            .of("data_event_resource_types", &selected, |it| selectors::of_trail(it).data_types.into_iter().collect()),
        insight_types: field.of("insight_types", &insights, Clone::clone),
    };
    let record = Record::new(arn.clone(), facts).arn(Some(arn));
    Some(Ok(record.cites_answer(&status).cites_answer(&selected).cites_answer(&insights)))
}

/// The kinds of insight that are looked for, sorted. `InsightNotEnabledException` ("does not have Insights enabled")
/// says that there are none.
async fn read_insights(unit: &Unit, home: &Client, arn: &str) -> Answer<Vec<String>> {
    match unit.read(home.get_insight_selectors().trail_name(arn).send()).await {
        Ok(Cited { value, calls }) => {
            let kinds = value.insight_selectors().iter().filter_map(|it| Some(it.insight_type()?.as_str().to_owned()));
            let kinds: BTreeSet<String> = kinds.collect();
            Ok(Cited { value: kinds.into_iter().collect(), calls })
        }
        Err(refusal) if refusal.is("InsightNotEnabledException") => {
            Ok(Cited { value: Vec::new(), calls: refusal.calls })
        }
        Err(refusal) => Err(refusal),
    }
}

/// A member account gets the same reply for an organization's trail that is there.
fn is_gone(unit: &Unit, arn: &str, refusal: &Refusal) -> bool {
    refusal.is("TrailNotFoundException") && arn.split(':').nth(4) == Some(unit.account())
}

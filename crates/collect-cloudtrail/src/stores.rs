//! CloudTrail Lake's event data stores.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types;
use wellproof_aws::{Listing, Record, Refusal, Unit, member};
use wellproof_facts::cloudtrail::EventDataStore;

use crate::{selectors, text};

pub(crate) async fn collect(unit: &Unit, cloudtrail: &Client) {
    let mut stores = unit.listing::<EventDataStore>();
    let listed = list_stores(unit, cloudtrail, &mut stores).await;
    stores.close(listed);
}

async fn list_stores(unit: &Unit, cloudtrail: &Client, stores: &mut Listing<EventDataStore>) -> Result<(), Refusal> {
    let mut pages = cloudtrail.list_event_data_stores().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = stores.page(&mut pages).await? {
        let listed = page.event_data_stores();
        let read = unit.join(listed.iter().map(|store| read_store(unit, cloudtrail, store))).await;
        read.into_iter().flatten().for_each(|record| stores.keep(record));
    }
    Ok(())
}

/// `None` when it was deleted since it was listed. The list itself tells only name and ARN.
async fn read_store(
    unit: &Unit,
    cloudtrail: &Client,
    store: &types::EventDataStore,
) -> Option<Result<Record<EventDataStore>, Refusal>> {
    let arn = match member::required_text(store.event_data_store_arn(), "EventDataStore.EventDataStoreArn") {
        Ok(arn) => arn,
        Err(refusal) => return Some(Err(refusal)),
    };
    let detail = unit.read(cloudtrail.get_event_data_store().event_data_store(&arn).send()).await;
    if detail.as_ref().is_err_and(|refusal| refusal.is("EventDataStoreNotFoundException")) {
        return None;
    }
    let field = unit.fields::<EventDataStore>(&arn);
    let facts = EventDataStore {
        name: text(store.name()),
        status: field.required("status", &detail, |it| member::text(it.status())),
        multi_region_enabled: field.required("multi_region_enabled", &detail, |it| it.multi_region_enabled),
        organization_enabled: field.required("organization_enabled", &detail, |it| it.organization_enabled),
        retention_period: field.of("retention_period", &detail, |it| it.retention_period.map(i64::from)),
        records_management_events: field.of("records_management_events", &detail, |it| {
            let selected = selectors::of_advanced(it.advanced_event_selectors());
            selected.management_reads && selected.management_writes
        }),
    };
    Some(Ok(Record::new(arn.clone(), facts).arn(Some(arn)).cites_answer(&detail)))
}

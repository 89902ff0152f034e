//! CloudTrail Lake's event data stores.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types;
use wellproof_aws::{Listing, Record, Refusal, Unit};
use wellproof_facts::cloudtrail::EventDataStore;

use crate::{selectors, text};

pub(crate) async fn collect(unit: &Unit, cloudtrail: &Client) {
    let mut stores = unit.listing::<EventDataStore>();
    let listed = list_stores(unit, cloudtrail, &mut stores).await;
    stores.close(listed);
}

async fn list_stores(unit: &Unit, cloudtrail: &Client, stores: &mut Listing<EventDataStore>) -> Result<(), Refusal> {
    let mut pages = cloudtrail.list_event_data_stores().into_paginator().send();
    while let Some(page) = stores.page(&mut pages).await? {
        let listed = page.event_data_stores();
        let read = unit.join(listed.iter().map(|store| read_store(unit, cloudtrail, store))).await;
        stores.extend(read.into_iter().flatten());
    }
    Ok(())
}

/// `None` when it was deleted since it was listed. The list itself tells only name and ARN.
async fn read_store(unit: &Unit, cloudtrail: &Client, store: &types::EventDataStore) -> Option<Record<EventDataStore>> {
    let arn = text(store.event_data_store_arn());
    let detail = unit.read(cloudtrail.get_event_data_store().event_data_store(&arn).send()).await;
    if detail.as_ref().is_err_and(|refusal| refusal.is("EventDataStoreNotFoundException")) {
        return None;
    }
    let field = unit.fields::<EventDataStore>(&arn);
    let facts = EventDataStore {
        name: text(store.name()),
        status: field.of("status", &detail, |it| text(it.status().map(AsRef::as_ref))),
        multi_region_enabled: field
            .of("multi_region_enabled", &detail, |it| it.multi_region_enabled.unwrap_or_default()),
        organization_enabled: field
            .of("organization_enabled", &detail, |it| it.organization_enabled.unwrap_or_default()),
        retention_period: field.of("retention_period", &detail, |it| it.retention_period.map(i64::from)),
        records_management_events: field.of("records_management_events", &detail, |it| {
            let selected = selectors::of_advanced(it.advanced_event_selectors());
            selected.management_reads && selected.management_writes
        }),
    };
    Some(Record::new(arn.clone(), facts).arn(Some(arn)).cites_answer(&detail))
}

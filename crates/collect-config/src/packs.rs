//! Conformance packs.

use aws_sdk_config::Client;
use aws_sdk_config::operation::describe_conformance_pack_status::DescribeConformancePackStatusOutput;
use aws_sdk_config::operation::get_conformance_pack_compliance_summary::GetConformancePackComplianceSummaryOutput;
use aws_sdk_config::types::{self, ConformancePackComplianceSummary, ConformancePackStatusDetail};
use wellproof_aws::{Answer, Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::config::ConformancePack;

use crate::only;

pub(crate) async fn collect(unit: &Unit, config: &Client) {
    let mut packs = unit.listing::<ConformancePack>();
    let listed = list_packs(unit, config, &mut packs).await;
    packs.close(listed);
}

async fn list_packs(unit: &Unit, config: &Client, packs: &mut Listing<ConformancePack>) -> Result<(), Refusal> {
    let mut pages = config.describe_conformance_packs().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = packs.page(&mut pages).await? {
        let read = unit.join(page.conformance_pack_details().iter().map(|it| read_pack(unit, config, it))).await;
        packs.extend(read.into_iter().flatten());
    }
    Ok(())
}

/// `None` when it was deleted since it was listed.
async fn read_pack(
    unit: &Unit,
    config: &Client,
    pack: &types::ConformancePackDetail,
) -> Option<Record<ConformancePack>> {
    let name = pack.conformance_pack_name();
    let (state, summary) = futures::join!(read_status(unit, config, name), read_summary(unit, config, name));
    if summary.as_ref().is_err_and(|refusal| refusal.is("NoSuchConformancePackException")) {
        return None;
    }
    let field = unit.fields::<ConformancePack>(name);
    let facts = ConformancePack {
        conformance_pack_name: name.to_owned(),
        created_by: pack.created_by.clone().filter(|it| !it.is_empty()),
        conformance_pack_state: field
            .of("conformance_pack_state", &state, |it| Some(it.conformance_pack_state().as_str().to_owned())),
        last_update_completed_time: field
            .of("last_update_completed_time", &state, |it| it.last_update_completed_time().and_then(timestamp)),
        conformance_pack_compliance_status: field.of("conformance_pack_compliance_status", &summary, |it| {
            Some(it.conformance_pack_compliance_status().as_str().to_owned())
        }),
    };
    let record = Record::new(name, facts).arn(Some(pack.conformance_pack_arn()));
    Some(record.cites_answer(&state).cites_answer(&summary))
}

async fn read_status(unit: &Unit, config: &Client, name: &str) -> Answer<ConformancePackStatusDetail> {
    let answer = unit.read(config.describe_conformance_pack_status().conformance_pack_names(name).send()).await?;
    only(answer, "status", |it: DescribeConformancePackStatusOutput| {
        it.conformance_pack_status_details.unwrap_or_default()
    })
}

async fn read_summary(unit: &Unit, config: &Client, name: &str) -> Answer<ConformancePackComplianceSummary> {
    let request = config.get_conformance_pack_compliance_summary().conformance_pack_names(name);
    only(unit.read(request.send()).await?, "compliance", |it: GetConformancePackComplianceSummaryOutput| {
        it.conformance_pack_compliance_summary_list.unwrap_or_default()
    })
}

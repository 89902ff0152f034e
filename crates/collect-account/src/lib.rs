//! Reads who scanned, which regions the account has, and whether AWS knows whom to call.

use aws_sdk_account::types::AlternateContactType;
use futures::FutureExt;
use wellproof_aws::{Collector, Listing, Operation, Place, Record, Refusal, SdkConfig, Unit, sdk};
use wellproof_facts::Facts;
use wellproof_facts::account::{AlternateContact, CallerIdentity, Region};
use wellproof_model::Caller;

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("sts", "GetCallerIdentity", "sts:GetCallerIdentity").keeps(&["Arn", "Account"]),
    Operation::new("ec2", "DescribeRegions", "ec2:DescribeRegions")
        .keeps(&["regionInfo.regionName", "regionInfo.optInStatus"]),
    // Of a contact only its presence is kept: an answer or "not found".
    Operation::new("account", "GetAlternateContact", "account:GetAlternateContact")
        .keeps(&["AlternateContact.AlternateContactType"]),
];

/// Once per account: the other regions follow from what it reads.
pub const COLLECTOR: Collector = Collector {
    name: "account",
    place: Place::Once { region: "us-east-1" },
    operations: OPERATIONS,
    types: &[CallerIdentity::TYPE, Region::TYPE, AlternateContact::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// Asks AWS who the credentials belong to. Nothing of this is recorded: the account's unit asks again.
///
/// # Errors
/// What AWS, or the way to it, answered instead.
pub async fn caller(base: &SdkConfig) -> Result<Caller, String> {
    let region = base.region().map_or_else(|| "us-east-1".to_owned(), ToString::to_string);
    let sts = aws_sdk_sts::Client::new(&sdk::in_region(base, &region));
    let identity = sts.get_caller_identity().send().await.map_err(|err| sdk::chain(&err))?;
    match (identity.arn, identity.account) {
        (Some(arn), Some(account)) => Ok(Caller { arn, account }),
        _ => Err("sts:GetCallerIdentity names no account".to_owned()),
    }
}

async fn collect(unit: Unit) {
    let mut identity = unit.listing::<CallerIdentity>();
    let mut regions = unit.listing::<Region>();
    let mut contacts = unit.listing::<AlternateContact>();
    let (identified, listed, ()) = futures::join!(
        read_identity(&unit, &mut identity),
        list_regions(&unit, &mut regions),
        read_contacts(&unit, &mut contacts),
    );
    identity.close(identified);
    regions.close(listed);
    contacts.close(Ok(()));
}

async fn read_identity(unit: &Unit, identity: &mut Listing<CallerIdentity>) -> Result<(), Refusal> {
    let sts = wellproof_aws::client!(unit, aws_sdk_sts);
    let caller = identity.read(sts.get_caller_identity().send()).await?;
    let arn = caller.arn.ok_or_else(|| Refusal::malformed("the answer has no ARN"))?;
    let kind = kind_of(&arn).to_owned();
    identity.push(Record::new(unit.account(), CallerIdentity { caller_arn: arn, kind }));
    Ok(())
}

/// `root`, `user`, `assumed-role` or `federated-user`.
fn kind_of(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    resource.split('/').next().unwrap_or(resource)
}

async fn list_regions(unit: &Unit, regions: &mut Listing<Region>) -> Result<(), Refusal> {
    let ec2 = wellproof_aws::client!(unit, aws_sdk_ec2);
    let answer = regions.read(ec2.describe_regions().all_regions(true).send()).await?;
    if answer.regions().is_empty() {
        return Err(Refusal::malformed("the answer names no region, and every account has some"));
    }
    for region in answer.regions() {
        let (Some(name), Some(status)) = (region.region_name(), region.opt_in_status()) else {
            return Err(Refusal::malformed("a region has no name or no opt-in status"));
        };
        let facts = Region {
            region_name: name.to_owned(),
            opt_in_status: status.to_owned(),
            enabled: status != "not-opted-in",
        };
        regions.push(Record::new(name, facts).region(name));
    }
    Ok(())
}

/// Always three records. A contact that is not set is known by the reply that says so.
async fn read_contacts(unit: &Unit, contacts: &mut Listing<AlternateContact>) {
    let account = wellproof_aws::client!(unit, aws_sdk_account);
    let kinds = [AlternateContactType::Billing, AlternateContactType::Operations, AlternateContactType::Security];
    let ask = |kind| unit.read(account.get_alternate_contact().alternate_contact_type(kind).send());
    let answers = unit.join(kinds.clone().map(ask)).await;
    for (kind, answer) in kinds.into_iter().zip(answers) {
        let field = unit.fields::<AlternateContact>(kind.as_str());
        let (is_set, calls) = match &answer {
            Err(refusal) if refusal.is("ResourceNotFoundException") => {
                (wellproof_model::Read::Known(false), refusal.calls.clone())
            }
            Err(refusal) => (field.unread("is_set", refusal), refusal.calls.clone()),
            Ok(cited) => (wellproof_model::Read::Known(cited.value.alternate_contact().is_some()), cited.calls.clone()),
        };
        let facts = AlternateContact { alternate_contact_type: kind.as_str().to_owned(), is_set };
        contacts.cite(calls.iter().cloned());
        contacts.push(Record::new(kind.as_str(), facts));
    }
}

#[cfg(test)]
mod tests;

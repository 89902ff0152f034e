//! Reads AWS Organizations: the organization that the account belongs to, and who administers services in it.
//!
//! Any account may ask which organization it is in. Who administers services is told to the management account, to those
//! administrators, and to members that the organization's delegation policy lets look; all others are denied, whatever their own
//! policies say.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationOutput;
use aws_sdk_organizations::types;
use futures::FutureExt;
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit, member};
use wellproof_facts::Facts;
use wellproof_facts::organizations::{DelegatedAdministrator, Organization};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("organizations", "DescribeOrganization", "organizations:DescribeOrganization").keeps(&[
        "Organization.Arn",
        "Organization.FeatureSet",
        "Organization.Id",
        "Organization.MasterAccountId",
    ]),
    // Names and mail addresses of the accounts are not kept.
    Operation::new("organizations", "ListDelegatedAdministrators", "organizations:ListDelegatedAdministrators")
        .keeps(&["DelegatedAdministrators.Arn", "DelegatedAdministrators.Id", "NextToken"]),
    Operation::new("organizations", "ListDelegatedServicesForAccount", "organizations:ListDelegatedServicesForAccount")
        .keeps(&["DelegatedServices.ServicePrincipal", "NextToken"]),
];

/// Organizations has no regions.
pub const COLLECTOR: Collector = Collector {
    name: "organizations",
    place: Place::Once { region: "us-east-1" },
    operations: OPERATIONS,
    types: &[Organization::TYPE, DelegatedAdministrator::TYPE],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let organizations = wellproof_aws::client!(unit, aws_sdk_organizations);
    let mut organization = unit.listing::<Organization>();
    let mut administrators = unit.listing::<DelegatedAdministrator>();
    let (described, listed) = futures::join!(
        describe(&unit, &organizations, &mut organization),
        list_administrators(&unit, &organizations, &mut administrators),
    );
    close(organization, described);
    close(administrators, listed);
}

/// An account in no organization has neither organization nor administrators, and AWS says so by an error.
fn close<T: Facts>(mut listing: Listing<T>, end: Result<(), Refusal>) {
    let end = end.or_else(|refusal| {
        if !refusal.is("AWSOrganizationsNotInUseException") {
            return Err(refusal);
        }
        listing.cite(refusal.calls);
        Ok(())
    });
    listing.close(end);
}

async fn describe(unit: &Unit, client: &Client, organization: &mut Listing<Organization>) -> Result<(), Refusal> {
    let answer = organization.read(client.describe_organization().send()).await?;
    organization.push(organization_record(unit, &answer)?);
    Ok(())
}

fn organization_record(unit: &Unit, answer: &DescribeOrganizationOutput) -> Result<Record<Organization>, Refusal> {
    let told = member::required(answer.organization(), "DescribeOrganizationResponse.Organization")?;
    let id = member::required_text(told.id(), "Organization.Id")?;
    let arn = member::required_text(told.arn(), "Organization.Arn")?;
    let master = member::required_text(told.master_account_id(), "Organization.MasterAccountId")?;
    let facts = Organization {
        organization_id: id.clone(),
        feature_set: member::required_text(told.feature_set(), "Organization.FeatureSet")?,
        is_management_account: master == unit.account(),
        master_account_id: master,
    };
    Ok(Record::new(id, facts).arn(Some(arn)))
}

async fn list_administrators(
    unit: &Unit,
    client: &Client,
    administrators: &mut Listing<DelegatedAdministrator>,
) -> Result<(), Refusal> {
    let mut pages = client.list_delegated_administrators().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = administrators.page(&mut pages).await? {
        let reads = page.delegated_administrators().iter().map(|told| read_administrator(unit, client, told));
        unit.join(reads).await.into_iter().for_each(|read| administrators.keep_read(read));
    }
    Ok(())
}

/// `None`, with the reply that says so, when it administers nothing any more since it was listed, or left the organization.
async fn read_administrator(
    unit: &Unit,
    client: &Client,
    told: &types::DelegatedAdministrator,
) -> Answer<Option<Record<DelegatedAdministrator>>> {
    let id = member::required_text(told.id(), "DelegatedAdministrator.Id")?;
    let services = list_services(unit, client, &id).await;
    if let Some(refusal) = services.as_ref().err().filter(|it| is_gone(it)) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let field = unit.fields::<DelegatedAdministrator>(&id);
    let facts = DelegatedAdministrator {
        administrator_account_id: id.clone(),
        service_principals: field.of("service_principals", &services, Clone::clone),
    };
    let record = Record::new(&id, facts).arn(member::text(told.arn())).cites_answer(&services);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

fn is_gone(refusal: &Refusal) -> bool {
    refusal.is("AccountNotRegisteredException") || refusal.is("AccountNotFoundException")
}

/// The services that an account administers, sorted.
async fn list_services(unit: &Unit, client: &Client, account: &str) -> Answer<Vec<String>> {
    let (mut services, mut calls) = (Vec::new(), Vec::new());
    let mut pages = client
        .list_delegated_services_for_account()
        .account_id(account)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for service in page.value.delegated_services() {
            services.push(member::required_text(service.service_principal(), "DelegatedService.ServicePrincipal")?);
        }
    }
    Ok(Cited { value: member::sorted(services), calls })
}

#[cfg(test)]
mod tests;

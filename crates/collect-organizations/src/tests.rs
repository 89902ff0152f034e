//! Being in no organization, being a member of one, paging and deregistration against mocked answers.

use aws_sdk_organizations::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::organizations::{DelegatedAdministrator, Organization};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

fn answer(status: u16, body: impl Into<String>) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.into()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response
}

fn not_in_use() -> Response<SdkBody> {
    answer(
        400,
        r#"{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}"#,
    )
}

/// What a member account is told, whatever its own policies say.
fn denied() -> Response<SdkBody> {
    answer(400, r#"{"__type":"AccessDeniedException","Message":"You don't have permissions to access this resource."}"#)
}

fn organization(master: &'static str) -> Rule {
    mock!(Client::describe_organization).then_http_response(move || {
        answer(
            200,
            format!(
                r#"{{"Organization":{{"Id":"o-example","Arn":"arn:aws:organizations::{master}:organization/o-example","FeatureSet":"ALL",
                "MasterAccountArn":"arn:aws:organizations::{master}:account/o-example/{master}","MasterAccountId":"{master}",
                "MasterAccountEmail":"boss@example.com","AvailablePolicyTypes":[{{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"}}]}}}}"#
            ),
        )
    })
}

fn administrators(ids: &[&str], next: Option<&str>) -> Response<SdkBody> {
    let administrator = |id: &&str| {
        format!(
            r#"{{"Id":"{id}","Arn":"arn:aws:organizations::444455556666:account/o-example/{id}","Email":"eve@example.com","Name":"audit",
            "Status":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":1.6e9,"DelegationEnabledDate":1.7e9}}"#
        )
    };
    let rows: Vec<String> = ids.iter().map(administrator).collect();
    let next = next.map(|next| format!(r#","NextToken":"{next}""#)).unwrap_or_default();
    answer(200, format!(r#"{{"DelegatedAdministrators":[{}]{next}}}"#, rows.join(",")))
}

fn services(names: &[&str], next: Option<&str>) -> Response<SdkBody> {
    let rows: Vec<String> =
        names.iter().map(|name| format!(r#"{{"ServicePrincipal":"{name}","DelegationEnabledDate":1.7e9}}"#)).collect();
    let next = next.map(|next| format!(r#","NextToken":"{next}""#)).unwrap_or_default();
    answer(200, format!(r#"{{"DelegatedServices":[{}]{next}}}"#, rows.join(",")))
}

async fn collected(rules: &[Rule]) -> Collected {
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

#[tokio::test]
async fn an_account_in_no_organization_is_known_to_be_so() {
    let rules = [
        mock!(Client::describe_organization).then_http_response(not_in_use),
        mock!(Client::list_delegated_administrators).then_http_response(not_in_use),
    ];
    let collected = collected(&rules).await;
    for kind in [Organization::TYPE, DelegatedAdministrator::TYPE] {
        let listing = collected.listing(kind);
        assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 0, 1), "{kind}");
    }
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_member_account_knows_its_organization_and_not_who_administers_it() {
    let rules = [organization("444455556666"), mock!(Client::list_delegated_administrators).then_http_response(denied)];
    let collected = collected(&rules).await;
    let resource = collected.of(Organization::TYPE)[0];
    let facts: Organization = resource.facts().unwrap();
    assert_eq!((facts.master_account_id.as_str(), facts.is_management_account), ("444455556666", false));
    assert_eq!((resource.id.as_str(), facts.feature_set.as_str()), ("o-example", "ALL"));
    assert_eq!(collected.state(DelegatedAdministrator::TYPE), ListingState::Unread);
    let gap = &collected.finished.gaps[0];
    assert_eq!((gap.kind, gap.what.as_str()), (GapKind::Denied, DelegatedAdministrator::TYPE));
    assert_eq!(gap.actions, ["organizations:ListDelegatedAdministrators"]);
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeOrganization").unwrap();
    assert!(call.redacted.contains(&"Organization.MasterAccountEmail".to_owned()), "{:?}", call.redacted);
}

#[tokio::test]
async fn the_management_account_reads_every_page() {
    let rules = [
        organization("111122223333"),
        mock!(Client::list_delegated_administrators)
            .match_requests(|it| it.next_token().is_none())
            .then_http_response(|| administrators(&["444455556666"], Some("more"))),
        mock!(Client::list_delegated_administrators)
            .match_requests(|it| it.next_token() == Some("more"))
            .then_http_response(|| administrators(&["777788889999"], None)),
        mock!(Client::list_delegated_services_for_account)
            .match_requests(|it| it.account_id() == Some("444455556666") && it.next_token().is_none())
            .then_http_response(|| services(&["guardduty.amazonaws.com"], Some("more"))),
        mock!(Client::list_delegated_services_for_account)
            .match_requests(|it| it.account_id() == Some("444455556666") && it.next_token().is_some())
            .then_http_response(|| services(&["config.amazonaws.com"], None)),
        mock!(Client::list_delegated_services_for_account)
            .match_requests(|it| it.account_id() == Some("777788889999"))
            .then_http_response(denied),
    ];
    let collected = collected(&rules).await;
    assert!(collected.of(Organization::TYPE)[0].facts::<Organization>().unwrap().is_management_account);
    let listing = collected.listing(DelegatedAdministrator::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let [audit, other] = collected.of(DelegatedAdministrator::TYPE)[..] else { panic!("two administrators") };
    let facts: DelegatedAdministrator = audit.facts().unwrap();
    assert_eq!(facts.service_principals.known().unwrap(), &["config.amazonaws.com", "guardduty.amazonaws.com"]);
    // Its page and two of its own.
    assert_eq!((audit.id.as_str(), audit.calls.len()), ("444455556666", 3));
    assert!(other.unread.contains_key("service_principals"));
}

#[tokio::test]
async fn an_administrator_that_is_none_any_more_is_not_there() {
    let rules = [
        organization("111122223333"),
        mock!(Client::list_delegated_administrators).then_http_response(|| administrators(&["444455556666"], None)),
        mock!(Client::list_delegated_services_for_account).then_http_response(|| {
            answer(400, r#"{"__type":"AccountNotRegisteredException","Message":"not a delegated administrator"}"#)
        }),
    ];
    let collected = collected(&rules).await;
    assert_eq!(collected.state(DelegatedAdministrator::TYPE), ListingState::Complete);
    assert!(collected.of(DelegatedAdministrator::TYPE).is_empty() && collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_token_that_comes_again_is_no_end() {
    let rules = [
        organization("111122223333"),
        mock!(Client::list_delegated_administrators).then_http_response(|| administrators(&[], Some("again"))),
    ];
    assert_eq!(collected(&rules).await.state(DelegatedAdministrator::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn an_organization_without_its_management_account_is_no_answer() {
    let rules = [
        mock!(Client::describe_organization)
            .then_http_response(|| answer(200, r#"{"Organization":{"Id":"o-example","FeatureSet":"ALL"}}"#)),
        mock!(Client::list_delegated_administrators).then_http_response(denied),
    ];
    let collected = collected(&rules).await;
    assert_eq!(
        (collected.state(Organization::TYPE), collected.of(Organization::TYPE).len()),
        (ListingState::Partial, 0)
    );
}

//! Paging, denial, waiting for the report and the mapping of facts against mocked answers.

use aws_sdk_iam::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wellproof_aws::testing::{Collected, collect, redacted};
use wellproof_facts::Facts;
use wellproof_facts::iam::{AccountSummary, Role, UserCredentials};
use wellproof_model::{GapKind, ListingState};

use crate::{COLLECTOR, OPERATIONS};

/// An answer of IAM, in the query protocol's envelopes.
fn answer(operation: &str, members: &str) -> Response<SdkBody> {
    response(
        200,
        format!(
            "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{operation}Result>{members}\
             </{operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{operation}Response>"
        ),
    )
}

fn denied() -> Response<SdkBody> {
    response(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not authorized to perform: \
         it because no identity-based policy allows it</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
            .to_owned(),
    )
}

fn response(status: u16, body: String) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "text/xml");
    response
}

fn summary(counts: &[(&str, i32)]) -> String {
    let entry = |(key, value): &(&str, i32)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    format!("<SummaryMap>{}</SummaryMap>", counts.iter().map(entry).collect::<String>())
}

const COUNTS: [(&str, i32); 8] = [
    ("Users", 3),
    ("UsersQuota", 5000),
    ("Groups", 1),
    ("Roles", 12),
    ("Providers", 2),
    ("AccountMFAEnabled", 1),
    ("AccountAccessKeysPresent", 0),
    ("AccountSigningCertificatesPresent", 0),
];

const HEAD: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,\
    mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,\
    access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,\
    access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const ROOT: &str = "<root_account>,arn:aws:iam::111122223333:root,2019-03-01T08:00:00+00:00,not_supported,2026-10-26T09:12:00+00:00,\
    not_supported,not_supported,TRUE,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
const COMMA: &str = r#""ci,build",arn:aws:iam::111122223333:user/ci,2021-01-01T00:00:00+00:00,FALSE,N/A,N/A,N/A,FALSE,TRUE,2021-01-01T00:00:00+00:00,2026-11-19T23:00:00+00:00,eu-west-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"#;
const NEW: &str = "eve,arn:aws:iam::111122223333:user/eve,2026-11-01T00:00:00+00:00,true,no_information,2026-11-01T00:00:00+00:00,\
    2027-01-30T00:00:00+00:00,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

fn report(lines: &[&str]) -> Response<SdkBody> {
    let content = base64::encode(format!("{}\n", lines.join("\n")));
    answer(
        "GetCredentialReport",
        &format!(
            "<Content>{content}</Content><ReportFormat>text/csv</ReportFormat>\
             <GeneratedTime>2026-11-20T11:00:00Z</GeneratedTime>"
        ),
    )
}

fn role(name: &str, path: &str, policy: &str) -> String {
    let policy = utf8_percent_encode(policy, NON_ALPHANUMERIC);
    format!(
        "<member><Path>{path}</Path><RoleName>{name}</RoleName><RoleId>AROAEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::111122223333:role{path}{name}</Arn><CreateDate>2024-05-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument><MaxSessionDuration>3600</MaxSessionDuration></member>"
    )
}

fn roles(members: &str, marker: Option<&str>) -> Response<SdkBody> {
    let more = marker.map(|marker| format!("<Marker>{marker}</Marker>")).unwrap_or_default();
    let truncated = marker.is_some();
    answer("ListRoles", &format!("<Roles>{members}</Roles><IsTruncated>{truncated}</IsTruncated>{more}"))
}

const BY_EC2: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// Runs the collector; whatever `rules` do not answer is as in a quiet account.
async fn collected(mut rules: Vec<Rule>) -> Collected {
    rules.extend([
        mock!(Client::get_account_summary).then_http_response(|| answer("GetAccountSummary", &summary(&COUNTS))),
        mock!(Client::generate_credential_report)
            .then_http_response(|| answer("GenerateCredentialReport", "<State>COMPLETE</State>")),
        mock!(Client::get_credential_report).then_http_response(|| report(&[HEAD, ROOT])),
        mock!(Client::list_roles).then_http_response(|| roles("", None)),
    ]);
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all<T: Facts>(collected: &Collected) -> Vec<T> {
    collected.of(T::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

fn asked(collected: &Collected, operation: &str) -> usize {
    collected.calls.iter().filter(|call| call.key.operation == operation).count()
}

#[tokio::test]
async fn the_summary_tells_how_the_root_user_is_kept() {
    let collected = collected(Vec::new()).await;
    let summary: AccountSummary = collected.of(AccountSummary::TYPE)[0].facts().unwrap();
    assert_eq!((summary.users, summary.groups, summary.roles, summary.providers), (3, 1, 12, 2));
    assert!(summary.account_mfa_enabled && !summary.account_access_keys_present);
    assert_eq!(summary.account_password_present, None);
    assert_eq!(collected.of(AccountSummary::TYPE)[0].id, "111122223333");
    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
}

#[tokio::test]
async fn a_summary_that_lacks_a_count_has_no_default() {
    let counts: Vec<_> = COUNTS.into_iter().filter(|(key, _)| *key != "AccountMFAEnabled").collect();
    let lacking =
        mock!(Client::get_account_summary).then_http_response(move || answer("GetAccountSummary", &summary(&counts)));
    let collected = collected(vec![lacking]).await;
    assert_eq!(collected.listing(AccountSummary::TYPE).count, 0);
    assert_eq!(collected.state(AccountSummary::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn the_report_tells_of_the_root_user_and_of_every_user() {
    let full = mock!(Client::get_credential_report).then_http_response(|| {
        let (head, more) = (format!("{HEAD},additional_credentials_info"), |line: &str| format!("{line},N/A"));
        report(&[&head, &more(ROOT), &more(COMMA), &more(NEW)])
    });
    let collected = collected(vec![full]).await;
    assert_eq!(collected.state(UserCredentials::TYPE), ListingState::Complete);
    let [root, ci, eve] = &all::<UserCredentials>(&collected)[..] else { panic!("three users") };
    assert!(root.is_root && root.mfa_active && !root.access_key_1_active);
    assert_eq!((root.password_enabled, root.password_last_changed), (None, None));
    assert_eq!(root.password_last_used.unwrap().to_string(), "2026-10-26T09:12:00Z");
    assert_eq!(root.generated_time.to_string(), "2026-11-20T11:00:00Z");
    assert_eq!(ci.user_name, "ci,build");
    assert_eq!(
        (ci.is_root, ci.password_enabled, ci.mfa_active, ci.access_key_1_active),
        (false, Some(false), false, true)
    );
    assert_eq!(ci.access_key_1_last_used_date.unwrap().to_string(), "2026-11-19T23:00:00Z");
    assert_eq!((eve.password_enabled, eve.password_last_used), (Some(true), None));
    assert!(eve.password_last_changed.is_some() && !eve.access_key_2_active);
    assert_eq!(collected.of(UserCredentials::TYPE)[1].arn.as_deref(), Some("arn:aws:iam::111122223333:user/ci"));
}

#[tokio::test]
async fn a_report_is_asked_for_until_it_is_there() {
    let mut states = ["STARTED", "INPROGRESS", "COMPLETE"].into_iter();
    let states = std::sync::Mutex::new(move || states.next().unwrap());
    let generate = mock!(Client::generate_credential_report).then_http_response(move || {
        let state = (states.lock().unwrap())();
        answer("GenerateCredentialReport", &format!("<State>{state}</State><Description>of eve</Description>"))
    });
    let collected = collected(vec![generate]).await;
    assert_eq!(collected.state(UserCredentials::TYPE), ListingState::Complete);
    let askings = collected.calls.iter().filter(|call| call.key.operation == "GenerateCredentialReport");
    assert_eq!(askings.map(|call| call.nth).collect::<Vec<_>>(), [0, 1, 2]);
}

#[tokio::test]
async fn a_report_that_is_not_ready_in_time_is_a_gap() {
    let generate = mock!(Client::generate_credential_report)
        .then_http_response(|| answer("GenerateCredentialReport", "<State>INPROGRESS</State>"));
    let collected = collected(vec![generate]).await;
    assert_eq!(collected.state(UserCredentials::TYPE), ListingState::Unread);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == UserCredentials::TYPE).unwrap();
    assert_eq!((gap.kind, gap.calls.len()), (GapKind::OverBudget, 30));
    assert_eq!(asked(&collected, "GetCredentialReport"), 0);
}

#[tokio::test]
async fn a_report_that_may_not_be_made_leaves_the_rest_readable() {
    let generate = mock!(Client::generate_credential_report).then_http_response(denied);
    let collected = collected(vec![generate]).await;
    assert_eq!(collected.state(UserCredentials::TYPE), ListingState::Unread);
    assert_eq!(collected.state(AccountSummary::TYPE), ListingState::Complete);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == UserCredentials::TYPE).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["iam:GenerateCredentialReport".to_owned()].as_slice())
    );
}

/// What is wrong with a report's lines, and how many of them are kept all the same.
async fn kept_of(lines: &'static [&'static str]) -> (ListingState, usize) {
    let broken = mock!(Client::get_credential_report).then_http_response(|| report(lines));
    let collected = collected(vec![broken]).await;
    (collected.state(UserCredentials::TYPE), collected.of(UserCredentials::TYPE).len())
}

#[tokio::test]
async fn a_line_that_lacks_something_is_no_user_without_it() {
    const SHORT: &str = "eve,arn:aws:iam::111122223333:user/eve,2026-11-01T00:00:00+00:00,true";
    const VAGUE: &str = "eve,arn:aws:iam::111122223333:user/eve,2026-11-01T00:00:00+00:00,true,no_information,N/A,N/A,N/A,false,N/A,N/A,\
        N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    assert_eq!(kept_of(&[HEAD, ROOT, SHORT, NEW]).await, (ListingState::Partial, 2));
    assert_eq!(kept_of(&[HEAD, ROOT, VAGUE]).await, (ListingState::Partial, 1));
    assert_eq!(
        kept_of(&["user,arn", "<root_account>,arn:aws:iam::111122223333:root"]).await,
        (ListingState::Partial, 0)
    );
    // Nobody has no root user.
    assert_eq!(kept_of(&[HEAD, NEW]).await, (ListingState::Partial, 1));
    assert_eq!(kept_of(&[""]).await, (ListingState::Partial, 0));
}

#[tokio::test]
async fn a_second_page_of_roles_is_read() {
    let first = mock!(Client::list_roles)
        .match_requests(|it| it.marker().is_none() && it.max_items() == Some(1000))
        .then_http_response(|| {
            let linked = role("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/", BY_EC2);
            roles(&linked, Some("more"))
        });
    let second = mock!(Client::list_roles)
        .match_requests(|it| it.marker() == Some("more"))
        .then_http_response(|| roles(&role("app", "/", BY_EC2), None));
    let collected = collected(vec![first, second]).await;
    assert_eq!(collected.state(Role::TYPE), ListingState::Complete);
    let [linked, app] = &all::<Role>(&collected)[..] else { panic!("two roles") };
    assert!(linked.service_linked && !app.service_linked);
    assert_eq!(
        (app.trusted_services.as_slice(), app.trusted_accounts.len()),
        (["ec2.amazonaws.com".to_owned()].as_slice(), 0)
    );
    assert_eq!(app.create_date.to_string(), "2024-05-01T00:00:00Z");
}

#[tokio::test]
async fn a_denied_page_of_roles_leaves_the_listing_partial() {
    let first = mock!(Client::list_roles)
        .match_requests(|it| it.marker().is_none())
        .then_http_response(|| roles(&role("app", "/", BY_EC2), Some("more")));
    let second = mock!(Client::list_roles).match_requests(|it| it.marker().is_some()).then_http_response(denied);
    let collected = collected(vec![first, second]).await;
    assert_eq!((collected.state(Role::TYPE), collected.of(Role::TYPE).len()), (ListingState::Partial, 1));
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Role::TYPE).unwrap();
    assert_eq!(gap.actions, ["iam:ListRoles"]);
}

#[tokio::test]
async fn a_page_that_says_there_is_more_and_not_where_is_no_end() {
    let page = mock!(Client::list_roles).then_http_response(|| {
        answer("ListRoles", &format!("<Roles>{}</Roles><IsTruncated>true</IsTruncated>", role("app", "/", BY_EC2)))
    });
    assert_eq!(collected(vec![page]).await.state(Role::TYPE), ListingState::Partial);
    let again = mock!(Client::list_roles).then_http_response(|| roles("", Some("again")));
    assert_eq!(collected(vec![again]).await.state(Role::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn a_role_whose_policy_is_unreadable_is_missed() {
    let bare = "<member><Path>/</Path><RoleName>bare</RoleName><RoleId>AROAEXAMPLE</RoleId>\
        <Arn>arn:aws:iam::111122223333:role/bare</Arn><CreateDate>2024-05-01T00:00:00Z</CreateDate></member>";
    let unknown = r#"{"Statement":[{"Effect":"Allow","Principal":{"Elf":"x"},"Action":"sts:AssumeRole"}]}"#;
    let page = mock!(Client::list_roles).then_http_response(move || {
        roles(&[bare.to_owned(), role("odd", "/", unknown), role("app", "/", BY_EC2)].concat(), None)
    });
    let collected = collected(vec![page]).await;
    assert_eq!((collected.state(Role::TYPE), collected.of(Role::TYPE).len()), (ListingState::Partial, 1));
}

/// What becomes of a trust policy, redaction included: other accounts, services, federation, anyone.
async fn trust(policy: &'static str) -> (Vec<String>, Vec<String>, bool, bool) {
    let page = mock!(Client::list_roles).then_http_response(|| roles(&role("r", "/", policy), None));
    let collected = collected(vec![page]).await;
    assert_eq!(collected.state(Role::TYPE), ListingState::Complete, "{policy}: {:?}", collected.finished.gaps);
    let role = all::<Role>(&collected).remove(0);
    (role.trusted_accounts, role.trusted_services, role.trusts_federation, role.trusts_anyone)
}

#[tokio::test]
async fn accounts_are_told_however_they_are_written() {
    let (accounts, services, federation, anyone) = trust(
        r#"{"Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":[
            "arn:aws:iam::444455556666:root","777788889999","arn:aws:iam::111122223333:root","111122223333",
            "arn:aws:sts::222233334444:assumed-role/Deploy/eve@example.com","arn:aws-cn:iam::333344445555:user/x",
            "AROADBQP57FF2AEXAMPLE","AIDADBQP57FF2AEXAMPLE"],"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}}]}"#,
    )
    .await;
    assert_eq!(accounts, ["222233334444", "333344445555", "444455556666", "777788889999"]);
    assert_eq!(services, ["ec2.amazonaws.com", "lambda.amazonaws.com"]);
    assert!(!federation && !anyone);
}

#[tokio::test]
async fn anyone_is_told_however_it_is_written() {
    for policy in [
        r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"AWS":"*"}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"sts:*","Principal":{"AWS":["444455556666","*"]}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","NotAction":"sts:TagSession","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"}}]}"#,
    ] {
        assert!(trust(policy).await.3, "{policy}");
    }
}

#[tokio::test]
async fn what_is_denied_or_lets_nobody_in_counts_for_nothing() {
    let nobody = (Vec::new(), Vec::new(), false, false);
    for policy in [
        r#"{"Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":["sts:TagSession","sts:SetSourceIdentity"],"Principal":{"AWS":"444455556666"}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"AROADBQP57FF2AEXAMPLE"}}]}"#,
        r#"{"Statement":[]}"#,
    ] {
        assert_eq!(trust(policy).await, nobody, "{policy}");
    }
    let denied_again = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"444455556666"}},
        {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"444455556666"}}]}"#;
    assert_eq!(trust(denied_again).await.0, ["444455556666"]);
}

#[tokio::test]
async fn federation_is_told() {
    let oidc = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Condition":{"StringLike":{"a:sub":"repo:x"}}}]}"#;
    assert_eq!(trust(oidc).await, (Vec::new(), Vec::new(), true, false));
}

#[test]
fn of_a_trust_policy_neither_conditions_nor_sessions_are_kept() {
    let policy = r#"{"Version":"2012-10-17","Id":"secret-1","Statement":[{"Sid":"secret-2","Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":["arn:aws:sts::444455556666:assumed-role/Deploy/secret-3","arn:aws:iam::777788889999:root"]},
        "Condition":{"StringEquals":{"sts:ExternalId":"secret-4"}}}]}"#;
    let list_roles = OPERATIONS.iter().find(|it| it.name == "ListRoles").unwrap();
    let body = format!("<R><ListRolesResult><Roles>{}</Roles></ListRolesResult></R>", role("r", "/", policy));
    let kept = String::from_utf8(redacted(list_roles, "text/xml", body.as_bytes())).unwrap();
    assert!(kept.contains("444455556666") && kept.contains("777788889999") && kept.contains("Condition"), "{kept}");
    assert!(!kept.contains("secret"), "{kept}");
}

//! The credential report: a CSV file with a line for the root user and one for every user.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::ReportStateType;
use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use wellproof_aws::{Listing, Record, Refusal, Unit, member};
use wellproof_facts::iam::UserCredentials;

/// How the report calls the root user; no user can have this name.
const ROOT: &str = "<root_account>";
/// How long AWS is given between two askings. It takes seconds to make a report, longer where there are thousands of users.
const PAUSE: Duration = Duration::from_secs(2);
/// How often AWS is asked whether the report is there.
const ASKED: usize = 30;

/// Reads the credentials of every user, the root user's among them.
pub(crate) async fn read(unit: &Unit, iam: &Client) {
    let mut users = unit.listing::<UserCredentials>();
    let end = read_report(unit, iam, &mut users).await;
    users.close(end);
}

async fn read_report(unit: &Unit, iam: &Client, users: &mut Listing<UserCredentials>) -> Result<(), Refusal> {
    generate(unit, iam).await?;
    let report = users.read(iam.get_credential_report().send()).await?;
    let generated = member::required_time(report.generated_time(), "GetCredentialReportResponse.GeneratedTime")?;
    let content = member::required(report.content(), "GetCredentialReportResponse.Content")?;
    let mut has_root = false;
    for line in csv::Reader::from_reader(content.as_ref()).into_deserialize::<Line>() {
        let line =
            line.map_err(|err| Refusal::malformed(format!("a line of the credential report is unreadable: {err}")));
        has_root |= line.as_ref().is_ok_and(|line| line.user == ROOT);
        users.keep(line.map(|line| line.record(generated)));
    }
    // AWS always tells of the root user: without its line there may be others missing.
    if has_root { Ok(()) } else { Err(Refusal::malformed("the credential report has no line of the root user")) }
}

/// Asks for a report until AWS says that there is one of the last four hours.
async fn generate(unit: &Unit, iam: &Client) -> Result<(), Refusal> {
    let mut calls = Vec::new();
    for _ in 0..ASKED {
        let answer = unit.read(iam.generate_credential_report().send()).await?;
        calls.extend(answer.calls);
        match member::required(answer.value.state(), "GenerateCredentialReportResponse.State") {
            Ok(ReportStateType::Complete) => return Ok(()),
            Ok(_) => unit.pause(PAUSE).await,
            Err(refusal) => return Err(Refusal { calls, ..refusal }),
        }
    }
    let refusal =
        Refusal::over_budget(format!("AWS was asked {ASKED} times for the credential report, and was not done"));
    Err(Refusal { calls, ..refusal })
}

/// A line of the report, by the names in its head. A column that is not there is an error, one more than these is not.
#[derive(Deserialize)]
struct Line {
    user: String,
    arn: String,
    user_creation_time: Timestamp,
    #[serde(deserialize_with = "truth_or_none")]
    password_enabled: Option<bool>,
    #[serde(deserialize_with = "time_or_none")]
    password_last_used: Option<Timestamp>,
    #[serde(deserialize_with = "time_or_none")]
    password_last_changed: Option<Timestamp>,
    #[serde(deserialize_with = "truth")]
    mfa_active: bool,
    #[serde(deserialize_with = "truth")]
    access_key_1_active: bool,
    #[serde(deserialize_with = "time_or_none")]
    access_key_1_last_rotated: Option<Timestamp>,
    #[serde(deserialize_with = "time_or_none")]
    access_key_1_last_used_date: Option<Timestamp>,
    #[serde(deserialize_with = "truth")]
    access_key_2_active: bool,
    #[serde(deserialize_with = "time_or_none")]
    access_key_2_last_rotated: Option<Timestamp>,
    #[serde(deserialize_with = "time_or_none")]
    access_key_2_last_used_date: Option<Timestamp>,
}

impl Line {
    fn record(self, generated_time: Timestamp) -> Record<UserCredentials> {
        let facts = UserCredentials {
            is_root: self.user == ROOT,
            user_name: self.user.clone(),
            user_creation_time: self.user_creation_time,
            generated_time,
            password_enabled: self.password_enabled,
            password_last_used: self.password_last_used,
            password_last_changed: self.password_last_changed,
            mfa_active: self.mfa_active,
            access_key_1_active: self.access_key_1_active,
            access_key_1_last_rotated: self.access_key_1_last_rotated,
            access_key_1_last_used_date: self.access_key_1_last_used_date,
            access_key_2_active: self.access_key_2_active,
            access_key_2_last_rotated: self.access_key_2_last_rotated,
            access_key_2_last_used_date: self.access_key_2_last_used_date,
        };
        Record::new(self.user, facts).arn(Some(self.arn))
    }
}

/// A column's text; none for the words by which the report says that there is nothing to tell.
fn told<'de, D: Deserializer<'de>>(column: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(column)?;
    Ok(Some(text).filter(|text| !matches!(text.as_str(), "N/A" | "no_information" | "not_supported")))
}

fn time_or_none<'de, D: Deserializer<'de>>(column: D) -> Result<Option<Timestamp>, D::Error> {
    told(column)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

fn truth_or_none<'de, D: Deserializer<'de>>(column: D) -> Result<Option<bool>, D::Error> {
    let truth = |text: String| match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(D::Error::custom(format!("`{text}` is neither true nor false"))),
    };
    told(column)?.map(truth).transpose()
}

fn truth<'de, D: Deserializer<'de>>(column: D) -> Result<bool, D::Error> {
    truth_or_none(column)?.ok_or_else(|| D::Error::custom("neither true nor false"))
}

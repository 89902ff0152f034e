//! Roles, and whom their trust policies let in.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use wellproof_aws::{Listing, Record, Refusal, Unit, member};
use wellproof_facts::iam::Role;

/// The largest page that `ListRoles` gives.
const PAGE: i32 = 1000;
/// The paths of roles that belong to AWS services begin so.
const SERVICE_LINKED: &str = "/aws-service-role/";
/// What a trust policy may allow and that lets nobody in by itself: what a session that another action makes may carry.
const MARKS: [&str; 3] = ["sts:setcontext", "sts:setsourceidentity", "sts:tagsession"];

/// Reads all roles of the account.
pub(crate) async fn list(unit: &Unit, iam: &Client) {
    let mut roles = unit.listing::<Role>();
    let end = read_pages(unit, iam, &mut roles).await;
    roles.close(end);
}

async fn read_pages(unit: &Unit, iam: &Client, roles: &mut Listing<Role>) -> Result<(), Refusal> {
    let mut pages = iam.list_roles().max_items(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = roles.page(&mut pages).await? {
        for role in page.roles() {
            roles.keep(record(unit, role));
        }
        // The SDK looks at the marker alone.
        if page.is_truncated() && page.marker().is_none_or(str::is_empty) {
            return Err(Refusal::malformed("ListRoles says that there are more roles, and not where"));
        }
    }
    Ok(())
}

fn record(unit: &Unit, role: &types::Role) -> Result<Record<Role>, Refusal> {
    let name = member::required_text(Some(role.role_name()), "Role.RoleName")?;
    let path = member::required_text(Some(role.path()), "Role.Path")?;
    let arn = member::required_text(Some(role.arn()), "Role.Arn")?;
    // The SDK puts 1970 where the answer has none.
    let created = Some(role.create_date()).filter(|date| date.secs() > 0);
    let trust = member::required(role.assume_role_policy_document(), "Role.AssumeRolePolicyDocument")?;
    let trust =
        Trust::of(trust).map_err(|why| Refusal::malformed(format!("the trust policy of role {name}: {why}")))?;
    let facts = Role {
        role_name: name.clone(),
        service_linked: path.starts_with(SERVICE_LINKED),
        path,
        create_date: member::required_time(created, "Role.CreateDate")?,
        trusted_accounts: trust.accounts.into_iter().filter(|account| account != unit.account()).collect(),
        trusted_services: trust.services.into_iter().collect(),
        trusts_federation: trust.federation,
        trusts_anyone: trust.anyone,
    };
    Ok(Record::new(name, facts).arn(Some(arn)))
}

/// Whom a trust policy lets in, by the statements that allow. What others deny is not taken away, and conditions are not weighed.
#[derive(Debug, Default)]
struct Trust {
    accounts: BTreeSet<String>,
    services: BTreeSet<String>,
    federation: bool,
    anyone: bool,
}

impl Trust {
    /// Reads a policy as `ListRoles` gives it: percent-encoded JSON.
    fn of(policy: &str) -> Result<Self, String> {
        let json = percent_decode_str(policy).decode_utf8().map_err(|err| err.to_string())?;
        let policy: Policy = serde_json::from_str(&json).map_err(|err| err.to_string())?;
        let mut trust = Self::default();
        for statement in policy.statement.into_iter().filter(Statement::lets_in) {
            trust.add(statement)?;
        }
        Ok(trust)
    }

    fn add(&mut self, statement: Statement) -> Result<(), String> {
        match (statement.principal, statement.not_principal) {
            // All but a few.
            (None, Some(_)) => self.anyone = true,
            (Some(Principal::Word(word)), None) if word == "*" => self.anyone = true,
            (Some(Principal::Kinds(kinds)), None) => {
                for principal in &kinds.aws {
                    self.add_aws(principal)?;
                }
                self.services.extend(kinds.service);
                self.federation |= !kinds.federated.is_empty();
            }
            _ => return Err("a statement says unclearly whom it is about".to_owned()),
        }
        Ok(())
    }

    fn add_aws(&mut self, principal: &str) -> Result<(), String> {
        // An account's number stands alone or in the ARN of its root user, a user, a role or a session.
        let account = if principal.starts_with("arn:") { principal.split(':').nth(4) } else { Some(principal) };
        if principal == "*" {
            self.anyone = true;
        } else if let Some(account) = account.filter(|account| is_account(account)) {
            self.accounts.insert(account.to_owned());
        } else if !is_unique_id(principal) {
            // Such an id is what is left of a user or role that was deleted: nobody.
            return Err(format!("`{principal}` is no principal that is known"));
        }
        Ok(())
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is an id such as `AROADBQP57FF2AEXAMPLE`.
fn is_unique_id(text: &str) -> bool {
    text.len() >= 16
        && text.starts_with('A')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    #[serde(deserialize_with = "one_or_more")]
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    /// Empty where there is a `NotAction`, which allows all but a few.
    #[serde(default, deserialize_with = "one_or_more")]
    action: Vec<String>,
    principal: Option<Principal>,
    not_principal: Option<IgnoredAny>,
}

impl Statement {
    fn lets_in(&self) -> bool {
        let marks = |action: &String| MARKS.contains(&action.to_ascii_lowercase().as_str());
        self.effect == Effect::Allow && (self.action.is_empty() || !self.action.iter().all(marks))
    }
}

#[derive(Deserialize, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Principal {
    Word(String),
    Kinds(Kinds),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Kinds {
    #[serde(rename = "AWS", default, deserialize_with = "one_or_more")]
    aws: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    service: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    federated: Vec<String>,
}

/// What a policy writes as a list or, where there is one, alone.
fn one_or_more<'de, D: Deserializer<'de>, T: Deserialize<'de>>(member: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore<T> {
        More(Vec<T>),
        One(T),
    }
    Ok(match OneOrMore::deserialize(member)? {
        OneOrMore::More(items) => items,
        OneOrMore::One(item) => vec![item],
    })
}

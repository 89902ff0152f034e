//! Events of the last 90 days.

use std::collections::BTreeSet;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use wellproof_aws::{Cited, Record, Refusal, Unit, member, timestamp};
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::{
    CONTROL_CHANGES, ControlChange, DEPLOYMENTS, Deployment, INTERACTIVE_LOGINS, InstanceLaunch, InteractiveLogin,
    NETWORK_CHANGES, Named, NetworkChange, RESOURCE_CREATIONS, RESTORES, ResourceCreation, Restore, RootActivity,
    SignIn, Tool,
};

use crate::text;

/// How far back events are asked for, in days from the snapshot's clock: as far as CloudTrail keeps them.
pub const DAYS: i64 = 90;
/// How many pages of one lookup are read, the newest events first.
pub const PAGES: usize = 40;
/// How many lookups there are: root's, launches, sign-ins, and one for each name of a change.
pub const LOOKUPS: usize = 3
    + CONTROL_CHANGES.len()
    + NETWORK_CHANGES.len()
    + RESOURCE_CREATIONS.len()
    + DEPLOYMENTS.len()
    + RESTORES.len()
    + INTERACTIVE_LOGINS.len();
/// How many events a page holds at most.
const PAGE: i32 = 50;
/// Longest user agent that is kept, in characters.
const USER_AGENT: usize = 256;

/// The name of the root user of an account without an alias.
const ROOT: &str = "root";
const LAUNCHES: &[Named] = &[("RunInstances", &["ec2.amazonaws.com"])];
const SIGN_INS: &[Named] = &[("ConsoleLogin", &["signin.amazonaws.com"])];

/// One event: the members that AWS took out of it, and the event itself.
struct Happened<'a> {
    event: &'a Event,
    event_time: Timestamp,
    detail: Value,
    /// `Root`, `IAMUser`, `AssumedRole`, `AWSService` and the like.
    identity_type: String,
}

type Kept<T> = fn(&Happened<'_>) -> Result<T, Refusal>;

/// One question: the attribute that events are asked for by, its value, and the sources whose events are meant.
#[derive(Clone)]
struct Lookup {
    key: LookupAttributeKey,
    value: &'static str,
    sources: Option<&'static [&'static str]>,
}

/// What is kept of the events of one page.
type Page<T> = Cited<Vec<Result<Record<T>, Refusal>>>;

/// What a lookup gave, page by page, and how it ended.
struct LookedUp<T: Facts> {
    pages: Vec<Page<T>>,
    end: Result<(), Refusal>,
}

impl<T: Facts> LookedUp<T> {
    fn records(&self) -> impl Iterator<Item = &Record<T>> {
        self.pages.iter().flat_map(|page| &page.value).flatten()
    }
}

/// Root's events, and all sign-ins.
///
/// Events of root can be asked for by its user name alone, and that is the account's alias where there is one (CloudTrail User
/// Guide, `userIdentity` element). A sign-in of root that the name `root` does not find shows it.
pub(crate) async fn root_activity_and_sign_ins(unit: &Unit, cloudtrail: &Client) {
    let by_name = Lookup { key: LookupAttributeKey::Username, value: ROOT, sources: None };
    let (mut root, sign_ins) = futures::join!(
        look_up(unit, cloudtrail, by_name, |it| Ok(it.root_activity())),
        look_up_all(unit, cloudtrail, named(SIGN_INS), |it| Ok(it.sign_in())),
    );
    let found: BTreeSet<&str> = root.records().map(Record::id).collect();
    let missed = |it: &Record<SignIn>| it.facts().identity_type == "Root" && !found.contains(it.id());
    if root.end.is_ok() && sign_ins.iter().flat_map(LookedUp::records).any(missed) {
        let message =
            format!("root signed in, and events by the user name {ROOT} do not tell: it has another name here");
        root.end = Err(Refusal::malformed(message));
    }
    list(unit, vec![root]);
    list(unit, sign_ins);
}

pub(crate) async fn launches(unit: &Unit, cloudtrail: &Client) {
    list(unit, look_up_all(unit, cloudtrail, named(LAUNCHES), launch).await);
}

/// Looks up the events of all names that one of the types of change stands for.
pub(crate) async fn changes<T: Change>(unit: &Unit, cloudtrail: &Client, names: &'static [Named]) {
    list(unit, look_up_all(unit, cloudtrail, named(names), |it| Ok(T::of(it.change()))).await);
}

fn named(names: &'static [Named]) -> Vec<Lookup> {
    let lookup =
        |(value, sources): &Named| Lookup { key: LookupAttributeKey::EventName, value, sources: Some(*sources) };
    names.iter().map(lookup).collect()
}

/// Side by side, but for the first one: what AWS refuses once it refuses again, and each refusal would take its turn.
async fn look_up_all<T: Facts>(
    unit: &Unit,
    cloudtrail: &Client,
    lookups: Vec<Lookup>,
    kept: Kept<T>,
) -> Vec<LookedUp<T>> {
    let mut lookups = lookups.into_iter();
    let Some(first) = lookups.next() else { return Vec::new() };
    let first = look_up(unit, cloudtrail, first, kept).await;
    if first.end.as_ref().is_err_and(|refusal| !refusal.calls.is_empty()) {
        return vec![first];
    }
    let others = unit.join(lookups.map(|lookup| look_up(unit, cloudtrail, lookup, kept))).await;
    std::iter::once(first).chain(others).collect()
}

/// One listing of what all these lookups gave.
fn list<T: Facts>(unit: &Unit, lookups: Vec<LookedUp<T>>) {
    let mut listing = unit.listing::<T>();
    let mut end = Ok(());
    for looked_up in lookups {
        for page in looked_up.pages {
            listing.cite(page.calls);
            page.value.into_iter().for_each(|record| listing.keep(record));
        }
        end = end.and(looked_up.end);
    }
    listing.close(end);
}

async fn look_up<T: Facts>(unit: &Unit, cloudtrail: &Client, lookup: Lookup, kept: Kept<T>) -> LookedUp<T> {
    let mut pages = Vec::new();
    let end = look_up_pages(unit, cloudtrail, lookup, kept, &mut pages).await;
    LookedUp { pages, end }
}

async fn look_up_pages<T: Facts>(
    unit: &Unit,
    cloudtrail: &Client,
    Lookup { key, value, sources }: Lookup,
    kept: Kept<T>,
    read: &mut Vec<Page<T>>,
) -> Result<(), Refusal> {
    let by_user = key == LookupAttributeKey::Username;
    let by = LookupAttribute::builder().attribute_key(key).attribute_value(value).build();
    let by = by.map_err(|err| Refusal::malformed(err.to_string()))?;
    let now = unit.clock().as_second();
    let since = now - SignedDuration::from_hours(24 * DAYS).as_secs();
    let request = cloudtrail.lookup_events().lookup_attributes(by).max_results(PAGE);
    let request = request.start_time(DateTime::from_secs(since)).end_time(DateTime::from_secs(now));
    let mut pages = request.into_paginator().stop_on_duplicate_token(false).send();
    let mut seen = BTreeSet::new();
    while let Some(page) = unit.page(&mut pages).await? {
        let mut records = Vec::new();
        for event in page.value.events() {
            if !sources.is_none_or(|sources| event.event_source().is_some_and(|it| sources.contains(&it))) {
                continue;
            }
            let id = match member::required_text(event.event_id(), "Event.EventId") {
                Ok(id) if seen.insert(id.clone()) => id,
                Ok(_) => continue,
                Err(refusal) => {
                    records.push(Err(refusal));
                    continue;
                }
            };
            let happened = Happened::read(event);
            // Users and sessions may be called root, too.
            if by_user && happened.as_ref().is_ok_and(|it| it.identity_type != "Root") {
                continue;
            }
            records.push(happened.and_then(|it| kept(&it)).map(|facts| Record::new(id, facts)));
        }
        read.push(Cited { value: records, calls: page.calls });
        if read.len() == PAGES && page.value.next_token().is_some_and(|token| !token.is_empty()) {
            let most = PAGES * usize::try_from(PAGE).unwrap_or_default();
            return Err(Refusal::over_budget(format!("only the newest {most} events of {value} are looked at")));
        }
    }
    Ok(())
}

impl<'a> Happened<'a> {
    fn read(event: &'a Event) -> Result<Self, Refusal> {
        let malformed = |what| Refusal::malformed(format!("event {} has no readable {what}", text(event.event_id())));
        let event_time = event.event_time().and_then(timestamp).ok_or_else(|| malformed("EventTime"))?;
        let detail = event.cloud_trail_event().and_then(|it| serde_json::from_str(it).ok());
        let detail: Value = detail.ok_or_else(|| malformed("CloudTrailEvent"))?;
        let identity_type = detail.pointer("/userIdentity/type").and_then(Value::as_str);
        let identity_type = identity_type.ok_or_else(|| malformed("userIdentity.type"))?.to_owned();
        Ok(Self { event, event_time, detail, identity_type })
    }

    fn at(&self, pointer: &str) -> Option<&str> {
        self.detail.pointer(pointer)?.as_str()
    }

    fn owned(&self, pointer: &str) -> Option<String> {
        self.at(pointer).map(str::to_owned)
    }

    fn invoked_by(&self) -> Option<&str> {
        self.at("/userIdentity/invokedBy")
    }

    fn by_console(&self) -> bool {
        self.at("/sessionCredentialFromConsole") == Some("true")
    }

    fn tool(&self) -> Tool {
        Tool::of(self.at("/userAgent").unwrap_or_default(), self.invoked_by(), self.by_console())
    }

    /// Without the session's name, which is often somebody's mail address.
    fn principal_arn(&self) -> Option<String> {
        let issuer = self.at("/userIdentity/sessionContext/sessionIssuer/arn");
        if let ("AssumedRole", Some(role)) = (self.identity_type.as_str(), issuer) {
            return Some(role.to_owned());
        }
        let arn = self.at("/userIdentity/arn")?;
        let role = arn.contains(":assumed-role/").then(|| arn.rsplit_once('/')).flatten();
        Some(role.map_or(arn, |(role, _)| role).to_owned())
    }

    fn resource_names(&self) -> Vec<String> {
        let names: BTreeSet<String> = self.event.resources().iter().filter_map(|it| it.resource_name.clone()).collect();
        names.into_iter().collect()
    }

    /// A console's wizard lets its service act on the person's behalf; CloudFormation, which does so too, makes what a template says.
    fn by_hand_in_console(&self) -> Option<bool> {
        if !self.by_console() || self.identity_type == "AWSService" {
            return Some(false);
        }
        match self.invoked_by() {
            None => Some(true),
            Some("cloudformation.amazonaws.com") => Some(false),
            Some(_) => None,
        }
    }

    fn change(&self) -> Changed {
        Changed {
            event_time: self.event_time,
            event_name: text(self.event.event_name()),
            event_source: text(self.event.event_source()),
            error_code: self.owned("/errorCode"),
            by_hand_in_console: self.by_hand_in_console(),
            identity_type: self.identity_type.clone(),
            principal_arn: self.principal_arn(),
            tool: self.tool(),
            resource_names: self.resource_names(),
        }
    }

    fn signed_in(&self) -> bool {
        self.at("/responseElements/ConsoleLogin") == Some("Success")
    }

    fn root_activity(&self) -> RootActivity {
        RootActivity {
            event_time: self.event_time,
            event_name: text(self.event.event_name()),
            event_source: text(self.event.event_source()),
            read_only: self.event.read_only() == Some("true"),
            error_code: self.owned("/errorCode"),
            sign_in_failed: self.event.event_name() == Some("ConsoleLogin") && !self.signed_in(),
            invoked_by: self.invoked_by().map(str::to_owned),
        }
    }

    fn sign_in(&self) -> SignIn {
        SignIn {
            event_time: self.event_time,
            identity_type: self.identity_type.clone(),
            principal_arn: self.principal_arn(),
            succeeded: self.signed_in(),
            mfa_used: self.at("/additionalEventData/MFAUsed") == Some("Yes"),
        }
    }

    fn instance_ids(&self) -> Vec<String> {
        let items = self.detail.pointer("/responseElements/instancesSet/items").and_then(Value::as_array);
        let started = items.into_iter().flatten().filter_map(|it| it.get("instanceId")?.as_str().map(str::to_owned));
        let touched = self.event.resources().iter().filter(|it| it.resource_type() == Some("AWS::EC2::Instance"));
        let touched = touched.filter_map(|it| it.resource_name.clone());
        let ids: BTreeSet<String> = started.chain(touched).collect();
        ids.into_iter().collect()
    }
}

fn launch(it: &Happened<'_>) -> Result<InstanceLaunch, Refusal> {
    let instance_ids = it.instance_ids();
    let error_code = it.owned("/errorCode");
    if instance_ids.is_empty() && error_code.is_none() {
        // CloudTrail leaves out response elements that are too long, and then nobody can tell what was launched.
        let id = text(it.event.event_id());
        return Err(Refusal::malformed(format!("event {id} launched instances and names none")));
    }
    Ok(InstanceLaunch {
        event_time: it.event_time,
        instance_ids,
        error_code,
        identity_type: it.identity_type.clone(),
        principal_arn: it.principal_arn(),
        invoked_by: it.invoked_by().map(str::to_owned),
        user_agent: it.at("/userAgent").unwrap_or_default().chars().take(USER_AGENT).collect(),
        session_credential_from_console: it.by_console(),
        tool: it.tool(),
    })
}

/// What all types of change have in common.
pub(crate) struct Changed {
    event_time: Timestamp,
    event_name: String,
    event_source: String,
    error_code: Option<String>,
    identity_type: String,
    principal_arn: Option<String>,
    by_hand_in_console: Option<bool>,
    tool: Tool,
    resource_names: Vec<String>,
}

/// A type of change.
pub(crate) trait Change: Facts {
    fn of(changed: Changed) -> Self;
}

macro_rules! changes {
    ($($change:ident),+) => {
        $(impl Change for $change {
            fn of(it: Changed) -> Self {
                Self {
                    event_time: it.event_time,
                    event_name: it.event_name,
                    event_source: it.event_source,
                    error_code: it.error_code,
                    identity_type: it.identity_type,
                    principal_arn: it.principal_arn,
                    by_hand_in_console: it.by_hand_in_console,
                    tool: it.tool,
                    resource_names: it.resource_names,
                }
            }
        })+
    };
}

changes!(ControlChange, NetworkChange, ResourceCreation, Deployment, Restore, InteractiveLogin);

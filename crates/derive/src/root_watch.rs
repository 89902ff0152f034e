//! Who hears when the root user signs in or acts.
//!
//! Signing in and the calls to global services are events of one region, so that only the trails and rules of that region see them. What a
//! trail writes into a log group is counted there, in whatever region the group is.

use std::collections::{BTreeMap, BTreeSet};

use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::Trail;
use wellproof_facts::cloudwatch::{Alarm, CompositeAlarm, MetricName, MetricRole};
use wellproof_facts::derived::RootWatch;
use wellproof_facts::events::{Rule, Target};
use wellproof_facts::logs::MetricFilter;
use wellproof_facts::sns::Topic;
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::event_pattern::{Field, Specimen, Told, matches};
use crate::join::{Derived, Known, Place, all, any, known};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: RootWatch::TYPE,
    inputs: &[Alarm::TYPE, CompositeAlarm::TYPE, MetricFilter::TYPE, Rule::TYPE, Topic::TYPE, Trail::TYPE],
    make: derive,
};

/// By the first letters of a region: its partition, and the region in which the root user signs in.
const PARTITIONS: [(&str, &str, &str); 3] =
    [("cn-", "aws-cn", "cn-north-1"), ("us-gov-", "aws-us-gov", "us-gov-west-1"), ("", "aws", "us-east-1")];

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// One way on which somebody may hear.
struct Way {
    /// Whether what the root user does starts it.
    starts: Known<bool>,
    /// The ARNs of what it does then.
    ends: Known<Vec<String>>,
}

impl Way {
    fn does_something(&self) -> Known<bool> {
        all([self.starts.clone(), self.ends.clone().map(|ends| !ends.is_empty())])
    }
}

/// What was found of one kind, and what may have been missed.
#[derive(Default)]
struct Found {
    ways: Vec<Way>,
    /// Whether each of those that were looked at selects what the root user does.
    selected: Vec<Known<bool>>,
    /// Errors alone where something may be missing.
    missing: Vec<Known<bool>>,
}

impl Found {
    fn some(&self, holds: impl FnMut(&Way) -> Known<bool>) -> Known<bool> {
        any(self.ways.iter().map(holds).chain(self.missing.iter().cloned()))
    }

    fn count(&self) -> Known<i64> {
        any(self.missing.iter().cloned())?;
        let selected = self.selected.iter().cloned().collect::<Known<Vec<bool>>>()?;
        Ok(i64::try_from(selected.iter().filter(|selected| **selected).count()).unwrap_or(i64::MAX))
    }
}

/// The places of one account.
struct Account<'a, 'e> {
    /// The first of them, on which the record is made.
    place: &'a Place<'e>,
    places: Vec<&'a Place<'e>>,
    partition: &'static str,
    /// The region in which the root user signs in.
    home: &'static str,
}

fn derive<'e>(place: &Place<'e>, places: &[Place<'e>]) -> Derived {
    let places: Vec<&Place<'e>> = places.iter().filter(|other| other.account == place.account).collect();
    if places.first().is_none_or(|first| first.region != place.region) {
        return Derived::default();
    }
    let partition = PARTITIONS.into_iter().find(|(start, ..)| place.region.starts_with(start));
    let Some((_, partition, home)) = partition else { return Derived::default() };
    let account = Account { place, places, partition, home };
    let mut cite = Cite::default();
    let filters = account.filters(&mut cite);
    let rules = account.rules(&mut cite);
    let heard = |way: &Way, cite: &mut Cite<'e>| all([way.starts.clone(), account.reaches_somebody(way, cite)]);
    let heard_alarm = filters.some(|way| heard(way, &mut cite));
    let heard_rule = rules.some(|way| heard(way, &mut cite));
    let facts = RootWatch {
        alarmed: filters.some(Way::does_something).into(),
        event_rule: rules.some(Way::does_something).into(),
        heard: any([heard_alarm, heard_rule]).into(),
        metric_filters: filters.count().into(),
        event_rules: rules.count().into(),
    };
    place.account_record(&facts, &cite)
}

/// A log group as an ARN names it: `arn:aws:logs:us-east-1:111122223333:log-group:NAME:*`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> Group<'a> {
    fn of(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(8, ':').skip(3);
        let (region, account) = (parts.next()?, parts.next()?);
        (parts.next()? == "log-group").then_some(())?;
        Some(Self { region, account, name: parts.next()? })
    }
}

impl<'a, 'e> Account<'a, 'e> {
    /// The account's own place in a region; a gap where that was not scanned.
    fn place_in(&self, region: &str, kind: &str) -> Known<&'a Place<'e>> {
        let found = self.places.iter().find(|place| place.region == region).copied();
        found.ok_or_else(|| self.place.base.doubt(self.place.account, region, kind, "the region was not scanned"))
    }

    /// The metric filters on the log groups of trails that see the root user, and the alarms on what they count.
    fn filters(&self, cite: &mut Cite<'e>) -> Found {
        let home = match self.place_in(self.home, Trail::TYPE) {
            Ok(home) => home,
            Err(gap) => return Found { missing: vec![Err(gap)], ..Found::default() },
        };
        let (trails, listed) = home.read(Trail::TYPE, |resource, trail: Trail| (resource, trail));
        let mut found = Found::default();
        let mut groups: BTreeMap<Group<'_>, Vec<Known<bool>>> = BTreeMap::new();
        for (resource, trail) in trails.iter().filter(|(_, trail)| sees(trail, self.home)) {
            let Some(arn) = trail.cloud_watch_logs_log_group_arn.as_deref() else { continue };
            cite.fact(resource);
            match Group::of(arn) {
                Some(group) => groups.entry(group).or_default().push(delivers(trail)),
                None => found.missing.push(all([delivers(trail), Err(home.not_visible(LOG_GROUP, arn))])),
            }
        }
        for (group, trails) in groups {
            let fed = any(trails);
            let place = if group.account == self.place.account {
                self.place_in(group.region, MetricFilter::TYPE)
            } else {
                Err(home.not_visible(LOG_GROUP, group.name))
            };
            match place {
                Ok(place) => filters_of(place, group.name, &fed, &mut found, cite),
                Err(gap) => found.missing.push(all([fed, Err(gap)])),
            }
        }
        found.missing.push(listed.complete(cite).map(|()| false));
        found
    }

    /// The rules that the root user's doings start.
    fn rules(&self, cite: &mut Cite<'e>) -> Found {
        let home = match self.place_in(self.home, Rule::TYPE) {
            Ok(home) => home,
            Err(gap) => return Found { missing: vec![Err(gap)], ..Found::default() },
        };
        let kinds = [self.sign_in(), self.call()];
        let (rules, listed) = home.read(Rule::TYPE, |resource, rule: Rule| (resource, rule));
        let mut found = Found::default();
        for (resource, rule) in &rules {
            let starts = starts(home, rule, &kinds);
            if starts == Ok(false) {
                continue;
            }
            cite.fact(resource);
            let way = Way { starts, ends: known(&rule.targets).map(arns) };
            found.selected.push(way.does_something());
            found.ways.push(way);
        }
        found.missing.push(listed.complete(cite).map(|()| false));
        found
    }

    /// The event of the root user's signing in on the console.
    fn sign_in(&self) -> Specimen {
        let detail = [
            ("eventName", text("ConsoleLogin")),
            ("eventSource", text("signin.amazonaws.com")),
            ("eventType", text("AwsConsoleSignIn")),
            ("responseElements", Field::Object(Specimen::from([("ConsoleLogin", text("Success"))]))),
        ];
        self.event("AWS Console Sign In via CloudTrail", text("aws.signin"), detail)
    }

    /// The event of a call that the root user makes, whatever it is.
    fn call(&self) -> Specimen {
        let detail =
            [("eventName", Field::Begins("")), ("eventSource", Field::Begins("")), ("eventType", text("AwsApiCall"))];
        self.event("AWS API Call via CloudTrail", Field::Begins("aws."), detail)
    }

    fn event<const N: usize>(&self, kind: &str, source: Field, detail: [(&'static str, Field); N]) -> Specimen {
        let account = || text(self.place.account);
        let root = Specimen::from([
            ("accountId", account()),
            ("arn", text(&format!("arn:{}:iam::{}:root", self.partition, self.place.account))),
            ("principalId", account()),
            ("type", text("Root")),
        ]);
        let mut fields = Specimen::from([
            ("awsRegion", text(self.home)),
            ("eventCategory", text("Management")),
            ("recipientAccountId", account()),
            ("userIdentity", Field::Object(root)),
        ]);
        fields.extend(detail);
        Specimen::from([
            ("account", account()),
            ("detail", Field::Object(fields)),
            ("detail-type", text(kind)),
            ("region", text(self.home)),
            ("source", source),
            ("version", text("0")),
        ])
    }

    fn reaches_somebody(&self, way: &Way, cite: &mut Cite<'e>) -> Known<bool> {
        let ends = way.ends.clone()?;
        let each: Vec<Known<bool>> = ends.iter().map(|arn| self.is_heard(arn, cite)).collect();
        any(each)
    }

    /// Whether somebody or something takes note: the subscriber of a topic, or what acts by itself.
    fn is_heard(&self, arn: &str, cite: &mut Cite<'e>) -> Known<bool> {
        let mut parts = arn.split(':').skip(2);
        let service = parts.next().unwrap_or_default();
        let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match service {
            "sns" if account == self.place.account => self.is_subscribed(arn, region, cite),
            "sns" => Err(self.place.not_visible(Topic::TYPE, arn)),
            "events" | "logs" => Err(self.place.doubt(arn, "who reads what arrives there is not known")),
            _ => Ok(true),
        }
    }

    fn is_subscribed(&self, arn: &str, region: &str, cite: &mut Cite<'e>) -> Known<bool> {
        let place = self.place_in(region, Topic::TYPE)?;
        let (topics, listed) = place.read(Topic::TYPE, |resource, topic: Topic| (resource, topic));
        let Some((resource, topic)) = topics.iter().find(|(_, topic)| topic.topic_arn == arn) else {
            return listed.complete(cite).map(|()| false);
        };
        cite.fact(resource);
        known(&topic.subscriptions_confirmed).map(|confirmed| confirmed > 0)
    }
}

fn text(text: &str) -> Field {
    Field::Text(text.to_owned())
}

fn arns(targets: Vec<Target>) -> Vec<String> {
    targets.into_iter().map(|target| target.target_arn).collect()
}

/// Whether a trail records what happens in the region in which the root user signs in.
fn sees(trail: &Trail, home: &str) -> bool {
    trail.is_multi_region_trail || trail.home_region == home
}

/// Whether it writes what the root user does into its log group.
fn delivers(trail: &Trail) -> Known<bool> {
    all([
        known(&trail.is_logging),
        known(&trail.records_management_writes),
        known(&trail.latest_cloud_watch_logs_delivery_error).map(|error| error.is_none()),
    ])
}

/// Whether a rule is on, and its pattern matches a sign-in of the root user or all of the root user's calls.
fn starts(place: &Place<'_>, rule: &Rule, kinds: &[Specimen]) -> Known<bool> {
    let Some(pattern) = rule.event_pattern.as_deref().filter(|_| rule.state != "DISABLED") else { return Ok(false) };
    let told: Told = match serde_json::from_str(pattern) {
        Ok(pattern) => any(kinds.iter().map(|kind| matches(&pattern, kind))),
        Err(_) => Err("it is not JSON".to_owned()),
    };
    told.map_err(|why| {
        let what = format!("{}#{}.event_pattern", Rule::TYPE, rule.name);
        place.doubt(&what, &format!("whether it matches what the root user does cannot be told: {why}"))
    })
}

/// The filters of a log group into which `fed` trails write, and the alarms on their metrics.
fn filters_of<'e>(place: &Place<'e>, group: &str, fed: &Known<bool>, found: &mut Found, cite: &mut Cite<'e>) {
    let (filters, listed) = place.read(MetricFilter::TYPE, |resource, filter: MetricFilter| (resource, filter));
    for (resource, filter) in filters.iter().filter(|(_, filter)| filter.log_group_name == group) {
        let counts = all([fed.clone(), selects_root(place, resource, &filter.filter_pattern)]);
        if counts == Ok(false) {
            continue;
        }
        cite.fact(resource);
        found.selected.push(counts.clone());
        alarms_on(place, &filter.metrics, &counts, found, cite);
    }
    found.missing.push(all([fed.clone(), listed.complete(cite).map(|()| false)]));
}

/// The alarms on a filter's metrics, and the composite alarms that they feed.
fn alarms_on<'e>(
    place: &Place<'e>,
    metrics: &[MetricName],
    counts: &Known<bool>,
    found: &mut Found,
    cite: &mut Cite<'e>,
) {
    let alarms = place.alarms();
    let mut fed: BTreeSet<String> = BTreeSet::new();
    for row in alarms.rows.iter().filter(|row| watches(&row.facts, metrics, place.account)) {
        cite.fact(row.resource);
        fed.insert(row.facts.alarm_name.clone());
        let actions = if row.facts.actions_enabled { row.facts.alarm_actions.clone() } else { Vec::new() };
        found.ways.push(Way { starts: counts.clone(), ends: Ok(actions) });
    }
    let mut missing = vec![alarms.listed.complete(cite).map(|()| false)];
    let untold = metrics.iter().map(|metric| alarms.all_told(place, Some(&metric.namespace)).map(|()| false));
    missing.extend(untold);
    if !fed.is_empty() {
        let (composites, listed) =
            place.read(CompositeAlarm::TYPE, |resource, alarm: CompositeAlarm| (resource, alarm));
        for (resource, alarm) in fed_by(fed, &composites) {
            cite.fact(resource);
            let actions = if alarm.actions_enabled { alarm.alarm_actions.clone() } else { Vec::new() };
            found.ways.push(Way { starts: counts.clone(), ends: Ok(actions) });
        }
        missing.push(listed.complete(cite).map(|()| false));
    }
    found.missing.push(all([counts.clone(), any(missing)]));
}

fn watches(alarm: &Alarm, metrics: &[MetricName], account: &str) -> bool {
    let own = alarm.metrics.iter().filter(|metric| metric.role != MetricRole::Unused && metric.is_of(account));
    own.into_iter().any(|watched| {
        metrics.iter().any(|it| it.namespace == watched.namespace && it.metric_name == watched.metric_name)
    })
}

/// The composite alarms that look at these alarms, directly or through others.
fn fed_by<'a, 'e>(
    mut names: BTreeSet<String>,
    composites: &'a [(&'e Resource, CompositeAlarm)],
) -> Vec<&'a (&'e Resource, CompositeAlarm)> {
    loop {
        let fed: Vec<_> =
            composites.iter().filter(|(_, alarm)| alarm.mentions.iter().any(|name| names.contains(name))).collect();
        let before = names.len();
        names.extend(fed.iter().map(|(_, alarm)| alarm.alarm_name.clone()));
        if names.len() == before {
            return fed;
        }
    }
}

/// Whether a filter pattern selects by `$.userIdentity.type = "Root"`, in any spacing, with quotes or without.
fn selects_root(place: &Place<'_>, resource: &Resource, pattern: &str) -> Known<bool> {
    let pattern: String = pattern.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    let ends = |rest: &str| rest.chars().next().is_none_or(|next| "&|(){}".contains(next));
    let mut after = pattern.split("$.userIdentity.type=").skip(1);
    if after.any(|rest| rest.strip_prefix("Root").is_some_and(ends)) {
        return Ok(true);
    }
    // Whom a pattern leaves out it does not select; another way to name the root user it may well know.
    if !pattern.replace("$.userIdentity.type!=Root", "").to_lowercase().contains("root") {
        return Ok(false);
    }
    let what = format!("{}#{}.filter_pattern", MetricFilter::TYPE, resource.id);
    Err(place.doubt(&what, "whether it selects what the root user does cannot be told"))
}

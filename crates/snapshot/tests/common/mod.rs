//! Snapshots to test with.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use wellproof_model::{
    BodyEncoding, Call, CallKey, Caller, Gap, GapKind, Listing, ListingState, Manifest, Resource, UnitId,
};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const INSTANCE: &str = "AWS::EC2::Instance";
pub(crate) const VOLUME: &str = "AWS::EC2::Volume";
pub(crate) const TRAIL: &str = "AWS::CloudTrail::Trail";

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn unit(collector: &str, region: &str) -> UnitId {
    UnitId::new(collector, ACCOUNT, region)
}

pub(crate) fn manifest(planned: &[UnitId]) -> Manifest {
    serde_json::from_value(json!({
        "schema": Manifest::SCHEMA,
        "tool_version": "0.1.0",
        "rules_digest": "r",
        "lenses_digest": "l",
        "started_at": at(0),
        "caller": Caller { arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/Reader/s"), account: ACCOUNT.to_owned() },
        "regions": ["eu-west-1", "us-east-1"],
        "regions_enabled": ["eu-west-1", "us-east-1"],
        "regions_off": [],
        "planned": planned,
        "types": {"ec2": [INSTANCE, VOLUME], "cloudtrail": [TRAIL]},
        "units": {},
    }))
    .unwrap()
}

pub(crate) fn call(unit: &UnitId, operation: &str, nth: u32, body: &[u8], encoding: BodyEncoding) -> Call {
    let key = CallKey {
        service: unit.collector.clone(),
        operation: operation.to_owned(),
        region: unit.region.clone(),
        account: unit.account.clone(),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        input: "{}".to_owned(),
    };
    Call {
        id: Call::id_of(unit, &key, nth),
        unit: unit.clone(),
        key,
        nth,
        at: at(1),
        attempts: 1,
        status: 200,
        error: None,
        request_id: Some(format!("req-{nth}")),
        headers: BTreeMap::from([("content-type".to_owned(), "text/xml".to_owned())]),
        sha256: hex::encode(Sha256::digest(body)),
        size: body.len() as u64,
        encoding,
        redacted: Vec::new(),
    }
}

pub(crate) fn resource(kind: &str, unit: &UnitId, id: &str, call: &Call) -> Resource {
    serde_json::from_value(json!({
        "type": kind,
        "id": id,
        "arn": format!("arn:aws:ec2:{}:{ACCOUNT}:thing/{id}", unit.region),
        "account": unit.account,
        "region": unit.region,
        "tags": {"env": "prod", "Name": format!("n \"{id}\"\u{1f}")},
        "attributes": {"n": 1, "f": 0.5, "none": null, "list": [1, "two", {"three": true}]},
        "calls": [call.id],
    }))
    .unwrap()
}

pub(crate) fn listing(kind: &str, unit: &UnitId, calls: &[&Call]) -> Listing {
    Listing {
        kind: kind.to_owned(),
        unit: unit.clone(),
        state: ListingState::Complete,
        count: 0,
        calls: calls.iter().map(|call| call.id.clone()).collect(),
        gap: None,
    }
}

pub(crate) fn denied(unit: &UnitId, what: &str, calls: &[&Call]) -> Gap {
    Gap {
        kind: GapKind::Denied,
        code: Some("AccessDenied".to_owned()),
        calls: calls.iter().map(|call| call.id.clone()).collect(),
        ..Gap::not_asked(unit, what, "not authorized")
    }
}

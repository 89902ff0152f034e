//! The facts that Wellproof keeps of each kind of AWS resource, as types.
//!
//! Collectors fill these structs, `derive` reads them typed (`Resource::facts::<T>()`) and adds those of [`derived`], rules
//! check field paths against [`schemas`]. Nothing here does I/O or knows an SDK type.
//!
//! Conventions:
//! - A field has the API's own name in `snake_case`; its doc comment names operation and member.
//! - `Option<T>`: AWS answered, and there is none. `Read<T>`: a field that takes a call of its own, which may have failed.
//!   In [`derived`], a field is `Read` when it rests on a listing that may be incomplete.
//! - Words that AWS may add to are strings in AWS's spelling; words that we coined are enums.
//! - Tags are not facts: they stand in `Resource::tags`.
//! - Nothing secret and nobody's name, mail or phone is a field; what IAM calls a user is its id.
#![expect(clippy::doc_markdown, reason = "the names of AWS's operations and members fill these docs")]
#![expect(clippy::struct_excessive_bools, reason = "facts are mostly yes or no")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub mod account;
pub mod autoscaling;
pub mod budgets;
pub mod cloudformation;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod config;
pub mod costexplorer;
pub mod derived;
pub mod ec2;
pub mod events;
pub mod guardduty;
pub mod iam;
pub mod logs;
pub mod management;
pub mod organizations;
pub mod quotas;
pub mod sns;
mod usage_metric;

pub use usage_metric::usage_metric_key;

/// The facts of one resource type.
pub trait Facts: Serialize + DeserializeOwned + JsonSchema {
    /// The type as `CloudFormation` spells it; `Wellproof::` for derived facts.
    const TYPE: &'static str;
}

macro_rules! facts {
    ($($fact:ty => $kind:literal,)+) => {
        $(impl Facts for $fact {
            const TYPE: &'static str = $kind;
        })+

        /// The JSON Schema of every type's attributes, by type, derived ones included. References are inlined, so that a
        /// field path can be walked through `properties` and `items`.
        pub fn schemas() -> &'static BTreeMap<&'static str, serde_json::Value> {
            static SCHEMAS: LazyLock<BTreeMap<&'static str, serde_json::Value>> =
                LazyLock::new(|| BTreeMap::from([$(($kind, schema_of::<$fact>())),+]));
            &SCHEMAS
        }
    };
}

facts! {
    account::CallerIdentity => "AWS::STS::CallerIdentity",
    account::Region => "AWS::EC2::Region",
    account::AlternateContact => "AWS::Account::AlternateContact",

    cloudtrail::Trail => "AWS::CloudTrail::Trail",
    cloudtrail::EventDataStore => "AWS::CloudTrail::EventDataStore",
    cloudtrail::InstanceLaunch => "AWS::CloudTrail::InstanceLaunch",
    cloudtrail::SignIn => "AWS::CloudTrail::SignIn",
    cloudtrail::RootActivity => "AWS::CloudTrail::RootActivity",
    cloudtrail::ControlChange => "AWS::CloudTrail::ControlChange",
    cloudtrail::NetworkChange => "AWS::CloudTrail::NetworkChange",
    cloudtrail::ResourceCreation => "AWS::CloudTrail::ResourceCreation",
    cloudtrail::Deployment => "AWS::CloudTrail::Deployment",
    cloudtrail::Restore => "AWS::CloudTrail::Restore",
    cloudtrail::InteractiveLogin => "AWS::CloudTrail::InteractiveLogin",

    config::ConfigurationRecorder => "AWS::Config::ConfigurationRecorder",
    config::DeliveryChannel => "AWS::Config::DeliveryChannel",
    config::ConfigRule => "AWS::Config::ConfigRule",
    config::ConfigurationAggregator => "AWS::Config::ConfigurationAggregator",
    config::ConformancePack => "AWS::Config::ConformancePack",

    guardduty::Detector => "AWS::GuardDuty::Detector",
    guardduty::Finding => "AWS::GuardDuty::Finding",

    quotas::Quota => "AWS::ServiceQuotas::Quota",
    quotas::RequestedChange => "AWS::ServiceQuotas::RequestedChange",
    quotas::TemplateAssociation => "AWS::ServiceQuotas::TemplateAssociation",
    quotas::AutoManagement => "AWS::ServiceQuotas::AutoManagement",

    ec2::Instance => "AWS::EC2::Instance",
    ec2::InstanceType => "AWS::EC2::InstanceType",
    ec2::Image => "AWS::EC2::Image",
    ec2::Volume => "AWS::EC2::Volume",
    ec2::Snapshot => "AWS::EC2::Snapshot",
    ec2::Vpc => "AWS::EC2::VPC",
    ec2::Subnet => "AWS::EC2::Subnet",
    ec2::RouteTable => "AWS::EC2::RouteTable",
    ec2::NatGateway => "AWS::EC2::NatGateway",
    ec2::VpcEndpoint => "AWS::EC2::VPCEndpoint",
    ec2::VpcPeeringConnection => "AWS::EC2::VPCPeeringConnection",
    ec2::TransitGatewayAttachment => "AWS::EC2::TransitGatewayAttachment",
    ec2::NetworkInterface => "AWS::EC2::NetworkInterface",
    ec2::SecurityGroup => "AWS::EC2::SecurityGroup",
    ec2::PrefixList => "AWS::EC2::PrefixList",
    ec2::NetworkAcl => "AWS::EC2::NetworkAcl",
    ec2::FlowLog => "AWS::EC2::FlowLog",
    ec2::Address => "AWS::EC2::EIP",
    ec2::EbsEncryptionByDefault => "AWS::EC2::EbsEncryptionByDefault",
    ec2::InstanceMetadataDefaults => "AWS::EC2::InstanceMetadataDefaults",
    ec2::SnapshotBlockPublicAccess => "AWS::EC2::SnapshotBlockPublicAccess",
    ec2::ImageBlockPublicAccess => "AWS::EC2::ImageBlockPublicAccess",
    ec2::AllowedImagesSettings => "AWS::EC2::AllowedImagesSettings",

    cloudformation::Stack => "AWS::CloudFormation::Stack",
    cloudformation::StackResource => "AWS::CloudFormation::StackResource",

    autoscaling::AutoScalingGroup => "AWS::AutoScaling::AutoScalingGroup",
    autoscaling::ScalingPolicy => "AWS::AutoScaling::ScalingPolicy",
    autoscaling::ScheduledAction => "AWS::AutoScaling::ScheduledAction",
    autoscaling::NotificationConfiguration => "AWS::AutoScaling::NotificationConfiguration",
    autoscaling::LaunchConfiguration => "AWS::AutoScaling::LaunchConfiguration",
    autoscaling::LaunchTemplate => "AWS::EC2::LaunchTemplate",

    cloudwatch::Alarm => "AWS::CloudWatch::Alarm",
    cloudwatch::CompositeAlarm => "AWS::CloudWatch::CompositeAlarm",
    cloudwatch::Dashboard => "AWS::CloudWatch::Dashboard",
    cloudwatch::MetricNamespace => "AWS::CloudWatch::MetricNamespace",
    cloudwatch::AnomalyDetector => "AWS::CloudWatch::AnomalyDetector",

    budgets::Budget => "AWS::Budgets::Budget",

    costexplorer::AnomalyMonitor => "AWS::CE::AnomalyMonitor",
    costexplorer::AnomalySubscription => "AWS::CE::AnomalySubscription",
    costexplorer::CostAllocationTag => "AWS::CE::CostAllocationTag",

    events::Rule => "AWS::Events::Rule",

    iam::AccountSummary => "AWS::IAM::AccountSummary",
    iam::UserCredentials => "AWS::IAM::UserCredentials",
    iam::Role => "AWS::IAM::Role",

    logs::MetricFilter => "AWS::Logs::MetricFilter",

    organizations::Organization => "AWS::Organizations::Organization",
    organizations::DelegatedAdministrator => "AWS::Organizations::DelegatedAdministrator",

    sns::Topic => "AWS::SNS::Topic",
    sns::Subscription => "AWS::SNS::Subscription",

    derived::InstanceProvenance => "Wellproof::EC2::InstanceProvenance",
    derived::InstanceUse => "Wellproof::EC2::InstanceUse",
    derived::LaunchMonth => "Wellproof::EC2::LaunchMonth",
    derived::SubnetRouting => "Wellproof::EC2::SubnetRouting",
    derived::VpcUse => "Wellproof::EC2::VpcUse",
    derived::NetworkTopology => "Wellproof::EC2::NetworkTopology",
    derived::SecurityGroupUse => "Wellproof::EC2::SecurityGroupUse",
    derived::SnapshotUse => "Wellproof::EC2::SnapshotUse",
    derived::RegionUse => "Wellproof::EC2::RegionUse",
    derived::RegionRecording => "Wellproof::CloudTrail::RegionRecording",
    derived::RootWatch => "Wellproof::CloudTrail::RootWatch",
    derived::GroupScaling => "Wellproof::AutoScaling::GroupScaling",
    derived::AlarmUse => "Wellproof::CloudWatch::AlarmUse",
    derived::QuotaUsage => "Wellproof::ServiceQuotas::QuotaUsage",
}

fn schema_of<T: JsonSchema>() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use wellproof_model::{GapId, Read, Resource};

    use super::*;

    fn record<T: Facts>(facts: &T) -> Resource {
        let mut resource = Resource {
            kind: T::TYPE.to_owned(),
            id: "x".to_owned(),
            arn: None,
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            tags: None,
            attributes: wellproof_model::Map::default(),
            calls: Vec::new(),
            unread: BTreeMap::new(),
        };
        resource.set_facts(facts).unwrap();
        resource
    }

    #[test]
    fn every_schema_is_an_object_without_references() {
        for (kind, schema) in schemas() {
            assert_eq!(schema["type"], "object", "{kind}");
            assert!(schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()), "{kind}");
            assert!(!schema.to_string().contains("$ref"), "{kind}");
        }
    }

    #[test]
    fn every_field_says_what_it_is() {
        for (kind, schema) in schemas() {
            for (name, field) in schema["properties"].as_object().unwrap() {
                assert!(field["description"].is_string(), "{kind}.{name} has no description");
                // A predicate reaches the record's own fields by these names.
                assert!(
                    !["id", "arn", "account", "tags", "type"].contains(&name.as_str()),
                    "{kind}.{name} is shadowed"
                );
            }
        }
    }

    #[test]
    fn an_unread_field_keeps_its_gap_and_an_absent_one_its_null() {
        let contact = account::AlternateContact {
            alternate_contact_type: "SECURITY".to_owned(),
            is_set: Read::Unread(GapId::from("g1")),
        };
        let resource = record(&contact);
        assert_eq!(resource.unread["is_set"], GapId::from("g1"));
        assert!(resource.attributes.get("is_set").is_none());
        assert_eq!(resource.facts::<account::AlternateContact>().unwrap(), contact);

        let policy = quotas::AutoManagement {
            opt_in_status: "DISABLED".to_owned(),
            opt_in_type: None,
            opt_in_level: None,
            notifies: false,
            excluded_services: Vec::new(),
            excluded_quotas: Vec::new(),
        };
        let resource = record(&policy);
        assert!(resource.unread.is_empty());
        assert_eq!(resource.attributes.get("opt_in_type"), Some(&wellproof_model::Value::Null));
        assert_eq!(resource.facts::<quotas::AutoManagement>().unwrap(), policy);
    }

    #[test]
    fn a_field_that_is_missing_altogether_is_an_error_and_not_an_absence() {
        let mut resource = record(&account::AlternateContact {
            alternate_contact_type: "SECURITY".to_owned(),
            is_set: Read::Known(true),
        });
        let others = resource.attributes.iter().filter(|(name, _)| *name != "is_set");
        resource.attributes = others.map(|(name, value)| (name.clone(), value.clone())).collect();
        assert!(resource.facts::<account::AlternateContact>().is_err());
    }
}

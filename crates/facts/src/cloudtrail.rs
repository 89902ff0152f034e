//! Trails, event data stores, and the events of the last 90 days that rules ask about.
//!
//! Looked-up events are split into types by what is asked of them, so that a lookup that was cut off blinds only the rules that
//! need it. Each listing is complete when every one of its event names was paged to its end in the unit's region.
//! Of a name that several services share, only the events of the services named here are kept.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A trail as one region sees it: multi-region and organization trails appear in every region as shadows of their home region.
/// The record's id is the trail's ARN, its region the one that was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trail {
    /// Its name (`DescribeTrails` trailList[].Name).
    pub name: String,
    /// Its ARN (`DescribeTrails` trailList[].TrailARN).
    pub trail_arn: String,
    /// The region in which it was made (`DescribeTrails` trailList[].HomeRegion).
    pub home_region: String,
    /// Whether this record is not that of the home region. A member account's record of its organization's trail in the trail's home
    /// region is none in this sense.
    pub is_shadow: bool,
    /// Whether it records all regions (`DescribeTrails` trailList[].IsMultiRegionTrail).
    pub is_multi_region_trail: bool,
    /// Whether it records all accounts of the organization (`DescribeTrails` trailList[].IsOrganizationTrail).
    pub is_organization_trail: bool,
    /// Whether it records global services such as IAM (`DescribeTrails` trailList[].IncludeGlobalServiceEvents).
    pub include_global_service_events: bool,
    /// Whether digests make its files tamper-evident (`DescribeTrails` trailList[].LogFileValidationEnabled).
    pub log_file_validation_enabled: bool,
    /// The bucket that it delivers to (`DescribeTrails` trailList[].S3BucketName).
    pub s3_bucket_name: Option<String>,
    /// The key that encrypts its files (`DescribeTrails` trailList[].KmsKeyId).
    pub kms_key_id: Option<String>,
    /// The CloudWatch Logs group that it also delivers to (`DescribeTrails` trailList[].CloudWatchLogsLogGroupArn).
    pub cloud_watch_logs_log_group_arn: Option<String>,
    /// Whether it records now (`GetTrailStatus` IsLogging).
    pub is_logging: Read<bool>,
    /// When it last delivered to its bucket (`GetTrailStatus` LatestDeliveryTime).
    pub latest_delivery_time: Read<Option<Timestamp>>,
    /// Why its last delivery to the bucket failed; null when it did not (`GetTrailStatus` LatestDeliveryError, empty text counts as none).
    pub latest_delivery_error: Read<Option<String>>,
    /// When it last delivered to CloudWatch Logs (`GetTrailStatus` LatestCloudWatchLogsDeliveryTime).
    pub latest_cloud_watch_logs_delivery_time: Read<Option<Timestamp>>,
    /// Why its last delivery to CloudWatch Logs failed (`GetTrailStatus` LatestCloudWatchLogsDeliveryError).
    pub latest_cloud_watch_logs_delivery_error: Read<Option<String>>,
    /// Whether management events that read are recorded, whatever they are; those of AWS KMS and the RDS Data API may be left out
    /// (`GetEventSelectors` EventSelectors or AdvancedEventSelectors, asked in the home region).
    pub records_management_reads: Read<bool>,
    /// The same of management events that write.
    pub records_management_writes: Read<bool>,
    /// Resource types whose data events are recorded, sorted, such as `AWS::S3::Object` (`GetEventSelectors` DataResources[].Type, or
    /// the resources.type field of advanced selectors with eventCategory Data).
    pub data_event_resource_types: Read<Vec<String>>,
    /// Kinds of insight that are looked for, sorted, such as `ApiCallRateInsight` (`GetInsightSelectors` InsightSelectors[].InsightType;
    /// `InsightNotEnabledException` means none).
    pub insight_types: Read<Vec<String>>,
}

/// A CloudTrail Lake event data store. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventDataStore {
    /// Its name (`ListEventDataStores` EventDataStores[].Name).
    pub name: String,
    /// `ENABLED`, `STOPPED_INGESTION`, `PENDING_DELETION` … (`GetEventDataStore` Status).
    pub status: Read<String>,
    /// Whether it records all regions (`GetEventDataStore` MultiRegionEnabled).
    pub multi_region_enabled: Read<bool>,
    /// Whether it records all accounts of the organization (`GetEventDataStore` OrganizationEnabled).
    pub organization_enabled: Read<bool>,
    /// Days for which events are kept (`GetEventDataStore` RetentionPeriod).
    pub retention_period: Read<Option<i64>>,
    /// Whether management events, reads and writes, are recorded, whatever they are; those of AWS KMS and the RDS Data API may be left out
    /// (`GetEventDataStore` AdvancedEventSelectors with eventCategory Management).
    pub records_management_events: Read<bool>,
}

/// What made a request, told by its user agent and by who invoked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Another AWS service on its own account, such as Auto Scaling.
    AwsService,
    /// CloudFormation on somebody's behalf.
    Cloudformation,
    /// Terraform or OpenTofu.
    Terraform,
    /// The CDK's own calls (its deployments run through CloudFormation).
    Cdk,
    /// Pulumi.
    Pulumi,
    /// The AWS console.
    Console,
    /// The AWS CLI.
    Cli,
    /// An AWS SDK.
    Sdk,
    /// Anything else.
    Other,
}

impl Tool {
    /// Tells the tool from CloudTrail's userAgent, userIdentity.invokedBy and sessionCredentialFromConsole.
    ///
    /// Order matters: Terraform, CDK and Pulumi name themselves in a user agent that also names an SDK, and CloudFormation appears
    /// as invokedBy as well as user agent.
    pub fn of(user_agent: &str, invoked_by: Option<&str>, from_console: bool) -> Self {
        let agent = user_agent.to_ascii_lowercase();
        let says = |word: &str| agent.contains(word);
        if says("cloudformation.amazonaws.com") || invoked_by == Some("cloudformation.amazonaws.com") {
            Self::Cloudformation
        } else if says("terraform") || says("opentofu") {
            Self::Terraform
        } else if says("pulumi") {
            Self::Pulumi
        } else if says("aws-cdk") || says("cdk/") {
            Self::Cdk
        } else if from_console
            || says("console.amazonaws.com")
            || says("console.ec2.amazonaws.com")
            || says("aws internal/3 console")
        {
            Self::Console
        } else if invoked_by.is_some() || agent.ends_with(".amazonaws.com") {
            Self::AwsService
        } else if says("aws-cli") {
            Self::Cli
        } else if says("aws-sdk") || says("boto3") || says("botocore") || says("aws-internal") {
            Self::Sdk
        } else {
            Self::Other
        }
    }
}

/// One RunInstances event of EC2 (`LookupEvents` by EventName). The record's id is the event's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceLaunch {
    /// When (`LookupEvents` Events[].EventTime).
    pub event_time: Timestamp,
    /// The instances that it started, sorted (CloudTrailEvent responseElements.instancesSet.items[].instanceId, and Events[].Resources[]
    /// of type `AWS::EC2::Instance`).
    pub instance_ids: Vec<String>,
    /// Why it failed; null when it did not (CloudTrailEvent errorCode).
    pub error_code: Option<String>,
    /// `IAMUser`, `AssumedRole`, `Root`, `AWSService` … (CloudTrailEvent userIdentity.type).
    pub identity_type: String,
    /// Who: the ARN of the role's issuer for an assumed role, else of the identity (CloudTrailEvent userIdentity.sessionContext.sessionIssuer.arn
    /// or userIdentity.arn, without a session's name).
    pub principal_arn: Option<String>,
    /// The AWS service that asked on somebody's behalf (CloudTrailEvent userIdentity.invokedBy).
    pub invoked_by: Option<String>,
    /// What asked, at most 256 characters (CloudTrailEvent userAgent).
    pub user_agent: String,
    /// Whether a console session's credentials were used (CloudTrailEvent sessionCredentialFromConsole).
    pub session_credential_from_console: bool,
    /// What made it.
    pub tool: Tool,
}

/// One ConsoleLogin event (`LookupEvents` by EventName). The record's id is the event's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// When (`LookupEvents` Events[].EventTime).
    pub event_time: Timestamp,
    /// `IAMUser`, `Root`, `AssumedRole`, `FederatedUser` … (CloudTrailEvent userIdentity.type).
    pub identity_type: String,
    /// Who: the ARN of the role's issuer for an assumed role, else of the identity (CloudTrailEvent userIdentity.sessionContext.sessionIssuer.arn
    /// or userIdentity.arn, without a session's name).
    pub principal_arn: Option<String>,
    /// Whether it succeeded (CloudTrailEvent responseElements.ConsoleLogin == "Success").
    pub succeeded: bool,
    /// Whether a second factor was given to AWS; federated sign-ins say no whatever their identity provider did (CloudTrailEvent
    /// additionalEventData.MFAUsed == "Yes").
    pub mfa_used: bool,
}

/// One event of the root user (`LookupEvents` by Username `root`). The record's id is the event's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RootActivity {
    /// When (`LookupEvents` Events[].EventTime).
    pub event_time: Timestamp,
    /// What was called (`LookupEvents` Events[].EventName).
    pub event_name: String,
    /// Of which service, such as `iam.amazonaws.com` (`LookupEvents` Events[].EventSource).
    pub event_source: String,
    /// Whether it only read (`LookupEvents` Events[].ReadOnly).
    pub read_only: bool,
    /// Why it failed; null when it did not (CloudTrailEvent errorCode).
    pub error_code: Option<String>,
    /// Whether it is an attempt to sign in that failed (`ConsoleLogin` with CloudTrailEvent responseElements.ConsoleLogin other than
    /// "Success").
    pub sign_in_failed: bool,
    /// The AWS service that acted as root, which is no person (CloudTrailEvent userIdentity.invokedBy).
    pub invoked_by: Option<String>,
}

macro_rules! change {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// When (`LookupEvents` Events[].EventTime).
            pub event_time: Timestamp,
            /// What was called (`LookupEvents` Events[].EventName).
            pub event_name: String,
            /// Of which service, such as `ec2.amazonaws.com` (`LookupEvents` Events[].EventSource).
            pub event_source: String,
            /// Why it failed; null when it did not (CloudTrailEvent errorCode).
            pub error_code: Option<String>,
            /// `IAMUser`, `AssumedRole`, `Root`, `AWSService` … (CloudTrailEvent userIdentity.type).
            pub identity_type: String,
            /// Who: the ARN of the role's issuer for an assumed role, else of the identity (CloudTrailEvent
            /// userIdentity.sessionContext.sessionIssuer.arn or userIdentity.arn, without a session's name).
            pub principal_arn: Option<String>,
            /// Whether a person's console session made it: sessionCredentialFromConsole is "true", and no AWS service acted on its
            /// own or on somebody's behalf. Null where a service other than CloudFormation acted on behalf of such a session, as a
            /// console's wizard does: who decided is not told (CloudTrailEvent).
            pub by_hand_in_console: Option<bool>,
            /// What made it, told by CloudTrailEvent userAgent and userIdentity.invokedBy.
            pub tool: Tool,
            /// Names of the resources that it touched, sorted (`LookupEvents` Events[].Resources[].ResourceName).
            pub resource_names: Vec<String>,
        }
    };
}

change! {
    /// One change to a detective or preventive control (`LookupEvents` by each of [`CONTROL_CHANGES`]).
    ControlChange
}
change! {
    /// One change to what a network lets through (`LookupEvents` by each of [`NETWORK_CHANGES`]).
    NetworkChange
}
change! {
    /// One creation of serving infrastructure (`LookupEvents` by each of [`RESOURCE_CREATIONS`]).
    ResourceCreation
}
change! {
    /// One deployment of code or of a stack (`LookupEvents` by each of [`DEPLOYMENTS`]).
    Deployment
}
change! {
    /// One restore of a backup (`LookupEvents` by each of [`RESTORES`]).
    Restore
}
change! {
    /// One login to a server or container through an AWS API (`LookupEvents` by each of [`INTERACTIVE_LOGINS`]).
    InteractiveLogin
}

/// An event name, and the services whose events of that name are meant.
pub type Named = (&'static str, &'static [&'static str]);

/// Events that switch off or weaken a control, or may.
pub const CONTROL_CHANGES: &[Named] = &[
    ("StopLogging", &["cloudtrail.amazonaws.com"]),
    ("DeleteTrail", &["cloudtrail.amazonaws.com"]),
    ("UpdateTrail", &["cloudtrail.amazonaws.com"]),
    ("PutEventSelectors", &["cloudtrail.amazonaws.com"]),
    ("DeleteEventDataStore", &["cloudtrail.amazonaws.com"]),
    ("PutConfigurationRecorder", &["config.amazonaws.com"]),
    ("StopConfigurationRecorder", &["config.amazonaws.com"]),
    ("DeleteConfigurationRecorder", &["config.amazonaws.com"]),
    ("DeleteConfigRule", &["config.amazonaws.com"]),
    ("DeleteDetector", &["guardduty.amazonaws.com"]),
    ("UpdateDetector", &["guardduty.amazonaws.com"]),
    ("DisassociateFromAdministratorAccount", &["guardduty.amazonaws.com", "securityhub.amazonaws.com"]),
    ("DisableSecurityHub", &["securityhub.amazonaws.com"]),
    ("BatchDisableStandards", &["securityhub.amazonaws.com"]),
    ("DeleteFlowLogs", &["ec2.amazonaws.com"]),
    ("DisableEbsEncryptionByDefault", &["ec2.amazonaws.com"]),
    ("DisableSnapshotBlockPublicAccess", &["ec2.amazonaws.com"]),
    ("DisableImageBlockPublicAccess", &["ec2.amazonaws.com"]),
    ("DisableAllowedImagesSettings", &["ec2.amazonaws.com"]),
    ("DeleteAccountPublicAccessBlock", &["s3.amazonaws.com"]),
    ("DeleteAlarms", &["monitoring.amazonaws.com"]),
];

const WAF: &[&str] = &["waf-regional.amazonaws.com", "waf.amazonaws.com", "wafv2.amazonaws.com"];

/// Events that change what a network lets through.
pub const NETWORK_CHANGES: &[Named] = &[
    ("AuthorizeSecurityGroupIngress", &["ec2.amazonaws.com"]),
    ("AuthorizeSecurityGroupEgress", &["ec2.amazonaws.com"]),
    ("RevokeSecurityGroupIngress", &["ec2.amazonaws.com"]),
    ("ModifySecurityGroupRules", &["ec2.amazonaws.com"]),
    ("CreateNetworkAclEntry", &["ec2.amazonaws.com"]),
    ("ReplaceNetworkAclEntry", &["ec2.amazonaws.com"]),
    ("DeleteNetworkAclEntry", &["ec2.amazonaws.com"]),
    ("CreateRoute", &["ec2.amazonaws.com"]),
    ("ReplaceRoute", &["ec2.amazonaws.com"]),
    ("DeleteRoute", &["ec2.amazonaws.com"]),
    ("ReplaceRouteTableAssociation", &["ec2.amazonaws.com"]),
    ("UpdateWebACL", WAF),
    ("DeleteWebACL", WAF),
    ("DisassociateWebACL", WAF),
    (
        "UpdateRuleGroup",
        &["network-firewall.amazonaws.com", "waf-regional.amazonaws.com", "waf.amazonaws.com", "wafv2.amazonaws.com"],
    ),
    ("UpdateFirewallPolicy", &["network-firewall.amazonaws.com"]),
];

/// Events that create serving infrastructure. RunInstances is an [`InstanceLaunch`].
pub const RESOURCE_CREATIONS: &[Named] = &[
    ("CreateAutoScalingGroup", &["autoscaling.amazonaws.com"]),
    ("CreateLoadBalancer", &["elasticloadbalancing.amazonaws.com", "lightsail.amazonaws.com"]),
    ("CreateDBInstance", &["rds.amazonaws.com"]),
    ("CreateDBCluster", &["rds.amazonaws.com"]),
    ("CreateFunction20150331", &["lambda.amazonaws.com"]),
    (
        "CreateCluster",
        &[
            "dax.amazonaws.com",
            "ecs.amazonaws.com",
            "eks.amazonaws.com",
            "kafka.amazonaws.com",
            "memorydb.amazonaws.com",
            "redshift.amazonaws.com",
        ],
    ),
    ("CreateTable", &["cassandra.amazonaws.com", "dynamodb.amazonaws.com"]),
    ("CreateQueue", &["sqs.amazonaws.com"]),
];

/// Events that deploy.
pub const DEPLOYMENTS: &[Named] = &[
    ("CreateStack", &["cloudformation.amazonaws.com"]),
    ("UpdateStack", &["cloudformation.amazonaws.com"]),
    ("ExecuteChangeSet", &["cloudformation.amazonaws.com"]),
    ("UpdateFunctionCode20150331v2", &["lambda.amazonaws.com"]),
    ("UpdateService", &["apprunner.amazonaws.com", "ecs.amazonaws.com"]),
    ("CreateDeployment", &["amplify.amazonaws.com", "apigateway.amazonaws.com", "codedeploy.amazonaws.com"]),
    ("StartInstanceRefresh", &["autoscaling.amazonaws.com"]),
];

/// Events that restore a backup.
pub const RESTORES: &[Named] = &[
    ("StartRestoreJob", &["backup.amazonaws.com"]),
    ("RestoreDBInstanceFromDBSnapshot", &["rds.amazonaws.com"]),
    ("RestoreDBInstanceToPointInTime", &["rds.amazonaws.com"]),
    ("RestoreDBClusterFromSnapshot", &["rds.amazonaws.com"]),
    ("RestoreDBClusterToPointInTime", &["rds.amazonaws.com"]),
    ("RestoreTableFromBackup", &["dynamodb.amazonaws.com"]),
    ("RestoreTableToPointInTime", &["dynamodb.amazonaws.com"]),
];

/// Events that log in to a server or container.
pub const INTERACTIVE_LOGINS: &[Named] = &[
    ("StartSession", &["ssm.amazonaws.com"]),
    ("SendSSHPublicKey", &["ec2-instance-connect.amazonaws.com"]),
    ("SendSerialConsoleSSHPublicKey", &["ec2-instance-connect.amazonaws.com"]),
    ("ExecuteCommand", &["ecs.amazonaws.com"]),
];

#[cfg(test)]
mod tests {
    use super::Tool;

    #[test]
    fn tools_are_told_apart() {
        let terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.60 aws-sdk-go-v2/1.30";
        assert_eq!(Tool::of(terraform, None, false), Tool::Terraform);
        assert_eq!(
            Tool::of("cloudformation.amazonaws.com", Some("cloudformation.amazonaws.com"), false),
            Tool::Cloudformation
        );
        assert_eq!(Tool::of("autoscaling.amazonaws.com", Some("autoscaling.amazonaws.com"), false), Tool::AwsService);
        assert_eq!(Tool::of("Mozilla/5.0 (X11; Linux x86_64)", None, true), Tool::Console);
        assert_eq!(Tool::of("aws-cli/2.17.1 md/awscrt#0.20", None, false), Tool::Cli);
        assert_eq!(Tool::of("Boto3/1.34 md/Botocore#1.34", None, false), Tool::Sdk);
        assert_eq!(Tool::of("curl/8.5", None, false), Tool::Other);
        // A person's console session may start CloudFormation; what makes the resources is still CloudFormation.
        assert_eq!(
            Tool::of("cloudformation.amazonaws.com", Some("cloudformation.amazonaws.com"), true),
            Tool::Cloudformation
        );
    }
}

//! Auto Scaling groups, what resizes them, and what they launch.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// One instance of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupInstance {
    /// (`DescribeAutoScalingGroups` Instances[].InstanceId.)
    pub instance_id: String,
    /// (`DescribeAutoScalingGroups` Instances[].AvailabilityZone.)
    pub availability_zone: String,
    /// `InService`, `Standby` … (`DescribeAutoScalingGroups` Instances[].LifecycleState).
    pub lifecycle_state: String,
    /// `Healthy` or `Unhealthy`, in this spelling (`DescribeAutoScalingGroups` Instances[].HealthStatus).
    pub health_status: String,
    /// (`DescribeAutoScalingGroups` Instances[].ProtectedFromScaleIn.)
    pub protected_from_scale_in: bool,
}

/// The launch template that a group uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaunchTemplateChoice {
    /// (`DescribeAutoScalingGroups` LaunchTemplate.LaunchTemplateId, or that of MixedInstancesPolicy.)
    pub launch_template_id: String,
    /// A number, `$Latest` or `$Default` (`DescribeAutoScalingGroups` LaunchTemplate.Version); `$Default` where AWS says none.
    pub version: String,
}

/// An Auto Scaling group. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutoScalingGroup {
    /// (`DescribeAutoScalingGroups` AutoScalingGroupName.)
    pub auto_scaling_group_name: String,
    /// (`DescribeAutoScalingGroups` MinSize.)
    pub min_size: i64,
    /// (`DescribeAutoScalingGroups` MaxSize.)
    pub max_size: i64,
    /// (`DescribeAutoScalingGroups` DesiredCapacity.)
    pub desired_capacity: i64,
    /// When it was made (`DescribeAutoScalingGroups` CreatedTime).
    pub created_time: Timestamp,
    /// Zones it may launch in, sorted (`DescribeAutoScalingGroups` AvailabilityZones).
    pub availability_zones: Vec<String>,
    /// Subnets it may launch in, sorted (`DescribeAutoScalingGroups` VPCZoneIdentifier, split at commas).
    pub subnet_ids: Vec<String>,
    /// Its instances, sorted by id (`DescribeAutoScalingGroups` Instances).
    pub instances: Vec<GroupInstance>,
    /// Health checks beside EC2's own, sorted, such as `ELB` (`DescribeAutoScalingGroups` HealthCheckType, split at commas).
    pub health_check_types: Vec<String>,
    /// Seconds after launch in which a failed check counts for nothing (`DescribeAutoScalingGroups` HealthCheckGracePeriod).
    pub health_check_grace_period: Option<i64>,
    /// Processes that are suspended, sorted (`DescribeAutoScalingGroups` SuspendedProcesses[].ProcessName).
    pub suspended_processes: Vec<String>,
    /// Target groups, classic load balancers and other traffic sources, sorted (`DescribeAutoScalingGroups` TargetGroupARNs,
    /// LoadBalancerNames, TrafficSources[].Identifier).
    pub traffic_sources: Vec<String>,
    /// The template; null where it uses a launch configuration or one instance's settings (`DescribeAutoScalingGroups` LaunchTemplate
    /// or MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification).
    pub launch_template: Option<LaunchTemplateChoice>,
    /// The launch configuration; null where it uses a template (`DescribeAutoScalingGroups` LaunchConfigurationName).
    pub launch_configuration_name: Option<String>,
    /// Instance types that override the template's, sorted (`DescribeAutoScalingGroups` MixedInstancesPolicy.LaunchTemplate.Overrides[].InstanceType).
    pub override_instance_types: Vec<String>,
    /// Whether types are chosen by attributes (`DescribeAutoScalingGroups` MixedInstancesPolicy.LaunchTemplate.Overrides[].InstanceRequirements
    /// is present).
    pub chooses_types_by_attributes: bool,
    /// Percentage of On-Demand above the base, null without a mixed policy; below 100 it uses Spot (`DescribeAutoScalingGroups`
    /// MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity).
    pub on_demand_percentage_above_base: Option<i64>,
    /// (`DescribeAutoScalingGroups` CapacityRebalance.)
    pub capacity_rebalance: bool,
    /// (`DescribeAutoScalingGroups` NewInstancesProtectedFromScaleIn.)
    pub new_instances_protected_from_scale_in: bool,
    /// Seconds after which an instance is replaced; null for never (`DescribeAutoScalingGroups` MaxInstanceLifetime, 0 counts as none).
    pub max_instance_lifetime: Option<i64>,
    /// Group metrics that are published, sorted (`DescribeAutoScalingGroups` EnabledMetrics[].Metric).
    pub enabled_metrics: Vec<String>,
}

/// A scaling policy. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScalingPolicy {
    /// (`DescribePolicies` PolicyName.)
    pub policy_name: String,
    /// (`DescribePolicies` AutoScalingGroupName.)
    pub auto_scaling_group_name: String,
    /// `TargetTrackingScaling`, `StepScaling`, `SimpleScaling` or `PredictiveScaling` (`DescribePolicies` PolicyType).
    pub policy_type: String,
    /// (`DescribePolicies` Enabled.)
    pub enabled: bool,
    /// Whether it only ever adds (`DescribePolicies` TargetTrackingConfiguration.DisableScaleIn).
    pub disable_scale_in: bool,
    /// `ForecastOnly` or `ForecastAndScale`; null when not predictive (`DescribePolicies` PredictiveScalingConfiguration.Mode).
    pub predictive_mode: Option<String>,
    /// Names of the alarms that drive it, sorted (`DescribePolicies` Alarms[].AlarmName).
    pub alarm_names: Vec<String>,
}

/// A scheduled change of a group's size. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledAction {
    /// (`DescribeScheduledActions` ScheduledActionName.)
    pub scheduled_action_name: String,
    /// (`DescribeScheduledActions` AutoScalingGroupName.)
    pub auto_scaling_group_name: String,
    /// As cron; null when it happens once (`DescribeScheduledActions` Recurrence).
    pub recurrence: Option<String>,
    /// When it ends; null for never (`DescribeScheduledActions` EndTime).
    pub end_time: Option<Timestamp>,
    /// (`DescribeScheduledActions` DesiredCapacity.)
    pub desired_capacity: Option<i64>,
}

/// What a group tells a topic. The record's id is `<group>/<topic ARN>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotificationConfiguration {
    /// (`DescribeNotificationConfigurations` AutoScalingGroupName.)
    pub auto_scaling_group_name: String,
    /// (`DescribeNotificationConfigurations` TopicARN.)
    pub topic_arn: String,
    /// Of what it tells, sorted, such as `autoscaling:EC2_INSTANCE_TERMINATE` (`DescribeNotificationConfigurations` NotificationType).
    pub notification_types: Vec<String>,
}

/// A launch configuration, which AWS has superseded by launch templates. The record's id is its name; its user data is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaunchConfiguration {
    /// (`DescribeLaunchConfigurations` LaunchConfigurationName.)
    pub launch_configuration_name: String,
    /// (`DescribeLaunchConfigurations` ImageId.)
    pub image_id: String,
    /// (`DescribeLaunchConfigurations` InstanceType.)
    pub instance_type: String,
    /// `required` or `optional`; null where the account's default holds (`DescribeLaunchConfigurations` MetadataOptions.HttpTokens).
    pub http_tokens: Option<String>,
    /// Whether it names an instance profile (`DescribeLaunchConfigurations` IamInstanceProfile).
    pub has_instance_profile: bool,
}

/// What one version of a launch template says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaunchTemplateData {
    /// (`ec2:DescribeLaunchTemplateVersions` LaunchTemplateVersions[].VersionNumber.)
    pub version_number: i64,
    /// Null where the template leaves it open; `resolve:ssm:…` where it follows a parameter (LaunchTemplateData.ImageId).
    pub image_id: Option<String>,
    /// Null where it leaves it open (LaunchTemplateData.InstanceType).
    pub instance_type: Option<String>,
    /// Whether types are chosen by attributes (LaunchTemplateData.InstanceRequirements is present).
    pub chooses_types_by_attributes: bool,
    /// `required` or `optional`; null where image and account decide (LaunchTemplateData.MetadataOptions.HttpTokens).
    pub http_tokens: Option<String>,
    /// Whether it names an instance profile (LaunchTemplateData.IamInstanceProfile).
    pub has_instance_profile: bool,
    /// Whether it asks for a public address; null where the subnet decides (LaunchTemplateData.NetworkInterfaces[].AssociatePublicIpAddress).
    pub associate_public_ip_address: Option<bool>,
    /// Whether it has user data, of which nothing is kept (LaunchTemplateData.UserData is present).
    pub has_user_data: bool,
    /// `spot`; null for On-Demand (LaunchTemplateData.InstanceMarketOptions.MarketType).
    pub market_type: Option<String>,
    /// Tag keys that it puts on instances, sorted (LaunchTemplateData.TagSpecifications where ResourceType is instance).
    pub instance_tag_keys: Vec<String>,
}

/// A launch template with its default and its latest version. The record's id is the template's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaunchTemplate {
    /// (`ec2:DescribeLaunchTemplates` LaunchTemplateName.)
    pub launch_template_name: String,
    /// (`ec2:DescribeLaunchTemplates` DefaultVersionNumber.)
    pub default_version_number: i64,
    /// (`ec2:DescribeLaunchTemplates` LatestVersionNumber.)
    pub latest_version_number: i64,
    /// (`ec2:DescribeLaunchTemplates` CreateTime.)
    pub create_time: Timestamp,
    /// The default version (`ec2:DescribeLaunchTemplateVersions` with Versions `$Default`).
    pub default_version: Read<LaunchTemplateData>,
    /// The latest version (`ec2:DescribeLaunchTemplateVersions` with Versions `$Latest`).
    pub latest_version: Read<LaunchTemplateData>,
}

//! What this collector may ask, and what it keeps of the answers.
//!
//! Of user data nothing is kept but that there is some.

use wellproof_aws::Operation;

const fn autoscaling(name: &'static str, action: &'static str) -> Operation {
    Operation::new("autoscaling", name, action)
}

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    autoscaling("DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingGroups").keeps(&[
        "AutoScalingGroups.AutoScalingGroupARN",
        "AutoScalingGroups.AutoScalingGroupName",
        "AutoScalingGroups.AvailabilityZones",
        "AutoScalingGroups.DesiredCapacity",
        "AutoScalingGroups.EnabledMetrics.Metric",
        "AutoScalingGroups.HealthCheckGracePeriod",
        "AutoScalingGroups.HealthCheckType",
        "AutoScalingGroups.Instances.AvailabilityZone",
        "AutoScalingGroups.Instances.HealthStatus",
        "AutoScalingGroups.Instances.InstanceId",
        "AutoScalingGroups.Instances.LifecycleState",
        "AutoScalingGroups.LaunchConfigurationName",
        "AutoScalingGroups.LaunchTemplate.LaunchTemplateId",
        "AutoScalingGroups.LaunchTemplate.Version",
        "AutoScalingGroups.LoadBalancerNames",
        "AutoScalingGroups.MaxInstanceLifetime",
        "AutoScalingGroups.MaxSize",
        "AutoScalingGroups.MinSize",
        "AutoScalingGroups.MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity",
        "AutoScalingGroups.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
        "AutoScalingGroups.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version",
        "AutoScalingGroups.MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceType",
        "AutoScalingGroups.SuspendedProcesses.ProcessName",
        "AutoScalingGroups.Tags.Key",
        "AutoScalingGroups.Tags.Value",
        "AutoScalingGroups.TargetGroupARNs",
        "AutoScalingGroups.TrafficSources.Identifier",
        "AutoScalingGroups.VPCZoneIdentifier",
        "NextToken",
    ]),
    autoscaling("DescribePolicies", "autoscaling:DescribePolicies").keeps(&[
        "NextToken",
        "ScalingPolicies.Alarms.AlarmName",
        "ScalingPolicies.AutoScalingGroupName",
        "ScalingPolicies.PolicyARN",
        "ScalingPolicies.PolicyName",
        "ScalingPolicies.PolicyType",
        "ScalingPolicies.PredictiveScalingConfiguration.Mode",
    ]),
    autoscaling("DescribeScheduledActions", "autoscaling:DescribeScheduledActions").keeps(&[
        "NextToken",
        "ScheduledUpdateGroupActions.AutoScalingGroupName",
        "ScheduledUpdateGroupActions.DesiredCapacity",
        "ScheduledUpdateGroupActions.Recurrence",
        "ScheduledUpdateGroupActions.ScheduledActionARN",
        "ScheduledUpdateGroupActions.ScheduledActionName",
    ]),
    autoscaling("DescribeNotificationConfigurations", "autoscaling:DescribeNotificationConfigurations").keeps(&[
        "NextToken",
        "NotificationConfigurations.AutoScalingGroupName",
        "NotificationConfigurations.NotificationType",
        "NotificationConfigurations.TopicARN",
    ]),
    autoscaling("DescribeLaunchConfigurations", "autoscaling:DescribeLaunchConfigurations").keeps(&[
        "LaunchConfigurations.ImageId",
        "LaunchConfigurations.InstanceType",
        "LaunchConfigurations.LaunchConfigurationARN",
        "LaunchConfigurations.LaunchConfigurationName",
        "LaunchConfigurations.MetadataOptions.HttpTokens",
        "NextToken",
    ]),
    Operation::new("ec2", "DescribeLaunchTemplates", "ec2:DescribeLaunchTemplates").keeps(&[
        "launchTemplates.defaultVersionNumber",
        "launchTemplates.latestVersionNumber",
        "launchTemplates.launchTemplateId",
        "launchTemplates.launchTemplateName",
        "launchTemplates.tagSet.key",
        "launchTemplates.tagSet.value",
        "nextToken",
    ]),
    Operation::new("ec2", "DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplateVersions").keeps(&[
        "launchTemplateVersionSet.launchTemplateData.imageId",
        "launchTemplateVersionSet.launchTemplateData.instanceMarketOptions.marketType",
        "launchTemplateVersionSet.launchTemplateData.instanceType",
        "launchTemplateVersionSet.launchTemplateData.metadataOptions.httpTokens",
        "launchTemplateVersionSet.launchTemplateData.tagSpecificationSet.resourceType",
        "launchTemplateVersionSet.launchTemplateData.tagSpecificationSet.tagSet.key",
        "launchTemplateVersionSet.launchTemplateId",
        "launchTemplateVersionSet.versionNumber",
        "nextToken",
    ]),
];

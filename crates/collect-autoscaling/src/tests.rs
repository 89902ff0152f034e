//! Paging, denial, deletion and the mapping of facts against mocked answers.

use aws_sdk_autoscaling::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::{
    AutoScalingGroup, LaunchConfiguration, LaunchTemplate, NotificationConfiguration, ScalingPolicy, ScheduledAction,
};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

/// An answer of Auto Scaling, in the query protocol's envelopes.
fn query_answer(operation: &str, members: &str) -> Response<SdkBody> {
    response(
        200,
        format!(
            "<{operation}Response xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><{operation}Result>{members}\
             </{operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{operation}Response>"
        ),
    )
}

fn query_denied() -> Response<SdkBody> {
    response(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not authorized to perform: \
         it because no identity-based policy allows it</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
            .to_owned(),
    )
}

/// An answer of EC2.
fn ec2_answer(operation: &str, members: &str) -> Response<SdkBody> {
    response(200, format!("<{operation}Response><requestId>r-1</requestId>{members}</{operation}Response>"))
}

fn ec2_error(status: u16, code: &str) -> Response<SdkBody> {
    response(
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>\
             <RequestID>r-1</RequestID></Response>"
        ),
    )
}

fn response(status: u16, body: String) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "text/xml");
    response
}

/// Runs the collector; whatever `rules` do not answer is empty.
async fn collected(mut rules: Vec<Rule>) -> Collected {
    rules.extend([
        mock!(Client::describe_auto_scaling_groups)
            .then_http_response(|| query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups/>")),
        mock!(Client::describe_policies).then_http_response(|| query_answer("DescribePolicies", "<ScalingPolicies/>")),
        mock!(Client::describe_scheduled_actions)
            .then_http_response(|| query_answer("DescribeScheduledActions", "<ScheduledUpdateGroupActions/>")),
        mock!(Client::describe_notification_configurations)
            .then_http_response(|| query_answer("DescribeNotificationConfigurations", "<NotificationConfigurations/>")),
        mock!(Client::describe_launch_configurations)
            .then_http_response(|| query_answer("DescribeLaunchConfigurations", "<LaunchConfigurations/>")),
        mock!(aws_sdk_ec2::Client::describe_launch_templates)
            .then_http_response(|| ec2_answer("DescribeLaunchTemplates", "<launchTemplates/>")),
    ]);
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all<T: Facts>(collected: &Collected) -> Vec<T> {
    collected.of(T::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

const GROUP: &str = "<member><AutoScalingGroupName>web</AutoScalingGroupName>\
    <AutoScalingGroupARN>arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:u:autoScalingGroupName/web</AutoScalingGroupARN>\
    <MinSize>2</MinSize><MaxSize>9</MaxSize><DesiredCapacity>3</DesiredCapacity><DefaultCooldown>300</DefaultCooldown>\
    <AvailabilityZones><member>us-east-1b</member><member>us-east-1a</member></AvailabilityZones>\
    <TargetGroupARNs><member>arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/t/1</member></TargetGroupARNs>\
    <TrafficSources><member><Identifier>arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/t/1</Identifier>\
    <Type>elbv2</Type></member></TrafficSources><HealthCheckType>EC2,ELB</HealthCheckType>\
    <HealthCheckGracePeriod>120</HealthCheckGracePeriod><CreatedTime>2026-01-01T00:00:00.000Z</CreatedTime>\
    <VPCZoneIdentifier>subnet-2,subnet-1</VPCZoneIdentifier><MaxInstanceLifetime>604800</MaxInstanceLifetime>\
    <SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName><SuspensionReason>eve did</SuspensionReason></member>\
    </SuspendedProcesses><EnabledMetrics><member><Metric>GroupInServiceInstances</Metric></member></EnabledMetrics>\
    <Instances><member><InstanceId>i-1</InstanceId><AvailabilityZone>us-east-1a</AvailabilityZone>\
    <LifecycleState>InService</LifecycleState><HealthStatus>HEALTHY</HealthStatus>\
    <ProtectedFromScaleIn>false</ProtectedFromScaleIn></member></Instances>\
    <Tags><member><Key>Name</Key><Value>web</Value><PropagateAtLaunch>true</PropagateAtLaunch></member></Tags>\
    <MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>\
    <LaunchTemplateName>web</LaunchTemplateName></LaunchTemplateSpecification><Overrides><member>\
    <InstanceType>m5.large</InstanceType></member><member><InstanceRequirements><VCpuCount><Min>2</Min></VCpuCount>\
    </InstanceRequirements></member></Overrides></LaunchTemplate><InstancesDistribution>\
    <OnDemandPercentageAboveBaseCapacity>20</OnDemandPercentageAboveBaseCapacity></InstancesDistribution>\
    </MixedInstancesPolicy><NewInstancesProtectedFromScaleIn>false</NewInstancesProtectedFromScaleIn>\
    <CapacityRebalance>true</CapacityRebalance></member>";

fn first_groups() -> Rule {
    mock!(Client::describe_auto_scaling_groups).match_requests(|it| it.next_token().is_none()).then_http_response(
        || {
            let members = format!("<AutoScalingGroups>{GROUP}</AutoScalingGroups><NextToken>more</NextToken>");
            query_answer("DescribeAutoScalingGroups", &members)
        },
    )
}

#[tokio::test]
async fn groups_are_read_to_the_last_page() {
    let second = mock!(Client::describe_auto_scaling_groups).match_requests(|it| it.next_token() == Some("more"));
    let second = second.then_http_response(|| {
        let members = format!("<AutoScalingGroups>{}</AutoScalingGroups>", GROUP.replace("web", "zzz"));
        query_answer("DescribeAutoScalingGroups", &members)
    });
    let collected = collected(vec![first_groups(), second]).await;

    let listing = collected.listing(AutoScalingGroup::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let group = &all::<AutoScalingGroup>(&collected)[0];
    assert_eq!((group.min_size, group.max_size, group.desired_capacity), (2, 9, 3));
    assert_eq!(group.subnet_ids, ["subnet-1", "subnet-2"]);
    assert_eq!(group.health_check_types, ["ELB"]);
    assert_eq!((group.health_check_grace_period, group.max_instance_lifetime), (Some(120), Some(604_800)));
    assert_eq!(group.instances[0].health_status, "Healthy");
    assert_eq!(group.traffic_sources.len(), 1);
    let template = group.launch_template.as_ref().unwrap();
    assert_eq!((template.launch_template_id.as_str(), template.version.as_str()), ("lt-1", "$Default"));
    assert_eq!((group.on_demand_percentage_above_base, group.chooses_types_by_attributes), (Some(20), true));
    assert_eq!(group.override_instance_types, ["m5.large"]);
    assert_eq!(group.suspended_processes, ["AZRebalance"]);
    let record = collected.of(AutoScalingGroup::TYPE)[0];
    assert_eq!((record.id.as_str(), record.tags.as_ref().unwrap().get("Name")), ("web", Some("web")));
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeAutoScalingGroups").unwrap();
    let reason = "AutoScalingGroups.SuspendedProcesses.SuspensionReason".to_owned();
    assert!(call.redacted.contains(&reason), "{:?}", call.redacted);
}

#[tokio::test]
async fn a_denied_page_leaves_the_listing_partial() {
    let second = mock!(Client::describe_auto_scaling_groups)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(query_denied);
    let policies = mock!(Client::describe_policies).then_http_response(query_denied);
    let collected = collected(vec![first_groups(), second, policies]).await;

    assert_eq!(collected.state(AutoScalingGroup::TYPE), ListingState::Partial);
    assert_eq!(collected.state(ScalingPolicy::TYPE), ListingState::Unread);
    assert_eq!(collected.state(ScheduledAction::TYPE), ListingState::Complete);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == ScalingPolicy::TYPE).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["autoscaling:DescribePolicies".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn policies_and_schedules_name_their_group() {
    let policies = mock!(Client::describe_policies).then_http_response(|| {
        query_answer(
            "DescribePolicies",
            "<ScalingPolicies><member><AutoScalingGroupName>web</AutoScalingGroupName><PolicyName>cpu</PolicyName>\
             <PolicyARN>arn:p1</PolicyARN><PolicyType>TargetTrackingScaling</PolicyType><Enabled>true</Enabled><Alarms>\
             <member><AlarmName>b</AlarmName><AlarmARN>arn:b</AlarmARN></member><member><AlarmName>a</AlarmName>\
             </member></Alarms><TargetTrackingConfiguration><TargetValue>50.0</TargetValue>\
             <DisableScaleIn>true</DisableScaleIn></TargetTrackingConfiguration></member>\
             <member><AutoScalingGroupName>web</AutoScalingGroupName><PolicyName>foresee</PolicyName>\
             <PolicyARN>arn:p2</PolicyARN><PolicyType>PredictiveScaling</PolicyType><Enabled>false</Enabled><Alarms/>\
             <PredictiveScalingConfiguration><Mode>ForecastAndScale</Mode></PredictiveScalingConfiguration></member>\
             </ScalingPolicies>",
        )
    });
    let actions = mock!(Client::describe_scheduled_actions).then_http_response(|| {
        query_answer(
            "DescribeScheduledActions",
            "<ScheduledUpdateGroupActions><member><AutoScalingGroupName>web</AutoScalingGroupName>\
             <ScheduledActionName>night</ScheduledActionName><ScheduledActionARN>arn:s1</ScheduledActionARN>\
             <Recurrence>0 20 * * *</Recurrence><DesiredCapacity>0</DesiredCapacity></member>\
             </ScheduledUpdateGroupActions>",
        )
    });
    let configurations = mock!(Client::describe_launch_configurations).then_http_response(|| {
        query_answer(
            "DescribeLaunchConfigurations",
            "<LaunchConfigurations><member><LaunchConfigurationName>old</LaunchConfigurationName><ImageId>ami-1</ImageId>\
             <InstanceType>t2.micro</InstanceType><UserData>c2VjcmV0</UserData><IamInstanceProfile>web</IamInstanceProfile>\
             <CreatedTime>2020-01-01T00:00:00.000Z</CreatedTime><LaunchConfigurationARN>arn:lc</LaunchConfigurationARN>\
             </member></LaunchConfigurations>",
        )
    });
    let collected = collected(vec![policies, actions, configurations]).await;

    let policies: Vec<ScalingPolicy> = all(&collected);
    assert_eq!(
        (policies[0].disable_scale_in, policies[0].alarm_names.as_slice()),
        (true, ["a".into(), "b".into()].as_slice())
    );
    assert_eq!((policies[1].enabled, policies[1].predictive_mode.as_deref()), (false, Some("ForecastAndScale")));
    let actions: Vec<ScheduledAction> = all(&collected);
    assert_eq!((actions[0].recurrence.as_deref(), actions[0].desired_capacity), (Some("0 20 * * *"), Some(0)));
    let configurations: Vec<LaunchConfiguration> = all(&collected);
    assert_eq!((configurations[0].http_tokens.as_deref(), configurations[0].has_instance_profile), (None, true));
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeLaunchConfigurations").unwrap();
    assert!(call.redacted.contains(&"LaunchConfigurations.UserData".to_owned()), "{:?}", call.redacted);
}

#[tokio::test]
async fn what_a_group_tells_is_put_together_over_pages() {
    let entry = |kind: &str| {
        format!(
            "<NotificationConfigurations><member><AutoScalingGroupName>web</AutoScalingGroupName><TopicARN>arn:t</TopicARN>\
             <NotificationType>autoscaling:{kind}</NotificationType></member></NotificationConfigurations>"
        )
    };
    let first = mock!(Client::describe_notification_configurations)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(move || {
            let members = entry("EC2_INSTANCE_TERMINATE") + "<NextToken>more</NextToken>";
            query_answer("DescribeNotificationConfigurations", &members)
        });
    let second = mock!(Client::describe_notification_configurations)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(move || query_answer("DescribeNotificationConfigurations", &entry("EC2_INSTANCE_LAUNCH")));
    let collected = collected(vec![first, second]).await;

    let listing = collected.listing(NotificationConfiguration::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 1, 2));
    let told: Vec<NotificationConfiguration> = all(&collected);
    assert_eq!(told[0].notification_types, ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]);
    assert_eq!(collected.of(NotificationConfiguration::TYPE)[0].calls.len(), 2);
}

fn templates() -> Rule {
    mock!(aws_sdk_ec2::Client::describe_launch_templates).then_http_response(|| {
        let template = |id: &str| {
            format!(
                "<item><launchTemplateId>{id}</launchTemplateId><launchTemplateName>{id}-name</launchTemplateName>\
                 <createTime>2026-01-01T00:00:00.000Z</createTime><createdBy>arn:aws:iam::111122223333:user/eve</createdBy>\
                 <defaultVersionNumber>1</defaultVersionNumber><latestVersionNumber>3</latestVersionNumber></item>"
            )
        };
        ec2_answer("DescribeLaunchTemplates", &format!("<launchTemplates>{}{}</launchTemplates>", template("lt-1"), template("lt-2")))
    })
}

fn version(id: &str, number: u32) -> String {
    format!(
        "<item><launchTemplateId>{id}</launchTemplateId><versionNumber>{number}</versionNumber><launchTemplateData>\
         <imageId>resolve:ssm:/golden</imageId><userData>c2VjcmV0</userData><iamInstanceProfile><name>web</name>\
         </iamInstanceProfile><metadataOptions><httpTokens>required</httpTokens></metadataOptions><networkInterfaceSet>\
         <item><deviceIndex>0</deviceIndex><associatePublicIpAddress>false</associatePublicIpAddress></item>\
         </networkInterfaceSet><tagSpecificationSet><item><resourceType>instance</resourceType><tagSet><item>\
         <key>team</key><value>eve's</value></item></tagSet></item><item><resourceType>volume</resourceType><tagSet>\
         <item><key>disk</key><value>x</value></item></tagSet></item></tagSpecificationSet></launchTemplateData></item>"
    )
}

fn versions(
    of: Option<&'static str>,
) -> aws_smithy_mocks::RuleBuilder<
    aws_sdk_ec2::operation::describe_launch_template_versions::DescribeLaunchTemplateVersionsInput,
    aws_sdk_ec2::operation::describe_launch_template_versions::DescribeLaunchTemplateVersionsOutput,
    aws_sdk_ec2::operation::describe_launch_template_versions::DescribeLaunchTemplateVersionsError,
> {
    mock!(aws_sdk_ec2::Client::describe_launch_template_versions)
        .match_requests(move |it| it.launch_template_id() == of)
}

#[tokio::test]
async fn templates_come_with_their_versions_and_without_user_data() {
    let at_once = versions(None).then_http_response(|| {
        let items = [version("lt-1", 1), version("lt-1", 3), version("lt-2", 1)].concat();
        ec2_answer(
            "DescribeLaunchTemplateVersions",
            &format!("<launchTemplateVersionSet>{items}</launchTemplateVersionSet>"),
        )
    });
    // Deleted since it was listed.
    let gone = versions(Some("lt-2")).then_http_response(|| ec2_error(400, "InvalidLaunchTemplateId.NotFound"));
    let collected = collected(vec![templates(), at_once, gone]).await;

    assert_eq!(collected.state(LaunchTemplate::TYPE), ListingState::Complete);
    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
    let reply = collected.calls.iter().find(|call| call.status == 400).unwrap();
    assert!(collected.listing(LaunchTemplate::TYPE).calls.contains(&reply.id), "that lt-2 is gone rests on the reply");
    let templates: Vec<LaunchTemplate> = all(&collected);
    assert_eq!(templates.len(), 1);
    let latest = templates[0].latest_version.known().unwrap();
    assert_eq!((latest.version_number, latest.image_id.as_deref()), (3, Some("resolve:ssm:/golden")));
    assert_eq!(
        (latest.has_user_data, latest.has_instance_profile, latest.instance_type.as_deref()),
        (true, true, None)
    );
    assert_eq!(latest.associate_public_ip_address, Some(false));
    assert_eq!(latest.instance_tag_keys, ["team"]);
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeLaunchTemplateVersions").unwrap();
    let user_data = "launchTemplateVersionSet.launchTemplateData.userData".to_owned();
    assert!(call.redacted.contains(&user_data), "{:?}", call.redacted);
    // Its page, and the one with both versions.
    assert_eq!(collected.of(LaunchTemplate::TYPE)[0].calls.len(), 2);
}

#[tokio::test]
async fn versions_that_may_not_be_read_leave_the_template() {
    let denied = versions(None).then_http_response(|| ec2_error(403, "UnauthorizedOperation"));
    let collected = collected(vec![templates(), denied]).await;
    let found = collected.of(LaunchTemplate::TYPE);
    assert_eq!((found.len(), collected.state(LaunchTemplate::TYPE)), (2, ListingState::Complete));
    assert!(found[0].unread.contains_key("default_version") && found[0].unread.contains_key("latest_version"));
    let gap = &collected.finished.gaps[0];
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["ec2:DescribeLaunchTemplateVersions".to_owned()].as_slice())
    );
}

use serde_json::json;
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::{Stack, StackResource};
use wellproof_facts::cloudtrail::InstanceLaunch;
use wellproof_facts::cloudwatch::{Alarm, MetricNamespace};
use wellproof_facts::derived::{ImageOwner, InstanceProvenance, InstanceUse, Origin, OriginEvidence, SnapshotUse};
use wellproof_facts::ec2::{Image, Instance, InstanceType, Snapshot, Volume};
use wellproof_model::{Read, Resource, TagSelector};

use crate::world::{HERE, World, call, tags, unread};

const STACK: &str = "arn:aws:cloudformation:eu-central-1:111122223333:stack/web/1";

fn instance(world: &mut World) -> &mut Resource {
    world.put::<Instance>(
        "i-1",
        json!({"instance_id": "i-1", "state": "running", "created_time": "2026-05-20T00:00:00Z",
            "launch_time": "2026-05-20T00:00:00Z", "instance_type": "m7g.large", "image_id": "ami-1"}),
    )
}

fn launch(world: &mut World, tool: &str) {
    world.put::<InstanceLaunch>(
        "e-1",
        json!({"instance_ids": ["i-1"], "tool": tool, "principal_arn": "arn:aws:iam::111122223333:role/ops",
            "event_time": "2026-05-20T00:00:00Z"}),
    );
}

fn told(world: &World) -> (Read<Origin>, Read<OriginEvidence>) {
    let told: InstanceProvenance = world.derived("i-1");
    (told.origin, told.evidence)
}

fn known(origin: Origin, evidence: OriginEvidence) -> (Read<Origin>, Read<OriginEvidence>) {
    (Read::Known(origin), Read::Known(evidence))
}

#[test]
fn nothing_tells_and_everything_was_read() {
    let mut world = World::new();
    instance(&mut world);
    assert_eq!(told(&world), known(Origin::Unknown, OriginEvidence::None));
    let record = world.record::<InstanceProvenance>("i-1");
    for kind in [Instance::TYPE, StackResource::TYPE, AutoScalingGroup::TYPE, InstanceLaunch::TYPE] {
        assert!(record.calls.contains(&call(kind, HERE)), "{kind}");
    }
    let facts: InstanceProvenance = record.facts().unwrap();
    assert_eq!(facts.launched_by_cloudformation, Read::Known(false));
    assert_eq!(facts.launched_by_code_or_service, Read::Known(false));
    assert_eq!(facts.principal, Read::Known(None));
    assert!(!facts.tagged);
}

#[test]
fn a_stack_by_its_tag() {
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("aws:cloudformation:stack-id", STACK)]);
    assert_eq!(told(&world), known(Origin::Cloudformation, OriginEvidence::Tag));
    let facts: InstanceProvenance = world.derived("i-1");
    assert_eq!(facts.stack, Read::Known(Some(STACK.to_owned())));
    assert_eq!(facts.launched_by_cloudformation, Read::Known(true));
    assert!(!facts.tagged, "AWS's own tags are none of the account's");

    world.put::<StackResource>("m", json!({"stack_id": STACK, "resource_type": "AWS::CDK::Metadata"}));
    assert_eq!(told(&world), known(Origin::Cdk, OriginEvidence::Tag));
}

#[test]
fn a_stacks_tag_is_enough_where_stacks_were_not_read() {
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("aws:cloudformation:stack-name", "web")]);
    let gap = world.cut::<StackResource>();
    let facts: InstanceProvenance = world.derived("i-1");
    assert_eq!(facts.launched_by_cloudformation, Read::Known(true));
    assert_eq!(facts.launched_by_code_or_service, Read::Known(true));
    assert_eq!(facts.evidence, Read::Known(OriginEvidence::Tag));
    assert_eq!(facts.origin, Read::Unread(gap), "whether it is the CDK's stands in the stack");
}

#[test]
fn a_stack_by_its_list_of_resources() {
    let mut world = World::new();
    instance(&mut world);
    let owned = json!({"stack_id": STACK, "stack_name": "web", "physical_resource_id": "i-1",
        "resource_type": Instance::TYPE, "resource_status": "CREATE_COMPLETE"});
    world.put::<StackResource>("r", owned);
    assert_eq!(told(&world), known(Origin::Cloudformation, OriginEvidence::StackResource));
}

#[test]
fn a_group_that_is_a_stacks_resource() {
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("aws:autoscaling:groupName", "web")]);
    world.put::<AutoScalingGroup>("web", json!({"auto_scaling_group_name": "web"}));
    assert_eq!(told(&world), known(Origin::Autoscaling, OriginEvidence::Tag));
    let owned = json!({"stack_id": STACK, "physical_resource_id": "web", "resource_type": AutoScalingGroup::TYPE,
        "resource_status": "CREATE_COMPLETE"});
    world.put::<StackResource>("r", owned);
    assert_eq!(told(&world), known(Origin::Cloudformation, OriginEvidence::StackResource));
    let facts: InstanceProvenance = world.derived("i-1");
    assert_eq!(facts.launched_by_cloudformation, Read::Known(true));
    assert_eq!(facts.auto_scaling_group, Read::Known(Some("web".to_owned())));
}

#[test]
fn a_group_by_its_list_of_instances() {
    let mut world = World::new();
    instance(&mut world);
    let member = json!([{"instance_id": "i-1", "availability_zone": "a", "lifecycle_state": "InService",
        "health_status": "Healthy", "protected_from_scale_in": false}]);
    world.put::<AutoScalingGroup>("web", json!({"auto_scaling_group_name": "web", "instances": member}));
    assert_eq!(told(&world), known(Origin::Autoscaling, OriginEvidence::AutoScalingGroup));
    world.cut::<AutoScalingGroup>();
    assert_eq!(told(&world), known(Origin::Autoscaling, OriginEvidence::AutoScalingGroup), "a match needs no end");
}

#[test]
fn services_and_tools_by_their_tags() {
    for (key, origin) in [
        ("eks:nodegroup-name", Origin::Eks),
        ("karpenter.sh/nodepool", Origin::Eks),
        ("AWSBatchServiceTag", Origin::Batch),
        ("aws:ec2spot:fleet-request-id", Origin::SpotFleet),
    ] {
        let mut world = World::new();
        instance(&mut world).tags = tags(&[(key, "x")]);
        assert_eq!(told(&world), known(origin, OriginEvidence::Tag), "{key}");
        let facts: InstanceProvenance = world.derived("i-1");
        assert_eq!(facts.launched_by_code_or_service, Read::Known(true));
        assert_eq!(facts.launched_by_cloudformation, Read::Known(false));
        let replaced = world.derived::<InstanceUse>("i-1").replaced_automatically;
        assert_eq!(replaced == Read::Known(true), origin != Origin::SpotFleet, "{key}: some fleets replace nothing");
    }
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("managed-by", "tf")]);
    world.provenance.tags.insert("terraform".to_owned(), TagSelector::from("managed-by=tf".to_owned()));
    world.cut::<StackResource>();
    world.cut::<InstanceLaunch>();
    assert_eq!(told(&world), known(Origin::Terraform, OriginEvidence::Tag));
}

#[test]
fn the_event_tells_who_and_when() {
    for (tool, origin, code) in [
        ("terraform", Origin::Terraform, true),
        ("pulumi", Origin::Pulumi, true),
        ("console", Origin::Console, false),
        ("cli", Origin::Cli, false),
        ("sdk", Origin::Sdk, false),
    ] {
        let mut world = World::new();
        instance(&mut world);
        launch(&mut world, tool);
        assert_eq!(told(&world), known(origin, OriginEvidence::CloudtrailEvent));
        let facts: InstanceProvenance = world.derived("i-1");
        assert_eq!(facts.launched_by_code_or_service, Read::Known(code));
        assert_eq!(facts.principal, Read::Known(Some("arn:aws:iam::111122223333:role/ops".to_owned())));
        assert_eq!(facts.launched_at, Read::Known(Some("2026-05-20T00:00:00Z".parse().unwrap())));
    }
}

#[test]
fn a_lookup_that_was_cut_off_is_no_absence() {
    let mut world = World::new();
    instance(&mut world);
    let gap = world.cut::<InstanceLaunch>();
    let facts: InstanceProvenance = world.derived("i-1");
    assert_eq!(facts.origin, Read::Unread(gap.clone()));
    assert_eq!(facts.launched_by_code_or_service, Read::Unread(gap.clone()));
    assert_eq!(facts.launched_at, Read::Unread(gap));
    assert_eq!(facts.launched_by_cloudformation, Read::Known(false));
}

#[test]
fn of_an_old_instance_no_event_can_be_found() {
    let mut world = World::new();
    instance(&mut world);
    let old =
        json!({"instance_id": "i-2", "created_time": "2026-01-01T00:00:00Z", "launch_time": "2026-05-30T00:00:00Z"});
    world.put::<Instance>("i-2", old);
    world.cut::<InstanceLaunch>();
    let facts: InstanceProvenance = world.derived("i-2");
    assert_eq!(facts.origin, Read::Known(Origin::Unknown));
    assert_eq!(facts.principal, Read::Known(None));
    assert!(matches!(facts.launched_by_code_or_service, Read::Unread(_)), "the event might have told");
    assert_eq!(facts.launched_by_cloudformation, Read::Known(false), "a stack's tag or list would tell");
}

#[test]
fn an_instance_that_was_started_lately_may_be_old() {
    let mut world = World::new();
    world.put::<Instance>("i-1", json!({"instance_id": "i-1", "launch_time": "2026-05-20T00:00:00Z"}));
    let facts: InstanceProvenance = world.derived("i-1");
    assert!(matches!(facts.launched_by_code_or_service, Read::Unread(_)));
    launch(&mut world, "console");
    let facts: InstanceProvenance = world.derived("i-1");
    assert_eq!(facts.launched_by_code_or_service, Read::Known(false));
}

#[test]
fn a_stack_that_carries_the_configured_tag_is_the_cdks() {
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("aws:cloudformation:stack-id", STACK)]);
    world.put::<Stack>(STACK, json!({"stack_id": STACK, "stack_name": "web"})).tags = tags(&[("by", "cdk")]);
    world.provenance.tags.insert("cdk".to_owned(), TagSelector::from("by=cdk".to_owned()));
    assert_eq!(told(&world), known(Origin::Cdk, OriginEvidence::Tag));
}

#[test]
fn unread_tags_are_not_missing_tags() {
    let mut world = World::new();
    instance(&mut world);
    let gap = world.cut::<Image>();
    unread(&mut world.evidence.resources[0], "tags", &gap);
    let record = world.record::<InstanceProvenance>("i-1");
    assert_eq!(record.unread["tagged"], gap);
    assert!(record.attributes.get("tagged").is_none());
    assert_eq!(record.unread["origin"], gap);
}

#[test]
fn what_an_instance_is_made_of() {
    let mut world = World::new();
    instance(&mut world);
    let facts: InstanceUse = world.derived("i-1");
    assert_eq!(facts.image_owner, Read::Known(ImageOwner::Gone));
    assert_eq!(facts.image_creation_date, Read::Known(None));
    assert!(matches!(facts.current_generation, Read::Unread(_)), "its type is not told");
    assert_eq!(facts.alarmed, Read::Known(false));
    assert_eq!(facts.publishes_memory, Read::Known(false));
    assert!((facts.days_since_launch - 12.0).abs() < 1e-9);
    world.put::<Alarm>("query", json!({"alarm_name": "query", "metrics_untold": true, "namespaces": ["AWS/EC2"]}));
    assert!(
        matches!(world.derived::<InstanceUse>("i-1").alarmed, Read::Unread(_)),
        "its query may choose the instance"
    );

    world.put::<Image>("ami-1", json!({"image_owner_alias": "amazon", "creation_date": "2026-01-01T00:00:00Z"}));
    world.put::<InstanceType>("m7g.large", json!({"current_generation": true, "ena_support": "required"}));
    world.put::<MetricNamespace>("CWAgent", json!({"memory_instance_ids": ["i-1"]}));
    let metric = json!([{"namespace": "AWS/EC2", "metric_name": "StatusCheckFailed_System", "metric_key": "", "role": "compared",
        "dimensions": {"InstanceId": "i-1"}, "statistic": null}]);
    let recover = "arn:aws:automate:eu-central-1:ec2:recover";
    world.put::<Alarm>(
        "a",
        json!({"alarm_name": "a", "metrics": metric, "actions_enabled": true, "alarm_actions": [recover]}),
    );
    let facts: InstanceUse = world.derived("i-1");
    assert_eq!(facts.image_owner, Read::Known(ImageOwner::Amazon));
    let mut restored = World::new();
    restored.put::<Image>("ami-1", json!({"image_owner_alias": "aws-backup-vault"}));
    instance(&mut restored);
    assert_eq!(restored.derived::<InstanceUse>("i-1").image_owner, Read::Known(ImageOwner::BackupVault));
    assert_eq!(facts.current_generation, Read::Known(true));
    assert_eq!(facts.ena_capable, Read::Known(true));
    assert_eq!(facts.publishes_memory, Read::Known(true));
    assert_eq!(facts.publishes_disk, Read::Known(false));
    assert_eq!(facts.alarmed, Read::Known(true));
    assert_eq!(facts.recovers_automatically, Read::Known(true));
    assert_eq!(facts.replaced_automatically, Read::Known(false));
}

#[test]
fn what_replaces_an_instance() {
    let mut world = World::new();
    instance(&mut world).tags = tags(&[("aws:ec2:fleet-id", "fleet-1")]);
    let replaced = |world: &World| world.derived::<InstanceUse>("i-1").replaced_automatically;
    assert!(matches!(replaced(&world), Read::Unread(_)), "a fleet may have been asked once");
    instance(&mut world).tags = tags(&[("aws:autoscaling:groupName", "g")]);
    world.evidence.resources.remove(0);
    assert_eq!(replaced(&world), Read::Known(false), "its group is gone");
    world.put::<AutoScalingGroup>("g", json!({"auto_scaling_group_name": "g", "suspended_processes": ["AZRebalance"]}));
    assert_eq!(replaced(&world), Read::Known(true));
    world.evidence.resources.pop();
    world.put::<AutoScalingGroup>("g", json!({"auto_scaling_group_name": "g", "suspended_processes": ["Terminate"]}));
    assert_eq!(replaced(&world), Read::Known(false));
    world.evidence.resources.pop();
    let gap = world.cut::<AutoScalingGroup>();
    assert_eq!(replaced(&world), Read::Unread(gap));
}

#[test]
fn what_still_needs_a_snapshot() {
    let mut world = World::new();
    world.put::<Snapshot>("s-1", json!({"snapshot_id": "s-1", "volume_id": "v-1", "storage_tier": "archive"})).tags =
        tags(&[("aws:backup:source-resource", "x")]);
    let facts: SnapshotUse = world.derived("s-1");
    assert!(facts.kept_by_policy && facts.archived);
    assert_eq!((facts.volume_exists, facts.used_by_image), (Read::Known(false), Read::Known(false)));
    world.put::<Volume>("v-1", json!({}));
    world.put::<Image>("ami-1", json!({"own": true, "snapshot_ids": ["s-1"]}));
    let gap = world.cut::<Volume>();
    let facts: SnapshotUse = world.derived("s-1");
    assert_eq!((facts.volume_exists, facts.used_by_image), (Read::Known(true), Read::Known(true)));
    world.evidence.resources.retain(|resource| resource.kind != Volume::TYPE);
    assert_eq!(world.derived::<SnapshotUse>("s-1").volume_exists, Read::Unread(gap));
}

#[test]
fn a_copied_snapshot_names_no_volume() {
    let mut world = World::new();
    world.put::<Snapshot>("s-1", json!({"snapshot_id": "s-1", "volume_id": "vol-ffffffff"}));
    let facts: SnapshotUse = world.derived("s-1");
    assert!(matches!(facts.volume_exists, Read::Unread(_)));
    assert_eq!(facts.used_by_image, Read::Known(false));
}

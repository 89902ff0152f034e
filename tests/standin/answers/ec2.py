"""EC2: the account's regions and defaults, and what moto leaves out of instances, images and snapshots."""

from __future__ import annotations

from .. import apis
from ..request import Call
from ..world import World
from . import Answer, amends, answers


@answers("ec2", "DescribeRegions")
def regions(world: World, call: Call) -> Answer:
    """Every region of AWS; those that the account has on, or all of them when asked."""
    wanted = call.params.get("RegionNames") or (apis.all_regions() if call.params.get("AllRegions") else world.regions)
    return {
        "Regions": [
            {
                "RegionName": name,
                "Endpoint": f"ec2.{name}.amazonaws.com",
                "OptInStatus": "opt-in-not-required" if name in world.regions else "not-opted-in",
            }
            for name in wanted
        ]
    }


@answers("ec2", "GetInstanceMetadataDefaults")
def metadata_defaults(world: World, call: Call) -> Answer:
    """The region's defaults for the metadata service; empty where nobody set any."""
    rows = world.rows("metadata-defaults", call.region)
    return {"AccountLevel": rows[0] if rows else {"ManagedBy": "account"}}


@answers("ec2", "GetSnapshotBlockPublicAccessState")
def snapshot_sharing(world: World, call: Call) -> Answer:
    """Whether snapshots of the region may be made public."""
    rows = world.rows("snapshot-block-public-access", call.region)
    return rows[0] if rows else {"State": "unblocked", "ManagedBy": "account"}


@answers("ec2", "GetImageBlockPublicAccessState")
def image_sharing(world: World, call: Call) -> Answer:
    """Whether images of the region may be made public; blocked is what accounts start with since 2023."""
    rows = world.rows("image-block-public-access", call.region)
    return rows[0] if rows else {"ImageBlockPublicAccessState": "block-new-sharing", "ManagedBy": "account"}


@answers("ec2", "GetAllowedImagesSettings")
def allowed_images(world: World, call: Call) -> Answer:
    """Whether only chosen images can be launched; off is what accounts start with."""
    rows = world.rows("allowed-images", call.region)
    return rows[0] if rows else {"State": "disabled", "ManagedBy": "account"}


@amends("ec2", "DescribeInstances")
def instances(world: World, call: Call, answer: Answer) -> Answer:
    """moto says nothing of enhanced networking or recovery, and keeps its own root device name."""
    recovery = {row["id"]: row["AutoRecovery"] for row in world.rows("maintenance", call.region)}
    for reservation in answer["Reservations"]:
        for instance in reservation["Instances"]:
            instance["EnaSupport"] = True
            instance["CurrentInstanceBootMode"] = "uefi"
            instance["PlatformDetails"] = "Linux/UNIX"
            instance["UsageOperation"] = "RunInstances"
            instance["MaintenanceOptions"] = {"AutoRecovery": recovery.get(instance["InstanceId"], "default")}
            for invented in ("ClientToken", "Platform"):
                instance.pop(invented, None)
            mappings = instance.get("BlockDeviceMappings")
            if mappings:
                instance["RootDeviceName"] = mappings[0]["DeviceName"]
    return answer


@amends("ec2", "DescribeImages")
def images(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto drops most of what an own image was registered with."""
    for image in answer["Images"]:
        if image.get("RootDeviceType") != "ebs":
            image["RootDeviceType"] = "ebs"
            image.setdefault("Architecture", "x86_64")
            image.setdefault("VirtualizationType", "hvm")
            image.setdefault("ImageLocation", f"{image['OwnerId']}/{image['Name']}")
            image["EnaSupport"] = True
    return answer


@amends("ec2", "DescribeSnapshots")
def snapshots(world: World, call: Call, answer: Answer) -> Answer:
    """moto does not know `self` as an owner, and lists the snapshots of its stock images."""
    owners = [world.account if owner == "self" else owner for owner in call.params.get("OwnerIds", [])]
    if owners:
        answer["Snapshots"] = [row for row in answer["Snapshots"] if row["OwnerId"] in owners]
    return answer


@amends("ec2", "DescribeLaunchTemplates")
def launch_templates(world: World, _call: Call, answer: Answer) -> Answer:
    """moto has root make every template."""
    for template in answer["LaunchTemplates"]:
        template["CreatedBy"] = _deployer(world)
    return answer


@amends("ec2", "DescribeLaunchTemplateVersions")
def launch_template_versions(world: World, _call: Call, answer: Answer) -> Answer:
    """moto has root make every version, and tells one twice that is both the latest and the default."""
    versions = {(row["LaunchTemplateId"], row["VersionNumber"]): row for row in answer["LaunchTemplateVersions"]}
    answer["LaunchTemplateVersions"] = [{**row, "CreatedBy": _deployer(world)} for row in versions.values()]
    return answer


def _deployer(world: World) -> str:
    return f"arn:aws:sts::{world.account}:assumed-role/Deploy/ci"

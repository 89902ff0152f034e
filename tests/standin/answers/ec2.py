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
    """moto says nothing of enhanced networking or recovery, keeps its own root device name, and calls GMT UTC."""
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
            if reason := instance.get("StateTransitionReason"):
                instance["StateTransitionReason"] = reason.replace(" UTC)", " GMT)")
            mappings = instance.get("BlockDeviceMappings")
            if mappings:
                instance["RootDeviceName"] = mappings[0]["DeviceName"]
    return answer


@amends("ec2", "DescribeImages")
def images(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto drops most of what an own image was registered with."""
    for image in answer["Images"]:
        for mapping in image.get("BlockDeviceMappings", []):
            mapping["Ebs"].update(VolumeSize=8, VolumeType="gp3", DeleteOnTermination=True)
        if image.get("RootDeviceType") != "ebs":
            image["RootDeviceType"] = "ebs"
            image.setdefault("Architecture", "x86_64")
            image.setdefault("VirtualizationType", "hvm")
            image.setdefault("ImageLocation", f"{image['OwnerId']}/{image['Name']}")
            image["EnaSupport"] = True
    return answer


@amends("ec2", "DescribeSnapshots")
def snapshots(world: World, call: Call, answer: Answer) -> Answer:
    """moto does not know `self` as an owner, and makes the snapshots of images on volumes of its own choice."""
    images = world.moto.ask("ec2", call.region, "DescribeImages", Owners=["self"])["Images"]
    names = {image["ImageId"]: image["Name"] for image in images}
    plain = [row["Name"] for row in world.rows("plain-images", call.region)]
    for snapshot in answer["Snapshots"]:
        image_id = snapshot["Description"].rpartition(" ")[2]
        if image_id in names:
            # moto makes up a volume as well; AWS leaves this id in snapshots that were copied with an image.
            snapshot.update(VolumeId="vol-ffffffff", VolumeSize=8, Encrypted=names[image_id] not in plain)
            snapshot["Description"] = f"Copied for DestinationAmi {image_id}"
    owners = [world.account if owner == "self" else owner for owner in call.params.get("OwnerIds", [])]
    if owners:
        answer["Snapshots"] = [row for row in answer["Snapshots"] if row["OwnerId"] in owners]
    return answer


@amends("ec2", "DescribeAddresses")
def addresses(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto writes empty ids where there is nothing to name."""
    for address in answer["Addresses"]:
        address["PublicIpv4Pool"] = "amazon"
        for key in ("InstanceId", "NetworkInterfaceId"):
            if not address.get(key):
                address.pop(key, None)
    return answer


@amends("ec2", "DescribeNatGateways")
def nat_gateways(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto leaves out what kind of gateway it is."""
    for gateway in answer["NatGateways"]:
        gateway.setdefault("ConnectivityType", "public")
    return answer


@amends("ec2", "DescribeNetworkAcls")
def network_acls(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto leaves out, but of default ACLs, the two entries that deny whatever no other one matched."""
    for acl in answer["NetworkAcls"]:
        numbers = {(entry["Egress"], entry["RuleNumber"]) for entry in acl["Entries"]}
        last = {"RuleNumber": 32767, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
        acl["Entries"] += [{**last, "Egress": way} for way in (True, False) if (way, 32767) not in numbers]
        acl["Entries"].sort(key=lambda entry: (not entry["Egress"], entry["RuleNumber"]))
    return answer


@amends("ec2", "DescribeNetworkInterfaces")
def network_interfaces(world: World, call: Call, answer: Answer) -> Answer:
    """moto does not say which interfaces belong to NAT gateways."""
    owners = {
        address["NetworkInterfaceId"]: gateway["NatGatewayId"]
        for gateway in world.moto.ask("ec2", call.region, "DescribeNatGateways")["NatGateways"]
        for address in gateway["NatGatewayAddresses"]
    }
    for interface in answer["NetworkInterfaces"]:
        gateway = owners.get(interface["NetworkInterfaceId"])
        if gateway is not None:
            interface.update(
                InterfaceType="nat_gateway",
                Description=f"Interface for NAT Gateway {gateway}",
                RequesterManaged=True,
                Status="in-use",
            )
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

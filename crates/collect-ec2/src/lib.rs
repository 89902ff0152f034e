//! Reads EC2: instances and what they are made of, storage, networks, and the settings that hold for a whole region.

mod instances;
mod mapping;
mod network;
mod operations;
mod policy;
mod settings;
mod storage;

use futures::FutureExt;
use wellproof_aws::{Collector, Place, Unit};
use wellproof_facts::Facts;
use wellproof_facts::ec2::{
    Address, AllowedImagesSettings, EbsEncryptionByDefault, FlowLog, Image, ImageBlockPublicAccess, Instance,
    InstanceMetadataDefaults, InstanceType, NatGateway, NetworkAcl, NetworkInterface, PrefixList, RouteTable,
    SecurityGroup, Snapshot, SnapshotBlockPublicAccess, Subnet, TransitGatewayAttachment, Volume, Vpc, VpcEndpoint,
    VpcPeeringConnection,
};

pub use operations::OPERATIONS;

/// EC2 in every region.
pub const COLLECTOR: Collector = Collector {
    name: "ec2",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[
        Instance::TYPE,
        InstanceType::TYPE,
        Image::TYPE,
        Volume::TYPE,
        Snapshot::TYPE,
        Vpc::TYPE,
        Subnet::TYPE,
        RouteTable::TYPE,
        NatGateway::TYPE,
        VpcEndpoint::TYPE,
        VpcPeeringConnection::TYPE,
        TransitGatewayAttachment::TYPE,
        NetworkInterface::TYPE,
        NetworkAcl::TYPE,
        SecurityGroup::TYPE,
        PrefixList::TYPE,
        FlowLog::TYPE,
        Address::TYPE,
        EbsEncryptionByDefault::TYPE,
        InstanceMetadataDefaults::TYPE,
        SnapshotBlockPublicAccess::TYPE,
        ImageBlockPublicAccess::TYPE,
        AllowedImagesSettings::TYPE,
    ],
    run: |unit| collect(unit).boxed(),
};

/// Reads all types side by side: none rests on another but images and instance types, which rest on instances.
async fn collect(unit: Unit) {
    let ec2 = wellproof_aws::client!(unit, aws_sdk_ec2);
    let cloudwatch = wellproof_aws::client!(unit, aws_sdk_cloudwatch);
    futures::join!(
        instances::list(&unit, &ec2),
        storage::list_volumes(&unit, &ec2, &cloudwatch),
        storage::list_snapshots(&unit, &ec2),
        network::list(&unit, &ec2),
        settings::list(&unit, &ec2),
    );
}

#[cfg(test)]
mod tests;

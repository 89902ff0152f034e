//! Instances, and what they are made of: their types and their images.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, InstanceLifecycleType, InstanceStateName};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use wellproof_aws::member::{required, required_text, required_time, sorted, text};
use wellproof_aws::{Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::ec2::{Image, Instance, InstanceType};
use wellproof_model::CallId;

use crate::mapping::{FILTER, PAGE, SMALL_PAGE, arn, filter, group_ids, tags};

/// What instances are made of, and how far that is known.
#[derive(Debug)]
struct Used {
    types: BTreeSet<String>,
    images: BTreeSet<String>,
    calls: Vec<CallId>,
    end: Result<(), Refusal>,
}

pub(crate) async fn list(unit: &Unit, ec2: &Client) {
    let used = list_instances(unit, ec2).await;
    futures::join!(list_instance_types(unit, ec2, &used), list_images(unit, ec2, &used));
}

async fn list_instances(unit: &Unit, ec2: &Client) -> Used {
    let mut instances = unit.listing::<Instance>();
    let mut used = Used { types: BTreeSet::new(), images: BTreeSet::new(), calls: Vec::new(), end: Ok(()) };
    used.end = read_instances(unit, ec2, &mut instances, &mut used).await;
    used.calls = instances.calls().cloned().collect();
    instances.close(used.end.clone());
    used
}

async fn read_instances(
    unit: &Unit,
    ec2: &Client,
    instances: &mut Listing<Instance>,
    used: &mut Used,
) -> Result<(), Refusal> {
    let mut pages = ec2.describe_instances().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = instances.page(&mut pages).await? {
        for reservation in page.reservations() {
            for instance in reservation.instances().iter().filter(|it| is_there(it)) {
                used.types.extend(text(instance.instance_type.as_ref()));
                used.images.extend(text(instance.image_id.as_ref()));
                instances.keep(instance_record(unit, reservation, instance));
            }
        }
    }
    Ok(())
}

/// A terminated instance stays listed for an hour, and nothing of it is left to judge.
fn is_there(instance: &types::Instance) -> bool {
    let state = instance.state().and_then(|state| state.name());
    !matches!(state, Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown))
}

fn instance_record(
    unit: &Unit,
    reservation: &types::Reservation,
    instance: &types::Instance,
) -> Result<Record<Instance>, Refusal> {
    let id = required_text(instance.instance_id(), "Instance.InstanceId")?;
    let state = required_text(instance.state().and_then(|it| it.name()), "Instance.State.Name")?;
    let placement = instance.placement();
    let metadata = instance.metadata_options();
    let interfaces = instance.network_interfaces();
    let public_ip_address = text(instance.public_ip_address());
    let groups =
        instance.security_groups().iter().chain(interfaces.iter().flat_map(types::InstanceNetworkInterface::groups));
    let volumes = instance.block_device_mappings().iter().filter_map(|it| it.ebs()?.volume_id());
    let facts = Instance {
        instance_type: required_text(instance.instance_type(), "Instance.InstanceType")?,
        image_id: required_text(instance.image_id(), "Instance.ImageId")?,
        launch_time: required_time(instance.launch_time(), "Instance.LaunchTime")?,
        created_time: interfaces.iter().find_map(attached_first),
        stopped_at: (state == "stopped").then(|| instance.state_transition_reason().and_then(time_of)).flatten(),
        architecture: text(instance.architecture()),
        platform_details: text(instance.platform_details()),
        instance_lifecycle: text(instance.instance_lifecycle().map(InstanceLifecycleType::as_str)),
        availability_zone: required_text(
            placement.and_then(|it| it.availability_zone()),
            "Instance.Placement.AvailabilityZone",
        )?,
        tenancy: text(placement.and_then(|it| it.tenancy())),
        vpc_id: text(instance.vpc_id()),
        subnet_id: text(instance.subnet_id()),
        has_public_address: public_ip_address.is_some() || interfaces.iter().any(has_public_address),
        public_ip_address,
        security_group_ids: group_ids(groups),
        iam_instance_profile: text(instance.iam_instance_profile().and_then(|it| it.arn())),
        has_key_pair: text(instance.key_name()).is_some(),
        http_tokens: text(metadata.and_then(|it| it.http_tokens())),
        http_endpoint: text(metadata.and_then(|it| it.http_endpoint())),
        http_put_response_hop_limit: metadata.and_then(|it| it.http_put_response_hop_limit).map(Into::into),
        monitoring: text(instance.monitoring().and_then(|it| it.state())),
        ena_support: instance.ena_support.unwrap_or_default(),
        ebs_optimized: instance.ebs_optimized.unwrap_or_default(),
        auto_recovery: text(instance.maintenance_options().and_then(|it| it.auto_recovery())),
        volume_ids: sorted(volumes),
        operator_principal: text(instance.operator().and_then(|it| it.principal())),
        reservation_id: required_text(reservation.reservation_id(), "Reservation.ReservationId")?,
        requester_id: text(reservation.requester_id()),
        spot_instance_request_id: text(instance.spot_instance_request_id()),
        instance_id: id.clone(),
        state,
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, unit.account(), "instance", &id))).tags(tags(instance.tags())))
}

/// When this interface was attached, if it is the one that an instance is made with.
fn attached_first(interface: &types::InstanceNetworkInterface) -> Option<Timestamp> {
    let attachment = interface.attachment()?;
    let first = attachment.device_index == Some(0) && attachment.network_card_index.unwrap_or_default() == 0;
    attachment.attach_time().filter(|_| first).and_then(timestamp)
}

fn has_public_address(interface: &types::InstanceNetworkInterface) -> bool {
    interface.association().is_some_and(|it| text(it.public_ip()).is_some())
}

/// The time in `User initiated (2026-10-01 08:00:00 GMT)`.
fn time_of(reason: &str) -> Option<Timestamp> {
    let time = reason.rsplit_once('(')?.1.strip_suffix(')')?.strip_suffix(" GMT")?;
    Some(time.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

async fn list_instance_types(unit: &Unit, ec2: &Client, used: &Used) {
    let mut listing = unit.listing::<InstanceType>();
    let end = read_instance_types(ec2, used, &mut listing).await;
    // Without all instances nobody can tell which types there are.
    listing.close(end.and(used.end.clone()));
}

async fn read_instance_types(ec2: &Client, used: &Used, listing: &mut Listing<InstanceType>) -> Result<(), Refusal> {
    if used.end.is_ok() {
        listing.cite(used.calls.iter().cloned());
    }
    let names: Vec<String> = used.types.iter().cloned().collect();
    for names in names.chunks(FILTER) {
        // A filter, since a type asked for by name is an error where the region does not have it any more.
        let types = ec2.describe_instance_types().filters(filter("instance-type", names)).max_results(SMALL_PAGE);
        let mut pages = types.into_paginator().stop_on_duplicate_token(false).send();
        while let Some(page) = listing.page(&mut pages).await? {
            page.instance_types().iter().for_each(|it| listing.keep(type_record(it)));
        }
    }
    Ok(())
}

fn type_record(info: &types::InstanceTypeInfo) -> Result<Record<InstanceType>, Refusal> {
    let name = required_text(info.instance_type(), "InstanceTypeInfo.InstanceType")?;
    let vcpus = info.v_cpu_info().and_then(|it| it.default_v_cpus);
    let memory = info.memory_info().and_then(|it| it.size_in_mib);
    let facts = InstanceType {
        instance_type: name.clone(),
        current_generation: required(info.current_generation, "InstanceTypeInfo.CurrentGeneration")?,
        burstable: info.burstable_performance_supported.unwrap_or_default(),
        default_vcpus: required(vcpus, "InstanceTypeInfo.VCpuInfo.DefaultVCpus")?.into(),
        memory_mib: required(memory, "InstanceTypeInfo.MemoryInfo.SizeInMiB")?,
        ena_support: required_text(
            info.network_info().and_then(|it| it.ena_support()),
            "InstanceTypeInfo.NetworkInfo.EnaSupport",
        )?,
        accelerated: info.gpu_info.is_some()
            || info.inference_accelerator_info.is_some()
            || info.neuron_info.is_some()
            || info.fpga_info.is_some(),
        architectures: sorted(
            info.processor_info().map(types::ProcessorInfo::supported_architectures).unwrap_or_default(),
        ),
        auto_recovery_supported: info.auto_recovery_supported.unwrap_or_default(),
    };
    Ok(Record::new(name, facts))
}

async fn list_images(unit: &Unit, ec2: &Client, used: &Used) {
    let mut images = unit.listing::<Image>();
    let end = read_images(unit, ec2, used, &mut images).await;
    images.close(end.and(used.end.clone()));
}

async fn read_images(unit: &Unit, ec2: &Client, used: &Used, images: &mut Listing<Image>) -> Result<(), Refusal> {
    let mut foreign = used.images.clone();
    // EC2 leaves disabled images out unless asked; they hold on to their snapshots like any other.
    let own = ec2.describe_images().owners("self").include_deprecated(true).include_disabled(true).max_results(PAGE);
    let mut pages = own.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = images.page(&mut pages).await? {
        for image in page.images() {
            foreign.remove(image.image_id().unwrap_or_default());
            images.keep(image_record(unit, image));
        }
    }
    let foreign: Vec<String> = foreign.into_iter().collect();
    for ids in foreign.chunks(FILTER) {
        // A filter, since an image asked for by id is an error once its owner has withdrawn it.
        let run = ec2.describe_images().filters(filter("image-id", ids)).include_deprecated(true);
        let mut pages = run.into_paginator().stop_on_duplicate_token(false).send();
        while let Some(page) = images.page(&mut pages).await? {
            page.images().iter().for_each(|it| images.keep(image_record(unit, it)));
        }
    }
    Ok(())
}

fn image_record(unit: &Unit, image: &types::Image) -> Result<Record<Image>, Refusal> {
    let id = required_text(image.image_id(), "Image.ImageId")?;
    let owner = required_text(image.owner_id(), "Image.OwnerId")?;
    let at = |time: Option<&str>| time.and_then(|time| time.parse::<Timestamp>().ok());
    let snapshots = image.block_device_mappings().iter().filter_map(|it| it.ebs()?.snapshot_id());
    let facts = Image {
        image_id: id.clone(),
        own: owner == unit.account(),
        owner_id: owner,
        image_owner_alias: text(image.image_owner_alias()),
        creation_date: required(at(image.creation_date()), "Image.CreationDate")?,
        deprecation_time: at(image.deprecation_time()),
        last_launched_time: at(image.last_launched_time()),
        public: image.public.unwrap_or_default(),
        imds_support: text(image.imds_support()),
        snapshot_ids: sorted(snapshots.filter(|id| !id.is_empty())),
    };
    // An image's ARN names no account.
    Ok(Record::new(&id, facts).arn(Some(arn(unit, "", "image", &id))).tags(tags(image.tags())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_tells_its_time_or_none() {
        let at = |reason| time_of(reason).map(|time| time.to_string());
        assert_eq!(at("User initiated (2026-10-01 08:30:00 GMT)").as_deref(), Some("2026-10-01T08:30:00Z"));
        assert_eq!(at("Server.ScheduledStop: Stopped due to scheduled retirement"), None);
        assert_eq!(at("User initiated (yesterday GMT)"), None);
        assert_eq!(at(""), None);
    }
}

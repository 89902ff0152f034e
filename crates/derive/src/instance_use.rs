//! What each instance is exposed to, made of and watched by.

use jiff::Timestamp;
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudwatch::{Alarm, MetricNamespace};
use wellproof_facts::derived::{DefaultRoute, ImageOwner, InstanceUse};
use wellproof_facts::ec2::{
    Image, Instance, InstanceType, NatGateway, PrefixList, RouteTable, SecurityGroup, Subnet, VpcEndpoint,
};
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::instance_provenance::{managed_by_service, of_no_fleet};
use crate::internet::Openness;
use crate::join::{Derived, Index, Known, Place, all, any};
use crate::tables::InstanceView;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: InstanceUse::TYPE,
    inputs: &[
        Alarm::TYPE,
        AutoScalingGroup::TYPE,
        Image::TYPE,
        Instance::TYPE,
        InstanceType::TYPE,
        MetricNamespace::TYPE,
        NatGateway::TYPE,
        PrefixList::TYPE,
        RouteTable::TYPE,
        SecurityGroup::TYPE,
        Subnet::TYPE,
        VpcEndpoint::TYPE,
    ],
    make: |place, _| derive(place),
};

struct ImageRow<'e> {
    resource: &'e Resource,
    owner: ImageOwner,
    creation_date: Timestamp,
}

struct Tables<'e> {
    images: Index<'e, &'e str, ImageRow<'e>>,
    types: Index<'e, &'e str, (&'e Resource, InstanceType)>,
    memory: Index<'e, String, &'e Resource>,
    disk: Index<'e, String, &'e Resource>,
}

impl<'e> Tables<'e> {
    fn of(place: &Place<'e>) -> Self {
        let (images, images_listed) = place.read(Image::TYPE, |resource, image: Image| {
            let row = ImageRow { resource, owner: owner(&image), creation_date: image.creation_date };
            (resource.id.as_str(), row)
        });
        let (types, types_listed) =
            place.read(InstanceType::TYPE, |resource, kind: InstanceType| (resource.id.as_str(), (resource, kind)));
        let (namespaces, namespaces_listed) =
            place.read(MetricNamespace::TYPE, |resource, namespace: MetricNamespace| (resource, namespace));
        let ids = |of: fn(&MetricNamespace) -> &[String]| {
            let rows = namespaces
                .iter()
                .flat_map(move |(resource, namespace)| of(namespace).iter().map(move |id| (id.clone(), *resource)));
            Index::new(rows, namespaces_listed.clone())
        };
        Self {
            memory: ids(|namespace| &namespace.memory_instance_ids),
            disk: ids(|namespace| &namespace.disk_instance_ids),
            images: Index::new(images, images_listed),
            types: Index::new(types, types_listed),
        }
    }
}

fn owner(image: &Image) -> ImageOwner {
    match image.image_owner_alias.as_deref() {
        _ if image.own => ImageOwner::Own,
        Some("amazon") => ImageOwner::Amazon,
        Some("aws-marketplace") => ImageOwner::Marketplace,
        Some("aws-backup-vault") => ImageOwner::BackupVault,
        _ => ImageOwner::Other,
    }
}

fn derive(place: &Place<'_>) -> Derived {
    let tables = Tables::of(place);
    place.each::<Instance, _, _>(&[], |resource, view: InstanceView<'_>, cite| {
        facts(place, &tables, resource, &view, cite)
    })
}

fn facts<'e>(
    place: &Place<'e>,
    tables: &Tables<'e>,
    resource: &'e Resource,
    view: &InstanceView<'e>,
    cite: &mut Cite<'e>,
) -> InstanceUse {
    let image = tables.images.find(view.image_id, cite);
    if let Ok(Some(image)) = image {
        cite.fact(image.resource);
    }
    let kind = instance_type(place, tables, view, cite);
    let group = place.groups().of(resource, cite).map(|group| group.map(|(name, _)| name));
    let world_open = open(place, view, cite, |group| group.at_all.clone());
    InstanceUse {
        instance_id: resource.id.clone(),
        running: view.runs(),
        days_since_launch: place.base.days_since(view.launch_time),
        has_public_address: view.has_public_address,
        directly_on_internet: all([
            Ok(view.has_public_address),
            open(place, view, cite, |group| group.over_v4.clone()),
            in_public_subnet(place, view, cite),
        ])
        .into(),
        world_open: world_open.into(),
        world_open_web: open(place, view, cite, |group| group.web.clone()).into(),
        image_creation_date: image.clone().map(|image| image.map(|image| image.creation_date)).into(),
        image_owner: image.map(|image| image.map_or(ImageOwner::Gone, |image| image.owner)).into(),
        current_generation: kind.clone().map(|kind| kind.current_generation).into(),
        ena_capable: kind.clone().map(|kind| matches!(kind.ena_support.as_str(), "supported" | "required")).into(),
        ena_support: view.ena_support,
        accelerated: kind.clone().map(|kind| kind.accelerated).into(),
        replaced_automatically: replaced(place, resource, view, &group, cite).into(),
        recovers_automatically: recovers(place, resource, view, kind, cite).into(),
        publishes_memory: publishes(&tables.memory, resource, cite).into(),
        publishes_disk: publishes(&tables.disk, resource, cite).into(),
        alarmed: alarmed(place, resource, group, cite).into(),
    }
}

fn instance_type<'t, 'e>(
    place: &Place<'e>,
    tables: &'t Tables<'e>,
    view: &InstanceView<'e>,
    cite: &mut Cite<'e>,
) -> Known<&'t InstanceType> {
    let found = tables.types.find(view.instance_type, cite)?;
    let (resource, kind) = found.ok_or_else(|| place.not_visible(InstanceType::TYPE, view.instance_type))?;
    cite.fact(resource);
    Ok(kind)
}

/// Whether one of the instance's groups is open in this way.
fn open<'e>(
    place: &Place<'e>,
    view: &InstanceView<'e>,
    cite: &mut Cite<'e>,
    how: impl Fn(&Openness<'e>) -> Known<bool>,
) -> Known<bool> {
    let groups = place.openness();
    let each: Vec<Known<bool>> = view
        .security_group_ids
        .iter()
        .map(|id| {
            let group = groups.find(*id, cite)?.ok_or_else(|| place.not_visible(SecurityGroup::TYPE, id))?;
            cite.absorb(&group.cite);
            how(group)
        })
        .collect();
    any(each)
}

fn in_public_subnet<'e>(place: &Place<'e>, view: &InstanceView<'e>, cite: &mut Cite<'e>) -> Known<bool> {
    let Some(subnet) = view.subnet_id else { return Ok(false) };
    let routing = place.routing().find(subnet, cite)?.ok_or_else(|| place.not_visible(Subnet::TYPE, subnet))?;
    cite.absorb(&routing.cite);
    routing.default_route.clone().map(|route| route == DefaultRoute::InternetGateway)
}

/// Whether EKS, Batch or its group replaces it when it fails; where none does, it is open what its fleet does.
fn replaced<'e>(
    place: &Place<'e>,
    resource: &'e Resource,
    view: &InstanceView<'e>,
    group: &Known<Option<&str>>,
    cite: &mut Cite<'e>,
) -> Known<bool> {
    let by_group = group.clone().and_then(|group| group.map_or(Ok(false), |name| place.groups().replaces(name, cite)));
    any([managed_by_service(resource, view), by_group, of_no_fleet(place, resource).map(|()| false)])
}

/// Simplified recovery, which a type supports or not, or an alarm that recovers the instance.
fn recovers<'e>(
    place: &Place<'e>,
    resource: &'e Resource,
    view: &InstanceView<'e>,
    kind: Known<&InstanceType>,
    cite: &mut Cite<'e>,
) -> Known<bool> {
    let switched_on = view.auto_recovery == Some("default") && view.tenancy != Some("host");
    let simplified = if switched_on { kind.map(|kind| kind.auto_recovery_supported) } else { Ok(false) };
    let alarms = place.alarms();
    let alarm = alarms.on_instance(&resource.id).find(|alarm| alarm.recovers());
    let by_alarm = match alarm {
        Some(alarm) => {
            cite.fact(alarm.resource);
            Ok(true)
        }
        None => alarms.listed.complete(cite).map(|()| false),
    };
    any([simplified, by_alarm])
}

fn publishes<'e>(index: &Index<'e, String, &'e Resource>, resource: &'e Resource, cite: &mut Cite<'e>) -> Known<bool> {
    index.record(&resource.id, cite).map(|found| found.is_some())
}

fn alarmed<'e>(
    place: &Place<'e>,
    resource: &'e Resource,
    group: Known<Option<&str>>,
    cite: &mut Cite<'e>,
) -> Known<bool> {
    let alarms = place.alarms();
    let of_group = group.as_ref().ok().and_then(|group| alarms.on_group((*group)?).next());
    if let Some(alarm) = alarms.on_instance(&resource.id).next().or(of_group) {
        cite.fact(alarm.resource);
        return Ok(true);
    }
    group?;
    alarms.listed.complete(cite)?;
    alarms.all_told(place, None).map(|()| false)
}

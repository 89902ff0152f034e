//! What each security group guards and lets in.

use wellproof_facts::Facts;
use wellproof_facts::cloudformation::StackResource;
use wellproof_facts::derived::SecurityGroupUse;
use wellproof_facts::ec2::{Instance, NetworkInterface, PrefixList, SecurityGroup, SecurityGroupRule};
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place, any, tag, tags};
use crate::tables::count;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: SecurityGroupUse::TYPE,
    inputs: &[Instance::TYPE, NetworkInterface::TYPE, PrefixList::TYPE, SecurityGroup::TYPE, StackResource::TYPE],
    make: |place, _| derive(place),
};

fn derive(place: &Place<'_>) -> Derived {
    place.each::<SecurityGroup, _, _>(&[], |resource, group: SecurityGroup, cite| facts(place, resource, group, cite))
}

fn facts<'e>(place: &Place<'e>, resource: &'e Resource, group: SecurityGroup, cite: &mut Cite<'e>) -> SecurityGroupUse {
    let running = place.instances().running_with_group.record(resource.id.as_str(), cite);
    let unreadable = || place.not_visible(SecurityGroup::TYPE, &resource.id);
    let open = place.openness().found(resource.id.as_str()).ok_or_else(unreadable);
    if let Ok(open) = &open {
        cite.absorb(&open.cite);
    }
    let open = open.as_ref().map_err(Clone::clone);
    SecurityGroupUse {
        interfaces: count(&place.interfaces().by_group, &resource.id, |counted| counted.all, cite).into(),
        on_running_instance: running.map(|found| found.is_some()).into(),
        rules: i64::try_from(group.ingress.len() + group.egress.len()).unwrap_or(i64::MAX),
        world_open: open.clone().and_then(|open| open.at_all.clone()).into(),
        world_open_all_ports: open.clone().and_then(|open| open.all_ports.clone()).into(),
        world_open_remote_login: open.clone().and_then(|open| open.remote_login.clone()).into(),
        world_open_sensitive_ports: open.clone().and_then(|open| open.sensitive_ports.clone()).into(),
        world_open_web: open.and_then(|open| open.web.clone()).into(),
        egress_unrestricted: group.egress.iter().any(is_unrestricted),
        in_stack: in_stack(place, resource, cite).into(),
        is_default: group.group_name == "default",
        group_name: group.group_name,
        group_id: group.group_id,
    }
}

fn is_unrestricted(rule: &SecurityGroupRule) -> bool {
    let everywhere = rule.cidr_ipv4.as_deref() == Some("0.0.0.0/0") || rule.cidr_ipv6.as_deref() == Some("::/0");
    rule.protocol == "-1" && everywhere
}

fn in_stack<'e>(place: &Place<'e>, resource: &'e Resource, cite: &mut Cite<'e>) -> Known<bool> {
    let tags = tags(resource);
    if let Ok(tags) = tags
        && tag(tags, "aws:cloudformation:stack-id").is_some()
    {
        return Ok(true);
    }
    let owner = place.stack_resources().owner(SecurityGroup::TYPE, &resource.id, cite);
    any([owner.map(|owner| owner.is_some()), tags.map(|_| false)])
}

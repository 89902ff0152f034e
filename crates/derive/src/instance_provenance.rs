//! How each instance came to be.
//!
//! What tells it, the first that does: the tags that CloudFormation, a configured tool, EKS or Batch put on it; a stack's list of
//! resources; the Auto Scaling group that it belongs to, and the stack that owns that group; the tag of a fleet; the RunInstances
//! event. A source that was not read leaves open whatever stands behind it.
//!
//! CloudTrail keeps events for 90 days. Of an instance made before that no event can be found, however much is read: where nothing
//! else tells, its origin is unknown, and `launched_by_code_or_service` is unread, since the event might have said so.

use jiff::{SignedDuration, Timestamp};
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::{Stack, StackResource};
use wellproof_facts::cloudtrail::{InstanceLaunch, Tool};
use wellproof_facts::derived::{GroupController, InstanceProvenance, Origin, OriginEvidence};
use wellproof_facts::ec2::Instance;
use wellproof_model::{Read, Resource, Tags};

use crate::Derivation;
use crate::cite::Cite;
use crate::group_scaling::controller;
use crate::join::{Derived, Index, Known, Place, any, tag, tag_from, tags};
use crate::tables::InstanceView;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: InstanceProvenance::TYPE,
    inputs: &[AutoScalingGroup::TYPE, Instance::TYPE, InstanceLaunch::TYPE, Stack::TYPE, StackResource::TYPE],
    make: |place, _| derive(place),
};

/// For how long CloudTrail keeps events, which is how far back the collector looks.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
const STACK_ID_TAG: &str = "aws:cloudformation:stack-id";
const STACK_NAME_TAG: &str = "aws:cloudformation:stack-name";
const FLEET_TAGS: &[(&str, &str)] =
    &[("aws:ec2:fleet-id", "AWS::EC2::EC2Fleet"), ("aws:ec2spot:fleet-request-id", "AWS::EC2::SpotFleet")];
const EKS_TAGS: &[&str] = &["eks:cluster-name", "eks:nodegroup-name", "eks:eks-cluster-name", "aws:eks:cluster-name"];
const KARPENTER_TAG: &str = "karpenter.sh/";
const BATCH_TAG: &str = "AWSBatchServiceTag";

/// Whether an instance was certainly made within the time for which events are kept. One without a time of its making was made when it
/// was last started, or earlier.
fn event_is_kept(clock: Timestamp, view: &InstanceView<'_>) -> bool {
    view.created_time.is_some_and(|made| clock.duration_since(made) <= EVENTS_KEPT)
}

/// A RunInstances event.
#[derive(Debug)]
struct Launch<'e> {
    resource: &'e Resource,
    event: InstanceLaunch,
}

struct Launches<'e> {
    launches: Vec<Launch<'e>>,
    by_instance: Index<'e, String, usize>,
}

impl<'e> Launches<'e> {
    fn of(place: &Place<'e>) -> Self {
        let (launches, listed) =
            place.read(InstanceLaunch::TYPE, |resource, event: InstanceLaunch| Launch { resource, event });
        let rows = launches.iter().enumerate().filter(|(_, launch)| launch.event.error_code.is_none());
        let rows: Vec<(String, usize)> =
            rows.flat_map(|(at, launch)| launch.event.instance_ids.iter().map(move |id| (id.clone(), at))).collect();
        Self { launches, by_instance: Index::new(rows, listed) }
    }

    /// The launch of an instance. Before the time for which events are kept there is none to be found.
    fn find(
        &self,
        clock: Timestamp,
        resource: &Resource,
        view: &InstanceView<'e>,
        cite: &mut Cite<'e>,
    ) -> Known<Option<&Launch<'e>>> {
        // It was made when it was last started, or earlier.
        let made = view.created_time.unwrap_or(view.launch_time);
        if clock.duration_since(made) > EVENTS_KEPT {
            return Ok(None);
        }
        let Some(at) = self.by_instance.find(&resource.id, cite)? else { return Ok(None) };
        let launch = &self.launches[*at];
        cite.fact(launch.resource);
        Ok(Some(launch))
    }
}

/// What launched an instance, by one source.
struct Told {
    origin: Known<Origin>,
    evidence: OriginEvidence,
}

impl Told {
    fn by(evidence: OriginEvidence, origin: Origin) -> Self {
        Self { origin: Ok(origin), evidence }
    }
}

fn derive(place: &Place<'_>) -> Derived {
    let launches = Launches::of(place);
    place.each::<Instance, _, _>(&["tagged"], |resource, view: InstanceView<'_>, cite| {
        Joined::of(place, &launches, resource, &view, cite).facts(resource, &view, cite)
    })
}

/// What each source says of one instance.
struct Joined<'j, 'e> {
    place: &'j Place<'e>,
    /// What a tag of a tool or service tells.
    tagged_as: Known<Option<Origin>>,
    /// What the record's operator tells.
    operated_by: Option<Origin>,
    fleet: Known<bool>,
    /// The stack by the instance's own tag.
    tag_stack: Known<Option<&'e str>>,
    /// The stack that owns the instance or its fleet.
    own_stack: Known<Option<&'e str>>,
    group: Known<Option<(&'e str, bool)>>,
    /// The stack that owns its group.
    group_stack: GroupStack<'e>,
    /// Who drives its group.
    group_controller: Known<GroupController>,
    launch: Known<Option<&'j Launch<'e>>>,
    /// Whether it was launched by code or a service, told by that event.
    launched_by_tool: Known<bool>,
}

impl<'j, 'e> Joined<'j, 'e> {
    fn of(
        place: &'j Place<'e>,
        launches: &'j Launches<'e>,
        resource: &'e Resource,
        view: &InstanceView<'e>,
        cite: &mut Cite<'e>,
    ) -> Self {
        let tags = tags(resource);
        let group = place.groups().of(resource, cite);
        let group_name = group.clone().map(|group| group.map(|(name, _)| name));
        let launch = launches.find(place.base.clock(), resource, view, cite);
        let launched_by_tool = match launch.clone() {
            Ok(Some(launch)) => Ok(is_code_or_service(launch.event.tool)),
            Ok(None) if event_is_kept(place.base.clock(), view) => Ok(false),
            Ok(None) => Err(place.doubt(
                &format!("{}#before 90 days ago", InstanceLaunch::TYPE),
                "CloudTrail keeps events for 90 days, and there are instances that may be older",
            )),
            Err(gap) => Err(gap),
        };
        Self {
            place,
            launched_by_tool,
            tagged_as: tags.clone().map(|tags| tagged_as(place, tags)),
            operated_by: view.operator_principal.and_then(operator),
            fleet: tags.clone().map(of_fleet),
            tag_stack: tags.map(stack_tag),
            own_stack: own_stack(place, resource, cite),
            group_stack: GroupStack::of(place, &group_name, cite),
            group_controller: group_name.and_then(|name| match name {
                Some(name) => group_controller(place, name, cite),
                None => Ok(GroupController::None),
            }),
            group,
            launch,
        }
    }

    fn facts(&self, resource: &Resource, view: &InstanceView<'_>, cite: &mut Cite<'e>) -> InstanceProvenance {
        let told = self.told(cite);
        let own_tag = |tags: &Tags| tags.iter().any(|(key, _)| !key.starts_with("aws:"));
        InstanceProvenance {
            instance_id: resource.id.clone(),
            state: view.state.to_owned(),
            evidence: told.as_ref().map(|told| told.evidence).map_err(Clone::clone).into(),
            origin: told.and_then(|told| told.origin).into(),
            launched_by_cloudformation: self.by_cloudformation().into(),
            launched_by_code_or_service: self.by_code_or_service().into(),
            tagged: resource.tags.as_ref().is_some_and(own_tag),
            principal: self.of_launch(|event| event.principal_arn.clone()),
            launched_at: self.of_launch(|event| Some(event.event_time)),
            stack: self.stack().map(|stack| stack.map(str::to_owned)).into(),
            auto_scaling_group: self.group.clone().map(|group| group.map(|(name, _)| name.to_owned())).into(),
        }
    }

    fn of_launch<T>(&self, field: impl Fn(&InstanceLaunch) -> Option<T>) -> Read<Option<T>> {
        let launch = self.launch.as_ref().map_err(Clone::clone);
        launch.map(|launch| launch.and_then(|launch| field(&launch.event))).into()
    }

    fn told(&self, cite: &mut Cite<'e>) -> Known<Told> {
        if let Some(told) = self.told_by_itself(cite)? {
            return Ok(told);
        }
        if let Some(stack) = self.own_stack.clone()? {
            return Ok(self.of_stack(stack, OriginEvidence::StackResource, cite));
        }
        if let Some((_, by_tag)) = self.group.clone()? {
            let evidence = if by_tag { OriginEvidence::Tag } else { OriginEvidence::AutoScalingGroup };
            if let Some((stack, evidence)) = self.group_stack.told()? {
                return Ok(self.of_stack(stack, evidence, cite));
            }
            let origin = match self.group_controller.clone()? {
                GroupController::Eks => Origin::Eks,
                GroupController::Batch => Origin::Batch,
                _ => Origin::Autoscaling,
            };
            return Ok(Told::by(evidence, origin));
        }
        if self.fleet.clone()? {
            return Ok(Told::by(OriginEvidence::Tag, Origin::SpotFleet));
        }
        let told = self.launch.clone()?.and_then(|launch| by_event(&launch.event));
        Ok(match told {
            Some(origin) => Told::by(OriginEvidence::CloudtrailEvent, origin),
            None => Told::by(OriginEvidence::None, Origin::Unknown),
        })
    }

    /// What the instance's own record tells.
    fn told_by_itself(&self, cite: &mut Cite<'e>) -> Known<Option<Told>> {
        Ok(match (self.tag_stack.clone()?, self.tagged_as.clone()?) {
            (_, Some(Origin::Cdk)) => Some(Told::by(OriginEvidence::Tag, Origin::Cdk)),
            (Some(stack), _) => Some(self.of_stack(stack, OriginEvidence::Tag, cite)),
            (None, Some(origin)) => Some(Told::by(OriginEvidence::Tag, origin)),
            (None, None) => self.operated_by.map(|origin| Told::by(OriginEvidence::Operator, origin)),
        })
    }

    /// CloudFormation or the CDK, which deploys through it.
    fn of_stack(&self, stack: &str, evidence: OriginEvidence, cite: &mut Cite<'e>) -> Told {
        let tables = self.place.stack_resources();
        let tagged = stack_is_tagged_cdk(self.place, stack, cite);
        let cdk = any([tagged, tables.is_cdk(stack, cite)]);
        Told { origin: cdk.map(|cdk| if cdk { Origin::Cdk } else { Origin::Cloudformation }), evidence }
    }

    /// A stack puts its tags on what it launches, so that an event would add nothing.
    fn by_cloudformation(&self) -> Known<bool> {
        any([
            self.tag_stack.clone().map(|stack| stack.is_some()),
            self.tagged_as.clone().map(|origin| matches!(origin, Some(Origin::Cloudformation | Origin::Cdk))),
            self.own_stack.clone().map(|stack| stack.is_some()),
            self.group_stack.by_tag.clone().map(|stack| stack.is_some()),
            self.group_stack.owned.clone().map(|stack| stack.is_some()),
        ])
    }

    fn by_code_or_service(&self) -> Known<bool> {
        any([
            Ok(self.operated_by.is_some()),
            self.tagged_as.clone().map(|origin| origin.is_some()),
            self.fleet.clone(),
            self.by_cloudformation(),
            self.group.clone().map(|group| group.is_some()),
            self.launched_by_tool.clone(),
        ])
    }

    fn stack(&self) -> Known<Option<&'e str>> {
        if let Some(stack) = self.tag_stack.clone()? {
            return Ok(Some(stack));
        }
        if let Some(stack) = self.own_stack.clone()? {
            return Ok(Some(stack));
        }
        Ok(self.group_stack.told()?.map(|(stack, _)| stack))
    }
}

fn stack_tag(tags: Option<&Tags>) -> Option<&str> {
    tag(tags, STACK_ID_TAG).or_else(|| tag(tags, STACK_NAME_TAG))
}

/// What the tag of a configured tool, of EKS or of Batch tells.
fn tagged_as(place: &Place<'_>, tags: Option<&Tags>) -> Option<Origin> {
    let tags = tags?;
    let mut configured = place.base.provenance.tags.iter().filter(|(_, selector)| selector.matches(tags));
    if let Some(origin) = configured.find_map(|(tool, _)| tool_named(tool)) {
        return Some(origin);
    }
    tagged_by_service(tags)
}

fn tagged_by_service(tags: &Tags) -> Option<Origin> {
    if EKS_TAGS.iter().any(|key| tags.get(key).is_some()) || tag_from(Some(tags), KARPENTER_TAG).is_some() {
        return Some(Origin::Eks);
    }
    tags.get(BATCH_TAG).is_some().then_some(Origin::Batch)
}

fn tool_named(tool: &str) -> Option<Origin> {
    Some(match tool.to_ascii_lowercase().as_str() {
        "cdk" | "aws-cdk" => Origin::Cdk,
        "cloudformation" => Origin::Cloudformation,
        "terraform" | "opentofu" => Origin::Terraform,
        "pulumi" => Origin::Pulumi,
        _ => return None,
    })
}

/// The AWS service that the instance's record names as its operator.
fn operator(principal: &str) -> Option<Origin> {
    let service = principal.strip_suffix(".amazonaws.com").unwrap_or(principal);
    service.contains("eks").then_some(Origin::Eks).or_else(|| service.contains("batch").then_some(Origin::Batch))
}

/// The stack that owns the instance, or the fleet that launched it.
fn own_stack<'e>(place: &Place<'e>, resource: &'e Resource, cite: &mut Cite<'e>) -> Known<Option<&'e str>> {
    let stacks = place.stack_resources();
    if let Some(owned) = stacks.owner(Instance::TYPE, &resource.id, cite)? {
        return Ok(Some(owned.stack_id));
    }
    let tags = tags(resource)?;
    for (key, kind) in FLEET_TAGS {
        let Some(fleet) = tag(tags, key) else { continue };
        if let Some(owned) = stacks.owner(kind, fleet, cite)? {
            return Ok(Some(owned.stack_id));
        }
    }
    Ok(None)
}

/// The stack that owns a group.
struct GroupStack<'e> {
    by_tag: Known<Option<&'e str>>,
    owned: Known<Option<&'e str>>,
}

impl<'e> GroupStack<'e> {
    fn of(place: &Place<'e>, name: &Known<Option<&'e str>>, cite: &mut Cite<'e>) -> Self {
        let name = match name {
            Ok(Some(name)) => *name,
            Ok(None) => return Self { by_tag: Ok(None), owned: Ok(None) },
            Err(gap) => return Self { by_tag: Err(gap.clone()), owned: Err(gap.clone()) },
        };
        let owned = place.stack_resources().owner(AutoScalingGroup::TYPE, name, cite);
        Self {
            by_tag: group_tags(place, name, cite).map(stack_tag),
            owned: owned.map(|owned| owned.map(|owned| owned.stack_id)),
        }
    }

    fn told(&self) -> Known<Option<(&'e str, OriginEvidence)>> {
        if let Some(stack) = self.by_tag.clone()? {
            return Ok(Some((stack, OriginEvidence::Tag)));
        }
        Ok(self.owned.clone()?.map(|stack| (stack, OriginEvidence::StackResource)))
    }
}

/// A group's tags; none where the group is gone.
fn group_tags<'e>(place: &Place<'e>, name: &str, cite: &mut Cite<'e>) -> Known<Option<&'e Tags>> {
    place.groups().by_name.record(name, cite)?.map_or(Ok(None), tags)
}

fn group_controller<'e>(place: &Place<'e>, name: &str, cite: &mut Cite<'e>) -> Known<GroupController> {
    group_tags(place, name, cite).map(|tags| controller(name, tags))
}

/// Whether the stack carries the tag that the configuration names for the CDK.
fn stack_is_tagged_cdk<'e>(place: &Place<'e>, stack: &str, cite: &mut Cite<'e>) -> Known<bool> {
    let configured = place.base.provenance.tags.iter().filter(|(tool, _)| tool_named(tool) == Some(Origin::Cdk));
    let selectors: Vec<_> = configured.map(|(_, selector)| selector).collect();
    if selectors.is_empty() {
        return Ok(false);
    }
    let Some(found) = place.stacks().record(stack, cite)? else { return Ok(false) };
    let tags = tags(found)?;
    Ok(tags.is_some_and(|tags| selectors.iter().any(|selector| selector.matches(tags))))
}

/// What an event tells; none where its tool is none of those that have a name here.
fn by_event(event: &InstanceLaunch) -> Option<Origin> {
    Some(match event.tool {
        Tool::Cloudformation => Origin::Cloudformation,
        Tool::Terraform => Origin::Terraform,
        Tool::Cdk => Origin::Cdk,
        Tool::Pulumi => Origin::Pulumi,
        Tool::Console => Origin::Console,
        Tool::Cli => Origin::Cli,
        Tool::Sdk => Origin::Sdk,
        Tool::AwsService => return service(event.invoked_by.as_deref().unwrap_or(&event.user_agent)),
        Tool::Other => return None,
    })
}

fn service(principal: &str) -> Option<Origin> {
    let name = principal.split('.').next().unwrap_or_default();
    Some(match name {
        "autoscaling" => Origin::Autoscaling,
        "batch" => Origin::Batch,
        "spotfleet" | "ec2fleet" | "spot" => Origin::SpotFleet,
        _ if name.starts_with("eks") => Origin::Eks,
        _ => return None,
    })
}

fn is_code_or_service(tool: Tool) -> bool {
    matches!(tool, Tool::Cloudformation | Tool::Terraform | Tool::Cdk | Tool::Pulumi | Tool::AwsService)
}

/// Whether EKS or Batch, which replace instances, runs it, as its own record tells; its group is asked apart.
pub(crate) fn managed_by_service(resource: &Resource, view: &InstanceView<'_>) -> Known<bool> {
    let by_tag = |tags: Option<&Tags>| tags.and_then(tagged_by_service).is_some();
    any([Ok(view.operator_principal.and_then(operator).is_some()), tags(resource).map(by_tag)])
}

/// That no fleet launched it, as its tags tell. One that was asked once replaces nothing, and another does.
pub(crate) fn of_no_fleet(place: &Place<'_>, resource: &Resource) -> Known<()> {
    if !of_fleet(tags(resource)?) {
        return Ok(());
    }
    let what = format!("{}#{}.fleet", Instance::TYPE, resource.id);
    Err(place.doubt(&what, "whether its fleet replaces instances was not read"))
}

fn of_fleet(tags: Option<&Tags>) -> bool {
    FLEET_TAGS.iter().any(|(key, _)| tag(tags, key).is_some())
}

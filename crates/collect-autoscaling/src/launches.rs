//! What groups launch: launch configurations and launch templates.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::describe_launch_template_versions::builders::DescribeLaunchTemplateVersionsFluentBuilder;
use aws_sdk_ec2::types::{self, ResourceType};
use wellproof_aws::member::{required, required_text, required_time, sorted, text};
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit};
use wellproof_facts::autoscaling::{LaunchConfiguration, LaunchTemplate, LaunchTemplateData};
use wellproof_model::{GapKind, Read};

use crate::groups::PAGE;

/// As many templates or versions as EC2 gives in one page.
const TEMPLATES: i32 = 200;

pub(crate) async fn list_configurations(unit: &Unit, autoscaling: &aws_sdk_autoscaling::Client) {
    let pages = autoscaling
        .describe_launch_configurations()
        .max_records(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    unit.list(pages, |page| page.launch_configurations().iter().map(configuration_record).collect()).await;
}

fn configuration_record(
    configuration: &aws_sdk_autoscaling::types::LaunchConfiguration,
) -> Result<Record<LaunchConfiguration>, Refusal> {
    let name = required_text(configuration.launch_configuration_name(), "LaunchConfiguration.LaunchConfigurationName")?;
    let facts = LaunchConfiguration {
        launch_configuration_name: name.clone(),
        image_id: required_text(configuration.image_id(), "LaunchConfiguration.ImageId")?,
        instance_type: required_text(configuration.instance_type(), "LaunchConfiguration.InstanceType")?,
        http_tokens: text(configuration.metadata_options().and_then(|it| it.http_tokens())),
        has_instance_profile: text(configuration.iam_instance_profile()).is_some(),
    };
    Ok(Record::new(name, facts).arn(text(configuration.launch_configuration_arn())))
}

/// A version of a template, by the template's id and the version's number.
type Versions = BTreeMap<(String, i64), Cited<LaunchTemplateData>>;

pub(crate) async fn list_templates(unit: &Unit, ec2: &aws_sdk_ec2::Client) {
    let mut templates = unit.listing::<LaunchTemplate>();
    let end = read_templates(unit, ec2, &mut templates).await;
    templates.close(end);
}

async fn read_templates(
    unit: &Unit,
    ec2: &aws_sdk_ec2::Client,
    templates: &mut Listing<LaunchTemplate>,
) -> Result<(), Refusal> {
    let mut pages =
        ec2.describe_launch_templates().max_results(TEMPLATES).into_paginator().stop_on_duplicate_token(false).send();
    let mut versions = None;
    while let Some(page) = templates.page(&mut pages).await? {
        if page.launch_templates().is_empty() {
            continue;
        }
        let known = match &mut versions {
            Some(known) => known,
            None => versions.insert(read_versions(unit, ec2).await),
        };
        let read = unit.join(page.launch_templates().iter().map(|it| read_template(unit, ec2, it, known))).await;
        let mut gone = Vec::new();
        for read in read {
            match read {
                Ok(Cited { value: Some(record), .. }) => templates.push(record),
                Ok(Cited { value: None, calls }) => gone.extend(calls),
                Err(malformed) => templates.keep(Err(malformed)),
            }
        }
        templates.cite(gone);
    }
    Ok(())
}

/// The default and the latest version of every template, as far as they could be read, and what stood in the way.
struct Known {
    versions: Versions,
    end: Result<(), Refusal>,
}

/// Asks for all templates at once, which takes no call per template.
async fn read_versions(unit: &Unit, ec2: &aws_sdk_ec2::Client) -> Known {
    let all = ec2.describe_launch_template_versions().versions("$Default").versions("$Latest");
    let mut versions = Versions::new();
    let end = page_versions(unit, all.max_results(TEMPLATES), &mut versions).await;
    Known { versions, end }
}

async fn page_versions(
    unit: &Unit,
    request: DescribeLaunchTemplateVersionsFluentBuilder,
    versions: &mut Versions,
) -> Result<(), Refusal> {
    let mut pages = request.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        for version in page.value.launch_template_versions() {
            let id = required_text(version.launch_template_id(), "LaunchTemplateVersion.LaunchTemplateId")?;
            let number = required(version.version_number, "LaunchTemplateVersion.VersionNumber")?;
            let data = required(version.launch_template_data(), "LaunchTemplateVersion.LaunchTemplateData")?;
            let cited = Cited { value: template_data(number, data), calls: page.calls.clone() };
            versions.insert((id, number), cited);
        }
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_template(
    unit: &Unit,
    ec2: &aws_sdk_ec2::Client,
    template: &types::LaunchTemplate,
    known: &Known,
) -> Answer<Option<Record<LaunchTemplate>>> {
    let id = required_text(template.launch_template_id(), "LaunchTemplate.LaunchTemplateId")?;
    let default = required(template.default_version_number, "LaunchTemplate.DefaultVersionNumber")?;
    let latest = required(template.latest_version_number, "LaunchTemplate.LatestVersionNumber")?;
    let wanted = |number: i64| known.versions.get(&(id.clone(), number)).cloned();
    let mut read = Versions::new();
    let mut end = known.end.clone();
    let missing = wanted(default).is_none() || wanted(latest).is_none();
    // It was changed between two calls, or AWS would not name all at once. Who is denied one is denied the other.
    if missing && !known.end.as_ref().is_err_and(|refusal| refusal.kind == GapKind::Denied) {
        let numbers = [default.to_string(), latest.to_string()];
        let own = ec2.describe_launch_template_versions().launch_template_id(&id).set_versions(Some(numbers.into()));
        end = page_versions(unit, own, &mut read).await;
    }
    let is_gone = |refusal: &&Refusal| refusal.is("InvalidLaunchTemplateId.NotFound");
    if let Some(refusal) = end.as_ref().err().filter(is_gone) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let version = |number: i64| -> Answer<LaunchTemplateData> {
        let found = wanted(number).or_else(|| read.get(&(id.clone(), number)).cloned());
        found.ok_or_else(|| match &end {
            Ok(()) => Refusal::malformed(format!("version {number} is not among the template's")),
            Err(refusal) => refusal.clone(),
        })
    };
    let (default_version, latest_version) = (version(default), version(latest));
    let field = unit.fields::<LaunchTemplate>(&id);
    let of = |name: &str, answer: &Answer<LaunchTemplateData>| -> Read<LaunchTemplateData> {
        field.of(name, answer, Clone::clone)
    };
    let facts = LaunchTemplate {
        launch_template_name: required_text(template.launch_template_name(), "LaunchTemplate.LaunchTemplateName")?,
        default_version_number: default,
        latest_version_number: latest,
        create_time: required_time(template.create_time(), "LaunchTemplate.CreateTime")?,
        default_version: of("default_version", &default_version),
        latest_version: of("latest_version", &latest_version),
    };
    let arn = format!("arn:{}:ec2:{}:{}:launch-template/{id}", unit.partition(), unit.region(), unit.account());
    let tags = template.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value.clone().unwrap_or_default())));
    let record = Record::new(&id, facts).arn(Some(arn)).tags(tags);
    let record = record.cites_answer(&default_version).cites_answer(&latest_version);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

fn template_data(number: i64, data: &types::ResponseLaunchTemplateData) -> LaunchTemplateData {
    let public = || data.network_interfaces().iter().filter_map(|it| it.associate_public_ip_address);
    let of_instances = data.tag_specifications().iter().filter(|it| it.resource_type == Some(ResourceType::Instance));
    LaunchTemplateData {
        version_number: number,
        image_id: text(data.image_id()),
        instance_type: text(data.instance_type()),
        chooses_types_by_attributes: data.instance_requirements().is_some(),
        http_tokens: text(data.metadata_options().and_then(|it| it.http_tokens())),
        has_instance_profile: data.iam_instance_profile().is_some(),
        associate_public_ip_address: public().reduce(|any, one| any || one),
        has_user_data: text(data.user_data()).is_some(),
        market_type: text(data.instance_market_options().and_then(|it| it.market_type())),
        instance_tag_keys: sorted(
            of_instances.flat_map(types::LaunchTemplateTagSpecification::tags).filter_map(|tag| tag.key()),
        ),
    }
}

//! Reads Auto Scaling: groups, what resizes them, whom they tell, and what they launch.

mod groups;
mod launches;
mod operations;

use futures::FutureExt;
use wellproof_aws::{Collector, Place, Unit};
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::{
    AutoScalingGroup, LaunchConfiguration, LaunchTemplate, NotificationConfiguration, ScalingPolicy, ScheduledAction,
};

pub use operations::OPERATIONS;

/// Auto Scaling in every region.
pub const COLLECTOR: Collector = Collector {
    name: "autoscaling",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[
        AutoScalingGroup::TYPE,
        ScalingPolicy::TYPE,
        ScheduledAction::TYPE,
        NotificationConfiguration::TYPE,
        LaunchConfiguration::TYPE,
        LaunchTemplate::TYPE,
    ],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let autoscaling = wellproof_aws::client!(unit, aws_sdk_autoscaling);
    let ec2 = wellproof_aws::client!(unit, aws_sdk_ec2);
    futures::join!(
        groups::list_groups(&unit, &autoscaling),
        groups::list_policies(&unit, &autoscaling),
        groups::list_scheduled_actions(&unit, &autoscaling),
        groups::list_notifications(&unit, &autoscaling),
        launches::list_configurations(&unit, &autoscaling),
        launches::list_templates(&unit, &ec2),
    );
}

#[cfg(test)]
mod tests;

use serde_json::json;
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::InstanceLaunch;
use wellproof_facts::derived::LaunchMonth;
use wellproof_model::{Listing, ListingState};

use crate::world::{HERE, World, call};

const ANA: &str = "arn:aws:iam::111122223333:user/ana";

fn launch(world: &mut World, id: &str, time: &str, tool: &str, instances: &[&str]) {
    world.put::<InstanceLaunch>(
        id,
        json!({"instance_ids": instances, "tool": tool, "principal_arn": ANA, "event_time": time, "identity_type": "IAMUser"}),
    );
}

#[test]
fn each_month_counts_what_started_instances() {
    let mut world = World::new();
    launch(&mut world, "e-1", "2026-04-30T23:59:59Z", "cloudformation", &["i-1", "i-2"]);
    launch(&mut world, "e-2", "2026-05-01T00:00:00Z", "terraform", &["i-3"]);
    launch(&mut world, "e-3", "2026-05-02T00:00:00Z", "console", &["i-4"]);
    launch(&mut world, "e-4", "2026-05-03T00:00:00Z", "aws_service", &["i-5", "i-6", "i-7"]);
    launch(&mut world, "e-5", "2026-05-04T00:00:00Z", "sdk", &["i-8"]);
    launch(&mut world, "e-6", "2026-05-05T00:00:00Z", "pulumi", &["i-9"]);
    let april: LaunchMonth = world.derived("2026-04");
    assert_eq!((april.instances, april.by_cloudformation, april.by_console_or_cli), (2, 2, 0));
    assert_eq!(april.principals, Vec::<String>::new());
    let may: LaunchMonth = world.derived("2026-05");
    let each = (
        may.by_cloudformation,
        may.by_terraform,
        may.by_other_code,
        may.by_service,
        may.by_console_or_cli,
        may.by_program,
    );
    assert_eq!((may.instances, each), (7, (0, 1, 1, 3, 1, 1)));
    assert_eq!(may.principals, [ANA]);
    assert_eq!(world.record::<LaunchMonth>("2026-05").calls, [call(InstanceLaunch::TYPE, HERE)]);
}

/// The months of the first region, and how far their listing reaches.
fn months(world: &World) -> (usize, ListingState) {
    let evidence = world.derive();
    let here = |listing: &&Listing| listing.kind == LaunchMonth::TYPE && listing.unit.region == HERE;
    (evidence.of_type(LaunchMonth::TYPE).len(), evidence.listings.iter().find(here).unwrap().state)
}

#[test]
fn what_failed_started_nothing() {
    let mut world = World::new();
    world.put::<InstanceLaunch>(
        "e-1",
        json!({"instance_ids": [], "tool": "console", "error_code": "Client.VcpuLimitExceeded", "event_time": "2026-05-02T00:00:00Z"}),
    );
    assert_eq!(months(&world), (0, ListingState::Complete));
}

#[test]
fn events_that_were_read_in_part_count_for_nothing() {
    let mut world = World::new();
    launch(&mut world, "e-1", "2026-05-02T00:00:00Z", "console", &["i-1"]);
    assert_eq!(months(&world), (1, ListingState::Complete));
    world.cut::<InstanceLaunch>();
    assert_eq!(months(&world), (0, ListingState::Partial));
}

//! `wellproof policy`

use std::collections::BTreeSet;

use serde_json::json;
use wellproof_aws::Operation;
use wellproof_watool::operations::{
    CHECKS, CREATES, LISTS, READS, TEMPLATE_LISTS, TEMPLATE_READS, TEMPLATE_WRITES, WRITES,
};

use crate::args::{Policy, Purpose};
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Policy) -> miette::Result<Exit> {
    let (sid, operations) = match args.purpose {
        Purpose::Scan => ("WellproofScan", scanned(args)?),
        Purpose::Pull => ("WellproofPull", pulls(args).concat()),
        Purpose::Push => ("WellproofPush", pushes(args).concat()),
    };
    let actions: BTreeSet<&str> = operations.iter().flat_map(Operation::actions).collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"}],
    });
    output::text(&args.output.path, &format!("{policy:#}\n"))?;
    Ok(Exit::Done)
}

fn pulls(args: &Policy) -> Vec<&'static [Operation]> {
    let mut operations = vec![READS, LISTS, CHECKS];
    if args.template {
        operations.extend([TEMPLATE_READS, TEMPLATE_LISTS]);
    }
    operations
}

fn pushes(args: &Policy) -> Vec<&'static [Operation]> {
    let mut operations = vec![READS, WRITES];
    if args.template {
        operations.extend([TEMPLATE_READS, TEMPLATE_WRITES]);
    }
    if args.create {
        operations.push(CREATES);
    }
    operations
}

fn scanned(args: &Policy) -> miette::Result<Vec<Operation>> {
    let collectors = wellproof_collect::select(&args.collectors)?;
    Ok(wellproof_collect::operations(collectors).into_iter().copied().collect())
}

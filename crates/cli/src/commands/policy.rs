//! `wellproof policy`

use std::collections::BTreeSet;

use serde_json::json;

use crate::args::{Policy, Purpose};
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Policy) -> miette::Result<Exit> {
    let Purpose::Scan = args.purpose;
    let collectors = wellproof_collect::select(&args.collectors)?;
    let operations = wellproof_collect::operations(collectors);
    let actions: BTreeSet<&str> = operations.iter().flat_map(|operation| operation.actions()).collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "WellproofScan", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    });
    output::text(&args.output.path, &format!("{policy:#}\n"))?;
    Ok(Exit::Done)
}

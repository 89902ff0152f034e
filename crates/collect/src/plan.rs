//! Which units a scan runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wellproof_aws::{Collector, Place};
use wellproof_facts::account::Region;
use wellproof_model::{GLOBAL, Resource, UnitId};
use wellproof_snapshot::{Format, Reader};

use crate::error::ScanError;

/// Who answers.
#[derive(Clone)]
pub enum Origin {
    /// AWS.
    Aws {
        /// The profile to use instead of the environment's.
        profile: Option<String>,
    },
    /// A recording, in AWS's place.
    Recording {
        /// The snapshot that holds it.
        reader: Arc<Reader>,
        /// Waits before each answer; for benchmarks.
        latency: Duration,
    },
}

/// Which regions to scan.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Regions {
    /// Every region that the account has enabled; of a recording, those that it was made of.
    #[default]
    All,
    /// These.
    These(Vec<String>),
}

/// What to scan, and where to put it.
#[derive(Clone)]
pub struct Request {
    /// Who answers.
    pub origin: Origin,
    /// Which regions.
    pub regions: Regions,
    /// Names of collectors; empty for all.
    pub collectors: Vec<String>,
    /// The snapshot's directory.
    pub out: PathBuf,
    /// Go on with the snapshot in `out`.
    pub resume: bool,
    /// How its records are stored.
    pub format: Format,
    /// The version of the tool, for the manifest.
    pub tool_version: String,
    /// The digest of the shipped rules, for the manifest.
    pub rules_digest: String,
    /// The digest of the shipped lenses, for the manifest.
    pub lenses_digest: String,
}

/// What is known of an account's regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// `None` when they could not be read.
    pub(crate) enabled: Option<Vec<String>>,
    pub(crate) off: Vec<String>,
}

impl Known {
    /// Sorts the `AWS::EC2::Region` records of the account's unit.
    pub(crate) fn of(resources: &[Resource], complete: bool) -> Self {
        if !complete {
            return Self::default();
        }
        let mut known = Self { enabled: Some(Vec::new()), off: Vec::new() };
        for resource in resources {
            // One that cannot be read is not one that is off: then nothing is known of any.
            let Ok(region) = resource.facts::<Region>() else { return Self::default() };
            match &mut known.enabled {
                Some(list) if region.enabled => list.push(resource.id.clone()),
                _ => known.off.push(resource.id.clone()),
            }
        }
        known.enabled.iter_mut().for_each(|list| list.sort());
        known.off.sort();
        known
    }

    /// The regions to scan.
    ///
    /// Without a list of enabled regions there is only `home` to fall back on; that the rest was not scanned then
    /// stands in the manifest, as `regions_enabled` is not there.
    pub(crate) fn choose(&self, wanted: &Regions, home: &str) -> Result<Vec<String>, ScanError> {
        let wanted = match (wanted, &self.enabled) {
            (Regions::All, Some(enabled)) => return Ok(enabled.clone()),
            (Regions::All, None) => return Ok(vec![home.to_owned()]),
            (Regions::These(wanted), _) => wanted,
        };
        if let Some(enabled) = &self.enabled {
            for region in wanted {
                if self.off.contains(region) {
                    return Err(ScanError::RegionOff(region.clone()));
                }
                if !enabled.contains(region) {
                    let known: Vec<&str> = enabled.iter().chain(&self.off).map(String::as_str).collect();
                    return Err(ScanError::region(region, &known));
                }
            }
        }
        Ok(sorted(wanted))
    }
}

/// Each region once, in order.
pub(crate) fn sorted<'r>(regions: impl IntoIterator<Item = &'r String>) -> Vec<String> {
    regions.into_iter().collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// Units in order.
pub(crate) fn sorted_units(units: &[UnitId]) -> Vec<UnitId> {
    let mut units = units.to_vec();
    units.sort();
    units
}

/// Every unit of these collectors, sorted.
pub(crate) fn units(collectors: &[&Collector], account: &str, regions: &[String]) -> Vec<UnitId> {
    let mut units = Vec::new();
    for collector in collectors {
        match collector.place {
            Place::Once { .. } => units.push(UnitId::new(collector.name, account, GLOBAL)),
            Place::EveryRegion => {
                units.extend(regions.iter().map(|region| UnitId::new(collector.name, account, region)));
            }
        }
    }
    sorted_units(&units)
}

/// What each of these collectors declares to list.
pub(crate) fn types(collectors: &[&Collector]) -> BTreeMap<String, Vec<String>> {
    let types = |collector: &&Collector| collector.types.iter().map(|kind| (*kind).to_owned()).collect();
    collectors.iter().map(|collector| (collector.name.to_owned(), types(collector))).collect()
}

/// The region that a unit's calls are signed for. Global services have one per partition.
pub(crate) fn signing_region(unit: &UnitId, collector: &Collector, partition: &str) -> String {
    match collector.place {
        Place::EveryRegion => unit.region.clone(),
        Place::Once { region } => home_of(partition).unwrap_or(region).to_owned(),
    }
}

/// Where the global services of the other partitions live.
pub(crate) fn home_of(partition: &str) -> Option<&'static str> {
    match partition {
        "aws-cn" => Some("cn-north-1"),
        "aws-us-gov" => Some("us-gov-west-1"),
        _ => None,
    }
}

/// The partition of an ARN.
pub(crate) fn partition_of(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}

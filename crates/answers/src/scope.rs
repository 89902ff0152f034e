//! What the answers are about, in words.

use wellproof_model::{Evidence, Scope, TagSelector, Workload};

use crate::document::ScopeLine;
use crate::text::{count, label, list};

/// How many accounts or regions the sentence names.
const NAMED: usize = 5;

/// The line of the document, given how many resources lie outside.
pub(crate) fn line(evidence: &Evidence, scope: &Scope, out_of_scope: u64) -> ScopeLine {
    let exclusions = scope.workload.iter().flat_map(|workload| &workload.exclude).map(|exclusion| {
        let what = [
            exclusion.resource.clone(),
            exclusion.kind.clone(),
            exclusion.tag.as_ref().map(|tag| format!("tag {}", tag_in_words(tag))),
        ];
        let what: Vec<String> = what.into_iter().flatten().collect();
        format!("{}: {}", what.join(", "), exclusion.reason)
    });
    ScopeLine {
        sentence: sentence(evidence, scope),
        workload: scope.workload.as_ref().map(|workload| workload.name.clone()),
        out_of_scope,
        exclusions: exclusions.collect(),
    }
}

/// What notes say of the scope: `whole account 111122223333, 3 of 17 regions`, or `workload shop (env=prod), 1 of 1 region` where
/// the workload has one region only.
pub(crate) fn short(evidence: &Evidence, scope: &Scope) -> String {
    let workload = scope.workload.as_ref();
    let named = workload.map_or(&[][..], |workload| &workload.regions);
    let within =
        |regions: &[String]| regions.iter().filter(|region| named.is_empty() || named.contains(region)).count() as u64;
    let scanned = within(&evidence.manifest.regions);
    let regions = match &evidence.manifest.regions_enabled {
        Some(enabled) => format!("{scanned} of {}", count(within(enabled), "region", "regions")),
        None => count(scanned, "region", "regions"),
    };
    let Some(workload) = workload else { return format!("{}, {regions}", whole(&accounts(evidence))) };
    let tags: Vec<String> = workload.tags.iter().map(tag_in_words).collect();
    let tags = if tags.is_empty() { String::new() } else { format!(" ({})", label(&list(&tags, 3))) };
    format!("workload {}{tags}, {regions}", label(&workload.name))
}

/// The accounts that were scanned, sorted.
pub(crate) fn accounts(evidence: &Evidence) -> Vec<String> {
    let planned = evidence.manifest.planned.iter().map(|unit| unit.account.clone());
    let mut accounts: Vec<String> =
        planned.chain([evidence.manifest.caller.account.clone()]).filter(|account| !account.is_empty()).collect();
    accounts.sort();
    accounts.dedup();
    accounts
}

fn whole(accounts: &[String]) -> String {
    match accounts {
        [] => "whole account".to_owned(),
        [one] => format!("whole account {one}"),
        several => format!("whole accounts {}", list(several, NAMED)),
    }
}

fn sentence(evidence: &Evidence, scope: &Scope) -> String {
    let scanned = evidence.manifest.regions.len() as u64;
    let regions = match &evidence.manifest.regions_enabled {
        Some(enabled) => {
            format!("{scanned} of {} scanned", count(enabled.len() as u64, "enabled region", "enabled regions"))
        }
        None => format!("{} scanned; which ones are enabled could not be read", count(scanned, "region", "regions")),
    };
    let about = match &scope.workload {
        Some(workload) => workload_in_words(workload, &accounts(evidence)),
        None => format!("{}, so development resources count too", whole(&accounts(evidence))),
    };
    format!("{about}; {regions}")
}

fn workload_in_words(workload: &Workload, scanned: &[String]) -> String {
    let accounts = if workload.accounts.is_empty() { scanned } else { &workload.accounts };
    let mut parts =
        vec![format!("{} {}", if accounts.len() == 1 { "account" } else { "accounts" }, list(accounts, NAMED))];
    if !workload.regions.is_empty() {
        parts.push(format!("in {}", list(&workload.regions, NAMED)));
    }
    if !workload.tags.is_empty() {
        let tags: Vec<String> = workload.tags.iter().map(tag_in_words).collect();
        parts.push(format!("resources tagged {}", tags.join(" or ")));
    }
    if !workload.exclude.is_empty() {
        parts.push(count(workload.exclude.len() as u64, "exclusion", "exclusions"));
    }
    format!("workload {} ({})", label(&workload.name), parts.join(", "))
}

fn tag_in_words(tag: &TagSelector) -> String {
    String::from(tag.clone())
}

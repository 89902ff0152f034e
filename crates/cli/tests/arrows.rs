//! Invariant 7: what judges and reports knows neither tokio nor an SDK type.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Everything from the snapshot to the report.
const PURE: [&str; 9] = [
    "wellproof-answers",
    "wellproof-derive",
    "wellproof-facts",
    "wellproof-lens",
    "wellproof-model",
    "wellproof-report",
    "wellproof-review",
    "wellproof-rules",
    "wellproof-snapshot",
];

/// What talks to AWS, and what it runs on.
fn is_foreign(package: &str) -> bool {
    let prefixes = ["aws-", "wellproof-aws", "wellproof-collect", "wellproof-watool", "hyper", "reqwest"];
    matches!(package, "tokio" | "async-std" | "smol" | "mio") || prefixes.iter().any(|it| package.starts_with(it))
}

#[test]
fn what_judges_knows_neither_a_runtime_nor_an_sdk() {
    let graph = Graph::of_the_workspace();
    for package in PURE {
        let foreign: Vec<String> =
            graph.reached_from(package).into_iter().filter(|path| is_foreign(last(path))).collect();
        assert_eq!(foreign, Vec::<String>::new(), "{package} depends on what it must not know");
    }
}

/// The same search finds the SDK where it has to be.
#[test]
fn the_graph_is_not_blind() {
    let graph = Graph::of_the_workspace();
    let reached = graph.reached_from("wellproof");
    for package in ["tokio", "aws-sdk-ec2", "wellproof-collect-ec2", "wellproof-report"] {
        assert!(reached.iter().any(|path| last(path) == package), "{package}");
    }
}

/// Collectors know nothing of what is made of their facts.
#[test]
fn collectors_know_no_rules() {
    let graph = Graph::of_the_workspace();
    let upward = [
        "wellproof-answers",
        "wellproof-derive",
        "wellproof-lens",
        "wellproof-report",
        "wellproof-rules",
        "wellproof-watool",
    ];
    let collectors: Vec<&String> = graph.needs.keys().filter(|name| name.starts_with("wellproof-collect")).collect();
    assert!(collectors.len() > 8);
    for collector in collectors {
        let found: Vec<String> =
            graph.reached_from(collector).into_iter().filter(|path| upward.contains(&last(path))).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}

/// Only `watool` has a client that can write, and only the binary has `watool`.
#[test]
fn one_crate_writes_and_only_the_binary_has_it() {
    let graph = Graph::of_the_workspace();
    let needed_by = |package: &str| -> Vec<&str> {
        let needs = graph.needs.iter().filter(|(_, needs)| needs.contains(package));
        needs.map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(needed_by("aws-sdk-wellarchitected"), ["wellproof-watool"]);
    assert_eq!(needed_by("wellproof-watool"), ["wellproof", "xtask"]);
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn last(path: &str) -> &str {
    path.rsplit(" > ").next().unwrap_or(path)
}

/// Packages and what they need to run: no dependencies of tests, none of build scripts.
struct Graph {
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn of_the_workspace() -> Self {
        // Of this machine's platform only: what others need may never have been downloaded.
        let version = cargo(&["-vV"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let metadata =
            cargo(&["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host]);
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .iter()
            .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
            .collect();
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let normal = |dependency: &&Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let needed =
                list(&node["deps"]).iter().filter(normal).map(|it| names[it["pkg"].as_str().unwrap()].to_owned());
            needs.entry(names[node["id"].as_str().unwrap()].to_owned()).or_default().extend(needed);
        }
        Self { needs }
    }

    /// One way to each package that `from` needs, however far.
    fn reached_from(&self, from: &str) -> Vec<String> {
        assert!(self.needs.contains_key(from), "there is no package {from}");
        let (mut seen, mut paths, mut open) = (BTreeSet::from([from]), Vec::new(), vec![from.to_owned()]);
        while let Some(path) = open.pop() {
            for next in self.needs.get(last(&path)).into_iter().flatten() {
                if seen.insert(next) {
                    let path = format!("{path} > {next}");
                    paths.push(path.clone());
                    open.push(path);
                }
            }
        }
        paths
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// A page's token that comes again is no end of a listing, though the SDK would take it for one unless it is told not to.
#[test]
fn no_listing_ends_at_a_token_that_came_before() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paginators = 0;
    for collector in std::fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()) {
        if !collector.file_name().unwrap().to_str().unwrap().starts_with("collect-") {
            continue;
        }
        for file in std::fs::read_dir(collector.join("src")).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            let text: String = text.split_whitespace().collect();
            for (at, found) in text.match_indices(".into_paginator()") {
                let rest = &text[at + found.len()..];
                assert!(rest.starts_with(".stop_on_duplicate_token(false)"), "{}", file.display());
                paginators += 1;
            }
        }
    }
    assert!(paginators > 40, "only {paginators} paginators were found");
}

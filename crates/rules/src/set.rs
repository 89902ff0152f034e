//! All rules together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use wellproof_facts::management;
use wellproof_model::{Evidence, Scope};

use crate::case::{self, CaseResult};
use crate::coverage;
use crate::error::{RuleError, RuleErrors};
use crate::evaluate;
use crate::load;
use crate::nearest::nearest;
use crate::outcome::Outcome;
use crate::rule::Rule;
use crate::schema::Schemas;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// How deep directories of rules may nest.
const DEEPEST: usize = 8;

/// A set of rules, by id.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: BTreeMap<String, Rule>,
}

impl RuleSet {
    /// The rules that the binary ships.
    ///
    /// # Errors
    /// Every mistake in them; a test holds that there is none.
    pub fn shipped() -> Result<Self, RuleErrors> {
        let mut files = BTreeMap::new();
        embedded(&SHIPPED, &mut files);
        Self::from_files(&files, &Schemas::shipped())
    }

    /// Every `.yaml` file below `directory`.
    ///
    /// # Errors
    /// Every mistake in the files, and what could not be read.
    pub fn load_dir(directory: &Path) -> Result<Self, RuleErrors> {
        Self::load_dir_with(directory, &Schemas::shipped())
    }

    /// Every `.yaml` file below `directory`, checked against schemas of one's own.
    ///
    /// # Errors
    /// Every mistake in the files, and what could not be read.
    pub fn load_dir_with(directory: &Path, schemas: &Schemas) -> Result<Self, RuleErrors> {
        let mut files = BTreeMap::new();
        let mut errors = Vec::new();
        read_files(directory, directory, DEEPEST, &mut files, &mut errors);
        RuleErrors::none_or(errors)?;
        if files.is_empty() {
            let shown = directory.display().to_string();
            return Err(RuleErrors { errors: vec![RuleError::in_file(&shown, "no rule files (`*.yaml`) below it")] });
        }
        Self::from_files(&files, schemas)
    }

    /// Rule files by path, with their texts.
    ///
    /// # Errors
    /// Every mistake in them.
    pub fn from_files(files: &BTreeMap<String, String>, schemas: &Schemas) -> Result<Self, RuleErrors> {
        let mut set = Self::default();
        let mut errors = Vec::new();
        for (file, text) in files {
            match load::load(file, text, schemas) {
                Ok(rule) => {
                    if let Some(first) = set.rules.get(&rule.id) {
                        errors
                            .push(RuleError::in_file(file, format!("the id `{}` is also in {}", rule.id, first.file)));
                    }
                    set.rules.insert(rule.id.clone(), rule);
                }
                Err(mistakes) => errors.extend(mistakes),
            }
        }
        RuleErrors::none_or(errors)?;
        Ok(set)
    }

    /// Adds the rules of `other`; one with the same id replaces the one that was there.
    pub fn extend(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }

    /// Holds the set against the lenses: every choice that a rule bears on is known, and every rule that another one
    /// goes together with.
    ///
    /// # Errors
    /// Every mistake.
    pub fn check(&self, known_choice: &dyn Fn(&str, &str) -> bool) -> Result<(), RuleErrors> {
        let mut errors = Vec::new();
        for rule in self.rules.values() {
            let mut mistake = |at: &Range<usize>, message: String, help: Option<String>| {
                errors.push(RuleError::at(&rule.file, &rule.source, at.clone(), message).help(help));
            };
            for bears in &rule.bears_on {
                if !known_choice(&bears.question, &bears.choice) {
                    let message = format!("no lens has the choice `{}` of `{}`", bears.choice, bears.question);
                    mistake(&bears.choice_at, message, None);
                }
                for (other, at) in bears.together_with.iter().zip(&bears.together_with_at) {
                    if *other == rule.id || !self.rules.contains_key(other) {
                        let help = nearest(other, self.rules.keys().map(String::as_str));
                        mistake(at, format!("there is no other rule `{other}`"), help);
                    }
                }
            }
        }
        RuleErrors::none_or(errors)
    }

    /// Runs every rule's test cases, in the order of rules and files.
    pub fn test(&self) -> Vec<CaseResult> {
        self.rules.values().flat_map(case::run).collect()
    }

    /// Judges evidence. One outcome for each rule, sorted by its id; the same for the same input, whatever the threads do.
    pub fn evaluate(&self, evidence: &Evidence, scope: &Scope) -> Vec<Outcome> {
        let rules: Vec<&Rule> = self.rules.values().collect();
        evaluate::evaluate(&rules, evidence, scope)
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// All rules, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The resource types that judging reads: nothing else needs to be parsed. Derived types stand by their own names.
    pub fn types(&self) -> BTreeSet<&str> {
        let mut types: BTreeSet<&str> = self.rules.values().flat_map(Rule::types).collect();
        types.insert(coverage::REGION);
        if self.rules.values().any(|rule| rule.seen_from.is_some()) {
            types.extend(management::TYPES);
        }
        types
    }

    /// `sha256:` and a hash over every rule's id and text.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (id, rule) in &self.rules {
            for part in [id.as_str(), &rule.source] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        format!("sha256:{}", hex::encode(hash.finalize()))
    }
}

fn embedded(directory: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in directory.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if let (true, Some(text)) = (is_rule(&path), file.contents_utf8()) {
            files.insert(path, text.to_owned());
        }
    }
    for inner in directory.dirs() {
        embedded(inner, files);
    }
}

#[expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a rule file's name equals its id, which is in lower case"
)]
fn is_rule(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn read_files(
    root: &Path,
    directory: &Path,
    depth: usize,
    files: &mut BTreeMap<String, String>,
    errors: &mut Vec<RuleError>,
) {
    let shown = directory.display().to_string();
    if depth == 0 {
        errors.push(RuleError::in_file(&shown, "directories nested too deep"));
        return;
    }
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(RuleError::in_file(&shown, format!("cannot be read: {error}")));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_files(root, &path, depth - 1, files, errors);
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !is_rule(&name) {
            continue;
        }
        // The size is looked at first: a file of any size can lie there.
        if entry.metadata().is_ok_and(|file| file.len() > load::LARGEST as u64) {
            errors.push(RuleError::in_file(&name, format!("more than {} bytes", load::LARGEST)));
            continue;
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                files.insert(name, text);
            }
            Err(error) => errors.push(RuleError::in_file(&name, format!("cannot be read: {error}"))),
        }
    }
}

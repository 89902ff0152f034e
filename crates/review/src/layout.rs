//! The words of the Tool's report and the marks of ours, on which what prints a review and what reads it agree.

use wellproof_lens::Risk;

use crate::document::{Status, Workload};

/// Above the properties of the workload.
pub const PROPERTIES: &str = "Workload properties";
/// Above the counts of the whole lens.
pub const OVERVIEW: &str = "Lens overview";
/// Above what was written on the lens.
pub const LENS_NOTES: &str = "Lens notes";
/// Above the counts of risks.
pub const SUMMARY: &str = "Improvement item summary";
/// Above all pillars.
pub const DETAILS: &str = "Lens details";
/// Above how many questions are answered, and of how many.
pub const ANSWERED: &str = "Questions answered";
/// Above how many questions stand how.
pub const QUESTION_STATUS: &str = "Question status";
/// Above what was written on a pillar.
pub const PILLAR_NOTES: &str = "Pillar notes";
/// Above what was written on single choices; the Tool's own report has no such list.
pub const CHOICE_NOTES: &str = "Notes on choices";
/// Above what was written on a question.
pub const NOTES: &str = "Notes";
/// Above the items of an improvement plan.
pub const PLAN: &str = "Improvement plan";
/// Before why something does not apply.
pub const REASON: &str = "Reason:";
/// What a report of ours begins with, before anything that it reports.
pub const PRINTED_BY: &str = "Printed by Wellproof";
/// What it says where nobody answered anything.
pub const SUGGESTIONS: &str = "Suggestions from evidence, not answers of people";

/// In place of a risk that nobody knows; the Tool always knows.
pub const RISK_UNKNOWN: &str = "Risk unknown";

/// How the report words a question's risk.
pub fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "High risk",
        Risk::Medium => "Medium risk",
        Risk::None => "No improvements identified",
        Risk::NotApplicable => "Not Applicable",
        Risk::Unanswered => "Unanswered",
        Risk::Undetermined => "Risk undetermined",
    }
}

/// The risk that stands in these words.
pub(crate) fn risk_worded(words: &str) -> Option<Risk> {
    use Risk::{High, Medium, None, NotApplicable, Unanswered, Undetermined};
    [High, Medium, None, NotApplicable, Unanswered, Undetermined].into_iter().find(|it| risk(*it) == words)
}

/// The heading of the list of choices that stand so.
pub fn heading(status: Status) -> &'static str {
    match status {
        Status::Selected => "Selected choice(s)",
        Status::Unselected => "Not selected choice(s)",
        Status::NotApplicable => "Not applicable choice(s)",
    }
}

/// The attribute that names the [`Part`] that an element holds.
pub const MARK: &str = "data-is";
/// The attribute with the id of what the part is about: a lens, a pillar, a question, a choice.
pub const ABOUT: &str = "data-id";
/// The attribute with the part's text as a JSON string, where the page cannot show it as it is.
pub const EXACT: &str = "data-exact";

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident => $word:literal,)+) => {
        /// What an element of the report that we print as HTML holds. What is read is what is shown, but for what cannot be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Part { $($(#[$doc])* $part),+ }

        impl Part {
            /// What the mark says.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$part => $word),+ }
            }

            pub(crate) fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$part),)+ _ => None }
            }
        }
    };
}

parts! {
    /// The edition of the lens.
    Lens => "lens",
    /// That nobody answered anything.
    Suggested => "suggested",
    /// The workload's name.
    WorkloadName => "workload-name",
    /// Its ARN.
    Arn => "arn",
    /// What it is.
    Description => "description",
    /// Who answers for the review.
    ReviewOwner => "review-owner",
    /// The type of industry.
    IndustryType => "industry-type",
    /// The industry.
    Industry => "industry",
    /// The environment.
    Environment => "environment",
    /// One AWS region.
    AwsRegion => "aws-region",
    /// One region that is not AWS's.
    NonAwsRegion => "non-aws-region",
    /// One account.
    AccountId => "account-id",
    /// Where its design is drawn.
    ArchitecturalDesign => "architectural-design",
    /// What was written on the lens.
    LensNotes => "lens-notes",
    /// What was written on a pillar.
    PillarNotes => "pillar-notes",
    /// The title of a question, which all up to the next one is about.
    Question => "question",
    /// The question's risk.
    Risk => "risk",
    /// That it was called applicable although its risk says otherwise, or the other way round.
    Applicability => "applicability",
    /// Why it does not apply.
    Reason => "reason",
    /// A choice that is selected.
    Selected => "selected",
    /// A choice that is not.
    Unselected => "unselected",
    /// A choice that does not apply.
    NotApplicable => "not-applicable",
    /// Why a choice does not apply.
    ChoiceReason => "choice-reason",
    /// What was written on a choice.
    ChoiceNotes => "choice-notes",
    /// What was written on the question.
    Notes => "notes",
    /// One item of the improvement plan.
    Item => "item",
    /// A piece of the review's source that could not be placed.
    Unplaced => "unplaced",
    /// Why it could not.
    UnplacedWhy => "unplaced-why",
    /// The end of the report.
    End => "end",
}

/// The properties of a workload as the first page names them, the longer label first where one begins with another.
pub const LABELS: [(&str, Part); 11] = [
    ("Workload name", Part::WorkloadName),
    ("ARN", Part::Arn),
    ("Description", Part::Description),
    ("Review owner", Part::ReviewOwner),
    ("Industry type", Part::IndustryType),
    ("Industry", Part::Industry),
    ("Environment", Part::Environment),
    ("AWS Regions", Part::AwsRegion),
    ("Non-AWS regions", Part::NonAwsRegion),
    ("Account IDs", Part::AccountId),
    ("Architectural design", Part::ArchitecturalDesign),
];

impl Workload {
    /// What one of [`LABELS`] stands for; nothing where the source says nothing.
    pub fn values(&self, part: Part) -> Vec<&str> {
        let listed = match part {
            Part::AwsRegion => &self.aws_regions,
            Part::NonAwsRegion => &self.non_aws_regions,
            Part::AccountId => &self.account_ids,
            _ => return self.text(part).filter(|text| !text.is_empty()).into_iter().collect(),
        };
        listed.iter().map(String::as_str).collect()
    }

    fn text(&self, part: Part) -> Option<&str> {
        Some(match part {
            Part::WorkloadName => &self.name,
            Part::Arn => &self.arn,
            Part::Description => &self.description,
            Part::ReviewOwner => &self.review_owner,
            Part::IndustryType => &self.industry_type,
            Part::Industry => &self.industry,
            Part::Environment => &self.environment,
            Part::ArchitecturalDesign => &self.architectural_design,
            _ => return None,
        })
    }

    /// Takes what the report says of a property; false where the part is none.
    pub(crate) fn take(&mut self, part: Part, value: String) -> bool {
        match part {
            Part::WorkloadName => self.name = value,
            Part::Arn => self.arn = value,
            Part::Description => self.description = value,
            Part::ReviewOwner => self.review_owner = value,
            Part::IndustryType => self.industry_type = value,
            Part::Industry => self.industry = value,
            Part::Environment => self.environment = value,
            Part::AwsRegion => self.aws_regions.push(value),
            Part::NonAwsRegion => self.non_aws_regions.push(value),
            Part::AccountId => self.account_ids.push(value),
            Part::ArchitecturalDesign => self.architectural_design = value,
            _ => return false,
        }
        true
    }
}

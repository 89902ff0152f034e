//! What may be asked of the Tool; the guard, `wellproof policy` and the docs are made from it.

use wellproof_aws::Operation;

const fn operation(name: &'static str, action: &'static str) -> Operation {
    Operation::new("wellarchitected", name, action)
}

/// What pull, plan and push read.
pub const READS: &[Operation] = &[
    operation("GetWorkload", "wellarchitected:GetWorkload"),
    operation("GetLensReview", "wellarchitected:GetLensReview"),
    operation("GetAnswer", "wellarchitected:GetAnswer"),
];

/// What pull and plan find workloads and questions with; a plan names both.
pub const LISTS: &[Operation] = &[
    operation("ListWorkloads", "wellarchitected:ListWorkloads"),
    operation("ListAnswers", "wellarchitected:ListAnswers"),
];

/// What pull reads beside them, where the workload has Trusted Advisor on.
pub const CHECKS: &[Operation] = &[operation("ListCheckDetails", "wellarchitected:ListCheckDetails")];

/// What plan and push read of a review template.
pub const TEMPLATE_READS: &[Operation] = &[
    operation("GetReviewTemplateLensReview", "wellarchitected:GetReviewTemplateLensReview"),
    operation("GetReviewTemplateAnswer", "wellarchitected:GetReviewTemplateAnswer"),
];

/// What plan finds review templates and their questions with.
pub const TEMPLATE_LISTS: &[Operation] = &[
    operation("ListReviewTemplates", "wellarchitected:ListReviewTemplates"),
    operation("ListReviewTemplateAnswers", "wellarchitected:ListReviewTemplateAnswers"),
];

/// What push writes to a workload, and what it looks up to write it once.
pub const WRITES: &[Operation] = &[
    operation("ListMilestones", "wellarchitected:ListMilestones"),
    operation("CreateMilestone", "wellarchitected:CreateMilestone"),
    operation("UpdateAnswer", "wellarchitected:UpdateAnswer"),
];

/// What push writes to a review template.
pub const TEMPLATE_WRITES: &[Operation] =
    &[operation("UpdateReviewTemplateAnswer", "wellarchitected:UpdateReviewTemplateAnswer")];

/// What push makes a workload with, and reads what the Tool asks of it.
pub const CREATES: &[Operation] = &[
    operation("CreateWorkload", "wellarchitected:CreateWorkload"),
    operation("ListAnswers", "wellarchitected:ListAnswers"),
];

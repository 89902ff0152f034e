//! Mistakes that only the command line can make.

use std::path::PathBuf;

use miette::Diagnostic;

#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum CliError {
    #[error("failed to read `{}`", .path.display())]
    #[diagnostic(code(wellproof::read))]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to write `{}`", .path.display())]
    #[diagnostic(code(wellproof::write))]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{0}` is no lens that this version ships, and no such file")]
    #[diagnostic(code(wellproof::lens), help("`wellproof lens list` shows those that it ships"))]
    NoLens(String),
    #[error("`{what}` is no question, choice, rule or call of this review")]
    #[diagnostic(code(wellproof::explain))]
    Nothing {
        what: String,
        #[help]
        help: Option<String>,
    },
    #[error("there is no rule `{id}`")]
    #[diagnostic(code(wellproof::rule))]
    NoRule {
        id: String,
        #[help]
        help: Option<String>,
    },
    #[error("--fail-on contradicted needs a review to contradict")]
    #[diagnostic(code(wellproof::review), help("give what people answered by --review FILE"))]
    NoReview,
    #[error("{0}")]
    #[diagnostic(code(wellproof::review), help("leave --lens out, or name the lens of the review"))]
    OtherLens(String),
    #[error("`{}` is no review of this version: {message}", .file.display())]
    #[diagnostic(code(wellproof::review), help("`wellproof review import` writes one"))]
    BadReview { file: PathBuf, message: String },
    #[error("the lens {lens} is not applied there; applied are: {applied}")]
    #[diagnostic(code(wellproof::tool::lens), help("name one of them by --lens, or apply it in the Tool"))]
    NotApplied { lens: String, applied: String },
    #[error("the workload has several lenses: {0}")]
    #[diagnostic(code(wellproof::tool::lens), help("name one by --lens"))]
    WhichLens(String),
    #[error("--replace names what no choice of the Tool's lens is: {0}")]
    #[diagnostic(
        code(wellproof::plan),
        help("name a choice by its id, such as `rel_manage_service_limits_monitor_manage_limits`")
    )]
    NoChoice(String),
    #[error("there is a workload {0} already")]
    #[diagnostic(code(wellproof::plan), help("leave --create out to plan on it"))]
    Exists(String),
    #[error("a workload's {what} has {least} to {most} characters")]
    #[diagnostic(code(wellproof::plan))]
    Length { what: &'static str, least: usize, most: usize },
    #[error("no region to ask the Tool in")]
    #[diagnostic(code(wellproof::tool::region), help("name it by --region or AWS_REGION"))]
    NoRegion,
    #[error("`{}` exists, and is not the snapshot of a demo", .0.display())]
    #[diagnostic(code(wellproof::demo), help("name another directory by --out; nothing was touched"))]
    NotADemo(PathBuf),
}

//! `wellproof review pull`, `plan` and `push`

use std::fs::File;
use std::io::Read;
use std::path::Path;

use wellproof_answers::document::Document;
use wellproof_aws::{Operation, SdkConfig, sdk};
use wellproof_lens::Lens;
use wellproof_report::{legible_line as line, legible_lines as lines};
use wellproof_review::PullGap;
use wellproof_watool::operations::{
    CHECKS, CREATES, LISTS, READS, TEMPLATE_LISTS, TEMPLATE_READS, TEMPLATE_WRITES, WRITES,
};
use wellproof_watool::{
    Answer, AnswerState, Choice, Journal, LensReview, MAX_BYTES, NewWorkload, Outcome, Patience, Place, PlanError,
    Pushed, Target, Tool, Workload,
};

use crate::args::{Environment, Judging, Plan, Pull, Push, Reach, Shown};
use crate::commands::{answer, judge, review, scan};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// The lens that every workload has.
const FRAMEWORK: &str = "wellarchitected";

pub(crate) fn pull(args: &Pull) -> miette::Result<Exit> {
    let pulled = scan::runtime()?.block_on(async {
        let tool = reach(&args.reach, Some(&args.workload), &[READS, LISTS, CHECKS]).await?;
        let workload = tool.workload(&args.workload).await?;
        let alias = match (&args.lens, args.milestone) {
            // Other lenses may have been applied then.
            (Some(named), Some(_)) => named.clone(),
            (named, _) => applied(named.as_deref(), workload.lenses())?,
        };
        let lens = lens_file(args.lens_file.as_deref(), &alias)?;
        let pulled = wellproof_watool::pull(&tool, &workload, &alias, args.milestone, lens.as_ref()).await?;
        miette::Result::<_>::Ok(pulled)
    })?;
    let mut text = serde_json::to_string_pretty(&pulled.review).map_err(|err| miette::miette!("{err}"))?;
    text.push('\n');
    output::text(&args.output.path, &text)?;
    if let Some(path) = &args.write_lens {
        output::text(path, &pulled.lens_file)?;
    }
    review::tell("the Tool", &pulled.review);
    let gaps = tell_pulled(&pulled.review);
    Ok(if gaps { Exit::Gaps } else { review::ended(&pulled.review) })
}

/// Says how the Tool's edition differs from ours and what was not read; whether anything is missing.
fn tell_pulled(review: &wellproof_review::Review) -> bool {
    let Some(pulled) = &review.pulled else { return false };
    for id in &pulled.edition.only_tools {
        output::say(&format!("warning: the Tool has {}, and our lens file lacks it", line(id)));
    }
    for id in &pulled.edition.only_ours {
        output::say(&format!("warning: our lens file has {}, and the Tool lacks it", line(id)));
    }
    for id in &pulled.edition.retitled {
        output::say(&format!("note: the Tool titles {} differently", line(id)));
    }
    for (gap, count) in PullGap::grouped(&pulled.gaps) {
        let more = if count == 1 { String::new() } else { format!(" and {} more", count - 1) };
        output::say(&format!("not read: {}{more}: {}: {}", line(&gap.what), line(&gap.reason), line(&gap.message)));
    }
    !pulled.gaps.is_empty() || !pulled.edition.is_same()
}

pub(crate) fn plan(args: &Plan) -> miette::Result<Exit> {
    let runtime = scan::runtime()?;
    let named = args.workload.as_deref().or(args.template.as_deref());
    let operations: &[&[Operation]] =
        if args.template.is_some() { &[TEMPLATE_READS, TEMPLATE_LISTS] } else { &[READS, LISTS] };
    let (tool, found) = runtime.block_on(async {
        let tool = reach(&args.reach, named, operations).await?;
        let found = find(&tool, args).await?;
        miette::Result::<_>::Ok((tool, found))
    })?;
    let lens = lens_file(args.lens_file.as_deref(), &found.alias)?;
    if lens.is_none() {
        return Err(CliError::NoLens(found.alias).into());
    }
    let judging = Judging {
        snapshot: args.snapshot.clone(),
        lens: Some(args.lens_file.clone().unwrap_or_else(|| shipped_id(&found.alias).to_owned())),
        config: args.config.clone(),
        rules: args.rules.clone(),
        allow_unverified: args.allow_unverified,
    };
    let judged = judge::judge(&judging, None)?;
    let document = &judged.document;
    let (target, asked) = match found.place {
        Some((target, place)) => (target, runtime.block_on(tool.lens_review(&place, &found.alias))?),
        None => (Target::NewWorkload(new_workload(args, document, tool.region())?), blank(&judged.lens, &found.alias)),
    };
    let unknown = wellproof_watool::unknown_names(&asked, &args.replace);
    if !unknown.is_empty() {
        return Err(CliError::NoChoice(unknown.join(", ")).into());
    }
    warn_of_accounts(&found.accounts, document);
    let plan = wellproof_watool::decide(target, &asked, document, &judged.lens, &args.replace);
    let json = plan.to_json().map_err(|err| miette::miette!("{err}"))?;
    output::text(&args.out, &json)?;
    let shown = match args.format {
        Shown::Json => json,
        Shown::Text => lines(&wellproof_watool::diff(&plan)),
    };
    output::text(&args.output.path, &shown)?;
    output::say(&format!("the plan is in {}; `wellproof review push` with --apply writes it", args.out.display()));
    let is_whole = plan.skipped.is_empty() && plan.lacking.is_empty();
    Ok(if is_whole { answer::ended(document) } else { Exit::Gaps })
}

/// What a plan is made for.
struct Found {
    /// Where it lies; `None` where it is yet to be made.
    place: Option<(Target, Place)>,
    /// The lens, as the Tool names it.
    alias: String,
    /// The accounts that the workload names.
    accounts: Vec<String>,
}

async fn find(tool: &Tool, args: &Plan) -> miette::Result<Found> {
    if let Some(named) = &args.template {
        let (arn, name, lenses) = tool.template(named).await?;
        let alias = applied(args.lens.as_deref(), &lenses)?;
        let place = Place::Template { arn: arn.clone() };
        return Ok(Found { place: Some((Target::Template { arn, name }, place)), alias, accounts: Vec::new() });
    }
    let named = args.workload.as_deref().unwrap_or_default();
    if args.create {
        if tool.has_workload(named).await? {
            return Err(CliError::Exists(named.to_owned()).into());
        }
        let alias = args.lens.clone().unwrap_or_else(|| FRAMEWORK.to_owned());
        return Ok(Found { place: None, alias, accounts: Vec::new() });
    }
    let workload = tool.workload(named).await?;
    let alias = applied(args.lens.as_deref(), workload.lenses())?;
    let accounts = workload.account_ids().to_vec();
    Ok(Found { place: Some(place(&workload)), alias, accounts })
}

fn place(workload: &Workload) -> (Target, Place) {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let id = text(workload.workload_id());
    let target =
        Target::Workload { id: id.clone(), arn: text(workload.workload_arn()), name: text(workload.workload_name()) };
    (target, Place::Workload { id, milestone: None })
}

/// Evidence of one account says nothing of a workload in another.
fn warn_of_accounts(workloads: &[String], document: &Document) {
    let scanned = &document.snapshot.accounts;
    if !workloads.is_empty() && !scanned.iter().any(|account| workloads.contains(account)) {
        output::say(&format!(
            "warning: the workload runs in {}, and the snapshot is of {}",
            workloads.join(", "),
            scanned.join(", ")
        ));
    }
}

fn new_workload(args: &Plan, document: &Document, region: &str) -> miette::Result<NewWorkload> {
    let snapshot = &document.snapshot;
    let held = |what: &'static str, text: String, least: usize, most: usize| {
        let fits = (least..=most).contains(&text.chars().count());
        if fits { Ok(text) } else { Err(CliError::Length { what, least, most }) }
    };
    let described = || {
        let text = format!("Reviewed by wellproof from evidence of account {}.", snapshot.accounts.join(", "));
        text.chars().take(250).collect()
    };
    let environment = match args.environment {
        Environment::Production => "PRODUCTION",
        Environment::Preproduction => "PREPRODUCTION",
    };
    Ok(NewWorkload {
        region: region.to_owned(),
        name: held("name", args.workload.clone().unwrap_or_default(), 3, 100)?,
        description: held("description", args.description.clone().unwrap_or_else(described), 3, 250)?,
        environment: environment.to_owned(),
        review_owner: held(
            "review owner",
            args.review_owner.clone().unwrap_or_else(|| snapshot.caller.clone()),
            3,
            255,
        )?,
        account_ids: snapshot.accounts.clone(),
        aws_regions: snapshot.regions.clone(),
    })
}

/// A lens that nobody has answered, as our lens file has it.
fn blank(lens: &Lens, alias: &str) -> LensReview {
    let answers = lens.questions().map(|question| {
        let none = question.none_of_these.iter().map(|none| (&none.id, &none.title));
        let choices = question.choices.iter().map(|choice| (&choice.id, &choice.title)).chain(none);
        let choices: Vec<Choice> =
            choices.map(|(id, title)| Choice { id: id.clone(), title: title.clone(), url: None }).collect();
        Answer {
            question: question.id.clone(),
            pillar: question.pillar.clone(),
            title: question.title.clone(),
            state: AnswerState::blank(choices.iter().map(|choice| choice.id.as_str())),
            choices,
            risk: None,
        }
    });
    LensReview {
        alias: alias.to_owned(),
        arn: alias.to_owned(),
        version: String::new(),
        name: lens.name.clone(),
        notes: String::new(),
        pillars: Vec::new(),
        answers: answers.collect(),
    }
}

pub(crate) fn push(args: &Push) -> miette::Result<Exit> {
    let plan = read_plan(&args.plan)?;
    is_meant(args, &plan)?;
    if !args.apply {
        let shown = match args.format {
            Shown::Json => plan.to_json().map_err(|err| miette::miette!("{err}"))?,
            Shown::Text => lines(&wellproof_watool::diff(&plan)),
        };
        output::text(&args.output.path, &shown)?;
        output::say("nothing was written; --apply writes it");
        return Ok(if plan.skipped.is_empty() { Exit::Done } else { Exit::Gaps });
    }
    let operations: &[&[Operation]] = match &plan.target {
        Target::Workload { .. } => &[READS, WRITES],
        Target::Template { .. } => &[TEMPLATE_READS, TEMPLATE_WRITES],
        Target::NewWorkload(_) => &[READS, WRITES, CREATES],
    };
    let mut journal = Journal::open(&Journal::path_of(&args.plan), &plan.digest())?;
    let (pushed, stopped) = scan::runtime()?.block_on(async {
        let region = args.reach.region.as_deref().or(plan.target.region());
        let config = configure(&args.reach, region).await?;
        let tool = Tool::new(&config, operations, patience(&args.reach));
        let pushed = wellproof_watool::push(&tool, &plan, &mut journal, !args.no_milestone).await?;
        miette::Result::<_>::Ok(pushed)
    })?;
    let shown = match args.format {
        Shown::Json => serde_json::to_string_pretty(&pushed).map_err(|err| miette::miette!("{err}"))? + "\n",
        Shown::Text => lines(&wellproof_watool::pushed_text(&pushed)),
    };
    output::text(&args.output.path, &shown)?;
    tell_pushed(&pushed);
    if let Some(why) = stopped {
        return Err(why.into());
    }
    Ok(match (pushed.is_done(), pushed.skipped.is_empty()) {
        (false, _) => Exit::Refused,
        (true, false) => Exit::Gaps,
        (true, true) => Exit::Done,
    })
}

fn tell_pushed(pushed: &Pushed) {
    let has = |outcome| pushed.answers.iter().any(|answer| answer.outcome == outcome);
    if has(Outcome::Refused) || has(Outcome::ReadsOtherwise) {
        output::say("hint: make a new plan for the answers that somebody has changed");
    }
}

/// Refuses a plan that was made for something else than was named.
fn is_meant(args: &Push, plan: &wellproof_watool::Plan) -> miette::Result<()> {
    let names: Vec<&str> = match &plan.target {
        Target::Workload { id, arn, name } => vec![id, arn, name],
        Target::Template { arn, name } => vec![arn, name],
        Target::NewWorkload(new) => vec![&new.name],
    };
    if let Some(named) = args.workload.as_deref().filter(|named| !names.contains(named)) {
        return Err(PlanError::Elsewhere { planned: plan.target.describe(), found: named.to_owned() }.into());
    }
    if let Some(named) = args.lens.as_deref().filter(|named| shipped_id(named) != shipped_id(&plan.lens.alias)) {
        let planned = format!("the lens {}", plan.lens.alias);
        return Err(PlanError::Elsewhere { planned, found: format!("the lens {named}") }.into());
    }
    Ok(())
}

fn read_plan(path: &Path) -> miette::Result<wellproof_watool::Plan> {
    let failed = |source| CliError::Read { path: path.to_owned(), source };
    let name = path.display().to_string();
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(PlanError::TooLarge { name, limit: MAX_BYTES }.into());
    }
    Ok(wellproof_watool::Plan::read(&name, &text)?)
}

/// The Tool, in the region that was named, that of an ARN, or the configuration's.
async fn reach(args: &Reach, named: Option<&str>, operations: &[&[Operation]]) -> miette::Result<Tool> {
    let region = args.region.as_deref().or(named.and_then(wellproof_watool::region_of));
    let config = configure(args, region).await?;
    Ok(Tool::new(&config, operations, patience(args)))
}

async fn configure(args: &Reach, region: Option<&str>) -> miette::Result<SdkConfig> {
    let config = sdk::live(args.profile.as_deref()).await?;
    let config = config.to_builder().http_client(sdk::http()).build();
    let config = region.map_or_else(|| config.clone(), |region| sdk::in_region(&config, region));
    if config.region().is_none() {
        return Err(CliError::NoRegion.into());
    }
    Ok(config)
}

fn patience(args: &Reach) -> Patience {
    Patience { attempts: args.attempts, ..Patience::default() }
}

/// The lens that is meant, of those that are applied.
fn applied(named: Option<&str>, lenses: &[String]) -> Result<String, CliError> {
    match (named, lenses) {
        (Some(named), several) if several.iter().any(|alias| shipped_id(alias) == shipped_id(named)) => {
            Ok(named.to_owned())
        }
        (Some(named), several) => Err(CliError::NotApplied { lens: named.to_owned(), applied: several.join(", ") }),
        (None, [only]) => Ok(only.clone()),
        (None, several) if several.iter().any(|alias| alias == FRAMEWORK) => Ok(FRAMEWORK.to_owned()),
        (None, several) => Err(CliError::WhichLens(several.join(", "))),
    }
}

/// Our file of a lens: the one that was named, else the shipped one of the Tool's alias, if there is any.
fn lens_file(named: Option<&str>, alias: &str) -> miette::Result<Option<Lens>> {
    match named {
        Some(named) => judge::lens(named).map(Some),
        None => Ok(Lens::by_id(shipped_id(alias)).cloned()),
    }
}

/// AWS's own lenses go by their alias, or by an ARN that ends with it. Other ARNs are no lens of ours.
fn shipped_id(alias: &str) -> &str {
    let official = alias.starts_with("arn:") && alias.contains(":aws:lens/");
    alias.rsplit_once("lens/").filter(|_| official).map_or(alias, |(_, id)| id)
}

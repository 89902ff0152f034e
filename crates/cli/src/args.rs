//! The command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use wellproof_answers::FailOn;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Pre-answers an AWS Well-Architected review from what AWS itself says, with the API calls that prove it.
#[derive(Debug, Parser)]
#[command(name = "wellproof", version, styles = STYLES, max_term_width = 110, after_help = EXITS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Log to stderr: -v what went missing and phases, -vv calls, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

const EXITS: &str = "\
Exit codes: 0 done, 1 a --fail-on threshold is reached or a check found something, 2 usage or input error (a damaged snapshot too), \
3 done but something was not read, 4 a push was refused in part. Where several hold: 2, 4, 1, 3.

Example: wellproof demo";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The main job on an embedded recording: no account, no network
    #[command(after_help = "Example: wellproof demo")]
    Demo(Demo),
    /// Record what AWS answers into a snapshot
    #[command(after_help = "Example: wellproof scan --profile audit --out snapshots/2026-11-20")]
    Scan(Scan),
    /// Pre-answer the review from a snapshot
    #[command(after_help = "Example: wellproof answer snapshots/2026-11-20 --format html --output report.html")]
    Answer(Answer),
    /// From an answer down to the API calls behind it
    #[command(after_help = "Example: wellproof explain snapshots/2026-11-20 manage-service-limits")]
    Explain(Explain),
    /// Check that nobody touched a snapshot
    #[command(after_help = "Example: wellproof verify snapshots/2026-11-20 --rederive")]
    Verify(Verify),
    /// List, check, test and explain rules
    #[command(after_help = "Example: wellproof rules explain guardduty-enabled-in-every-region")]
    Rules(Rules),
    /// List, show and check lenses
    #[command(after_help = "Example: wellproof lens check my-lens.json")]
    Lens(Lens),
    /// What people answered, and the Well-Architected Tool: import, print, pull, plan, push
    #[command(after_help = "Example: wellproof review import report.txt --output review.json")]
    Review(Review),
    /// Print the least-privilege IAM policy that a scan, a pull or a push needs
    #[command(after_help = "Example: wellproof policy --collectors guardduty,cloudtrail")]
    Policy(Policy),
}

/// Where a command prints its one document.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Where to print; `-` is stdout
    #[arg(long = "output", value_name = "FILE", default_value = "-", help_heading = "Output")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to put the snapshot; one of an earlier demo is replaced
    #[arg(long, value_name = "DIR", default_value = "wellproof-snapshot")]
    pub(crate) out: PathBuf,
    /// Where to put the HTML report
    #[arg(long, value_name = "FILE", default_value = "wellproof-report.html")]
    pub(crate) report: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Where to put the snapshot
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Regions, separated by commas; all enabled ones by default
    #[arg(long, value_name = "all|REGION,…", default_value = "all", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Collectors, separated by commas; all by default, and always the account's own
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) collectors: Vec<String>,
    /// Go on with a scan that died; what it finished is kept
    #[arg(long)]
    pub(crate) resume: bool,
    /// Let a recording answer in AWS's place
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "profile")]
    pub(crate) replay: Option<PathBuf>,
    /// Store records as plain NDJSON, so that they diff in git
    #[arg(long)]
    pub(crate) plain: bool,
    /// The profile of AWS's shared configuration
    #[arg(long, value_name = "PROFILE", help_heading = "AWS")]
    pub(crate) profile: Option<String>,
}

/// What judging needs, whichever command asks for it.
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// The snapshot's directory
    pub(crate) snapshot: PathBuf,
    /// A lens by id, or a file of it: this project's format or AWS's custom lens JSON
    /// (default: that of the review given, else wellarchitected)
    #[arg(long, value_name = "ID|FILE", help_heading = "What to answer")]
    pub(crate) lens: Option<String>,
    /// The workload under review; `wellproof.toml` of the current folder where there is one
    #[arg(long, value_name = "FILE", help_heading = "What to answer")]
    pub(crate) config: Option<PathBuf>,
    /// Rules to add to the shipped ones, or to replace those of the same id
    #[arg(long, value_name = "DIR", help_heading = "What to answer")]
    pub(crate) rules: Option<PathBuf>,
    /// Go on with a snapshot that is damaged or unfinished; what cannot be read counts as a gap
    #[arg(long)]
    pub(crate) allow_unverified: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Answer {
    #[command(flatten)]
    pub(crate) judging: Judging,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    /// Where to print; `-` is stdout
    #[arg(long, value_name = "FILE", default_value = "-", help_heading = "Output")]
    pub(crate) output: PathBuf,
    /// Print every question, choice and call, not only what needs attention (text)
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
    /// What people answered: a file of `review import`, or one that it reads
    #[arg(long, value_name = "FILE", help_heading = "What to answer")]
    pub(crate) review: Option<PathBuf>,
    /// End with exit code 1 if the review holds any: high-risk, medium-risk, not-met, partial, contradicted (with --review), gaps
    #[arg(long, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
    Markdown,
    /// HTML in the layout of the Tool's own report: what people answered (with --review), else what evidence suggests
    WaReport,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) judging: Judging,
    /// The id of a question, a choice, a rule or a call
    pub(crate) what: String,
    /// Print the bodies of the calls too
    #[arg(long)]
    pub(crate) bodies: bool,
    /// List everything, however long
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The snapshot's directory
    pub(crate) snapshot: PathBuf,
    /// Replay the recorded calls, and compare what comes of them with the snapshot's resources
    #[arg(long)]
    pub(crate) rederive: bool,
    /// The digest that the scan printed, kept elsewhere: nobody can change the snapshot and this too
    #[arg(long, value_name = "sha256:…")]
    pub(crate) digest: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
    /// Rules to add to the shipped ones, or to replace those of the same id
    #[arg(long = "rules", value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// A lens whose choices rules may name beside the shipped ones
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) lens: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// One line a rule
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Whether every rule holds together: ids, choices, fields, cases
    Check,
    /// Run every rule's own test cases
    Test,
    /// What a rule claims, how it judges and what it bears on
    Explain {
        /// The rule's id
        id: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Lens {
    #[command(subcommand)]
    pub(crate) command: LensCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LensCommand {
    /// One line a lens
    List,
    /// Every question and choice of a lens
    Show {
        /// A lens by id, or a file of it
        #[arg(default_value = "wellarchitected")]
        lens: String,
        #[command(flatten)]
        output: Output,
    },
    /// Whether a lens file holds together; lists every problem
    Check {
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Review {
    #[command(subcommand)]
    pub(crate) command: ReviewCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// Read a report that the Well-Architected Tool printed (PDF or text), one of `review print`, or the JSON of the Tool's ListAnswers and
    /// GetAnswer
    Import {
        /// The file; `-` is stdin
        file: PathBuf,
        /// The lens that was reviewed, by id or a file of it; by default the shipped one that the file fits best
        #[arg(long, value_name = "ID|FILE")]
        lens: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Print a review as HTML in the layout of the Tool's own report, which `import` reads back
    #[command(after_help = "Example: wellproof review print review.json --output report.html")]
    Print {
        /// A file of `review import`, or one that it reads; `-` is stdin
        file: PathBuf,
        /// The lens that was reviewed, by id or a file of it; by default the shipped one that the file names or fits best
        #[arg(long, value_name = "ID|FILE")]
        lens: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Read what people answered out of the Well-Architected Tool; nothing is written to AWS
    #[command(after_help = "Example: wellproof review pull --workload Render --output review.json")]
    Pull(Pull),
    /// Decide what a push would write, and why; nothing is written to AWS
    #[command(after_help = "Example: wellproof review plan snapshots/2026-11-20 --workload Render --out plan.json")]
    Plan(Plan),
    /// Write a plan to the Well-Architected Tool; without --apply it is only printed
    #[command(after_help = PUSH)]
    Push(Push),
}

const PUSH: &str = "\
An answer that somebody has changed since the plan was made is left alone, reported, and makes the exit code 4; the others are written.

Example: wellproof review push plan.json --apply";

/// How the Tool is reached.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// The profile of AWS's shared configuration
    #[arg(long, value_name = "PROFILE", help_heading = "AWS")]
    pub(crate) profile: Option<String>,
    /// The region that the workload is kept in (default: that of its ARN, else the configuration's)
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    pub(crate) region: Option<String>,
    /// How often a request is sent at most, where the Tool is busy or gives no reply
    #[arg(long, value_name = "TIMES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100), help_heading = "AWS")]
    pub(crate) attempts: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// The workload
    #[arg(long, value_name = "NAME|ID|ARN")]
    pub(crate) workload: String,
    /// The lens, as the Tool names it (default: wellarchitected, or the only one)
    #[arg(long, value_name = "ALIAS|ARN")]
    pub(crate) lens: Option<String>,
    /// Our file of that lens, by id or path, where the binary ships none
    #[arg(long, value_name = "ID|FILE")]
    pub(crate) lens_file: Option<String>,
    /// The workload as a milestone keeps it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(crate) milestone: Option<i32>,
    /// Save the Tool's edition of the lens as a lens file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) write_lens: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["workload", "template"])))]
pub(crate) struct Plan {
    /// The snapshot's directory
    pub(crate) snapshot: PathBuf,
    /// The workload
    #[arg(long, value_name = "NAME|ID|ARN")]
    pub(crate) workload: Option<String>,
    /// A review template, in place of a workload
    #[arg(long, value_name = "NAME|ARN", conflicts_with = "create")]
    pub(crate) template: Option<String>,
    /// The lens, as the Tool names it (default: wellarchitected, or the only one)
    #[arg(long, value_name = "ALIAS|ARN")]
    pub(crate) lens: Option<String>,
    /// A choice that a person's answer to may be replaced, as CHOICE or QUESTION/CHOICE; several are separated by commas or spaces
    #[arg(long, value_name = "CHOICE", value_delimiter = ',', num_args = 1..)]
    pub(crate) replace: Vec<String>,
    /// Our file of that lens, by id or path, where the binary ships none
    #[arg(long, value_name = "ID|FILE", help_heading = "What to answer")]
    pub(crate) lens_file: Option<String>,
    /// The workload under review; `wellproof.toml` of the current folder where there is one
    #[arg(long, value_name = "FILE", help_heading = "What to answer")]
    pub(crate) config: Option<PathBuf>,
    /// Rules to add to the shipped ones, or to replace those of the same id
    #[arg(long, value_name = "DIR", help_heading = "What to answer")]
    pub(crate) rules: Option<PathBuf>,
    /// Go on with a snapshot that is damaged or unfinished; what cannot be read counts as a gap
    #[arg(long, help_heading = "What to answer")]
    pub(crate) allow_unverified: bool,
    /// Plan a workload that the push makes first, by the name that --workload gives
    #[arg(long, help_heading = "A new workload")]
    pub(crate) create: bool,
    /// What it is (default: a sentence that names the scanned accounts)
    #[arg(long, value_name = "TEXT", requires = "create", help_heading = "A new workload")]
    pub(crate) description: Option<String>,
    /// Its environment
    #[arg(long, value_enum, default_value_t = Environment::Production, help_heading = "A new workload")]
    pub(crate) environment: Environment,
    /// Who answers for the review (default: the principal that scanned)
    #[arg(long, value_name = "WHO", requires = "create", help_heading = "A new workload")]
    pub(crate) review_owner: Option<String>,
    /// Where to put the plan
    #[arg(long, value_name = "FILE", default_value = "wellproof-plan.json", help_heading = "Output")]
    pub(crate) out: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Shown::Text, help_heading = "Output")]
    pub(crate) format: Shown,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// What a workload is for, in the Tool's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Environment {
    Production,
    Preproduction,
}

/// How a plan, or what became of it, is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    /// A file of `review plan`; its journal is kept beside it
    pub(crate) plan: PathBuf,
    /// Write it
    #[arg(long)]
    pub(crate) apply: bool,
    /// Make no milestone before the first answer is written
    #[arg(long)]
    pub(crate) no_milestone: bool,
    /// Refuse a plan that was made for another workload or review template
    #[arg(long, value_name = "NAME|ID|ARN")]
    pub(crate) workload: Option<String>,
    /// Refuse a plan that was made for another lens
    #[arg(long, value_name = "ALIAS|ARN")]
    pub(crate) lens: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Shown::Text, help_heading = "Output")]
    pub(crate) format: Shown,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Collectors, separated by commas; all by default, and always the account's own
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) collectors: Vec<String>,
    /// What the policy is for
    #[arg(long = "for", value_name = "WHAT", value_enum, default_value_t = Purpose::Scan)]
    pub(crate) purpose: Purpose,
    /// For review templates too
    #[arg(long)]
    pub(crate) template: bool,
    /// Let a push make workloads too
    #[arg(long)]
    pub(crate) create: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What asks AWS something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purpose {
    Scan,
    /// `review pull` and `review plan`
    Pull,
    /// `review push`
    Push,
}

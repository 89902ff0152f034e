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
3 done but something was not read. Where several hold: 2, 1, 3.

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
    /// What people answered: read a review into one format, and print it
    #[command(after_help = "Example: wellproof review import report.txt --output review.json")]
    Review(Review),
    /// Print the least-privilege IAM policy that a scan needs
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
}

#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Collectors, separated by commas; all by default, and always the account's own
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) collectors: Vec<String>,
    /// What the policy is for
    #[arg(long = "for", value_name = "WHAT", value_enum, default_value_t = Purpose::Scan)]
    pub(crate) purpose: Purpose,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What asks AWS something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purpose {
    Scan,
}

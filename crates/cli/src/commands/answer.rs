//! `wellproof answer`

use std::borrow::Cow;
use std::io::{self, Write};

use wellproof_answers::document::Document;
use wellproof_answers::{FailOn, fail_on};
use wellproof_report::TextOptions;
use wellproof_review::Review;

use crate::args::{Answer, Format};
use crate::commands::judge::{self, Judged};
use crate::commands::review;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Answer) -> miette::Result<Exit> {
    if args.fail_on == Some(FailOn::Contradicted) && args.review.is_none() {
        return Err(CliError::NoReview.into());
    }
    let review = args.review.as_deref().map(|file| review::load(file, args.judging.lens.as_deref())).transpose()?;
    let reviewed = review.as_ref().map(|review| review.lens.id.as_str());
    let mut judged = judge::judge(&args.judging, reviewed)?;
    if let Some(review) = &review {
        wellproof_answers::compare(&mut judged.document, &judged.lens, review)
            .map_err(|err| CliError::OtherLens(err.to_string()))?;
    }
    let to_stdout = args.output.as_os_str() == "-";
    let text = TextOptions { all: args.all, color: to_stdout && output::stdout_has_colour(), width: output::columns() };
    output::document(&args.output, |out| write(&judged, review.as_ref(), args.format, &text, out))?;
    if let Some(what) = args.fail_on
        && let Some(reached) = fail_on(&judged.document, what)
    {
        output::say(&format!("--fail-on {what}: {}", wellproof_report::legible_line(&reached)));
        return Ok(Exit::Reached);
    }
    Ok(ended(&judged.document))
}

/// A review that could not read everything says so in its exit code.
pub(crate) fn ended(document: &Document) -> Exit {
    if fail_on(document, FailOn::Gaps).is_none() { Exit::Done } else { Exit::Gaps }
}

/// Prints the answers; what people answered, where the format is that of the Tool's report and they did.
pub(crate) fn write(
    judged: &Judged,
    review: Option<&Review>,
    format: Format,
    text: &TextOptions,
    mut out: &mut dyn Write,
) -> io::Result<()> {
    let document = &judged.document;
    match format {
        Format::Text => wellproof_report::text(document, text, &mut out),
        Format::Json => wellproof_report::json(document, &mut out),
        Format::Html => wellproof_report::html(document, &mut out),
        Format::Markdown => wellproof_report::markdown(document, &mut out),
        Format::WaReport => {
            let of_people = review.map(Cow::Borrowed);
            let printed = of_people.unwrap_or_else(|| Cow::Owned(wellproof_answers::suggested(document, &judged.lens)));
            wellproof_report::wa_report(&printed, &judged.lens, &mut out)
        }
    }
}

//! `wellproof lens`

use std::fmt::Write;

use wellproof_lens::Lens;
use wellproof_report::legible_line as line;

use crate::args::{Lens as Args, LensCommand, Output};
use crate::commands::judge;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Args) -> miette::Result<Exit> {
    match &args.command {
        LensCommand::List => list(),
        LensCommand::Show { lens, output } => show(&judge::lens(lens)?, output),
        LensCommand::Check { file } => check(file),
    }
}

fn list() -> miette::Result<Exit> {
    let mut text = String::new();
    for lens in Lens::shipped() {
        let questions = lens.questions().count();
        let choices = lens.choices().count();
        let _ = writeln!(
            text,
            "{}  {}, edition {}: {questions} questions, {choices} choices",
            lens.id, lens.name, lens.edition
        );
    }
    output::print(&text)?;
    Ok(Exit::Done)
}

fn show(lens: &Lens, output: &Output) -> miette::Result<Exit> {
    let mut text = String::new();
    let _ = writeln!(text, "{} ({}), edition {}", line(&lens.name), lens.id, lens.edition);
    for question in lens.questions() {
        let _ = writeln!(text, "\n{}  {}\n    {}", question.number, line(&question.title), question.id);
        for choice in &question.choices {
            let level = choice.level.map_or_else(String::new, |level| format!("{level:?}").to_uppercase());
            let number = choice.number.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  {number:<11} {level:<6} {}\n    {}", line(&choice.title), choice.id);
        }
    }
    output::text(&output.path, &wellproof_report::legible_lines(&text))?;
    Ok(Exit::Done)
}

fn check(file: &std::path::Path) -> miette::Result<Exit> {
    let checked = wellproof_lens::check(file)?;
    let problems = checked.problems.len();
    for problem in checked.problems {
        output::error(&miette::Report::new(problem));
    }
    match checked.lens {
        Some(lens) => {
            let warnings = if problems == 0 { String::new() } else { format!(", with {problems} to look at") };
            output::print(&wellproof_report::legible_lines(&format!(
                "{}: {} questions, {} choices{warnings}\n",
                lens.name,
                lens.questions().count(),
                lens.choices().count()
            )))?;
            Ok(Exit::Done)
        }
        None => Ok(Exit::Usage),
    }
}

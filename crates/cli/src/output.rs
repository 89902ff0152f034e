//! Where words go: data to stdout or a file, talk to stderr.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use crate::error::CliError;

/// Writes one document to `path`, or to stdout for `-`. A reader that goes away early (`| head`) is no error.
pub(crate) fn document(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> miette::Result<()> {
    let result = if path.as_os_str() == "-" {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out).and_then(|()| out.flush())
    } else {
        // Beside its place first: a report that is cut off must not pass for one.
        whole(path, write)
    };
    match result {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::Write { path: path.to_owned(), source: err }.into())
        }
        _ => Ok(()),
    }
}

fn whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        // A device or a pipe takes what comes.
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut out = BufWriter::new(File::create(&part)?);
    let written = write(&mut out).and_then(|()| out.flush());
    match written {
        Ok(()) => std::fs::rename(&part, path),
        Err(err) => {
            let _ = std::fs::remove_file(&part);
            Err(err)
        }
    }
}

/// Writes text to `path`, or to stdout for `-`.
pub(crate) fn text(path: &Path, text: &str) -> miette::Result<()> {
    document(path, |out| out.write_all(text.as_bytes()))
}

/// Writes text to stdout.
pub(crate) fn print(text: &str) -> miette::Result<()> {
    self::text(Path::new("-"), text)
}

/// Says something to the person at the terminal. That nobody listens is no reason to fail.
pub(crate) fn say(text: &str) {
    write_line(&wellproof_report::legible_lines(text));
}

fn write_line(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells what went wrong.
pub(crate) fn error(err: &miette::Report) {
    let plain = rendered(err, miette::GraphicalTheme::unicode_nocolor());
    let legible = wellproof_report::legible_lines(&plain);
    // Colours are escape sequences, too: a message that brings some of its own goes without.
    let coloured = stderr_has_colour() && legible == plain;
    write_line(&if coloured { rendered(err, miette::GraphicalTheme::unicode()) } else { legible });
}

fn rendered(err: &miette::Report, theme: miette::GraphicalTheme) -> String {
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(columns());
    let mut text = String::new();
    match handler.render_report(&mut text, err.as_ref()) {
        Ok(()) => format!("error:{}", text.trim_end()),
        Err(_) => format!("error: {err}"),
    }
}

/// How wide the terminal is.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(60, 120))
}

fn wants_colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub(crate) fn stdout_has_colour() -> bool {
    wants_colour(io::stdout().is_terminal())
}

pub(crate) fn stderr_has_colour() -> bool {
    wants_colour(io::stderr().is_terminal())
}

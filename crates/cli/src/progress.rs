//! How a scan is doing, on a terminal.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use wellproof_collect::{Event, Progress};

use crate::output;

/// A bar on a terminal; one line each for the account and the plan elsewhere.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: Mutex<Option<ProgressBar>>,
    terminal: bool,
}

impl Bar {
    pub(crate) fn new() -> Self {
        Self { bar: Mutex::new(None), terminal: std::io::stderr().is_terminal() }
    }

    fn with(&self, act: impl FnOnce(&ProgressBar)) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            act(bar);
        }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn clear(&self) {
        self.with(ProgressBar::finish_and_clear);
    }
}

impl Progress for Bar {
    fn tell(&self, event: Event) {
        match event {
            Event::Account { account, arn } => output::say(&format!("account {account}, as {arn}")),
            Event::Planned { units, finished } => {
                let kept = if finished > 0 { format!(", {finished} of them done") } else { String::new() };
                output::say(&format!("{units} units to read{kept}"));
                if self.terminal {
                    let bar = ProgressBar::new(units as u64);
                    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}");
                    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                    bar.set_position(finished as u64);
                    *self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(bar);
                }
            }
            Event::Started(unit) => self.with(|bar| bar.set_message(unit.to_string())),
            Event::Finished { unit, .. } => self.with(|bar| {
                bar.set_message(unit.to_string());
                bar.inc(1);
            }),
        }
    }
}

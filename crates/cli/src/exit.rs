//! Exit codes.

use std::process::ExitCode;

/// How a command ended. Where several hold, the first of 2, 4, 1, 3 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: a `--fail-on` threshold is reached, or a check found something.
    Reached,
    /// 2: usage or input error; a damaged snapshot too.
    Usage,
    /// 3: done, but something was not read.
    Gaps,
    /// 4: a push was refused in part: somebody has changed an answer since, or the Tool refused it.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Reached => 1,
            Exit::Usage => 2,
            Exit::Gaps => 3,
            Exit::Refused => 4,
        })
    }
}

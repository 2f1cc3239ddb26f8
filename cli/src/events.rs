//! What happens while wasify works, told to whoever shows it. The work itself never prints.

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Cargo's kind of verb: `Building`.
    pub verb: &'a str,
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: u64,
    /// What is being worked on, for example `ignore, memmap2`.
    pub current: &'a str,
}

/// Shows what happens.
pub trait Events {
    /// A status line in cargo's form: a right-aligned verb and a message.
    fn status(&self, verb: &str, message: &str);
    /// A line of a child process's output, shown as it is (with its own colour codes).
    fn output(&self, line: &str);
    /// Something the user should know that stops nothing.
    fn warning(&self, message: &str);
    /// Where the work stands; `None` when there is nothing to count any more.
    fn progress(&self, progress: Option<Progress<'_>>);
    /// Whether somebody sees the progress: counting costs a little.
    fn wants_progress(&self) -> bool;
    /// Whether children should colour their output.
    fn color(&self) -> bool;
}

//! Errors that know the way out.

use std::fmt;

/// Something that stops the work, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong, lower case, without a final period.
    pub message: String,
    /// What the user can do, one line each.
    pub help: Vec<String>,
}

impl Trouble {
    /// A message without advice.
    pub fn new(message: impl Into<String>) -> Trouble {
        Trouble {
            message: message.into(),
            help: Vec::new(),
        }
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Trouble {
        self.help.push(line.into());
        self
    }
}

/// The message, then each piece of advice on a line that starts with `help: `.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.help {
            write!(f, "\nhelp: {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

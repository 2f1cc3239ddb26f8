//! Which compilers worked, kept in wasify's home: a check takes 0.4 s, and an answer
//! what `rustc -vV` takes.
//!
//! Only success is remembered. What made a check fail may be anywhere, a header that was not installed for
//! example, and no key would know that it has changed.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::Candidate;
use crate::execute::files;
use crate::execute::surroundings::Surroundings;

/// More than this and the oldest are forgotten: each update of a compiler or of Rust leaves an answer.
const MOST: usize = 64;

/// A compiler, with all that its check depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    program: String,
    /// Nanoseconds since 1970, as text: TOML's integers have a sign.
    modified: String,
    size: u64,
    /// Everything on its command line.
    arguments: String,
    rust: String,
}

impl Question {
    /// The question whether a candidate works with a Rust; `None` when it can't be put into words, or when
    /// there is no such file.
    pub(super) fn about(candidate: &Candidate, rust: &str) -> Option<Question> {
        let metadata = std::fs::metadata(&candidate.program).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let words = candidate.command.iter().chain(&candidate.flags);
        let words: Option<Vec<&str>> = words.map(|word| word.to_str()).collect();
        Some(Question {
            program: candidate.program.to_str()?.to_owned(),
            modified: modified.as_nanos().to_string(),
            size: metadata.len(),
            arguments: words?.join("\0"),
            rust: rust.to_owned(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    #[serde(flatten)]
    question: Question,
    version: String,
}

/// The file's content, the newest answer last.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Answers {
    works: Vec<Answer>,
}

/// The file of answers.
#[derive(Debug)]
pub(super) struct Memory {
    file: Option<PathBuf>,
}

impl Memory {
    pub(super) fn in_home(around: &Surroundings) -> Memory {
        Memory {
            file: around.wasify_home().map(|home| home.join("c/works.toml")),
        }
    }

    /// The version of a compiler that is known to work.
    pub(super) fn answer(&self, question: &Question) -> Option<String> {
        let answers = self.read();
        let known = answers
            .works
            .into_iter()
            .find(|answer| answer.question == *question);
        known.map(|answer| answer.version)
    }

    /// Remembers it. What can't be remembered is checked again.
    pub(super) fn keep(&self, question: Question, version: &str) {
        let Some(file) = &self.file else {
            return;
        };
        let mut answers = self.read();
        answers.works.push(Answer {
            question,
            version: version.to_owned(),
        });
        let too_many = answers.works.len().saturating_sub(MOST);
        answers.works.drain(..too_many);
        if let Ok(text) = toml::to_string(&answers) {
            let _ = files::write_whole(file, text.as_bytes());
        }
    }

    /// A file that is missing or damaged has no answers.
    fn read(&self) -> Answers {
        let text = self
            .file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        text.and_then(|text| toml::from_str(&text).ok())
            .unwrap_or_default()
    }
}

//! Names and lines for what was running: read only when something is to be told.

use std::cell::OnceCell;
use std::path::PathBuf;

use wasify_lints::facts::{Backtrace, Facts, Input, Packages, Running};
use wasify_lints::{Checked, check};
use wasify_runtime::Frame;

/// A program, and what the build left beside it.
#[derive(Debug, Default)]
pub struct Subject {
    /// The file; `None` when its content came another way.
    pub file: Option<PathBuf>,
    /// The file's content, once something has needed it.
    pub content: OnceCell<Vec<u8>>,
    /// The witness of exactly this file.
    pub witness: Option<PathBuf>,
    /// The linker's map of the witness.
    pub link_map: Option<PathBuf>,
    /// The packages of the build.
    pub packages: Packages,
}

/// The files beside a program, read.
#[derive(Debug, Default)]
pub struct Beside {
    witness: Option<Vec<u8>>,
    link_map: Option<String>,
}

impl Subject {
    /// The file's content, empty when it can't be read any more: names are missing then.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.content.get_or_init(|| {
            let read = |path| std::fs::read(path).ok();
            self.file.as_ref().and_then(read).unwrap_or_default()
        })
    }

    /// Reads the files beside it. They only add: what can't be read is left out.
    #[must_use]
    pub fn beside(&self) -> Beside {
        let read = |path: &Option<PathBuf>| std::fs::read(path.as_ref()?).ok();
        Beside {
            witness: read(&self.witness),
            link_map: read(&self.link_map)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
}

/// What is known of a program that has run.
#[derive(Debug)]
pub struct Symbols<'a> {
    subject: &'a Subject,
    beside: &'a OnceCell<Beside>,
    facts: OnceCell<Option<Facts<'a>>>,
}

impl<'a> Symbols<'a> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(subject: &'a Subject, beside: &'a OnceCell<Beside>) -> Symbols<'a> {
        Symbols {
            subject,
            beside,
            facts: OnceCell::new(),
        }
    }

    fn facts(&self) -> Option<&Facts<'a>> {
        let read = || {
            let beside = self.beside.get_or_init(|| self.subject.beside());
            let input = Input {
                artifact: self.subject.bytes(),
                witness: beside.witness.as_deref(),
                link_map: beside.link_map.as_deref(),
                packages: &self.subject.packages,
            };
            // It has run: if it can't be read, names are missing and nothing else.
            Facts::read(&input).ok()
        };
        self.facts.get_or_init(read).as_ref()
    }

    /// The functions that were running.
    #[must_use]
    pub fn backtrace(&self, frames: &[Frame]) -> Backtrace {
        if frames.is_empty() {
            return Backtrace::default();
        }
        let running: Vec<Running<'_>> = frames
            .iter()
            .map(|frame| Running {
                function: frame.function,
                offset: frame.offset,
                inside: frame.inside,
                symbol: frame.symbol.as_deref(),
                module: frame.module.as_deref(),
            })
            .collect();
        self.facts()
            .and_then(|facts| facts.backtrace(self.subject.bytes(), &running).ok())
            .unwrap_or_default()
    }

    /// What inspecting the program finds.
    #[must_use]
    pub fn findings(&self) -> Checked {
        self.facts()
            .and_then(|facts| check(facts).ok())
            .unwrap_or_default()
    }
}

//! One run of a test program while it runs: what the harness tells becomes results, shown as they come.

use std::time::Instant;

use super::record::{Test, Verdict, Why};
use super::show::Show;
use super::transcript::{Event, Said, Started, Transcript};

/// The rule that foretells what `#[should_panic]` tests need.
const CATCHES_PANICS: &str = "std-catch-unwind";

/// How much of what a test writes is kept: the beginning, and as much of the end.
const MOST_KEPT: usize = 512 * 1024;

/// What is done with what tests write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// It is shown as it comes.
    Shown,
    /// It is kept for later.
    Kept,
}

/// A running test program, and what was learnt from its runs so far.
#[derive(Debug)]
pub struct Live {
    /// Shows it.
    pub show: Show,
    /// Tests with a result, in order.
    pub tests: Vec<Test>,
    transcript: Transcript,
    running: Option<(Started, Instant)>,
    /// What the harness said last, in this run.
    said: Option<Said>,
    writing: Writing,
    /// Whether results are shown.
    silent: bool,
    written: Vec<u8>,
    /// Where in `written` the last piece of standard output begins, if nothing came after it.
    last_out: Option<usize>,
}

impl Live {
    /// Before the first run.
    #[must_use]
    pub fn new(show: Show) -> Live {
        Live {
            show,
            tests: Vec::new(),
            transcript: Transcript::default(),
            running: None,
            said: None,
            writing: Writing::Kept,
            silent: false,
            written: Vec::new(),
            last_out: None,
        }
    }

    /// Before each run. In a silent one nothing is shown, and no results are taken.
    pub fn begin(&mut self, writing: Writing, silent: bool) {
        self.transcript = Transcript::default();
        self.running = None;
        self.said = None;
        self.writing = writing;
        self.silent = silent;
        self.written.clear();
        self.last_out = None;
    }

    /// After each run: the test that it ended in the middle of.
    pub fn end(&mut self) -> Option<(Started, Instant)> {
        let rest = self.transcript.take_rest();
        if self.running.is_some() {
            self.write(&rest, true);
        }
        self.running.take()
    }

    /// Whether the last test of this run has passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.said == Some(Said::Ok)
    }

    /// What the test wrote, without what the harness wrote after it.
    #[must_use]
    pub fn written(&mut self) -> String {
        if let Some(at) = self.last_out {
            let out = &self.written[at..];
            for word in [&b"FAILED\n"[..], b"ok\n"] {
                if out.ends_with(word) {
                    self.written.truncate(self.written.len() - word.len());
                    break;
                }
            }
        }
        self.last_out = None;
        let written = String::from_utf8_lossy(&self.written);
        anstream::adapter::strip_str(&written).to_string()
    }

    /// Standard output, as it comes.
    pub fn stdout(&mut self, bytes: &[u8]) {
        for event in self.transcript.push(bytes) {
            match event {
                Event::Running(_) | Event::Done => {}
                Event::Started(started) => {
                    if !self.silent {
                        self.show.started(&started);
                    }
                    self.written.clear();
                    self.last_out = None;
                    self.running = Some((started, Instant::now()));
                }
                Event::Text(text) => self.write(&text, true),
                Event::Finished(said) => {
                    if let Some((started, since)) = self.running.take() {
                        self.said = Some(said.clone());
                        self.finished(&started, since, said);
                    }
                }
            }
        }
    }

    /// Standard error, as it comes.
    pub fn stderr(&mut self, bytes: &[u8]) {
        if self.running.is_some() {
            let rest = self.transcript.take_rest();
            self.write(&rest, true);
            self.write(bytes, false);
        }
    }

    fn write(&mut self, bytes: &[u8], out: bool) {
        if bytes.is_empty() {
            return;
        }
        if self.writing == Writing::Shown {
            let text = String::from_utf8_lossy(bytes);
            if out {
                self.show.text(&text);
            } else {
                self.show.error_text(&text);
            }
            return;
        }
        match (out, self.last_out) {
            (true, None) => self.last_out = Some(self.written.len()),
            (false, _) => self.last_out = None,
            _ => {}
        }
        self.written.extend_from_slice(bytes);
        if self.written.len() > 4 * MOST_KEPT {
            let from = self.written.len() - MOST_KEPT;
            let left_out = format!("\n[{} bytes are left out here]\n", from - MOST_KEPT);
            self.written.splice(MOST_KEPT..from, left_out.into_bytes());
            self.last_out = None;
        }
    }

    fn finished(&mut self, started: &Started, since: Instant, said: Said) {
        if self.silent {
            return;
        }
        let should_panic = started.mode.as_deref() == Some("should panic");
        let result = match said {
            Said::Ok => Verdict::Passed,
            Said::Failed => failed(),
            // The harness leaves them out by itself, and says nothing of it.
            Said::Ignored(None) if should_panic => Verdict::NotRun {
                rule: CATCHES_PANICS.to_owned(),
            },
            Said::Ignored(reason) => Verdict::Ignored { reason },
        };
        // The harness's own word is among what was shown already.
        self.push(started, since, result, self.writing == Writing::Kept);
    }

    /// Takes a result that the harness could not tell, or told.
    pub fn push(&mut self, started: &Started, since: Instant, result: Verdict, show: bool) {
        if show {
            self.show.finished(&result);
        }
        self.tests.push(Test {
            name: started.name.clone(),
            should_panic: started.mode.as_deref() == Some("should panic"),
            result,
            seconds: since.elapsed().as_secs_f64(),
        });
    }
}

/// A failure that nothing is known of yet.
#[must_use]
pub fn failed() -> Verdict {
    Verdict::Failed {
        why: Why::Real,
        output: String::new(),
        end: None,
    }
}

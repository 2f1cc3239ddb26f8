//! Runs a test program until every test has a result.
//!
//! A panic stops a program on WASI, so the first failing test ends the test program. The test that has
//! begun and has no result is the one; the program is started again with those that come after it. Each
//! failed test is then run alone once more, with the harness's capturing off, to learn what it wrote
//! (what was captured went down with the program), what it was refused, and where it stopped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use wasify_runtime::{End, Outcome};

use super::guest::Guest;
use super::harness::Wanted;
use super::live::{Live, Writing, failed};
use super::record::{Test, Verdict, Why};
use super::show::Show;
use super::transcript::Started;
use super::verdict::{self, Evidence};

/// What driving gave.
#[derive(Debug, Default)]
pub struct Driven {
    /// In the order in which they ran.
    pub tests: Vec<Test>,
    /// How many tests the user's filters left out.
    pub filtered_out: u64,
    /// What passed tests wrote, when that is wanted.
    pub successes: Vec<(String, String)>,
    /// What the harness said instead of running tests.
    pub refused: Option<String>,
}

/// Drives one test program.
#[derive(Debug)]
pub struct Driver<'a> {
    guest: &'a Guest,
    wanted: &'a Wanted,
    live: Arc<Mutex<Live>>,
    /// The runs that ended in the middle of a test.
    broken: Vec<(String, Outcome)>,
    successes: Vec<(String, String)>,
}

impl<'a> Driver<'a> {
    /// Before anything has run.
    #[must_use]
    pub fn new(guest: &'a Guest, wanted: &'a Wanted, show: Show) -> Driver<'a> {
        Driver {
            guest,
            wanted,
            live: Arc::new(Mutex::new(Live::new(show))),
            broken: Vec::new(),
            successes: Vec::new(),
        }
    }

    /// Runs all tests, and learns why some failed.
    ///
    /// # Errors
    /// The test program can't be started.
    pub fn drive(mut self) -> anyhow::Result<Driven> {
        let names = match self.names(self.wanted)? {
            Ok(names) => names,
            Err(said) => {
                return Ok(Driven {
                    refused: Some(said),
                    ..Driven::default()
                });
            }
        };
        let all = self.names(&Wanted::default())?.unwrap_or_default();
        let filtered_out = all.len().saturating_sub(names.len());
        self.live().show.running(names.len());
        if self.guest.is_timed() || self.wanted.show_output {
            self.one_by_one(&names)?;
        } else {
            self.together(names)?;
            self.examine_failed()?;
        }
        let mut live = locked(&self.live);
        Ok(Driven {
            tests: std::mem::take(&mut live.tests),
            filtered_out: filtered_out as u64,
            successes: self.successes,
            refused: None,
        })
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        locked(&self.live)
    }

    /// The tests that would run, in order, or what the harness says to arguments it refuses.
    fn names(&self, wanted: &Wanted) -> anyhow::Result<Result<Vec<String>, String>> {
        let (outcome, [said, errors]) = self.guest.run_and_keep(&wanted.list())?;
        if outcome.end != End::Success {
            return Ok(Err(said + &errors));
        }
        let names = said.lines().filter_map(|line| {
            let name = line.strip_suffix(": test");
            name.or_else(|| line.strip_suffix(": benchmark"))
        });
        Ok(Ok(names.map(str::to_owned).collect()))
    }

    /// One run, with the results taken as they come. Gives the test that it ended in the middle of, too.
    fn run(&self, args: &[String]) -> anyhow::Result<(Outcome, Option<(Started, Instant)>)> {
        let (out, err) = (self.live.clone(), self.live.clone());
        let outcome = self.guest.run(
            args,
            Arc::new(move |bytes| locked(&out).stdout(bytes)),
            Arc::new(move |bytes| locked(&err).stderr(bytes)),
        )?;
        let broken = self.live().end();
        Ok((outcome, broken))
    }

    fn writing(&self) -> Writing {
        if self.wanted.nocapture {
            Writing::Shown
        } else {
            Writing::Kept
        }
    }

    /// Runs the tests in one program, and in another from the next one on after each that ended it.
    fn together(&mut self, mut left: Vec<String>) -> anyhow::Result<()> {
        let mut args = self.wanted.all(self.wanted.nocapture);
        loop {
            self.live().begin(self.writing(), false);
            let (outcome, broken) = self.run(&args)?;
            let Some((started, since)) = broken else {
                break;
            };
            let at = left.iter().position(|name| *name == started.name);
            // A name that was not listed can't be got past.
            left.drain(..at.map_or(left.len(), |at| at + 1));
            self.live().push(&started, since, failed(), true);
            self.broken.push((started.name, outcome));
            if left.is_empty() {
                break;
            }
            args = self.wanted.only(&left, self.wanted.nocapture);
        }
        Ok(())
    }

    /// Runs each test in a program of its own.
    fn one_by_one(&mut self, names: &[String]) -> anyhow::Result<()> {
        for name in names {
            self.live().begin(self.writing(), false);
            let args = self.wanted.only(std::slice::from_ref(name), true);
            let (outcome, broken) = self.run(&args)?;
            let mut live = self.live();
            let written = live.written();
            let is_broken = broken.is_some();
            if let Some((started, since)) = broken {
                live.push(&started, since, failed(), true);
            }
            let Some(test) = live.tests.last_mut() else {
                continue;
            };
            match &mut test.result {
                Verdict::Failed { why, output, end } => {
                    (*why, *end) = judged(self.guest, name, (&outcome, &written), is_broken);
                    *output = written;
                }
                Verdict::Passed if self.wanted.show_output => {
                    let success = (test.name.clone(), written);
                    drop(live);
                    self.successes.push(success);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Runs each failed test alone, to learn why.
    fn examine_failed(&mut self) -> anyhow::Result<()> {
        let failed: Vec<(usize, String)> = self
            .live()
            .tests
            .iter()
            .enumerate()
            .filter(|(_, test)| matches!(test.result, Verdict::Failed { .. }))
            .map(|(at, test)| (at, test.name.clone()))
            .collect();
        for (at, name) in failed {
            self.live().begin(Writing::Kept, true);
            let args = self.wanted.only(std::slice::from_ref(&name), true);
            let (outcome, broken) = self.run(&args)?;
            let mut live = self.live();
            let (written, passes) = (live.written(), live.has_passed());
            let Some(test) = live.tests.get_mut(at) else {
                continue;
            };
            let Verdict::Failed { why, output, end } = &mut test.result else {
                continue;
            };
            if passes {
                // Alone it passes: what went before it matters, and only the first run has seen it.
                let first = self.broken.iter().find(|(broken, _)| *broken == name);
                *end = first.and_then(|(_, outcome)| verdict::end(outcome, ""));
                *output =
                    "run alone, the test passes: it depends on the tests before it\n".to_owned();
                continue;
            }
            (*why, *end) = judged(self.guest, &name, (&outcome, &written), broken.is_some());
            *output = written;
        }
        Ok(())
    }
}

/// Why, and how it ended where the test has ended the program.
fn judged(
    guest: &Guest,
    test: &str,
    (outcome, output): (&Outcome, &str),
    broken: bool,
) -> (Why, Option<String>) {
    let why = verdict::why(&Evidence {
        test,
        guest,
        outcome,
        output,
    });
    let end = broken.then(|| verdict::end(outcome, output));
    (why, end.flatten())
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

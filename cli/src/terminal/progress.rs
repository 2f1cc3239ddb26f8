//! The progress bar: the only place that uses indicatif.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::events::Progress;

/// Work that is over before this is not worth a bar.
const FIRST_DRAW: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(200);
const TEMPLATE: &str = "{prefix:>12.cyan.bold} [{bar:25}] {pos}/{len}: {wide_msg}";

/// A bar on the last line of standard error, or nothing at all where that is no terminal.
#[derive(Debug)]
pub(super) struct Bar {
    enabled: bool,
    current: Arc<Mutex<Option<ProgressBar>>>,
}

impl Bar {
    /// A bar that is never drawn.
    pub(super) fn off() -> Self {
        Bar {
            enabled: false,
            current: Arc::default(),
        }
    }

    /// A bar, where standard error is a terminal that can redraw a line.
    pub(super) fn on_stderr() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let ci = std::env::var_os("CI").is_some();
        Bar {
            enabled: std::io::stderr().is_terminal() && !dumb && !ci,
            current: Arc::default(),
        }
    }

    /// Whether anything is ever drawn.
    pub(super) fn is_on(&self) -> bool {
        self.enabled
    }

    /// Draws where the work stands, or takes the bar away.
    pub(super) fn show(&self, progress: Option<Progress<'_>>) {
        if !self.enabled {
            return;
        }
        let mut current = locked(&self.current);
        let Some(progress) = progress else {
            if let Some(bar) = current.take() {
                bar.finish_and_clear();
            }
            return;
        };
        if current.is_none() {
            *current = Some(self.started());
        }
        if let Some(bar) = current.as_ref() {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            bar.set_prefix(progress.verb.to_owned());
            bar.set_message(progress.current.to_owned());
        }
    }

    /// Runs `write` with the bar out of its way.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        match locked(&self.current).as_ref() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// A hidden bar, and a timer that shows it if it is still wanted then.
    fn started(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        let current = Arc::downgrade(&self.current);
        std::thread::spawn(move || {
            std::thread::sleep(FIRST_DRAW);
            let Some(current) = current.upgrade() else {
                return;
            };
            if let Some(bar) = locked(&current).as_ref() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
        bar
    }
}

/// A bar is only drawing: one that another thread left half-changed is still good.
fn locked(bar: &Mutex<Option<ProgressBar>>) -> MutexGuard<'_, Option<ProgressBar>> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Programs that are asked something small, and may hang or never stop talking.

use std::io::Read;
use std::process::Child;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use super::{Output, started};
use crate::plan::Invocation;

/// The most that is read of each stream.
const MOST: u64 = 64 * 1024;
/// Between two looks at whether a program has ended that has closed its streams.
const STEP: Duration = Duration::from_millis(2);

/// Runs a program and keeps the beginning of what it wrote; `None` when it has not ended in time, and was
/// killed.
///
/// # Errors
/// The [`std::io::Error`] of the start, with the program's name as context.
pub fn capture_within(invocation: &Invocation, limit: Duration) -> anyhow::Result<Option<Output>> {
    let until = Instant::now() + limit;
    let mut child = started(invocation)?;
    let output = finish(&mut child, until);
    if output.is_none() {
        // It may have ended in between; then there is nothing to kill.
        let _ = child.kill();
        let _ = child.wait();
    }
    Ok(output)
}

fn finish(child: &mut Child, until: Instant) -> Option<Output> {
    let (send, receive) = mpsc::channel();
    read(child.stdout.take()?, 0, send.clone());
    read(child.stderr.take()?, 1, send);
    let mut texts = [String::new(), String::new()];
    for _ in 0..texts.len() {
        // A grandchild may hold the streams open: the readers are not waited for.
        let left = until.saturating_duration_since(Instant::now());
        let (stream, text) = receive.recv_timeout(left).ok()?;
        texts[stream] = text;
    }
    let [stdout, stderr] = texts;
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(Output {
                status,
                stdout,
                stderr,
            });
        }
        if Instant::now() >= until {
            return None;
        }
        std::thread::sleep(STEP);
    }
}

fn read(pipe: impl Read + Send + 'static, stream: usize, send: Sender<(usize, String)>) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error counts.
        let _ = pipe.take(MOST).read_to_end(&mut bytes);
        let _ = send.send((stream, String::from_utf8_lossy(&bytes).into_owned()));
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(line: &str) -> Option<Output> {
        let asked = Invocation::new("sh").arg("-c").arg(line);
        capture_within(&asked, Duration::from_secs(2)).expect("a shell starts")
    }

    #[test]
    fn what_ends_is_kept_and_what_hangs_is_not_waited_for() {
        let said = shell("echo out; echo err >&2; exit 3").expect("it ends");
        assert_eq!(
            (said.stdout.as_str(), said.stderr.as_str()),
            ("out\n", "err\n")
        );
        assert_eq!(said.status.code(), Some(3));
        let begun = Instant::now();
        assert!(shell("echo out; sleep 60").is_none());
        // The second holds the streams after the first has ended.
        assert!(shell("sleep 60 & echo out").is_none());
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn who_never_stops_talking_is_cut_off() {
        let begun = Instant::now();
        let said = shell("yes");
        assert!(said.is_none_or(|said| said.stdout.len() as u64 <= MOST));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

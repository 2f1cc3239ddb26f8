//! Reads what Rust's test harness writes, as it comes.
//!
//! On one thread it writes `test NAME ... `, runs the test, and writes the result on the same line. What
//! the test itself writes to standard output, past the harness's capturing, comes in between; where one
//! test ends is told by the next one's line, or by the summary.

/// Something that the transcript tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `running N tests`.
    Running(usize),
    /// A test has begun.
    Started(Started),
    /// Whole lines that came after it has begun, the result among them.
    Text(Vec<u8>),
    /// The test that has begun has ended.
    Finished(Said),
    /// All tests have ended, and the harness has said its last.
    Done,
}

/// A test that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its name.
    pub name: String,
    /// What the harness puts after the name: `should panic`, `compile fail`.
    pub mode: Option<String>,
}

/// What the harness says of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// `ok`.
    Ok,
    /// `FAILED`.
    Failed,
    /// `ignored`, perhaps with a reason.
    Ignored(Option<String>),
}

/// A transcript that is being read.
#[derive(Debug, Default)]
pub struct Transcript {
    buffer: Vec<u8>,
    stage: Stage,
    /// Of the running test: what was not given as [`Event::Text`] yet begins here.
    told: usize,
    done: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before `running N tests`.
    #[default]
    Before,
    /// After it, with no test begun.
    Between,
    /// A test is running.
    InTest,
    /// After the last test.
    After,
}

impl Transcript {
    /// Takes what came next, and gives what it tells.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        loop {
            let before = (self.stage, self.buffer.len());
            match self.stage {
                Stage::Before => self.before(&mut events),
                Stage::Between => self.between(&mut events),
                Stage::InTest => self.in_test(&mut events),
                Stage::After => self.after(&mut events),
            }
            if before == (self.stage, self.buffer.len()) {
                return events;
            }
        }
    }

    /// What the running test wrote that was not given as [`Event::Text`] yet, and now is.
    pub fn take_rest(&mut self) -> Vec<u8> {
        if self.stage != Stage::InTest {
            return Vec::new();
        }
        let rest = self.buffer[self.told..].to_vec();
        self.told = self.buffer.len();
        rest
    }

    fn before(&mut self, events: &mut Vec<Event>) {
        let mut at = 0;
        while let Some(end) = find(&self.buffer[at..], b"\n").map(|end| at + end) {
            let line = String::from_utf8_lossy(&self.buffer[at..end]);
            let count = line.strip_prefix("running ").and_then(|rest| {
                let count = rest.strip_suffix(" tests").or(rest.strip_suffix(" test"))?;
                count.parse().ok()
            });
            at = end + 1;
            if let Some(count) = count {
                self.buffer.drain(..at);
                self.stage = Stage::Between;
                events.push(Event::Running(count));
                return;
            }
        }
    }

    fn between(&mut self, events: &mut Vec<Event>) {
        if let Some((0, started, length)) = next_start(&self.buffer) {
            self.buffer.drain(..length);
            self.begin(started, events);
        } else if let Some(0) = end_section(&self.buffer) {
            self.stage = Stage::After;
        }
    }

    fn begin(&mut self, started: Started, events: &mut Vec<Event>) {
        self.stage = Stage::InTest;
        self.told = 0;
        events.push(Event::Started(started));
    }

    fn in_test(&mut self, events: &mut Vec<Event>) {
        let next = after_newline(&self.buffer, next_start);
        let end = after_newline(&self.buffer, |rest| end_section(rest).map(|at| (at, (), 0)));
        match (next, end) {
            (Some((at, started, length)), end) if end.as_ref().is_none_or(|end| end.0 > at) => {
                self.finish(at, events);
                self.buffer.drain(..at + length);
                self.begin(started, events);
            }
            (_, Some((at, ..))) => {
                self.finish(at, events);
                self.buffer.drain(..at);
                self.told = 0;
                self.stage = Stage::After;
            }
            _ => {
                // What may be the beginning of either is held back.
                let whole = self.buffer.iter().rposition(|byte| *byte == b'\n');
                let whole = whole.map_or(0, |at| at + 1);
                let whole = if self.buffer.ends_with(b"\n\n") {
                    whole - 1
                } else {
                    whole
                };
                self.tell(whole, events);
            }
        }
    }

    fn tell(&mut self, until: usize, events: &mut Vec<Event>) {
        if until > self.told {
            events.push(Event::Text(self.buffer[self.told..until].to_vec()));
            self.told = until;
        }
    }

    fn finish(&mut self, at: usize, events: &mut Vec<Event>) {
        self.tell(at, events);
        let said = said(&String::from_utf8_lossy(&self.buffer[..at]));
        events.push(Event::Finished(said));
    }

    fn after(&mut self, events: &mut Vec<Event>) {
        if !self.done && find(&self.buffer, b"\ntest result: ").is_some() {
            self.done = true;
            events.push(Event::Done);
        }
    }
}

/// The first line that begins a test, and how long its beginning is.
fn next_start(text: &[u8]) -> Option<(usize, Started, usize)> {
    const START: &[u8] = b"test ";
    const DOTS: &[u8] = b" ... ";
    let mut at = 0;
    loop {
        if text[at..].starts_with(START) {
            let line = text[at..].split(|byte| *byte == b'\n').next()?;
            // Names of documentation tests have spaces in them; dots between spaces have none.
            if let Some(dots) = find(line, DOTS) {
                let name = String::from_utf8_lossy(&line[START.len()..dots]).into_owned();
                return Some((at, started(&name), dots + DOTS.len()));
            }
        }
        at += find(&text[at..], b"\n")? + 1;
    }
}

fn started(shown: &str) -> Started {
    let shown = shown.trim_end();
    for mode in ["should panic", "compile fail", "compile"] {
        let name = shown
            .strip_suffix(mode)
            .and_then(|name| name.strip_suffix(" - "));
        if let Some(name) = name {
            return Started {
                name: name.to_owned(),
                mode: Some(mode.to_owned()),
            };
        }
    }
    Started {
        name: shown.to_owned(),
        mode: None,
    }
}

/// Where what follows the tests begins, at an empty line.
fn end_section(text: &[u8]) -> Option<usize> {
    [&b"\nfailures:\n"[..], b"\nsuccesses:\n", b"\ntest result: "]
        .iter()
        .filter_map(|start| find(text, start).filter(|at| *at == 0 || text[at - 1] == b'\n'))
        .min()
}

/// As the search gives it, after the first line feed.
fn after_newline<T>(
    text: &[u8],
    search: impl Fn(&[u8]) -> Option<(usize, T, usize)>,
) -> Option<(usize, T, usize)> {
    let line = find(text, b"\n")? + 1;
    let (at, found, length) = search(&text[line..])?;
    Some((line + at, found, length))
}

/// What the harness says at the end of what came after `test NAME ... `.
fn said(text: &str) -> Said {
    let text = text.trim_end_matches('\n');
    if let Some(rest) = text.strip_prefix("ignored") {
        let reason = rest.strip_prefix(", ").map(str::to_owned);
        return Said::Ignored(reason);
    }
    let last = text.lines().last().unwrap_or_default();
    if text.ends_with("FAILED") {
        Said::Failed
    } else if text.ends_with("ok") || last.contains("bench:") {
        Said::Ok
    } else {
        Said::Failed
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str) -> Event {
        Event::Started(started(name))
    }

    /// Byte by byte and all at once, without the texts.
    fn read(text: &str) -> Vec<Event> {
        let told = |events: Vec<Event>| -> Vec<Event> {
            let is_text = |event: &Event| matches!(event, Event::Text(_));
            events.into_iter().filter(|event| !is_text(event)).collect()
        };
        let mut slow = Transcript::default();
        let slow = text.bytes().flat_map(|byte| slow.push(&[byte])).collect();
        let at_once = told(Transcript::default().push(text.as_bytes()));
        assert_eq!(told(slow), at_once);
        at_once
    }

    #[test]
    fn a_run_is_read_as_it_comes() {
        let events = read(
            "warning: x\n\nrunning 4 tests\ntest a ... ok\ntest b - should panic ... ignored\n\
             test c ... ignored, it's slow\ntest d ... FAILED\n\nfailures:\n\n---- d stdout ----\n\
             Error: \"test e ... ok\"\n\n\nfailures:\n    d\n\ntest result: FAILED. 1 passed; \
             1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.00s\n\n",
        );
        let slow = Said::Ignored(Some("it's slow".to_owned()));
        let expected = [
            Event::Running(4),
            test("a"),
            Event::Finished(Said::Ok),
            test("b - should panic"),
            Event::Finished(Said::Ignored(None)),
            test("c"),
            Event::Finished(slow),
            test("d"),
            Event::Finished(Said::Failed),
            Event::Done,
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn what_tests_write_is_no_result() {
        let events = read("running 2 tests\ntest a ... FAILED\n\nxok\ntest b ... half a line");
        let expected = [
            Event::Running(2),
            test("a"),
            Event::Finished(Said::Ok),
            test("b"),
        ];
        assert_eq!(events, expected);
        let mut transcript = Transcript::default();
        transcript.push(b"running 1 test\ntest a ... one\ntwo");
        assert_eq!(transcript.take_rest(), b"two");
        assert_eq!(transcript.take_rest(), b"");
    }

    #[test]
    fn no_tests_are_a_run_too() {
        let events = read("\nrunning 0 tests\n\ntest result: ok. 0 passed; 3 filtered out; x\n\n");
        assert_eq!(events, [Event::Running(0), Event::Done]);
    }
}

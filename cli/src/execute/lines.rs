//! Splits what a process writes into lines, and tells the ones that are overwritten.

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By a line feed, or by the end of the stream: it stays.
    Newline,
    /// By a carriage return: the next one is drawn over it.
    Return,
}

/// Splits a stream at line feeds and at lone carriage returns.
#[derive(Debug, Default)]
pub struct Splitter {
    line: Vec<u8>,
    after_return: bool,
}

impl Splitter {
    /// Takes the next bytes of the stream and gives each line that they complete.
    pub fn push(&mut self, bytes: &[u8], mut give: impl FnMut(String, Ending)) {
        for &byte in bytes {
            if std::mem::take(&mut self.after_return) {
                let ending = if byte == b'\n' {
                    Ending::Newline
                } else {
                    Ending::Return
                };
                self.give(ending, &mut give);
                if byte == b'\n' {
                    continue;
                }
            }
            match byte {
                b'\r' => self.after_return = true,
                b'\n' => self.give(Ending::Newline, &mut give),
                _ => self.line.push(byte),
            }
        }
    }

    /// Gives what is left when the stream has ended.
    pub fn finish(mut self, mut give: impl FnMut(String, Ending)) {
        if !self.line.is_empty() {
            let ending = if self.after_return {
                Ending::Return
            } else {
                Ending::Newline
            };
            self.give(ending, &mut give);
        }
    }

    fn give(&mut self, ending: Ending, give: &mut impl FnMut(String, Ending)) {
        give(String::from_utf8_lossy(&self.line).into_owned(), ending);
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<(String, Ending)> {
        let mut all = Vec::new();
        let mut splitter = Splitter::default();
        for chunk in chunks {
            splitter.push(chunk, |line, ending| all.push((line, ending)));
        }
        splitter.finish(|line, ending| all.push((line, ending)));
        all
    }

    #[test]
    fn returns_feeds_and_both_together() {
        let expected = [
            ("a", Ending::Return),
            ("b", Ending::Newline),
            ("", Ending::Newline),
            ("c", Ending::Newline),
        ]
        .map(|(line, ending)| (line.to_owned(), ending));
        assert_eq!(split(&[b"a\rb\n\nc\r\n"]), expected);
        let single: Vec<&[u8]> = b"a\rb\n\nc\r\n".chunks(1).collect();
        assert_eq!(split(&single), expected);
    }

    #[test]
    fn what_is_not_text_breaks_nothing() {
        assert_eq!(
            split(&[b"x\xff\xfe"]),
            [("x\u{fffd}\u{fffd}".to_owned(), Ending::Newline)]
        );
    }
}

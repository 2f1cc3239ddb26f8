//! Response files: arguments that were too many for a command line, in a file named `@file`.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::plan::Invocation;

/// The arguments with each `@file` replaced by what is in it. A file that can't be read stays as it
/// is: the program that gets it will say what is wrong.
pub(super) fn expanded(args: &[OsString]) -> Vec<Cow<'_, OsStr>> {
    let mut all = Vec::with_capacity(args.len());
    for arg in args {
        let text = arg
            .to_str()
            .and_then(|arg| arg.strip_prefix('@'))
            .and_then(|path| std::fs::read_to_string(path).ok());
        match text {
            Some(text) => all.extend(words(&text).into_iter().map(|word| Cow::Owned(word.into()))),
            None => all.push(Cow::Borrowed(arg.as_os_str())),
        }
    }
    all
}

/// Splits as the GNU tools and LLVM do: at white space, with quotes, and a backslash before a
/// character that stands for itself.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => {
                if let Some(next) = chars.next() {
                    word.get_or_insert_default().push(next);
                }
            }
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The program with these arguments, by way of `file` when there is one. `None` when that can't be
/// written.
pub(super) fn invocation(
    program: &OsStr,
    args: Vec<OsString>,
    file: Option<&Path>,
) -> Option<Invocation> {
    let invocation = Invocation::new(program);
    let Some(file) = file else {
        return Some(invocation.args(args));
    };
    std::fs::write(file, text(&args)).ok()?;
    let mut arg = OsString::from("@");
    arg.push(file);
    Some(invocation.arg(arg))
}

/// The text of a response file that [`words`] reads back.
fn text(args: &[OsString]) -> String {
    let mut text = String::new();
    for arg in args {
        text.push('"');
        for c in arg.to_string_lossy().chars() {
            if matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push_str("\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_the_gnu_tools_split_them() {
        let text = "-o /a\\ b/c.wasm\n\"x \\\"y\\\"\" 'a\\b' --plain ''\n";
        assert_eq!(
            words(text),
            ["-o", "/a b/c.wasm", "x \"y\"", "a\\b", "--plain", ""]
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let args = ["-o", "a b\\c", "say \"hi\"", ""].map(OsString::from);
        assert_eq!(words(&text(&args)), ["-o", "a b\\c", "say \"hi\"", ""]);
    }
}

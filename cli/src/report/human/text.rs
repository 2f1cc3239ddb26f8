//! Small things about text for people: wrapping, sizes, counts, names.

use unicode_width::UnicodeWidthStr;

/// Text of a foreign file or program, made harmless: a control character could rewrite the screen.
pub(in crate::report) fn clean(text: &str) -> String {
    let hidden = |c: char| c.is_control() || is_direction(c);
    if !text.chars().any(hidden) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| {
            if hidden(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// The characters that reorder what is shown around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks text at spaces, so that no line is wider than `width` unless one word is.
pub(super) fn wrap(text: &str, width: usize) -> String {
    wrap_at(text.split_whitespace(), " ", width)
}

/// Puts pieces in a row with `separator`, and breaks before a piece that does not fit.
pub(super) fn wrap_at<'a>(
    pieces: impl Iterator<Item = &'a str>,
    separator: &str,
    width: usize,
) -> String {
    let mut text = String::new();
    let mut column = 0;
    for piece in pieces {
        let needed = piece.width();
        if column == 0 {
            column = needed;
        } else if column + separator.width() + needed > width {
            text.push_str(separator.trim_end());
            text.push('\n');
            column = needed;
        } else {
            text.push_str(separator);
            column += separator.width() + needed;
        }
        text.push_str(piece);
    }
    text
}

/// A size as people say it: `972 bytes`, `41.3 kB`, `3.1 MB`.
pub(in crate::report) fn size(bytes: u64) -> String {
    // Digits beyond the first decimal are cut, not rounded: nothing grows by being shown.
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => count(bytes, "byte"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// A number with its noun: `1 function`, `9,412 functions`.
pub(in crate::report) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A function's name without generic arguments, `a::b` of `a::b::<C>`; a type in front stays.
pub(super) fn short_function(name: &str) -> String {
    let mut short = String::new();
    let mut rest = name;
    while let Some(at) = rest.find("::<") {
        short.push_str(&rest[..at]);
        match closing(&rest[at + 2..]) {
            Some(end) => rest = &rest[at + 2 + end..],
            None => return name.to_owned(),
        }
    }
    short.push_str(rest);
    short
}

/// Where the bracket that the text begins with is closed, one past the end.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(clean("plain ü"), "plain ü");
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
    }

    #[test]
    fn wrapping_breaks_between_pieces_only() {
        assert_eq!(wrap("one two three", 8), "one two\nthree");
        assert_eq!(wrap("unbreakable", 4), "unbreakable");
        assert_eq!(
            wrap_at(["a::b", "c::d", "e"].into_iter(), " > ", 12),
            "a::b > c::d >\ne"
        );
        assert_eq!(wrap("", 4), "");
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(41_399), "41.3 kB");
        assert_eq!(size(3_199_999), "3.1 MB");
        assert_eq!(size(5_000_000_000), "5.0 GB");
        assert_eq!(count(1_234_567, "function"), "1,234,567 functions");
    }

    #[test]
    fn generic_arguments_are_left_out() {
        assert_eq!(short_function("a::b::<C, D<E>>::f::<fn() -> X>"), "a::b::f");
        assert_eq!(short_function("<A as B<C>>::d"), "<A as B<C>>::d");
        assert_eq!(short_function("broken::<"), "broken::<");
    }
}

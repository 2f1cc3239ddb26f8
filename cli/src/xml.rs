//! Text as it stands in XML.

use std::borrow::Cow;

/// Text for an element or an attribute: what has a meaning there is escaped, and what can't stand in XML at
/// all is replaced.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !"<>&\"\r".contains(c) && (c >= ' ' || "\n\t".contains(c)) && !is_none(c);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c if plain(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    Cow::Owned(out)
}

/// The two code points above the control characters that XML has no place for.
fn is_none(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_stand_in_it() {
        assert_eq!(escaped("plain `text`\n"), "plain `text`\n");
        assert_eq!(
            escaped("<a href=\"b\">&"),
            "&lt;a href=&quot;b&quot;&gt;&amp;"
        );
        assert_eq!(escaped("\u{1b}[2J\u{ffff}\r"), "\u{fffd}[2J\u{fffd}&#13;");
    }
}

//! On which lines of `wasify.toml` the port's flags are.

use std::path::Path;

use toml_edit::{Document, Item, Value};

use super::RUST;

/// The file's lines, for telling where a flag is.
#[derive(Debug)]
pub struct Places {
    text: String,
    document: Option<Document<String>>,
}

impl Places {
    /// Of a file; one that can't be read has no lines.
    #[must_use]
    pub fn of(path: &Path) -> Places {
        Places::of_text(std::fs::read_to_string(path).unwrap_or_default())
    }

    fn of_text(text: String) -> Places {
        Places {
            document: Document::parse(text.clone()).ok(),
            text,
        }
    }

    /// The line of an entry of a list in the table `[rust]`, or of the key where it is no list.
    #[must_use]
    pub fn line(&self, key: &str, index: usize) -> Option<usize> {
        let table = self.document.as_ref()?.get(RUST)?;
        let item = table.get(key)?;
        let entry = match item {
            Item::Value(Value::Array(all)) => all.get(index).and_then(Value::span),
            Item::ArrayOfTables(all) => all.get(index).and_then(toml_edit::Table::span),
            _ => None,
        };
        let start = entry.or_else(|| item.span())?.start.min(self.text.len());
        Some(1 + self.text[..start].matches('\n').count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_lines() {
        let text = "[rust]\nfeatures = { only = [], for = 'x' }\nports = [\n    { name = \"a\" },\n    { name = \"b\" },\n]\n";
        let places = Places::of_text(text.to_owned());
        assert_eq!(places.line("features", 0), Some(2));
        assert_eq!(places.line("ports", 1), Some(5));
        assert_eq!(places.line("open", 0), None);
        let tables = "[[rust.open]]\nname = 'a'\n\n[[rust.open]]\nname = 'b'\n";
        let places = Places::of_text(tables.to_owned());
        assert_eq!(places.line("open", 1), Some(4));
    }
}

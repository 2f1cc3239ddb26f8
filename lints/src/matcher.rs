//! Evaluates the `[match]` tables of all rules over a program, in one scan of its symbols.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use crate::Error;
use crate::facts::graph::Node;
use crate::facts::names;
use crate::facts::program::Program;
use crate::facts::text::Text;
use crate::rule::Rule;

/// Where a rule's table matches in one program.
#[derive(Debug, Default, Clone)]
pub(crate) struct Matched {
    /// Functions, imports and texts, sorted.
    pub(crate) targets: Vec<Node>,
    /// Functions that paths to the targets may not pass through, sorted.
    pub(crate) barriers: Vec<Node>,
}

/// What one pattern stands for.
#[derive(Debug, Clone, Copy)]
struct Pattern {
    rule: usize,
    path: &'static str,
    barrier: bool,
}

/// The patterns of all rules, ready to be looked for.
pub(crate) struct Matcher {
    rules: &'static [Rule],
    patterns: Vec<Pattern>,
    /// For every distinct needle the patterns that have it.
    by_needle: Vec<Vec<usize>>,
    needles: AhoCorasick,
    symbols: BTreeMap<&'static str, Vec<usize>>,
}

impl Matcher {
    /// Prepares the tables of these rules.
    pub(crate) fn new(rules: &'static [Rule]) -> Result<Self, Error> {
        let mut patterns = Vec::new();
        let mut symbols: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            let table = &rule.matches;
            for (paths, barrier) in [(&table.functions, false), (&table.unless_through, true)] {
                patterns.extend(paths.iter().map(|path| Pattern {
                    rule: index,
                    path,
                    barrier,
                }));
            }
            for symbol in &table.symbols {
                symbols.entry(symbol).or_default().push(index);
            }
        }
        let mut needles: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, pattern) in patterns.iter().enumerate() {
            needles.entry(needle(pattern.path)).or_default().push(index);
        }
        let (texts, by_needle): (Vec<String>, Vec<Vec<usize>>) = needles.into_iter().unzip();
        let needles = AhoCorasick::new(texts).map_err(|error| Error::Rule {
            file: "all".to_owned(),
            message: error.to_string(),
        })?;
        Ok(Matcher {
            rules,
            patterns,
            by_needle,
            needles,
            symbols,
        })
    }

    /// Where each rule matches, in the order of the rules.
    pub(crate) fn matches(&self, program: &Program<'_>) -> Vec<Matched> {
        let mut matched = vec![Matched::default(); self.rules.len()];
        for (node, symbol) in (0..).zip(&program.symbols) {
            let Some(symbol) = symbol else { continue };
            for rule in self.symbols.get(symbol).into_iter().flatten() {
                matched[*rule].targets.push(node);
            }
            self.match_symbol(node, symbol, &mut matched);
        }
        for (node, import) in (0..).zip(&program.module.imports) {
            self.match_import(node, import.module, import.name, &mut matched);
        }
        for (rule, found) in self.rules.iter().zip(&mut matched) {
            let table = &rule.matches;
            let messages = table.messages.iter().map(|text| Text::Message(text));
            let panics = table.panics.iter().map(|text| Text::PanicFile(text));
            found
                .targets
                .extend(messages.chain(panics).filter_map(|text| program.text(text)));
            found.targets.sort_unstable();
            found.targets.dedup();
            found.barriers.sort_unstable();
            found.barriers.dedup();
        }
        matched
    }

    fn match_symbol(&self, node: Node, symbol: &str, matched: &mut [Matched]) {
        let mut name = None;
        for hit in self.needles.find_overlapping_iter(symbol) {
            for pattern in &self.by_needle[hit.pattern().as_usize()] {
                let pattern = &self.patterns[*pattern];
                let name = name.get_or_insert_with(|| names::canonical(&names::demangle(symbol)));
                if fits(pattern.path, name) {
                    let found = &mut matched[pattern.rule];
                    if pattern.barrier {
                        found.barriers.push(node);
                    } else {
                        found.targets.push(node);
                    }
                }
            }
        }
    }

    fn match_import(&self, node: Node, module: &str, name: &str, matched: &mut [Matched]) {
        for (rule, found) in self.rules.iter().zip(matched) {
            if names_import(rule, module, name) {
                found.targets.push(node);
            }
        }
    }
}

/// Whether a rule's table names this import.
pub(crate) fn names_import(rule: &Rule, module: &str, name: &str) -> bool {
    let is = |import: &String| {
        let (wanted_module, wanted) = import.split_once('#').unwrap_or((import, "*"));
        glob(wanted_module, module) && glob(wanted, name)
    };
    let table = &rule.matches;
    let by_module = table
        .import_modules
        .iter()
        .any(|wanted| glob(wanted, module));
    let explained = table.unless_imports.iter().any(is);
    (by_module || table.imports.iter().any(is)) && !explained
}

/// The longest identifier of a path, as both of Rust's manglings write it: after its length.
fn needle(path: &str) -> String {
    let identifiers = path.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let longest = identifiers
        .max_by_key(|identifier| identifier.len())
        .unwrap_or_default();
    // In legacy mangling a trait implementation is one segment, so its parts have no length.
    if path.starts_with('<') || path.ends_with("::*") {
        longest.to_owned()
    } else {
        format!("{}{longest}", longest.len())
    }
}

/// Whether a canonical name is what the pattern asks for. What is below a path may be a trait
/// implementation for a type there.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix("::*") {
        Some(prefix) => {
            let rest = name.trim_start_matches('<').strip_prefix(prefix);
            rest.is_some_and(|rest| rest.starts_with("::"))
        }
        None => pattern == name,
    }
}

/// Whether `text` is `wanted`, where a final `*` stands for any rest.
fn glob(wanted: &str, text: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => text.starts_with(prefix),
        None => wanted == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_are_written_as_symbols_write_them() {
        assert_eq!(needle("std::env::temp_dir"), "8temp_dir");
        assert_eq!(needle("<a::Walk as b::Iterator>::next"), "Iterator");
        assert_eq!(needle("tokio::runtime::*"), "runtime");
    }

    #[test]
    fn a_star_stands_for_everything_below_but_not_for_the_path_itself() {
        assert!(fits("a::b::*", "a::b::c"));
        assert!(!fits("a::b::*", "a::b"));
        assert!(fits("a::b::*", "<a::b::C as d::E>::f"));
        assert!(!fits("a::b::*", "a::bc::d"));
        assert!(glob("wasix_*", "wasix_32v1"));
        assert!(!glob("wasi_unstable", "wasi_unstable2"));
    }
}

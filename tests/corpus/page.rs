//! `docs/corpus.md`.

use std::fmt::Write as _;
use std::path::Path;

use crate::common;
use crate::measured::{Measured, Sums};

const HEAD: &str = "\
# Fifty applications

What one run of `wasify build --crate NAME` says of fifty published applications, beside what is known of each, and
what `wasify doctor --crate NAME` says without building anything. Written on {date} with {rustc}, without a C compiler
for WebAssembly, by

```sh
BLESS=1 cargo test -p wasify --test corpus -- --ignored
```

- *expected*: packages that were known to fail before wasify looked (`tests/corpus/corpus.toml`); a list of them is the least
  that has to be found, as a failure hides what depends on the package.
- *named*: packages that `wasify build` names. Each is checked against cargo's own words of what failed.
- *foretold*: packages of which `wasify doctor` says that they will fail.
- *beyond*: packages that the report adds from the dependency graph, because the build did not come to them.
";

/// Writes the page.
pub(crate) fn write(all: &[Measured]) {
    let sums = Sums::of(all);
    let mut page = HEAD
        .replace("{date}", &common::today())
        .replace("{rustc}", &common::rustc());
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let _ = write!(
        page,
        "\n| figure | packages | |\n|---|---|---|\n\
         | recall: named of those expected | {} of {} | {:.0} % |\n\
         | the right cause, of those named | {} of {} | {:.0} % |\n\
         | precision: of all that are named, failed by cargo's own words | {} of {} | {:.0} % |\n\
         | known by a rule, of all that are named | {} of {} | {:.0} % |\n\
         | foretold without a build, of those expected | {} of {} | {:.0} % |\n\
         | false alarms in the applications that build | {} | |\n",
        sums.named,
        sums.expected,
        percent(sums.named, sums.expected),
        sums.right,
        sums.named,
        percent(sums.right, sums.named),
        sums.true_found,
        sums.found,
        percent(sums.true_found, sums.found),
        sums.by_rule,
        sums.found,
        percent(sums.by_rule, sums.found),
        sums.foretold,
        sums.expected,
        percent(sums.foretold, sums.expected),
        alarms(all),
    );
    page.push_str(
        "\n| application | expected | named, with the rule | foretold | beyond |\n|---|---|---|---|---|\n",
    );
    for measured in all {
        page.push_str(&row(measured));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/corpus.md");
    std::fs::write(path, page).unwrap();
}

fn alarms(all: &[Measured]) -> usize {
    let builds = |measured: &&Measured| measured.expected.is_empty() && !measured.unresolved;
    all.iter()
        .filter(builds)
        .map(|measured| measured.foretold.len())
        .sum()
}

/// Names in a cell of a table.
pub(crate) fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match &names[..] {
        [] => "–".to_owned(),
        names => names.join(", "),
    }
}

fn row(measured: &Measured) -> String {
    let expected = if measured.unresolved {
        "no set of versions".to_owned()
    } else {
        list(measured.expected.keys().cloned())
    };
    let found = measured
        .found
        .iter()
        .map(|(package, (rule, _))| format!("{package} (`{rule}`)"));
    let foretold = measured.expected.keys();
    let foretold = foretold
        .filter(|package| measured.foretold.contains(*package))
        .count();
    format!(
        "| {} {} | {expected} | {} | {foretold} of {} | {} |\n",
        measured.name,
        measured.version,
        list(found),
        measured.expected.len(),
        list(measured.foreseen.iter().cloned()),
    )
}

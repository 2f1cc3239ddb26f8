//! `docs/corpus.md`.

use std::fmt::Write as _;
use std::path::Path;

use crate::common;
use crate::measured::{Fixed, Measured, Sums};
use crate::table::Application;

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
fn list(names: impl Iterator<Item = String>) -> String {
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

const FIXED_HEAD: &str = "\
# Fifty applications, repaired

What `wasify build --crate NAME --fix=all` makes of fifty published applications, without a change of their sources by the
user. Whether each then does what its native program does is not measured here; `docs/applications.md` and `docs/ports.md`
say it of some. Written on {date} with {rustc}, by

```sh
BLESS=1 cargo test -p wasify --test corpus -- --ignored fifty_applications_are_repaired
```

";

/// Writes what `--fix` came to.
pub(crate) fn write_fixed(all: &[(&Application, Fixed)]) {
    let mut page = FIXED_HEAD
        .replace("{date}", &common::today())
        .replace("{rustc}", &common::rustc());
    let before = all
        .iter()
        .filter(|(application, _)| application.builds())
        .count();
    let after = all.iter().filter(|(_, fixed)| fixed.stands).count();
    let _ = writeln!(
        page,
        "{before} of {} build with plain cargo, and {after} with `--fix=all`.\n",
        all.len()
    );
    page.push_str(
        "| application | plain | `--fix=all` | ports in it | left |\n|---|---|---|---|---|\n",
    );
    let yes = |yes| if yes { "builds" } else { "–" };
    for (application, fixed) in all {
        let _ = writeln!(
            page,
            "| {} {} | {} | {} | {} | {} |",
            application.name,
            application.version,
            yes(application.builds()),
            yes(fixed.stands),
            list(fixed.ports.iter().cloned()),
            list(fixed.left.iter().cloned()),
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/repaired.md");
    std::fs::write(path, page).unwrap();
}

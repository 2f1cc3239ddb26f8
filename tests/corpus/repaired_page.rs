//! `docs/repaired.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::common;
use crate::page::list;
use crate::renewed;
use crate::repaired::Row;
use crate::table::Application;
use crate::timed::{self, Times};
use crate::worked::Compared;

const HEAD: &str = "\
# Fifty applications, repaired

What `wasify build --crate NAME --fix=all` makes of fifty published applications, without a change of their sources by the
user, and whether each then does what it is for. Written on {date} with {rustc}, by

```sh
BLESS=1 cargo test -p wasify --test corpus -- --ignored fifty_applications_are_repaired
```

What was found out of an application is kept below `target/tmp/corpus/rows`, and a run that was interrupted goes on where it
was; without that folder it begins anew. `WASIFY_CORPUS_ONLY=ripgrep,choose` tries these alone, and writes
their rows anew.

- *works*: commands that print the same, end alike and leave the same files as those of the native program, of all that the
  application is tried with (`tests/corpus/golden.toml`). The commands were chosen from what each application is for,
  before anything was run; those with which the native program did nothing were mended since. WASI 0.2 tells success
  from failure and no other exit codes.
- *limits* are uses that WASI itself rules out. They are not counted, and have to differ.
";

/// Writes the page.
pub(crate) fn write(all: &[Application], rows: &[Row]) {
    let mut page = HEAD
        .replace("{date}", &common::today())
        .replace("{rustc}", &common::rustc());
    let count = |is: fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    let _ = writeln!(
        page,
        "\n{} of {} build with plain cargo, {} with `--fix=all`, and {} of those work.\n",
        all.iter()
            .filter(|application| application.builds())
            .count(),
        all.len(),
        count(|row| row.stands),
        count(Row::works),
    );
    page.push_str(
        "| application | plain | `--fix=all` | works | ports in it | left |\n|---|---|---|---|---|---|\n",
    );
    for application in all {
        match rows.iter().find(|row| row.name == application.name) {
            Some(row) => page.push_str(&line(row)),
            None => {
                let Application { name, version, .. } = application;
                let _ = writeln!(page, "| {name} {version} | – | not tried | – | – | – |");
            }
        }
    }
    page.push_str(&times());
    page.push_str("\n## Where they differ\n\n");
    for compared in rows.iter().flat_map(|row| &row.compared) {
        if let Some(difference) = difference(compared) {
            let _ = writeln!(page, "{difference}");
        }
    }
    page.push_str("\n## What they do without\n\n");
    for row in rows {
        if let Some(costs) = &row.costs {
            let _ = writeln!(page, "- {}: {costs}", row.name);
        }
    }
    std::fs::write(path(), page).unwrap();
}

/// Writes some rows of the page anew.
pub(crate) fn renew(rows: &[Row]) {
    let old = std::fs::read_to_string(path()).unwrap();
    std::fs::write(path(), renewed::page(&old, rows)).unwrap();
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/repaired.md")
}

/// How a command differs, as an item of a list.
pub(crate) fn difference(compared: &Compared) -> Option<String> {
    let differs = compared.differs.as_ref()?;
    let what = compared.limit.as_ref().unwrap_or(differs);
    let kind = if compared.limit.is_some() {
        "limit: "
    } else {
        ""
    };
    Some(format!("- `{}`: {kind}{}", compared.command, escaped(what)))
}

/// Writes the section about time anew.
pub(crate) fn renew_times() {
    let old = std::fs::read_to_string(path()).unwrap();
    std::fs::write(path(), renewed::with_times(&old, &times())).unwrap();
}

/// How long `--fix` took, as far as that was measured.
fn times() -> String {
    let all = timed::all();
    let Some(median) = all.get(all.len() / 2) else {
        return String::new();
    };
    let mut text = format!(
        "\n{}\n\nFrom nothing to a standing port, `--fix=all` takes **{:.2} times** as long as a build from nothing with the \
         flags that it\ncomes to: the median of {} applications, of those that don't build without it. The sources and the C \
         compiler are there\nbefore both. Each was measured once, on a machine that had other work: tenths in either \
         direction are noise. By\n\n\
         ```sh\nBLESS=1 cargo test -p wasify --test corpus -- --ignored the_time\n```\n\n\
         | application | `--fix=all` | a build with its flags | ratio |\n|---|---|---|---|\n",
        renewed::TIME,
        median.ratio(),
        all.len(),
    );
    for times in &all {
        let Times { name, fix, build } = times;
        let ratio = times.ratio();
        let _ = writeln!(text, "| {name} | {fix:.0} s | {build:.0} s | {ratio:.2} |");
    }
    text
}

pub(crate) fn line(row: &Row) -> String {
    let yes = |yes| if yes { "builds" } else { "–" };
    let counted = row.compared.iter().filter(|it| it.limit.is_none());
    let right = counted.clone().filter(|it| it.is_right()).count();
    let works = match (&row.no_use, row.stands, row.native) {
        (Some(no_use), _, _) => format!("no: {no_use}"),
        (None, false, _) => "–".to_owned(),
        (None, true, false) => "not tried: no native program here".to_owned(),
        (None, true, true) if row.works() => format!("**yes**, {right} of {}", counted.count()),
        (None, true, true) => format!("{right} of {}", counted.count()),
    };
    format!(
        "| {} {} | {} | {} | {works} | {} | {} |\n",
        row.name,
        row.version,
        yes(row.plain),
        yes(row.stands),
        list(row.ports.iter().cloned()),
        list(row.left.iter().cloned()),
    )
}

/// The text without the name of the scratch folder, which is another in every run.
fn without_folder(text: &str) -> String {
    const FOLDER: &str = "/folder";
    let scratch = tempfile::env::temp_dir().join(".tmp");
    let scratch = scratch.to_string_lossy();
    let mut parts = text.split(&*scratch);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(FOLDER) {
            Some((_, rest)) => text.push_str(&format!("{{folder}}{rest}")),
            None => text.push_str(&format!("{scratch}{part}")),
        }
    }
    text
}

#[test]
fn scratch_folders_have_no_name_in_the_page() {
    let file = tempfile::env::temp_dir().join(".tmpa1B2/folder/notes.txt");
    let text = format!("prints {0}, not {0}", file.display());
    assert_eq!(
        escaped(&text),
        "prints {folder}/notes.txt, not {folder}/notes.txt"
    );
}

/// Text of programs in a page: nothing of it is markup.
fn escaped(text: &str) -> String {
    without_folder(text)
        .replace('`', "'")
        .replace('<', "&lt;")
        .replace('\u{1b}', "ESC")
}

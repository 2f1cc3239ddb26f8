//! A part of `docs/repaired.md` written anew: the rows of a run of some applications, in the place of theirs.

use std::fmt::Write as _;

use crate::common;
use crate::repaired::Row;
use crate::repaired_page::{difference, line};

const DIFFER: &str = "## Where they differ";
pub(crate) const TIME: &str = "## Time";
const WITHOUT: &str = "## What they do without";
/// Before the rows that are of another day than the page.
const SINCE: &str = "Rows of another day:";

/// The page with these rows. What else is in it stays.
pub(crate) fn page(old: &str, rows: &[Row]) -> String {
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    for row in rows {
        replace(&mut lines, row);
    }
    for row in rows {
        let differ: Vec<String> = row.compared.iter().filter_map(difference).collect();
        append(&mut lines, DIFFER, &differ);
        let costs = row
            .costs
            .iter()
            .map(|costs| format!("- {}: {costs}", row.name));
        append(&mut lines, WITHOUT, &costs.collect::<Vec<_>>());
    }
    say_when(&mut lines, rows);
    count(&mut lines);
    lines.join("\n") + "\n"
}

/// The page with another section about time, which stands before the differences.
pub(crate) fn with_times(old: &str, section: &str) -> String {
    let differ = format!("\n{DIFFER}\n");
    let (before, after) = old.split_once(&differ).expect("the page has differences");
    let before = before
        .split(&format!("\n{TIME}\n"))
        .next()
        .unwrap_or(before);
    format!("{before}{section}{differ}{after}")
}

/// Puts a row in the place of the one before, and takes out what else was said of the application.
fn replace(lines: &mut Vec<String>, row: &Row) {
    let start = format!("| {} ", row.name);
    let at = lines.iter().position(|line| line.starts_with(&start));
    let at = at.unwrap_or_else(|| panic!("the page has no row of {}", row.name));
    lines[at] = line(row).trim_end().to_owned();
    let costs = format!("- {}: ", row.name);
    let of_row = |line: &str| {
        let mut commands = row.compared.iter();
        line.starts_with(&costs)
            || commands.any(|it| line.starts_with(&format!("- `{}`: ", it.command)))
    };
    lines.retain(|line| !of_row(line));
}

/// Adds lines to the end of a section.
fn append(lines: &mut Vec<String>, section: &str, new: &[String]) {
    let start = lines.iter().position(|line| line == section);
    let start = start.unwrap_or_else(|| panic!("the page has no `{section}`"));
    let next = lines[start + 1..]
        .iter()
        .position(|line| line.starts_with("## "));
    let mut end = next.map_or(lines.len(), |next| start + 1 + next);
    while lines[end - 1].is_empty() && end - 1 > start + 1 {
        end -= 1;
    }
    lines.splice(end..end, new.iter().cloned());
}

/// Says of which day the rows are.
fn say_when(lines: &mut Vec<String>, rows: &[Row]) {
    let table = lines
        .iter()
        .position(|line| line.starts_with("| application "));
    let table = table.expect("the page has a table");
    let since = lines.iter().position(|line| line.starts_with(SINCE));
    let when = format!(" on {} with {}.", common::today(), common::rustc());
    // One that is of this day already is not named again.
    let before = since.map_or("", |at| lines[at].as_str());
    let last = before.rsplit(';').next().unwrap_or_default();
    let is_named = |name: &str| {
        let mut words = last.split([' ', ',', ':']);
        last.ends_with(&when) && words.any(|word| word == name)
    };
    let names = rows.iter().map(|row| row.name.as_str());
    let names: Vec<&str> = names.filter(|name| !is_named(name)).collect();
    if names.is_empty() {
        return;
    }
    let mut text = match since.map(|at| lines[at].as_str()) {
        // The same day again.
        Some(before) if before.ends_with(&when) => {
            before[..before.len() - when.len()].to_owned() + ","
        }
        Some(before) => before.trim_end_matches('.').to_owned() + ";",
        None => SINCE.to_owned(),
    };
    let _ = write!(text, " {}{when}", names.join(", "));
    match since {
        Some(at) => lines[at] = text,
        None => {
            lines.splice(table..table, [text, String::new()]);
        }
    }
}

/// Counts again.
fn count(lines: &mut [String]) {
    let cells = |line: &String| -> Option<(bool, bool, bool)> {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let (plain, fixed, works) = (cells.get(1)?, cells.get(2)?, cells.get(3)?);
        Some((
            *plain == "builds",
            *fixed == "builds",
            works.starts_with("**yes**"),
        ))
    };
    let rows: Vec<_> = lines.iter().filter_map(cells).skip(1).collect();
    let number = |is: fn(&(bool, bool, bool)) -> bool| rows.iter().filter(|row| is(row)).count();
    let at = lines
        .iter()
        .position(|line| line.contains(" build with plain cargo, "));
    let at = at.expect("the page has a sentence with the numbers");
    lines[at] = format!(
        "{} of {} build with plain cargo, {} with `--fix=all`, and {} of those work.",
        number(|row| row.0),
        rows.len(),
        number(|row| row.1),
        number(|row| row.2),
    );
}

#[test]
fn a_part_of_the_page_is_written_anew() {
    let old = "\
2 of 2 build with plain cargo, 1 with `--fix=all`, and 0 of those work.

| application | plain | `--fix=all` | works | ports in it | left |
|---|---|---|---|---|---|
| a 1.0.0 | builds | builds | 0 of 1 | – | – |
| b 1.0.0 | builds | – | – | – | – |

## Where they differ

- `a x`: prints something else
- `b x`: limit: none

## What they do without

- a: the feature `y`
";
    let row = || -> Row {
        serde_json::from_value(serde_json::json!({
            "key": 1, "name": "a", "version": "1.1.0", "plain": false, "stands": true, "left": [],
            "ports": ["home"], "costs": null, "unsteady": [], "native": true, "no_use": null,
            "compared": [{ "command": "a x", "limit": null, "native": true, "differs": null }],
        }))
        .expect("a row")
    };
    let new = page(old, &[row()]);
    for part in [
        "1 of 2 build with plain cargo, 1 with `--fix=all`, and 1 of those work.",
        "| a 1.1.0 | – | builds | **yes**, 1 of 1 | home | – |",
        "| b 1.0.0 | builds | – | – | – | – |",
        "- `b x`: limit: none\n\n## What",
        "Rows of another day: a on ",
    ] {
        assert!(new.contains(part), "{part}\n{new}");
    }
    // Again on the same day, it is named once.
    assert_eq!(page(&new, &[row()]), new);
    for gone in ["a 1.0.0", "- `a x`", "- a: "] {
        assert!(!new.contains(gone), "{gone}\n{new}");
    }
}

#[test]
fn the_section_about_time_is_written_once() {
    let old = "| a |\n\n## Where they differ\n\n- x\n";
    let once = with_times(old, "\n## Time\n\n1.50\n");
    assert_eq!(
        once,
        "| a |\n\n## Time\n\n1.50\n\n## Where they differ\n\n- x\n"
    );
    let again = with_times(&once, "\n## Time\n\n1.25\n");
    assert_eq!(again, once.replace("1.50", "1.25"));
}

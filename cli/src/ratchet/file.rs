//! `wasify-baseline.toml`, read and written.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};
use wasify_lints::finding::Level;

use super::{Accepted, Baseline, Measured, TOLERANCE, VERSION, percent};
use crate::ecosystem::trouble::Trouble;
use crate::execute::files;

/// What stands above a file that is new.
const HEAD: &str = "\
# What is accepted of this port. `wasify build --ci` fails on what is worse; `wasify build --write-baseline`
# writes this file anew, and leaves comments and each finding's `reason` as they are.
version = 1
";
const WAY_OUT: &str = "mend the line, or take the file from version control; \
                       `wasify build --write-baseline` writes a new one where there is none";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    #[serde(rename = "version")]
    _version: i64,
    profile: String,
    #[serde(default)]
    size_tolerance: Option<String>,
    #[serde(default)]
    artifacts: std::collections::BTreeMap<String, WrittenArtifact>,
    #[serde(default)]
    build: Vec<WrittenFinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArtifact {
    wasi: Option<String>,
    bytes: u64,
    imports: Vec<String>,
    #[serde(default)]
    findings: Vec<WrittenFinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFinding {
    rule: String,
    package: Option<String>,
    level: Level,
    #[serde(default)]
    places: Vec<String>,
    /// The owner's own words.
    #[serde(default, rename = "reason")]
    _reason: Option<String>,
}

/// The baseline in a file; `None` when there is no file.
///
/// # Errors
/// It can't be read, or a [`Trouble`]: a newer wasify wrote it, or it is no baseline.
pub fn read(path: &Path) -> Result<Option<Baseline>> {
    let text = text_of(path)?;
    Ok(text.map(|text| parse(path, &text)).transpose()?)
}

fn text_of(path: &Path) -> Result<Option<String>> {
    files::read_if_there(path).with_context(|| format!("failed to read `{}`", path.display()))
}

fn parse(path: &Path, text: &str) -> Result<Baseline, Trouble> {
    let shown = path.display();
    // Before the rest: what a newer version has in it is not known here.
    let version = toml::from_str::<toml::Table>(text)
        .ok()
        .and_then(|table| table.get("version")?.as_integer());
    if let Some(version) = version.filter(|version| *version != VERSION) {
        let trouble = Trouble::new(format!(
            "`{shown}` has version {version}, and this wasify knows version {VERSION}"
        ));
        return Err(match version > VERSION {
            true => trouble.help("install the newest wasify: a newer one has written this file"),
            false => trouble.help(WAY_OUT),
        });
    }
    let written: Written = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text[..start].matches('\n').count();
        let message = error.message().trim().replace('\n', ", ");
        Trouble::new(format!("{shown}:{line}: {message}")).help(WAY_OUT)
    })?;
    let tolerance = match &written.size_tolerance {
        None => TOLERANCE,
        Some(word) => tolerance(word).ok_or_else(|| {
            Trouble::new(format!("`{shown}`: `{word}` is no size tolerance")).help(
                "write how many percent a component may grow, as in `size-tolerance = \"5%\"`",
            )
        })?,
    };
    Ok(Baseline {
        profile: written.profile,
        tolerance,
        artifacts: written
            .artifacts
            .into_iter()
            .map(|(name, artifact)| {
                let measured = Measured {
                    wasi: artifact.wasi,
                    bytes: artifact.bytes,
                    imports: artifact.imports,
                    findings: accepted(artifact.findings),
                };
                (name, measured)
            })
            .collect(),
        build: accepted(written.build),
    })
}

fn accepted(findings: Vec<WrittenFinding>) -> Vec<Accepted> {
    let mut findings: Vec<Accepted> = findings
        .into_iter()
        .map(|finding| Accepted {
            rule: finding.rule,
            package: finding.package,
            level: finding.level,
            places: finding.places,
        })
        .collect();
    findings.sort();
    findings
}

/// `5%` and `2.5 %`.
fn tolerance(word: &str) -> Option<f64> {
    let number = word.strip_suffix('%')?.trim_end();
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// Writes a baseline. Of a file that is there, comments, reasons and the tolerance stay; so does a size that is
/// still within the tolerance, so that it can't creep up by being written again and again. Artifacts that
/// were not measured stay unless `whole` says that all of the project was.
///
/// Returns whether the file has changed.
///
/// # Errors
/// As [`read`], or it can't be written; it is then as it was.
pub fn write(path: &Path, baseline: &Baseline, whole: bool) -> Result<bool> {
    let text = text_of(path)?;
    let before = text.as_deref().map(|text| parse(path, text)).transpose()?;
    let document = text.as_deref().unwrap_or(HEAD).parse::<DocumentMut>();
    let mut document = document.with_context(|| format!("failed to read `{}`", path.display()))?;
    set(&mut document, "version", VERSION.into());
    set(&mut document, "profile", baseline.profile.as_str().into());
    if !document.contains_key("size-tolerance") {
        let tolerance = format!("{}%", baseline.tolerance);
        set(&mut document, "size-tolerance", tolerance.into());
    }
    let none = Table::new();
    let old = document.get("artifacts").and_then(Item::as_table);
    let old = old.unwrap_or(&none).clone();
    let mut artifacts = Table::new();
    artifacts.set_implicit(true);
    if !whole {
        artifacts = old.clone();
    }
    for (name, measured) in &baseline.artifacts {
        let old = old.get(name).and_then(Item::as_table);
        // Sizes of another profile are no measure.
        let before = before.as_ref().filter(|it| it.profile == baseline.profile);
        let was = before.and_then(|before| {
            let was = before.artifacts.get(name)?;
            let within =
                was.bytes > 0 && percent(was.bytes, measured.bytes).abs() <= before.tolerance;
            within.then_some(was.bytes)
        });
        let bytes = was.unwrap_or(measured.bytes);
        artifacts.insert(name, Item::Table(artifact(old, measured, bytes)));
    }
    artifacts.sort_values();
    document.insert("artifacts", Item::Table(artifacts));
    let old_build = document.get("build").and_then(Item::as_array_of_tables);
    let build = findings(old_build, &baseline.build);
    replace(document.as_table_mut(), "build", build);
    let content = document.to_string();
    if text.as_deref() == Some(&content) {
        return Ok(false);
    }
    // Where it is a link, the file that is meant is written, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    files::write_whole(&target, content.as_bytes())
        .with_context(|| format!("failed to write `{}`", path.display()))?;
    Ok(true)
}

/// Sets a value and keeps what stands around it.
fn set(table: &mut Table, key: &str, new: toml_edit::Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

fn artifact(old: Option<&Table>, measured: &Measured, bytes: u64) -> Table {
    let mut table = old.cloned().unwrap_or_default();
    match &measured.wasi {
        Some(wasi) => set(&mut table, "wasi", wasi.as_str().into()),
        None => drop(table.remove("wasi")),
    }
    set(
        &mut table,
        "bytes",
        i64::try_from(bytes).unwrap_or(i64::MAX).into(),
    );
    list(&mut table, "imports", &measured.imports);
    let old = old.and_then(|old| old.get("findings")?.as_array_of_tables());
    let new = findings(old, &measured.findings);
    replace(&mut table, "findings", new);
    table
}

fn replace(table: &mut Table, key: &str, findings: ArrayOfTables) {
    if findings.is_empty() {
        table.remove(key);
    } else {
        table.insert(key, Item::ArrayOfTables(findings));
    }
}

/// Findings in their order, each in the table that it had.
fn findings(old: Option<&ArrayOfTables>, accepted: &[Accepted]) -> ArrayOfTables {
    let mut tables = ArrayOfTables::new();
    for accepted in accepted {
        let text = |table: &Table, key: &str| table.get(key)?.as_str().map(str::to_owned);
        let mut before = old.into_iter().flatten();
        let same = before.find(|table| {
            text(table, "rule").as_ref() == Some(&accepted.rule)
                && text(table, "package") == accepted.package
        });
        let mut table = same.cloned().unwrap_or_default();
        set(&mut table, "rule", accepted.rule.as_str().into());
        if let Some(package) = &accepted.package {
            set(&mut table, "package", package.as_str().into());
        }
        set(&mut table, "level", accepted.level.name().into());
        if accepted.places.is_empty() {
            table.remove("places");
        } else {
            list(&mut table, "places", &accepted.places);
        }
        tables.push(table);
    }
    tables
}

/// A list with an item on each line, so that a difference is one line. One that says the same stays as it is.
fn list(table: &mut Table, key: &str, items: &[String]) {
    let old = table.get(key).and_then(Item::as_array);
    let old: Option<Vec<&str>> = old.map(|old| old.iter().filter_map(|it| it.as_str()).collect());
    if old.is_some_and(|old| old == items) {
        return;
    }
    let mut array = Array::new();
    for item in items {
        let mut item = toml_edit::Value::from(item.as_str());
        item.decor_mut().set_prefix("\n    ");
        array.push_formatted(item);
    }
    if !items.is_empty() {
        array.set_trailing_comma(true);
        array.set_trailing("\n");
    }
    table.insert(key, value(array));
}

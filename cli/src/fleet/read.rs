//! Reports from files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

use super::{Fleet, Project, SCHEMA};
use crate::ecosystem::trouble::Trouble;
use crate::report::json::{self, v1};

/// The projects of a report or of a fleet.
///
/// # Errors
/// The file can't be read, or a [`Trouble`]: it is no report, or of a format that isn't known here.
pub fn read(path: &Path) -> Result<Vec<Project>> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("failed to read `{}`", path.display()))?;
    Ok(parse(path, &text)?)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Project>, Trouble> {
    let shown = path.display();
    let way_out = "write it again: `wasify build --format json=FILE`, or `wasify doctor`";
    let document: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        Trouble::new(format!("`{shown}` is no JSON, or not all of it: {error}")).help(way_out)
    })?;
    let schema = document.get("schema").and_then(serde_json::Value::as_str);
    match schema {
        Some(json::SCHEMA) => {
            let report: v1::Report = of(document, path)?;
            Ok(vec![Project::of(report)])
        }
        Some(SCHEMA) => Ok(of::<Fleet>(document, path)?.projects),
        Some(other)
            if other.starts_with("wasify-report/") || other.starts_with("wasify-fleet/") =>
        {
            Err(Trouble::new(format!(
                "`{shown}` has the format `{other}`, and this wasify knows `{}` and `{SCHEMA}`",
                json::SCHEMA
            ))
            .help("install the newest wasify: a newer one has written this file"))
        }
        _ => Err(Trouble::new(format!("`{shown}` is no report of wasify")).help(way_out)),
    }
}

fn of<T: DeserializeOwned>(document: serde_json::Value, path: &Path) -> Result<T, Trouble> {
    serde_json::from_value(document).map_err(|error| {
        Trouble::new(format!(
            "`{}` is not a whole report: {error}",
            path.display()
        ))
        .help("an older wasify has written it, or it was changed by hand: write it again")
    })
}

//! Fifty published applications: whether a failed build is explained whole, and how much of it is known
//! before.
//!
//! `corpus.toml` says which packages of each don't build. One run of `wasify build` has to name every one
//! of them with the right cause, and nothing that cargo itself doesn't say has failed; `wasify doctor`,
//! which builds nothing, most of them, and nothing in the applications that build.
//!
//! `wasify build --fix=all` then repairs them, as far as it goes: `docs/repaired.md`.
//!
//! Each test run holds two small ones to it. All are held to it, and `docs/corpus.md` is written, by
//!
//! ```sh
//! BLESS=1 cargo test -p wasify --test corpus -- --ignored
//! ```
//!
//! What was built is kept; a run that was interrupted goes on where it was.

// A test may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod examined;
mod golden;
mod http;
mod measured;
mod page;
mod renewed;
mod repaired;
mod repaired_page;
mod resolved;
mod sample;
mod table;
mod timed;
mod websocket;
mod worked;

use std::collections::BTreeMap;

use golden::Golden;
use measured::{Measured, Sums};
use repaired::Row;
use table::Application;

/// Applications that fail soon: one for a rule of one package, one whose cure is an update.
const SMALL: [&str; 2] = ["huniq", "hexyl"];

#[test]
fn a_failed_build_is_explained() {
    let all = table::all();
    let small: Vec<&Application> = all
        .iter()
        .filter(|application| SMALL.contains(&application.name.as_str()))
        .collect();
    assert_eq!(small.len(), SMALL.len());
    let measured: Vec<Measured> = small.into_iter().map(measured::measure).collect();
    hold(&measured);
    // Both are known without a build.
    assert_eq!(Sums::of(&measured).foretold, SMALL.len());
}

#[test]
#[ignore = "builds fifty applications, which takes an hour"]
fn fifty_applications_are_explained() {
    let all = table::all();
    let measured: Vec<Measured> = all.iter().map(measured::measure).collect();
    assert_eq!(measured.len(), 50);
    if std::env::var_os("BLESS").is_some() {
        page::write(&measured);
    }
    hold(&measured);
    let sums = Sums::of(&measured);
    assert!(
        sums.foretold * 100 >= sums.expected * 80,
        "doctor foretells {} of {}",
        sums.foretold,
        sums.expected
    );
}

#[test]
#[ignore = "fetches the sources of fifty applications and all that they depend on"]
fn fifty_applications_are_examined() {
    let all = table::all();
    let meant: Vec<&Application> = all.iter().filter(|it| is_meant(&it.name)).collect();
    let examined: Vec<_> = meant.iter().map(|it| examined::examine(it)).collect();
    if std::env::var_os("BLESS").is_some() && std::env::var_os(ONLY).is_none() {
        assert_eq!(examined.len(), 50);
        examined::write(&examined);
    }
    let pairs = examined.iter().zip(&meant);
    let complaints: Vec<String> = pairs.flat_map(|(it, of)| it.complaints(of)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
#[ignore = "repairs and builds fifty applications, which takes hours"]
fn fifty_applications_are_repaired() {
    let rows = rows(|_| true);
    assert!(rows.len() == 50 || std::env::var_os(ONLY).is_some());
    if std::env::var_os("BLESS").is_some() {
        match std::env::var_os(ONLY) {
            Some(_) => repaired_page::renew(&rows),
            None => repaired_page::write(&table::all(), &rows),
        }
    }
    agree(&rows);
}

/// Those that don't build as they are, twice from nothing.
#[test]
#[ignore = "builds dozens of applications twice from nothing, which takes hours"]
fn the_time_to_a_standing_port() {
    let all = table::all();
    let cured = all.iter().filter(|it| !it.builds() && is_meant(&it.name));
    for times in cured.filter_map(timed::times) {
        println!("{}: {:.2} times the build", times.name, times.ratio());
    }
    if std::env::var_os("BLESS").is_some() {
        repaired_page::renew_times();
    }
    let all = timed::all();
    let median = all[all.len() / 2].ratio();
    assert!(median <= 1.6, "{median:.2} times the build: {all:#?}");
}

#[test]
fn a_repaired_application_works() {
    let rows = rows(|name| name == SMALL[0]);
    assert_eq!(rows.len(), 1);
    for row in &rows {
        assert!(
            row.works(),
            "{}: {:#?} {:#?}",
            row.name,
            row.left,
            row.compared
        );
    }
    agree(&rows);
}

/// The applications with these names, repaired and tried.
fn rows(wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let golden: BTreeMap<String, Golden> = golden::all()
        .into_iter()
        .map(|golden| (golden.name.clone(), golden))
        .collect();
    let all = table::all();
    let all = all
        .iter()
        .filter(|it| wanted(&it.name) && is_meant(&it.name));
    all.map(|application| repaired::row(application, &golden[&application.name]))
        .collect()
}

/// The variable that names the applications to be tried, with commas in between.
const ONLY: &str = "WASIFY_CORPUS_ONLY";

/// Whether this application is among those that the run is about.
fn is_meant(name: &str) -> bool {
    match std::env::var(ONLY) {
        Ok(only) => only.split(',').any(|it| it == name),
        Err(_) => true,
    }
}

fn agree(rows: &[Row]) {
    let complaints: Vec<String> = rows.iter().flat_map(Row::complaints).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Gives every complaint at once.
fn hold(all: &[Measured]) {
    let complaints: Vec<String> = all.iter().flat_map(Measured::complaints).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

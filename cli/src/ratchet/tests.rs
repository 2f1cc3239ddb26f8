//! The ratchet over reports and files.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wasify_lints::finding::{Confidence, Level, Place};

use super::{Baseline, Ratchet, compare, measure, read, write};
use crate::levels::LevelSource;
use crate::report::{Report, sample};

const MIB: u64 = 1 << 20;

/// A report with one program, of which two functions run programs.
fn report() -> Report {
    let mut report = sample::clean();
    let artifact = &mut report.artifacts[0];
    artifact.binary.surface.bytes = MIB;
    let mut finding = sample::finding("std-process-command", Level::Deny);
    finding.package = Some(sample::package("finder", "1.2.0"));
    finding.places = vec![
        place("finder::edit", Level::Deny),
        place("finder::spell", Level::Warn),
    ];
    artifact.findings = crate::report::judged(
        vec![finding, sample::finding("std-temp-dir", Level::Warn)],
        &crate::levels::Levels::default(),
    );
    report
}

fn place(function: &str, level: Level) -> Place {
    Place {
        function: function.to_owned(),
        message: format!("`{function}` runs another program"),
        level,
        confidence: Confidence::Possible,
        location: Some(sample::location("src/main.rs", 7, 1)),
        call_path: Vec::new(),
    }
}

fn baseline() -> Baseline {
    measure(&report(), "dev")
}

/// Everything that is worse and that is better, as it is told.
fn told(report: &mut Report, baseline: &Baseline) -> (Vec<String>, Vec<String>) {
    let ratchet: Ratchet = compare(report, Some(baseline), PathBuf::from("b.toml"));
    let text = |changes: &[super::Change]| -> Vec<String> {
        changes.iter().map(|it| it.what.to_string()).collect()
    };
    let told = (text(&ratchet.worse), text(&ratchet.better));
    report.ratchet = Some(ratchet);
    told
}

#[test]
fn what_was_measured_is_accepted() {
    let mut same = report();
    assert_eq!(told(&mut same, &baseline()), (vec![], vec![]));
    assert!(same.artifacts[0].findings.iter().all(|it| it.accepted));
    assert_eq!(same.status().code(), 0);
    assert_eq!((same.counts().deny, same.counts().accepted), (0, 2));
}

#[test]
fn without_a_baseline_all_but_notes_is_worse() {
    let mut new = report();
    let note = sample::finding("std-process-id", Level::Note);
    let notes = crate::report::judged(vec![note], &crate::levels::Levels::default());
    new.artifacts[0].findings.extend(notes);
    let ratchet = compare(&mut new, None, PathBuf::new());
    assert!(!ratchet.there);
    assert_eq!(ratchet.worse.len(), 3);
    let note = new.artifacts[0].findings.last().unwrap();
    assert!(!note.accepted && note.level == Level::Note);
}

#[test]
fn a_new_place_is_told_of_alone() {
    let mut was = baseline();
    let accepted = &mut was.artifacts.get_mut("finder").unwrap().findings[0];
    assert_eq!(accepted.rule, "std-process-command");
    accepted.places.retain(|place| place != "finder::spell");
    let mut is = report();
    let (worse, better) = told(&mut is, &was);
    assert_eq!(
        worse,
        ["warning std-process-command of `finder` in `finder::spell`"]
    );
    assert!(better.is_empty());
    let told = is.artifacts[0].findings.iter().find(|it| !it.accepted);
    let told = told.unwrap();
    // As it is at this place, and not where it is worst.
    assert_eq!(told.level, Level::Warn);
    assert_eq!(told.finding.message, "`finder::spell` runs another program");
    assert_eq!(told.finding.more_places, 0);
    assert_eq!(is.status().code(), 1);
}

#[test]
fn flags_set_the_level_of_every_place() {
    let mut was = baseline();
    was.artifacts.get_mut("finder").unwrap().findings[0]
        .places
        .retain(|place| place != "finder::spell");
    let mut is = report();
    for judged in &mut is.artifacts[0].findings {
        judged.because = LevelSource::Flag("-W std".to_owned());
        judged.level = Level::Note;
    }
    assert_eq!(told(&mut is, &was).0, Vec::<String>::new());
}

#[test]
fn a_higher_level_is_worse_and_a_lower_one_better() {
    let mut was = baseline();
    let temp_dir = &mut was.artifacts.get_mut("finder").unwrap().findings[1];
    temp_dir.level = Level::Note;
    let (worse, _) = told(&mut report(), &was);
    assert_eq!(worse, ["std-temp-dir: warning, was note"]);
    was.artifacts.get_mut("finder").unwrap().findings[1].level = Level::Deny;
    let (worse, better) = told(&mut report(), &was);
    assert!(worse.is_empty());
    assert_eq!(better, ["std-temp-dir: warning, was error"]);
}

#[test]
fn what_is_gone_is_better() {
    let mut is = report();
    is.artifacts[0]
        .findings
        .retain(|it| it.finding.rule != "std-temp-dir");
    is.artifacts[0].findings[0].finding.places.pop();
    let (worse, better) = told(&mut is, &baseline());
    assert!(worse.is_empty());
    assert_eq!(
        better,
        [
            "warning std-temp-dir",
            "error std-process-command of `finder` in `finder::spell`"
        ]
        .map(str::to_owned)
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
    );
}

#[test]
fn imports_versions_and_sizes_count_in_both_directions() {
    let was = baseline();
    let mut is = report();
    let surface = &mut is.artifacts[0].binary.surface;
    let gone = surface.imports.remove(0).name;
    let mut import = surface.imports[0].clone();
    import.name = "wasi:keyvalue/store".to_owned();
    surface.imports.push(import);
    surface.wasi = Some("0.2.10".to_owned());
    surface.bytes = MIB + MIB / 10;
    let (worse, better) = told(&mut is, &was);
    let before = was.artifacts["finder"].wasi.clone().unwrap();
    assert_eq!(
        worse,
        [
            "import wasi:keyvalue/store".to_owned(),
            format!("WASI 0.2.10, was WASI {before}"),
            "1.1 MB, was 1.0 MB (+10.0 %)".to_owned()
        ]
    );
    assert_eq!(better, [format!("import {gone}")]);
    // Within the tolerance, and the other way around.
    let mut is = report();
    is.artifacts[0].binary.surface.bytes = MIB + MIB / 25;
    assert_eq!(told(&mut is, &was), (vec![], vec![]));
    is.artifacts[0].binary.surface.bytes = MIB / 2;
    assert_eq!(told(&mut is, &was).1.len(), 1);
}

fn scratch() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(super::FILE);
    (folder, file)
}

#[test]
fn what_is_written_is_read_again() {
    let (_folder, file) = scratch();
    assert_eq!(read(&file).unwrap(), None);
    assert!(write(&file, &baseline(), true).unwrap());
    assert_eq!(read(&file).unwrap(), Some(baseline()));
    assert!(!write(&file, &baseline(), true).unwrap());
}

#[test]
fn the_owners_words_and_sizes_within_the_tolerance_stay() {
    let (_folder, file) = scratch();
    write(&file, &baseline(), true).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let text = text
        .replace(
            "size-tolerance = \"5%\"",
            "size-tolerance = \"10 %\" # slow CI",
        )
        .replace(
            "rule = \"std-temp-dir\"",
            "# Only with --cache.\nrule = \"std-temp-dir\"\nreason = \"see #12\"",
        );
    fs::write(&file, &text).unwrap();
    let mut is = report();
    is.artifacts[0].binary.surface.bytes = MIB + MIB / 20;
    assert!(!write(&file, &measure(&is, "dev"), true).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    is.artifacts[0].binary.surface.bytes = 2 * MIB;
    is.artifacts[0].findings[0].finding.places.pop();
    assert!(write(&file, &measure(&is, "dev"), true).unwrap());
    let expected = text
        .replace("bytes = 1048576", "bytes = 2097152")
        .replace("    \"finder::spell\",\n", "");
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
}

#[test]
fn what_was_not_built_stays_unless_all_was() {
    let (_folder, file) = scratch();
    write(&file, &baseline(), true).unwrap();
    let mut other = report();
    other.artifacts[0].name = "other".to_owned();
    let ratchet = compare(&mut other, read(&file).unwrap().as_ref(), file.clone());
    assert_eq!(ratchet.not_built, ["finder"]);
    let names = |file: &Path| -> Vec<String> {
        let baseline = read(file).unwrap().unwrap();
        baseline.artifacts.into_keys().collect()
    };
    write(&file, &measure(&other, "dev"), false).unwrap();
    assert_eq!(names(&file), ["finder", "other"]);
    write(&file, &measure(&other, "dev"), true).unwrap();
    assert_eq!(names(&file), ["other"]);
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_the_way_out() {
    let (_folder, file) = scratch();
    for (text, expected) in [
        (
            "version = 2\nnew = 1",
            "has version 2, and this wasify knows version 1",
        ),
        ("version = 2", "install the newest wasify"),
        (
            "version = 1\nprofile = \"dev\"\nprofil = 1",
            ":3: unknown field `profil`",
        ),
        ("version = 1\nprofile = \"dev\"\n[[", ":3: "),
        ("profile = \"dev\"", "missing field `version`"),
        (
            "version = 1\nprofile = \"dev\"\nsize-tolerance = \"big\"",
            "`big` is no size tolerance",
        ),
        (
            "version = 1\nprofile = \"dev\"\n[[build]]\nrule = \"x\"\nlevel = \"loud\"",
            ":5: unknown variant `loud`",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let error = read(&file).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(error.contains("\nhelp: "), "{error}");
        // And nothing is written over it.
        assert!(write(&file, &baseline(), true).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

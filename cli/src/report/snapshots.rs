//! Snapshots of all renderers over the shared sample; `BLESS=1 cargo test` writes them.

use std::path::Path;

use anstream::adapter::strip_str;

use super::human::{self, Look};
use super::{Report, Sources, github, gitlab, json, junit, markdown, sample, sarif};

/// Compares with the file of this name, or writes it.
fn compare(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/report/snapshots")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} differs (BLESS=1 writes it)\n--- expected\n{expected}\n--- actual\n{actual}"
    );
}

fn look(width: usize, verbose: bool) -> Look {
    Look {
        width,
        verbose,
        wrap_titles: width < 100,
        sources: Sources::of(&sample::root(), &sample::root()),
    }
}

fn human(name: &str, report: &Report, write: fn(&Report, &Look) -> String) {
    for width in [80, 120] {
        let text = write(report, &look(width, false));
        compare(
            &format!("{name}-{width}.txt"),
            &strip_str(&text).to_string(),
        );
    }
}

#[test]
fn human_reports() {
    human("found", &sample::found(), human::build);
    human("ratcheted", &sample::ratcheted(), human::build);
    human("several", &sample::several(), human::build);
    human("clean", &sample::clean(), human::build);
    human("failed", &sample::failed(), human::build);
    human("surveyed", &sample::surveyed(), human::doctor);
    human("healthy", &sample::healthy(), human::doctor);
    human("not-started", &sample::not_started(), human::build);
    human("inspect", &sample::clean(), human::inspect);
    human("hosts", &sample::hosts(), human::build);
}

#[test]
fn verbose_reports() {
    for (name, write) in [
        ("found", human::build as fn(&Report, &Look) -> String),
        ("inspect", human::inspect),
    ] {
        let text = write(&sample::found(), &look(100, true));
        compare(
            &format!("{name}-verbose.txt"),
            &strip_str(&text).to_string(),
        );
    }
}

#[test]
fn a_verbose_letter() {
    let text = human::doctor(&sample::surveyed(), &look(100, true));
    compare("surveyed-verbose.txt", &strip_str(&text).to_string());
}

#[test]
fn coloured_reports() {
    for (name, report) in [("found", sample::found()), ("failed", sample::failed())] {
        let text =
            human::build(&report, &look(80, false)) + &human::inspect(&report, &look(80, false));
        // So that the codes can be read, and an editor changes nothing.
        compare(
            &format!("{name}-colour.txt"),
            &text.replace('\u{1b}', "ESC"),
        );
    }
}

#[test]
fn what_can_be_wrapped_is() {
    for report in [sample::several(), sample::failed()] {
        let look = look(80, false);
        let text = human::build(&report, &look) + &human::inspect(&report, &look);
        for line in strip_str(&text).to_string().lines() {
            // Titles and commands stay in one line, to be searched for and copied.
            let whole = line.contains(": `") || line.contains("can't") || line.contains(".wasm");
            assert!(
                whole || line.contains("not compile:") || line.chars().count() <= 80,
                "{line}"
            );
        }
    }
}

#[test]
fn nothing_of_a_foreign_file_reaches_the_terminal_as_a_command() {
    for text in [
        human::build(&sample::found(), &look(80, true)),
        human::doctor(&sample::surveyed(), &look(80, true)),
    ] {
        assert!(!text.contains("\u{1b}[2J"), "{text}");
        assert!(text.contains("evil"));
    }
}

#[test]
fn json_reports() {
    for (name, report) in reports() {
        // The root is a path of this machine.
        let root = sample::root().display().to_string();
        let text = json::render(&report).unwrap().replace(&root, "<root>");
        compare(&format!("{name}.json"), &text);
    }
}

#[test]
fn sarif_reports() {
    for (name, report) in reports() {
        compare(&format!("{name}.sarif"), &sarif::render(&report).unwrap());
    }
}

#[test]
fn text_reports_for_services() {
    for (name, report) in reports() {
        compare(&format!("{name}.github"), &github::render(&report));
        compare(
            &format!("{name}.gitlab.json"),
            &gitlab::render(&report).unwrap(),
        );
        compare(&format!("{name}.junit.xml"), &junit::render(&report));
        compare(&format!("{name}.md"), &markdown::render(&report));
    }
}

fn reports() -> [(&'static str, Report); 9] {
    [
        ("found", sample::found()),
        ("several", sample::several()),
        ("clean", sample::clean()),
        ("failed", sample::failed()),
        ("not-started", sample::not_started()),
        ("hosts", sample::hosts()),
        ("surveyed", sample::surveyed()),
        ("healthy", sample::healthy()),
        ("ratcheted", sample::ratcheted()),
    ]
}

#[test]
fn the_published_schema_is_the_one_of_the_structs() {
    let schema = serde_json::to_string_pretty(&json::schema()).unwrap() + "\n";
    compare("../../../schema/wasify-report-1.schema.json", &schema);
}

#[test]
fn the_published_schema_of_fleets_is_the_one_of_the_structs() {
    let schema = serde_json::to_string_pretty(&crate::fleet::Fleet::json_schema()).unwrap() + "\n";
    compare("../../../schema/wasify-fleet-1.schema.json", &schema);
}

/// What is written is read again, without a loss.
#[test]
fn fleets() {
    use crate::fleet::{Fleet, Project, render};
    let mut projects: Vec<Project> = reports()
        .into_iter()
        .map(|(name, report)| Project {
            name: name.to_owned(),
            root: format!("/src/{name}"),
            ..Project::of(json::document(&report))
        })
        .collect();
    projects.push(Project {
        name: "unreadable".to_owned(),
        root: "/src/unreadable".to_owned(),
        report: None,
        error: Some("failed to parse `/src/unreadable/Cargo.toml`".to_owned()),
    });
    let fleet = Fleet::new(projects, Some("2/8".to_owned()));
    for width in [80, 120] {
        let text = strip_str(&human::fleet(&fleet, width)).to_string();
        compare(&format!("fleet-{width}.txt"), &text);
    }
    compare("fleet.html", &crate::report::html::page(&fleet.projects));
    let again: Fleet = serde_json::from_str(&render(&fleet).unwrap()).unwrap();
    assert_eq!(again, fleet);
}

#[test]
fn reports_follow_the_published_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/wasify-report-1.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, report) in reports() {
        let document = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let mut broken: serde_json::Value =
        serde_json::from_str(&json::render(&sample::found()).unwrap()).unwrap();
    broken["findings"][0]["level"] = "loud".into();
    assert!(!validator.is_valid(&broken));
}

#[test]
fn exit_codes() {
    let codes: Vec<u8> = reports()
        .iter()
        .map(|(_, report)| report.status().code())
        .collect();
    assert_eq!(codes, [1, 1, 0, 1, 1, 1, 1, 0, 1]);
}

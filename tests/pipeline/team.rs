//! A team's day: what `wasify init` wrote is carried out, step for step.

use std::path::Path;

use serde_json::Value;

use crate::linted::python_tools;
use crate::project::{Project, Ran, program};

const BASELINE: &str = "wasify-baseline.toml";
const WORKFLOW: &str = ".github/workflows/wasify.yml";
/// Prints how long files are.
const MORNING: &str = "fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        println!(\"{}\", text.len());
    }
}
";
/// What it does with a file's text later in the day.
const SAY: &str = "
fn say(text: &str) {
    let said = std::process::Command::new(\"say\").arg(text).status();
    println!(\"{}\", said.is_ok());
}
";
/// Prints a YAML file as JSON.
const TO_JSON: &str = "import json, sys\nfrom ruamel.yaml import YAML\n\
                       print(json.dumps(YAML(typ='safe').load(open(sys.argv[1]))))";

/// The commands of a workflow's only job, in order.
fn steps(workflow: &Path) -> Vec<String> {
    let output = program(python_tools().join("python"))
        .args(["-c", TO_JSON])
        .arg(workflow)
        .output()
        .unwrap();
    let workflow: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = workflow["jobs"]["wasify"]["steps"].as_array().unwrap();
    steps
        .iter()
        .filter_map(|step| step["run"].as_str().map(str::to_owned))
        .collect()
}

/// Runs a command as CI does, with wasify on the path, as an earlier step has left it.
fn in_ci(project: &Project, shell: &[&str]) -> Ran {
    let wasify = Path::new(env!("CARGO_BIN_EXE_wasify")).parent().unwrap();
    let mut path = vec![wasify.to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    Ran::of(
        program(shell[0])
            .args(&shell[1..])
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("WASIFY_VERSION", env!("CARGO_PKG_VERSION"))
            .env("GITHUB_ACTIONS", "true")
            .env_remove("CARGO_TARGET_DIR")
            .env("GITHUB_STEP_SUMMARY", project.path("target/summary.md"))
            .current_dir(project.root())
            .output()
            .unwrap(),
    )
}

/// What the steps leave, up to the first that fails.
fn workflow(project: &Project) -> Vec<Ran> {
    let mut all = Vec::new();
    for step in steps(&project.path(WORKFLOW)) {
        let ran = in_ci(project, &["bash", "-e", "-c", &step]);
        let failed = ran.code != Some(0);
        all.push(ran);
        if failed {
            break;
        }
    }
    all
}

fn line_of(project: &Project, file: &str, part: &str) -> usize {
    let text = project.text(file);
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn a_teams_day() {
    let project = Project::new();
    // A fresh project: nothing is wrong with it yet.
    project.write("src/main.rs", MORNING);
    for file in ["edit", "lock", "search"] {
        std::fs::remove_file(project.path(&format!("src/{file}.rs"))).unwrap();
    }
    let ran = project.wasify("init --ci github");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    project.commit("CI");
    let morning = workflow(&project);
    assert_eq!(morning.len(), 3, "{morning:?}");
    assert!(
        morning.iter().all(|step| step.code == Some(0)),
        "{morning:?}"
    );
    assert!(
        project
            .path("target/wasm32-wasip2/release/notes.wasm")
            .exists()
    );
    assert!(project.path("wasify.sarif").exists());
    project.wasify("build --release --write-baseline");
    project.git(&["add", BASELINE]);
    project.git(&["commit", "-q", "-m", "what there is"]);

    // Somebody starts a program.
    project.edit("src/main.rs", "println!(\"{}\", text.len())", "say(&text)");
    project.write("src/main.rs", &(project.text("src/main.rs") + SAY));
    let noon = workflow(&project);
    assert_eq!(noon.len(), 2, "{noon:?}");
    assert_eq!(noon[1].code, Some(1));
    let line = line_of(&project, "src/main.rs", "Command::new");
    let annotation = format!("file=src/main.rs,line={line},");
    let told = |line: &str| line.starts_with("::") && line.contains(&annotation);
    assert!(noon[1].stdout.lines().any(told), "{}", noon[1].stdout);
    let summary = project.text("target/summary.md");
    assert!(summary.contains("std-process-command"), "{summary}");

    // It is meant, and so it is accepted.
    project.wasify("build --release --write-baseline");
    let changed = project.changed(BASELINE);
    let (findings, size): (Vec<&String>, Vec<&String>) =
        changed.iter().partition(|line| !line.contains("bytes = "));
    assert_eq!(
        findings,
        [
            "+",
            "+[[artifacts.notes.findings]]",
            "+rule = \"std-process-command\"",
            "+package = \"notes\"",
            "+level = \"warn\"",
            "+places = [",
            "+    \"src/main.rs: say\",",
            "+]",
        ]
    );
    // The program has grown by half.
    assert!(size.len() == 2 || size.is_empty(), "{size:?}");
    let evening = workflow(&project);
    assert!(
        evening.iter().all(|step| step.code == Some(0)),
        "{evening:?}"
    );
}

#[test]
fn the_script_for_any_ci() {
    let project = Project::new();
    assert_eq!(project.wasify("init --ci generic").code, Some(0));
    project.wasify("build --release --write-baseline");
    let script = &["sh", "ci/wasify.sh"];
    let green = in_ci(&project, script);
    assert_eq!(green.code, Some(0), "{}{}", green.stdout, green.stderr);
    for file in ["notes.wasm", "wasify.sarif", "wasify.xml"] {
        assert!(project.path("wasify-out").join(file).exists(), "{file}");
    }
    project.add_spelling();
    let red = in_ci(&project, script);
    assert_eq!(red.code, Some(1), "{}{}", red.stdout, red.stderr);
    let line = line_of(&project, "src/edit.rs", "aspell");
    assert!(
        red.stdout.contains(&format!("--> src/edit.rs:{line}:")),
        "{}",
        red.stdout
    );
    let sarif: Value = serde_json::from_str(&project.text("wasify-out/wasify.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let at =
        |result: &&Value| result["locations"][0]["physicalLocation"]["region"]["startLine"] == line;
    assert!(results.iter().any(|result| at(&result)), "{results:#?}");
    project.wasify("build --release --write-baseline");
    assert_eq!(in_ci(&project, script).code, Some(0));
}

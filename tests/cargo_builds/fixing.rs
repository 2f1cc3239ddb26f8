//! `wasify build --fix`: what is changed, what is noted, and that nothing else is touched.

use std::fs;
use std::path::Path;
use std::process::Output;

use wasify::fix::diff::{self, Edited};

use crate::common::{program, project, target_dir};

/// A program that needs `home`, which has no code for WASI, and an old `url`, of which a later version has.
const MANIFEST: &str =
    "version = \"0.1.0\" # mine\n\n[dependencies]\nhome   = '0.5.9'\nurl = \"2.5\"\n";
const MAIN: &str = "fn main() {\n    let url = url::Url::parse(\"http://x/y\").unwrap();\n    \
                    println!(\"{:?} {}\", home::home_dir(), url.path());\n}\n";

fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    project(scratch.path(), MANIFEST, "main.rs", MAIN);
    for words in [
        "generate-lockfile",
        "update home --precise 0.5.9",
        "update url --precise 2.5.0",
    ] {
        plain(scratch.path(), words);
    }
    scratch
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
pub(super) fn plain(folder: &Path, words: &str) {
    let status = std::process::Command::new(env!("CARGO"))
        .args(words.split(' '))
        .current_dir(folder)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "cargo {words}");
}

fn wasify(folder: &Path, words: &[&str]) -> Output {
    program(["build"])
        .args(words)
        .arg("--target-dir")
        .arg(target_dir("fixing"))
        .current_dir(folder)
        .output()
        .expect("wasify starts")
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_default()
}

#[test]
fn it_stands_is_noted_and_stays_as_it_is() {
    let scratch = scratch();
    let folder = scratch.path();
    let (manifest, lock) = (text(folder, "Cargo.toml"), text(folder, "Cargo.lock"));
    assert!(
        lock.contains("name = \"url\"\nversion = \"2.5.0\""),
        "{lock}"
    );

    // What is planned is what is done, and planning does nothing.
    let planned = wasify(folder, &["--fix", "--dry-run"]);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(planned.contains("(home-no-wasi)"), "{planned}");
    assert!(planned.contains("cargo update url --precise"), "{planned}");
    assert_eq!(text(folder, "Cargo.lock"), lock);
    assert_eq!(text(folder, "wasify.toml"), "");

    let fixed = wasify(folder, &["--fix"]);
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(0), "{said}");
    assert!(said.contains("Fixed `home`: its port"), "{said}");
    let noted = text(folder, "wasify.toml");
    assert!(
        noted.contains("{ name = \"home\", for = \"home-no-wasi\" }"),
        "{noted}"
    );
    assert!(
        noted.contains("name = \"url\", from = \"2.5.0\""),
        "{noted}"
    );
    assert_eq!(text(folder, "Cargo.toml"), manifest);
    let locked = text(folder, "Cargo.lock");
    assert!(!locked.contains("version = \"2.5.0\""), "{locked}");
    let report = String::from_utf8_lossy(&fixed.stdout).into_owned();
    assert!(report.contains("Ported home 0.5.9"), "{report}");

    // A later build goes by what was noted, and there is nothing left to change.
    let again = wasify(folder, &["--fix"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(wasify(folder, &[]).status.code(), Some(0));
    assert_eq!(text(folder, "wasify.toml"), noted);
    assert_eq!(text(folder, "Cargo.lock"), locked);
}

#[cfg(unix)]
#[test]
fn a_read_only_manifest_keeps_nothing_from_being_fixed_and_stays_read_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = folder.join("Cargo.toml");
    let before = text(folder, "Cargo.toml");
    fs::set_permissions(&manifest, fs::Permissions::from_mode(0o444)).expect("set");
    let fixed = wasify(folder, &["--fix"]);
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(0), "{said}");
    assert!(text(folder, "wasify.toml").contains("home-no-wasi"));
    assert_eq!(text(folder, "Cargo.toml"), before);
    let mode = fs::metadata(&manifest).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o444);
}

/// Root may write anywhere: wasify, as somebody who may not.
#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "it starts wasify with fewer rights"
)]
fn bound(folder: &Path, words: &[&str]) -> Output {
    let wasify = program([]).get_program().to_owned();
    let may_write = fs::write(folder.join("tried"), "").is_ok();
    let mut command = if may_write {
        fs::remove_file(folder.join("tried")).expect("removed");
        let mut command = std::process::Command::new("setpriv");
        command.args([
            "--bounding-set",
            "-dac_override",
            "--inh-caps",
            "-dac_override",
        ]);
        command.arg(wasify);
        command
    } else {
        std::process::Command::new(wasify)
    };
    command
        .arg("build")
        .args(words)
        .arg("--target-dir")
        .arg(target_dir("fixing"))
        .current_dir(folder)
        .output()
        .expect("it starts")
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_project_is_named_and_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = scratch();
    let folder = scratch.path();
    let (manifest, lock) = (text(folder, "Cargo.toml"), text(folder, "Cargo.lock"));
    let to = |mode| {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("set");
    };
    to(0o555);
    // Here cargo can still write into the lock file, and what it wrote has to go back.
    let planned = bound(folder, &["--fix", "--dry-run"]);
    let fixed = bound(folder, &["--fix"]);
    to(0o755);
    let plan = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert_eq!(planned.status.code(), Some(0), "{plan}");
    assert!(plan.contains("cargo update url --precise"), "{plan}");
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(2), "{said}");
    let noted = folder.join("wasify.toml");
    assert!(
        said.contains(&format!("`{}`, where", noted.display())),
        "{said}"
    );
    assert!(said.contains("Permission denied"), "{said}");
    assert!(
        !said.contains("Compiling"),
        "before anything was built: {said}"
    );
    assert_eq!(text(folder, "Cargo.toml"), manifest);
    assert_eq!(text(folder, "Cargo.lock"), lock);
    assert!(!folder.join("wasify.toml").exists());
    let left = fs::read_dir(folder).expect("there").count();
    assert_eq!(left, 3, "the manifest, the lock file and the sources");
}

/// What was not committed is the user's, and there afterwards to the byte.
#[test]
fn a_dirty_work_tree_keeps_what_is_in_it() {
    let scratch = scratch();
    let folder = scratch.path();
    git(folder, &["init", "-q"]);
    fs::write(folder.join(".gitignore"), "/target\n").expect("written");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "as it was"]);
    let manifest = format!("{}# a change of mine\n", text(folder, "Cargo.toml"));
    fs::write(folder.join("Cargo.toml"), &manifest).expect("written");
    let source = format!("{}// and another\n", text(folder, "src/main.rs"));
    fs::write(folder.join("src/main.rs"), &source).expect("written");
    fs::write(folder.join("notes"), "nobody's\n").expect("written");
    plain(folder, "update url --precise 2.5.2");
    git(folder, &["add", "src/main.rs"]);

    let fixed = wasify(folder, &["--fix"]);
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(0), "{said}");
    let mine = [
        ("Cargo.toml", manifest),
        ("src/main.rs", source),
        ("notes", "nobody's\n".to_owned()),
    ];
    for (file, content) in mine {
        assert_eq!(text(folder, file), content, "{file}");
    }
    let status = git(folder, &["status", "--porcelain"]);
    let status: Vec<&str> = status.lines().collect();
    assert_eq!(
        status,
        [
            " M Cargo.lock",
            " M Cargo.toml",
            "M  src/main.rs",
            "?? notes",
            "?? wasify.toml"
        ]
    );
    // Of the lock file only what had to change, beside the user's own update.
    let lock = git(folder, &["diff", "-U0", "Cargo.lock"]);
    let versions = lock
        .lines()
        .filter(|line| line.starts_with("-version") || line.starts_with("+version"));
    let changed: Vec<&str> = versions.collect();
    assert!(changed.contains(&"-version = \"2.5.0\""), "{lock}");
    assert!(
        !changed.iter().any(|line| line.contains("0.5.9")),
        "home stays: {lock}"
    );
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn git(folder: &Path, words: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(words)
        .current_dir(folder)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "git {words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("git speaks UTF-8")
}

#[test]
fn what_does_not_help_is_undone() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    // The program itself is what fails, and nobody can mend that with a flag.
    let main =
        "use std::os::unix::fs::MetadataExt;\nfn main() { let _ = url::Url::parse(\"x\"); }\n";
    project(
        folder,
        "version = \"0.1.0\"\n\n[dependencies]\nurl = \"2.5\"\n",
        "main.rs",
        main,
    );
    plain(folder, "generate-lockfile");
    // An update of this is tried, and helps nobody.
    plain(folder, "update url --precise 2.5.0");
    let lock = text(folder, "Cargo.lock");
    let fixed = wasify(folder, &["--fix=all"]);
    assert_eq!(fixed.status.code(), Some(1));
    let report = String::from_utf8_lossy(&fixed.stdout).into_owned();
    assert!(report.contains("#[cfg(target_os = \"wasi\")]"), "{report}");
    assert_eq!(text(folder, "Cargo.lock"), lock);
    assert!(!folder.join("wasify.toml").exists());
    assert_eq!(text(folder, "src/main.rs"), main);
}

#[test]
fn a_wrong_flag_in_the_file_is_told_with_its_line() {
    let scratch = scratch();
    fs::write(scratch.path().join("wasify.toml"), "[rust]\n\nport = []\n").expect("written");
    for words in [&["--fix"][..], &[]] {
        let refused = wasify(scratch.path(), words);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(
            said.contains("wasify.toml:3: there is no key `port`"),
            "{said}"
        );
        assert!(said.contains("did you mean `ports`?"), "{said}");
    }
}

/// The files of a project that `--fix` may change, and the manifest, which it may not.
fn state(folder: &Path) -> [String; 3] {
    ["Cargo.toml", "Cargo.lock", "wasify.toml"].map(|file| text(folder, file))
}

fn put(folder: &Path, state: &[String; 3]) {
    for (file, content) in ["Cargo.toml", "Cargo.lock", "wasify.toml"]
        .iter()
        .zip(state)
    {
        let path = folder.join(file);
        if content.is_empty() {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, content).expect("written");
        }
    }
}

#[test]
fn what_a_dry_run_prints_is_what_is_done() {
    let scratch = scratch();
    let folder = scratch.path();
    let settings = "# mine\n[permissions]\ndirs = [ \"data:ro\" ]   # odd\n";
    fs::write(folder.join("wasify.toml"), settings).expect("written");
    let before = state(folder);
    let planned = wasify(folder, &["--fix", "--dry-run"]);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert_eq!(state(folder), before);
    assert_eq!(wasify(folder, &["--fix"]).status.code(), Some(0));
    let after = state(folder);
    assert!(after[2].starts_with(settings), "{}", after[2]);
    let edited = |file: usize, path: &str| Edited {
        path: path.to_owned(),
        before: Some(before[file].clone()),
        after: after[file].clone(),
    };
    let edits = [edited(1, "Cargo.lock"), edited(2, "wasify.toml")];
    let expected = diff::render(&edits);
    assert!(expected.contains("-version = \"2.5.0\""), "{expected}");
    assert!(planned.contains(&expected), "{planned}\n\n{expected}");
    // There is nothing left to change, and nothing is planned.
    let again = wasify(folder, &["--fix", "--dry-run"]);
    let again = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(!again.contains("diff --git"), "{again}");
}

#[test]
fn the_flags_of_a_member_are_noted_at_the_workspace() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let root = scratch.path();
    let manifest = "[workspace]\nresolver = \"2\"\nmembers = ['app'] # one\n\n\
                    [workspace.dependencies]\nhome   = '=0.5.9'\n";
    let inherited = "[package]\nname = \"app\"\nedition = \"2021\"\n\n\
                     [dependencies]\nhome = { workspace=true }\n";
    let main = "fn main() { println!(\"{:?}\", home::home_dir()); }\n";
    let app = root.join("app");
    fs::create_dir_all(app.join("src")).expect("created");
    for (file, content) in [
        ("Cargo.toml", manifest),
        ("app/Cargo.toml", inherited),
        ("app/src/main.rs", main),
    ] {
        fs::write(root.join(file), content).expect("written");
    }
    let of_member = text(&app, "Cargo.toml");
    let fixed = wasify(&app, &["--fix"]);
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(0), "{said}");
    assert!(text(root, "wasify.toml").contains("name = \"home\""));
    assert!(!app.join("wasify.toml").exists());
    assert_eq!(text(root, "Cargo.toml"), manifest);
    assert_eq!(text(&app, "Cargo.toml"), of_member);
    for folder in [root, &app] {
        let built = wasify(folder, &[]);
        assert_eq!(built.status.code(), Some(0), "{}", folder.display());
    }
}

/// Kills wasify and what it has started, at ten moments of its work. Whoever uses the project next finds it
/// as it was before or as it is afterwards.
#[cfg(unix)]
#[test]
fn a_killed_fix_leaves_nothing_in_between() {
    use std::os::unix::process::CommandExt as _;
    let scratch = scratch();
    let folder = scratch.path();
    let before = state(folder);
    assert_eq!(wasify(folder, &["--fix"]).status.code(), Some(0));
    let after = state(folder);
    put(folder, &before);
    let begun = std::time::Instant::now();
    assert_eq!(wasify(folder, &["--fix"]).status.code(), Some(0));
    let whole = begun.elapsed();
    let mut seen = [0, 0];
    for moment in 0..10 {
        put(folder, &before);
        let mut command = program(["build", "--fix", "--quiet", "--target-dir"]);
        command.arg(target_dir("fixing")).current_dir(folder);
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let mut child = command.process_group(0).spawn().expect("wasify starts");
        std::thread::sleep(whole * (2 * moment + 1) / 20);
        kill_group(child.id());
        child.wait().expect("it ends");
        // The next command, whatever it is, puts right what has to be.
        let next = program(["build", "--dry-run"]).current_dir(folder).output();
        let next = next.expect("wasify starts");
        let said = String::from_utf8_lossy(&next.stderr).into_owned();
        assert_eq!(next.status.code(), Some(0), "{said}");
        let now = state(folder);
        assert!(
            now == before || now == after,
            "at {moment}: {now:#?} {said}"
        );
        seen[usize::from(now == after)] += 1;
    }
    println!(
        "ten times killed: {} as before, {} as after",
        seen[0], seen[1]
    );
    // Some are killed before it has decided, or the moments are none.
    assert!(seen[0] > 0, "{seen:?}");
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "std sends no signals")]
fn kill_group(id: u32) {
    let group = format!("-{id}");
    let mut kill = std::process::Command::new("kill");
    // One that has ended already is no failure.
    let _ = kill.args(["-KILL", "--", &group]).status();
}

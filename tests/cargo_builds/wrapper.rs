//! Flags of single crates: what they change, when they make a crate stale, and what they leave alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasify::execute::shim::{self, CrateFlags, Opened, Ported};
use wasify::execute::{self, Output};
use wasify::plan::Invocation;

use crate::common::around;

const TARGET: &str = "wasm32-wasip2";
/// Another content, as a port's new version has it.
const OTHER_HOME: &str = "/other";

/// A package `app` in a scratch folder.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(dependencies: &str, main: &str) -> Project {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let project = Project { folder };
        let manifest = format!(
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n{dependencies}"
        );
        project.write("Cargo.toml", &manifest);
        project.write("src/main.rs", main);
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("it has one")).expect("created");
        fs::write(&path, text).expect("written");
        path
    }

    /// A library that is a constant.
    fn library(&self, directory: &str, (name, version): (&str, &str), text: &str) {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n");
        self.write(&format!("{directory}/Cargo.toml"), &manifest);
        self.text(directory, text);
    }

    fn text(&self, directory: &str, text: &str) {
        let source = format!("pub const TEXT: &str = \"{text}\";\n");
        self.write(&format!("{directory}/src/lib.rs"), &source);
    }

    fn plain(&self, command: &str) -> Invocation {
        let _ = around();
        let mut cargo = Invocation::new(env!("CARGO"))
            .cwd(self.folder.path())
            .args([command, "--target", TARGET, "--keep-going"])
            .env("CARGO_TARGET_DIR", self.path("target"));
        cargo.env.insert("RUSTC_WRAPPER".into(), None);
        cargo
    }

    fn with(&self, command: &str, flags: &CrateFlags, wrapper: Option<PathBuf>) -> Invocation {
        shim::forget(flags, &self.path("target")).expect("its files can be read");
        let cargo = self.plain(command);
        shim::installed(cargo, &around().executable, wrapper, flags).expect("told")
    }

    /// `cargo build` with flags.
    fn build(&self, flags: &CrateFlags) -> Output {
        ran(&self.with("build", flags, None))
    }

    /// The source of a package that the project depends on.
    fn source_of(&self, name: &str) -> PathBuf {
        let metadata = Invocation::new(env!("CARGO"))
            .cwd(self.folder.path())
            .args(["metadata", "--format-version=1"]);
        let metadata: Value = serde_json::from_str(&ran(&metadata).stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("a list");
        let package = packages.iter().find(|package| package["name"] == name);
        let manifest = package.expect("it is one")["manifest_path"].as_str();
        let manifest = Path::new(manifest.expect("a path"));
        manifest.parent().expect("it has one").to_owned()
    }

    /// Whether the program has a text in it.
    fn program_has(&self, text: &str) -> bool {
        let program = self.path("target").join(TARGET).join("debug/app.wasm");
        let program = fs::read(program).expect("it was built");
        program.windows(text.len()).any(|at| at == text.as_bytes())
    }
}

fn ran(invocation: &Invocation) -> Output {
    execute::capture(invocation).expect("it starts")
}

/// The packages that were compiled, or would have been.
fn compiled(output: &Output) -> Vec<&str> {
    let words = output.stderr.lines().map(str::split_whitespace);
    let mut names: Vec<&str> = words
        .filter_map(|mut words| match words.next()? {
            "Compiling" | "Checking" => words.next(),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names
}

fn opened(package: &str, features: &[&str]) -> Opened {
    Opened {
        package: package.to_owned(),
        version: None,
        features: features.iter().map(ToString::to_string).collect(),
    }
}

fn port(package: &str, version: &str, directory: PathBuf) -> CrateFlags {
    let ported = Ported {
        package: package.to_owned(),
        version: version.to_owned(),
        directory,
        build_script: false,
    };
    CrateFlags {
        open: Vec::new(),
        ports: vec![ported],
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for entry in fs::read_dir(from).expect("readable").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::write(to, fs::read(entry.path()).expect("readable")).expect("written");
        }
    }
}

/// A project that depends on `home`, which has no code for WASI.
fn with_home(sections: &str) -> Project {
    let dependencies = format!("[dependencies]\nhome = \"=0.5.9\"\n{sections}");
    Project::new(
        &dependencies,
        "fn main() { println!(\"{:?}\", home::home_dir()); }\n",
    )
}

/// A port of it, in which the directory is `directory`.
fn home_port(project: &Project, directory: &str) -> CrateFlags {
    let to = project.path(&format!("ports/home-0.5.9{}", directory.replace('/', "-")));
    copy(&project.source_of("home"), &to);
    let root = to.join("src/lib.rs");
    let mut source = fs::read_to_string(&root).expect("text");
    source.push_str(&format!(
        "#[cfg(target_os = \"wasi\")]\nfn home_dir_inner() -> Option<PathBuf> {{\n    \
         assert!(!env!(\"CARGO_MANIFEST_DIR\").is_empty());\n    \
         Some(\"{directory}\".into())\n}}\n"
    ));
    fs::write(&root, source).expect("written");
    port("home", "0.5.9", to)
}

/// What the build scripts found out, by package.
fn cfgs(output: &Output) -> BTreeMap<String, Value> {
    let messages = output.stdout.lines().map(serde_json::from_str::<Value>);
    let scripts = messages
        .flatten()
        .filter(|message| message["reason"] == "build-script-executed");
    scripts
        .map(|script| (script["package_id"].to_string(), script["cfgs"].clone()))
        .collect()
}

#[test]
fn opened_crates_compile_and_the_compiler_is_stable_to_build_scripts() {
    let project = Project::new(
        "[dependencies]\nanyhow = \"=1.0.100\"\nthiserror = \"=2.0.17\"\n\
         rustix = { version = \"=0.38.38\", features = [\"fs\", \"net\"] }\n",
        "fn main() {}\n",
    );
    let json = |cargo: Invocation| ran(&cargo.arg("--message-format=json-diagnostic-short"));
    let before = json(project.plain("check"));
    assert!(before.stdout.contains("E0658"), "{before:?}");
    // Those that ask the compiler for features are opened too: what they ask is not.
    let flags = CrateFlags {
        open: vec![
            opened("rustix", &["wasip2"]),
            Opened {
                version: Some("0.38.38".to_owned()),
                ..opened("rustix", &["wasip2"])
            },
            opened("thiserror", &[]),
            opened("anyhow", &[]),
        ],
        ports: Vec::new(),
    };
    fs::remove_dir_all(project.path("target")).expect("removed");
    let after = json(project.with("check", &flags, None));
    assert!(after.status.success(), "{after:?}");
    let (before, after) = (cfgs(&before), cfgs(&after));
    assert!(after.keys().any(|id| id.contains("anyhow")), "{after:?}");
    assert!(after.keys().any(|id| id.contains("thiserror")), "{after:?}");
    assert_eq!(before, after);
}

#[test]
fn a_port_is_used_while_it_is_there() {
    let project = with_home("");
    let first = home_port(&project, "/first");
    let lock = fs::read(project.path("Cargo.lock")).expect("there by now");
    let none = CrateFlags::default();
    let before = project.build(&none);
    assert!(before.stderr.contains("home_dir_inner"), "{before:?}");

    let built = project.build(&first);
    assert!(built.status.success(), "{built:?}");
    assert!(project.program_has("/first"));
    assert_eq!(compiled(&project.build(&first)), [""; 0]);

    let changed = project.build(&home_port(&project, OTHER_HOME));
    assert_eq!(compiled(&changed), ["app", "home"], "{changed:?}");
    assert!(project.program_has(OTHER_HOME) && !project.program_has("/first"));

    // Plain cargo has no port.
    let after = ran(&project.plain("build"));
    assert!(after.stderr.contains("home_dir_inner"), "{after:?}");
    assert!(project.build(&first).status.success());
    assert_eq!(fs::read(project.path("Cargo.lock")).expect("there"), lock);
}

#[test]
fn a_mistake_in_a_port_is_shown_where_it_is() {
    let project = with_home("");
    let flags = home_port(&project, "/\" + 1");
    let copy = flags.ports[0].directory.join("src/lib.rs");
    let built = project.build(&flags);
    assert!(
        built.stderr.contains(&format!("--> {}:", copy.display())),
        "{built:?}"
    );
    let missing = port("home", "0.5.9", project.path("nowhere"));
    let built = project.build(&missing);
    assert!(built.stderr.contains("couldn't read"), "{built:?}");
}

#[cfg(unix)]
#[test]
fn the_users_wrapper_sees_the_flags_and_the_host_does_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = with_home("[build-dependencies]\nhome = \"=0.5.9\"\n");
    project.write(
        "build.rs",
        "fn main() { assert!(home::home_dir().is_some()); }\n",
    );
    let log = project.path("log");
    let script = format!(
        "#!/bin/sh\necho \"opened=$RUSTC_BOOTSTRAP $*\" >>'{}'\nexec \"$@\"\n",
        log.display()
    );
    let wrapper = project.write("wrapper", &script);
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut flags = home_port(&project, "/home");
    flags.open.push(opened("home", &["wasip2"]));
    let built = ran(&project.with("build", &flags, Some(wrapper)));
    assert!(built.status.success(), "{built:?}");

    let log = fs::read_to_string(log).expect("it was called");
    let (changed, others): (Vec<&str>, Vec<&str>) =
        log.lines().partition(|line| line.starts_with("opened=1 "));
    let copy = flags.ports[0].directory.join("src/lib.rs");
    let [line] = changed[..] else {
        panic!("one is for the target: {log}");
    };
    assert!(line.contains(&format!(" {} ", copy.display())), "{line}");
    assert!(line.contains(" -Zcrate-attr=feature(wasip2)"), "{line}");
    let of_host = |line: &&&str| line.contains("--crate-name home ");
    assert_eq!(others.iter().filter(of_host).count(), 1, "{log}");
    assert!(!others.join("\n").contains("ports/home"), "{log}");
    assert!(!others.join("\n").contains("crate-attr"), "{log}");
}

/// `app` depends on `greeting` and `other`.
fn greeting() -> Project {
    let project = Project::new(
        "[dependencies]\ngreeting = { path = \"libs/greeting\" }\nother = { path = \"libs/other\" }\n",
        "fn main() { println!(\"{} {}\", greeting::TEXT, other::TEXT); }\n\
         #[test] fn ported() { assert_eq!(greeting::TEXT, \"from the port\"); }\n",
    );
    project.library("libs/greeting", ("greeting", "0.1.0"), "from the source");
    project.library("libs/other", ("other", "0.1.0"), "of the other");
    project.library("ports/greeting", ("greeting", "0.1.0"), "from the port");
    project
}

#[test]
fn a_crate_that_compiled_without_flags_is_compiled_again_with_them() {
    let project = greeting();
    assert!(ran(&project.plain("build")).status.success());
    let none = CrateFlags::default();
    assert_eq!(compiled(&project.build(&none)), [""; 0]);

    let ported = port("greeting", "0.1.0", project.path("ports/greeting"));
    assert_eq!(compiled(&project.build(&ported)), ["app", "greeting"]);
    assert!(project.program_has("from the port"));
    assert_eq!(compiled(&project.build(&ported)), [""; 0]);
    // What cargo watches is the copy, which nobody should edit, but a port's author does.
    project.text("ports/greeting", "from the edited port");
    assert_eq!(compiled(&project.build(&ported)), ["app", "greeting"]);
    assert!(project.program_has("from the edited port"));

    assert_eq!(compiled(&ran(&project.plain("build"))), ["app", "greeting"]);
    assert!(project.program_has("from the source"));
    assert_eq!(compiled(&project.build(&none)), [""; 0]);

    let open = CrateFlags {
        open: vec![opened("greeting", &[])],
        ports: Vec::new(),
    };
    assert_eq!(compiled(&project.build(&open)), ["app", "greeting"]);
    assert_eq!(compiled(&project.build(&open)), [""; 0]);
}

#[test]
fn a_build_script_is_the_ports_only_where_the_port_is_about_it() {
    let project = greeting();
    for (directory, word) in [("libs/greeting", "own"), ("ports/greeting", "ported")] {
        let script = format!(
            "fn main() {{\n    let at = env!(\"CARGO_MANIFEST_DIR\");\n    \
             assert!(at.replace('\\\\', \"/\").ends_with(\"{directory}\"));\n    \
             println!(\"cargo:rustc-env=WORD={word} script\");\n}}\n"
        );
        project.write(&format!("{directory}/build.rs"), &script);
        let source = "pub const TEXT: &str = env!(\"WORD\");\n";
        project.write(&format!("{directory}/src/lib.rs"), source);
    }
    assert!(ran(&project.plain("build")).status.success());
    let mut ported = port("greeting", "0.1.0", project.path("ports/greeting"));
    assert_eq!(compiled(&project.build(&ported)), ["app", "greeting"]);
    assert!(project.program_has("own script"));
    ported.ports[0].build_script = true;
    assert_eq!(compiled(&project.build(&ported)), ["app", "greeting"]);
    assert!(project.program_has("ported script") && !project.program_has("own script"));
    assert_eq!(compiled(&project.build(&ported)), [""; 0]);
    assert_eq!(compiled(&ran(&project.plain("build"))), ["app", "greeting"]);
    assert!(project.program_has("own script"));
}

#[test]
fn two_versions_of_a_crate_are_told_apart() {
    let project = Project::new(
        // The members of a workspace must have different names.
        "exclude = [\"libs\"]\n[dependencies]\n\
         one = { package = \"twin-crate\", path = \"libs/one\" }\n\
         two = { package = \"twin-crate\", path = \"libs/two\" }\n",
        "fn main() { println!(\"{} {}\", one::TEXT, two::TEXT); }\n",
    );
    project.library("libs/one", ("twin-crate", "0.1.0"), "the first source");
    project.library("libs/two", ("twin-crate", "0.2.0"), "the second source");
    project.library("ports/two", ("twin-crate", "0.2.0"), "the second port");
    let before = ran(&project.plain("build"));
    assert!(before.status.success(), "{before:?}");
    let ported = port("twin-crate", "0.2.0", project.path("ports/two"));
    assert!(project.build(&ported).status.success());
    assert!(project.program_has("the first source"));
    assert!(project.program_has("the second port") && !project.program_has("the second source"));
    assert_eq!(compiled(&project.build(&ported)), [""; 0]);
}

#[test]
fn tests_are_compiled_with_the_same_flags() {
    let project = greeting();
    let ported = port("greeting", "0.1.0", project.path("ports/greeting"));
    assert!(project.build(&ported).status.success());
    let mut cargo = project.plain("test");
    cargo.args.retain(|arg| arg != "--keep-going");
    let cargo = cargo.arg("--no-run");
    let cargo = shim::as_runner(cargo, &around().executable, None, &ported).expect("told");
    let built = ran(&cargo);
    assert!(built.status.success(), "{built:?}");
    assert_eq!(compiled(&built), ["app"]);
}

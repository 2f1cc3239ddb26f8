//! The compiler that wasify installs.
//!
//! A pip of the tests stands for the real one where it is not the subject: it counts its calls, and puts
//! down a zig that is the machine's own when one is given, and a script otherwise.

use std::fs;
use std::path::PathBuf;

use wasify::toolchain::c::{find, install};

use crate::common::{Machine, Recorder};
use crate::crates;

/// Python as far as an installation asks it: its path, a virtual environment, pip's version, and pip.
/// What pip installs is a zig that writes the wasm object it is told to.
fn fake_python(machine: &Machine, pip: &str) {
    let folder = machine.folder.path().display();
    let text = format!(
        "case \"$*\" in\n\
         *sys.executable*) echo '{folder}/bin/python3';;\n\
         *'-m venv'*) for last do :; done; mkdir -p \"$last/bin\"; cp \"$0\" \"$last/bin/python\";;\n\
         *'pip --version'*) echo 'pip 24.2 from x';;\n\
         *'pip install'*) echo call >> '{folder}/calls'\n\
         while [ \"$1\" != --target ]; do shift; done; site=$2\n\
         {pip};;\n\
         esac"
    );
    machine.script("bin/python3", &text);
}

/// A zig that has its object made by rustc, from the same function: real WebAssembly that really links.
fn zig(machine: &Machine) -> String {
    let source = "#![no_std]\n#[unsafe(no_mangle)]\n\
                  pub extern \"C\" fn wasify_probe(_: *const u8) -> i32 { 1 }\n";
    fs::write(machine.path("probe.rs"), source).expect("written");
    let probe = machine.path("probe.rs");
    let text = format!(
        "if [ \"$1\" = version ]; then echo 9.9.9; exit; fi\n\
         while [ \"$1\" != -o ]; do shift; done\n\
         exec rustc --edition=2024 --crate-type=lib --emit=obj --target=wasm32-wasip2 \
         -Cpanic=abort '{}' -o \"$2\"",
        probe.display()
    );
    let zig = machine.script("zig", &text);
    format!(
        "echo 'Progress 50500000 of 101100000'\nmkdir -p \"$site/ziglang\"\ncp '{}' \"$site/ziglang/zig\"",
        zig.display()
    )
}

fn calls(machine: &Machine) -> usize {
    let log = fs::read_to_string(machine.path("calls")).unwrap_or_default();
    log.lines().count()
}

fn root(machine: &Machine) -> PathBuf {
    machine.path("home/tools/ziglang-0.17.1")
}

fn refusal(machine: &Machine, offline: bool) -> String {
    let events = Recorder::default();
    match install(&machine.around, machine.folder.path(), offline, &events) {
        Ok(compiler) => panic!("it was installed: {compiler:?}"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn what_was_interrupted_is_redone_and_what_is_whole_is_kept() {
    let machine = Machine::new();
    fake_python(&machine, &zig(&machine));
    // As a Ctrl-C leaves it: files, and no marker.
    let left = root(&machine).join("site/ziglang");
    fs::create_dir_all(&left).expect("created");
    fs::write(left.join("zig"), "half").expect("written");
    let cwd = machine.folder.path();
    assert_eq!(find(&machine.around, cwd).compiler, None);

    let events = Recorder::default();
    let made = install(&machine.around, cwd, false, &events).expect("installed");
    assert!(made.managed);
    assert_eq!(
        (made.version.as_str(), made.fault.as_deref()),
        ("9.9.9", None)
    );
    assert_eq!(
        *events.statuses.borrow(),
        [
            "Installing ziglang 0.17.1, a C compiler for WebAssembly (101 MB to download, 411 MB on disk)"
        ]
    );
    assert_eq!(
        *events.progress.borrow(),
        [("Downloading".to_owned(), 50, 101)]
    );
    for tool in ["CC", "CXX", "AR", "RANLIB"] {
        let name = format!("{tool}_wasm32_wasip2");
        let path = &made.env[std::ffi::OsStr::new(&name)];
        assert!(PathBuf::from(path).is_file(), "{name}");
    }
    assert!(!root(&machine).join("work").exists());

    let again = install(&machine.around, cwd, true, &events).expect("it is there");
    assert_eq!(again, made);
    assert_eq!(find(&machine.around, cwd).compiler, Some(made));
    assert_eq!(calls(&machine), 1);
}

#[test]
fn a_check_that_succeeded_is_remembered_until_the_compiler_changes() {
    let machine = Machine::new();
    fake_python(&machine, &zig(&machine));
    let cwd = machine.folder.path();
    install(&machine.around, cwd, false, &Recorder::default()).expect("installed");
    let memory = machine.path("home/c/works.toml");
    let first = fs::read_to_string(&memory).expect("it was remembered");
    // It would not pass now, but its file is as it was.
    fs::remove_file(machine.path("probe.rs")).expect("removed");
    assert!(find(&machine.around, cwd).compiler.is_some());
    assert_eq!(fs::read_to_string(&memory).expect("there"), first);
    // Not even that lets wasify stumble.
    fs::write(&memory, "works = 3").expect("written");
    assert_eq!(find(&machine.around, cwd).rejected.len(), 1);
    fs::write(&memory, &first).expect("written");
    let zig = root(&machine).join("site/ziglang/zig");
    let text = fs::read_to_string(&zig).expect("a script");
    fs::write(&zig, format!("{text}\n# changed\n")).expect("written");
    assert_eq!(find(&machine.around, cwd).rejected.len(), 1);
}

#[test]
fn two_at_once_install_it_once() {
    let machine = Machine::new();
    fake_python(&machine, &format!("sleep 1\n{}", zig(&machine)));
    let go = || {
        let events = Recorder::default();
        install(&machine.around, machine.folder.path(), false, &events).expect("installed")
    };
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(go);
        let two = scope.spawn(go);
        (one.join().expect("ended"), two.join().expect("ended"))
    });
    assert_eq!(one, two);
    assert_eq!(calls(&machine), 1);
}

#[test]
fn what_stands_in_the_way_is_said() {
    let mut machine = Machine::new();
    let offline = refusal(&machine, true);
    assert!(
        offline.contains("`--offline` forbids downloading it"),
        "{offline}"
    );

    fake_python(
        &machine,
        "echo 'WARNING: after connection broken by NewConnectionError' >&2\n\
         echo 'ERROR: No matching distribution found for ziglang' >&2; exit 1",
    );
    let said = refusal(&machine, false);
    assert!(
        said.starts_with("`ziglang==0.17.1` could not be downloaded\nhelp: "),
        "{said}"
    );
    assert!(
        !root(&machine).exists(),
        "nothing is left that takes up space"
    );

    fake_python(
        &machine,
        "mkdir -p \"$site/ziglang\"; echo 'exit 1' > \"$site/ziglang/zig\"",
    );
    let said = refusal(&machine, false);
    assert!(said.contains("is installed and does not work: "), "{said}");

    machine.script("bin/python3", "exit 1");
    let home = machine.path("other");
    machine.set("WASIFY_HOME", home);
    machine.script("bin/python", "exit 1");
    let said = refusal(&machine, false);
    assert!(
        said.starts_with("there is no Python to install it with\nhelp: "),
        "{said}"
    );
}

#[test]
fn a_python_without_pip() {
    let machine = Machine::new();
    let python = machine.path("bin/python3");
    machine.script(
        "bin/python3",
        &format!(
            "case \"$*\" in *sys.executable*) echo '{}';; *) exit 1;; esac",
            python.display()
        ),
    );
    let said = refusal(&machine, false);
    assert!(
        said.contains("can make no virtual environment and has no pip"),
        "{said}"
    );
    assert!(said.contains("apt install python3-venv"), "{said}");
}

/// Takes a minute and a network: 101 MB are downloaded, and six packages are built.
#[test]
#[ignore = "downloads 101 MB and builds six packages"]
fn the_real_one_builds_published_packages() {
    let mut machine = Machine::new();
    let path = std::env::var_os("PATH").expect("set");
    machine.set("PATH", path);
    let cwd = machine.folder.path().to_owned();
    let took = std::time::Instant::now();
    let events = Recorder::default();
    let compiler = install(&machine.around, &cwd, false, &events).expect("installed");
    println!("installed in {:.1} s", took.elapsed().as_secs_f32());
    assert_eq!(compiler.version, "0.17.1");
    crates::build_and_run(&compiler, &cwd.join("built"));
}

/// With the compiler that this machine has.
#[test]
#[ignore = "needs a C compiler for WebAssembly on the machine, and builds six packages"]
fn the_one_that_is_found_builds_published_packages() {
    let mut machine = Machine::new();
    for name in ["PATH", "WASI_SDK_PATH", "WASI_SYSROOT", "CC_wasm32_wasip2"] {
        if let Some(value) = std::env::var_os(name) {
            machine.set(name, value);
        }
    }
    let cwd = machine.folder.path().to_owned();
    let search = find(&machine.around, &cwd);
    println!("{search:#?}");
    let compiler = search.compiler.expect("there is one");
    crates::build_and_run(&compiler, &cwd.join("built"));
}

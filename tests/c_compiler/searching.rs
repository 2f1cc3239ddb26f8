//! Which compiler is taken, and what is said of the others.

use std::fs;

use wasify::toolchain::c::{CSearch, find};

use crate::common::Machine;

fn search(machine: &Machine) -> CSearch {
    find(&machine.around, machine.folder.path())
}

/// The reasons, in order.
fn reasons(search: &CSearch) -> Vec<&str> {
    search
        .rejected
        .iter()
        .map(|rejected| rejected.why.as_str())
        .collect()
}

/// What the machine's own C compiler makes of anything that is asked of it.
const HOSTS: &str = "for arg do shift; case $arg in --target=*|--sysroot=*) ;; *) set -- \"$@\" \"$arg\";; esac; done\n\
                     exec /usr/bin/cc \"$@\"";

#[test]
fn a_machine_without_any() {
    assert_eq!(search(&Machine::new()), CSearch::default());
}

#[test]
fn each_is_tried_in_order_and_says_why_it_is_not_used() {
    let mut machine = Machine::new();
    machine.script(
        "sdk/bin/clang",
        "echo 'clang: error: it is broken' >&2; exit 1",
    );
    machine.script("bin/clang-14", "exit 1");
    machine.script("bin/clang-20", HOSTS);
    machine.script("bin/clang-19", "kill -9 $$");
    machine.script(
        "bin/clang",
        "echo 'Apple clang version 21.0.0'\n\
         echo \"error: unable to create target: 'No available targets are compatible with triple'\" >&2\n\
         test \"$1\" = --version",
    );
    machine.script("bin/zig", "echo 'error: unknown command' >&2; exit 1");
    let sdk = machine.path("sdk");
    machine.set("WASI_SDK_PATH", sdk);
    let sysroot = machine.sysroot("sysroot");
    machine.set("WASI_SYSROOT", sysroot);
    let search = search(&machine);
    assert_eq!(search.compiler, None);
    assert_eq!(
        reasons(&search),
        [
            "it does not compile: it is broken",
            "it can't compile for WebAssembly: unable to create target: 'No available targets are \
             compatible with triple'",
            "it makes objects for another machine than WebAssembly",
            "it fails without a word (signal: 9 (SIGKILL))",
            "it is version 14, and 17 is the oldest that is used",
            "it does not compile: unknown command",
        ]
    );
    assert!(search.rejected[0].what.contains("sdk/bin/clang"));
    assert!(search.rejected[1].what.ends_with("/sysroot)"), "{search:?}");
}

#[test]
fn objects_that_rusts_linker_refuses() {
    let machine = Machine::new();
    // As zig's own checks of undefined behaviour do: a call of something that nobody has.
    let source = "#![no_std]\nunsafe extern \"C\" { fn nobodys() -> i32; }\n#[unsafe(no_mangle)]\n\
                  pub extern \"C\" fn wasify_probe(_: *const u8) -> i32 { unsafe { nobodys() } }\n";
    fs::write(machine.path("probe.rs"), source).expect("written");
    machine.script(
        "bin/zig",
        "while [ \"$1\" != -o ]; do shift; done\n\
         exec rustc --edition=2024 --crate-type=lib --emit=obj --target=wasm32-wasip2 probe.rs -o \"$2\"",
    );
    let search = search(&machine);
    let why = &search.rejected[0].why;
    assert!(
        why.starts_with("its objects can't be linked into a Rust program: "),
        "{why}"
    );
    assert!(why.contains("nobodys"), "{why}");
}

#[test]
fn a_clang_alone_needs_a_sysroot_without_spaces() {
    let mut machine = Machine::new();
    machine.script("bin/clang-20", "exit 1");
    assert_eq!(
        reasons(&search(&machine)),
        [
            "there is no C library for it: install `wasi-libc` so that it has headers for \
          `wasm32-wasip2`, or set `WASI_SYSROOT`"
        ]
    );
    let sysroot = machine.sysroot("a sysroot");
    machine.set("WASI_SYSROOT", &sysroot);
    let why = format!(
        "its sysroot `{}` has a space in its path, where build scripts would split the flag",
        sysroot.display()
    );
    assert_eq!(reasons(&search(&machine)), [why]);
}

#[test]
fn the_users_own_is_taken_even_when_it_does_not_work() {
    let mut machine = Machine::new();
    let own = machine.script("own cc", HOSTS);
    machine.script("bin/clang-20", "exit 1");
    machine.set("TARGET_CC", &own);
    let found = search(&machine).compiler.expect("it is set");
    assert_eq!(
        (found.program, found.env.len(), found.name.as_str()),
        (own, 0, "set in `TARGET_CC`")
    );
    let fault = found.fault.expect("it is the host's");
    assert!(fault.contains("another machine"), "{fault}");

    // The more particular variable counts, also from cargo's configuration.
    fs::create_dir(machine.path(".cargo")).expect("created");
    let config = "[env]\nCC_wasm32_wasip2 = 'nowhere -x'\n";
    fs::write(machine.path(".cargo/config.toml"), config).expect("written");
    let found = search(&machine).compiler.expect("it is set");
    assert_eq!(found.name, "set in `CC_wasm32_wasip2`");
    let fault = found.fault.expect("there is none");
    assert!(fault.contains("failed to start `nowhere`"), "{fault}");
}

#[test]
fn nothing_is_left_of_a_check() {
    let machine = Machine::new();
    machine.script("bin/zig", "exit 1");
    assert_eq!(search(&machine).rejected.len(), 1);
    let left = fs::read_dir(machine.path("home/c")).expect("there");
    for entry in left {
        let name = entry.expect("readable").file_name();
        assert!(!name.to_string_lossy().starts_with('.'), "{name:?} is left");
    }
}

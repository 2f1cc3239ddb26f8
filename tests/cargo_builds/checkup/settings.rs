//! Cargo's settings.

use wasify_lints::rustflags;

use super::{HELLO, finds_nothing, plain, program, write};
use crate::common::Told;

#[test]
fn each_flag_that_is_called_wrong_is() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    program(folder, HELLO);
    for unfit in rustflags::unfit().expect("the file is sound") {
        let flag = &unfit.tried;
        let config = format!("[build]\n# {flag}\nrustflags = [{flag:?}]\n");
        write(folder, ".cargo/config.toml", &config);
        let built = Told::of(&mut plain("build", folder));
        let told = Told::of(&mut plain("doctor", folder));
        told.ended_with(1);
        match &unfit.error {
            Some(error) => {
                built.ended_with(1);
                let all = format!("{}{}", built.report, built.said);
                assert!(all.contains(error), "{flag}: no `{error}` in {built:#?}");
            }
            // It links, to what a host refuses.
            None => built.reports("Module"),
        }
        told.reports(&unfit.option);
        told.reports(".cargo/config.toml:3");
    }
}

/// What builds and runs is not called wrong, odd as it may look.
#[test]
fn settings_that_do_no_harm() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    program(folder, HELLO);
    for flags in [
        "-Ctarget-cpu=native",
        "-Clink-arg=-s",
        "-Ctarget-feature=+simd128",
        "-Ctarget-feature=-crt-static",
        "-Ctarget-feature=+atomics,+bulk-memory",
        "-Crelocation-model=pic",
        "-Cstrip=symbols",
        "-Cpanic=abort",
    ] {
        let told = Told::of(plain("doctor", folder).env("RUSTFLAGS", flags));
        finds_nothing(&told);
        let built = Told::of(plain("build", folder).env("RUSTFLAGS", flags));
        built.ended_with(0);
        built.reports("Component");
    }
}

/// Profiles that strip or ask for unwinding hide nothing; link-time optimisation does, and is called so.
#[test]
fn profiles_that_hide_findings_and_those_that_do_not() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    for (profile, hides) in [
        ("", false),
        ("strip = true", false),
        ("panic = \"unwind\"", false),
        ("debug = false", false),
        ("lto = \"off\"", false),
        ("lto = \"thin\"", true),
        ("lto = true", true),
    ] {
        let source =
            "fn main() { println!(\"{:?}\", std::process::Command::new(\"ls\").output()); }";
        let manifest = format!("[profile.release]\n{profile}\n");
        crate::common::project(folder, &manifest, "main.rs", source);
        let built = Told::of(plain("build", folder).arg("--release"));
        let found = built.report.contains("error[std-process-command]");
        assert_eq!(found, !hides, "{profile}: {built:#?}");
        let told = Told::of(&mut plain("doctor", folder));
        told.ended_with(0);
        let called = told
            .report
            .contains(&format!("`profile.release.{profile}` inlines"));
        assert_eq!(called, hides, "{told:#?}");
        if hides {
            told.reports("Cargo.toml:5");
        } else {
            finds_nothing(&told);
        }
    }
    // What the letter advises does help.
    let advised = ["--release", "--", "--config", "profile.release.lto=\"off\""];
    let built = Told::of(plain("build", folder).args(advised));
    built.reports("error[std-process-command]");
}

#[test]
fn a_linker_that_is_not_there() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    program(folder, HELLO);
    let config = "[target.wasm32-wasip2]\nlinker = \"tools/none\"\n";
    write(folder, ".cargo/config.toml", config);
    let told = Told::of(&mut plain("doctor", folder));
    told.ended_with(1);
    told.reports("`linker = \"tools/none\"` is not there");
    told.reports(".cargo/config.toml:2");
    let built = Told::of(&mut plain("build", folder));
    built.ended_with(1);
    built.says("tools/none` not found");
    // The variable counts before the file, and rustc finds its own.
    let variable = "CARGO_TARGET_WASM32_WASIP2_LINKER";
    let told = Told::of(plain("doctor", folder).env(variable, "wasm-component-ld"));
    finds_nothing(&told);
    told.reports(
        "whether the linker `wasm-component-ld` of cargo's configuration makes components",
    );
    let mut build = plain("build", folder);
    Told::of(build.env(variable, "wasm-component-ld")).ended_with(0);
}

const WANTS: &str =
    "#[cfg(not(wanted))]\ncompile_error!(\"not wanted\");\nfn main() { println!(\"here\"); }";
const FLAGS: &str =
    "[rust]\nrustflags = [\n    { flag = \"--cfg wanted\", for = \"build-failed\" },\n]\n";

#[test]
fn flags_that_hide_the_ports_own() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    program(folder, WANTS);
    write(folder, "wasify.toml", FLAGS);
    Told::of(&mut plain("build", folder)).ended_with(0);
    finds_nothing(&Told::of(&mut plain("doctor", folder)));
    let hidden = Told::of(plain("doctor", folder).env("RUSTFLAGS", "--cfg other"));
    hidden.ended_with(1);
    hidden.reports("`RUSTFLAGS` hides the port's own flags");
    Told::of(plain("build", folder).env("RUSTFLAGS", "--cfg other")).ended_with(1);
    // With both in it nothing is lost.
    let both = "--cfg other --cfg wanted";
    finds_nothing(&Told::of(plain("doctor", folder).env("RUSTFLAGS", both)));
    Told::of(plain("build", folder).env("RUSTFLAGS", both)).ended_with(0);
}

#[test]
fn flags_that_the_ports_own_hide() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    program(folder, WANTS);
    write(
        folder,
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg=wanted\"]\n",
    );
    Told::of(&mut plain("build", folder)).ended_with(0);
    finds_nothing(&Told::of(&mut plain("doctor", folder)));
    write(folder, "wasify.toml", &FLAGS.replace("wanted", "other"));
    Told::of(&mut plain("build", folder)).ended_with(1);
    let told = Told::of(&mut plain("doctor", folder));
    told.reports("`build.rustflags` does not count");
    told.reports(".cargo/config.toml:2");
}

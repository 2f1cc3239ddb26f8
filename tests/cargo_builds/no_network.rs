//! A machine without a network, or with a proxy that nobody answers at.

use std::net::TcpListener;
use std::process::Command;

use crate::common::{Told, in_folder, project};

/// What both ways to look at a project say that needs a package which isn't there.
fn told(prepare: impl Fn(&mut Command)) -> [Told; 2] {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("project");
    let dependencies = "[dependencies]\ncfg-if = \"1\"\n";
    project(&folder, dependencies, "main.rs", "fn main() {}");
    ["build", "doctor"].map(|subcommand| {
        let mut command = in_folder(subcommand, &folder);
        // Nothing was ever downloaded there.
        command.env("CARGO_HOME", scratch.path().join("cargo"));
        prepare(&mut command);
        Told::of(&mut command)
    })
}

#[test]
fn offline_without_what_is_needed() {
    let offline = |command: &mut Command| {
        command.arg("--offline");
    };
    for told in told(offline) {
        told.ended_with(2);
        told.says("`cfg-if`");
        told.says("help: without `--offline` cargo may download what is missing");
        assert_eq!(told.report, "");
    }
}

#[test]
fn a_proxy_that_does_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let proxy = format!("http://{}", listener.local_addr().expect("it has one"));
    // Now nobody listens there.
    drop(listener);
    let through_it = |command: &mut Command| {
        for name in ["HTTPS_PROXY", "https_proxy", "CARGO_HTTP_PROXY"] {
            command.env(name, &proxy);
        }
        command.env("CARGO_NET_RETRY", "0");
    };
    for told in told(through_it) {
        told.ended_with(2);
        told.says("help: a package has to be downloaded: check the network, or the proxy in `HTTPS_PROXY`");
        assert_eq!(told.report, "");
    }
}

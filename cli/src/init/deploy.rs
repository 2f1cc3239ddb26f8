//! What deploys a component, with exactly the permissions that `wasify.toml` has, and with comments for those
//! that a host can't give.
//!
//! The facts: Docker's runtimes for WebAssembly take directories, variables and ports as for any image
//! (containerd/runwasi docs/src/getting-started); wadm's manifests are those of its own examples (wasmCloud/wadm
//! oam/hello.yaml and oam/config.yaml), and wasmCloud 1 gives components configuration and links, and neither
//! directories nor sockets (wasmCloud/wasmCloud crates/runtime/src/component).

use std::fmt::Write as _;

use wasify_runtime::{Endpoint, HostPattern};
use wasify_templates::pipeline::{self, fill};

use super::{Program, VERSION};
use crate::report::run::shell_line;
use crate::runtime::grants::Grants;
use crate::runtime::other_hosts::{self, What};
use crate::runtime::words::NetWord;

/// The image of wasmCloud's HTTP server.
const HTTP_SERVER: &str = "ghcr.io/wasmcloud/http-server:0.23.0";

/// An image of the component alone.
pub(super) fn dockerfile(program: &Program, grants: &Grants) -> String {
    let file = program.file();
    let run = docker_run(program, grants);
    let mut text = fill(
        pipeline::DOCKERFILE,
        &[
            ("NAME", &program.name),
            ("RUN", &run),
            ("VERSION", VERSION),
            ("FILE", &file),
        ],
    );
    if program.library {
        text = text.replace(&format!("--bin {}", program.name), "--lib");
    }
    text
}

/// The command that runs the image with these permissions, and what the engine does otherwise as comments.
fn docker_run(program: &Program, grants: &Grants) -> String {
    let mut argv: Vec<String> = [
        "docker",
        "run",
        "--rm",
        "--platform=wasi/wasm",
        "--runtime=io.containerd.wasmtime.v1",
    ]
    .map(str::to_owned)
    .to_vec();
    for dir in &grants.dirs {
        let host = match dir.word.host.starts_with('/') {
            true => dir.word.host.clone(),
            false => format!("./{}", dir.word.host.trim_start_matches("./")),
        };
        let read_only = if dir.word.read_only { ":ro" } else { "" };
        argv.push(format!(
            "--volume={host}:{}{read_only}",
            rooted(&dir.word.guest())
        ));
    }
    argv.extend(grants.env.iter().map(|word| format!("--env={word}")));
    let mut comments = Vec::new();
    for word in &grants.net {
        match word {
            NetWord::Listen(end) => argv.push(published(end)),
            _ => comments.push(format!(
                "# `{word}`: an image's network is the engine's to open and close."
            )),
        }
    }
    if grants.inherit_env {
        comments
            .push("# Docker hands no environment on: name each variable with `--env`.".to_owned());
    }
    if let Some(bytes) = grants.max_memory {
        argv.push(format!("--memory={bytes}"));
    }
    if grants.timeout.is_some() {
        comments.push("# Docker has no limit of time for a container.".to_owned());
    }
    argv.push(program.name.clone());
    let mut run = shell_line(&argv);
    for comment in comments {
        let _ = write!(run, "\n{comment}");
    }
    run
}

/// The port of an address to listen at, at the same address outside of the image.
fn published(end: &Endpoint) -> String {
    match end.port {
        Some(port) if end.host == HostPattern::Any => format!("--publish={port}:{port}"),
        Some(port) => format!("--publish={end}:{port}"),
        None => "--publish-all".to_owned(),
    }
}

/// Where a directory of the guest is in an image.
fn rooted(guest: &str) -> String {
    match guest {
        "." => "/".to_owned(),
        guest if guest.starts_with('/') => guest.to_owned(),
        guest => format!("/{guest}"),
    }
}

/// Spin's manifest.
pub(super) fn spin(program: &Program, grants: &Grants) -> String {
    let file = format!("target/wasm32-wasip2/release/{}", program.file());
    let component = other_hosts::spin(
        grants,
        What {
            file: &file,
            serves: program.library,
            args: &[],
        },
    );
    let id = other_hosts::spin_id(program.file().trim_end_matches(".wasm"));
    let executor = match program.library {
        true => "",
        false => "executor = { type = \"wagi\" }\n",
    };
    fill(
        pipeline::SPIN,
        &[
            ("NAME", &program.name),
            ("PACKAGE_VERSION", &program.version),
            ("ID", &id),
            ("EXECUTOR", executor),
            ("COMPONENT", &component),
        ],
    )
}

/// wadm's manifest.
pub(super) fn wadm(program: &Program, grants: &Grants) -> String {
    let text = fill(
        pipeline::WADM,
        &[
            ("NOTES", &wadm_notes(program, grants)),
            ("NAME", &program.name),
            ("PACKAGE_VERSION", &program.version),
            ("FILE", &program.file()),
            ("CONFIG", &wadm_config(program, grants)),
            ("SERVER", &wadm_server(program)),
        ],
    );
    format!("{}\n", text.trim_end())
}

/// What wasmCloud can't give.
fn wadm_notes(program: &Program, grants: &Grants) -> String {
    let mut notes = Vec::new();
    if !program.library {
        notes.push(
            "wasmCloud starts no commands: a component has to export what others call".to_owned(),
        );
    }
    for dir in &grants.dirs {
        notes.push(format!(
            "`{}`: wasmCloud gives a component no directories",
            dir.word.host
        ));
    }
    if !grants.env.is_empty() || grants.inherit_env {
        notes.push(
            "variables are configuration here: a component reads it with wasi:config".to_owned(),
        );
    }
    for word in &grants.net {
        notes.push(format!(
            "`{word}`: what a component reaches are the providers that it is linked to"
        ));
    }
    if grants.max_memory.is_some() || grants.timeout.is_some() {
        notes.push("limits of memory and time are the host's, for all components".to_owned());
    }
    notes.iter().map(|note| format!("# {note}\n")).collect()
}

fn wadm_config(program: &Program, grants: &Grants) -> String {
    if grants.env.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "        config:\n          - name: {}-environment\n            properties:\n",
        program.name
    );
    for word in &grants.env {
        let value = word.value.as_deref().unwrap_or_default();
        let _ = write!(text, "              {}: {}", word.name, yaml(value));
        text.push_str(match word.value {
            Some(_) => "\n",
            None => "  # its value goes here\n",
        });
    }
    text
}

/// A text in YAML, quoted as in JSON, which YAML takes.
fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The server that hands requests to the component.
fn wadm_server(program: &Program) -> String {
    if !program.library {
        return String::new();
    }
    format!(
        "
    - name: http-server
      type: capability
      properties:
        image: {HTTP_SERVER}
      traits:
        - type: link
          properties:
            target:
              name: {}
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source:
              config:
                - name: address
                  properties:
                    ADDRESS: 127.0.0.1:8080
",
        program.name
    )
}

//! The part of the sample about hosts.

use wasify_lints::fit::{Fit, Obstacle, ObstacleKind, Purpose, Told, Used, Verdict};

use super::super::Report;
use super::{clean, location, package, walker};

/// What three hosts make of a program.
pub(crate) fn hosts() -> Report {
    let mut report = clean();
    let fits = vec![told_on_the_command_line(), told_in_a_manifest(), refused()];
    report.artifacts = report
        .artifacts
        .into_iter()
        .map(|artifact| artifact.with_hosts(fits.clone()))
        .collect();
    report
}

fn fit(host: &str, verdict: Verdict) -> Fit {
    let host = wasify_lints::hosts::host(host).unwrap().unwrap();
    Fit {
        host,
        verdict,
        start: host
            .starts
            .iter()
            .find(|start| start.export == "wasi:cli/run"),
        told: Vec::new(),
        obstacles: Vec::new(),
        notes: Vec::new(),
    }
}

fn told(text: &str, purpose: Purpose, interface: &str) -> Told {
    Told {
        text: text.to_owned(),
        purpose,
        interfaces: vec![interface.to_owned()],
        note: None,
    }
}

fn told_on_the_command_line() -> Fit {
    Fit {
        told: vec![
            told("-Shttp", Purpose::Add, "wasi:http/outgoing-handler@0.2.6"),
            Told {
                note: Some("a call of it stops the program".to_owned()),
                ..told(
                    "-Wunknown-imports-trap",
                    Purpose::Stub,
                    "docs:adder/add@0.1.0",
                )
            },
            told("--dir=.", Purpose::Allow, "wasi:filesystem/types@0.2.6"),
        ],
        ..fit("wasmtime", Verdict::RunsWhenTold)
    }
}

fn told_in_a_manifest() -> Fit {
    Fit {
        told: vec![told(
            "allowed_outbound_hosts = [\"https://HOST\"]",
            Purpose::Allow,
            "wasi:http/outgoing-handler@0.2.6",
        )],
        obstacles: vec![Obstacle {
            verdict: Verdict::Partly,
            kind: ObstacleKind::Calls,
            message: "every call of `wasi:sockets/tcp@0.2.6` fails".to_owned(),
            ..obstacle()
        }],
        notes: vec!["as a CGI program, once for each request".to_owned()],
        ..fit("spin", Verdict::Partly)
    }
}

fn refused() -> Fit {
    Fit {
        obstacles: vec![obstacle()],
        ..fit("fastly", Verdict::Refused)
    }
}

fn obstacle() -> Obstacle {
    Obstacle {
        verdict: Verdict::Refused,
        kind: ObstacleKind::Import,
        message: "Fastly Compute has no `wasi:sockets` (instance-network, ip-name-lookup, network, tcp, udp)"
            .to_owned(),
        interfaces: vec!["wasi:sockets/tcp@0.2.6".to_owned()],
        used: Some(Used::Called),
        package: Some(package("finder", "1.2.0")),
        location: Some(location("src/search.rs", 214, 22)),
        call_path: walker().call_path,
        helps: vec!["hosts that have it: jco-node, spin, wasmtime".to_owned()],
    }
}

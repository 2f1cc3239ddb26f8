//! How the time of choosing features grows with the graph and with the number of features.
//!
//! ```text
//! cargo bench -p wasify-lints --bench solver
//! ```
//!
//! The graphs are made up: a package whose features each bring in an equal part of the others, which hang
//! together in chains with a cross link at every third. One package at a chain's end is blocked. Each line is the
//! median of several runs, and what it is of the line with the smallest graph.

// A benchmark prints, and may panic.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use semver::{Version, VersionReq};
use wasify_lints::facts::project::{Dependency, GraphPackage, Project, Resolved, Selection};
use wasify_lints::preflight::{Choices, Graph, Tools};

const RUNS: usize = 9;

fn main() {
    let sizes = [
        (100, 10),
        (400, 10),
        (1600, 10),
        (100, 40),
        (400, 40),
        (1600, 40),
    ];
    println!("| packages | features | time | of the smallest |\n|---|---|---|---|");
    let mut smallest = None;
    for (packages, features) in sizes {
        let time = median(&project(packages, features));
        let smallest = *smallest.get_or_insert(time);
        let ratio = time.as_secs_f64() / smallest.as_secs_f64();
        println!("| {packages} | {features} | {time:.1?} | {ratio:.1} × |");
    }
}

fn median(project: &Project) -> Duration {
    let resolved = Resolved::new(project, &Selection::default());
    let tools = Tools::default();
    let graph = Graph {
        project,
        resolved: &resolved,
        tools: &tools,
    };
    let blocked = project.packages.len() - 1;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            let choice = Choices::default().without(&graph, |built| built.is_built(blocked));
            let time = begun.elapsed();
            let choice = choice.expect("the feature that brings it in can go");
            assert_eq!(choice.lost.len(), 1);
            time
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

/// A root and chains of packages, one for each feature.
fn project(packages: usize, features: usize) -> Project {
    let chain = packages / features;
    let mut root = package(0);
    root.own = true;
    let mut all = vec![];
    let mut default = Vec::new();
    for feature in 0..features {
        let name = format!("feature-{feature:02}");
        let first = 1 + feature * chain;
        root.features
            .insert(name.clone(), vec![format!("dep:package-{first}")]);
        root.dependencies.push(dependency(first, true));
        default.push(name);
        for at in first..first + chain {
            let mut package = package(at);
            if at + 1 < first + chain {
                package.dependencies.push(dependency(at + 1, false));
            }
            // The last chain keeps to itself: only its own feature leads to what is blocked.
            if at % 3 == 0 && feature + 2 < features {
                package.dependencies.push(dependency(at + chain, false));
            }
            all.push(package);
        }
    }
    root.features.insert("default".to_owned(), default);
    all.insert(0, root);
    Project {
        packages: all,
        roots: vec![0],
    }
}

fn package(at: usize) -> GraphPackage {
    GraphPackage {
        name: format!("package-{at}"),
        version: Version::new(1, 0, 0),
        own: false,
        proc_macro: false,
        manifest: PathBuf::from("Cargo.toml"),
        features: BTreeMap::new(),
        dependencies: Vec::new(),
        builds_native: false,
        unified: Vec::new(),
    }
}

fn dependency(to: usize, optional: bool) -> Dependency {
    Dependency {
        name: format!("package-{to}"),
        to,
        optional,
        default_features: true,
        features: Vec::new(),
        requirement: VersionReq::STAR,
    }
}

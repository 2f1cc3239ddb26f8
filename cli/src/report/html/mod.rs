//! A report as one page: no script, nothing from the network, and readable in the light, in the dark, on a
//! telephone and on paper.

mod findings;
mod hosts;
mod machine;
mod sizes;
mod treemap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::human::{count, size};
use super::json::v1;
use crate::fleet::{Project, Verdict};

const STYLE: &str = include_str!("style.css");

/// One page on one project, or on several with a table of them first.
#[must_use]
pub fn page(projects: &[Project]) -> String {
    let title = match projects {
        [project] => format!("{}: {}", project.name, project.verdict().words()),
        projects => count(projects.len() as u64, "project"),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – wasify" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if projects.len() != 1 { (overview(projects)) }
                @for (at, project) in projects.iter().enumerate() { (one(at, project)) }
                footer { "Written by wasify " (env!("CARGO_PKG_VERSION")) "." }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// All projects, worst first, each a way to its part of the page.
fn overview(projects: &[Project]) -> Markup {
    html! {
        header { h1 { (count(projects.len() as u64, "project")) } }
        div.wide {
            table {
                thead { tr { th { "project" } th { "verdict" } th.number { "errors" } th.number { "warnings" } th { "worst" } } }
                tbody {
                    @for (at, project) in projects.iter().enumerate() {
                        @let summary = project.report.as_ref().map(|report| &report.summary);
                        tr {
                            td { a href=(format!("#project-{at}")) { (project.name) } }
                            td { (badge(project.verdict())) }
                            td.number { @match summary { Some(it) => (it.deny), None => "–" } }
                            td.number { @match summary { Some(it) => (it.warn), None => "–" } }
                            td { (project.worst().iter().take(3).map(|(rule, _)| *rule).collect::<Vec<_>>().join(", ")) }
                        }
                    }
                }
            }
        }
    }
}

fn one(at: usize, project: &Project) -> Markup {
    html! {
        header id=(format!("project-{at}")) {
            h1 { (project.name) }
            p.verdict { (badge(project.verdict())) " " (in_short(project)) }
            p.quiet { (project.root) }
        }
        @if let Some(error) = &project.error { pre.said { (error) } }
        @if let Some(report) = &project.report { (parts(report)) }
    }
}

fn badge(verdict: Verdict) -> Markup {
    let class = match verdict {
        Verdict::Clean => "good",
        Verdict::Limited => "warn",
        _ => "bad",
    };
    html! { span class=(format!("badge {class}")) { (verdict.words()) } }
}

/// How much of what was found.
fn in_short(project: &Project) -> String {
    let Some(report) = &project.report else {
        return String::new();
    };
    let summary = &report.summary;
    let counted = [
        (summary.deny, "error", "in ordinary use"),
        (summary.warn, "warning", "in some uses"),
        (summary.note, "note", ""),
        (summary.accepted, "finding", "accepted"),
        (summary.allowed, "finding", "allowed"),
    ];
    let counted = counted.iter().filter(|(number, _, _)| *number > 0);
    let words: Vec<String> = counted
        .map(|(number, noun, rest)| {
            let number = count(*number as u64, noun);
            format!("{number} {rest}").trim_end().to_owned()
        })
        .collect();
    words.join(", ")
}

fn parts(report: &v1::Report) -> Markup {
    html! {
        @if let Some(build) = &report.build { (failed(build)) }
        @if let Some(survey) = &report.survey {
            p {
                (count(survey.built as u64, "package")) " are built for WASI. Nothing was compiled for this report: "
                "it is what the dependency graph tells."
            }
        }
        @if let Some(ratchet) = &report.ratchet { (held(ratchet)) }
        (machine::section(report))
        (findings::section(report))
        @for artifact in &report.artifacts { (component(artifact)) }
        (hosts::section(&report.artifacts))
        (sizes::section(&report.artifacts))
        (changed(report))
        (skipped(report))
    }
}

fn failed(build: &v1::BuildFailure) -> Markup {
    html! {
        section {
            h2 { "It does not build" }
            pre.said { (build.message) }
            @if !build.packages.is_empty() {
                ul {
                    @for package in &build.packages {
                        li { code { (crate_name(&package.package)) } ": " (marked(&package.error)) }
                    }
                }
            }
        }
    }
}

/// What is worse or better than the baseline.
fn held(ratchet: &v1::Ratchet) -> Markup {
    let list = |title: &str, changes: &[v1::Change]| {
        html! {
            @if !changes.is_empty() {
                h3 { (title) }
                ul {
                    @for change in changes {
                        li {
                            (marked(&change.text))
                            @if let Some(artifact) = &change.artifact { span.quiet { " in " (artifact) } }
                        }
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 { "Against the baseline" }
            @if ratchet.there {
                p { (count(ratchet.accepted as u64, "finding")) " accepted in " code { (ratchet.file) } "." }
            } @else {
                p { "There is no " code { (ratchet.file) } ", so nothing is accepted." }
            }
            (list("Worse", &ratchet.worse))
            (list("Better", &ratchet.better))
        }
    }
}

fn component(artifact: &v1::Artifact) -> Markup {
    html! {
        section {
            h2 { (artifact.name) }
            dl {
                dt { "File" } dd { code { (artifact.path) } }
                dt { "Size" } dd { (size(artifact.bytes)) }
                dt { "WASI" } dd { @match &artifact.wasi { Some(version) => (version), None => "none" } }
                dt { "Functions" } dd { (artifact.functions) ", of which " (artifact.reachable) " can be reached" }
                @if let Some(run) = &artifact.run {
                    dt { "Run" } dd { code { (super::run::shell_line(run)) } }
                }
            }
        }
    }
}

/// The flags and ports, with their reasons.
fn changed(report: &v1::Report) -> Markup {
    if report.flags.is_empty() && report.ports.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Flags and ports in use" }
            div.wide {
                table {
                    thead { tr { th { "what" } th { "for" } th { "what it changes" } } }
                    tbody {
                        @for flag in &report.flags {
                            tr {
                                td { (flag.what) }
                                td { code { (flag.rule) } }
                                td { @if let Some(costs) = &flag.costs { (costs) } }
                            }
                        }
                        @for port in &report.ports {
                            tr {
                                td { "port of " (crate_name(&port.package)) }
                                td { @if let Some(rule) = &port.rule { code { (rule) } } }
                                td { ul { @for instead in &port.instead { li { (marked(instead)) } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn skipped(report: &v1::Report) -> Markup {
    if report.skipped.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "What could not be decided" }
            ul {
                @for skipped in &report.skipped {
                    li { code { (skipped.rule) } ": " (marked(&skipped.reason)) }
                }
            }
        }
    }
}

/// Text with what stands between backticks as code.
fn marked(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn crate_name(package: &v1::Package) -> String {
    match &package.version {
        Some(version) => format!("{} {version}", package.name),
        None => package.name.clone(),
    }
}

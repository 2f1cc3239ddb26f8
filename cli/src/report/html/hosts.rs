//! Which host has which import, as a table of marks.

use std::collections::BTreeSet;

use maud::{Markup, html};
use wasify_lints::host::{Host, Status};
use wasify_lints::hosts;

use super::super::json::v1;

/// A host's name without the marks of a command.
fn title(host: &Host) -> String {
    host.title.replace('`', "")
}

/// What a host does with an import: a mark, and the words for it.
fn mark(host: &Host, import: &str) -> (&'static str, &'static str, String) {
    let row = host.row(import, None);
    let told = row.and_then(|row| row.add.as_ref().or(row.allow.as_ref()));
    match (host.status(import), told) {
        (Status::Provided, None) => ("good", "✓", format!("{} has it", title(host))),
        (Status::Provided, Some(flag)) => {
            ("warn", "◐", format!("{} has it with: {flag}", title(host)))
        }
        (Status::Unknown, _) => ("quiet", "?", format!("not known of {}", title(host))),
        (Status::Fails, _) => (
            "bad",
            "✗",
            format!("{} has it, and calls fail", title(host)),
        ),
        (Status::Missing, _) => ("bad", "✗", format!("{} does not have it", title(host))),
    }
}

/// All imports of all artifacts against all hosts that are known.
pub(super) fn section(artifacts: &[v1::Artifact]) -> Markup {
    let imports: BTreeSet<&str> = artifacts
        .iter()
        .flat_map(|artifact| &artifact.imports)
        .map(|import| import.name.as_str())
        .collect();
    let hosts = hosts::hosts().unwrap_or_default();
    if imports.is_empty() || hosts.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Imports by host" }
            p.quiet {
                span.good { "✓" } " has it, " span.warn { "◐" } " has it when it is told to, " span.bad { "✗" }
                " has it not, or its calls fail, ? not known. Whether the host takes the file's kind and version is "
                "another question: " code { "wasify inspect FILE --host all" } "."
            }
            div.wide {
                table.marks {
                    thead {
                        tr {
                            th { "import" }
                            @for host in hosts { th.turned { span { (title(host)) } } }
                        }
                    }
                    tbody {
                        @for import in imports {
                            tr {
                                th { code { (import) } }
                                @for host in hosts {
                                    @let (class, sign, words) = mark(host, import);
                                    td class=(class) title=(words) aria-label=(words) { (sign) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

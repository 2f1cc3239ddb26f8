//! A build that failed: each failing package once, with its first error and how it got there.

use annotate_snippets::Level;

use super::super::json::BUILD_FAILED;
use super::lines::{Lines, crate_name, indented};
use super::text::{clean, count, wrap_at};
use super::{FLAG, Look, undefined};
use crate::ecosystem::{BuildFailure, FailedPackage};

/// Columns of `  = path: `.
const LABEL: usize = 12;

pub(super) fn render(failure: &BuildFailure, look: &Look) -> String {
    if failure.packages.is_empty() {
        let title = Level::ERROR
            .primary_title(clean(&failure.message))
            .id(BUILD_FAILED);
        let lines = Lines { look };
        let remedy = failure.remedy.as_ref().map(|remedy| {
            let command = clean(&remedy.command);
            let text = format!("{}\n{FLAG}{command}{FLAG:#}", clean(&remedy.title));
            lines.message("help", text)
        });
        let message = super::renderer(look).render(&[title.elements(remedy)]);
        return indented(&message) + "\n\n";
    }
    failure
        .packages
        .iter()
        .map(|package| one(package, look) + "\n\n")
        .collect()
}

/// What the whole comes to, in one line.
pub(super) fn headline(failure: &BuildFailure) -> String {
    match failure.packages.len() {
        0 => "the build stopped before anything was compiled".to_owned(),
        more => format!("{} can't be built for WASI", count(more as u64, "package")),
    }
}

fn one(failed: &FailedPackage, look: &Look) -> String {
    let name = crate_name(&failed.package);
    let what = match failed.stage {
        "build-script" => format!("the build script of {name} failed"),
        "link" => format!("{name} can't be linked"),
        _ => format!("{name} does not compile"),
    };
    let lines = Lines { look };
    let mut elements = Vec::new();
    if let Some(location) = &failed.location {
        // The compiler has shown the source line already.
        elements.push(lines.arrow(location));
    }
    if failed.dependency_path.len() > 1 {
        let path: Vec<String> = failed.dependency_path.iter().map(crate_name).collect();
        let path = path.iter().map(String::as_str);
        let wrapped = wrap_at(path, " > ", look.width.saturating_sub(LABEL));
        elements.push(lines.message("path", wrapped));
    }
    elements.extend(undefined::elements(&failed.missing, &lines));
    let prefix = 9 + failed.code.as_ref().map_or(0, String::len);
    let title = lines.title(&format!("{what}: {}", failed.error), prefix);
    let title = Level::ERROR.primary_title(title);
    let title = match &failed.code {
        Some(code) => title.id(clean(code)),
        None => title,
    };
    indented(&super::renderer(look).render(&[title.elements(elements)]))
}

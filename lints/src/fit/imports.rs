//! What a file imports, against what a host has.

use std::collections::BTreeMap;

use crate::facts::{Facts, Interface};
use crate::host::{Row, Status};

use super::{Fit, ObstacleKind, Purpose, Used, Verdict, calls};

/// How far the program gets with an interface.
pub(super) fn used(import: &Interface) -> Used {
    match import
        .functions
        .iter()
        .map(|function| function.called)
        .max()
    {
        None => Used::Types,
        Some(false) => Used::Linked,
        Some(true) => Used::Called,
    }
}

/// With its version, as it is imported.
fn full_name(import: &Interface) -> String {
    match &import.version {
        Some(version) => format!("{}@{version}", import.name),
        None => import.name.clone(),
    }
}

/// Imports of one package that have the same fate.
type Groups<'f> = BTreeMap<(Status, Used, String, Option<String>), Vec<&'f Interface>>;

/// Compares all imports.
pub(super) fn check(facts: &Facts<'_>, fit: &mut Fit) {
    let host = fit.host;
    let mut groups: Groups<'_> = BTreeMap::new();
    for import in &facts.surface.imports {
        let row = host.row(&import.name, None);
        let status = match row {
            Some(row) if draft(import, row) => Status::Missing,
            Some(row) => row.status,
            None => host.others.status,
        };
        if status == Status::Provided {
            tell(import, row, fit);
        } else if !(host.others.drops_unused && used(import) == Used::Types) {
            let why = match row {
                Some(row) if draft(import, row) => row
                    .version
                    .as_ref()
                    .map(|version| format!("it has only the draft `{version}` of it")),
                Some(row) => row.note.clone(),
                None => host.others.note.clone(),
            };
            let package = import.name.split('/').next().unwrap_or(&import.name);
            let key = (status, used(import), package.to_owned(), why);
            groups.entry(key).or_default().push(import);
        }
        functions(facts, import, row, fit);
    }
    for ((status, used, package, why), imports) in joined(groups) {
        obstacle(facts, fit, (status, used), (&package, why), &imports);
    }
}

/// Puts interfaces that only lend their types to those of the same package that have the same fate.
fn joined(mut groups: Groups<'_>) -> Groups<'_> {
    let types: Vec<_> = groups
        .keys()
        .filter(|key| key.1 == Used::Types)
        .cloned()
        .collect();
    for key in types {
        let same = |other: &&(Status, Used, String, Option<String>)| {
            (other.0, &other.2, &other.3) == (key.0, &key.2, &key.3) && other.1 != Used::Types
        };
        let Some(into) = groups.keys().rev().find(same).cloned() else {
            continue;
        };
        let lent = groups.remove(&key).unwrap_or_default();
        let group = groups.entry(into).or_default();
        group.extend(lent);
        group.sort_by(|a, b| a.name.cmp(&b.name));
    }
    groups
}

/// Whether an import asks for another version than the one draft that the host has.
fn draft(import: &Interface, row: &Row) -> bool {
    row.version.is_some() && row.version != import.version
}

/// What the host has to be told for an interface that it has.
fn tell(import: &Interface, row: Option<&Row>, fit: &mut Fit) {
    let Some(row) = row else { return };
    if let Some(add) = &row.add {
        fit.tell(add, Purpose::Add, full_name(import), row.note.as_ref());
    }
    if let Some(allow) = &row.allow {
        let needs = |function: &str| {
            // Giving a handle back is no use of an interface.
            !function.starts_with("[resource-drop]")
                && (row.calls.is_empty()
                    || row
                        .calls
                        .iter()
                        .any(|part| function.contains(part.as_str())))
        };
        let needed =
            |function: &&crate::facts::ImportedFunction| function.called && needs(&function.name);
        if import.functions.iter().any(|function| needed(&function)) {
            fit.tell(allow, Purpose::Allow, full_name(import), row.note.as_ref());
        }
    }
}

/// Functions that have rows of their own.
fn functions(facts: &Facts<'_>, import: &Interface, whole: Option<&Row>, fit: &mut Fit) {
    let host = fit.host;
    for function in &import.functions {
        let Some(row) = host.row(&import.name, Some(&function.name)) else {
            continue;
        };
        if whole.is_some_and(|whole| std::ptr::eq(whole, row)) {
            continue;
        }
        if row.status == Status::Provided {
            if let Some(add) = &row.add {
                fit.tell(add, Purpose::Add, full_name(import), row.note.as_ref());
            }
        } else if function.called || row.status == Status::Missing {
            let used = if function.called {
                Used::Called
            } else {
                Used::Linked
            };
            let name = format!("{}#{}", full_name(import), function.name);
            let message = message(
                fit,
                row.status,
                used,
                &format!("`{name}`"),
                row.note.as_deref(),
            );
            let call = calls::nearest(facts, &[import], |name| name == function.name);
            let verdict = verdict(row.status, used);
            let obstacle = fit.obstacle(verdict, kind(row.status), message);
            obstacle.interfaces = vec![name];
            obstacle.used = Some(used);
            set_call(obstacle, call);
        }
    }
}

/// One obstacle for imports of a package that have the same fate.
fn obstacle(
    facts: &Facts<'_>,
    fit: &mut Fit,
    (status, used): (Status, Used),
    (package, why): (&str, Option<String>),
    imports: &[&Interface],
) {
    if status == Status::Fails && used != Used::Called {
        return;
    }
    let stub = fit.host.others.stub.as_ref();
    if let Some(stub) = stub.filter(|_| status == Status::Missing && used != Used::Called) {
        for import in imports {
            fit.tell(
                &stub.add,
                Purpose::Stub,
                full_name(import),
                Some(&stub.effect),
            );
        }
        return;
    }
    let what = shown(package, imports);
    let message = message(fit, status, used, &what, why.as_deref());
    let call = (used == Used::Called).then(|| calls::nearest(facts, imports, |_| true));
    let helps = helps(fit, status, used, imports);
    let obstacle = fit.obstacle(verdict(status, used), kind(status), message);
    obstacle.interfaces = imports.iter().map(|import| full_name(import)).collect();
    obstacle.used = Some(used);
    obstacle.helps = helps;
    set_call(obstacle, call.flatten());
}

fn set_call(obstacle: &mut super::Obstacle, call: Option<calls::Call>) {
    let call = call.unwrap_or_default();
    obstacle.package = call.package;
    obstacle.location = call.location;
    obstacle.call_path = call.path;
}

/// `wasi:sockets` (tcp, udp), or the one interface by its name.
fn shown(package: &str, imports: &[&Interface]) -> String {
    match imports {
        [import] => format!("`{}`", full_name(import)),
        several => {
            let short = |import: &&Interface| {
                let name = import
                    .name
                    .split_once('/')
                    .map_or(import.name.as_str(), |(_, name)| name);
                name.to_owned()
            };
            let names: Vec<String> = several.iter().map(short).collect();
            format!("`{package}` ({})", names.join(", "))
        }
    }
}

fn verdict(status: Status, used: Used) -> Verdict {
    match (status, used) {
        (Status::Missing, _) => Verdict::Refused,
        (Status::Unknown, _) => Verdict::Unknown,
        (Status::Fails, Used::Called) => Verdict::Partly,
        (Status::Fails | Status::Provided, _) => Verdict::Runs,
    }
}

fn kind(status: Status) -> ObstacleKind {
    if status == Status::Fails {
        ObstacleKind::Calls
    } else {
        ObstacleKind::Import
    }
}

fn message(fit: &Fit, status: Status, used: Used, what: &str, why: Option<&str>) -> String {
    let title = &fit.host.title;
    let mut message = match status {
        Status::Fails => format!("every call of {what} fails"),
        Status::Unknown if what.contains('#') => {
            format!("nobody has said whether calls of {what} work on {title}")
        }
        Status::Unknown => format!("nobody has said whether {title} has {what}"),
        Status::Missing | Status::Provided => format!("{title} has no {what}"),
    };
    message.push_str(match (status, used) {
        (Status::Fails, _) | (_, Used::Called) => "",
        (_, Used::Linked) => "; it is linked, but nothing leads to a call of it",
        (_, Used::Types) => "; only its types are used, by other imports",
    });
    if let Some(why) = why {
        message.push_str("; ");
        message.push_str(why);
    }
    message
}

/// What can be done about imports that a host lacks.
fn helps(fit: &Fit, status: Status, used: Used, imports: &[&Interface]) -> Vec<String> {
    let mut helps = Vec::new();
    if status == Status::Missing && used != Used::Called {
        helps.push(format!(
            "{} looks for every import when it loads a file; leave the code that refers to it out, and \
             it loads",
            fit.host.title
        ));
    }
    if status != Status::Missing {
        return helps;
    }
    let having = |import: &&Interface| crate::hosts::providing(&import.name).unwrap_or_default();
    let mut hosts: Vec<&str> = Vec::new();
    if let Some((first, rest)) = imports.split_first() {
        let all = having(first).into_iter().filter(|host| {
            let mut rest = rest.iter();
            rest.all(|import| having(import).iter().any(|other| other.id == host.id))
        });
        hosts.extend(all.map(|host| host.id.as_str()));
    }
    if !hosts.is_empty() {
        helps.push(format!("hosts that have it: {}", hosts.join(", ")));
    }
    helps
}

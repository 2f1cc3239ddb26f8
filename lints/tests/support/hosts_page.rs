//! The page of hosts, `docs/hosts.md`, made of the host files alone.

use std::fmt::Write as _;

use wasify_lints::host::{Host, Known, Loading, Matching, Row, Status, Versions};

const HEAD: &str = "\
# Hosts

What wasify knows of the programs that run components and modules, made from the files in `lints/hosts/`.
`wasify inspect FILE --host NAME` judges a file by it.

What a source says and what was tried is kept beside each row. What nobody has said, and nobody here has tried,
is marked as not known.
";

/// The columns of the table: what is asked of every host, and how it is headed.
const COLUMNS: [(&str, &str); 7] = [
    ("wasi:cli/stdout", "output"),
    ("wasi:cli/environment", "environment, exit"),
    ("wasi:filesystem/types", "files"),
    ("wasi:sockets/tcp", "sockets"),
    ("wasi:sockets/ip-name-lookup", "names"),
    ("wasi:http/outgoing-handler", "HTTP requests"),
    ("wasi:keyvalue/store", "key-value"),
];

pub fn render(hosts: &[Host]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| host | components | preview1 modules |");
    for (_, title) in COLUMNS {
        let _ = write!(page, " {title} |");
    }
    let _ = writeln!(page, "\n|{}", " --- |".repeat(3 + COLUMNS.len()));
    for host in hosts {
        let _ = write!(
            page,
            "| [`{id}`](#{id}) | {} | {} |",
            known(host.component.loads),
            known(host.module.loads),
            id = host.id
        );
        for (interface, _) in COLUMNS {
            let _ = write!(page, " {} |", cell(host, interface));
        }
        page.push('\n');
    }
    page.push_str(
        "\nyes: there by itself. added: there when the host is told to add it. on leave: there, and calls do \
         nothing until\nthe host is told to allow them. fails: there, and every call fails. no: the file is \
         refused. ?: not known. -: the\nhost loads no components.\n",
    );
    for host in hosts {
        section(&mut page, host);
    }
    page
}

fn known(known: Known) -> &'static str {
    match known {
        Known::Yes => "yes",
        Known::No => "no",
        Known::Unknown => "?",
    }
}

fn cell(host: &Host, interface: &str) -> &'static str {
    if host.component.loads != Known::Yes {
        return match host.component.loads {
            Known::Unknown => "?",
            _ => "-",
        };
    }
    let row = host.row(interface, None);
    match row.map_or(host.others.status, |row| row.status) {
        Status::Missing => "no",
        Status::Fails => "fails",
        Status::Unknown => "?",
        Status::Provided if row.is_some_and(|row| row.add.is_some()) => "added",
        Status::Provided if row.is_some_and(|row| row.allow.is_some()) => "on leave",
        Status::Provided => "yes",
    }
}

fn section(page: &mut String, host: &Host) {
    let _ = write!(
        page,
        "\n## {}\n\n{}: {}. Checked with {}.\n\n",
        host.id, host.title, host.about, host.checked
    );
    loading(page, "Components", &host.component);
    loading(page, "Preview1 modules", &host.module);
    if let Some(versions) = &host.versions {
        self::versions(page, versions);
    }
    for start in &host.starts {
        let export = match start.export.as_str() {
            "*" => "any export".to_owned(),
            name => format!("`{name}`"),
        };
        let mut line = format!("Starts {export}");
        if !start.command.is_empty() {
            let _ = write!(line, " with `{}`", start.command.join(" "));
        }
        if let Some(note) = &start.note {
            let _ = write!(line, ": {note}");
        }
        item(page, &line, &start.references);
    }
    let place = match &host.told_in {
        Some(place) => format!("in {place}"),
        None => "on the command line".to_owned(),
    };
    let _ = write!(
        page,
        "\n| interfaces | | told {place} | known from |\n| --- | --- | --- | --- |\n"
    );
    for row in &host.interfaces {
        let names = list(&row.names);
        let _ = writeln!(
            page,
            "| {names} | {} | {} | {} |",
            row.status.name(),
            told(row),
            list(&row.references)
        );
    }
    let _ = writeln!(
        page,
        "| any other | {} | {} | {} |",
        host.others.status.name(),
        others(host),
        list(&host.others.references)
    );
}

fn loading(page: &mut String, title: &str, loading: &Loading) {
    let says = match loading.loads {
        Known::Yes => "yes",
        Known::No => "no",
        Known::Unknown => "not known",
    };
    let note = loading.note.as_ref().map(|note| format!("; {note}"));
    item(
        page,
        &format!("{title}: {says}{}", note.unwrap_or_default()),
        &loading.references,
    );
}

fn versions(page: &mut String, versions: &Versions) {
    let matching = match versions.matching {
        Matching::Semver => "any `0.2.x` is taken for any other",
        Matching::Exact => "no other is taken",
        Matching::Ignored => "the version that is asked for is not looked at",
        Matching::Unknown => "whether it takes others is not known",
    };
    let line = format!("WASI up to {}; {matching}", versions.up_to);
    item(page, &line, &versions.references);
}

fn item(page: &mut String, line: &str, references: &[String]) {
    let _ = writeln!(page, "- {line} ({})", list(references));
}

/// Names in a row; those with spaces in them are sentences' parts and are not set as code.
fn list(names: &[String]) -> String {
    let shown = |name: &String| match name.strip_prefix("tried: ") {
        Some(tried) => format!("tried: {tried}"),
        None => format!("`{name}`"),
    };
    names.iter().map(shown).collect::<Vec<_>>().join("; ")
}

fn told(row: &Row) -> String {
    let mut parts = Vec::new();
    if let Some(add) = &row.add {
        parts.push(format!("`{add}` adds it"));
    }
    if let Some(allow) = &row.allow {
        parts.push(format!("`{allow}` allows it"));
    }
    if let Some(version) = &row.version {
        parts.push(format!("only `{version}`"));
    }
    parts.extend(row.note.clone());
    parts.join("; ")
}

fn others(host: &Host) -> String {
    let mut parts = Vec::new();
    if let Some(stub) = &host.others.stub {
        parts.push(format!(
            "`{}` loads the file all the same, and {}",
            stub.add, stub.effect
        ));
    }
    parts.extend(host.others.note.clone());
    parts.join("; ")
}

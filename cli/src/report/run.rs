//! The command line that runs a component, from what it imports and exports.

use std::path::Path;

use wasify_lints::facts::{Kind, Surface};

use super::STDIN;

/// The arguments that run the binary with Wasmtime, and give it what it asks for and no more.
/// `None` when it can't be run by itself: a library, or a reactor.
#[must_use]
pub(super) fn run_command(surface: &Surface, path: &Path) -> Option<Vec<String>> {
    let path = path.to_str().filter(|path| *path != STDIN)?;
    let (command, mut host) = if exports(surface, "wasi:http/incoming-handler") {
        ("serve", cli_world(surface))
    } else if exports(surface, "wasi:cli/run") || is_command_module(surface) {
        ("run", Vec::new())
    } else {
        return None;
    };
    host.extend(doors(surface));
    let mut argv = vec!["wasmtime".to_owned(), command.to_owned()];
    argv.append(&mut host);
    argv.push(path.to_owned());
    Some(argv)
}

/// `serve` gives only the standard streams; any std binary asks for more of `wasi:cli` to load.
fn cli_world(surface: &Surface) -> Vec<String> {
    let given = ["wasi:cli/stdin", "wasi:cli/stdout", "wasi:cli/stderr"];
    let needs = |name: &str| name.starts_with("wasi:cli/") && !given.contains(&name);
    if surface.imports.iter().any(|import| needs(&import.name)) {
        vec!["-Scli".to_owned()]
    } else {
        Vec::new()
    }
}

/// A core module made for WASI preview1 that starts by itself.
fn is_command_module(surface: &Surface) -> bool {
    surface.kind == Kind::Module && surface.exports.iter().any(|export| export.name == "_start")
}

/// The flags for everything that a host does not allow by itself.
fn doors(surface: &Surface) -> Vec<String> {
    let mut flags = Vec::new();
    let mut network = Vec::new();
    if calls(
        surface,
        "wasi:sockets/",
        &["start-bind", "start-connect", "send", "receive"],
    ) {
        network.push("inherit-network");
    }
    if calls(
        surface,
        "wasi:sockets/ip-name-lookup",
        &["resolve-addresses"],
    ) {
        network.push("allow-ip-name-lookup");
    }
    if !network.is_empty() {
        flags.push(format!("-S{}", network.join(",")));
    }
    if calls(surface, "wasi:http/outgoing-handler", &["handle"]) {
        flags.push("-Shttp".to_owned());
    }
    if reads_files(surface) {
        flags.push("--dir=.".to_owned());
    }
    flags
}

fn exports(surface: &Surface, interface: &str) -> bool {
    surface.exports.iter().any(|export| {
        export
            .name
            .strip_prefix(interface)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    })
}

/// Whether a function whose name ends so is called, of any interface whose name begins so.
fn calls(surface: &Surface, interface: &str, functions: &[&str]) -> bool {
    surface
        .imports
        .iter()
        .filter(|import| import.name.starts_with(interface))
        .any(|import| {
            import.functions.iter().any(|function| {
                function.called && functions.iter().any(|end| function.name.ends_with(end))
            })
        })
}

fn reads_files(surface: &Surface) -> bool {
    let preview1 = ["wasi_snapshot_preview1", "wasi_unstable"];
    calls(
        surface,
        "wasi:filesystem/",
        &[
            "open-at",
            "stat-at",
            "read-directory",
            "create-directory-at",
        ],
    ) || preview1
        .iter()
        .any(|module| calls(surface, module, &["path_open", "path_filestat_get"]))
}

/// The arguments as one line for a shell.
#[must_use]
pub(crate) fn shell_line(argv: &[String]) -> String {
    argv.iter()
        .map(|word| quoted(word))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=./,:@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use wasify_lints::facts::{Export, ImportedFunction, Interface};

    use super::super::sample;
    use super::*;

    /// A binary with one export that calls these functions.
    fn binary(kind: Kind, export: &str, calls: &[(&str, &str)]) -> Surface {
        let import = |(interface, function): &(&str, &str)| Interface {
            name: (*interface).to_owned(),
            version: None,
            functions: vec![ImportedFunction {
                name: (*function).to_owned(),
                called: !function.starts_with("idle-"),
            }],
        };
        Surface {
            kind,
            imports: calls.iter().map(import).collect(),
            exports: vec![Export {
                name: export.to_owned(),
                kind: "instance".to_owned(),
            }],
            ..sample::surface(export)
        }
    }

    fn line(surface: &Surface) -> String {
        run_command(surface, Path::new("a.wasm")).map_or_else(String::new, |argv| shell_line(&argv))
    }

    #[test]
    fn each_door_is_opened_only_when_it_is_used() {
        let run = "wasi:cli/run@0.2.6";
        for (calls, expected) in [
            (vec![], "wasmtime run a.wasm"),
            (
                vec![("wasi:filesystem/types", "[method]descriptor.stat-at")],
                "wasmtime run --dir=. a.wasm",
            ),
            (
                vec![("wasi:filesystem/types", "idle-open-at")],
                "wasmtime run a.wasm",
            ),
            (
                vec![("wasi:filesystem/preopens", "get-directories")],
                "wasmtime run a.wasm",
            ),
            (
                vec![
                    ("wasi:sockets/udp", "[method]udp-socket.start-bind"),
                    ("wasi:sockets/ip-name-lookup", "resolve-addresses"),
                ],
                "wasmtime run -Sinherit-network,allow-ip-name-lookup a.wasm",
            ),
            (
                vec![("wasi:http/outgoing-handler", "handle")],
                "wasmtime run -Shttp a.wasm",
            ),
        ] {
            assert_eq!(line(&binary(Kind::Component, run, &calls)), expected);
        }
    }

    #[test]
    fn the_export_decides_how_it_starts() {
        let p1 = [("wasi_snapshot_preview1", "path_open")];
        let handler = "wasi:http/incoming-handler@0.2.6";
        for (kind, export, calls, expected) in [
            (
                Kind::Module,
                "_start",
                &p1[..],
                "wasmtime run --dir=. a.wasm",
            ),
            (Kind::Module, "add", &[], ""),
            (Kind::Component, "_start", &[], ""),
            (Kind::Component, "wasi:cli/runner@0.2.6", &[], ""),
            (Kind::Component, handler, &[], "wasmtime serve a.wasm"),
            (
                Kind::Component,
                handler,
                &[("wasi:cli/environment", "get-environment")],
                "wasmtime serve -Scli a.wasm",
            ),
        ] {
            assert_eq!(line(&binary(kind, export, calls)), expected, "{export}");
        }
    }

    #[test]
    fn a_shell_reads_the_line_as_the_arguments() {
        let words = ["a", "it's", "", "x y", "$HOME"].map(str::to_owned);
        assert_eq!(shell_line(&words), r"a 'it'\''s' '' 'x y' '$HOME'");
    }
}

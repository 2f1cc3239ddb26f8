//! The same permissions in the words of other hosts, with what they can't say as comments.
//!
//! The facts: `wasmtime run` opens every `--dir` for writing (wasmtime-cli-48.0.8 src/common.rs:88) and knows
//! the network as a whole only (wasmtime-cli-flags-48.0.8 src/lib.rs `WasiOptions`); Spin mounts `files` for
//! reading (spinframework/spin-docs content/v3/manifest-reference.md); jco's shim opens a directory with
//! `_addPreopen` (preview2-shim-0.26.1 dist/nodejs/filesystem.js:667) and limits neither the network nor the
//! environment.

use std::fmt::Write as _;

use wasify_runtime::Endpoint;

use super::grants::Grants;
use super::words::NetWord;
use crate::report::run::shell_line;

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct What<'a> {
    /// The file, as the user would write it.
    pub file: &'a str,
    /// Whether it answers HTTP requests.
    pub serves: bool,
    /// Its arguments.
    pub args: &'a [String],
}

impl Grants {
    fn connects(&self) -> impl Iterator<Item = &Endpoint> {
        self.net.iter().filter_map(|word| match word {
            NetWord::Connect(end) => Some(end),
            _ => None,
        })
    }

    fn has_network(&self) -> bool {
        self.all || !self.net.is_empty()
    }

    fn whole_network(&self) -> bool {
        self.all || self.net.contains(&NetWord::Everything)
    }

    fn listens(&self) -> bool {
        let listens = |word: &NetWord| matches!(word, NetWord::Listen(_));
        self.whole_network() || self.net.iter().any(listens)
    }

    fn read_only(&self) -> Vec<String> {
        let dirs = self.dirs.iter().filter(|dir| dir.word.read_only);
        dirs.map(|dir| format!("`{}`", dir.word.host)).collect()
    }
}

fn comment(text: &mut String, mark: &str, said: &str) {
    let _ = writeln!(text, "{mark} {said}");
}

/// Says which directories the host opens further than they were granted.
fn writable(text: &mut String, mark: &str, grants: &Grants, host: &str) {
    let read_only = grants.read_only();
    if !read_only.is_empty() {
        let dirs = read_only.join(", ");
        let said = format!(
            "{host} can't give a directory for reading only: the program may write in {dirs}"
        );
        comment(text, mark, &said);
    }
}

/// A command line of `wasmtime`.
#[must_use]
pub fn wasmtime(grants: &Grants, what: What<'_>) -> String {
    let mut text = String::new();
    writable(&mut text, "#", grants, "Wasmtime");
    if grants.has_network() && !grants.whole_network() {
        comment(
            &mut text,
            "#",
            "Wasmtime can't open the network for some hosts or ports only: all of it is open",
        );
    }
    let command = if what.serves { "serve" } else { "run" };
    let mut argv = vec!["wasmtime".to_owned(), command.to_owned()];
    if what.serves {
        argv.push("-Scli".to_owned());
    }
    argv.extend(wasmtime_options(grants));
    argv.push(what.file.to_owned());
    argv.extend(what.args.iter().cloned());
    let _ = writeln!(text, "{}", shell_line(&argv));
    text
}

/// The command of `wasmtime` that runs any program, before the program's file.
#[must_use]
pub fn wasmtime_words(grants: &Grants) -> Vec<String> {
    let mut words = vec!["wasmtime".to_owned(), "run".to_owned()];
    words.extend(wasmtime_options(grants));
    words
}

fn wasmtime_options(grants: &Grants) -> Vec<String> {
    let mut argv = Vec::new();
    for dir in &grants.dirs {
        let (host, guest) = (&dir.word.host, dir.word.guest());
        argv.push(if *host == guest {
            format!("--dir={host}")
        } else {
            format!("--dir={host}::{guest}")
        });
    }
    if grants.all {
        argv.extend(["--dir=.".to_owned(), "--dir=/".to_owned()]);
    }
    argv.extend(grants.env.iter().map(|word| format!("--env={word}")));
    if grants.inherit_env || grants.all {
        argv.push("-Sinherit-env".to_owned());
    }
    if grants.has_network() {
        argv.push("-Sinherit-network,allow-ip-name-lookup,http".to_owned());
    }
    if let Some(bytes) = grants.max_memory {
        argv.push(format!("-Wmax-memory-size={bytes}"));
    }
    if let Some(time) = grants.timeout {
        argv.push(format!("-Wtimeout={}ms", time.as_millis()));
    }
    argv
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// The component's table in `spin.toml`.
#[must_use]
pub fn spin(grants: &Grants, what: What<'_>) -> String {
    let stem = what.file.rsplit(['/', '\\']).next().unwrap_or(what.file);
    let id = spin_id(stem.trim_end_matches(".wasm"));
    let mut text = String::new();
    if !what.serves {
        comment(
            &mut text,
            "#",
            "Spin starts a program for HTTP requests; this one is a command",
        );
    }
    let _ = writeln!(text, "[component.{id}]\nsource = {}", quoted(what.file));
    if grants.dirs.iter().any(|dir| !dir.word.read_only) || grants.all {
        comment(
            &mut text,
            "#",
            "Spin gives files for reading; `spin up --allow-transient-write` lets a program write, until it ends",
        );
    }
    let files = spin_files(grants);
    if !files.is_empty() {
        let _ = writeln!(text, "files = [{}]", files.join(", "));
    }
    if grants.listens() {
        comment(
            &mut text,
            "#",
            "Spin lets no program listen at an address of its own",
        );
    }
    if grants.inherit_env || grants.all {
        comment(
            &mut text,
            "#",
            "Spin can't hand all environment variables on: name each in `environment`",
        );
    }
    let hosts = spin_hosts(grants);
    if !hosts.is_empty() {
        let _ = writeln!(text, "allowed_outbound_hosts = [{}]", hosts.join(", "));
    }
    limits(&mut text, "#", grants, "Spin");
    if !grants.env.is_empty() {
        let _ = writeln!(text, "\n[component.{id}.environment]");
        for word in &grants.env {
            match &word.value {
                Some(value) => _ = writeln!(text, "{} = {}", word.name, quoted(value)),
                None => _ = writeln!(text, "{} = \"\" # its value goes here", word.name),
            }
        }
    }
    text
}

/// A name as Spin wants those of components: words of letters and digits, with dashes in between, the first of which
/// begins with a letter (spinframework/spin crates/serde/src/id.rs).
#[must_use]
pub fn spin_id(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let id = words.join("-");
    match id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => id,
        false => format!("app-{id}").trim_end_matches('-').to_owned(),
    }
}

fn spin_files(grants: &Grants) -> Vec<String> {
    let rooted = |guest: String| match guest.as_str() {
        "." => "/".to_owned(),
        guest if guest.starts_with('/') => guest.to_owned(),
        guest => format!("/{guest}"),
    };
    grants
        .dirs
        .iter()
        .map(|dir| {
            let (source, destination) = (quoted(&dir.word.host), quoted(&rooted(dir.word.guest())));
            format!("{{ source = {source}, destination = {destination} }}")
        })
        .collect()
}

fn spin_hosts(grants: &Grants) -> Vec<String> {
    if grants.whole_network() {
        return vec![quoted("*://*:*")];
    }
    grants
        .connects()
        .map(|end| match end.port {
            Some(_) => quoted(&format!("*://{end}")),
            None => quoted(&format!("*://{end}:*")),
        })
        .collect()
}

/// A file that sets jco up, and the command.
#[must_use]
pub fn jco(grants: &Grants, what: What<'_>) -> String {
    let mut text = String::new();
    writable(&mut text, "//", grants, "jco");
    if !grants.whole_network() {
        comment(
            &mut text,
            "//",
            "jco doesn't close the network: the program may reach, and be reached at, any address",
        );
    }
    jco_environment(&mut text, grants);
    limits(&mut text, "//", grants, "jco");
    let setup = !grants.dirs.is_empty() || grants.all;
    if setup {
        text.push_str("// setup.mjs\nimport { _addPreopen } from \"@bytecodealliance/preview2-shim/filesystem\";\n");
        for dir in &grants.dirs {
            let _ = writeln!(
                text,
                "_addPreopen({:?}, {:?});",
                dir.word.guest(),
                dir.word.host
            );
        }
        if grants.all {
            text.push_str("_addPreopen(\".\", \".\");\n_addPreopen(\"/\", \"/\");\n");
        }
        text.push('\n');
    }
    let command = if what.serves { "serve" } else { "run" };
    let mut argv = vec!["jco".to_owned(), command.to_owned()];
    if setup {
        argv.push("--jco-import=setup.mjs".to_owned());
    }
    argv.push(what.file.to_owned());
    argv.extend(what.args.iter().cloned());
    let _ = writeln!(text, "{}", shell_line(&argv));
    text
}

fn jco_environment(text: &mut String, grants: &Grants) {
    if grants.inherit_env || grants.all {
        return;
    }
    let names: Vec<String> = grants
        .env
        .iter()
        .map(|word| match &word.value {
            Some(_) => word.to_string(),
            None => format!("{0}=\"${0}\"", word.name),
        })
        .collect();
    let all = format!("env -i PATH=\"$PATH\" {}", names.join(" "));
    comment(
        text,
        "//",
        &format!(
            "jco gives all environment variables; only some: {} jco ...",
            all.trim_end()
        ),
    );
}

fn limits(text: &mut String, mark: &str, grants: &Grants, host: &str) {
    if grants.max_memory.is_some() || grants.timeout.is_some() {
        comment(
            text,
            mark,
            &format!("{host} has no such limits of memory and time for one program"),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::runtime::grants::Dir;
    use crate::runtime::words::{DirWord, EnvWord};

    fn grants() -> Grants {
        let dir = |text: &str| Dir {
            word: DirWord::parse(text).unwrap(),
            base: PathBuf::new(),
            source: String::new(),
        };
        Grants {
            dirs: vec![dir("data:ro"), dir("/srv/x::out")],
            env: vec![EnvWord::parse("MODE=a b").unwrap()],
            net: vec![NetWord::parse("a.b:443").unwrap()],
            max_memory: Some(1 << 20),
            ..Grants::default()
        }
    }

    const WHAT: What<'_> = What {
        file: "app.wasm",
        serves: false,
        args: &[],
    };

    #[test]
    fn what_a_host_can_not_say_is_said() {
        let said = wasmtime(&grants(), WHAT);
        let line = "wasmtime run --dir=data --dir=/srv/x::out '--env=MODE=a b' \
                    -Sinherit-network,allow-ip-name-lookup,http -Wmax-memory-size=1048576 app.wasm\n";
        assert!(said.ends_with(line), "{said}");
        assert!(
            said.contains("# Wasmtime can't give a directory for reading only")
                && said.contains("`data`\n")
        );
        assert!(said.contains("some hosts or ports only"));
        assert_eq!(
            wasmtime(&Grants::default(), WHAT),
            "wasmtime run app.wasm\n"
        );
    }

    #[test]
    fn spins_table_is_toml() {
        let said = spin(&grants(), WHAT);
        let table: toml_edit::DocumentMut = said.parse().unwrap();
        let app = &table["component"]["app"];
        assert_eq!(
            app["allowed_outbound_hosts"][0].as_str(),
            Some("*://a.b:443")
        );
        assert_eq!(app["files"][1]["destination"].as_str(), Some("/out"));
        assert_eq!(app["environment"]["MODE"].as_str(), Some("a b"));
    }

    #[test]
    fn jco_needs_a_file_for_directories() {
        let said = jco(&grants(), WHAT);
        assert!(said.contains("_addPreopen(\"out\", \"/srv/x\");"), "{said}");
        assert!(
            said.ends_with("jco run --jco-import=setup.mjs app.wasm\n"),
            "{said}"
        );
    }

    #[test]
    fn names_are_what_spin_takes() {
        for (name, id) in [
            ("notes", "notes"),
            ("my_app.v2", "my-app-v2"),
            ("rust-2048", "rust-2048"),
            ("7z", "app-7z"),
            ("Editor", "editor"),
            ("_", "app"),
        ] {
            assert_eq!(spin_id(name), id);
        }
    }
}

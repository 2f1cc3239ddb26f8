//! What is looked at beside the graph: the machine's tools, and cargo's settings that fight the port: flags of
//! rustc with which nothing links, a linker that is not there, and flags that hide each other.

use std::path::Path;

use cargo_metadata::cargo_platform::Cfg;
use wasify_lints::preflight;
use wasify_lints::rustflags;
use wasify_lints::tools::{Machine, Needs, judge};

use super::config::{self, Flag, Origin};
use super::graph::Known;
use super::job::Job;
use super::{profiles, stale};
use crate::ecosystem::{BuildRequest, Checkup, Setting, SettingPlace};
use crate::execute::shim::TARGET;
use crate::toolchain::tools;

/// What the settings come to.
struct Settings {
    /// Those that fight the port.
    wrong: Vec<Setting>,
    /// How many flags of rustc there are.
    flags: usize,
    /// The linker of the project's own, as it is written.
    linker: Option<String>,
}

/// Looks at everything but the packages. What can't be told without the graph is left out where there is
/// none.
pub(super) fn checkup(
    job: &Job<'_>,
    machine: &Machine,
    known: Option<&Known>,
) -> anyhow::Result<Checkup> {
    let mut settings = settings(job, known.map_or(&[], |known| &known.cfgs), machine)?;
    let root = known.map(|known| known.metadata.workspace_root.as_std_path());
    let optimised = root.map(|root| profiles::optimised(job, root));
    settings.wrong.extend(optimised.unwrap_or_default());
    let needs = Needs {
        c_compiler: known.is_some_and(|known| preflight::wants_c_compiler(&known.graph())),
        own_linker: settings.linker.is_some(),
    };
    let lists = &job.flags;
    let flags = [
        usize::from(lists.features.is_some()),
        lists.rustflags.len(),
        lists.open.len(),
        lists.ports.len(),
        lists.updates.len(),
    ];
    let stale = known.map(|known| stale::stale(job, known)).transpose()?;
    Ok(Checkup {
        tools: judge(machine, needs),
        toolchain: machine.toolchain.clone(),
        unseen: unseen(&settings, known.is_some()),
        flags_of_rustc: settings.flags,
        settings: settings.wrong,
        flags: if known.is_some() {
            flags.iter().sum()
        } else {
            0
        },
        stale: stale.unwrap_or_default(),
        named: named(&job.request),
        checked: None,
    })
}

/// What only a build, or nobody, can tell.
fn unseen(settings: &Settings, has_graph: bool) -> Vec<String> {
    let mut unseen = Vec::new();
    if !has_graph {
        unseen.push(
            "the packages, and the flags in wasify.toml: cargo could not resolve them".to_owned(),
        );
    }
    if let Some(linker) = &settings.linker
        && settings
            .wrong
            .iter()
            .all(|wrong| !wrong.what.starts_with("linker"))
    {
        unseen.push(format!(
            "whether the linker `{linker}` of cargo's configuration makes components: only a build can tell"
        ));
    }
    unseen
}

/// The words with which the user named the project.
fn named(request: &BuildRequest) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(spec) = &request.published {
        words.extend(["--crate".to_owned(), spec.clone()]);
    }
    if let Some(manifest) = &request.manifest_path {
        words.extend(["--manifest-path".to_owned(), manifest.display().to_string()]);
    }
    for package in &request.packages {
        words.extend(["-p".to_owned(), package.clone()]);
    }
    let switches = [
        ("--workspace", request.workspace),
        ("--no-default-features", request.no_default_features),
        ("--all-features", request.all_features),
    ];
    let on = switches.iter().filter(|(_, on)| *on);
    words.extend(on.map(|(switch, _)| (*switch).to_owned()));
    for features in &request.features {
        words.extend(["--features".to_owned(), features.clone()]);
    }
    words.extend(request.path.as_ref().map(|path| path.display().to_string()));
    words
}

/// Reads them for a job. Without what rustc's `cfg` knows of the target, tables for some targets only are
/// left out.
fn settings(job: &Job<'_>, cfgs: &[Cfg], machine: &Machine) -> anyhow::Result<Settings> {
    let (around, cwd) = (job.around, job.place.cwd.as_path());
    let passed_on = job.flagged().passed_on;
    let flags = config::rustflags(around, cwd, &passed_on, cfgs);
    let mut wrong = unfit(&flags)?;
    let linker = config::linker(around, cwd, &passed_on, cfgs);
    if let Some((flag, path)) = &linker {
        wrong.extend(unfit_linker(flag)?);
        wrong.extend(missing_linker(job, flag, path, machine));
    }
    wrong.extend(hidden(job, &flags, &passed_on));
    Ok(Settings {
        wrong,
        flags: flags.len(),
        linker: linker
            .map(|(flag, _)| flag.word)
            .or_else(|| named_linker(&flags)),
    })
}

/// The linker in the flags of rustc.
fn named_linker(flags: &[Flag]) -> Option<String> {
    let words: Vec<&str> = flags.iter().map(|flag| flag.word.as_str()).collect();
    let options = rustflags::options(&words).into_iter();
    let mut linkers =
        options.filter_map(|(_, option)| option.strip_prefix("linker=").map(str::to_owned));
    linkers.next_back()
}

/// Flags of which it is known that nothing links with them.
fn unfit(flags: &[Flag]) -> anyhow::Result<Vec<Setting>> {
    let words: Vec<&str> = flags.iter().map(|flag| flag.word.as_str()).collect();
    let mut wrong = Vec::new();
    for (at, option) in rustflags::options(&words) {
        if let Some(known) = rustflags::known(&option)? {
            let from = &flags[at].from;
            // The last word of it is what stands in the file.
            let value = option
                .split_once('=')
                .map_or(option.as_str(), |(_, value)| value);
            wrong.push(Setting {
                what: format!("-C {option}"),
                place: place(from, value),
                why: known.why.clone(),
                instead: elsewhere(from),
                breaks: true,
            });
        }
    }
    Ok(wrong)
}

fn unfit_linker(flag: &Flag) -> anyhow::Result<Option<Setting>> {
    let known = rustflags::known(&format!("linker={}", flag.word))?;
    Ok(known.map(|known| Setting {
        what: format!("linker = \"{}\"", flag.word),
        place: place(&flag.from, &flag.word),
        why: known.why.clone(),
        instead: "leave it out: rustc knows the right one".to_owned(),
        breaks: true,
    }))
}

fn missing_linker(job: &Job<'_>, flag: &Flag, path: &Path, machine: &Machine) -> Option<Setting> {
    if tools::is_there(job.around, &job.place.cwd, path, machine) {
        return None;
    }
    Some(Setting {
        what: format!("linker = \"{}\"", flag.word),
        place: place(&flag.from, &flag.word),
        why: "is not there".to_owned(),
        instead: "leave it out: rustc knows the right one".to_owned(),
        breaks: true,
    })
}

/// The flags of the port and those of the project that can't both count: cargo takes one kind only.
fn hidden(job: &Job<'_>, flags: &[Flag], passed_on: &[String]) -> Option<Setting> {
    let own = job.flags.rustflag_words();
    own.first()?;
    let counted = flags.first().map(|flag| &flag.from);
    if let Some(Origin::Variable(name)) = counted
        && !name.starts_with("CARGO_TARGET_")
    {
        let counts = own
            .iter()
            .all(|word| flags.iter().any(|flag| flag.word == *word));
        return (!counts).then(|| Setting {
            what: (*name).to_owned(),
            place: SettingPlace::Variable((*name).to_owned()),
            why: format!(
                "hides the port's own flags from cargo, which wants one or the other: `{}`",
                own.join(" ")
            ),
            instead: format!("add them to `{name}`, or unset it"),
            breaks: true,
        });
    }
    let builds = config::build_rustflags(job.around, &job.place.cwd, passed_on);
    let lost = builds.iter().find(|flag| !own.contains(&flag.word))?;
    Some(Setting {
        what: "build.rustflags".to_owned(),
        place: place(&lost.from, "rustflags"),
        why: format!(
            "does not count, as cargo takes those of the target alone where there are any, and the port has \
             `{}`",
            own.join(" ")
        ),
        instead: format!("put what WASI needs of them under `[target.{TARGET}]`"),
        breaks: false,
    })
}

/// What to do with a flag that is right for other targets.
fn elsewhere(from: &Origin) -> String {
    match from {
        Origin::File(_) => {
            "leave it out for WASI: put it under `[target.'cfg(not(target_family = \"wasm\"))']`"
                .to_owned()
        }
        Origin::Variable(name) => format!("take it out of `{name}` when you build for WASI"),
        Origin::Argument => "leave it out".to_owned(),
    }
}

fn place(from: &Origin, text: &str) -> SettingPlace {
    match from {
        Origin::Variable(name) => SettingPlace::Variable((*name).to_owned()),
        Origin::Argument => SettingPlace::Argument,
        Origin::File(file) => SettingPlace::File(file.clone(), line(file, text)),
    }
}

/// The first line of a file that has a text and is no comment.
fn line(file: &Path, text: &str) -> Option<usize> {
    let whole = std::fs::read_to_string(file).ok()?;
    let has = |line: &str| !line.trim_start().starts_with('#') && line.contains(text);
    whole.lines().position(has).map(|line| line + 1)
}

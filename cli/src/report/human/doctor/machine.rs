//! Tools, settings and flags that are not well, and those that nobody looked at.

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE};
use anstyle::Style;
use wasify_lints::tools::{C_COMPILER, State, Tool};

use super::super::super::Report;
use super::super::text::{clean, wrap};
use super::super::{BOLD, DIM, FLAG, Look, OF_DOCTOR};
use super::item;
use crate::ecosystem::{Setting, SettingPlace};

/// Tools and settings that are wrong.
pub(super) fn wrong(report: &Report, look: &Look) -> String {
    let Some(checkup) = &report.checkup else {
        return String::new();
    };
    let mut text = String::new();
    for tool in checkup.tools.iter().filter(|tool| tool.is_trouble()) {
        text.push_str(&sick(tool, report, look));
    }
    for setting in &checkup.settings {
        text.push_str(&fighting(setting, look));
    }
    let failed = checkup.checked.iter().filter(|it| !it.passed());
    for checked in failed {
        let style = ("error", DEFAULT_ERROR_STYLE);
        text.push_str(&message(
            style,
            &super::super::checked(checked, OF_DOCTOR),
            &[],
            look,
        ));
    }
    text
}

fn sick(tool: &Tool, report: &Report, look: &Look) -> String {
    let needed = tool.needed_for.as_deref().unwrap_or_default();
    let what = clean(&tool.trouble());
    let style = if tool.mends_itself {
        ("warning", DEFAULT_WARNING_STYLE)
    } else {
        ("error", DEFAULT_ERROR_STYLE)
    };
    let mut lines = vec![("needed for", needed.to_owned())];
    let is_c = tool.name == C_COMPILER;
    let rejected = report.c_search.iter().filter(|_| is_c);
    for rejected in rejected.flat_map(|search| &search.rejected) {
        lines.push((
            "tried",
            format!("{}: {}", clean(&rejected.what), clean(&rejected.why)),
        ));
    }
    if let Some(remedy) = &tool.remedy {
        lines.push((
            "help",
            with_command(&remedy.title, remedy.command.as_deref(), look),
        ));
    }
    message(style, &what, &lines, look)
}

fn fighting(setting: &Setting, look: &Look) -> String {
    let style = if setting.breaks {
        ("error", DEFAULT_ERROR_STYLE)
    } else {
        ("note", DEFAULT_NOTE_STYLE)
    };
    let what = clean(&setting.message());
    let lines = [
        ("set in", place(&setting.place, look)),
        ("help", clean(&setting.instead)),
    ];
    message(style, &what, &lines, look)
}

/// Where something is set, as the user would write it.
pub(super) fn place(place: &SettingPlace, look: &Look) -> String {
    match place {
        SettingPlace::Variable(name) => format!("the environment: {}", clean(name)),
        SettingPlace::Argument => "the command line: --config".to_owned(),
        SettingPlace::File(file, line) => {
            let file = clean(&look.sources.shown(&file.display().to_string()));
            match line {
                Some(line) => format!("{file}:{line}"),
                None => file,
            }
        }
    }
}

/// Flags in `wasify.toml` whose reason is gone.
pub(super) fn stale(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for stale in report.checkup.iter().flat_map(|checkup| &checkup.stale) {
        let style = if stale.breaks {
            ("error", DEFAULT_ERROR_STYLE)
        } else {
            ("note", DEFAULT_NOTE_STYLE)
        };
        let what = clean(&stale.message());
        let at = place(&SettingPlace::File(stale.file.clone(), stale.line), look);
        let lines = [("set in", at), ("help", "drop this".to_owned())];
        text.push_str(&message(style, &what, &lines, look));
    }
    text
}

/// A message with lines below it, in the look of those about packages.
fn message(
    (level, style): (&str, Style),
    what: &str,
    lines: &[(&str, String)],
    look: &Look,
) -> String {
    let indent = level.len() + 2;
    let what = if look.wrap_titles {
        wrap(what, look.width.saturating_sub(indent))
    } else {
        what.to_owned()
    };
    let what = what.replace('\n', &format!("\n{:indent$}", ""));
    let mut text = format!("{style}{level}{style:#}{BOLD}: {what}{BOLD:#}\n");
    for (label, line) in lines {
        let indent = 7 + label.len();
        let line = match line.split_once('\n') {
            Some((line, command)) => {
                format!(
                    "{}\n{command}",
                    wrap(line, look.width.saturating_sub(indent))
                )
            }
            None => wrap(line, look.width.saturating_sub(indent)),
        };
        let line = line.replace('\n', &format!("\n{:indent$}", ""));
        text.push_str(&format!("   = {BOLD}{label}{BOLD:#}: {line}\n"));
    }
    text + "\n"
}

fn with_command(title: &str, command: Option<&str>, look: &Look) -> String {
    let title = wrap(title, look.width.saturating_sub(11)).replace('\n', " ");
    match command {
        Some(command) => format!("{title}\n{FLAG}{command}{FLAG:#}"),
        None => title,
    }
}

/// Tools that nobody looked for.
pub(super) fn not_looked_at(report: &Report, look: &Look) -> String {
    let tools = report.checkup.iter().flat_map(|checkup| &checkup.tools);
    let skipped = tools.filter(|tool| tool.state == State::NotLookedAt);
    let line = |tool: &Tool| match (&tool.needed_for, &report.survey) {
        (Some(_), _) => format!("`{}`: rustc did not say where it would be", tool.name),
        (None, Some(_)) => format!("{}s: no package is known to need one", tool.name),
        (None, None) => format!("{}s: whether a package needs one is not known", tool.name),
    };
    skipped.map(|tool| item("-", &line(tool), look)).collect()
}

/// Tools that the project does not need: a list of its own, for whoever asks for everything.
pub(super) fn others(report: &Report, look: &Look) -> String {
    if !look.verbose {
        return String::new();
    }
    let tools = report.checkup.iter().flat_map(|checkup| &checkup.tools);
    let others = tools.filter(|tool| tool.needed_for.is_none() && tool.state != State::NotLookedAt);
    let mut text = super::heading("Not needed here");
    for tool in others {
        let state = match &tool.found {
            None => "not there".to_owned(),
            Some(found) => match &found.fault {
                Some(fault) => format!("does not work: {}", clean(fault)),
                None => clean(&format!("{} {}", found.version, found.path.display())),
            },
        };
        let line = format!(
            "{}: {} {DIM}({}){DIM:#}",
            tool.name,
            state.trim(),
            tool.purpose
        );
        text.push_str(&item("-", &line, look));
    }
    text + "\n"
}

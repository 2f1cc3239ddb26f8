//! What `wasify doctor` saw beside the packages, as entries: tools, cargo's settings, stale flags, and what
//! `cargo check` said.

use std::borrow::Cow;
use std::path::Path;

use wasify_lints::finding::{Finding, Level, Location};
use wasify_lints::tools::{C_COMPILER, Tool};

use super::super::conditions::{NOT_VERIFIED, SETTING, STALE_FLAG, TOOL};
use super::super::human::{self, OF_DOCTOR};
use super::{Entry, plain, suggestion};
use crate::ecosystem::{Checkup, Setting, SettingPlace, Stale};

/// All that is not well, in the order of the letter. `root` is the project's.
pub(super) fn entries<'a>(checkup: &'a Checkup, root: &Path) -> Vec<Entry<'a>> {
    // Each package that wants a C compiler is a finding.
    let sick = |tool: &&Tool| tool.is_trouble() && tool.name != C_COMPILER;
    let tools = checkup.tools.iter().filter(sick).map(tool);
    let settings = checkup.settings.iter().map(|it| setting(it, root));
    let stale = checkup.stale.iter().map(|it| stale(it, root));
    let failed = checkup.checked.iter().filter(|it| !it.passed());
    let failed = failed.map(|checked| Finding {
        message: human::checked(checked, OF_DOCTOR),
        effect: "the changes of `wasify build --fix=all` are not enough".to_owned(),
        ..Finding::bare(NOT_VERIFIED, Level::Deny)
    });
    let all = tools.chain(settings).chain(stale).chain(failed);
    all.map(|finding| Entry {
        level: finding.level,
        ..plain(Cow::Owned(finding))
    })
    .collect()
}

fn tool(tool: &Tool) -> Finding {
    let level = match tool.mends_itself {
        true => Level::Warn,
        false => Level::Deny,
    };
    let remedy = tool.remedy.iter();
    Finding {
        message: tool.trouble(),
        effect: match &tool.needed_for {
            Some(what) => format!("it is needed for {what}"),
            None => "the build needs it".to_owned(),
        },
        suggestions: remedy
            .map(|remedy| suggestion(&remedy.title, remedy.command.clone()))
            .collect(),
        ..Finding::bare(TOOL, level)
    }
}

fn setting(setting: &Setting, root: &Path) -> Finding {
    let (location, from) = match &setting.place {
        SettingPlace::File(file, line) => (Some(at(file, *line, root)), None),
        SettingPlace::Variable(name) => (None, Some(format!("set in the environment: {name}"))),
        SettingPlace::Argument => (None, Some("set on the command line: --config".to_owned())),
    };
    let (level, effect) = match setting.breaks {
        true => (Level::Deny, "nothing links with it"),
        false => (Level::Note, "the build goes on with it"),
    };
    Finding {
        message: setting.message(),
        effect: effect.to_owned(),
        location,
        notes: from.into_iter().collect(),
        suggestions: vec![suggestion(&setting.instead, None)],
        ..Finding::bare(SETTING, level)
    }
}

fn stale(stale: &Stale, root: &Path) -> Finding {
    let (level, effect) = match stale.breaks {
        true => (Level::Deny, "nothing builds with it"),
        false => (Level::Note, "it does nothing any more"),
    };
    Finding {
        message: stale.message(),
        effect: effect.to_owned(),
        location: Some(at(&stale.file, stale.line, root)),
        suggestions: vec![suggestion("drop this", None)],
        ..Finding::bare(STALE_FLAG, level)
    }
}

/// A line of a file, which is named from the project's root where it is below that.
fn at(file: &Path, line: Option<usize>, root: &Path) -> Location {
    let file = file.strip_prefix(root).unwrap_or(file);
    Location {
        file: file.display().to_string(),
        line: line.and_then(|line| u32::try_from(line).ok()),
        column: None,
    }
}

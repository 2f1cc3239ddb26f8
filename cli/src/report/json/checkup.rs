//! Tools, settings and stale flags in `wasify-report/1`.

use wasify_lints::tools;

use super::v1;
use crate::ecosystem::{CheckFailure, Checked, Setting, SettingPlace, Stale};

pub(super) fn tool(tool: &tools::Tool) -> v1::Tool {
    let found = tool.found.as_ref();
    v1::Tool {
        name: tool.name.clone(),
        purpose: tool.purpose.clone(),
        needed_for: tool.needed_for.clone(),
        state: tool.state.name().to_owned(),
        path: found
            .filter(|found| !found.path.as_os_str().is_empty())
            .map(|found| found.path.display().to_string()),
        version: found
            .map(|found| found.version.clone())
            .filter(|version| !version.is_empty()),
        fault: found.and_then(|found| found.fault.clone()),
        remedy: tool.remedy.as_ref().map(|remedy| v1::Remedy {
            title: remedy.title.clone(),
            command: remedy.command.clone(),
            safe: remedy.safe,
        }),
    }
}

pub(super) fn setting(setting: &Setting) -> v1::Setting {
    let (from, file, line) = match &setting.place {
        SettingPlace::Variable(name) => (name.clone(), None, None),
        SettingPlace::Argument => ("--config".to_owned(), None, None),
        SettingPlace::File(file, line) => {
            ("file".to_owned(), Some(file.display().to_string()), *line)
        }
    };
    v1::Setting {
        setting: setting.what.clone(),
        from,
        file,
        line,
        why: setting.why.clone(),
        instead: setting.instead.clone(),
        breaks: setting.breaks,
    }
}

pub(super) fn stale(stale: &Stale) -> v1::StaleFlag {
    v1::StaleFlag {
        list: stale.list.to_owned(),
        what: stale.what.clone(),
        file: stale.file.display().to_string(),
        line: stale.line,
        why: stale.why.clone(),
        breaks: stale.breaks,
    }
}

pub(super) fn checked(checked: &Checked) -> v1::Checked {
    let (failed, message) = match &checked.failure {
        None => (Vec::new(), None),
        Some(CheckFailure::Packages(packages)) => {
            (packages.iter().map(super::package).collect(), None)
        }
        Some(CheckFailure::Cargo(message)) => (Vec::new(), Some(message.clone())),
    };
    v1::Checked {
        passed: checked.passed(),
        changes: checked.changes,
        failed,
        message,
    }
}

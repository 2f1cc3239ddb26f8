//! wasify as the runner of test programs: `wasify PROGRAM ARGUMENTS`, started by cargo or rustdoc.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use wasify_runtime::{End, Outcome};

use super::docs;
use super::drive::Driver;
use super::guest::Guest;
use super::harness::{self, Wanted};
use super::record::{Kind, Record, Test, Verdict, Why};
use super::settings::Settings;
use super::show::Show;
use super::verdict::{self, Evidence};

/// What Rust's harness exits with when tests fail, and what a panic gives.
const TESTS_FAILED: u8 = 101;

/// Runs the test program that is named first, with the arguments that follow.
///
/// # Errors
/// It can't be started, or its results can't be kept.
pub fn main(args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let settings = Settings::of_process()?;
    let mut args = args.into_iter();
    let file: PathBuf = args
        .next()
        .context("the test runner was started without a test program")?
        .into();
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let guest = Guest::load(&file, &settings)?;
    let kind = kind(&file, &guest.bytes);
    let wanted = Wanted::read(&args);
    let begun = Instant::now();
    let show = Show::new(&settings, wanted.terse);
    if kind == Kind::Documentation {
        return documentation(&guest, &args, &settings, &show);
    }
    if kind == Kind::Custom || wanted.only_asks {
        let outcome = guest.run_freely(&args)?;
        if wanted.only_asks {
            return Ok(ExitCode::from(code(&outcome)));
        }
        let test = whole(&file, &outcome, begun);
        return finish(&settings, &file, kind, vec![test], 0, begun, |_| {});
    }
    let driven = Driver::new(&guest, &wanted, show).drive()?;
    if let Some(said) = driven.refused {
        Show::new(&settings, false).error_text(&said);
        return Ok(ExitCode::from(TESTS_FAILED));
    }
    let show = Show::new(&settings, wanted.terse);
    let successes = driven.successes;
    finish(
        &settings,
        &file,
        kind,
        driven.tests,
        driven.filtered_out,
        begun,
        |record| show.summary(record, &successes),
    )
}

/// One example of the documentation: rustdoc keeps what it writes, and judges it by its exit code.
fn documentation(
    guest: &Guest,
    args: &[String],
    settings: &Settings,
    show: &Show,
) -> anyhow::Result<ExitCode> {
    let (outcome, [out, written]) = guest.run_and_keep(args)?;
    show.out_text(&out);
    show.error_text(&written);
    if outcome.end == End::Success {
        return Ok(ExitCode::SUCCESS);
    }
    let why = verdict::why(&Evidence {
        test: "main",
        guest,
        outcome: &outcome,
        output: &written,
    });
    if let Why::Needs { flags } = &why {
        show.error_text(&format!("{}{}\n", docs::NEEDS, flags.join(" ")));
    }
    if let Why::Gap { rule } = &why {
        show.error_text(&format!(
            "{}{rule}; see `wasify explain {rule}`\n",
            docs::GAP
        ));
        if settings.allow_gaps {
            return Ok(ExitCode::SUCCESS);
        }
    }
    Ok(ExitCode::from(code(&outcome)))
}

/// Keeps and shows the results, and gives the exit code.
fn finish(
    settings: &Settings,
    file: &Path,
    kind: Kind,
    tests: Vec<Test>,
    filtered_out: u64,
    begun: Instant,
    show: impl Fn(&Record),
) -> anyhow::Result<ExitCode> {
    let record = Record {
        package: std::env::var("CARGO_PKG_NAME").unwrap_or_default(),
        target: target(file),
        kind,
        tests,
        filtered_out,
        seconds: begun.elapsed().as_secs_f64(),
    };
    record.leave(&settings.records)?;
    show(&record);
    let fails = |test: &Test| match &test.result {
        Verdict::Failed {
            why: Why::Gap { .. },
            ..
        } => !settings.allow_gaps,
        Verdict::Failed { .. } => true,
        _ => false,
    };
    Ok(if record.tests.iter().any(fails) {
        ExitCode::from(TESTS_FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// rustdoc puts each program into a directory of its own, under a name of its own.
fn kind(file: &Path, bytes: &[u8]) -> Kind {
    let of_rustdoc = file.file_stem().is_some_and(|stem| stem == "rust_out");
    if of_rustdoc {
        Kind::Documentation
    } else if harness::is_in(bytes) {
        Kind::Harness
    } else {
        Kind::Custom
    }
}

/// A program without a harness that is known is one test.
fn whole(file: &Path, outcome: &Outcome, begun: Instant) -> Test {
    let result = match &outcome.end {
        End::Success => Verdict::Passed,
        _ => Verdict::Failed {
            why: Why::Real,
            output: String::new(),
            end: verdict::end(outcome, ""),
        },
    };
    Test {
        name: target(file),
        should_panic: false,
        result,
        seconds: begun.elapsed().as_secs_f64(),
    }
}

/// The target's name in cargo's file name: `tried-e99e309e4c1f08c6.wasm`.
fn target(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_hash =
        |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match stem.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => name.to_owned(),
        _ => stem.into_owned(),
    }
}

fn code(outcome: &Outcome) -> u8 {
    match outcome.end {
        End::Success => 0,
        End::Failure(code) => code,
        End::Trap { .. } | End::TimedOut { .. } => TESTS_FAILED,
    }
}

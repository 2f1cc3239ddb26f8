//! What is to be told of a run: plain values, from what the runtime has written down.

use wasify_lints::facts::Backtrace;
use wasify_lints::finding::{Finding, Level, Location};
use wasify_lints::registry;
use wasify_lints::rule::Outcome as Effect;
use wasify_runtime::{Denial, Door, End, Need, Outcome};

use super::needs::{Opening, Scene};
use super::symbols::Symbols;
use super::words;

/// Things that one flag would have opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What the program wanted to do, in the order of asking: "read `data/a`".
    pub what: Vec<String>,
    /// The user's own function nearest the first call.
    pub function: Option<String>,
    /// The line in it.
    pub place: Option<Location>,
    /// What would have opened it; `None` where no flag does.
    pub opening: Option<Opening>,
}

/// A program that didn't come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Why, for people.
    pub why: String,
    /// What can be done about it.
    pub help: Option<String>,
    /// Where it was.
    pub backtrace: Backtrace,
    /// The finding that said so before, and whether it is sure that it is this one.
    pub predicted: Option<(Finding, bool)>,
}

/// What the program was refused, what one flag opens together.
#[must_use]
pub fn refusals(denials: &[Denial], scene: &Scene<'_>, symbols: &Symbols<'_>) -> Vec<Refused> {
    let mut all: Vec<Refused> = Vec::new();
    for denial in denials {
        if denial.door == Door::Environment {
            continue;
        }
        let what = wanted(&denial.door);
        let opening = scene.opening(&denial.door);
        let same = |known: &&mut Refused| match (&known.opening, &opening) {
            (Some(known), Some(opening)) => known.is_same_place(opening),
            _ => false,
        };
        if let Some(known) = all.iter_mut().find(same) {
            known.what.push(what);
            if let (Some(known), Some(opening)) = (&mut known.opening, &opening) {
                known.widen(opening);
            }
            continue;
        }
        let backtrace = symbols.backtrace(&denial.frames);
        all.push(Refused {
            what: vec![what],
            function: backtrace.function,
            place: backtrace.place,
            opening,
        });
    }
    all
}

fn wanted(door: &Door) -> String {
    match door {
        Door::File { guest, host, need } => {
            let verb = match need {
                Need::Read => "read",
                Need::Write => "write",
            };
            let name = if guest.is_empty() || guest == "." {
                host.display().to_string()
            } else {
                guest.clone()
            };
            format!("{verb} `{name}`")
        }
        Door::Connect {
            address,
            name: Some(name),
        } => format!("connect to {name}:{} ({})", address.port(), address.ip()),
        Door::Connect {
            address,
            name: None,
        } => format!("connect to {address}"),
        Door::Listen { address } => format!("listen at {address}"),
        Door::Resolve { name } => format!("look up the address of {name}"),
        Door::Http { authority } => format!("send an HTTP request to {authority}"),
        Door::Environment => "read the environment variables".to_owned(),
    }
}

/// Whether the program asked for environment variables, had none, and failed: it may be why. A panic asks
/// for `RUST_BACKTRACE`, which is no reason.
#[must_use]
pub fn missed_environment(outcome: &Outcome, symbols: &Symbols<'_>) -> bool {
    if outcome.end == End::Success {
        return false;
    }
    let of_panic =
        |name: &String| name.starts_with("std::panicking") || name.contains("rust_panic");
    outcome.denials.iter().any(|denial| {
        denial.door == Door::Environment
            && !symbols.backtrace(&denial.frames).all.iter().any(of_panic)
    })
}

/// What is told of a program that was stopped.
#[must_use]
pub fn stopped(
    outcome: &Outcome,
    limits: wasify_runtime::Limits,
    symbols: &Symbols<'_>,
) -> Option<Stopped> {
    match &outcome.end {
        End::Success | End::Failure(_) => None,
        End::TimedOut { frames } => {
            let after = limits.timeout.unwrap_or_default();
            Some(Stopped {
                why: format!(
                    "the program was stopped: it took longer than {}",
                    seconds(after)
                ),
                help: Some("`--timeout` gives it more time".to_owned()),
                backtrace: symbols.backtrace(frames),
                predicted: None,
            })
        }
        End::Trap { message, frames } => {
            let backtrace = symbols.backtrace(frames);
            let predicted = predicted(&symbols.findings().findings, &backtrace);
            let (why, help) = if outcome.memory_limit_hit {
                let help = match limits.memory {
                    Some(bytes) => format!(
                        "`--max-memory {}` is what it was given; give it more",
                        words::shown_size(bytes)
                    ),
                    None => {
                        "a 32-bit program can have 4 GiB; let it work on less at a time".to_owned()
                    }
                };
                (
                    "it wanted more memory than it may have".to_owned(),
                    Some(help),
                )
            } else {
                (reason(message, &backtrace), None)
            };
            Some(Stopped {
                why: format!("the program was stopped: {why}"),
                help,
                backtrace,
                predicted,
            })
        }
    }
}

fn seconds(time: std::time::Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// The engine's words for people who don't know the engine.
fn reason(message: &str, backtrace: &Backtrace) -> String {
    let of_panic = |name: &String| {
        name.starts_with("std::panicking")
            || name.starts_with("core::panicking")
            || name.contains("rust_panic")
    };
    if message.contains("unreachable") && backtrace.all.iter().any(of_panic) {
        return "it panicked".to_owned();
    }
    let known = [
        (
            "unreachable",
            "it gave up by itself (an abort, or code that is never to be reached)",
        ),
        ("out of bounds memory", "it used memory that is not its own"),
        (
            "undefined element",
            "it called through a function pointer that leads nowhere",
        ),
        (
            "uninitialized element",
            "it called through a null function pointer",
        ),
        (
            "indirect call type",
            "it called a function with other arguments than the function takes",
        ),
        (
            "call stack exhausted",
            "it called itself too deep, and its stack was full",
        ),
        ("divide by zero", "it divided by zero"),
        ("integer overflow", "a division had no result that fits"),
        (
            "invalid conversion",
            "it made an integer of a number that is none",
        ),
    ];
    let words = known.iter().find(|(part, _)| message.contains(part));
    match words {
        Some((_, words)) => (*words).to_owned(),
        None => message.to_owned(),
    }
}

/// The finding that said that this would happen.
fn predicted(findings: &[Finding], backtrace: &Backtrace) -> Option<(Finding, bool)> {
    let traps = |finding: &&Finding| {
        let rules = registry::rules().unwrap_or_default();
        let rule = rules.iter().find(|rule| rule.id == finding.rule);
        rule.is_some_and(|rule| rule.outcome == Effect::Trap) && finding.level > Level::Allow
    };
    let was_running = |name: &str| backtrace.all.iter().any(|known| known == name);
    let traps: Vec<&Finding> = findings.iter().filter(traps).collect();
    let sure = traps.iter().find(|finding| {
        let mut path = finding.call_path.iter().rev();
        let target = path.next();
        target.is_some_and(|target| was_running(&target.function))
            && path
                .next()
                .is_none_or(|caller| was_running(&caller.function))
    });
    if let Some(finding) = sure {
        return Some(((*finding).clone(), true));
    }
    // An optimizer has merged the called function into its caller, which may fail for another reason.
    let innermost = backtrace.function.as_deref()?;
    let merged = traps.iter().find(|finding| {
        let mut path = finding.call_path.iter().rev().take(2);
        path.any(|frame| frame.function == innermost)
    });
    merged.map(|finding| ((*finding).clone(), false))
}

//! Whether what is seen is what was promised, by the fixture and by its rule.

use wasify_lints::registry;
use wasify_lints::rule::Outcome;

use crate::executed::Seen;
use crate::support::Expectation;

/// All that isn't as promised.
pub(crate) fn kept(fixture: &str, expectation: &Expectation, seen: &Seen) -> Result<(), String> {
    let mut broken = Vec::new();
    if seen.end != expectation.exit {
        broken.push(format!(
            "it ends with `{}`, not with `{}`",
            seen.end, expectation.exit
        ));
    }
    for (stream, printed, expected) in [
        ("stdout", &seen.stdout, &expectation.stdout),
        ("stderr", &seen.stderr, &expectation.stderr),
    ] {
        let as_expected = match expected.as_deref() {
            None => true,
            Some("") => printed.is_empty(),
            Some(expected) => printed.contains(expected),
        };
        if let (false, Some(expected)) = (as_expected, expected) {
            broken.push(format!("{stream} is without `{expected}`"));
        }
    }
    let rule = registry::rule(fixture)
        .map_err(|error| error.to_string())?
        .ok_or("it has no rule")?;
    // An outcome other than these two is one of the program's own, which goes on.
    let own_end = match rule.outcome {
        Outcome::Trap => "trap",
        Outcome::NotLoaded => "not-loaded",
        Outcome::NotBuilt => "not-built",
        _ => &expectation.exit,
    };
    if seen.end != own_end || (own_end == expectation.exit && nothing_to_see(expectation)) {
        broken.push(format!("nothing shows the effect `{}`", rule.effect));
    }
    if let Some(quoted) = rule.effect.split('"').nth(1)
        && !seen.stdout.contains(quoted)
        && !seen.stderr.contains(quoted)
    {
        broken.push(format!("nothing of \"{quoted}\", which is in its `effect`"));
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nstdout: {}\nstderr: {}",
        broken.join("\n"),
        seen.stdout,
        seen.stderr
    ))
}

/// A fixture that ends well and prints nothing in particular shows nothing.
fn nothing_to_see(expectation: &Expectation) -> bool {
    expectation.exit == "ok" && expectation.stdout.is_none() && expectation.stderr.is_none()
}

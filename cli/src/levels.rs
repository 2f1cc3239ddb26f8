//! Levels as the user sets them: `-A`, `-W` and `-D` with a rule, a group or `warnings`.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use wasify_lints::finding::{Finding, Level};
use wasify_lints::rule::Rule;

use crate::errors::{helped, nearest};

/// Stands for every finding that would be a warning.
const WARNINGS: &str = "warnings";

/// The flags in the order of the command line.
#[derive(Debug, Clone, Default)]
pub struct LevelArgs {
    given: Vec<Given>,
    cap: Option<Level>,
}

#[derive(Debug, Clone)]
struct Given {
    flag: char,
    level: Level,
    name: String,
}

/// What decided a finding's level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelSource {
    /// The rule itself, lowered by the confidence.
    Rule,
    /// A flag, as it was given: `-A std-temp-dir`.
    Flag(String),
}

/// Flags whose names are known to be names.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    given: Vec<Given>,
    /// No finding is of a higher level.
    cap: Option<Level>,
}

const FLAGS: [(char, &str, Level, &str); 3] = [
    (
        'A',
        "allow",
        Level::Allow,
        "Do not report this rule; also a group, or `warnings`",
    ),
    ('W', "warn", Level::Warn, "Report this rule as a warning"),
    (
        'D',
        "deny",
        Level::Deny,
        "Report this rule as an error, and exit with 1",
    ),
];

/// The name of the flag that caps, as rustc has it.
const CAP: &str = "cap-lints";

/// What it takes.
const CAPS: [Level; 3] = [Level::Allow, Level::Note, Level::Warn];

impl Args for LevelArgs {
    fn augment_args(command: Command) -> Command {
        let cap = Arg::new(CAP)
            .long(CAP)
            .value_name("LEVEL")
            .value_parser(PossibleValuesParser::new(CAPS.map(Level::name)))
            .help(
                "Report nothing at a higher level than this: with `warn`, findings are no errors",
            );
        FLAGS
            .iter()
            .fold(command, |command, (short, long, _, help)| {
                command.arg(
                    Arg::new(*long)
                        .short(*short)
                        .long(*long)
                        .value_name("RULE")
                        .help(*help)
                        .action(ArgAction::Append),
                )
            })
            .arg(cap)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Vec::new();
        for (flag, long, level, _) in FLAGS {
            let names = matches.get_many::<String>(long).into_iter().flatten();
            let places = matches.indices_of(long).into_iter().flatten();
            given.extend(places.zip(names).map(|(at, name)| {
                (
                    at,
                    Given {
                        flag,
                        level,
                        name: name.clone(),
                    },
                )
            }));
        }
        given.sort_by_key(|(at, _)| *at);
        let cap = matches.get_one::<String>(CAP);
        let cap = cap.and_then(|cap| CAPS.into_iter().find(|level| level.name() == cap));
        Ok(LevelArgs {
            cap,
            given: given.into_iter().map(|(_, given)| given).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl LevelArgs {
    /// Checks the names.
    ///
    /// # Errors
    /// A name that is no rule, no group and not `warnings`.
    pub fn resolve(&self, rules: &[Rule]) -> Result<Levels> {
        for given in &self.given {
            let name = given.name.as_str();
            if name != WARNINGS
                && !rules
                    .iter()
                    .any(|rule| rule.id == name || rule.group == name)
            {
                return Err(unknown_rule(name, rules));
            }
        }
        Ok(Levels {
            given: self.given.clone(),
            cap: self.cap,
        })
    }
}

impl Levels {
    /// The level of a finding after the flags. A rule's own name is stronger than its group's, and
    /// a group's is stronger than `warnings`; among equals the last one given wins. A cap is stronger than all.
    #[must_use]
    pub fn judge(&self, finding: &Finding, group: Option<&str>) -> (Level, LevelSource) {
        let judged = self.uncapped(finding, group);
        match self.cap {
            Some(cap) if judged.0 > cap => {
                let flag = format!("--{CAP} {}", cap.name());
                (cap, LevelSource::Flag(flag))
            }
            _ => judged,
        }
    }

    fn uncapped(&self, finding: &Finding, group: Option<&str>) -> (Level, LevelSource) {
        let rank = |given: &Given| {
            if given.name == finding.rule {
                3
            } else if group == Some(given.name.as_str()) {
                2
            } else if given.name == WARNINGS && finding.level == Level::Warn {
                1
            } else {
                0
            }
        };
        // `max_by_key` gives the last of equals.
        match self
            .given
            .iter()
            .max_by_key(|given| rank(given))
            .filter(|given| rank(given) > 0)
        {
            Some(given) => (
                given.level,
                LevelSource::Flag(format!("-{} {}", given.flag, given.name)),
            ),
            None => (finding.level, LevelSource::Rule),
        }
    }
}

/// The error for a name that is no rule, with the nearest one that is.
#[must_use]
pub fn unknown_rule(name: &str, rules: &[Rule]) -> anyhow::Error {
    let names = rules
        .iter()
        .flat_map(|rule| [rule.id.as_str(), rule.group.as_str()]);
    let help = match nearest(name, names) {
        Some(known) => format!("did you mean `{known}`? `wasify rules` lists all"),
        None => "`wasify rules` lists all".to_owned(),
    };
    helped(anyhow::anyhow!("no rule is named `{name}`"), help)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use wasify_lints::registry;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        levels: LevelArgs,
    }

    fn judge(flags: &str, level: Level) -> (Level, LevelSource) {
        let words = std::iter::once("x").chain(flags.split_whitespace());
        let levels = Flags::parse_from(words)
            .levels
            .resolve(registry::rules().unwrap())
            .unwrap();
        let finding = crate::report::sample::finding("std-temp-dir", level);
        levels.judge(&finding, Some("std"))
    }

    fn flag(text: &str) -> LevelSource {
        LevelSource::Flag(text.to_owned())
    }

    #[test]
    fn the_rule_decides_when_no_flag_does() {
        assert_eq!(judge("", Level::Warn), (Level::Warn, LevelSource::Rule));
        assert_eq!(
            judge("-D warnings", Level::Note),
            (Level::Note, LevelSource::Rule)
        );
    }

    #[test]
    fn the_narrower_name_wins() {
        let expected = (Level::Deny, flag("-D std-temp-dir"));
        assert_eq!(
            judge("-D std-temp-dir -A std -W warnings", Level::Warn),
            expected
        );
        assert_eq!(
            judge("-A std -D warnings", Level::Warn),
            (Level::Allow, flag("-A std"))
        );
    }

    #[test]
    fn the_last_of_equals_wins() {
        let expected = (Level::Allow, flag("-A std-temp-dir"));
        assert_eq!(
            judge(
                "-D std-temp-dir -W std-temp-dir -A std-temp-dir",
                Level::Warn
            ),
            expected
        );
        assert_eq!(
            judge("-D std -W std", Level::Deny),
            (Level::Warn, flag("-W std"))
        );
    }

    #[test]
    fn a_misspelt_rule_is_an_error_that_names_the_nearest() {
        let flags = Flags::parse_from(["x", "-A", "std-tmp-dir"]);
        let error = flags
            .levels
            .resolve(registry::rules().unwrap())
            .unwrap_err();
        assert_eq!(error.to_string(), "no rule is named `std-tmp-dir`");
        assert!(crate::errors::helps(&error)[0].contains("`std-temp-dir`"));
    }

    #[test]
    fn a_cap_is_stronger_than_all() {
        let capped = (Level::Warn, flag("--cap-lints warn"));
        assert_eq!(judge("--cap-lints warn", Level::Deny), capped);
        assert_eq!(
            judge("-D std-temp-dir --cap-lints warn", Level::Note),
            capped
        );
        assert_eq!(
            judge("--cap-lints warn", Level::Note),
            (Level::Note, LevelSource::Rule)
        );
        let allowed = (Level::Allow, flag("-A std"));
        assert_eq!(judge("--cap-lints warn -A std", Level::Deny), allowed);
    }
}

//! The flags of a port, for a reader: what each is, and why it is there.

use super::Flags;

/// A flag that a build is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagInUse {
    /// The flag as one would say it: "features `watch`, `search` only".
    pub what: String,
    /// The rule that asked for it.
    pub rule: String,
    /// What it costs.
    pub costs: Option<String>,
}

impl Flags {
    /// All flags but the ports, which say more about themselves, in the order of the file.
    #[must_use]
    pub fn in_use(&self) -> Vec<FlagInUse> {
        let flag = |what: String, rule: &str| FlagInUse {
            what,
            rule: rule.to_owned(),
            costs: None,
        };
        let mut all = Vec::new();
        if let Some(features) = &self.features {
            let what = match features.only.is_empty() {
                true => "no features".to_owned(),
                false => format!("the features {} only", features.only.join(", ")),
            };
            all.push(FlagInUse {
                costs: features.costs.clone(),
                ..flag(what, &features.r#for)
            });
        }
        let rustflags = self.rustflags.iter();
        all.extend(rustflags.map(|one| flag(format!("rustc gets {}", one.flag), &one.r#for)));
        all.extend(self.open.iter().map(|one| {
            let features = match one.features.is_empty() {
                true => "the unstable features that it declares".to_owned(),
                false => format!("the unstable features {}", one.features.join(", ")),
            };
            flag(format!("{} may use {features}", one.name), &one.r#for)
        }));
        all.extend(self.updates.iter().map(|one| {
            let from = match &one.from {
                Some(from) => format!(" instead of {from}"),
                None => String::new(),
            };
            flag(format!("{} {}{from}", one.name, one.to), &one.r#for)
        }));
        all
    }
}

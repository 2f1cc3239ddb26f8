//! The hosts that the user names with `--host`.

use anyhow::{Context, Result};
use wasify_lints::facts::Facts;
use wasify_lints::fit::{self, Fit};
use wasify_lints::host::Host;
use wasify_lints::hosts;

use crate::errors::{helped, nearest};

/// Stands for every host.
const ALL: &str = "all";

/// Finds the hosts by their names, each once, in the order in which they are named.
///
/// # Errors
/// A name that is no host's.
pub fn named(names: &[String]) -> Result<Vec<&'static Host>> {
    let all = hosts::hosts().context("failed to read the hosts")?;
    let mut found: Vec<&'static Host> = Vec::new();
    for name in names {
        let meant: Vec<&Host> = all
            .iter()
            .filter(|host| name == ALL || host.id == *name)
            .collect();
        if meant.is_empty() {
            return Err(unknown(name, all));
        }
        for host in meant {
            if !found.iter().any(|known| known.id == host.id) {
                found.push(host);
            }
        }
    }
    Ok(found)
}

/// Judges a file against each of the hosts.
#[must_use]
pub fn fits(facts: &Facts<'_>, hosts: &[&'static Host]) -> Vec<Fit> {
    hosts.iter().map(|host| fit::fit(facts, host)).collect()
}

/// The error for a name that is no host's, with the nearest one that is.
fn unknown(name: &str, hosts: &[Host]) -> anyhow::Error {
    let help = match nearest(name, hosts.iter().map(|host| host.id.as_str())) {
        Some(known) => format!("did you mean `{known}`? `wasify hosts` lists all"),
        None => "`wasify hosts` lists all".to_owned(),
    };
    helped(anyhow::anyhow!("no host is named `{name}`"), help)
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::errors::helps;

    fn ids(names: &[&str]) -> anyhow::Result<Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(named(&names)?.iter().map(|host| host.id.as_str()).collect())
    }

    #[test]
    fn hosts_are_found_by_name_and_once() {
        assert_eq!(
            ids(&["wazero", "spin", "wazero"]).unwrap(),
            ["wazero", "spin"]
        );
        let all = ids(&["spin", "all"]).unwrap();
        assert_eq!(all[..2], ["spin", "fastly"]);
        assert_eq!(all.iter().filter(|id| **id == "spin").count(), 1);
        assert!(ids(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let error = ids(&["wasmtime-serv"]).unwrap_err();
        assert_eq!(error.to_string(), "no host is named `wasmtime-serv`");
        assert!(helps(&error)[0].contains("`wasmtime-serve`"), "{error:?}");
        let error = ids(&["qqqq"]).unwrap_err();
        assert_eq!(helps(&error), ["`wasify hosts` lists all"]);
    }
}

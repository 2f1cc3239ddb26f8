//! Every rule for a crate that can't be built, proved by the cases in `fixtures/crates/<rule>.toml`.
//!
//! A trial is a case: a project with the dependencies that it names. Where a crate is said to fail,
//! `wasify doctor` has to foretell it by the rule and `wasify build` has to explain it by the rule; where
//! the project is said to build, it has to, and the rule must not be found.
//!
//! Each test run shows those with `always = true`, one for each cause. All are shown, which takes half an hour, by
//!
//! ```sh
//! cargo test -p wasify --test crates -- --include-ignored
//! ```
//!
//! The name of a rule behind it shows the cases of that rule. What was built is kept for the next run.
//! `WASIFY_TEST_C=1` says that there is a C compiler for WebAssembly, and shows the cases with one too.

// A test may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod project;
mod shown;
#[path = "../../lints/tests/support/mod.rs"]
mod support;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use support::cases::{self, Case};

fn main() {
    let mut arguments = Arguments::from_args();
    // They share a target directory, which cargo locks.
    arguments.test_threads.get_or_insert(1);
    let mut trials = Vec::new();
    for (rule, cases) in cases::all() {
        match cases {
            Ok(cases) => trials.extend(of_a_rule(&rule, cases)),
            Err(error) => trials.push(Trial::test(rule, move || Err(Failed::from(error)))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn of_a_rule(rule: &str, cases: Vec<Case>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (number, case) in cases.into_iter().enumerate() {
        let rule = rule.to_owned();
        let name = format!("{rule}::{}", number + 1);
        let is_rare = !case.always;
        let trial = Trial::ignorable_test(name.clone(), move || match left_out(&case) {
            Some(why) => Ok(Completion::ignored_with(why)),
            None => {
                shown::show(&rule, &case, &name.replace("::", "-")).map(|()| Completion::Completed)
            }
        });
        trials.push(trial.with_ignored_flag(is_rare));
    }
    trials
}

/// Why a case can't be shown here.
fn left_out(case: &Case) -> Option<&'static str> {
    let has_c_compiler = std::env::var_os("WASIFY_TEST_C").is_some();
    (case.c_compiler && !has_c_compiler)
        .then_some("needs a C compiler for WebAssembly, and `WASIFY_TEST_C=1`")
}

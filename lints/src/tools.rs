//! The tools that a project needs, judged from what was found on the machine. Nothing is called well that was
//! not looked at.

use std::path::PathBuf;

/// The name of the C compiler among the tools.
pub const C_COMPILER: &str = "C compiler";

/// A program that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says of its version: `1.95.0`; empty when it says nothing.
    pub version: String,
    /// Why it does not work, where that was seen.
    pub fault: Option<String>,
}

/// What was found of Rust, and beside it.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// `cargo`.
    pub cargo: Option<Found>,
    /// `rustc`.
    pub rustc: Option<Found>,
    /// The toolchain of it, as rustup names it.
    pub toolchain: Option<String>,
    /// Whether there is a rustup.
    pub rustup: bool,
    /// The target's standard library; `None` when rustc does not say where it would be.
    pub target: Option<Option<Found>>,
    /// The linker that makes components; `None` when rustc does not say where it would be.
    pub linker: Option<Option<Found>>,
    /// The C compiler; `None` when nobody looked for one.
    pub c_compiler: Option<Option<Found>>,
    /// The version of the runtime that wasify has in it.
    pub runtime: String,
    /// Others, by name: what they are for, and what was found.
    pub others: Vec<(&'static str, &'static str, Option<Found>)>,
}

/// What a project needs beyond Rust.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// A C compiler for the target.
    pub c_compiler: bool,
    /// Whether the settings name a linker of the project's own.
    pub own_linker: bool,
}

/// How a tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There, and it answered.
    Well,
    /// Not there.
    Missing,
    /// There, and it does not work.
    Broken,
    /// Nobody looked: the project does not need it, or it could not be looked for.
    NotLookedAt,
}

impl State {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Well => "well",
            State::Missing => "missing",
            State::Broken => "broken",
            State::NotLookedAt => "not-looked-at",
        }
    }
}

/// What mends a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What it means, an imperative line.
    pub title: String,
    /// The line to paste; none where there is no single one.
    pub command: Option<String>,
    /// Whether `wasify doctor --install` does it.
    pub safe: bool,
}

/// A tool, and what it is to the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// `rustc`.
    pub name: String,
    /// What the project needs it for; `None` when it does not.
    pub needed_for: Option<String>,
    /// What it is for, in general.
    pub purpose: String,
    /// What was found.
    pub found: Option<Found>,
    /// How it is.
    pub state: State,
    /// What mends it, where it is needed and not well.
    pub remedy: Option<Remedy>,
    /// Whether `wasify build` mends it by itself.
    pub mends_itself: bool,
}

impl Tool {
    /// What is wrong with one that is trouble, in a line.
    #[must_use]
    pub fn trouble(&self) -> String {
        let fault = self.found.as_ref().and_then(|found| found.fault.as_ref());
        match fault {
            Some(fault) => format!("`{}` does not work: {fault}", self.name),
            None => format!("`{}` is not there ({})", self.name, self.purpose),
        }
    }

    /// Whether the project needs it and can't have it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        self.needed_for.is_some() && matches!(self.state, State::Missing | State::Broken)
    }

    fn new(name: &str, purpose: &str, found: Option<Found>) -> Tool {
        let state = match &found {
            None => State::Missing,
            Some(found) if found.fault.is_some() => State::Broken,
            Some(_) => State::Well,
        };
        Tool {
            name: name.to_owned(),
            needed_for: None,
            purpose: purpose.to_owned(),
            found,
            state,
            remedy: None,
            mends_itself: false,
        }
    }

    /// The same where it may be that nobody looked.
    fn looked_for(name: &str, purpose: &str, found: Option<Option<Found>>) -> Tool {
        let was_looked_for = found.is_some();
        let mut tool = Tool::new(name, purpose, found.flatten());
        if !was_looked_for {
            tool.state = State::NotLookedAt;
        }
        tool
    }

    fn needed(mut self, what: &str, remedy: Remedy) -> Tool {
        self.needed_for = Some(what.to_owned());
        if self.is_trouble() {
            self.remedy = Some(remedy);
        }
        self
    }
}

/// The tools, those that the project needs first.
#[must_use]
pub fn judge(machine: &Machine, needs: Needs) -> Vec<Tool> {
    let mut tools = rust(machine, needs);
    tools.push(c_compiler(machine, needs));
    tools.push(Tool {
        needed_for: Some("running what is built".to_owned()),
        ..Tool::new(
            "runtime",
            "runs and tests programs",
            Some(Found {
                version: machine.runtime.clone(),
                ..Found::default()
            }),
        )
    });
    let others = machine.others.iter();
    tools.extend(others.map(|(name, purpose, found)| Tool::new(name, purpose, found.clone())));
    tools.sort_by_key(|tool| tool.needed_for.is_none());
    tools
}

fn rust(machine: &Machine, needs: Needs) -> Vec<Tool> {
    let install = || Remedy {
        title: "install Rust with rustup, from https://rustup.rs".to_owned(),
        command: None,
        safe: false,
    };
    let mut target = Tool::looked_for(
        "wasm32-wasip2",
        "Rust's standard library for WASI",
        machine.target.clone(),
    );
    target.mends_itself = machine.rustup;
    let mut linker = Tool::looked_for(
        "wasm-component-ld",
        "links components",
        machine.linker.clone(),
    );
    if !needs.own_linker {
        let remedy = Remedy {
            title: "install the linker, or use the Rust of rustup, which has it".to_owned(),
            command: Some("cargo install wasm-component-ld".to_owned()),
            safe: false,
        };
        linker = linker.needed("linking components", remedy);
    }
    vec![
        Tool::new("cargo", "builds Rust projects", machine.cargo.clone())
            .needed("building the project", install()),
        Tool::new("rustc", "compiles Rust", machine.rustc.clone())
            .needed("compiling the project", install()),
        target.needed(
            "every package of the project",
            target_remedy(machine.rustup),
        ),
        linker,
    ]
}

fn target_remedy(rustup: bool) -> Remedy {
    if rustup {
        return Remedy {
            title: "add the target; `wasify build` does it by itself unless it is told not to"
                .to_owned(),
            command: Some("rustup target add wasm32-wasip2".to_owned()),
            safe: true,
        };
    }
    Remedy {
        title: "install it with the package manager that installed rustc, or install Rust with rustup, from \
                https://rustup.rs"
            .to_owned(),
        command: None,
        safe: false,
    }
}

fn c_compiler(machine: &Machine, needs: Needs) -> Tool {
    const PURPOSE: &str = "compiles the C code of packages";
    let tool = Tool::looked_for(C_COMPILER, PURPOSE, machine.c_compiler.clone());
    if !needs.c_compiler {
        return tool;
    }
    let broken = tool.state == State::Broken;
    let remedy = if broken {
        Remedy {
            title: "mend the compiler that is set for the target, or take the setting out: wasify then looks \
                    for another"
                .to_owned(),
            command: None,
            safe: false,
        }
    } else {
        Remedy {
            title: "install a C compiler for WebAssembly".to_owned(),
            command: Some("wasify doctor --install c-compiler".to_owned()),
            safe: true,
        }
    };
    tool.needed("packages with C code", remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(version: &str) -> Option<Found> {
        Some(Found {
            version: version.to_owned(),
            ..Found::default()
        })
    }

    fn machine() -> Machine {
        Machine {
            cargo: found("1.95.0"),
            rustc: found("1.95.0"),
            rustup: true,
            target: Some(found("")),
            linker: Some(found("0.5.19")),
            runtime: "48.0.8".to_owned(),
            others: vec![("node", "runs jco", None)],
            ..Machine::default()
        }
    }

    fn troubles(machine: &Machine, needs: Needs) -> Vec<String> {
        let tools = judge(machine, needs);
        let troubles = tools.iter().filter(|tool| tool.is_trouble());
        troubles.map(|tool| tool.name.clone()).collect()
    }

    #[test]
    fn only_what_is_needed_is_trouble() {
        let with_c = Needs {
            c_compiler: true,
            ..Needs::default()
        };
        assert!(troubles(&machine(), Needs::default()).is_empty());
        let mut bare = machine();
        (bare.target, bare.linker, bare.c_compiler) = (Some(None), Some(None), Some(None));
        assert_eq!(
            troubles(&bare, with_c),
            ["wasm32-wasip2", "wasm-component-ld", "C compiler"]
        );
        let own = Needs {
            own_linker: true,
            ..Needs::default()
        };
        assert_eq!(troubles(&bare, own), ["wasm32-wasip2"]);
    }

    #[test]
    fn nobody_looked_is_not_well() {
        let tools = judge(&machine(), Needs::default());
        let of = |name: &str| tools.iter().find(|tool| tool.name == name).expect("listed");
        assert_eq!(of("C compiler").state, State::NotLookedAt);
        assert_eq!(of("node").state, State::Missing);
        assert!(!of("node").is_trouble());
        let unasked = Machine {
            target: None,
            ..machine()
        };
        assert!(troubles(&unasked, Needs::default()).is_empty());
        let tools = judge(&unasked, Needs::default());
        let target = tools.iter().find(|tool| tool.name == "wasm32-wasip2");
        assert_eq!(target.expect("listed").state, State::NotLookedAt);
    }

    #[test]
    fn a_compiler_that_is_set_and_broken_is_not_replaced() {
        let mut machine = machine();
        let broken = Found {
            fault: Some("it does not compile".to_owned()),
            ..Found::default()
        };
        machine.c_compiler = Some(Some(broken));
        let needs = Needs {
            c_compiler: true,
            ..Needs::default()
        };
        let tools = judge(&machine, needs);
        let tool = tools
            .iter()
            .find(|tool| tool.name == "C compiler")
            .expect("listed");
        assert_eq!(tool.state, State::Broken);
        assert!(!tool.remedy.as_ref().expect("there is one").safe);
    }
}

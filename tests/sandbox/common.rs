//! The guest, built once, and how it is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use wasify_runtime::{
    DirGrant, Door, Endpoint, Invocation, Limits, NetGrants, Outcome, Output, Permissions, Program,
    Runtime,
};

/// A runtime and the guest in it.
pub(crate) struct Sandbox {
    pub(crate) runtime: Runtime,
    pub(crate) program: Program,
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The one for guests that come to an end by themselves.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(false))
}

impl Sandbox {
    pub(crate) fn new(interruptible: bool) -> Sandbox {
        Sandbox::with_home(Some(scratch("home")), interruptible)
    }

    /// Without a home nothing is written down of paths outside every granted directory.
    pub(crate) fn with_home(home: Option<PathBuf>, interruptible: bool) -> Sandbox {
        let runtime = Runtime::new(home, interruptible).unwrap();
        let program = runtime.load(&fs::read(component()).unwrap()).unwrap();
        Sandbox { runtime, program }
    }

    pub(crate) fn run(&self, args: &[&str], permissions: Permissions, limits: Limits) -> Ran {
        let (stdout, printed) = Output::kept();
        let (stderr, complained) = Output::kept();
        let args = [&["hostile"], args].concat();
        let invocation = Invocation {
            args: args.into_iter().map(str::to_owned).collect(),
            permissions,
            limits,
            stdin: Some(Vec::new()),
            stdout,
            stderr,
        };
        let outcome = wasify_runtime::run(&self.runtime, &self.program, &invocation).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            outcome,
            stdout: text(&printed.lock().unwrap()),
            stderr: text(&complained.lock().unwrap()),
        }
    }
}

/// Runs one attack. Nothing here waits for long, unless it gets through to somebody who never answers.
pub(crate) fn attack(args: &[&str], permissions: Permissions) -> Ran {
    let timeout = Some(Duration::from_secs(30));
    let limits = Limits {
        timeout,
        ..Limits::default()
    };
    sandbox().run(args, permissions, limits)
}

impl Ran {
    /// The one door that was refused. It has to have been asked for from the function `from` of the guest.
    #[track_caller]
    pub(crate) fn refused(&self, from: &str) -> &Door {
        let [denial] = self.outcome.denials.as_slice() else {
            panic!("not one denial: {:?}\n{}", self.outcome, self.stdout);
        };
        // In mangled names a part is its length and its text.
        let mangled = |part: &str| format!("{}{part}", part.len());
        let from: String = from.split("::").map(mangled).collect();
        let symbols = denial.frames.iter().flat_map(|frame| &frame.symbol);
        let named = symbols.filter(|symbol| symbol.contains(&from)).count();
        assert!(named > 0, "{from} is not in {:?}", denial.frames);
        assert_ne!(denial.times, 0);
        &denial.door
    }

    /// That nothing was refused, and that this is what came of it.
    #[track_caller]
    pub(crate) fn granted(&self, stdout: &str) {
        assert_eq!(self.outcome.denials, []);
        assert_eq!(self.stdout.trim_end(), stdout, "{}", self.stderr);
    }
}

pub(crate) fn endpoints(texts: &[&str]) -> Vec<Endpoint> {
    let read = |text: &&str| Endpoint::parse(text).unwrap();
    texts.iter().map(read).collect()
}

pub(crate) fn may_connect(texts: &[&str]) -> Permissions {
    let connect = endpoints(texts);
    let net = NetGrants {
        connect,
        ..NetGrants::default()
    };
    Permissions {
        net,
        ..Permissions::default()
    }
}

pub(crate) fn may_listen(texts: &[&str]) -> Permissions {
    let listen = endpoints(texts);
    let net = NetGrants {
        listen,
        ..NetGrants::default()
    };
    Permissions {
        net,
        ..Permissions::default()
    }
}

/// One directory, by a name of the guest's.
pub(crate) fn directory(host: &Path, guest: &str, read_only: bool) -> Permissions {
    Permissions {
        dirs: vec![DirGrant {
            host: host.to_owned(),
            guest: guest.to_owned(),
            read_only,
        }],
        ..Permissions::default()
    }
}

pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sandbox")
        .join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Builds the guest as a user would; wasify adds the target where it is missing.
pub(crate) fn component() -> &'static Path {
    static COMPONENT: OnceLock<PathBuf> = OnceLock::new();
    COMPONENT.get_or_init(|| {
        let target = scratch("target");
        let build = wasify()
            .args(["build", "--release", "--locked", "--target-dir"])
            .arg(&target)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects/hostile"))
            .output()
            .unwrap();
        let component = target.join("wasm32-wasip2/release/hostile.wasm");
        // What it does is found, and is no reason not to build it.
        let said = String::from_utf8_lossy(&build.stderr);
        assert!(
            build.status.code() != Some(2) && component.exists(),
            "{said}"
        );
        component
    })
}

#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
pub(crate) fn wasify() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wasify"))
}

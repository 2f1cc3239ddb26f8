//! Files outside what was given: by their names, by `..`, by links, and by moving them in.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wasify_runtime::{Door, Need, Permissions, Used};

use crate::common::{Ran, attack, directory};

/// `given/`, with a file in it, and beside it what the guest must not get.
struct Ground {
    _owner: TempDir,
    base: PathBuf,
}

impl Ground {
    fn new() -> Ground {
        let owner = TempDir::new().unwrap();
        let base = owner.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("given/deeper")).unwrap();
        fs::create_dir(base.join("other")).unwrap();
        fs::write(base.join("given/inside.txt"), "inside").unwrap();
        fs::write(base.join("secret.txt"), "secret").unwrap();
        Ground {
            _owner: owner,
            base,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Runs an attack with `given` as the current directory.
    fn attack(&self, args: &[&str]) -> Ran {
        attack(args, directory(&self.path("given"), ".", false))
    }

    /// That the secret is where it was, as it was, and nowhere else.
    #[track_caller]
    fn is_whole(&self) {
        assert_eq!(
            fs::read_to_string(self.path("secret.txt")).unwrap(),
            "secret"
        );
        let names = |path: &Path| fs::read_dir(path).unwrap().count();
        assert_eq!((names(&self.base), names(&self.path("other"))), (3, 0));
    }
}

fn file(guest: &str, host: impl Into<PathBuf>, need: Need) -> Door {
    Door::File {
        guest: guest.to_owned(),
        host: host.into(),
        need,
    }
}

#[track_caller]
fn failed(ran: &Ran) {
    assert!(ran.stdout.starts_with("Err("), "{}", ran.stdout);
}

#[test]
fn absolute_paths_with_nothing_given() {
    let ground = Ground::new();
    let secret = ground.text("secret.txt");
    for (attempt, function) in [("read", "files::read"), ("stat", "files::stat")] {
        let ran = attack(&[attempt, &secret], Permissions::default());
        assert_eq!(*ran.refused(function), file(&secret, &secret, Need::Read));
        failed(&ran);
    }
    for (attempt, function) in [
        ("append", "files::append"),
        ("open-for-both", "files::open_for_both"),
        ("remove", "files::remove"),
    ] {
        let ran = attack(&[attempt, &secret], Permissions::default());
        assert_eq!(*ran.refused(function), file(&secret, &secret, Need::Write));
    }
    let ran = attack(&["read", "/proc/self/environ"], Permissions::default());
    let path = "/proc/self/environ";
    assert_eq!(*ran.refused("files::read"), file(path, path, Need::Read));
    ground.is_whole();
}

#[test]
fn relative_paths_with_nothing_given() {
    let here = std::env::current_dir().unwrap();
    let ran = attack(&["read", "Cargo.toml"], Permissions::default());
    let door = file("Cargo.toml", here.join("Cargo.toml"), Need::Read);
    assert_eq!(*ran.refused("files::read"), door);
    let ran = attack(&["list", "."], Permissions::default());
    assert_eq!(*ran.refused("files::list"), file(".", here, Need::Read));
    let ran = attack(&["list", "/"], Permissions::default());
    assert_eq!(*ran.refused("files::list"), file("/", "/", Need::Read));
}

/// What the native program would not have found either is no denial; what it would have made is one.
#[test]
fn probes() {
    let ground = Ground::new();
    let [missing, deep] = [ground.text("missing"), ground.text("missing/deep")];
    for args in [
        ["read", &missing],
        ["stat", "missing"],
        ["remove", &missing],
        ["append", &missing],
        ["write", &deep],
    ] {
        let ran = attack(&args, Permissions::default());
        assert_eq!(ran.outcome.denials, [], "{args:?}");
        failed(&ran);
    }
    for (attempt, function) in [("write", "files::write"), ("make-dir", "files::make_dir")] {
        let ran = attack(&[attempt, &missing], Permissions::default());
        assert_eq!(
            *ran.refused(function),
            file(&missing, &missing, Need::Write)
        );
    }
    ground.is_whole();
}

#[test]
fn out_by_dots() {
    let ground = Ground::new();
    let secret = ground.path("secret.txt");
    for path in [
        "../secret.txt",
        "deeper/../../secret.txt",
        "./../given/../secret.txt",
    ] {
        let ran = ground.attack(&["read", path]);
        assert_eq!(
            *ran.refused("files::read"),
            file("../secret.txt", &secret, Need::Read)
        );
        failed(&ran);
    }
    let given = ground.text("given");
    let ran = attack(
        &["read", &format!("{given}/../secret.txt")],
        directory(Path::new(&given), &given, false),
    );
    assert_eq!(
        *ran.refused("files::read"),
        file(secret.to_str().unwrap(), &secret, Need::Read)
    );
    // Which is the way to open it.
    let mut both = directory(&ground.path("given"), ".", false);
    both.dirs.extend(directory(&ground.base, "..", true).dirs);
    attack(&["read", "../secret.txt"], both).granted("Ok(\"secret\")");
    ground.is_whole();
}

#[test]
fn out_by_the_root() {
    let ground = Ground::new();
    let secret = ground.text("secret.txt");
    let ran = ground.attack(&["read", &secret]);
    assert_eq!(
        *ran.refused("files::read"),
        file(&secret, &secret, Need::Read)
    );
    let fresh = ground.text("other/fresh");
    let ran = ground.attack(&["write", &fresh]);
    assert_eq!(
        *ran.refused("files::write"),
        file(&fresh, &fresh, Need::Write)
    );
    let ran = ground.attack(&["read", "missing"]);
    assert_eq!(ran.outcome.denials, []);
    ground.is_whole();
}

#[test]
fn out_by_links_of_the_host() {
    let ground = Ground::new();
    let secret = ground.path("secret.txt");
    symlink("../secret.txt", ground.path("given/relative")).unwrap();
    symlink(&secret, ground.path("given/absolute")).unwrap();
    symlink("../other", ground.path("given/directory")).unwrap();
    symlink("../other/fresh", ground.path("given/dangling")).unwrap();
    symlink("inside.txt", ground.path("given/harmless")).unwrap();
    for link in ["relative", "absolute"] {
        let ran = ground.attack(&["read", link]);
        assert_eq!(*ran.refused("files::read"), file(link, &secret, Need::Read));
        let ran = ground.attack(&["append", link]);
        assert_eq!(
            *ran.refused("files::append"),
            file(link, &secret, Need::Write)
        );
    }
    for path in ["directory/fresh", "dangling"] {
        let ran = ground.attack(&["write", path]);
        assert_eq!(
            *ran.refused("files::write"),
            file(path, ground.path("other/fresh"), Need::Write)
        );
    }
    ground
        .attack(&["read", "harmless"])
        .granted("Ok(\"inside\")");
    ground.is_whole();
}

#[test]
fn out_by_links_of_the_guest() {
    let ground = Ground::new();
    let ran = ground.attack(&["symlink", "../secret.txt", "mine"]);
    let secret = ground.path("secret.txt");
    assert_eq!(
        *ran.refused("files::symlink"),
        file("mine", &secret, Need::Read)
    );
    failed(&ran);
    let ran = ground.attack(&["symlink", &ground.text("secret.txt"), "other"]);
    let door = file("other", ground.path("given/other"), Need::Write);
    assert_eq!(*ran.refused("files::symlink"), door);
    failed(&ran);
    ground.is_whole();
}

#[test]
fn out_by_moving() {
    let ground = Ground::new();
    let secret = ground.path("secret.txt");
    for (attempt, function) in [("rename", "files::rename"), ("link", "files::link")] {
        let ran = ground.attack(&[attempt, "../secret.txt", "mine"]);
        assert_eq!(
            *ran.refused(function),
            file("../secret.txt", &secret, Need::Write)
        );
        let ran = ground.attack(&[attempt, "inside.txt", "../other/mine"]);
        let door = file("../other/mine", ground.path("other/mine"), Need::Write);
        assert_eq!(*ran.refused(function), door);
        failed(&ran);
    }
    assert!(ground.path("given/inside.txt").exists() && !ground.path("given/mine").exists());
    ground.is_whole();
}

#[test]
fn only_reading() {
    let ground = Ground::new();
    let given = || directory(&ground.path("given"), "data", true);
    let inside = ground.path("given/inside.txt");
    for (attempt, function) in [
        ("write", "files::write"),
        ("append", "files::append"),
        ("open-for-both", "files::open_for_both"),
        ("remove", "files::remove"),
    ] {
        let ran = attack(&[attempt, "data/inside.txt"], given());
        assert_eq!(
            *ran.refused(function),
            file("data/inside.txt", &inside, Need::Write)
        );
        failed(&ran);
    }
    let fresh = file("data/fresh", ground.path("given/fresh"), Need::Write);
    let ran = attack(&["make-dir", "data/fresh"], given());
    assert_eq!(*ran.refused("files::make_dir"), fresh);
    let ran = attack(&["symlink", "inside.txt", "data/fresh"], given());
    assert_eq!(*ran.refused("files::symlink"), fresh);
    let ran = attack(&["read", "data/inside.txt"], given());
    ran.granted("Ok(\"inside\")");
    let used = Used::File {
        host: inside.clone(),
        need: Need::Read,
    };
    assert_eq!(ran.outcome.used, [used]);
    assert_eq!(fs::read_to_string(inside).unwrap(), "inside");
    assert!(!ground.path("given/fresh").exists());
}

/// A directory to write in beside one to read in: nothing moves from the one to the other.
#[test]
fn between_two_directories() {
    let ground = Ground::new();
    let mut grants = directory(&ground.path("given"), "data", true);
    grants
        .dirs
        .extend(directory(&ground.path("other"), "out", false).dirs);
    let inside = file(
        "data/inside.txt",
        ground.path("given/inside.txt"),
        Need::Write,
    );
    for (attempt, function) in [("rename", "files::rename"), ("link", "files::link")] {
        let ran = attack(&[attempt, "data/inside.txt", "out/mine"], grants.clone());
        assert_eq!(*ran.refused(function), inside);
    }
    assert_eq!(attack(&["list", "out"], grants.clone()).stdout, "Ok([])\n");
    let ran = attack(&["write", "out/mine"], grants);
    ran.granted("Ok(())");
    let used = Used::File {
        host: ground.path("other/mine"),
        need: Need::Write,
    };
    assert_eq!(ran.outcome.used, [used]);
}

/// Given inside one that only gives reading, a directory to write in stays one.
#[test]
fn a_directory_in_a_directory() {
    let ground = Ground::new();
    let mut grants = directory(&ground.path("given"), ".", true);
    grants
        .dirs
        .extend(directory(&ground.path("given/deeper"), "deeper", false).dirs);
    attack(&["write", "deeper/fresh"], grants.clone()).granted("Ok(())");
    let ran = attack(&["write", "fresh"], grants);
    assert_eq!(
        *ran.refused("files::write"),
        file("fresh", ground.path("given/fresh"), Need::Write)
    );
}

/// What the system refuses by itself no flag opens, and it is no denial.
#[test]
fn refused_by_the_system() {
    let ground = Ground::new();
    let ran = ground.attack(&["link", "deeper", "mine"]);
    failed(&ran);
    assert_eq!(ran.outcome.denials, []);
}

#[test]
fn names_that_are_no_text() {
    let ground = Ground::new();
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff");
    fs::write(ground.path("given").join(odd), "").unwrap();
    symlink(Path::new("../other").join(odd), ground.path("given/link")).unwrap();
    failed(&ground.attack(&["list", "."]));
    let ran = ground.attack(&["write", "link"]);
    let host = ground.path("other").join(odd);
    assert_eq!(
        *ran.refused("files::write"),
        file("link", host, Need::Write)
    );
}

//! The image of `wasify init --with dockerfile`, built by a real engine without a network.

use std::fs;
use std::path::Path;

use crate::project::{Project, Ran, installed, program};

/// Directories of this machine that stand for those of Rust's image.
const SHARED: [&str; 5] = ["/usr", "/bin", "/lib", "/lib64", "/etc"];

/// A builder of images with a place of its own for them.
struct Engine {
    program: std::path::PathBuf,
    home: tempfile::TempDir,
}

impl Engine {
    fn run(&self, words: &[&str]) -> Ran {
        let place = |name: &str| self.home.path().join(name);
        let output = program(&self.program)
            .env("BUILDAH_ISOLATION", "chroot")
            .arg("--storage-driver=vfs")
            .arg("--root")
            .arg(place("root"))
            .arg("--runroot")
            .arg(place("run"))
            .args(words)
            .output()
            .unwrap();
        Ran::of(output)
    }

    #[track_caller]
    fn does(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(
            ran.code,
            Some(0),
            "{words:?}: {}\n{}",
            ran.stdout,
            ran.stderr
        );
        ran.stdout
    }

    /// An image with the name of Rust's, and nothing but directories to put this machine's into.
    fn stand_in(&self, folder: &Path) {
        let mut file = "FROM scratch\n".to_owned();
        for directory in SHARED.iter().chain(&["/tmp"]) {
            file.push_str(&format!("WORKDIR {directory}\n"));
        }
        let path = folder.join("stand-in");
        fs::write(&path, file).unwrap();
        let (folder, path) = (folder.to_str().unwrap(), path.to_str().unwrap());
        self.does(&[
            "bud",
            "-q",
            "-t",
            "docker.io/library/rust:1",
            "-f",
            path,
            folder,
        ]);
    }

    /// The project's image, with the tools of this machine and the wasify of this build in it.
    fn build(&self, project: &Path) {
        let home = std::env::var("HOME").unwrap();
        let wasify = Path::new(env!("CARGO_BIN_EXE_wasify")).parent().unwrap();
        let mut mounts: Vec<String> = SHARED.iter().map(|it| format!("{it}:{it}:ro")).collect();
        mounts.push(format!("{home}:{home}"));
        mounts.push(format!("{}:/opt/wasify:ro", wasify.display()));
        let file = project.join("Dockerfile.wasi");
        let mut words = vec!["bud", "--pull-never", "-t", "notes"];
        words.extend(mounts.iter().flat_map(|mount| ["-v", mount]));
        words.extend(["-f", file.to_str().unwrap(), project.to_str().unwrap()]);
        self.does(&words);
    }
}

#[test]
fn the_image_is_built_and_is_the_component_alone() {
    // Building takes mounts of its own, which not every sandbox allows.
    let mounts = program("unshare").args(["-m", "true"]).output();
    let may_mount = mounts.is_ok_and(|output| output.status.success());
    let Some(builder) = installed(&["buildah"]).filter(|_| may_mount) else {
        println!("skipped: no buildah here that may build images");
        return;
    };
    let engine = Engine {
        program: builder,
        home: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
    };
    engine.stand_in(engine.home.path());
    let project = Project::new();
    project.write("wasify.toml", "[permissions]\ndirs = [\".\"]\n");
    assert_eq!(project.wasify("init --with dockerfile").code, Some(0));
    // If this were in the image, cargo could not build there.
    project.write("target", "left by a build outside");
    // No version is published from which the image could install wasify: this one is put there.
    let install = format!(
        "RUN cargo install --locked wasify --version {}",
        env!("CARGO_PKG_VERSION")
    );
    let cargo = Path::new(env!("CARGO")).parent().unwrap().display();
    let own = format!("ENV PATH=/opt/wasify:{cargo}:/usr/bin:/bin");
    project.edit("Dockerfile.wasi", &install, &own);

    engine.build(project.root());

    let container = engine.does(&["from", "--pull-never", "notes"]);
    let mounted = engine.does(&["mount", container.trim()]);
    let files: Vec<_> = fs::read_dir(mounted.trim())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(files, ["notes.wasm"], "the component alone");
    fs::copy(
        Path::new(mounted.trim()).join("notes.wasm"),
        project.path("image.wasm"),
    )
    .unwrap();
    // It is the program, and does in the image what it does elsewhere: it stops where the rule says.
    let ran = project.wasify("run image.wasm -- list");
    assert!(
        ran.stderr.contains("predicted by: std-temp-dir"),
        "{}",
        ran.stderr
    );
    let entry = engine.does(&[
        "inspect",
        "--format",
        "{{.OCIv1.Config.Entrypoint}}",
        "notes",
    ]);
    assert_eq!(entry.trim(), "[/notes.wasm]");
}

//! How long `--fix` takes from nothing to a standing port, beside a build from nothing with the flags that it came to.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::measured::{self, wasify_to};
use crate::table::Application;

/// Both times of an application, in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) name: String,
    pub(crate) fix: f64,
    pub(crate) build: f64,
}

impl Times {
    pub(crate) fn ratio(&self) -> f64 {
        self.fix / self.build
    }
}

fn kept() -> PathBuf {
    measured::home().join("times")
}

/// What was measured of an application, now or by an earlier run. Nothing when it doesn't stand.
pub(crate) fn times(application: &Application) -> Option<Times> {
    let file = kept().join(format!("{}.json", application.name));
    let earlier = fs::read(&file).ok();
    if let Some(times) = earlier.and_then(|text| serde_json::from_slice(&text).ok()) {
        return Some(times);
    }
    let home = tempfile::tempdir().unwrap();
    let spec = format!("{}@{}", application.name, application.version);
    // The C compiler and the sources are there before, as after any other build.
    let fetched = ["doctor", "--install", "--crate", &spec];
    wasify_to(home.path(), home.path(), &[], &fetched);
    let fix = build(home.path(), &spec, &["--fix=all"])?;
    let build = build(home.path(), &spec, &[])?;
    let times = Times {
        name: application.name.clone(),
        fix: fix.as_secs_f64(),
        build: build.as_secs_f64(),
    };
    fs::create_dir_all(kept()).unwrap();
    fs::write(file, serde_json::to_vec_pretty(&times).unwrap()).unwrap();
    Some(times)
}

/// A build in a target directory of its own, with nothing that the C compiler remembers.
fn build(home: &Path, spec: &str, more: &[&str]) -> Option<Duration> {
    let target = tempfile::tempdir().unwrap();
    let remembered = tempfile::tempdir().unwrap();
    let cache = ("ZIG_GLOBAL_CACHE_DIR", remembered.path().to_str().unwrap());
    let mut args = vec!["build", "--crate", spec, "--target-dir"];
    args.push(target.path().to_str().unwrap());
    args.extend(more);
    let begun = Instant::now();
    let ran = wasify_to(home, home, &[cache], &args);
    let took = begun.elapsed();
    let stands = ran.report["build"].is_null() && ran.report["artifacts"].is_array();
    stands.then_some(took)
}

/// All that was measured so far, the quickest first.
pub(crate) fn all() -> Vec<Times> {
    let files = fs::read_dir(kept()).into_iter().flatten().flatten();
    let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
    let mut all: Vec<Times> = files.filter_map(|file| read(file.path())).collect();
    all.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    all
}

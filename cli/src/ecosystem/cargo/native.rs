//! Packages with native code: the compiler that they get, and what their build scripts left.

use std::path::Path;

use wasify_lints::facts::build::{self, ForeignCode};

use super::discover::Place;
use super::package_id;
use super::run::Ran;
use crate::execute::objects::{self, ForeignObject, ScriptOutput};
use crate::execute::surroundings::Surroundings;
use crate::toolchain::c::{self, CCompiler};

/// The C compiler for a build, looked for only where a package may compile C code: a search takes a while
/// the first time.
pub(super) fn compiler(around: &Surroundings, place: &Place, root: &Path) -> Option<CCompiler> {
    if !may_compile_c(root) {
        return None;
    }
    let compiler = c::find(around, &place.cwd).compiler?;
    compiler.fault.is_none().then_some(compiler)
}

/// Whether the lock file has one of the crates with which build scripts compile C code. Before there is
/// one, it may.
fn may_compile_c(root: &Path) -> bool {
    let Ok(lock) = std::fs::read_to_string(root.join("Cargo.lock")) else {
        return true;
    };
    lock.lines()
        .any(|line| matches!(line, "name = \"cc\"" | "name = \"cmake\""))
}

/// The packages whose build scripts made code for another machine and told rustc to link it.
pub(super) fn foreign(ran: &Ran) -> Vec<ForeignCode> {
    let scripts: Vec<ScriptOutput> = ran
        .scripts
        .iter()
        .map(|script| ScriptOutput {
            package: package_id::package(&script.package_id),
            out_dir: script.out_dir.clone().into_std_path_buf(),
            linked_libs: script.linked_libs.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let mut all: Vec<ForeignCode> = Vec::new();
    let linked = |object: &ForeignObject| object.linked;
    for object in objects::foreign_objects(&scripts)
        .into_iter()
        .filter(linked)
    {
        match all.last_mut() {
            Some(last) if last.package == object.package => last.more += 1,
            _ => all.push(build::ForeignCode {
                file: object.file.display().to_string(),
                member: object.member,
                what: object.what,
                package: object.package,
                more: 0,
            }),
        }
    }
    all
}

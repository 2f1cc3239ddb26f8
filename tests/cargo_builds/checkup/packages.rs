//! Packages that nothing is known of.

use super::{HELLO, finds_nothing, plain, write};
use crate::common::{Told, project};

/// The rule of this package is about it without the feature, and says nothing good of it with the feature.
#[test]
fn native_code_that_a_rule_spares_for_a_feature_is_not_fine() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let manifest = "[dependencies]\n\
                    libbzip3-sys = { path = \"vendor/sys\", features = [\"bundled\"] }\n";
    project(folder, manifest, "main.rs", HELLO);
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).expect("it is there");
    write(
        folder,
        "Cargo.toml",
        &format!("{text}exclude = [\"vendor\"]\n"),
    );
    let own = "[package]\nname = \"libbzip3-sys\"\nversion = \"0.5.1\"\nedition = \"2021\"\nlinks = \"bzip3\"\n\
               [features]\nbundled = []\n";
    write(folder, "vendor/sys/Cargo.toml", own);
    write(folder, "vendor/sys/build.rs", "fn main() {}");
    write(folder, "vendor/sys/src/lib.rs", "");
    let told = Told::of(&mut plain("doctor", folder));
    finds_nothing(&told);
    told.reports("nothing that is known speaks against 1 of 2 packages");
    told.reports("libbzip3-sys 0.5.1");
}

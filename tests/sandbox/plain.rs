//! That writing down what is asked changes nothing for the guest.

use crate::common::{Sandbox, attack};
use wasify_runtime::{Limits, Permissions};

#[test]
fn the_recording_root_is_not_noticed() {
    let plain = Sandbox::with_home(None, false);
    let cases: &[&[&str]] = &[
        &["read", "Cargo.toml"],
        &["read", "/etc/passwd"],
        &["read", "no-such-file"],
        &["read", ""],
        &["read", "."],
        &["read", "/"],
        &["read", "../Cargo.toml"],
        &["list", "."],
        &["list", "/"],
        &["list", "/etc"],
        &["list", ".."],
        &["stat", "."],
        &["stat", "/"],
        &["stat", ".."],
        &["stat", "Cargo.toml"],
        &["write", "made-by-the-guest"],
        &["append", "Cargo.toml"],
        &["open-for-both", "Cargo.toml"],
        &["make-dir", "made-by-the-guest"],
        &["make-dir", "/"],
        &["remove", "Cargo.toml"],
        &["rename", "Cargo.toml", "made-by-the-guest"],
        &["link", "Cargo.toml", "made-by-the-guest"],
        &["symlink", "Cargo.toml", "made-by-the-guest"],
        &["symlink", "/etc/passwd", "/made-by-the-guest"],
        &["readlink", "Cargo.toml"],
        &["readlink", "/proc/self/exe"],
        &["many", "a", "/b", "Cargo.toml"],
        &["env"],
    ];
    for case in cases {
        let recorded = attack(case, Permissions::default());
        let bare = plain.run(case, Permissions::default(), Limits::default());
        assert_eq!(recorded.stdout, bare.stdout, "{case:?}");
        assert_eq!(recorded.stderr, bare.stderr, "{case:?}");
        assert_eq!(recorded.outcome.end, bare.outcome.end, "{case:?}");
    }
    // It is the recording that was compared, and not twice the same.
    let recorded = attack(&["read", "Cargo.toml"], Permissions::default());
    assert_ne!(recorded.outcome.denials, []);
}

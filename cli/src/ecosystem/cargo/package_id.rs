//! Cargo's package ids: `registry+https://…#anyhow@1.0.104`, `path+file:///home/me/app#0.1.0`.

use cargo_metadata::PackageId;
use wasify_lints::finding::Package;

/// The name and version in a package id.
pub(super) fn package(id: &PackageId) -> Package {
    let (source, fragment) = id.repr.rsplit_once('#').unwrap_or((&id.repr, ""));
    if let Some((name, version)) = fragment.rsplit_once('@') {
        return Package {
            name: name.to_owned(),
            version: Some(version.to_owned()),
        };
    }
    // Without a name in it, the fragment is the version of the package that the path is named after.
    let path = source.split('?').next().unwrap_or(source);
    let name = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path);
    let version = (!fragment.is_empty()).then(|| fragment.to_owned());
    Package {
        name: name.to_owned(),
        version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions() {
        let cases = [
            (
                "registry+https://github.com/rust-lang/crates.io-index#anyhow@1.0.104",
                "anyhow",
                "1.0.104",
            ),
            ("path+file:///home/me/my-app#0.1.0", "my-app", "0.1.0"),
            (
                "path+file:///home/me/dir#app@0.1.0-rc.1+x",
                "app",
                "0.1.0-rc.1+x",
            ),
            (
                "git+https://example.org/me/tool?branch=main#1.2.3",
                "tool",
                "1.2.3",
            ),
        ];
        for (id, name, version) in cases {
            let package = package(&PackageId {
                repr: id.to_owned(),
            });
            assert_eq!(
                (package.name.as_str(), package.version.as_deref()),
                (name, Some(version))
            );
        }
    }
}

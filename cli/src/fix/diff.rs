//! Changes of files as a unified diff.

use std::fmt::Write as _;

use similar::TextDiff;

/// A file that is changed or added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// From the root of the crate or of the project, with `/` between its parts.
    pub path: String,
    /// What it was; `None` when it was not there.
    pub before: Option<String>,
    /// What becomes of it.
    pub after: String,
}

/// One file after the other, as git writes them, with paths that `git apply` and `patch -p1` take.
#[must_use]
pub fn render(files: &[Edited]) -> String {
    let mut patch = String::new();
    for file in files {
        let path = &file.path;
        let _ = writeln!(patch, "diff --git a/{path} b/{path}");
        let old = match &file.before {
            Some(_) => format!("a/{path}"),
            None => {
                patch.push_str("new file mode 100644\n");
                "/dev/null".to_owned()
            }
        };
        let before = file.before.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(before, file.after.as_str());
        let new = format!("b/{path}");
        let _ = write!(patch, "{}", diff.unified_diff().header(&old, &new));
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_and_a_new_one() {
        let files = [
            Edited {
                path: "src/lib.rs".to_owned(),
                before: Some("a\nb\n".to_owned()),
                after: "a\nnew\nb\n".to_owned(),
            },
            Edited {
                path: "src/wasi.rs".to_owned(),
                before: None,
                after: "all\n".to_owned(),
            },
        ];
        let expected = "\
diff --git a/src/lib.rs b/src/lib.rs
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -1,2 +1,3 @@
 a
+new
 b
diff --git a/src/wasi.rs b/src/wasi.rs
new file mode 100644
--- /dev/null
+++ b/src/wasi.rs
@@ -0,0 +1 @@
+all
";
        assert_eq!(render(&files), expected);
    }
}

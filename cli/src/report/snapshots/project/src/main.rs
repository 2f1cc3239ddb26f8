//! Source for excerpts in snapshots; never compiled.

fn main() {
    cache();
    run();
}

fn cache() -> PathBuf {
    let dir = std::env::temp_dir();
    dir.join("finder")
}

//! The page of a report in a real browser, at two widths, in the light and in the dark.
//!
//! The pictures are left in `target/tmp/pages`, to be looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Project, installed, program};

/// Asks for nothing from the network, and leaves nothing behind.
const ALWAYS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--virtual-time-budget=2000",
];
/// What the page is measured with: it has no script of its own.
const MEASURE: &str = "<script>document.title = JSON.stringify({ \
    over: document.documentElement.scrollWidth - innerWidth, \
    width: innerWidth, \
    back: getComputedStyle(document.body).backgroundColor, \
    text: getComputedStyle(document.body).color, \
    findings: document.querySelectorAll('article').length, \
    marks: document.querySelectorAll('table.marks td').length, \
    crates: document.querySelectorAll('svg.map rect').length, \
    steps: document.querySelectorAll('ol.path li').length })</script>";

/// The browser of this machine, or Debian's, installed where that can be done.
fn browser() -> Option<PathBuf> {
    installed(&["chromium", "chromium-browser", "google-chrome"])
}

fn chromium(browser: &Path, home: &Path, dark: bool, width: u32) -> Command {
    let mut command = program(browser);
    command
        .args(ALWAYS)
        .arg(format!("--user-data-dir={}", home.display()))
        .arg(format!("--window-size={width},2400"));
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command
}

#[test]
fn a_page_is_readable_at_two_widths_and_in_the_dark() {
    let Some(browser) = browser() else {
        // A test that says nothing would be worse: CI has one, and says so when it has not.
        assert!(std::env::var_os("CI").is_none(), "there is no browser");
        return;
    };
    let project = Project::new();
    project.wasify("build --release --ci --format json=report.json");
    let ran = project.wasify("report html report.json -o report.html");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = project.text("report.html");
    for outside in ["<script", "src=", "http-equiv", "@import", "url(", "//cdn"] {
        assert!(!page.contains(outside), "{outside}");
    }
    project.write(
        "measured.html",
        &page.replace("</body>", &format!("{MEASURE}</body>")),
    );
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&pictures).unwrap();
    let mut backs = Vec::new();
    for (width, dark) in [(1200, false), (1200, true), (500, false), (500, true)] {
        let home = tempfile::tempdir().unwrap();
        let file = |name: &str| format!("file://{}", project.path(name).display());
        let output = chromium(&browser, home.path(), dark, width)
            .arg("--dump-dom")
            .arg(file("measured.html"))
            .output()
            .unwrap();
        let dom = String::from_utf8(output.stdout).unwrap();
        let title = dom
            .split("<title>")
            .nth(1)
            .unwrap()
            .split("</title>")
            .next()
            .unwrap();
        let seen: serde_json::Value = serde_json::from_str(title).unwrap();
        assert!(
            seen["over"].as_i64().unwrap() <= 0,
            "wider than the window: {seen}"
        );
        assert_eq!(seen["findings"], 2, "{seen}");
        assert_eq!(seen["steps"], 6, "{seen}");
        assert!(seen["marks"].as_u64().unwrap() > 100, "{seen}");
        assert!(seen["crates"].as_u64().unwrap() > 3, "{seen}");
        backs.push((dark, seen["back"].to_string(), seen["text"].to_string()));
        let name = format!("{width}-{}.png", if dark { "dark" } else { "light" });
        let picture = pictures.join(name);
        let output = chromium(&browser, home.path(), dark, width)
            .arg(format!("--screenshot={}", picture.display()))
            .arg(file("report.html"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(fs::metadata(&picture).unwrap().len() > 20_000);
    }
    // The dark has other colours than the light, and each is the same at both widths.
    assert_eq!(backs[0], backs[2]);
    assert_eq!(backs[1], backs[3]);
    assert_ne!(backs[0].1, backs[1].1);
    assert_ne!(backs[0].2, backs[1].2);
}

"""Builds the applications with wasify, runs them, and writes docs/applications.md.

For every application: what wasify says of it, and for every trial whether what happens is what wasify
said. Takes about half an hour from nothing. Needs wasmtime's package from PyPI:

    cargo build --release -p wasify
    python3 -m venv target/prove
    target/prove/bin/pip install wasmtime==50.0.1
    target/prove/bin/python tests/applications/table.py [CRATE...]

With names, only those are built and the page is left alone. Exits with 1 when a trial isn't as predicted.
"""

import datetime
import json
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "applications.md"
WASIFY = ROOT / "target" / "release" / "wasify"
LEVELS = ["allow", "note", "warn", "deny"]

sys.path.insert(0, str(HERE.parent))
import component_run  # noqa: E402


def report(application, folder):
    """Builds an application and returns the component and wasify's report of it."""
    name = f"{application['crate']}@{application['version']}"
    command = [WASIFY, "build", "--crate", name, "--release", "--format", "json", "--out-dir", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"wasify build --crate {name} ended with {done.returncode}")
    return Path(folder) / f"{application['binary']}.wasm", json.loads(done.stdout)


def try_out(component, trial):
    """Runs a trial; returns whether it went as the table says, and what happened."""
    with tempfile.TemporaryDirectory() as folder:
        guest = Path(folder) / "guest"
        guest.mkdir()
        (guest / "hello.txt").write_text("hello\n")
        (guest / "template.txt").write_text("Hello {{ name }}\n")
        end, stdout, stderr = component_run.run(
            component,
            trial["arguments"],
            folder=Path(folder),
            preopens={guest: "/"},
            environment=trial.get("environment", {}),
            stdin=trial.get("input", ""),
        )
    output = stdout + stderr
    as_said = end == trial["end"] and trial.get("output", "") in output
    if trial.get("silent"):
        as_said = as_said and output == ""
    return as_said, end, output


def judged(trial, findings):
    """The finding that predicts a trial, if one does."""
    by_rule = {found["rule"]: found for found in reversed(findings)}
    return next((by_rule[rule] for rule in trial.get("rules", []) if rule in by_rule), None)


def rows(application, folder):
    """The table rows of an application, its other findings, and whether all was as predicted."""
    component, found = report(application, folder)
    findings = found["findings"]
    limit = LEVELS.index(application.get("nothing_above", "deny"))
    loud = [f for f in findings if LEVELS.index(f["level"]) > limit]
    for finding in loud:
        print(f"{application['crate']}: too loud: {finding['rule']} at {finding['level']}")
    good = not loud
    lines = []
    for trial in application["trial"]:
        as_said, end, output = try_out(component, trial)
        prediction = judged(trial, findings)
        right = as_said and (prediction is not None) == bool(trial.get("rules"))
        good = good and right
        if not right:
            print(f"{application['crate']}: {trial['what']}: {end}: {output!r}; {prediction}")
        said = f"`{prediction['rule']}` ({prediction['level']})" if prediction else "–"
        happened = "silence" if trial.get("silent") else shown(end, trial.get("output", ""))
        mark = "yes" if right else "**no**"
        lines.append(f"| {application['crate']} | {trial['what']} | {said} | {happened} | {mark} |")
    counts = [sum(f["level"] == level for f in findings) for level in reversed(LEVELS[1:])]
    bytes_ = found["artifacts"][0]["bytes"]
    summary = f"| {application['crate']} {application['version']} | {bytes_ / 1e6:.1f} MB | "
    summary += " | ".join(str(count) for count in counts) + " |"
    return lines, summary, good


def shown(end, output):
    words = {"ok": "works", "trap": "trap", "exit 1": "fails"}[end]
    return f"{words}: `{output}`" if output and end != "ok" else words


def main():
    wanted = sys.argv[1:]
    applications = tomllib.loads((HERE / "applications.toml").read_text())["application"]
    if wanted:
        applications = [found for found in applications if found["crate"] in wanted]
    table, summaries, good = [], [], True
    for application in applications:
        with tempfile.TemporaryDirectory() as folder:
            lines, summary, right = rows(application, folder)
        table += lines
        summaries.append(summary)
        good = good and right
    print("\n".join(table))
    if not wanted:
        rustc = subprocess.run(["rustc", "-V"], capture_output=True, text=True, check=True).stdout
        date = datetime.date.today().isoformat()
        head = (HERE / "head.md").read_text().format(
            date=date, rustc=rustc.strip(), wasmtime=version("wasmtime")
        )
        counts = ["| application | component | deny | warn | note |", "|---|---|---|---|---|"]
        trials = ["| application | trial | wasify says | what happens | as said |", "|---|---|---|---|---|"]
        PAGE.write_text("\n".join([head, *counts, *summaries, "", "## Trials", "", *trials, *table, ""]))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

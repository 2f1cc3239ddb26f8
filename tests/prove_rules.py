"""Runs the fixture of every rule and checks that what the rule promises is what happens.

Needs Rust with the target wasm32-wasip2, and wasmtime's package from PyPI:

    python3 -m venv target/prove
    target/prove/bin/pip install wasmtime==50.0.1
    target/prove/bin/python tests/prove_rules.py [RULE...]

Each fixture says in its `expect.toml` how the run ends and a part of what it prints. Programs get one
directory, `data`, and nothing else. Exits with 1 when a promise isn't kept.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import wasmtime
from wasmtime import component

import component_run

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "rules"
TARGET = "wasm32-wasip2"
# Long enough for every fixture that ends; one that is promised to hang is stopped after it.
SECONDS = 10


def build():
    """Builds all programs at once and returns the folder the components are in."""
    command = ["cargo", "build", "--release", "--locked", "--target", TARGET]
    subprocess.run([*command, "--target-dir", "target"], cwd=FIXTURES, check=True)
    return FIXTURES / "target" / TARGET / "release"


def load(path, kind):
    """Loads a text fixture with everything WASI in reach; returns what run() does."""
    text = path.read_text()
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    try:
        binary = wasmtime.wat2wasm(text)
        if kind == "component" or "(component" in text:
            linker = component.Linker(engine)
            linker.add_wasip2()
            linker.instantiate(store, component.Component(engine, binary))
        else:
            linker = wasmtime.Linker(engine)
            linker.define_wasi()
            linker.instantiate(store, wasmtime.Module(engine, binary))
    except wasmtime.WasmtimeError as error:
        return "not-loaded", "", str(error)
    return "ok", "", ""


def check(rule, components):
    """Returns the promises that the rule's fixture doesn't keep."""
    expected = tomllib.loads((FIXTURES / rule / "expect.toml").read_text())
    text = FIXTURES / rule / f"{rule}.wat"
    if text.is_file():
        end, stdout, stderr = load(text, expected.get("as"))
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = components / f"{rule}.wasm"
            (data := Path(folder) / "data").mkdir()
            end, stdout, stderr = component_run.run(
                path,
                expected.get("args", []),
                folder=Path(folder),
                preopens={data: "data"},
                seconds=SECONDS,
            )
    broken = []
    if end != expected["exit"]:
        broken.append(f"ends with `{end}`, not with `{expected['exit']}`")
    for name, printed in [("stdout", stdout), ("stderr", stderr)]:
        if expected.get(name, "") not in printed:
            broken.append(f"{name} is {printed!r}, without {expected[name]!r}")
    return broken


def main():
    rules = sys.argv[1:] or sorted(path.parent.name for path in FIXTURES.glob("*/expect.toml"))
    components = build()
    failed = 0
    for rule in rules:
        broken = check(rule, components)
        failed += bool(broken)
        print(f"{rule}: {'; '.join(broken) or 'as promised'}")
    print(f"{len(rules) - failed} of {len(rules)} rules keep their promise")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

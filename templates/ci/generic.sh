#!/bin/sh
# Keeps the port to WASI a port: builds it with wasify, fails on what is worse than wasify-baseline.toml, and
# runs the project's own tests as components. Written by `wasify init --ci generic`; it is yours to change.
#
# Any CI runs it in the project's root directory, with rustup's stable Rust. It keeps between runs what is in
# `~/.cargo`, in wasify's cache directory ($WASIFY_HOME, or ~/.cache/wasify) and in `target`, where the CI keeps them.
#
# Exit status: 0, or 1 when something is worse or a test fails, or 2 when wasify could not do its work.
set -eu

version="@VERSION@"
out="wasify-out"

if [ "$(wasify --version 2>/dev/null)" != "wasify $version" ]; then
    cargo install --locked wasify --version "$version"
fi

mkdir -p "$out"
status=0
wasify build --release --ci \
    --format human \
    --format sarif="$out/wasify.sarif" \
    --format junit="$out/wasify.xml" || status=$?
if [ "$status" -ne 0 ]; then
    exit "$status"
fi

wasify test

# The artifact to keep.
cp target/wasm32-wasip2/release/*.wasm "$out/"

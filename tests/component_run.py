"""Runs a component with Wasmtime's package from PyPI, with what it is given and nothing else."""

import threading

import wasmtime
from wasmtime import component


def run(path, arguments, *, folder, preopens, environment=None, stdin="", seconds=60):
    """Returns how the run ended (`ok`, `exit N`, `trap`, `hang`), and what it printed on both streams.

    `folder` is for the files of the standard streams, `preopens` maps host folders to guest paths. A run
    that takes longer than `seconds` is stopped.
    """
    settings = wasmtime.Config()
    settings.epoch_interruption = True
    engine = wasmtime.Engine(settings)
    store = wasmtime.Store(engine)
    store.set_epoch_deadline(1)
    wasi = wasmtime.WasiConfig()
    wasi.argv = [path.stem, *arguments]
    wasi.env = list((environment or {}).items())
    for host, guest in preopens.items():
        wasi.preopen_dir(str(host), guest)
    (folder / "stdin").write_text(stdin)
    wasi.stdin_file = folder / "stdin"
    wasi.stdout_file = folder / "stdout"
    wasi.stderr_file = folder / "stderr"
    store.set_wasi(wasi)
    linker = component.Linker(engine)
    linker.add_wasip2()
    program = component.Component.from_file(engine, str(path))
    instance = linker.instantiate(store, program)
    indices = (program.get_export_index(f"wasi:cli/run@0.2.{patch}") for patch in range(100))
    interface = next(index for index in indices if index is not None)
    main = instance.get_func(store, program.get_export_index("run", interface))
    timer = threading.Timer(seconds, engine.increment_epoch)
    timer.start()
    try:
        end = "ok" if main(store).tag == "ok" else "exit 1"
    except (wasmtime.Trap, wasmtime.WasmtimeError, wasmtime.ExitTrap) as error:
        end = ended(error)
    finally:
        timer.cancel()
    return end, (folder / "stdout").read_text(), (folder / "stderr").read_text()


def ended(error):
    """How a run ended that didn't return."""
    if isinstance(error, wasmtime.ExitTrap):
        return f"exit {error.code}" if error.code else "ok"
    return "hang" if "wasm trap: interrupt" in str(error) else "trap"

"""
The child side of the oracle: renders with the real engine, one request per line.

A request is `{"template": ..., "context": ...}`, an answer `{"ok": ..., "output":
... | "error": ...}`.  It runs in a process of its own because the engine can abort
it, eat all memory or never come back.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

NAME = "template"  # any name but one that ends like HTML: those are escaped


def render_with(engine, folder, context):
    if engine == "teraplate":
        import teraplate  # noqa: PLC0415 - one of two

        return teraplate.TeraEngine(f"{folder}/*").render(NAME, context)
    import pytera  # noqa: PLC0415 - one of two

    return pytera.PyTera(f"{folder}/*").render_template(NAME, **context)


def answer(engine, folder, request):
    source = request["template"].encode()
    (folder / NAME).write_bytes(source)
    try:
        output = render_with(engine, folder, request["context"])
    except BaseException as error:  # noqa: BLE001 - a panic is one
        return {"ok": False, "error": str(error)}
    return {"ok": True, "output": output}


def main():
    os.environ["RUST_BACKTRACE"] = "0"
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            result = answer(sys.argv[1], Path(folder), json.loads(line))
            print(json.dumps(result), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

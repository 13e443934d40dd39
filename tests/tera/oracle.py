"""The real Tera, kept at arm's length: a process with limits of time and memory."""

import json
import select
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).with_name("engine.py")


class Oracle:
    """One of the two engines: teraplate (Tera 1.20.1) or pytera (1.20.0)."""

    def __init__(self, engine, timeout=10.0):
        self.engine = engine
        self.timeout = timeout
        self.process = None

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def render(self, template, context):
        """Return what comes out, or None where the engine refuses, panics or hangs."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen(
                [sys.executable, ENGINE, self.engine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        request = json.dumps({"template": template, "context": context})
        self.process.stdin.write(request.encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], self.timeout)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.close()
            return None
        return json.loads(line).get("output")

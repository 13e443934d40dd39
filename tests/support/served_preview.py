"""A preview that is served while a test runs."""

import contextlib
import threading

from hatch_agpm.preview.server import PreviewServer


@contextlib.contextmanager
def serving(site):
    """Serve a site in a thread; give the server, and end it."""
    with PreviewServer(site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

"""The memory that Python allocates."""

import tracemalloc
from contextlib import contextmanager


@contextmanager
def bounded_memory(most):
    """Fail if more than `most` bytes are allocated at once."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most

"""`python -m hatch_agpm`: the command, where scripts are not on the path."""

from __future__ import annotations

import sys

from hatch_agpm.cli import main

sys.exit(main())

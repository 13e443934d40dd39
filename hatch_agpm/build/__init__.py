"""
One build, whatever the backend: plan, write, verify.

An integration makes a `BuildSession`; `plan_build` is for those that only look.
"""

from __future__ import annotations

from hatch_agpm.build.plan import Plan, plan_build
from hatch_agpm.build.session import (
    BuildSession,
    SdistContents,
    WheelContents,
    is_wrapped,
    leaves_out_prompts,
)

__all__ = [
    "BuildSession",
    "Plan",
    "SdistContents",
    "WheelContents",
    "is_wrapped",
    "leaves_out_prompts",
    "plan_build",
]

#!/bin/sh
# Prints the subjects of the commits since the last tag, the oldest first.
set -eu

last=$(git describe --tags --abbrev=0 2>/dev/null || true)
git log --reverse --no-merges --format=%s ${last:+"$last..HEAD"}

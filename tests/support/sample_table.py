"""A table with a value of each kind, and the messages of its reader."""

import tomllib

TABLE = tomllib.loads("""
text = "a"
empty = ""
number = 3
fraction = 1.5
flag = true
off = false
list = ["a", "b"]
mixed = ["a", 3, true]
day = 2024-01-02
[table]
key = "v"
""")


def messages(reader):
    return [str(problem) for problem in reader.problems]

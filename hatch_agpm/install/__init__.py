"""
Installing what distributions ship for coding agents into the folders of a project.

`shipped` reads distributions and `placement` decides on paths; `plan` compares what is
wanted with the record and the files that are there, and `writing` does what it says.
"""

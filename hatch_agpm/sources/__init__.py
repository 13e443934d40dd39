"""Where templates come from: project, directories, installed distributions."""

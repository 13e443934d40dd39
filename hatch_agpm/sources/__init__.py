"""The sources of templates: project, directories, installed distributions."""

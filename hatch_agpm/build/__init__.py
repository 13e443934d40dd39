"""One build, whatever the backend: plan, write, verify."""

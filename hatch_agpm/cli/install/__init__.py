"""The commands `install` and `uninstall`: what is asked, and what is printed."""

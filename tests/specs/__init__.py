"""Executable specifications of other libraries' resize rules: the ground that their conventions are tested on."""

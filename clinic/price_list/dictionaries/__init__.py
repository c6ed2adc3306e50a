"""Published dictionaries: how their files are read and what a new version changes."""

"""Facts about the project's files, read and never imported."""

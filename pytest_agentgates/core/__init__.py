"""What is true of tasks, findings, gates and verdicts: no files, clock, processes or pytest."""

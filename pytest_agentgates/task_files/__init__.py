"""What stores of tasks share: how an entry is read, a change checked, a file replaced."""

"""What the component uses outside, each with a counterpart in memory for tests."""

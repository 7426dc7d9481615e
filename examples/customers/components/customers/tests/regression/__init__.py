"""One test for each mended bug; none is ever deleted."""

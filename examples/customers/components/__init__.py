"""The components of the service, one folder each."""

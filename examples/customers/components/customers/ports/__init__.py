"""The seams of the component, as abstract base classes."""

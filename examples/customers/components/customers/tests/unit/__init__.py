"""Entities and use cases, without input or output."""

"""Endpoints over HTTP, and repositories on their databases."""

"""Tests of the customers component."""

"""The service: settings, health, and the wiring of the components."""

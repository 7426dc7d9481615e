"""The gate `hexagon`: components keep the hexagonal shape."""

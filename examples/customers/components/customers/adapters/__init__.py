"""What connects the component with the world."""

"""How requests come in: HTTP and the proof of who sends them."""

"""What a customer is and what may happen to one."""

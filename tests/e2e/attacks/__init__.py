"""What clients, other sites and other people send to get in."""

"""Attacks by clients, other sites and other users."""

"""The shop's interface."""

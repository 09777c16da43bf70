"""Delivery: HTTP routes, command line, settings; the composition roots live here."""

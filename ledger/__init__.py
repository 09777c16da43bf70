"""The write side: what happened, kept for ever."""

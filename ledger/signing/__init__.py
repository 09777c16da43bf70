"""Signing what the log holds: keys, checkpoints, and proofs that lead to a checkpoint (log format §4, §5)."""

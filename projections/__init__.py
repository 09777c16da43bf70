"""The read side: views that can be dropped and rebuilt; every row is valid from one position to another.

    entries ──folding──> batches of row operations ──engine──> tables + position, in one transaction ──views──> answers

- `rows`, `folding`: what a view declares, and how entries become rows; no I/O.
- `store`, `sqlite`, `postgres`: generations of tables, one of them live.
- `engine`: catch up, rebuild, check. `runner`: a thread that keeps up with the log.
- `views`: the tables and the questions. Personal values are in none of them: a reader's names come from the vault.

A *position* is a tree size: the number of entries consumed. Every answer carries the position it was given at, so that
whoever shows it can cite a checkpoint.
"""

"""The school's journal as pure rules: no database, no clock, no randomness, no files, no sockets.

A command (`commands`) meets the state of the aggregates that it names, and a rule either refuses it by name and clause
or decides events (`events`). State is rebuilt from events by pure `evolve` functions. What the bytes of an event are is
written once, in ``verify/spec/events.md``.
"""

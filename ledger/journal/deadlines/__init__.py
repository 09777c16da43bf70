"""Verdicts on deadlines: whether what the regulation asks was recorded in time. Pure functions of plain values.

Each rule is one function of what was recorded and when, of the versions of the regulation, of the school's zone and of
the moment `now` as of which it is asked. It answers with a `Verdict`, which cites the entries that it rests on, so that
it can be reached again and disputed. A verdict is never recorded, and nothing is refused for being late.

What all rules share:

- A moment of recording is the `at` of an entry, the server's clock; no client and no date in an entry counts.
- The version in force on the day from which the term runs judges, whatever was adopted for later days.
- A fact is judged as it stands, and by the moment of its first entry: a later correction makes it neither late nor
  timely. What was annulled and recorded anew is another fact and counts from its own first entry.
- A day ends where the next one begins by the school's clock; see `days`.
"""

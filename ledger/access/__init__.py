"""The school's access log: who looked at personal data, and who took some out (regulation 2.4.4).

A log of the same format and the same recorders as the journal's, under an origin and a key of its own
(verify/spec/access-log.md).
"""

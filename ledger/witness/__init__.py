"""A witness: who is not the school, remembers the last checkpoint of each log, and cosigns what continues it.

`cosigner` is its key, `store` its memory, `witness` its judgement. It runs elsewhere than the logs that it watches, and
shares nothing with them but the format.
"""

"""Benches: ratios against a peer measured in the same run, never absolute times.

    python -m bench --quick       under two minutes
    python -m bench               the whole; adds 1,000,000 entries, a school year's archive and questions

Each line is the median over rounds of ours ÷ peer, rounds of both taken in turn so that a machine that slows down slows
both. Written to ``var/bench.json`` as ``{name: {"ratio", "goal", "better", "ours", "peer", "unit"}}``; `goal` is
null where none was set.
"""

"""Letopis's verifier: says whether a school's log or archive is what it was, trusting nobody who made it.

Standard library only, written from verify/spec and from nothing else of the project, so that two implementations
have to agree. The core takes bytes and returns values; files, ZIPs and HTTP are at the edge (`source`, `tiles`,
`__main__`).

    python3 -m verify ARCHIVE --key "letopis.example/school/1534+10346983+AQdm…"

**The key is pinned by the reader**: from the printed sheet, the region or a witness, never from the archive.

Checked, in this order, all in one pass over the entries:

=============  ==================================================================================================
bag            BagIt 1.0, both manifests both ways, bag-info.txt, no file but those of log-format.md; no links, unsafe
               or colliding names, bombs; a ZIP that every program reads alike
checkpoint     one spelling, signed by the pinned key, of the origin that key and `school_opened` name
log            canonical form of each entry, index, `prev` against the leaf hash that enters the tree, `at`, size, root
events         each event's fields; stream versions; references; facts, corrections, requests, closings (events.md)
disclosures    form, digest in the `_sd` of the entry that each names, one of each name, all of a person or none
tables         every byte of every row, derived again from entries and disclosures (tables.md)
copies         asked: every row of workbooks and SQLite file against the tables; that no program shows something else
=============  ==================================================================================================

Not checked, and `verified` says nothing about it:

- whether what a person entered is true; who held a key; whether the clock was right (`at` never goes back: no more);
- whether another log exists beside this one under the same key: compare with others (`--old`, `--against`, witnesses);
- files under data/documents, cosignatures and timestamps, README.txt, spec/, further lines of bag-info.txt, and the
  verify.pyz in the archive (take it from elsewhere): their bytes are what the manifests say, no more;
- whether a student was enrolled when a mark was given, and other rules of a school that events.md does not state.

Three verdicts: `verified`, `finding`, `incomplete` (nothing is wrong, but something could not be checked: no key, an
event type this verifier does not know, a range whose beginning is elsewhere). Exit codes 0, 1, 3; 2 for wrong usage.
"""

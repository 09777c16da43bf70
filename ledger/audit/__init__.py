"""The audit: a whole store, verified by its owner through the recorder's port.

Every entry is read and hashed again, judged by the log format, and compared with all that the store keeps beside it:
columns, chain, clock, versions, receipts, tiles, checkpoints, head, claims. All that is wrong is collected, not only
the first. What this cannot see: a store that was rewritten as a whole, with its checkpoints. Against that there are
checkpoints that others hold, and the verifier, which shares no code with this.

Ranges of entries are judged by as many processes as are asked for; what they give is joined in order.
"""

from ledger.audit.claims import mend_claims
from ledger.audit.range import Finding
from ledger.audit.whole import AuditReport, audit

__all__ = ["AuditReport", "Finding", "audit", "mend_claims"]

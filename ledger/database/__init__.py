"""What everything in the ledger that keeps a database shares: migrations on both, and connections to PostgreSQL."""

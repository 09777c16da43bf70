"""What everything in the ledger that keeps a database shares: migrations, and connections to PostgreSQL."""

"""HTTP routes, one module per concern; each route says which right it needs."""

"""Documents on paper and for the archive: what a sheet says (`sheet`), and its pages as PDF (`pages`)."""

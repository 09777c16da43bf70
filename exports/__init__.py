"""What leaves the house: archives, extracts, printed forms, tables."""

"""The read side: views that can be dropped and rebuilt; every row is valid from one position to another."""

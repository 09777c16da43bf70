"""Printed forms that can be proved: what they are made of (`forms`), their code (`code`), reading it again (`scan`)."""

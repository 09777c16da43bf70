"""How somebody shows to be an account's holder: passwords, second factors, sessions, tokens of programs.

None of it is an entry: what proves a person must not be in a log that is kept for ever and handed out. It lies in a
database of its own, and no row of it lets anybody in: passwords are argon2id hashes, sessions, tokens, invitations and
recovery codes SHA-256 digests of 256 random bits, secrets of the second factor sealed under a key outside the database.

Which account may act, and in which role, the log alone says, on every request (`api.identity.acting`).
"""

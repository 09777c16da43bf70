"""One person's data as a file (152-ФЗ, ст. 14): what is kept, what became of it, who looked."""

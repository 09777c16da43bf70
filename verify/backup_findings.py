"""The findings about backups; a part of `verify.findings`, which is where they are looked up."""

from typing import Final

BACKUP_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "backup": (
        "Резервная копия: проверено не то, что снято, или итог не следует из проверки.",
        "A backup: what was verified is not what was taken, or the verdict does not follow.",
    ),
}

"""What may be wrong with blocking: codes of `findings`, in Russian and English."""

from typing import Final

BLOCKING_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "blocking": (
        "Сведения заблокированы или разблокированы не по правилам.",
        "A block does not add up: of nobody's request, ended twice, or by a change that corrected nothing.",
    ),
    "blocked-disclosed": (
        "В архиве раскрыты сведения, которые к его концу заблокированы.",
        "The archive discloses values that are blocked at its end.",
    ),
}

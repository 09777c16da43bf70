"""What may be wrong with keeping and erasing: codes of `findings`, in Russian and English."""

from typing import Final

ERASURE_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "retention-schedule": (
        "Перечень сроков хранения не читается или введён раньше прежнего.",
        "A retention schedule says a thing twice, or is from an earlier day than the one before.",
    ),
    "legal-hold": (
        "Запрет на уничтожение назван неверно, или стёрто вопреки ему.",
        "A legal hold is not of what it names, or something was erased while it stood.",
    ),
    "erasure": (
        "Сведения стёрты не по правилам: не предложено, не одобрено или дважды.",
        "An erasure does not add up: not proposed, not approved, answered twice, or of something else.",
    ),
    "erasure-too-early": (
        "Сведения стирают раньше, чем позволяет перечень сроков хранения.",
        "Values are erased before the retention schedule lets them go.",
    ),
    "erased-disclosed": (
        "В архиве раскрыты сведения, которые к этому времени стёрты.",
        "The archive discloses values that were erased by then.",
    ),
}

"""What may be wrong with the register of paper: codes of `findings`, in Russian and English."""

from typing import Final

PAPER_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "paper-register": (
        "Реестр бумажных архивов не сходится: номер, состав дела или то, чего в школе уже нет.",
        "The register of paper does not add up: a number, what lies in a paper, or one that is not at the school.",
    ),
    "paper-term": (
        "Срок хранения бумаги не тот, что даёт перечень сроков.",
        "The term of a paper is not what the retention schedule gives.",
    ),
    "paper-destruction": (
        "Бумага уничтожена не по правилам: не предложено, не одобрено или дважды.",
        "A destruction of paper does not add up: not proposed, not approved, or answered twice.",
    ),
    "paper-too-early": (
        "Бумагу уничтожают раньше, чем позволяет перечень сроков хранения.",
        "Paper is destroyed before the retention schedule lets it go.",
    ),
}

"""What may be wrong with printed forms and their codes: codes of `findings`, in Russian and English."""

from typing import Final

PRINT_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "printout-scope": (
        "Распечатка не того, что требует условие, или сделана раньше его конца.",
        "A printout is not of what its condition asks for, or was made before that ended.",
    ),
    "print-register": (
        "Реестр печатных форм не сходится: номер, за что форма или её состояние.",
        "The register of printed forms does not add up: a number, a scope or what became of a sheet.",
    ),
    "print-code-malformed": (
        "Это не код печатной формы, или в нём ошибка: так бывает при наборе.",
        "This is no code of a printed form, or a character of it is wrong, as happens when it is typed.",
    ),
    "print-code-mismatch": (
        "Код на бумаге не сходится с журналом.",
        "The code on paper does not agree with the log.",
    ),
    "print-void": ("Форма снята и больше не действует.", "The form was voided and counts no more."),
}

"""What is said of proofs: of one entry's, and of an extract (log-format.md section 7a) with its limits."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that an extract does not claim and nobody should read into it; the verdict is not about it."""

    code: str
    detail: str

    @property
    def meaning(self) -> tuple[str, str]:
        """What the code means, in Russian and in English."""
        return LIMITS[self.code]


EXTRACT_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    # One entry's proof.
    "proof-malformed": ("Доказательство не читается.", "A proof is malformed."),
    "proof-mismatch": (
        "Доказательство не ведёт от записи к корню.",
        "A proof does not lead from the entry to the signed root.",
    ),
    # Extracts.
    "extract-malformed": ("Файл выписки не читается.", "A file of an extract is malformed."),
    "extract-claim": (
        "Выписка говорит о себе не то, что в ней.",
        "An extract says of itself what is not so.",
    ),
    "extract-order": (
        "Номера записей выписки не растут или не меньше подписанного размера.",
        "Leaf indexes of an extract do not rise, or are not below the signed size.",
    ),
    "against-differs": (
        "В архиве на этом месте другая запись: выписка и архив — из разных историй журнала.",
        "The archive has another entry at this place: extract and archive are of two histories of the log.",
    ),
    "extract-scope": (
        "В выписке запись, которая не относится к тому, о чём выписка.",
        "An extract has an entry that does not belong to what it is of.",
    ),
    "extract-incomplete": (
        "Поток не весь: версии пропущены, а выписка называет его полным или должна была назвать.",
        "A stream is not whole, though the extract says so or would have to.",
    ),
}

EXTRACT_UNCHECKED: Final[dict[str, tuple[str, str]]] = {
    "against-nothing": (
        "Сравнить не с чем: --against ждёт выписку и архив.",
        "There is nothing to compare: --against wants an extract and an archive.",
    ),
}

# What an extract does not claim.
LIMITS: Final[dict[str, tuple[str, str]]] = {
    "extract-part": (
        "Доказано, что эти записи стоят в подписанном журнале. Правила, которым нужны другие записи, не проверялись.",
        "These entries are shown to be in the signed log. Rules that rest on others were not judged.",
    ),
    "extract-ends": (
        "Потоки полны до названной версии. Что после неё до подписи ничего не внесено, говорит школа.",
        "Streams are whole up to the version named. That nothing followed before the signature is the school's word.",
    ),
    "extract-lessons": (
        "Какие уроки есть у класса, говорит школа: закрытие держит все уроки параллели, но чьи они, по нему не видно.",
        "Which lessons the class has is the school's word: a closing commits to all of the grade, not whose they are.",
    ),
    "extract-others": (
        "Записи о других учениках в выписку не вошли. Что об этом ученике среди них нет ни одной, говорит школа.",
        "Entries about other students were left out. That none of them is about this student is the school's word.",
    ),
    "extract-names": (
        "О человеке раскрыто не всё: не видно, нет ли среди скрытого второго имени.",
        "A part of what stands for a person is held back: whether a second name is among it cannot be seen.",
    ),
    "extract-withheld": (
        "О стольких людях не раскрыто ничего: придержано, заблокировано или стёрто. Что из этого, покажет архив.",
        "Of so many people nothing is disclosed: held back, blocked or erased. Which of these, only an archive shows.",
    ),
    "extract-inputs": (
        "Итог не пересчитан: отметок, из которых он вычислен, в выписке нет (запись: каких).",
        "A result was not computed again: marks that it was computed from are not here (its entry: which).",
    ),
    "extract-basis": (
        "Итог не пересчитан: в выписке нет того, по чему отметки считаются (запись: чего).",
        "A result was not computed again: what tells how marks count is not here (its entry: what).",
    ),
    "extract-results": (
        "Столько итогов не пересчитано; остальные вычислены заново из отметок, которые есть в выписке.",
        "So many results were not computed again; the others were, from the marks that are here.",
    ),
    "extract-years": (
        "Итоги за несколько лет: сумма пересчитана, а какие классы входят и каких не хватает, говорит школа.",
        "Final marks over years: the sum was computed again; which grades take part, and lack, is the school's word.",
    ),
    "extract-none": (
        "О полноте выписка не утверждает ничего: это отдельные записи.",
        "The extract claims nothing of completeness: it has single entries.",
    ),
}

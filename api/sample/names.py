"""Russian names by mimesis, gendered and with patronymics; birth dates that fit a grade.

Mimesis knows names of every century; a school of Акакий and Варсонофий Фокич reads as a joke. So first names and
patronymics are drawn again, some times at most, until they are such as schools of today have: rare ones stay rare. The
same seed gives the same names with the same release of mimesis, which the lock files pin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from mimesis import Locale, Person as Mimesis
from mimesis.enums import Gender

from api.sample.draws import Draws

_BOYS: Final = """
    Александр Алексей Андрей Антон Артём Богдан Борис Вадим Василий Виктор Виталий Владимир Владислав Вячеслав Георгий
    Глеб Григорий Даниил Денис Дмитрий Евгений Егор Иван Игнатий Игорь Илья Кирилл Константин Лев Леонид Максим Марк
    Матвей Михаил Никита Николай Олег Павел Пётр Роман Руслан Савелий Семён Сергей Степан Тимофей Тимур Фёдор Юрий
    Ярослав
"""
_GIRLS: Final = """
    Александра Алина Алиса Алёна Амина Анастасия Анна Арина Валентина Валерия Варвара Василиса Вера Вероника Виктория
    Галина Дарья Диана Ева Евгения Екатерина Елена Елизавета Злата Ирина Камилла Карина Кира Кристина Ксения Лариса
    Лидия
    Любовь Людмила Маргарита Марина Мария Милана Надежда Наталья Нина Оксана Ольга Полина Светлана Софья Таисия Татьяна
    Ульяна Юлия Яна
"""
_FATHERS: Final = """
    Александрович Алексеевич Анатольевич Андреевич Антонович Артёмович Артурович Богданович Борисович Вадимович
    Валентинович Валерьевич Васильевич Викторович Витальевич Владимирович Владиславович Вячеславович Геннадьевич
    Георгиевич Германович Глебович Григорьевич Давидович Данилович Денисович Дмитриевич Егорович Игоревич Ильич
    Матвеевич
    Михайлович Петрович Семёнович Тимурович Фёдорович Эдуардович Яковлевич Ярославович
"""
_USUAL: Final = {Gender.MALE: frozenset(_BOYS.split()), Gender.FEMALE: frozenset(_GIRLS.split())}
_PATRONYMICS: Final = {
    Gender.MALE: frozenset(_FATHERS.split()),
    Gender.FEMALE: frozenset(
        name.removesuffix("ич") + ("на" if name.endswith(("ович", "евич")) else "инична") for name in _FATHERS.split()
    ),
}
_TRIES_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Name:
    """Who a person is: what goes to the vault and never into an entry."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date

    @property
    def is_womans(self) -> bool:
        """Whether it is a woman's or a girl's, as its patronymic says."""
        return self.patronymic.endswith("на")

    def values(self) -> dict[str, str]:
        """Return the disclosures' names and values (events.md, person_registered)."""
        return {
            "family_name": self.family_name,
            "given_name": self.given_name,
            "patronymic": self.patronymic,
            "birth_date": self.birth_date.isoformat(),
        }


class Names:
    """Draws people of one school; no two share all three names."""

    def __init__(self, seed: int) -> None:
        self._draws = Draws(seed, "people")
        self._mimesis = Mimesis(Locale.RU, seed=f"letopis-sample/{seed}/names")
        self._taken: set[tuple[str, str, str]] = set()

    def student(self, grade: int) -> Name:
        """Draw a student who turns 7 in the school year of grade 1, give or take a few months."""
        gender = Gender.MALE if self._draws.chance(0.5) else Gender.FEMALE
        born = date(2026 - grade - 6, 3, 1) + timedelta(days=self._draws.below(365 + 60))
        return self._name(gender, born)

    def adult(self) -> Name:
        """Draw a member of staff, aged 23 to 66; most teachers are women."""
        gender = Gender.MALE if self._draws.chance(0.15) else Gender.FEMALE
        return self._name(gender, date(1960, 1, 1) + timedelta(days=self._draws.below(365 * 43)))

    def parent(self, child: Name) -> Name:
        """Draw a parent of the child's own gender, aged 20 to 40 at its birth: the family name has one form then."""
        gender = Gender.FEMALE if child.is_womans else Gender.MALE
        born = child.birth_date - timedelta(days=self._draws.between(365 * 20, 365 * 40))
        return replace(self._name(gender, born), family_name=child.family_name)

    def _name(self, gender: Gender, born: date) -> Name:
        while True:
            given = _usual(lambda: self._mimesis.first_name(gender), _USUAL[gender])
            family = self._mimesis.last_name(gender)
            patronymic = _usual(lambda: self._mimesis.patronymic(gender) or "", _PATRONYMICS[gender])
            if (family, given, patronymic) not in self._taken:
                self._taken.add((family, given, patronymic))
                return Name(family, given, patronymic, born)


def _usual(draw: Callable[[], str], usual: frozenset[str]) -> str:
    """Draw until the name is a usual one, `_TRIES_MAX` times at most."""
    name = draw()
    for _ in range(_TRIES_MAX):
        if name in usual:
            break
        name = draw()
    return name

"""Made-up people, the same for the same seed on any machine. Nobody of that name lives at Example Street."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

GIVEN_NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo")
# 036 stands among them because fewer than 20,000 people live there: a de-identification has to notice.
POSTAL_AREAS = ("036", "100", "303", "606", "770", "941")
DIAGNOSES = ("E11.9", "I10", "I50.9", "J44.9", "N18.3", "Z79.4")
SERVICES = ("99213", "99214", "99223", "83036", "82565")


@dataclass(frozen=True, slots=True)
class Stay:
    """An inpatient stay, from admission to discharge."""

    admitted_on: date
    discharged_on: date


@dataclass(frozen=True, slots=True)
class Claim:
    """A billed service; the amount is in cents."""

    service_date: date
    diagnosis: str
    service: str
    cents: int


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person with everything that the feeds will say; laboratory values in % (HbA1c) and mg/dL."""

    number: int
    given_name: str
    sex: str
    birth_date: date
    street: str
    postal_code: str
    phone: str
    stays: tuple[Stay, ...]
    diagnoses: tuple[str, ...]
    hba1c: tuple[float, ...]
    creatinine: tuple[float, ...]
    claims: tuple[Claim, ...]
    prior_admissions: int

    family_name = "Testperson"

    @property
    def mrn(self) -> str:
        """The medical record number."""
        return f"MRN-{self.number:07d}"


def population(seed: int, count: int) -> list[Person]:
    """The first so many people of a seed; a larger count adds people and changes none."""
    return [_person(random.Random(f"{seed}/{number}"), number) for number in range(1, count + 1)]  # noqa: S311 - no secret


def _person(chance: random.Random, number: int) -> Person:
    age = chance.randint(24, 96)
    admitted = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
    days = 1 + int(chance.expovariate(1 / 4))
    first = Stay(admitted, admitted + timedelta(days=days))
    diagnoses = tuple(chance.sample(DIAGNOSES, chance.randint(0, 4)))
    hba1c = tuple(round(chance.gauss(6.2, 1.1), 1) for _ in range(chance.randint(1, 3)))
    creatinine = tuple(round(max(0.4, chance.gauss(1.1, 0.4)), 2) for _ in range(chance.randint(1, 2)))
    prior = min(6, int(chance.expovariate(1 / 1.1)))
    strain = -3.6 + 0.025 * (age - 60) + 0.45 * len(diagnoses) + 0.35 * (max(hba1c) - 6) + 0.08 * days + 0.55 * prior
    stays = [first]
    if chance.random() < 1 / (1 + math.exp(-strain)):
        again = first.discharged_on + timedelta(days=chance.randint(3, 28))
        stays.append(Stay(again, again + timedelta(days=chance.randint(1, 6))))
    return Person(
        number=number,
        given_name=GIVEN_NAMES[number % len(GIVEN_NAMES)],
        sex=chance.choice(("female", "male")),
        birth_date=admitted - timedelta(days=365 * age + chance.randrange(300)),
        street=f"{number} Example Street",
        postal_code=chance.choice(POSTAL_AREAS) + f"{chance.randrange(100):02d}",
        phone=f"+1-{200 + number % 700}-555-01{chance.randrange(100):02d}",
        stays=tuple(stays),
        diagnoses=diagnoses,
        hba1c=hba1c,
        creatinine=creatinine,
        claims=tuple(
            Claim(
                admitted + timedelta(days=chance.randint(0, days)),
                chance.choice(diagnoses or DIAGNOSES),
                chance.choice(SERVICES),
                chance.randint(4_000, 90_000),
            )
            for _ in range(chance.randint(1, 6))
        ),
        prior_admissions=prior,
    )

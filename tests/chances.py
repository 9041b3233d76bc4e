"""Random values for the columns of a world, with few different ones, so that many are equal."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from models.base import Table
from tests.rows import Row, World

WORDS = (
    "Zulu",
    "alpha",
    "Alpha",
    "Éclair",
    "zebra",
    "ﬀ ligature",
    "😀 astral",
    "\ue000 private",
    'a "quoted" \\ one',
    "two\nlines\t",
    "",
    "Alpha ",
    "10",
    "9",
    "Port-au-Prince",
    "PORT: alpha (zulu)",
    "Cafe\u0301 Zulu",
    "Caf\u00e9_ALPHA 10%",
)


class Chances:
    """Draws values, and adds rows to a world."""

    def __init__(self, random: Random, made: World) -> None:
        self.random = random
        self.world = made

    def add(self, table: type[Table], **columns: Any) -> Row:
        self.world[str(table.__tablename__)].append(columns)
        return columns

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def maybe(self, value: Any, odds: float = 0.5) -> Any:
        return value if self.random.random() < odds else None

    def pick(self, codes: Any) -> str:
        return str(self.random.choice(list(codes)))

    def word(self) -> str:
        return self.random.choice(WORDS)

    def day(self) -> date:
        return date(2019, 12, 30) + timedelta(days=self.random.choice((0, 0, 1, 2, 366, 700, 1000)))

    def moment(self) -> datetime:
        return datetime(2024, 2, 29, 23, 59, 59, self.random.choice((0, 0, 500000, 123456, 120, 1)), UTC) + timedelta(
            days=self.random.randrange(3)
        )

    def some(self, rows: list[Row], most: int) -> list[Row]:
        return self.random.sample(rows, self.random.randint(0, min(most, len(rows))))

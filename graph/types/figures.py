"""Figures: amounts that are published, each with its source and period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from graph.fields import field
from graph.types.codes import FigureBasis, FigureKey, Precision
from graph.types.nodes import Node


@strawberry.type(description="A published amount with its source. Everybody sees it.")
class Figure(Node):
    """A published amount."""

    code: str = field("Its code, which never changes, so that a page can name one figure.")
    key: FigureKey = field("What it states; several figures may state the same.")
    value: Decimal = field("The amount, with two decimal places, in `unit`.")
    unit: str = field("What the amount is in, such as USD.")
    precision: Precision = field("How exact the amount is.")
    basis: FigureBasis = field("Whether its source asserted it, or it was computed here.")
    period_from: date | None = field("The first day of the time that it covers; null where its source does not say.")
    period_to: date | None = field("The last day of the time that it covers; null where its source does not say, or while it runs on.")
    as_of: date | None = field("The day on which its source stood by it; null where it gives none.")
    label: str = field("Its source's words, letter by letter.")
    source: str = field("Where it was published.")
    supersedes: Figure | None = field("The figure that it takes the place of; null if none.")

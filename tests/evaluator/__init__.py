"""`participation`, counted slowly and plainly: the rules R0 to R6 of product.md B4 over rows in memory, one function for each.

It is the judge of resolvers/counting.py and shares nothing with it: no SQL, no index, no cleverness. The tables' classes serve as plain
records.

records      what goes in (Ledger, Question), and what the rules make of it
visibility   who may see what, and which cohorts enter a number (R0)
values       what statements and cohorts say on each dimension: always a set (R3)
rules        whose word is taken (R1), split and remainder (R2), units (R4), precision (R6)
explanations what became of each statement
answer       `participation`: the table as the API writes it
"""

from tests.evaluator.answer import participation
from tests.evaluator.records import Dimension, Ledger, Question

__all__ = ["Dimension", "Ledger", "Question", "participation"]

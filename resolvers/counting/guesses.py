"""Conditions of which PostgreSQL is told how often they hold.

It knows nothing about the columns of a common table expression, and multiplies the odds of comparisons as if they were independent. So
it expects a handful where a million statements pass, and sorts them or looks them up one by one; or it reads all statements for the sake
of one cohort. It does not look into a CASE, whose odds are a rule of thumb: a half for a truth value, a 200th for a value that is equal.
"""

from sqlalchemy import ColumnElement, case, false, true

from resolvers.counting.dimensions import ONE, ZERO


def guessed_half(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, never null, taken to hold for half the rows."""
    return case((condition, true()), else_=false())


def guessed_rare(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, never null, taken to hold for one row in 200."""
    return case((condition, ONE), else_=ZERO) == ONE

"""The meaning of every object type of the schema, by name; and what makes the roots."""

from collections.abc import Mapping

from resolvers import access, agencies, courses, figures, participation, places, receipts, statements
from resolvers.fields import AnyNode, ObjectType, Word

SUBJECTS = (places, agencies, courses, statements, figures, participation, receipts, access)

QUERY_FIELDS: dict[str, Word] = {"node": AnyNode()}
for subject in SUBJECTS:
    QUERY_FIELDS |= subject.QUERIES

QUERY = ObjectType("Query", fields=QUERY_FIELDS)

MUTATION = ObjectType("Mutation", fields=receipts.MUTATIONS)

TYPES: Mapping[str, ObjectType] = {type_.name: type_ for type_ in (QUERY, MUTATION, *(type_ for subject in SUBJECTS for type_ in subject.TYPES))}

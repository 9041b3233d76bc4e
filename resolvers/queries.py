"""The meaning of every object type of the schema, by name; and what makes the roots."""

from resolvers import (
    access,
    agencies,
    audit,
    clients,
    courses,
    curation,
    erasures,
    figures,
    individuals,
    participation,
    places,
    receipts,
    releases,
    search,
    statements,
)
from resolvers.fields import AnyNode, AnyNodes, ObjectType, Word

SUBJECTS = (
    places,
    agencies,
    courses,
    statements,
    individuals,
    figures,
    participation,
    releases,
    receipts,
    curation,
    search,
    access,
    clients,
    erasures,
    audit,
)

QUERY_FIELDS: dict[str, Word] = {"node": AnyNode(), "nodes": AnyNodes()}
TYPES: dict[str, ObjectType] = {}
for subject in SUBJECTS:
    QUERY_FIELDS |= subject.QUERIES
    TYPES |= {type_.name: type_ for type_ in subject.TYPES}

MUTATION_FIELDS: dict[str, Word] = {
    **receipts.MUTATIONS,
    **curation.MUTATIONS,
    **releases.MUTATIONS,
    **clients.MUTATIONS,
    **erasures.MUTATIONS,
}
TYPES |= {"Query": ObjectType("Query", fields=QUERY_FIELDS), "Mutation": ObjectType("Mutation", fields=MUTATION_FIELDS)}

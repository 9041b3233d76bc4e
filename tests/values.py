"""Random values for arguments and variables: such as occur in the world's rows, and some that do not.

Values   the values of a world by type and field, as JSON holds them
Drafts   draws texts of values for a document, and declares variables, with or without defaults, given, absent or null
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from math import ceil
from random import Random
from typing import Any
from unicodedata import normalize

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
)

from tests.footprint import INPUT, OPERATOR, VALUE
from tests.matching import COLUMNS
from tests.pasts import ASKED
from tests.reach import Reach
from tests.rows import World
from tests.semantics import NODES, RELATIONS, TABLES, Item, snake
from tests.wishes import Wish

Hint = tuple[str, str]
SIZES = (0, 1, 2, 3, 5, 10, 25, 40, 100)
DEFAULT_SIZE = 25
MISSING = "0190ffff-0000-7000-8000-00000000dead"
OTHERS: dict[str, list[Any]] = {
    "String": ["", "a", "Alpha", "zz", "É"],
    "Int": [0, 1, -1, 2_147_483_647],
    "Date": ["2020-01-01", "1999-12-31", "0001-01-01", "9999-12-31"],
    "DateTime": ["2024-03-01T00:00:00+00:00", "2024-03-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"],
    "Decimal": ["8.5", "0", "-1.25", "8.501", "8.4999", "12345678901234567890.5"],
}
UNUSUAL = ["?!", "%", "_", "\\", "'", "a' & b:* | !c", "\u0301", "😀", "é" * 200, " ".join("abcdefghij"), "ﬀ", "zulu zulu", "İ", "ß"]
"""Texts to look for that mean something elsewhere, or nothing."""

WISHED = 92
DEPTH = 3
"""How deep filters go."""
TABLED = TABLES | {
    "Membership": "membership",
    "AgencyOperation": "agency_operation",
    "PartnerListing": "partner_listing",
    "CohortRole": "cohort_role",
    "CohortCost": "cohort_cost",
    "StatementDepartment": "statement_department",
    "Cost": "statement",
    "SourceDoc": "statement",
}
NAMED = COLUMNS | {
    ("Membership", "inForceOn"): "valid_from",
    ("AgencyOperation", "inForceOn"): "valid_to",
    ("Cost", "amount"): "cost_amount",
    ("Cost", "currency"): "cost_currency",
    ("SourceDoc", "url"): "source_url",
    ("SourceDoc", "title"): "source_title",
    ("SourceDoc", "page"): "source_page",
    ("SourceDoc", "retrievedOn"): "source_retrieved_on",
}


class Values:
    """The values of a world, by GraphQL type and field."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[tuple[str, Hint], list[Any]] = {}

    def of(self, scalar: str, hint: Hint) -> list[Any]:
        """Values that a scalar may take at a place; those of the world more often."""
        if (scalar, hint) not in self.known:
            if (scalar, hint[1]) == ("DateTime", "asOf"):
                found, others = [spelt(moment, number) for number, moment in enumerate(ASKED)], list[Any]()
            elif hint == ("Search", "text"):
                found, others = self.looked_for(), list[Any]()
            else:
                found, others = self.ids(hint[0]) if scalar == "ID" else self.column(*hint), OTHERS.get(scalar, [])
            found = list(dict.fromkeys(found))
            others = [one for one in others if one not in found]
            times = ceil(4 * len(others) / len(found)) if found else 0
            self.known[scalar, hint] = [*found * max(times, 1), *others]
        return self.known[scalar, hint]

    def ids(self, type_name: str) -> list[str]:
        """Global ids of a type, or of every type that is a node; and one that is missing."""
        types = [type_name] if type_name in TABLES else list(NODES)
        found = [[Item(one, row).id for row in self.world[TABLES[one]]] for one in types]
        missing = [f"{one}:{'XX' if one in ('MemberState', 'Department') else MISSING}" for one in types]
        return [ids[number] for number in range(max(map(len, found))) for ids in found if number < len(ids)] + missing

    def looked_for(self) -> list[str]:
        """Texts to look for: names and codes of the world, their words and beginnings, in several spellings."""
        columns = {"member_state": "name", "department": "name", "partner_agency": "name", "course": "title", "cohort": "title"}
        texts = {row[column] for table, column in columns.items() for row in self.world[table]}
        texts |= {row["code"] for table in columns for row in self.world[table]} | {row["location"] for row in self.world["cohort"]}
        found = sorted(text for text in texts if text)
        parts = [part for text in found for part in (text.split()[0], text[:3], text[:1], text.split()[-1].swapcase())]
        spelt = [normalize("NFD", text) for text in found] + [text.upper() for text in found] + ["-".join(text.split()) for text in found]
        return [*found, *parts, *spelt, *map(" ".join, zip(parts, reversed(parts), strict=True)), *UNUSUAL]

    def column(self, type_name: str, field_name: str) -> list[Any]:
        """The values of the column of a field, as JSON holds them."""
        column = NAMED.get((type_name, field_name), snake(field_name))
        rows = self.world[TABLED[type_name]] if type_name in TABLED else []
        found = [value for row in rows for value in (row[column] if isinstance(row.get(column), list) else [row.get(column)])]
        return [spelt(value, number) for number, value in enumerate(found) if value is not None]


def spelt(value: Any, number: int) -> Any:
    """A value of a row as JSON holds it, spelt in one of the ways that mean the same."""
    match value:
        case datetime():
            zone = timezone(timedelta(hours=(0, -4, 5.5)[number % 3]))
            return value.astimezone(zone).isoformat().replace("+00:00", ("+00:00", "Z")[number // 3 % 2])
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Style:
    """How often, of a hundred times, an operation does what it may do."""

    fragments: int = 20
    directives: int = 8
    aliases: int = 20
    objects: int = 50
    arguments: int = 35
    variables: int = 18
    pages: int = 25
    wishes: int = 20
    """Among how many things that it could wish for an operation takes the one that was reached least."""
    operators: bool = False
    """Whether it wishes for operators of filters rather than for the rest."""


@dataclass(slots=True)
class Drafts:
    """Draws values, and declares the variables of one operation, with two assignments of values to them."""

    random: Random
    style: "Style"
    schema: GraphQLSchema
    values: Values
    wish: Wish = field(default_factory=Wish)
    reach: Reach = field(default_factory=Reach)
    definitions: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    reusable: dict[tuple[str, Hint], list[str]] = field(default_factory=dict)

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""
        return self.random.random() * 100 < percent

    def pick(self, options: Any) -> Any:
        """One of the options."""
        return self.random.choice(options)

    # Texts, with variables at any depth.

    def text(self, kind: GraphQLInputType, hint: Hint, *, has_default: bool, null: bool, one_of: bool = False, deep: int = DEPTH) -> str:
        """The text of a value for a place of that type, which may have a default, may take null, or may be the one field of a @oneOf."""
        if self.chance(self.style.variables):
            return self.variable(kind, hint, has_default=has_default, null=null, one_of=one_of, deep=deep)
        if null and self.chance(4):
            return "null"
        return self.literal(kind, hint, deep)

    def condition(self) -> str:
        """The text of the value of @include or @skip."""
        place, hint = GraphQLNonNull(GraphQLBoolean), ("", "if")
        if self.chance(60):
            return self.variable(place, hint, has_default=False, null=False, one_of=False, deep=0)
        return self.literal(place, hint, 0)

    def literal(self, kind: GraphQLInputType, hint: Hint, deep: int) -> str:
        """The text of a value that is no variable, though parts of it may be."""
        match kind:
            case GraphQLNonNull(of_type=inner):
                return self.literal(inner, hint, deep)
            case GraphQLList(of_type=inner):
                count = self.pick((1, 2, 0))
                items = [self.text(inner, hint, has_default=False, null=False, deep=deep) for _ in range(count)]
                alone = count == 1 and not items[0].startswith("$") and self.chance(15)
                return items[0] if alone else f"[{', '.join(items)}]"
            case GraphQLInputObjectType():
                chosen = self.chosen(kind, hint, deep)
                texts = [f"{name}: {self.inner(kind, name, given, hint, deep)}" for name, given in chosen.items()]
                return "{" + ", ".join(texts) + "}"
            case _:
                return written(kind, self.leaf(kind, hint))

    def inner(self, parent: GraphQLInputObjectType, name: str, given: GraphQLInputField, hint: Hint, deep: int) -> str:
        """The text of a field of an input object."""
        null = not isinstance(given.type, GraphQLNonNull) and isinstance(get_named_type(given.type), GraphQLInputObjectType)
        defaulted = has_default(given)
        below_it = hinted(parent, name, hint)
        return self.text(given.type, below_it, has_default=defaulted, null=null, one_of=parent.is_one_of, deep=deep - nested(parent))

    # Variables.

    def variable(self, kind: GraphQLInputType, hint: Hint, *, has_default: bool, null: bool, one_of: bool, deep: int) -> str:
        """A variable that may stand at the place."""
        required = isinstance(kind, GraphQLNonNull)
        base = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        must_have = required and not has_default
        strict = one_of or self.chance(70 if must_have else 30)
        declared = f"{base}!" if strict else str(base)
        known = self.reusable.get((f"{declared}{must_have and not strict}", hint), [])
        if known and self.chance(50):
            return f"${self.pick(known)}"
        name = f"v{len(self.definitions)}"
        self.definitions[name] = declared
        default = (must_have and not strict) or self.chance(30)
        if default:
            absent = null and not strict and self.chance(20)
            self.definitions[name] += " = null" if absent else f" = {written(base, self.plain(base, hint, deep))}"
        choices = ("value", *(("absent",) if default or not strict else ()), *(("null",) if null and not strict else ()))
        for assigned in (self.variables, self.others):
            given = self.pick(choices)
            if given != "absent":
                assigned[name] = None if given == "null" else self.plain(base, hint, deep)
        if self.variables.get(name) is not None and self.chance(60):
            self.others[name] = self.alike(base, hint, self.variables[name])
        if not null or strict:
            self.reusable.setdefault((f"{declared}{must_have and not strict}", hint), []).append(name)
        return f"${name}"

    def weight(self, text: str) -> int:
        """How many objects and members a text has, its variables with the heaviest of their values."""
        found = set(re.findall(r"\$(\w+)", text))
        values = [[self.definitions[name], json.dumps(self.variables.get(name)), json.dumps(self.others.get(name))] for name in found]
        return sum(max(map(parts, each)) for each in [[text], *values])

    def sizes_of_page(self, most: int, *, both: bool) -> dict[str, str]:
        """The texts of `first` and, with `both`, `last` for a page of at most so many: one is a number, or none; null is none."""
        options = [size for size in SIZES if size <= most]
        if len(options) > 1 and self.chance(90):
            del options[0]
        one, other = self.random.sample(("first", "last"), 2) if both and self.chance(60) else ("first", "last")
        beside = {other: "null"} if both and self.chance(10) else {}
        if most >= DEFAULT_SIZE and not self.chance(60):
            return beside
        if not self.chance(30):
            return {one: str(self.pick(options))} | beside
        if both and self.chance(50):
            return self.either_end(options)
        return {one: self.size(options, null=both, unstated=most >= DEFAULT_SIZE)} | beside

    def size(self, options: list[int], *, null: bool, unstated: bool) -> str:
        """A variable for a page's size, which may be null, or may leave it unstated."""
        name = f"v{len(self.definitions)}"
        required = not null or self.chance(40)
        default = self.pick((None, *options))
        choices = [*options, *(("absent",) if default is not None or (unstated and not required) else ())]
        choices += ["null"] if unstated and not required else []
        self.definitions[name] = ("Int!" if required else "Int") + (f" = {default}" if default is not None else "")
        sizes = {"absent": DEFAULT_SIZE if default is None else default, "null": DEFAULT_SIZE}
        for assigned in (self.variables, self.others):
            given = self.pick(choices)
            if given != "absent":
                assigned[name] = None if given == "null" else given
            self.sizes[f"${name}"] = max(self.sizes.get(f"${name}", 0), sizes.get(given, given))
        return f"${name}"

    def either_end(self, options: list[int]) -> dict[str, str]:
        """Variables for both ends of a list, of which one at a time is a number, and the other null or absent."""
        names = [f"v{len(self.definitions) + number}" for number in range(2)]
        for assigned in (self.variables, self.others):
            one, other = self.random.sample(names, 2)
            assigned[one] = self.pick(options)
            assigned.update({other: None} if self.chance(50) else {})
            self.sizes |= {f"${name}": max(self.sizes.get(f"${name}", 0), assigned.get(name) or 0) for name in names}
        self.definitions |= dict.fromkeys(names, "Int")
        return dict(zip(("first", "last"), (f"${name}" for name in names), strict=True))

    # Plain values, as JSON holds them.

    def plain(self, kind: GraphQLInputType, hint: Hint, deep: int) -> Any:
        """A value as JSON holds it."""
        match kind:
            case GraphQLNonNull(of_type=inner):
                return self.plain(inner, hint, deep)
            case GraphQLList(of_type=inner):
                items = [self.plain(inner, hint, deep) for _ in range(self.pick((1, 2, 0)))]
                return items[0] if len(items) == 1 and self.chance(15) else items
            case GraphQLInputObjectType():
                chosen = self.chosen(kind, hint, deep)
                return {name: self.plain(given.type, hinted(kind, name, hint), deep - nested(kind)) for name, given in chosen.items()}
            case _:
                return self.leaf(kind, hint)

    def alike(self, kind: GraphQLInputType, hint: Hint, value: Any) -> Any:
        """A value of the same form with other leaves: the statement that is kept for the one must not answer the other wrongly."""
        match kind:
            case GraphQLNonNull(of_type=inner):
                return self.alike(inner, hint, value)
            case GraphQLList(of_type=inner) if isinstance(value, list):
                return [self.alike(inner, hint, one) for one in value]
            case GraphQLList(of_type=inner):
                return self.alike(inner, hint, value)
            case GraphQLInputObjectType(fields=fields):
                return {name: self.alike(fields[name].type, hinted(kind, name, hint), one) for name, one in value.items()}
            case _:
                return value if value is None or self.chance(30) else self.leaf(kind, hint)

    def chosen(self, kind: GraphQLInputObjectType, hint: Hint, deep: int) -> dict[str, GraphQLInputField]:
        """Some fields of an input object: those it needs, or the one of a @oneOf, or any, or none."""
        fields = {name: given for name, given in kind.fields.items() if deep > 0 or not filters(given)}
        wished = self.wish.of(kind, fields)
        if wished and not self.chance(WISHED):
            wished = None
        if kind.is_one_of:
            names = [wished or self.pick(list(fields))]
        else:
            names = [name for name, given in fields.items() if isinstance(given.type, GraphQLNonNull) and not has_default(given)]
            rest = [name for name in fields if name not in names]
            names += [wished] if wished else []
            more = self.pick((0, 0, 0, 1) if wished else (1, 1, 1, 1, 2, 2, 3, 0))
            names += [self.rare(rest, kind, hint) for _ in range(more)] if rest else []
        return {name: fields[name] for name in dict.fromkeys(names)}

    def rare(self, names: list[str], kind: GraphQLInputObjectType, hint: Hint) -> str:
        """One of the fields of an input object: of some, the one that was reached least."""
        section, where = (INPUT, kind.name) if nested(kind) else (OPERATOR, f"{hint[0]}Filter.{hint[1]}")
        return min((self.pick(names) for _ in range(3)), key=lambda name: self.reach.counts[section, f"{where}.{name}"])

    def leaf(self, kind: GraphQLInputType, hint: Hint) -> Any:
        """A scalar or the name of an enum's value."""
        if isinstance(kind, GraphQLEnumType):
            wished = self.wish.of(kind, kind.values)
            some = [self.pick(list(kind.values)) for _ in range(3)]
            return wished if wished and self.chance(WISHED) else min(some, key=lambda one: self.reach.counts[VALUE, f"{kind}.{one}"])
        name = get_named_type(kind).name
        if name == "Boolean":
            return self.pick((True, False))
        return self.pick(self.values.of(name, hint))


def has_default(declared: Any) -> bool:
    """Whether an argument or input field has a default value."""
    return bool(declared.ast_node is not None and declared.ast_node.default_value is not None)


def parts(text: str) -> int:
    """How many objects and members a text seems to have, those that cost more than one counted for as many as they cost."""
    dear = {"some|none|every": 20, "contains|startsWith": 4, "|".join([*RELATIONS, "selfOrAncestor", "cost", "sourceDoc"]): 4}
    return text.count("{") + text.count(":") + sum(more * len(re.findall(rf'\b(?:{names})"?:', text)) for names, more in dear.items())


def filters(given: GraphQLInputField) -> bool:
    """Whether an input field holds a filter of a type, or some."""
    kind = get_named_type(given.type)
    return isinstance(kind, GraphQLInputObjectType) and (nested(kind) or "some" in kind.fields)


def nested(kind: GraphQLInputObjectType) -> bool:
    """Whether an input object is the filter of a type, not the operators of a scalar."""
    return "and" in kind.fields


def hinted(parent: GraphQLInputObjectType, name: str, hint: Hint) -> Hint:
    """Where to look for values of a field of an input object."""
    if nested(parent):
        return parent.name.removesuffix("Filter").replace("Submission", "Receipt"), name
    if parent.is_one_of:
        return parent.name.removesuffix("Ref").replace("Submission", "Receipt"), name
    return hint


def written(kind: GraphQLInputType, value: Any) -> str:
    """The literal of a value that JSON holds."""
    match kind:
        case GraphQLNonNull(of_type=inner):
            return written(inner, value)
        case GraphQLList(of_type=inner):
            return f"[{', '.join(written(inner, one) for one in value)}]" if isinstance(value, list) else written(inner, value)
        case GraphQLInputObjectType():
            return "{" + ", ".join(f"{name}: {written(kind.fields[name].type, one)}" for name, one in value.items()) + "}"
        case GraphQLEnumType():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=isinstance(value, str) and len(value) % 2 == 0)  # escapes mean the same

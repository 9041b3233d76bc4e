"""Random valid operations over the contract, for the comparison of the compiler with its oracle.

`operation` draws one. It walks the schema's types and keeps within the limits that the API sets: depth, aliases, root
fields, directives and cost, with fragments expanded. Whatever merges must agree, so each selection remembers the response keys of its
place (a `Place`), and a named fragment is spread only where its own place agrees with the one around it.

A connection may take its `after` and `before` from variables. The first time they are absent; `Operation.following` is the same operation
with cursors that the first answer gave, as variables or as literals.
"""

import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)

from tests.documents import Entry, Fragment, Operation, Place, Room, agree, merge, same
from tests.reach import Reach
from tests.values import WISHED, Drafts, Style, Values, has_default
from tests.wishes import ways

SKIPPED = frozenset({"Query.participation", "Query.release"})
LIMITS = {"depth": 12, "aliases": 30, "directives": 18, "root_fields": 20}
COSTS = (80, 200, 600, 1800)
ROW_ON_THE_WAY = 16
SURELY = 1000
PARTS = (2, 2, 3, 4, 6, 14)
LIST_COST = 5
CONDITION_COST = 5
COUNT_COST = 10
SEARCH_COST = 20
TWINS_COST = 20
ALIASES = ("a", "b", "id", "code", "nodes", "from", "pageInfo", "A_1", "r", "ID", "anon_1", "ctid", "user", "n")


@dataclass(slots=True)
class Builder:
    """One operation in the making."""

    schema: GraphQLSchema
    drafts: Drafts
    fragments: list[Fragment] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    keys: int = 0
    parts: int = 0

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""
        return self.drafts.chance(percent)

    def pick(self, options: Any) -> Any:
        """One of the options."""
        return self.drafts.pick(options)

    # Selections.

    def selection(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """A selection set on a type, and what it spends."""
        parts, spent = [], Room()
        for _ in range(self.pick((1, 2, 3, 5) if self.parts > 0 else (1, 2))):
            if parent is self.schema.query_type and room.less(spent).roots < 1:
                break
            self.parts -= 1
            part, cost = self.part(parent, place, room.less(spent))
            parts.append(part)
            spent = spent.plus(cost)
        return "{ " + " ".join(parts) + " }", spent

    def part(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """A field, an inline fragment, or the spread of a named fragment."""
        kind = self.pick(("inline", "spread", "spread")) if self.parts > 0 and self.chance(self.drafts.style.fragments) else "field"
        if is_abstract_type(parent):
            kind = self.pick(("inline", "inline", "spread", "field"))
        if kind == "inline":
            return self.inline(parent, place, room)
        if kind == "spread":
            return self.spread(parent, place, room)
        return self.field(parent, place, room)

    def typename(self) -> tuple[str, Room]:
        """The field that always fits."""
        return "__typename", Room(depth=1)

    def directives(self, room: Room) -> tuple[str, Room]:
        """@include and @skip, seldom."""
        text = ""
        for name in (
            self.pick((("include",), ("skip",), ("include", "skip")))
            if room.directives >= 2 and self.chance(self.drafts.style.directives)
            else ()
        ):
            value = self.drafts.condition()
            text += f" @{name}(if: {value})"
        return text, Room(directives=text.count("@"))

    def conditions(self, parent: GraphQLNamedType) -> list[GraphQLNamedType]:
        """The types whose fragments may stand in a selection on that type."""
        possible = set(self.schema.get_possible_types(parent)) if is_abstract_type(parent) else {parent}
        abstract = [type_ for type_ in self.schema.type_map.values() if is_abstract_type(type_)]
        others = [type_ for type_ in abstract if type_ is not parent and possible.intersection(self.schema.get_possible_types(type_))]
        return [*sorted(possible, key=str), *([parent] if is_abstract_type(parent) else []), *others]

    def condition(self, parent: GraphQLNamedType) -> GraphQLNamedType:
        """The type of a fragment."""
        allowed = self.conditions(parent)
        wished = self.drafts.wish.of(parent, allowed)
        return next(one for one in allowed if one.name == wished) if wished and self.chance(WISHED) else self.pick(allowed)

    def inline(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """An inline fragment, with or without a type condition."""
        directives, spent = self.directives(room)
        on = self.condition(parent) if self.chance(80) else None
        text, inner = self.selection(on or parent, place, room.less(spent))
        return f"...{f' on {on}' if on else ''}{directives} {text}", spent.plus(inner)

    def spread(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """The spread of a fragment made before, or made now; a plain field if it does not fit here."""
        directives, spent = self.directives(room)
        allowed = self.conditions(parent)
        known = [fragment for fragment in self.fragments if fragment.on in allowed and room.less(spent).holds(fragment.spent)]
        fragment = self.pick(known) if known and self.chance(60) else self.fragment(self.condition(parent), room.less(spent))
        if not agree(place, fragment.place):
            return self.field(parent, place, room)
        merge(place, fragment.place)
        return f"...{fragment.name}{directives}", spent.plus(fragment.spent)

    def fragment(self, on: GraphQLNamedType, room: Room) -> Fragment:
        """A new named fragment."""
        place: Place = {}
        text, spent = self.selection(on, place, room)
        made = Fragment(f"F{len(self.fragments)}", on, text, place, spent)
        self.fragments.append(made)
        return made

    # Fields.

    def field(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """A field; one of the root fields counts as such."""
        text, spent = self.plain_field(parent, place, room)
        return text, replace(spent, roots=int(parent is self.schema.query_type))

    def plain_field(self, parent: GraphQLNamedType, place: Place, room: Room) -> tuple[str, Room]:
        """A field with its alias, arguments, directives and selection."""
        if isinstance(parent, GraphQLUnionType):
            return self.typename()
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        fields = [name for name in parent.fields if f"{parent}.{name}" not in SKIPPED and self.fits(parent, name, room)]
        deep = [name for name in fields if not is_leaf_type(get_named_type(parent.fields[name].type))]
        if not fields or room.depth < 1 or self.chance(6):
            return self.typename()
        wished = self.drafts.wish.of(parent, fields)
        name = (
            wished
            if wished and wished not in place and self.chance(WISHED)
            else self.pick(deep)
            if deep and self.parts > 0 and self.chance(80 if "totalCount" in fields else self.drafts.style.objects)
            else self.pick(fields)
        )
        given = parent.fields[name]
        key, entry, spent = self.key(parent, name, given, place, room)
        if key is None:
            return self.typename()
        directives, more = self.directives(room.less(spent))
        spent = spent.plus(more)
        if entry is None:
            arguments = self.arguments(given, room.less(spent), self.drafts.wish.of(f"{parent}.{name}", given.args))
            entry = place[key] = Entry(parent, name, str(given.type), arguments, {})
        head = f"{name if key == name else f'{key}: {name}'}{entry.arguments}{directives}"
        if is_leaf_type(get_named_type(given.type)):
            return head, spent.plus(Room(depth=1, counts=COUNT_COST if counts(parent, name) else 0))
        text, inner = self.inside(given, entry, room.less(spent))
        return f"{head} {text}", spent.plus(inner)

    def fits(self, parent: GraphQLNamedType, name: str, room: Room) -> bool:
        """Whether there is room for a field at all."""
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        given = get_named_type(parent.fields[name].type)
        if is_leaf_type(given):
            return room.depth >= 1 and (room.counts >= COUNT_COST or not counts(parent, name))
        height = 5 if given.name.endswith("Connection") else 3
        return room.depth >= height and room.cost >= 2 * LIST_COST + 2 + TWINS_COST * (name == "likelyTwins")

    def key(
        self, parent: GraphQLNamedType, name: str, given: GraphQLField, place: Place, room: Room
    ) -> tuple[str | None, Entry | None, Room]:
        """The response key of a field, and what it stands for already; None if no key is free."""
        key = self.pick(ALIASES) if room.aliases > 0 and self.chance(self.drafts.style.aliases) else name
        entry = place.get(key)
        if entry is not None and not (same(entry, parent, name, str(given.type)) and takes(given, entry)):
            if room.aliases <= 0:
                return None, None, Room()
            self.keys += 1
            key, entry = f"k{self.keys}", None
        return key, entry, Room(aliases=int(key != name))

    def inside(self, given: GraphQLField, entry: Entry, room: Room) -> tuple[str, Room]:
        """The selection of a field that gives objects."""
        named = get_named_type(given.type)
        times, base = self.price(given, entry)
        # A page's size may leave no room for more than the smallest selection.
        counted = min(self.pick((1, 1, 2)) * COUNT_COST, max(room.cost - base, 0) // 2) if named.name.endswith("Connection") else 0
        left = Room(room.depth - 1, max(room.cost - base - counted, 0) // times, room.aliases, room.directives, counts=counted)
        text, spent = self.selection(named, entry.place, left)
        if re.search(r"(after|before): \$", entry.arguments) and "pageInfo" not in entry.place:
            assert isinstance(named, GraphQLObjectType)
            information = get_named_type(named.fields["pageInfo"].type)
            ends = {name: Entry(information, name, "Cursor", "", {}) for name in ("startCursor", "endCursor")}
            entry.place["pageInfo"] = Entry(named, "pageInfo", "PageInfo!", "", ends)
            text = text[:-1] + "pageInfo { startCursor endCursor } }"
            spent = spent.plus(Room(depth=2))
        return text, Room(spent.depth + 1, base + times * spent.cost + spent.counts, spent.aliases, spent.directives)

    def price(self, given: GraphQLField, entry: Entry) -> tuple[int, int]:
        """How many times the selection of a field is paid, and what the field costs beside."""
        if get_named_type(given.type).name.endswith("Connection"):
            size = page_size(entry.arguments, self.drafts.sizes)
            return max(size, 1), 1 + size + self.filter_price([entry.arguments]) + SEARCH_COST * (entry.name == "search")
        listed = is_list_type(given.type.of_type if isinstance(given.type, GraphQLNonNull) else given.type)
        inner = entry.parent.name.endswith(("Connection", "Edge"))
        if inner or not listed:
            return 1, 1
        if entry.name == "likelyTwins":
            return LIST_COST, LIST_COST + TWINS_COST
        return LIST_COST, LIST_COST + (self.filter_price([entry.arguments]) if given.args.keys() & {"filter", "asOf"} else 0)

    def arguments(self, given: GraphQLField, room: Room, wished: str | None) -> str:
        """The arguments of a field, with their parentheses; the wished one more often."""
        target = get_named_type(given.type).name.removesuffix("Connection")
        texts: list[str] = []
        sizes: dict[str, str] = {}
        text: str | None
        for argument, declared in given.args.items():
            if argument == "first":
                on_the_way = self.drafts.wish.leads_to(get_named_type(given.type))
                row = ROW_ON_THE_WAY if on_the_way else 2
                most = max((room.cost - self.filter_price(texts)) // row - 1, 1)
                sizes = self.drafts.sizes_of_page(most, both="last" in given.args)
                text = sizes.get("first")
            elif argument == "last":
                text = sizes.get("last")
            elif argument in ("after", "before"):
                often = self.drafts.style.pages // (1 if argument == "after" else 2)
                text = self.page() if self.chance(WISHED if argument == wished else often) else None
            elif isinstance(declared.type, GraphQLNonNull) and not has_default(declared):
                text = self.drafts.text(declared.type, (target, argument), has_default=False, null=False)
            elif self.chance(WISHED if argument == wished else self.drafts.style.arguments):
                null = not isinstance(declared.type, GraphQLNonNull)
                text = self.drafts.text(declared.type, (target, argument), has_default=has_default(declared), null=null)
            else:
                text = None
            if text is not None and (
                argument not in ("filter", "order") or self.filter_price([text]) <= room.cost // (2 if argument == wished else 3)
            ):
                texts.append(f"{argument}: {text}")
        return f"({', '.join(texts)})" if texts else ""

    def filter_price(self, texts: list[str]) -> int:
        """At least what the parts of a filter and the keys of an order cost; other arguments count too."""
        return CONDITION_COST * sum(map(self.drafts.weight, texts))

    def page(self) -> str:
        """A new variable for the `after` or `before` of a connection."""
        name = f"p{len(self.pages)}_"
        self.pages.append(name)
        self.drafts.definitions[name] = "Cursor"
        if self.chance(20):
            self.drafts.variables[name] = None
        return f"${name}"


def takes(given: GraphQLField, entry: Entry) -> bool:
    """Whether a field declares all arguments that a response key was given already, for a field of another type."""
    assert isinstance(entry.parent, GraphQLObjectType | GraphQLInterfaceType)
    foreign = entry.parent.fields[entry.name].args.keys() - given.args.keys()
    return not any(f"{argument}: " in entry.arguments for argument in foreign)


def page_size(arguments: str, sizes: dict[str, int]) -> int:
    """The rows that a connection's arguments ask for at most."""
    found = [size for size in re.findall(r"\b(?:first|last): (\$?\w+)", arguments) if size != "null"]
    return max((sizes[size] if size.startswith("$") else int(size) for size in found), default=25)


def counts(parent: GraphQLNamedType, name: str) -> bool:
    """Whether a field counts the rows of a connection."""
    return parent.name.endswith("Connection") and name == "totalCount"


def operation(random: Random, schema: GraphQLSchema, values: Values, style: Style, reach: Reach) -> Operation:
    """A random operation, which would like to reach what was reached least."""
    drafts = Drafts(
        random, style, schema, values, ways(schema, SKIPPED).wish(random, reach, style.wishes, operators=style.operators), reach
    )
    builder = Builder(schema, drafts, parts=drafts.pick(PARTS))
    assert schema.query_type is not None
    room = Room(
        LIMITS["depth"],
        drafts.pick(COSTS if style.wishes < SURELY else COSTS[1:]),
        LIMITS["aliases"],
        LIMITS["directives"],
        LIMITS["root_fields"] - 1,
    )
    body, _ = builder.selection(schema.query_type, {}, room)
    if drafts.chance(5):
        body = body[:-1] + introspection(drafts) + " }"
    used = reached(body, builder.fragments)
    rest = "".join(f" fragment {fragment.name} on {fragment.on} {fragment.text}" for fragment in used)
    named = set(re.findall(r"\$(\w+)", body + rest))
    name = "Asked" if drafts.chance(15) else None
    if name and drafts.chance(30):
        rest += " query Other { __typename }"
    return Operation(
        body=body,
        rest=rest,
        name=name,
        definitions={key: kind for key, kind in drafts.definitions.items() if key in named},
        variables={key: value for key, value in drafts.variables.items() if key in named},
        others={key: value for key, value in drafts.others.items() if key in named},
        pages=frozenset(named.intersection(builder.pages)),
        literal=frozenset(page for page in builder.pages if drafts.chance(40)),
    )


def introspection(drafts: Drafts) -> str:
    """A field of introspection, with a name from a variable at times."""
    if drafts.chance(40):
        return "__schema { queryType { name } }"
    name = drafts.pick(('"Cohort"', "$t"))
    if name == "$t":
        drafts.definitions["t"] = drafts.pick(("String!", 'String! = "Course"'))
        drafts.variables["t"], drafts.others["t"] = (drafts.pick(("Cohort", "Body", "Nothing")) for _ in range(2))
    return f"__type(name: {name}) {{ kind name enumValues @include(if: {drafts.condition()}) {{ name }} }}"


def reached(body: str, fragments: list[Fragment]) -> list[Fragment]:
    """The fragments that the body spreads, itself or through others."""
    known = {fragment.name: fragment for fragment in fragments}
    names: list[str] = []
    waiting = re.findall(r"\.\.\.(F\d+)", body)
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.append(name)
            waiting += re.findall(r"\.\.\.(F\d+)", known[name].text)
    return [fragment for fragment in fragments if fragment.name in names]

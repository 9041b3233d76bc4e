"""Random operations, asked of the API and of the interpreter: how `test_oracle.py` and `exhaustive.py` compare them.

Each operation is asked by two viewers, of any kind that may ask it, partners more often; then by the last of them, at times with other
variables (the cached statement must not depend on them), and from a cursor that the answer gave. See `comparison.py`.

What a batch compares follows from its name alone: each operation from the name and from what those before it reached.
"""

from random import Random

from models.policies import READS_PEOPLE
from tests.comparison import SCHEMA, Asked, Comparison
from tests.documents import Operation
from tests.interpreter import Answer
from tests.operations import SKIPPED, operation
from tests.reach import Reach
from tests.semantics import place_of
from tests.values import Style, Values
from tests.wishes import ways

STYLES = {
    "any": Style(),
    "aimed": Style(fragments=6, directives=3, aliases=5, objects=40, arguments=12, variables=10, pages=15, wishes=10_000),
    "documents": Style(fragments=60, directives=25, aliases=35, arguments=15, pages=10),
    "filters": Style(fragments=5, directives=2, aliases=8, arguments=75, variables=25, objects=70, wishes=10_000, operators=True),
    "pages": Style(fragments=8, directives=2, aliases=8, objects=75, pages=90),
}

LONGER = 3
PARTNERS = ("PARTNER A", "PARTNER B")
SIZES = {"aimed": (1_400,), "filters": (700,)}
BATCHES = [(style, number, size) for style in STYLES for number, size in enumerate(SIZES.get(style, (100, 100, 100)))]
"""What the gate compares: the style, number and size of each batch."""


async def batch(comparison: Comparison, values: Values, style: str, name: str, size: int) -> Reach:
    """What so many operations of a style reached; each was compared. Those that are aimed go on for a while where something is missed."""
    random, reach = Random(f"{style} {name}"), Reach()
    for number in range(size * LONGER):
        if number >= size and not (style == "aimed" and ways(SCHEMA, SKIPPED).missed(reach)):
            break
        await compared(comparison, operation(Random(random.getrandbits(64)), SCHEMA, values, STYLES[style], reach), reach)
    return reach


async def compared(comparison: Comparison, asked: Operation, reach: Reach) -> None:
    """Compares one operation for two viewers; with other variables and from a cursor for the last of them."""
    random, viewers = Random(asked.text), comparison.oracle.world.viewers
    cursors: dict[str, str] = {}

    async def check(text: str, variables: dict[str, object], viewer: str) -> Answer:
        answer = await comparison.check(Asked(text, variables, asked.name, cursors), viewers[viewer])
        reach.note(answer.trace, variables, viewers[viewer].kind)
        return answer

    said = f"{asked.text} {asked.variables} {asked.others}"
    tells_of_people = "individual" in said or "Participant" in said
    others = [name for name in viewers if name not in PARTNERS and not (tells_of_people and viewers[name].kind not in READS_PEOPLE)]
    first, last = random.sample([*PARTNERS, random.choice(others), random.choice(others)], 2)
    await check(asked.text, asked.variables, first)
    cursors.clear()
    pages = (await check(asked.text, asked.variables, last)).cursors
    known = {page: [cursor for cursor in pages.get(page, ()) if cursor in cursors] for page in sorted(asked.pages)}
    alone = {page: given for page, given in known.items() if len({place_of(cursor) for cursor in pages.get(page, ())}) == 1}
    after = {page: random.choice(given) for page, given in alone.items() if given}
    if asked.definitions and random.random() < 0.5:
        await check(asked.text, asked.others, last)
    if after:
        following = asked.following(after)
        await check(following.text, following.variables, last)

"""What a mutation leaves for its payload to be read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MutationResult:
    """The values that the payload's statement binds by name, and whether anything will be committed."""

    binds: Mapping[str, Any]
    committed: bool

"""Identifiers in expressions."""

import re

RESERVED = frozenset({"all", "others", "self", "setting", "event", "form", "today"})
"""Names that mean something in every expression of a form."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS_OF_CEL = frozenset(
    re.findall(
        "[a-z]+",
        "as break const continue else false for function if import in let loop namespace null package return true var "
        "void while bool bytes double duration dyn int list map string timestamp type uint",
    )
)
"""Reserved by the language specification of CEL, or the name of one of its types or functions."""


def is_usable_name(name: str) -> bool:
    """Whether an item, group, form or setting may be called so in expressions."""
    return bool(_IDENTIFIER.fullmatch(name)) and name not in RESERVED and name not in _WORDS_OF_CEL


def usable_name(name: str, oid: str) -> str:
    """The name where it may be used in expressions, else one made of the OID: `I.BP-SYS` becomes `I_BP_SYS`."""
    if is_usable_name(name):
        return name
    made = re.sub(r"[^A-Za-z0-9_]", "_", oid)
    return made if is_usable_name(made) else f"_{made}"

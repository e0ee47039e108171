"""Electronic signatures: what exactly is signed, and when a signature stopped to hold."""

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.casebook.form_fold import Writer
from desktop.journal.bodies import FormContentHash, FormSigned
from desktop.study.clinical_data import FormKey, Place

CONTEXT = b"sitebook electronic signature 1\n"
"""Bound in before what is signed, so that no other signature of the key can stand for one of a form."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature as the fold has it."""

    id: str
    place: Place
    meaning: str
    name: str
    signed_at: str
    writer: Writer
    forms: tuple[FormContentHash, ...]
    void_since: str = ""
    """Wall time of the entry that voided it; empty while it holds."""
    void_by: str = ""
    """OID of the user of that entry."""
    void_key: FormKey | None = None
    """The form that changed."""
    void_because: str = ""


def signature_id(device: str, sequence: int) -> str:
    """The ID of the signature that an entry made."""
    return f"S-{device}-{sequence}"


def signed_bytes(study: str, site: str, subject: str, body: FormSigned) -> bytes:
    """The bytes that a signature is over: everything in the body but the signature itself, and whose record it is."""
    statement = (study, site, subject, msgspec.structs.replace(body, signature=""))
    return CONTEXT + msgspec.json.encode(statement, order="sorted")


def sign(private_key: bytes, study: str, site: str, subject: str, body: FormSigned) -> FormSigned:
    """The body with its signature."""
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(signed_bytes(study, site, subject, body))
    return msgspec.structs.replace(body, signature=signature.hex())


def holds(study: str, site: str, subject: str, body: FormSigned) -> bool:
    """Whether a signature is that of its key over its body."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body.signing_key))
        key.verify(bytes.fromhex(body.signature), signed_bytes(study, site, subject, body))
    except (InvalidSignature, ValueError):
        return False
    return True

"""The server's proof that it is the one of a data directory; see `catalog.access.presence`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from catalog.api.http.dependencies import Public
from catalog.errors import AskerError

_HEX = r"^[0-9a-f]*$"


class Challenge(BaseModel):
    """A nonce, and what proves that who asks has read the file in the data directory; both in hex."""

    model_config = ConfigDict(extra="forbid")

    nonce: Annotated[str, Field(pattern=_HEX, min_length=32, max_length=32)]
    proof: Annotated[str, Field(pattern=_HEX, min_length=64, max_length=64)]


router = APIRouter()


@router.post("/api/v1/presence", include_in_schema=False)
def prove(services: Public, challenge: Challenge) -> dict[str, str]:
    """Prove to a command that this server runs on its data directory; 404 for who has not read its file."""
    answer = services.presence.answer(bytes.fromhex(challenge.nonce), bytes.fromhex(challenge.proof))
    if answer is None:
        raise AskerError("This server does not run on that data directory.")
    return {"proof": answer.hex()}

"""What a route depends on: the services, and that whoever asks may."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from catalog.api.services import Services


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Public = Annotated[Services, Depends(_services)]
"""The services, for a route that anyone may ask."""


async def _for_reader(request: Request, services: Public) -> Services:
    services.read_as(request)
    return services


async def _for_reader_of_bodies(request: Request, services: Public) -> Services:
    services.read_bodies_as(request)
    return services


async def _for_monitor(request: Request, services: Public) -> Services:
    services.watch_as(request)
    return services


# Whoever may not is refused before anything else that they sent is looked at.
Read = Annotated[Services, Depends(_for_reader)]
ReadBodies = Annotated[Services, Depends(_for_reader_of_bodies)]
Monitor = Annotated[Services, Depends(_for_monitor)]

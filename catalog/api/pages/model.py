"""A model: its versions with what is registered and measured of each, where it was released to and where it runs."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.page import MOST, Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.errors import AskerError
from catalog.releases.deployments import deployments_of, releases_of, retirements
from catalog.releases.model import Deployment, ModelVersionRecord, Release, Retirement
from catalog.releases.queries import model_versions, versions_of
from graph_schema import nodes


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its releases, the newest first, what of it runs now, and whether it is retired."""

    record: ModelVersionRecord
    releases: tuple[Release, ...]
    live: tuple[Deployment, ...]
    retirement: Retirement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage(Context):
    """What the page of a model shows."""

    id: str
    namespace: str
    name: str
    versions: Several
    """The newest first."""


def read(asking: Asking) -> ModelPage:
    """Read a model; raises AskerError 404 where it is not there."""
    view, identifier = asking.view, asking.identifier({"Model"})
    known = view.nodes([identifier]).get(identifier)
    if known is None or not isinstance(known.node, nodes.Model):
        raise AskerError(NOT_THERE)
    node = known.node
    every = Several.of(asking, "versions", versions_of(view, [identifier]).get(identifier, ())[::-1], str)
    records = model_versions(view, every.shown)
    released, deployed = releases_of(view, every.shown), deployments_of(view, every.shown)
    retired = retirements(view, every.shown)
    versions = tuple(
        Version(
            records[one],
            released.get(one, ())[::-1],
            tuple(each for each in deployed.get(one, ()) if each.is_live),
            retired.get(one),
        )
        for one in every.shown
        if one in records
    )
    return ModelPage(
        title=node.name,
        graphql=query(
            "node",
            {"id": identifier},
            "{\n    ... on Model {\n      name versions(first: " + str(MOST) + ") { nodes {\n"
            "        version state registration { registeredBy artifactDigest } releases { environmentName entry }\n"
            "        deployments { isLive } retirement { reason } } }\n    }\n  }",
            view.as_of,
        ),
        command=command("model", "versions", identifier, as_of=view.as_of),
        subjects=(identifier,),
        id=identifier,
        namespace=node.namespace,
        name=node.name,
        versions=Several("versions", versions, every.total, every.begin, every.after),
    )


PAGE = Page("model", "Model", ModelPage, read, ("id", "behind"))

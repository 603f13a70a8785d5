"""Whether a version's signature holds, and where it was released to and runs, as a report shows it."""

from __future__ import annotations

from catalog.releases.deployments import deployments_of, releases_of, retirements
from catalog.releases.model import Deployment as DeploymentRecord
from catalog.releases.model import Registration
from catalog.releases.model import Release as ReleaseRecord
from catalog.reporting.citations import Citations, time_of
from catalog.signatures.queries import signature_state
from catalog.view import View
from graph_schema.times import format_time
from reports.parts.releases import Deployment, DeploymentEnd, Release, Retirement, Signature


def signature(citations: Citations, view: View, registration: Registration) -> Signature:
    """Return whether the signature of a registration holds."""
    found = signature_state(view, registration)
    return Signature(
        state=found.state.value,
        reason=found.reason,
        fingerprint=found.fingerprint,
        key_holder=found.key_holder,
        entries=citations.view.cite(*found.entries),
    )


def released(
    citations: Citations, view: View, version: str
) -> tuple[tuple[Release, ...], tuple[Deployment, ...], Retirement | None]:
    """Return a version's releases and deployments, the oldest first, and its retirement."""
    releases = releases_of(view, [version]).get(version, ())
    deployed = deployments_of(view, [version]).get(version, ())
    retired = retirements(view, [version]).get(version)
    citations.introduce({one.by for one in (*releases, *deployed, *([retired] if retired else ()))})
    return (
        tuple(_release(citations, one) for one in releases),
        tuple(_deployment(citations, one) for one in deployed),
        None
        if retired is None
        else Retirement(
            reason=retired.reason,
            by=citations.by(retired.by),
            at=format_time(retired.since),
            entry=citations.cite(retired.entry),
        ),
    )


def _release(citations: Citations, one: ReleaseRecord) -> Release:
    return Release(
        environment=one.environment,
        reason=one.reason,
        artifact_digest=one.artifact_digest,
        gate=one.gate,
        by=citations.by(one.by),
        at=format_time(one.released_at),
        entry=citations.cite(one.entry),
    )


def _deployment(citations: Citations, one: DeploymentRecord) -> Deployment:
    return Deployment(
        place=one.place,
        environment=one.environment,
        artifact_digest=one.artifact_digest,
        gate=one.gate,
        replaces=one.replaces,
        rolls_back=one.rolls_back,
        by=citations.by(one.by),
        at=format_time(one.deployed_at),
        until=time_of(one.until),
        live=one.is_live,
        ended=None if one.end_entry is None else DeploymentEnd(entry=citations.cite(one.end_entry)),
        entry=citations.cite(one.entry),
    )

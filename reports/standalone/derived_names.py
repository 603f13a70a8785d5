"""What events and records say of the names under which datasets are known."""

from __future__ import annotations

from reports.standalone.bodies import objects_in, stamp
from reports.standalone.comparison import Comparison, Shown
from reports.standalone.disclosed import Disclosed


def derive_names(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the other names of each dataset with what points, joins, parts and renames, and with rules."""
    if log.withheld:
        return
    names = log.names()
    listed = {str(each.get("dataset")): each for each in shown.each("names")}
    asked = {str(each.get("dataset")) for each in shown.each("sources")} if "sources" in shown.context else set()
    if shown.subject.kind == "dataset":
        asked.add("/".join(shown.subject.key))
    several = {name for name in asked if len(names.names(log.shown_as(name))) > 1}
    compare.holds(several <= listed.keys(), "names: a dataset of several names is left out")
    for name, each in listed.items():
        derived = [
            {
                "name": "/".join(names.identities[other]),
                "why": why,
                "since": None if since is None else stamp(since),
                "entry": entry,
            }
            for other, (why, since, entry) in names.others(log.shown_as(name)).items()
        ]
        compare.alike(f"names of {name}", objects_in(each.get("others")), derived)

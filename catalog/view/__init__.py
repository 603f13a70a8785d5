"""What one principal may see of the graph at one (validAt, knownAt): the one way in which answers are read.

Time and rights are filtered here, runs are folded here by the one judge of them, and every query, admission, report
and rule is a function of a View; none takes a store and a time. What is hidden gives the answer of what is not there:
it is counted where something visible leads to it, and the answer then says that it is Redacted.
"""

from __future__ import annotations

from catalog.view.anchor import Anchor
from catalog.view.columns import ColumnReader
from catalog.view.completeness import CompletenessReader
from catalog.view.datasets import DatasetReader
from catalog.view.flows import FlowReader
from catalog.view.noting import Noted
from catalog.view.search import SearchReader

__all__ = ("Anchor", "Noted", "View")


class View(SearchReader, FlowReader, ColumnReader, DatasetReader, CompletenessReader):
    """What may be seen by these rights at one (validAt, knownAt) in one state of the store."""

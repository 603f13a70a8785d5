"""From a view to the contexts of reports, one short module a report; and what is recorded of one that is issued."""

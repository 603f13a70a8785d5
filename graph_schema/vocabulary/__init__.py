"""The words that records are written in: closed lists as enums, code systems as tables of codes and parents."""

"""What callers see: HTTP routes, GraphQL, the explorer page, and one table of problems."""

"""The GraphQL interface: a module for each capability, one request one read point, one store call a level."""

"""What can exist in the catalog's graph: kinds of nodes, edges and aspects, the facts about them, and the rules of time."""

"""What can exist in the catalog's graph: kinds of nodes, edges and aspects, facts about them, the rules of time."""

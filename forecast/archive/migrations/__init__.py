"""How the tables of an older archive become today's, one module a step in `versions`."""

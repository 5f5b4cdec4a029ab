"""Programs of other people on the book's data: optional, none is a dependency."""

"""What several experiments use: the runner, and tasks that are trained in more than one of them."""

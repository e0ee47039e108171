"""One module a version of the store, each with the step that leads to it."""

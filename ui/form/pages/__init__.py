"""The pages of a form: questions, repeating rows, grids."""

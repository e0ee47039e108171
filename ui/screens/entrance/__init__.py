"""Before sign-in: first start, sign-in, new site, practice, restore, recovery."""

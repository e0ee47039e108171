"""Where it is kept: the encrypted folder of a site."""

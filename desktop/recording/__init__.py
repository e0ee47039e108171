"""Actions of a person, one module a kind: rights and rules, then a journal entry."""

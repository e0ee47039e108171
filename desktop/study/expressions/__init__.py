"""Expressions of a study (CEL): parser, static types, evaluation."""

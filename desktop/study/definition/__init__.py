"""A study definition as immutable data, shaped after CDISC ODM."""

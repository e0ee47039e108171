"""One widget for each way of answering; `factory.field_for` chooses, `base.Field` is what they have in common."""

"""The panels around the page of a form: header, footer, page list, evidence, history."""

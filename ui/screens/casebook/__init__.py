"""The casebook of a subject: matrix of forms and events, pathway, trends."""

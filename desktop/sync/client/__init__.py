"""The site's side of sync: enrolment, exchange with the centre, receipts."""

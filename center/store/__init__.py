"""Where the centre keeps what it accepted: tables, database and the queries on them."""

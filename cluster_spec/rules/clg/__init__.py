"""Rules of cooling: heat has to go somewhere."""

"""What exists: tables of columns for the many, small frozen records for the few."""

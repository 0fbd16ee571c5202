"""The ledger and what is read from it: seals, audit, workbooks, lines for a terminal."""

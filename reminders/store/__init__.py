"""The database: tables, migrations, and one module of queries per noun. SQL is the only truth for what is due."""

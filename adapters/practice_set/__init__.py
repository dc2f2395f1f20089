"""The practice as files: one TOML, or a folder with a TOML and a CSV for each table. Read here, and nothing else."""

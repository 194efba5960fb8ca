"""What became of the files of a run: counts, lines, pages, and what a rerun goes by."""

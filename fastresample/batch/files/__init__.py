"""Which files a run reads, under which names it writes, and how a name never holds half a file."""

"""Image files to samples and back: formats, damage, limits, metadata."""

"""Samples between decoder and encoder: sizes, colours, transparency, light, profiles."""

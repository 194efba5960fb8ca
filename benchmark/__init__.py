"""What ``bench.py`` measures: images and layers, the calls of every library, and what is made of the figures."""

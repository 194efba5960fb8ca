"""Images of bytes by vectors of 256 bits, two blocks of 128: siblings of the modules above, for AVX2 without AVX-512.

Each serves wherever AVX2 is, so behind its sibling it takes what that declines.
"""

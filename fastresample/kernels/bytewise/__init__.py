"""Resizes of 8-bit samples by vectors of bytes: a row is flat, so that one kernel serves every number of channels."""

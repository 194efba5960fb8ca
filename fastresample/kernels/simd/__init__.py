"""Vectors of 512 bits as values of compiled code, and what can be done with them: an instruction or two each.

Kernels stay ordinary loops over addresses; only what LLVM's vectoriser does not find is said here, operation by
operation. A vector knows its lanes: `Bytes` (64 of 8 bits), `Words` (32 of 16), `Ints` (16 of 32), `Floats` (16).
Addresses are plain integers, of `address_of`; whoever takes one keeps the array alive and stays inside it. Operations
are module-level intrinsics, so that kernels with them meet the disk cache. All need AVX-512 with byte permutations and
dot products (`tiers.VBMI`): one that the processor lacks ends the process, so ask first.
"""

"""Values as people read them: text from outside, such as names of files, made safe to show; lengths of files."""


def printable(text: object) -> str:
    r"""Return text that a terminal shows as it is: control and direction characters, bytes that are no text, escaped.

    Examples
    --------
    >>> printable("a\x1b[2Jb\n\u202ec\udcff")
    'a\\x1b[2Jb\\x0a\\u202ec\\xff'
    """
    return "".join(character if character.isprintable() else _escaped(character) for character in str(text))


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def size_text(count: int) -> str:
    """Return a number of bytes as people read it.

    Examples
    --------
    >>> size_text(999), size_text(12_345), size_text(2_900_000)
    ('999 B', '12 kB', '2.9 MB')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1e3:.0f} kB" if count >= 1000 else f"{count} B"

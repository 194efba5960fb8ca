"""Text from outside, such as names of files, made safe to show."""


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

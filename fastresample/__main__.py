"""``python -m fastresample`` and the ``fastresample`` command."""

from fastresample.cli import main

if __name__ == "__main__":
    main()

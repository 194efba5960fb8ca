"""A command whose many options are shown in sections."""

from collections.abc import Mapping, Sequence
from typing import Any

import click


class Sectioned(click.Command):
    """A command with a table of options, section -> options, in the order in which its help shows them."""

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Option]], **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.sections = sections
        self.params += [option for options in sections.values() for option in options]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section, and the options that belong to none last."""
        seen = {id(option) for options in self.sections.values() for option in options}
        others = [param for param in self.get_params(ctx) if id(param) not in seen]
        for title, params in {**self.sections, "Other options": others}.items():
            if rows := [row for param in params if (row := param.get_help_record(ctx)) is not None and row[1]]:
                with formatter.section(title):
                    formatter.write_dl(rows)

"""Templates that say each word in the language spoken when they are asked, imported ones too.

Jinja keeps what a template imported without its context sets at the top for good, in whatever
language came first. Here it is kept once per language.
"""

from __future__ import annotations

from functools import cached_property

from flask import Flask
from jinja2 import Template, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from scheduler.web.formats import write_number
from scheduler.web.languages import present_locale

SHORT_NUMBERS = range(-999, 1000)


class SpokenTemplate(Template):
    """A template whose imported part is made anew for each language."""

    @cached_property
    def module_by_language(self) -> dict[str, TemplateModule]:
        """Return what was imported so far."""
        return {}

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if ctx is not None and ctx.globals_keys - self.globals.keys():
            return super()._get_default_module(ctx)
        language = str(present_locale())
        if language not in self.module_by_language:
            self.module_by_language[language] = self.make_module()
        return self.module_by_language[language]


def give_words(app: Flask) -> None:
    """Let the application's templates speak; amounts in their sentences are written as numbers."""
    environment = app.jinja_env
    environment.policies["ext.i18n.trimmed"] = True
    environment.template_class = SpokenTemplate
    plain = environment.globals["ngettext"]
    assert callable(plain)

    @pass_context
    def ngettext(context: Context, one: str, many: str, amount: int, **named: object) -> object:
        if amount not in SHORT_NUMBERS:
            named.setdefault("num", write_number(amount))
        return plain(context, one, many, amount, **named)

    environment.globals["ngettext"] = ngettext

"""Turn mail templates into words: HTML is escaped, plain text is not.

A mail is three templates that say the same. What they import is worked out once for the three,
and sentences are looked up in the mail's language without asking the application which it is:
both together are most of what writing a mail costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import get_translations
from jinja2 import StrictUndefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from scheduler.services.ports import Render
from scheduler.web.languages import speak, speaking
from scheduler.web.phrasing import FILTERS
from scheduler.web.spoken_templates import SpokenTemplate, give_words

# A mail's context may bring an empty dictionary by this name; its three templates share it.
ONCE = "once"
WHOLE = "whole_mail"


class MailContext(Context):
    """A context that calls what says a sentence without looking at what it is calling."""

    def call(__self, __called: Callable[..., object], *args: Any, **named: Any) -> object:
        """Call it: half of all calls in a mail say a sentence."""
        if __called is _say:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
            return _say(__self, *args, **named)
        return super().call(__called, *args, **named)


class MailEnvironment(Environment):
    """An environment that looks into a dictionary before it asks whether it has such a member."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a template means by ``obj.attribute``."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class MailTemplate(SpokenTemplate):
    """A template that, imported with its context, sees what the whole mail is told and no more."""

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        """Return what the template exports: worked out by the first of the mail's templates."""
        whole = vars.get(WHOLE) if vars else None
        if whole is None or ONCE not in whole:
            return super().make_module(vars, shared, locals)
        made: dict[str | None, TemplateModule] = whole[ONCE]
        if self.name not in made:
            made[self.name] = super().make_module(whole)
        return made[self.name]


def renderer_of(templates: str) -> Render:
    """Return the renderer of the mail templates in that folder.

    A mail speaks the language that its context names as ``locale``, English where it names none.
    """
    app = Flask("scheduler", template_folder=templates, static_folder=None)
    app.jinja_environment = MailEnvironment
    app.jinja_options = {"undefined": StrictUndefined}
    app.jinja_env.filters.update(FILTERS)
    speak(app)
    give_words(app)
    app.jinja_env.template_class = MailTemplate
    app.jinja_env.context_class = MailContext
    app.jinja_env.globals["_"] = _say

    def render(name: str, context: Mapping[str, object]) -> str:
        with speaking(str(context.get("locale", "")), within=app) as spoken:
            whole = {**spoken, **context, "sentences": get_translations()}
            return app.jinja_env.get_template(name).render({**whole, WHOLE: whole})

    return render


@pass_context
def _say(context: Context, sentence: str, **named: object) -> str:
    said = context["sentences"].gettext(sentence)
    words = Markup(said) if context.eval_ctx.autoescape else said
    return words % named if "%" in said else words

"""Turn mail templates into words: HTML is escaped, plain text is not.

A mail is three templates that say the same. What they import is worked out once for the three,
what every template knows is not copied for each, and sentences are looked up in the mail's
language without asking the application which it is: that was most of what writing a mail cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property, lru_cache
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from flask.templating import Environment
from flask_babel import get_translations
from jinja2 import StrictUndefined, Template, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup

from scheduler.services.ports import Render
from scheduler.web.formats import write_number
from scheduler.web.languages import speak, speaking
from scheduler.web.phrasing import FILTERS
from scheduler.web.spoken_templates import SHORT_NUMBERS, SpokenTemplate, give_words

# A mail's context may bring an empty dictionary by this name; its three templates share it.
ONCE = "once"
WHOLE = "whole_mail"
SENTENCES = "sentences"


class MailContext(Context):
    """A context that calls what says a sentence without looking at what it is calling."""

    def call(__self, __called: Callable[..., object], *args: Any, **named: Any) -> object:
        """Call it: half of all calls in a mail say a sentence."""
        if __called is _say:
            return _say(__self, *args, **named)
        return super().call(__called, *args, **named)


class MailEnvironment(Environment):
    """An environment that has its templates at hand, and looks into a dictionary first."""

    @cached_property
    def at_hand(self) -> dict[str, Template]:
        """Return the templates that were asked for by now."""
        return {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a template means by ``obj.attribute``."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return a template; a mail asks a dozen times, and files do not change under it."""
        if not isinstance(name, str) or globals:
            return super().get_template(name, parent, globals)
        if name not in self.at_hand:
            self.at_hand[name] = super().get_template(name, parent)
        return self.at_hand[name]


class MailTemplate(SpokenTemplate):
    """A template that is told one dictionary, which holds what every template knows as well.

    Imported with its context it sees what the whole mail is told and no more.
    """

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        """Return the context without copying what every template knows, mail after mail."""
        told = dict(self.globals) if vars is None else vars
        own = {name: each for name, each in (locals or {}).items() if each is not missing}
        parent = {**told, **own} if own else told
        return self.environment.context_class(self.environment, parent, self.name, self.blocks)

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
    app.jinja_env.globals |= {"_": _say, "ngettext": _say_amount}
    known = app.jinja_env.globals
    sentences_by_lang: dict[str, NullTranslations] = {}

    def render(name: str, context: Mapping[str, object]) -> str:
        with speaking(str(context.get("locale", "")), within=app) as spoken:
            lang = spoken["lang"]
            if lang not in sentences_by_lang:
                sentences_by_lang[lang] = get_translations()
            whole = {**known, **spoken, **context, SENTENCES: sentences_by_lang[lang]}
            whole[WHOLE] = whole
            return app.jinja_env.get_template(name).render(whole)

    return render


@pass_context
def _say(context: Context, sentence: str, **named: object) -> str:
    return _with_words(context, context.parent[SENTENCES].gettext(sentence), named)


@pass_context
def _say_amount(context: Context, one: str, many: str, amount: int, **named: object) -> str:
    named.setdefault("num", amount if amount in SHORT_NUMBERS else write_number(amount))
    said = context.parent[SENTENCES].ngettext(one, many, amount)
    return _with_words(context, said, named)


def _with_words(context: Context, said: str, named: Mapping[str, object]) -> str:
    words = _safe(said) if context.eval_ctx.autoescape else said
    return words % named if "%" in said else words


# A few hundred sentences, of the catalogs and ours, are all there are.
_safe = lru_cache(4096)(Markup)

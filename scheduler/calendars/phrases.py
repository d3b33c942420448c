"""The words of calendar entries in each language that a feed can be in.

Names, titles and notes stay as people wrote them; only our own words change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """One language's words; those in braces are filled in.

    Each language has one value, so that texts can be kept by it: comparing every word costs more
    than most of them.
    """

    language: str
    visit: str
    guest_visit: str
    arriving: str
    cancelled: str
    busy: str
    join_online: str
    you_are_out: str
    is_cancelled: str
    awaits_you: str
    awaits_others: str
    what: str
    when: str
    where: str
    school: str
    arriving_note: str
    online: str
    online_word: str
    room: str
    class_label: str
    teacher: str
    with_you: str
    guests: str
    more: str
    said_yes: str
    said_maybe: str
    no_answer: str
    grade: str
    first_grade: str
    kindergarten: str
    pre_kindergarten: str
    students: str
    session: str
    fact: str
    clock: str
    span: str
    day: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    my_visits: str
    busy_times: str
    front_desk: str
    in_public: str
    replaced_title: str
    replaced_body: str

    def day_of(self, moment: datetime) -> str:
        """Return a local moment's day in words."""
        return self.day.format(
            weekday=self.weekdays[moment.weekday()],
            number=moment.day,
            month=self.months[moment.month - 1],
            year=moment.year,
        )

    def clock_of(self, moment: datetime) -> str:
        """Return what a clock shows at a local moment."""
        return self.clock.format(moment.hour, moment.minute)

    def grade_of(self, grade: str) -> str:
        """Return a grade in words; an empty one stays empty."""
        named = {
            "1": self.first_grade,
            "K": self.kindergarten,
            "pre-K": self.pre_kindergarten,
        }
        return named.get(grade, self.grade.format(grade) if grade else "")


ENGLISH = Phrases(
    language="en",
    visit="Visit: {}",
    guest_visit="Guest in class: {}",
    arriving="Arriving: {}",
    cancelled="Cancelled: ",
    busy="Busy",
    join_online="Join the visit online",
    you_are_out="You are no longer expected at this visit.",
    is_cancelled="This visit is cancelled.",
    awaits_you="We are waiting for your answer.",
    awaits_others="Not everyone has answered yet.",
    what="What",
    when="When",
    where="Where",
    school="School",
    arriving_note="Arriving",
    online="Online",
    online_word="online",
    room="Room {}",
    class_label="Class",
    teacher="Teacher",
    with_you="With you",
    guests="Guests",
    more="More",
    said_yes="said yes",
    said_maybe="said maybe",
    no_answer="has not answered yet",
    grade="grade {}",
    first_grade="grade 1",
    kindergarten="kindergarten",
    pre_kindergarten="pre-kindergarten",
    students="{} students",
    session="session {} of {}",
    fact="{}: {}",
    clock="{:02}:{:02}",
    span="{} to {} ({})",
    day="{weekday} {number} {month} {year}",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    my_visits="my visits",
    busy_times="my busy times",
    front_desk="front desk",
    in_public="guests in class",
    replaced_title="Your visits have a new calendar address",
    replaced_body=(
        "This calendar address was replaced and shows no visits any more.\n"
        "Sign in to get the new one, then remove this calendar: {}"
    ),
)
FRENCH = Phrases(
    language="fr",
    visit="Visite : {}",
    guest_visit="Une personne invitée en classe : {}",
    arriving="Arrivée : {}",
    cancelled="Annulé : ",
    busy="Occupé",
    join_online="Rejoindre la visite en ligne",
    you_are_out="Nous ne vous attendons plus à cette visite.",
    is_cancelled="Cette visite est annulée.",
    awaits_you="Nous attendons votre réponse.",
    awaits_others="Tout le monde n’a pas encore répondu.",
    what="Quoi",
    when="Quand",
    where="Où",
    school="École",
    arriving_note="À l’arrivée",
    online="En ligne",
    online_word="en ligne",
    room="Local {}",
    class_label="Classe",
    teacher="Enseignante ou enseignant",
    with_you="Avec vous",
    guests="Personnes invitées",
    more="Plus",
    said_yes="a dit oui",
    said_maybe="a dit peut-être",
    no_answer="n’a pas encore répondu",
    grade="{}e année",
    first_grade="1re année",
    kindergarten="maternelle",
    pre_kindergarten="prématernelle",
    students="{} élèves",
    session="séance {} sur {}",
    fact="{} : {}",
    clock="{} h {:02}",
    span="{} à {} ({})",
    day="{weekday} {number} {month} {year}",
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    ),
    my_visits="mes visites",
    busy_times="mes heures occupées",
    front_desk="accueil",
    in_public="personnes invitées en classe",
    replaced_title="Vos visites ont une nouvelle adresse de calendrier",
    replaced_body=(
        "Cette adresse de calendrier a été remplacée et ne montre plus de visites.\n"
        "Connectez-vous pour obtenir la nouvelle, puis retirez ce calendrier : {}"
    ),
)
SPANISH = Phrases(
    language="es",
    visit="Visita: {}",
    guest_visit="Persona invitada en clase: {}",
    arriving="Llegada: {}",
    cancelled="Cancelado: ",
    busy="Ocupado",
    join_online="Unirse a la visita en línea",
    you_are_out="Ya no le esperamos en esta visita.",
    is_cancelled="Esta visita está cancelada.",
    awaits_you="Esperamos su respuesta.",
    awaits_others="Aún no han respondido todos.",
    what="Qué",
    when="Cuándo",
    where="Dónde",
    school="Escuela",
    arriving_note="Al llegar",
    online="En línea",
    online_word="en línea",
    room="Aula {}",
    class_label="Clase",
    teacher="Docente",
    with_you="Con usted",
    guests="Personas invitadas",
    more="Más",
    said_yes="dijo que sí",
    said_maybe="dijo que quizá",
    no_answer="aún no ha respondido",
    grade="grado {}",
    first_grade="grado 1",
    kindergarten="kínder",
    pre_kindergarten="prekínder",
    students="{} estudiantes",
    session="sesión {} de {}",
    fact="{}: {}",
    clock="{:02}:{:02}",
    span="{} a {} ({})",
    day="{weekday} {number} de {month} de {year}",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
        *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    my_visits="mis visitas",
    busy_times="mis horas ocupadas",
    front_desk="recepción",
    in_public="personas invitadas en clase",
    replaced_title="Sus visitas tienen una nueva dirección de calendario",
    replaced_body=(
        "Esta dirección de calendario fue reemplazada y ya no muestra visitas.\n"
        "Inicie sesión para obtener la nueva y quite este calendario: {}"
    ),
)
PHRASES_BY_LANGUAGE: Mapping[str, Phrases] = MappingProxyType(
    {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}
)


def phrases_in(language: str) -> Phrases:
    """Return the words of a language such as ``fr-CA``; English where we have none."""
    return PHRASES_BY_LANGUAGE.get(language.partition("-")[0].lower(), ENGLISH)

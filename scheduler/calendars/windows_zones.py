"""Windows names of time zones, as Outlook and Exchange write them, and what they mean.

One Windows name covers several IANA zones, and which one depends on the country: "Mountain
Standard Time" is Denver in the United States and Edmonton in Canada, whose clocks differ
from November 2026 on. Labels are the names that people see in Outlook's list.

Source: Unicode CLDR 48.2, supplemental/windowsZones (Unicode License v3), without the
countries that have the name's usual zone. The labels are Microsoft's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_SUFFIX = re.compile(r" \d+$")
_LABEL_OFFSET = re.compile(r"^\((?:UTC|GMT)[^)]*\) *")


def iana_name(windows_name: str, *, country: str) -> str | None:
    """Return the IANA zone of a Windows name or label in that country, None if it is neither.

    The country is an ISO 3166 code. A number that Outlook puts behind the name, and an
    offset before a label, are passed over.
    """
    label = _LABEL_OFFSET.sub("", windows_name.strip())
    # Some names end in a number of their own, so the name as it stands comes first.
    for name in (label, _SUFFIX.sub("", label)):
        if zones := zones_by_name().get(_NAMES_BY_LABEL.get(name, name)):
            return zones.get(country.upper(), zones[""])
    return None


@cache
def zones_by_name() -> Mapping[str, Mapping[str, str]]:
    """Return for each Windows name its zone by country; the empty country is all others."""
    joined = _TABLE.strip().replace("\n    ", " ")
    zones_by_name = {}
    for row in joined.splitlines():
        name, _, zones = row.partition(" = ")
        usual, *others = zones.split("; ")
        by_country = {"": usual}
        for other in others:
            *countries, zone = other.split()
            by_country |= dict.fromkeys(countries, zone)
        zones_by_name[name] = by_country
    return zones_by_name


_NAMES_BY_LABEL = {
    "Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "W. Europe Standard Time",
    "Arizona": "US Mountain Standard Time",
    "Atlantic Time (Canada)": "Atlantic Standard Time",
    "Alaska": "Alaskan Standard Time",
    "Belgrade, Bratislava, Budapest, Ljubljana, Prague": "Central Europe Standard Time",
    "Brussels, Copenhagen, Madrid, Paris": "Romance Standard Time",
    "Central Time (US & Canada)": "Central Standard Time",
    "Coordinated Universal Time": "UTC",
    "Dublin, Edinburgh, Lisbon, London": "GMT Standard Time",
    "Eastern Time (US & Canada)": "Eastern Standard Time",
    "Hawaii": "Hawaiian Standard Time",
    "Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius": "FLE Standard Time",
    "Indiana (East)": "US Eastern Standard Time",
    "Mountain Time (US & Canada)": "Mountain Standard Time",
    "Newfoundland": "Newfoundland Standard Time",
    "Pacific Time (US & Canada)": "Pacific Standard Time",
    "Sarajevo, Skopje, Warsaw, Zagreb": "Central European Standard Time",
    "Saskatchewan": "Canada Central Standard Time",
    "Western/Central Europe": "W. Europe Standard Time",
}

_TABLE = """
AUS Central Standard Time = Australia/Darwin
AUS Eastern Standard Time = Australia/Sydney
Afghanistan Standard Time = Asia/Kabul
Alaskan Standard Time = America/Anchorage
Aleutian Standard Time = America/Adak
Altai Standard Time = Asia/Barnaul
Arab Standard Time = Asia/Riyadh; YE Asia/Aden; BH Asia/Bahrain; KW Asia/Kuwait; QA Asia/Qatar
Arabian Standard Time = Asia/Dubai; OM Asia/Muscat
Arabic Standard Time = Asia/Baghdad
Argentina Standard Time = America/Buenos_Aires
Astrakhan Standard Time = Europe/Astrakhan
Atlantic Standard Time = America/Halifax; GL America/Thule; BM Atlantic/Bermuda
Aus Central W. Standard Time = Australia/Eucla
Azerbaijan Standard Time = Asia/Baku
Azores Standard Time = Atlantic/Azores; GL America/Scoresbysund
Bahia Standard Time = America/Bahia
Bangladesh Standard Time = Asia/Dhaka; BT Asia/Thimphu
Belarus Standard Time = Europe/Minsk
Bougainville Standard Time = Pacific/Bougainville
Canada Central Standard Time = America/Regina
Cape Verde Standard Time = Atlantic/Cape_Verde
Caucasus Standard Time = Asia/Yerevan
Cen. Australia Standard Time = Australia/Adelaide
Central America Standard Time = America/Guatemala; BZ America/Belize; CR America/Costa_Rica; SV
    America/El_Salvador; NI America/Managua; HN America/Tegucigalpa; EC Pacific/Galapagos
Central Asia Standard Time = Asia/Bishkek; AQ Antarctica/Vostok; CN Asia/Urumqi; IO
    Indian/Chagos
Central Brazilian Standard Time = America/Cuiaba
Central Europe Standard Time = Europe/Budapest; RS Europe/Belgrade; SK Europe/Bratislava; SI
    Europe/Ljubljana; ME Europe/Podgorica; CZ Europe/Prague; AL Europe/Tirane
Central European Standard Time = Europe/Warsaw; BA Europe/Sarajevo; MK Europe/Skopje; HR
    Europe/Zagreb
Central Pacific Standard Time = Pacific/Guadalcanal; AQ Antarctica/Casey; VU Pacific/Efate; NC
    Pacific/Noumea; FM Pacific/Ponape
Central Standard Time = America/Chicago; MX America/Matamoros; CA America/Winnipeg
Central Standard Time (Mexico) = America/Mexico_City
Chatham Islands Standard Time = Pacific/Chatham
China Standard Time = Asia/Shanghai; HK Asia/Hong_Kong; MO Asia/Macau
Cuba Standard Time = America/Havana
Dateline Standard Time = Etc/GMT+12
E. Africa Standard Time = Africa/Nairobi; ET Africa/Addis_Ababa; ER Africa/Asmera; TZ
    Africa/Dar_es_Salaam; DJ Africa/Djibouti; UG Africa/Kampala; SO Africa/Mogadishu; AQ
    Antarctica/Syowa; MG Indian/Antananarivo; KM Indian/Comoro; YT Indian/Mayotte
E. Australia Standard Time = Australia/Brisbane
E. Europe Standard Time = Europe/Chisinau
E. South America Standard Time = America/Sao_Paulo
Easter Island Standard Time = Pacific/Easter
Eastern Standard Time = America/New_York; BS America/Nassau; CA America/Toronto
Eastern Standard Time (Mexico) = America/Cancun
Egypt Standard Time = Africa/Cairo
Ekaterinburg Standard Time = Asia/Yekaterinburg
FLE Standard Time = Europe/Kiev; FI Europe/Helsinki; AX Europe/Mariehamn; LV Europe/Riga; BG
    Europe/Sofia; EE Europe/Tallinn; LT Europe/Vilnius
Fiji Standard Time = Pacific/Fiji
GMT Standard Time = Europe/London; ES Atlantic/Canary; FO Atlantic/Faeroe; IE Europe/Dublin; GG
    Europe/Guernsey; IM Europe/Isle_of_Man; JE Europe/Jersey; PT Europe/Lisbon
GTB Standard Time = Europe/Bucharest; CY Asia/Nicosia; GR Europe/Athens
Georgian Standard Time = Asia/Tbilisi
Greenland Standard Time = America/Godthab
Greenwich Standard Time = Atlantic/Reykjavik; CI Africa/Abidjan; GH Africa/Accra; ML
    Africa/Bamako; GM Africa/Banjul; GW Africa/Bissau; GN Africa/Conakry; SN Africa/Dakar; SL
    Africa/Freetown; TG Africa/Lome; LR Africa/Monrovia; MR Africa/Nouakchott; BF
    Africa/Ouagadougou; GL America/Danmarkshavn; SH Atlantic/St_Helena
Haiti Standard Time = America/Port-au-Prince
Hawaiian Standard Time = Pacific/Honolulu; CK Pacific/Rarotonga; PF Pacific/Tahiti
India Standard Time = Asia/Calcutta
Iran Standard Time = Asia/Tehran
Israel Standard Time = Asia/Jerusalem
Jordan Standard Time = Asia/Amman
Kaliningrad Standard Time = Europe/Kaliningrad
Korea Standard Time = Asia/Seoul
Libya Standard Time = Africa/Tripoli
Line Islands Standard Time = Pacific/Kiritimati
Lord Howe Standard Time = Australia/Lord_Howe
Magadan Standard Time = Asia/Magadan
Magallanes Standard Time = America/Punta_Arenas
Marquesas Standard Time = Pacific/Marquesas
Mauritius Standard Time = Indian/Mauritius; SC Indian/Mahe; RE Indian/Reunion
Middle East Standard Time = Asia/Beirut
Montevideo Standard Time = America/Montevideo
Morocco Standard Time = Africa/Casablanca; EH Africa/El_Aaiun
Mountain Standard Time = America/Denver; MX America/Ciudad_Juarez; CA America/Edmonton
Mountain Standard Time (Mexico) = America/Mazatlan
Myanmar Standard Time = Asia/Rangoon; CC Indian/Cocos
N. Central Asia Standard Time = Asia/Novosibirsk
Namibia Standard Time = Africa/Windhoek
Nepal Standard Time = Asia/Katmandu
New Zealand Standard Time = Pacific/Auckland; AQ Antarctica/McMurdo
Newfoundland Standard Time = America/St_Johns
Norfolk Standard Time = Pacific/Norfolk
North Asia East Standard Time = Asia/Irkutsk
North Asia Standard Time = Asia/Krasnoyarsk
North Korea Standard Time = Asia/Pyongyang
Omsk Standard Time = Asia/Omsk
Pacific SA Standard Time = America/Santiago
Pacific Standard Time = America/Los_Angeles; CA America/Vancouver
Pacific Standard Time (Mexico) = America/Tijuana
Pakistan Standard Time = Asia/Karachi
Paraguay Standard Time = America/Asuncion
Qyzylorda Standard Time = Asia/Qyzylorda
Romance Standard Time = Europe/Paris; BE Europe/Brussels; DK Europe/Copenhagen; ES Europe/Madrid
Russia Time Zone 10 = Asia/Srednekolymsk
Russia Time Zone 11 = Asia/Kamchatka
Russia Time Zone 3 = Europe/Samara
Russian Standard Time = Europe/Moscow; UA Europe/Simferopol
SA Eastern Standard Time = America/Cayenne; BR America/Fortaleza; SR America/Paramaribo; AQ
    Antarctica/Rothera; FK Atlantic/Stanley
SA Pacific Standard Time = America/Bogota; KY America/Cayman; CA America/Coral_Harbour; EC
    America/Guayaquil; JM America/Jamaica; PE America/Lima; PA America/Panama; BR
    America/Rio_Branco
SA Western Standard Time = America/La_Paz; AI America/Anguilla; AG America/Antigua; AW
    America/Aruba; BB America/Barbados; CA America/Blanc-Sablon; CW America/Curacao; DM
    America/Dominica; GD America/Grenada; GP America/Guadeloupe; GY America/Guyana; BQ
    America/Kralendijk; SX America/Lower_Princes; BR America/Manaus; MF America/Marigot; MQ
    America/Martinique; MS America/Montserrat; TT America/Port_of_Spain; PR America/Puerto_Rico;
    DO America/Santo_Domingo; BL America/St_Barthelemy; KN America/St_Kitts; LC
    America/St_Lucia; VI America/St_Thomas; VC America/St_Vincent; VG America/Tortola
SE Asia Standard Time = Asia/Bangkok; AQ Antarctica/Davis; ID Asia/Jakarta; KH Asia/Phnom_Penh;
    VN Asia/Saigon; LA Asia/Vientiane; CX Indian/Christmas
Saint Pierre Standard Time = America/Miquelon
Sakhalin Standard Time = Asia/Sakhalin
Samoa Standard Time = Pacific/Apia
Sao Tome Standard Time = Africa/Sao_Tome
Saratov Standard Time = Europe/Saratov
Singapore Standard Time = Asia/Singapore; BN Asia/Brunei; MY Asia/Kuala_Lumpur; ID
    Asia/Makassar; PH Asia/Manila
South Africa Standard Time = Africa/Johannesburg; MW Africa/Blantyre; BI Africa/Bujumbura; BW
    Africa/Gaborone; ZW Africa/Harare; RW Africa/Kigali; CD Africa/Lubumbashi; ZM Africa/Lusaka;
    MZ Africa/Maputo; LS Africa/Maseru; SZ Africa/Mbabane
South Sudan Standard Time = Africa/Juba
Sri Lanka Standard Time = Asia/Colombo
Sudan Standard Time = Africa/Khartoum
Syria Standard Time = Asia/Damascus
Taipei Standard Time = Asia/Taipei
Tasmania Standard Time = Australia/Hobart
Tocantins Standard Time = America/Araguaina
Tokyo Standard Time = Asia/Tokyo; TL Asia/Dili; ID Asia/Jayapura; PW Pacific/Palau
Tomsk Standard Time = Asia/Tomsk
Tonga Standard Time = Pacific/Tongatapu
Transbaikal Standard Time = Asia/Chita
Turkey Standard Time = Europe/Istanbul
Turks And Caicos Standard Time = America/Grand_Turk
US Eastern Standard Time = America/Indianapolis
US Mountain Standard Time = America/Phoenix; CA America/Creston; MX America/Hermosillo
UTC = Etc/UTC
UTC+12 = Etc/GMT-12; TV Pacific/Funafuti; MH Pacific/Majuro; NR Pacific/Nauru; KI
    Pacific/Tarawa; UM Pacific/Wake; WF Pacific/Wallis
UTC+13 = Etc/GMT-13; KI Pacific/Enderbury; TK Pacific/Fakaofo
UTC-02 = Etc/GMT+2; BR America/Noronha; GS Atlantic/South_Georgia
UTC-08 = Etc/GMT+8; PN Pacific/Pitcairn
UTC-09 = Etc/GMT+9; PF Pacific/Gambier
UTC-11 = Etc/GMT+11; UM Pacific/Midway; NU Pacific/Niue; AS Pacific/Pago_Pago
Ulaanbaatar Standard Time = Asia/Ulaanbaatar
Venezuela Standard Time = America/Caracas
Vladivostok Standard Time = Asia/Vladivostok
Volgograd Standard Time = Europe/Volgograd
W. Australia Standard Time = Australia/Perth
W. Central Africa Standard Time = Africa/Lagos; DZ Africa/Algiers; CF Africa/Bangui; CG
    Africa/Brazzaville; CM Africa/Douala; CD Africa/Kinshasa; GA Africa/Libreville; AO
    Africa/Luanda; GQ Africa/Malabo; TD Africa/Ndjamena; NE Africa/Niamey; BJ Africa/Porto-Novo;
    TN Africa/Tunis
W. Europe Standard Time = Europe/Berlin; SJ Arctic/Longyearbyen; NL Europe/Amsterdam; AD
    Europe/Andorra; GI Europe/Gibraltar; LU Europe/Luxembourg; MT Europe/Malta; MC
    Europe/Monaco; NO Europe/Oslo; IT Europe/Rome; SM Europe/San_Marino; SE Europe/Stockholm; LI
    Europe/Vaduz; VA Europe/Vatican; AT Europe/Vienna; CH Europe/Zurich
W. Mongolia Standard Time = Asia/Hovd
West Asia Standard Time = Asia/Tashkent; AQ Antarctica/Mawson; TM Asia/Ashgabat; TJ
    Asia/Dushanbe; KZ Asia/Oral; TF Indian/Kerguelen; MV Indian/Maldives
West Bank Standard Time = Asia/Hebron
West Pacific Standard Time = Pacific/Port_Moresby; AQ Antarctica/DumontDUrville; GU
    Pacific/Guam; MP Pacific/Saipan; FM Pacific/Truk
Yakutsk Standard Time = Asia/Yakutsk
Yukon Standard Time = America/Whitehorse
"""

"""Traits of residents, by the words in a name: what says something of persons (persons.toml), and what stands here."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from geo.messages import Message, message
from layers.declarations.persons import persons, without_accents

TRAITS: Mapping[str, tuple[str, ...]] = {
    "income": ("*inkomen*", "*income*", "*vermogen*", "*koopkracht*", "*armoede*", "*minima", "*sociaalminimum*",
               "*schuld*", "*welvaart*", "*seswoa*", "*sociaaleconomisch*", "*opleiding*", "*opgeleid*",
               "*geletterd*", "*daklo*", "*werklo*", "*werkzoekend*", "*voedselbank*"),
    "household": ("*huishoud*", "*household*", "*gezinnen*", "*gezinsgrootte*", "*alleenstaand*", "*eenouder*"),
    "benefits": ("*uitkering*", "*bijstand*", "*benefit*", "*wajong*", "wao", "wia", "*toeslag*"),
    "origin": ("*herkomst*", "*migratie*", "*nationalit*", "*afkomst*", "*westers*", "*geboorteland*", "*origin*",
               "*migrant*", "*vluchteling*"),
    "religion": ("*religie*", "*godsdienst*", "*gelovig*", "*kerkgenootschap*", "*religion*",
                 "*moskee*", "*synagoge*", "kerk", "kerken", "*gebedshui*", "*moslims*", "*katholieken*",
                 "*protestanten*", "*christenen*", "*hindoes*"),
    "age": ("*65plus*", "*jongeren*", "*ouderen*", "*leeftijd*", "*0tot15*", "*15tot25*", "mannen", "vrouwen",
            "*geslacht*"),
    "health": ("*zorggebruik*", "*gezondheid*", "*ziekte*", "*jeugdzorg*", "*health*", "*zorgkosten*",
               "*eenzaam*"),
}  # fmt: skip
"""The words by which each trait is known; `*` is any letters. How near a house of prayer is tells who lives there."""

OF_CBS: Mapping[str, str] = {
    "income": "a_inkont a_inkontv p_ink_li p_ink_hi g_ink_po g_ink_pi g_hh_sti p_hh_li p_hh_hi p_hh_lkk p_hh_osm "
    "p_hh_110 p_hh_120 m_hh_ver p_link_hh p_hink_hh a_opl_lg a_opl_md a_opl_hg",
    "household": "a_hh a_1p_hh a_hh_z_k a_hh_m_k p_1p_hh p_hh_z_k p_hh_m_k g_hhgro aantal_hh tothh_eenp tothh_mpzk "
    "hh_eenoud hh_tweeoud gem_hh_gr",
    "benefits": "a_soz_wb a_soz_ao a_soz_ww a_soz_ow uitkminaow",
    "origin": "a_nl_all a_eur_al a_neu_al a_geb_nl a_geb_eu a_geb_ne a_gbl_eu a_gbl_ne a_w_all a_nw_all a_marok "
    "a_antaru a_suri a_tur a_ov_nw p_w_all p_nw_all p_marok p_antaru p_suri p_tur p_ov_nw p_nl_achtg p_we_mig_a "
    "p_nw_mig_a p_geb_nl p_geb_nb",
    "age": "a_man a_vrouw a_00_14 a_15_24 a_25_44 a_45_64 a_65_oo p_00_14_jr p_15_24_jr p_25_44_jr p_45_64_jr "
    "p_65_eo_jr inw_014 inw_1524 inw_2544 inw_4564 inw_65pl",
    "health": "a_jz_tn p_jz_tn a_wmo_t p_wmo_t",
}
"""What CBS calls such columns in its files per buurt, postcode and square, where no word of `TRAITS` is in them."""
TOPICS_OF_CBS: Mapping[str, tuple[str, ...]] = {
    "origin": ("marokko", "turkije", "suriname", "*antillenaruba", "nederlandseachtergrond", "*buiteneuropa",
               "nederland", "europaexclusiefnederland", "geboreninnederland", "geborenbuitennederland*"),
}  # fmt: skip
"""The same of the topics of its tables, which end in a number: `Marokko_19`. A country alone is no trait."""

CALLED: Mapping[str, Message] = {
    "income": message("income, wealth or education of residents"),
    "household": message("households of residents"),
    "benefits": message("benefits of residents"),
    "origin": message("origin of residents"),
    "religion": message("religion of residents"),
    "age": message("age or sex of residents"),
    "health": message("health of residents"),
}
"""What each trait is called."""


PROTECTED = ("income", "benefits", "origin", "religion", "health")
"""Traits of which no count or share may put a place on the map. How old people are and how they live together may: a
theme may ask where young people are at risk.
"""


@lru_cache(maxsize=4096)  # many indicators are about the same columns, as is the next
def protected(name: str) -> tuple[Message, ...]:
    """The protected traits that a name tells of."""
    named = [trait for trait in traits(name) if any(trait == CALLED[one] for one in PROTECTED)]
    kind = persons().kind_of(name)
    return (*named, kind.what) if kind is not None and kind.of_areas else (*named,)


@lru_cache(maxsize=4096)
def traits(name: str) -> tuple[Message, ...]:
    """The traits that a name tells of."""
    kind = persons().kind_of(name)
    return (*_by_words(name), kind.what) if kind is not None else (*_by_words(name),)


def _by_words(name: str) -> Iterator[Message]:
    plain = without_accents(name).casefold()
    words = {*re.findall(r"[^\W_]+", plain), "".join(re.findall(r"[^\W_]+", plain))}
    topic, _, number = plain.rpartition("_")
    for trait, patterns in TRAITS.items():
        by_word = any(fnmatchcase(word, pattern) for word in words for pattern in patterns)
        by_topic = number.isdecimal() and any(fnmatchcase(topic, one) for one in TOPICS_OF_CBS.get(trait, ()))
        if by_word or by_topic or plain.strip() in OF_CBS.get(trait, "").split():
            yield CALLED[trait]

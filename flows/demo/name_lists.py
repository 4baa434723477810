"""Which names each community bears, from Faker's locales, with frequencies as steep as in life.

Faker lists many names without saying how common they are. Here lists without weights get a Zipf-like weight by
rank in a seeded order, after the few names that everybody knows to be common.
"""

from importlib import import_module
from typing import Any

import numpy as np

from flows.demo.draws import Rng

TIMELESS = 9999
"""Peak year of a name given in all years."""

COMMUNITIES = (
    "british",
    "irish",
    "polish",
    "romanian",
    "lithuanian",
    "indian",
    "pakistani",
    "bangladeshi",
    "vietnamese",
    "caribbean",
    "yoruba",
    "igbo",
    "ghanaian",
    "east_african",
    "hausa",
    "arab",
    "turkish",
)

_PEAKS = """
1938: John William George Ronald Kenneth Albert Frederick Arthur Ernest Harold Thomas Margaret Jean Mary Joan Dorothy
 Doris Patricia Sheila Barbara Betty Joyce Audrey Irene Brenda Eileen
1955: David Michael Peter Alan Brian Keith Malcolm Roger Raymond Terence Susan Linda Christine Carol Jacqueline Janet
 Ann Anne Pauline Maureen Kathleen Sandra Gillian Valerie Pamela
1968: Paul Mark Andrew Stephen Ian Gary Kevin Neil Nigel Steven Martin Colin Stuart Tracey Tracy Julie Karen Deborah
 Jane Alison Sharon Amanda Helen Angela Lorraine Dawn Beverley
1983: Christopher Lee Darren Craig Jason Simon Robert Richard Matthew Adam Jonathan Claire Nicola Lisa Michelle Joanne
 Kelly Gemma Sarah Emma Louise Samantha Leanne Donna Natalie
1997: Daniel Thomas Jack Ryan Joshua Luke Jordan Connor Liam Jake Lewis Nathan Callum Lauren Rebecca Jessica Charlotte
 Hannah Sophie Amy Chloe Bethany Megan Jade Katie Emily Shannon
2015: Oliver Harry Alfie Charlie Jacob Oscar George Noah Leo Max Ethan Archie Olivia Amelia Isla Ava Ella Mia Lily Grace
 Evie Isabella Poppy Freya Erin
"""

_MUSLIM_WOMEN = """
Fatima Aisha Ayesha Maryam Zainab Khadija Amina Saira Nasreen Shazia Rukhsana Bushra Samina Farzana Sadia Nadia Hina
Shabana Parveen Razia Salma Yasmin Tahira Rabia Sana Iqra Aliza Hafsa Sumaiya Nazia Shaheen Rehana Kausar Naseem Zahra
Noreen Saima Uzma Fozia Robina Shamim Halima Safia Ruqayya Anisa Sofia Aaliyah Hiba Mahnoor Eman
"""
_MUSLIM_MEN = (
    "Mohammed Muhammad Ali Ahmed Abdul Imran Yusuf Ibrahim Hamza Hassan Omar Tariq Asif Usman Bilal Adeel Shahid"
)
_PAKISTANI_SURNAMES = (
    "Khan Hussain Ahmed Ali Mahmood Akhtar Iqbal Malik Shah Mohammed Butt Mirza Raja Aslam Rashid Hanif"
)
_BANGLADESHI_SURNAMES = (
    "Miah Rahman Uddin Islam Ahmed Ali Hussain Chowdhury Khan Haque Alam Hoque Choudhury Karim Kamal"
)
_WOMENS_SURNAMES = {"pakistani": "Begum Bibi Akhtar Kausar Parveen", "bangladeshi": "Begum Khatun Khanom Bibi Akhtar"}
_INDIAN_SURNAMES = "Patel Sharma Kumar Shah Gupta Reddy Mistry Desai Joshi Rao Nair Das Mehta Bains Gill Sandhu Dhillon"
_ENGLISH_STEMS = """
Ash Barns Birken Black Brad Broad Brock Clay Cross Dal Den East Ebb Fair Fern Gar Green Hal Hather Haw Heath High
Hol Horn Ing Kirk Lang Lap Lin Long Mar Mid Nor Oak Old Pick Rad Red Row Sal Shep Stan Stock Sut Thorn Wal Weth Whit Win
"""
_ENGLISH_ENDS = "ley ton worth field shaw croft by well ham ford wood bottom stall ridge bourne"
_PREFERRED = {"indian": "Singh", "vietnamese": "Nguyễn"}


def forenames(community: str, sex: int, rng: Rng) -> list[tuple[str, float, int]]:
    """Names of one sex (0 male, 1 female): text, frequency and the year they were most given."""
    if community in ("british", "caribbean"):
        return _english_forenames(sex)
    if community in ("pakistani", "bangladeshi"):
        common, rest = (_MUSLIM_MEN, list(_faker("en_PK").first_names)) if sex == 0 else (_MUSLIM_WOMEN, [])
        return _ranked([*common.split(), *_shuffled(rng, rest)])
    return _ranked(_shuffled(rng, _listed_forenames(community, sex)))


def surnames(community: str, sex: int, rng: Rng) -> dict[str, float]:
    """Family names as that sex bears them, with frequencies."""
    return _as_borne(community, sex, _weighted_surnames(community, rng))


def _weighted_surnames(community: str, rng: Rng) -> dict[str, float]:
    if community in ("british", "caribbean"):
        return _english_surnames(rng)
    if community == "irish":
        return _zipf(_shuffled(rng, list(_faker("en_IE").last_names)), slope=0.75)
    if community == "east_african":
        return dict(_faker("en_KE").last_names)
    common, rest = _family_names(community)
    return _zipf([*common, *_shuffled(rng, rest)], slope=0.95)


_ENDINGS = (("ski", "ska"), ("cki", "cka"), ("auskas", "auskienė"), ("ickas", "ickienė"))


def female_form(name: str) -> str:
    """Sikh, Polish and Lithuanian surnames as a woman bears them."""
    if name == "Singh":
        return "Kaur"
    return next((name[: -len(man)] + woman for man, woman in _ENDINGS if name.endswith(man)), name)


def male_form(name: str) -> str:
    """The same surnames as a man bears them."""
    if name == "Kaur":
        return "Singh"
    return next((name[: -len(woman)] + man for man, woman in _ENDINGS if name.endswith(woman)), name)


def _faker(locale: str) -> Any:
    """The person provider of a locale; only its lists are used."""
    return import_module(f"faker.providers.person.{locale}").Provider


def _peaks() -> dict[str, int]:
    lines = _PEAKS.replace("\n ", " ").strip().splitlines()
    return {name: int(line.split(":")[0]) for line in lines for name in line.split(":")[1].split()}


def _english_forenames(sex: int) -> list[tuple[str, float, int]]:
    """The listed order is by frequency over 1944 to 2004; American names make the tail."""
    british, american = _faker("en_GB"), _faker("en_US")
    ranked = list(british.first_names_male if sex == 0 else british.first_names_female)
    tail = american.first_names_male if sex == 0 else american.first_names_female
    peaks = _peaks()
    order = dict.fromkeys([*ranked, *(name for name in peaks if name in tail), *tail])
    return [(name, 1.0 / (rank + 6) ** 1.05, peaks.get(name, TIMELESS)) for rank, name in enumerate(order)]


def _ranked(names: list[str]) -> list[tuple[str, float, int]]:
    weights = _zipf(names, slope=0.9)
    return [(name, weight, TIMELESS) for name, weight in weights.items()]


def _zipf(names: list[str], *, slope: float) -> dict[str, float]:
    """Weight falls with rank; a name listed twice keeps its first rank."""
    return {name: 1.0 / (rank + 3) ** slope for rank, name in enumerate(dict.fromkeys(names))}


def _shuffled(rng: Rng, names: list[str]) -> list[str]:
    distinct = sorted({name.strip() for name in names if name.strip()})
    return [distinct[i] for i in rng.permutation(len(distinct))[:_MOST]]


_MOST = 2000  # of the longest lists; the rarest names of a community are borne by hardly anybody


_LOCALES = {
    "irish": "en_IE", "polish": "pl_PL", "romanian": "ro_RO", "indian": "en_IN", "vietnamese": "vi_VN",
    "yoruba": "yo_NG", "igbo": "ig_NG", "ghanaian": "tw_GH", "east_african": "en_KE", "hausa": "ha_NG",
    "arab": "fr_DZ", "turkish": "tr_TR",
}  # fmt: skip


def _listed_forenames(community: str, sex: int) -> list[str]:
    if community == "lithuanian":  # the list mixes the sexes; women's names end in a vowel
        women = {name for name in _faker("lt_LT").first_names if name[-1] in "aėei"}
        return sorted(women if sex == 1 else set(_faker("lt_LT").first_names) - women)
    provider = _faker(_LOCALES[community])
    return list(provider.first_names_male if sex == 0 else provider.first_names_female)


def _family_names(community: str) -> tuple[list[str], list[str]]:
    """The few everybody knows to be common, and the rest."""
    if community == "pakistani":
        return _PAKISTANI_SURNAMES.split(), list(_faker("en_PK").last_names)
    if community == "bangladeshi":
        return _BANGLADESHI_SURNAMES.split(), list(_faker("en_PK").last_names)[::3]
    if community == "indian":
        return _INDIAN_SURNAMES.split(), list(_faker("en_IN").last_names)
    if community == "polish":
        provider = _faker("pl_PL")
        return [], [*provider.male_last_names, *provider.unisex_last_names]
    locale = "lt_LT" if community == "lithuanian" else _LOCALES[community]
    return [], list(_faker(locale).last_names)


def _as_borne(community: str, sex: int, weights: dict[str, float]) -> dict[str, float]:
    """Names in the form of one sex: Singh and Kaur, Begum and Bibi, -ska and -ienė."""
    total = sum(weights.values())
    if community in _WOMENS_SURNAMES and sex == 1:
        weights = weights | {name: total * 0.14 for name in _WOMENS_SURNAMES[community].split()}
    if community in _PREFERRED:
        weights = weights | {_PREFERRED[community]: total * 0.3}
    borne: dict[str, float] = {}
    for name, weight in weights.items():
        form = female_form(name) if sex == 1 else male_form(name)
        borne[form] = borne.get(form, 0.0) + weight
    return borne


def _english_surnames(rng: Rng) -> dict[str, float]:
    """Measured frequencies for the top 500; behind them a long tail, as four in ten people bear a rare name."""
    listed = {name: float(weight) for name, weight in _faker("en_GB").last_names.items()}
    places = [stem + end for stem in _ENGLISH_STEMS.split() for end in _ENGLISH_ENDS.split()]
    american, irish = list(_faker("en_US").last_names)[:600], list(_faker("en_IE").last_names)[::8]
    tail = [name for name in _shuffled(rng, [*places, *american, *irish]) if name not in listed]
    weights = 1.0 / np.arange(20, 20 + len(tail)) ** 0.7
    share = sum(listed.values()) * 0.42 / weights.sum()
    return listed | dict(zip(tail, (weights * share).tolist(), strict=True))

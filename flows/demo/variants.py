"""How one name comes to be written in several ways: short forms, spellings, slips of the finger, misread letters.

Works on distinct names, never on records: each name's variants are made once.
"""

import unicodedata
from random import Random

_SHORT_FORMS = """
Christopher Chris; Michael Mike Mick; David Dave Davey; Stephen Steve; Steven Steve; Andrew Andy; Daniel Danny Dan;
Matthew Matt; Robert Bob Rob Bobby; Richard Rich Dick Ricky; Joshua Josh; Samuel Sam; Anthony Tony; Alexander Alex;
William Bill Will Billy; Benjamin Ben; Philip Phil; Joseph Joe; Jonathan Jon; Nicholas Nick; Timothy Tim; Kenneth Ken;
Raymond Ray; Nathan Nate; Geoffrey Geoff; Thomas Tom Tommy; James Jim Jamie Jimmy; John Jack Johnny; Edward Ed Ted;
Ronald Ron; Donald Don; Frederick Fred; Peter Pete; Patrick Paddy Pat; Terence Terry; Leonard Len; Charles Charlie;
Gerald Gerry; Lawrence Larry; Zachary Zac; Gregory Greg; Jeremy Jez; Oliver Ollie; Harold Harry; Henry Harry; Albert Al;
Susan Sue; Rebecca Becky; Christine Chris; Jessica Jess; Margaret Maggie Peggy; Jacqueline Jackie; Deborah Debbie;
Patricia Pat Trish; Victoria Vicky; Elizabeth Liz Beth Betty; Samantha Sam; Amanda Mandy; Jennifer Jenny Jen;
Angela Angie; Katie Kate; Barbara Barb; Sandra Sandy; Catherine Cath Kate; Katherine Kathy Kate; Kathleen Kath;
Gillian Gill; Natalie Nat; Pamela Pam; Dorothy Dot; Theresa Terri; Valerie Val; Kimberley Kim; Charlotte Lottie;
Abigail Abi; Eleanor Ellie Nell; Georgina Gina; Isabella Bella; Joanne Jo; Judith Judy; Florence Flo; Frances Fran;
Mohammed Mo; Muhammad Mo; Abdullah Abdul; Oluwaseun Seun; Abdelkader Kader; Sulaiman Suli; Ibrahim Ibby; Fatima Fatema;
Andrzej Andy; Krzysztof Chris; Piotr Peter; Agnieszka Aga; Katarzyna Kasia; Małgorzata Gosia; Alexandru Alex;
Andreea Andrea; Mihai Michael; Nguyen Win; Chinedu Edu; Chukwuemeka Emeka; Kwabena Kobby; Akosua Esi
"""

_SPELLINGS = """
Mohammed Muhammad Mohammad Mohamed Mohamad Mohd; Hussain Hussein Husain Hossain; Ahmed Ahmad Ahmet Achmed;
Ali Aly; Khan Kahn; Begum Begam Begom; Akhtar Akter Akther; Khatun Khatoon; Rahman Rehman Rahaman; Uddin Udin Ud-din;
Chowdhury Choudhury Chaudhry Choudhry; Sheikh Shaikh Shaik; Syed Sayed Sayyid; Yusuf Yousef Yousuf; Omar Umar Umer;
Aisha Ayesha Aysha Aishah; Fatima Fatema Fathima; Khadija Khadijah; Zainab Zaynab Zeinab; Maryam Mariam Meriem;
Iqbal Eqbal; Mahmood Mahmoud Mehmood; Bibi Bi; Miah Mia Miya; Kaur Kour; Singh Sing; Patel Pattel;
Catherine Katherine Kathryn Catharine; Stephen Steven Stephan; Geoffrey Jeffrey; Ann Anne; Sara Sarah; Claire Clare;
Tracy Tracey; Lynn Lynne; Jon John; Marc Mark; Philip Phillip; Alan Allan Allen; Brian Bryan; Neil Neal; Ian Iain;
Debra Deborah; Teresa Theresa; Rachel Rachael; Elizabeth Elisabeth; Diane Dianne; Lesley Leslie; Hannah Hanna;
Smith Smyth Smythe; Clark Clarke; Brown Browne; Taylor Tayler Tailor; Thompson Thomson; Davis Davies; Reed Reid Read;
White Whyte; Green Greene; Moore More; Philips Phillips; Matthews Mathews; Johnson Johnston; Lee Leigh; Cook Cooke;
Stuart Stewart; Pierce Pearce; Roberts Robarts; Allen Allan; Hughes Hughs; Kelly Kelley; Nicholson Nicolson;
Okafor Okafo; Adeyemi Adeyemo; Adebayo Adebayor; Mensah Mensa; Owusu Owuso; Chukwu Chukwo; Abubakar Abubaker;
Yılmaz Yilmas; Nguyễn Nguyen Ngyuen; Kowalski Kowalsky; Popescu Popesku; Ionescu Jonescu
"""

_MISREAD = (
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("l", "I"),
    ("O", "0"),
    ("vv", "w"),
    ("h", "b"),
    ("e", "c"),
    ("S", "5"),
)
_NEIGHBOURS = {
    "a": "sqz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "ko", "m": "n", "n": "bm", "o": "ipl", "p": "o", "q": "wa", "r": "eft", "s": "adw",
    "t": "rgy", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
}  # fmt: skip
_NO_DECOMPOSITION = str.maketrans(
    # ruff: noqa: RUF001 - letters that look like others are the point
    {"ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D", "ø": "o", "ß": "ss", "’": "'", "ɔ": "o", "Ɔ": "O", "ɛ": "e",
     "Ɛ": "E", "ŋ": "n"}
)  # fmt: skip


def short_forms() -> dict[str, tuple[str, ...]]:
    """What a name is called in daily life."""
    groups = [group.split() for group in _SHORT_FORMS.split(";")]
    return {group[0]: tuple(group[1:]) for group in groups}


def spellings() -> dict[str, tuple[str, ...]]:
    """Other spellings of the same name, in both directions."""
    groups = [group.split() for group in _SPELLINGS.split(";")]
    return {name: tuple(other for other in group if other != name) for group in groups for name in group}


def fold(name: str) -> str:
    """Without marks: what a system that knows only English letters keeps."""
    if name.isascii():
        return name
    plain = unicodedata.normalize("NFKD", name.translate(_NO_DECOMPOSITION))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def slip(dice: Random, name: str) -> str:
    """One slip of the finger: a letter swapped with the next, left out, doubled or hit beside."""
    if len(name) < 3:
        return name + name[-1:].lower()
    at = dice.randrange(1, len(name) - 1)
    kind = dice.randrange(4)
    if kind == 0 and name[at] != name[at + 1]:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2:
        return name[:at] + name[at] + name[at:]
    beside = _NEIGHBOURS.get(name[at].lower(), "e")
    return name[:at] + dice.choice(beside) + name[at + 1 :]


def misread(name: str) -> str:
    """As optical character recognition would read a bad photocopy."""
    for seen, read in _MISREAD:
        if seen in name[1:]:
            return name[0] + name[1:].replace(seen, read, 1)
    return name


def rejoined(name: str) -> str:
    """A name of several parts, joined, parted or cut by another system."""
    if "-" in name:
        return name.replace("-", " ")
    if "'" in name:
        return name.replace("'", "")
    if " " in name:
        return name.split(" ")[-1]
    if name.startswith(("Mc", "Mac")) and len(name) > 4:
        return name.replace("Mc", "Mac", 1) if name.startswith("Mc") else name.replace("Mac", "Mc", 1)
    return name

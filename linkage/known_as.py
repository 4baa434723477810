"""Forenames that are one name: spellings of one name in Latin letters, and short forms of longer ones.

Listed by hand, first the form that stands for all. A spelling is replaced; a short form is a further way to be found,
since Bill may have been christened so.
"""

import pyarrow as pa

_SPELLINGS = """
mohammed: muhammad mohamed mohammad muhammed mohamad mohamud muhamed muhamad mahammad mohammod md mohd muhd
ahmed: ahmad ahmet ahmod
hussain: hussein husain husein hossain hosain hussien
hassan: hasan hassen
yusuf: yousuf yousef youssef yusef yusaf youssouf
ibrahim: ebrahim ibraheem ibrahima
ismail: ismael esmail ismaeel
fatima: fatimah fatema fatimata faatimah
aisha: ayesha aysha aicha aishah ayisha aysheh
khadija: khadijah khadeeja kadija
maryam: mariam miriam maryum meryem
zainab: zaynab zeinab zeynab zainub
amina: aminah ameena aamina
abdullah: abdulla abdallah abdulah
abdul: abdal abdel abdool
usman: othman osman uthman
umar: omar omer oumar
imran: emran
rehman: rahman rahmaan rehmaan
chowdhury: choudhury chaudhry choudhary chaudhary chaudhury choudhry chowdhry chaudhri
shaikh: sheikh shaik sheik shekh
siddiqui: siddique siddiqi siddiquee sidiqi
uddin: udin uddeen
miah: mia miya miyah
begum: begom begam
khatun: khatoon
hussaini: husseini husayni
malik: malek maalik
saeed: said sayeed saeid
syed: sayed sayyid sayyed
iqbal: eqbal
aleksandr: alexandr oleksandr aliaksandr
sergei: sergey serhiy serhii
yulia: yuliya iulia yuliia
olena: elena yelena alena
natalia: nataliya natalya nataliia
mykola: nikolai nikolay nicolai
dmitry: dmitri dmytro dimitri
andrei: andrey andriy andrii
"""

_SHORT_FORMS = """
william: bill billy will willie
robert: bob bobby rob robbie
richard: dick rick ricky rich
edward: ed eddie ted teddy ned
margaret: maggie peggy meg peg
elizabeth: liz lizzie beth betty bess betsy libby eliza
katherine: kate katie kathy cath cathy kath kay kitty
catherine: cate
thomas: tom tommy
james: jim jimmy jamie
john: jack johnny jon
michael: mike mick micky mickey
anthony: tony
david: dave davey
stephen: steve
steven: stevie
andrew: andy drew
charles: charlie chas chuck
joseph: joe joey
peter: pete
daniel: dan danny
matthew: matt
gregory: greg
kenneth: ken kenny
ronald: ron ronnie
donald: don
raymond: ray
lawrence: larry
frederick: fred freddie
albert: bert bertie
henry: harry hank
leonard: len lenny
reginald: reg
stanley: stan
timothy: tim
nicholas: nick nicky
jonathan: jonny
benjamin: ben benny
joshua: josh
nathaniel: nathan nat
zachary: zac zack zak
geoffrey: geoff
jeffrey: jeff
philip: phil
vincent: vince
victoria: vicky vicki tori
susan: sue susie suzie
deborah: debbie deb debs
patricia: trish tricia patsy
rebecca: becky becca
jennifer: jenny jen
jacqueline: jackie jacqui
barbara: barb babs
christine: chrissie
dorothy: dot dottie dolly
florence: flo florrie
gillian: gill
judith: judy
kimberley: kim
pamela: pam
penelope: penny
theresa: terry tess tessa
valerie: val
abigail: abbie abby gail
alexander: alec sandy alasdair
alexandra: lexi sasha
samantha: sammy
christopher: kit topher
frances: fanny
francis: frank frankie
harold: hal
isabella: bella izzy
jessica: jess jessie
amanda: mandy
angela: angie
caroline: carrie
charlotte: lottie
eleanor: ellie nell nellie
emily: em emmie
georgina: georgie
josephine: jo josie
madeleine: maddie
"""

KEPT_APART = ("singh", "kaur", "begum", "bibi", "khatun", "khatoon", "miah", "devi", "kumari")
"""Names of faith or respect that stand as forename, surname or not at all."""


def _pairs(text: str, column: str) -> pa.Table:
    rows = [line.split(": ") for line in text.strip().splitlines()]
    listed = {form: stands for stands, forms in rows for form in forms.split()}
    columns = {"name": pa.array(listed, pa.string()), column: pa.array(listed.values(), pa.string())}
    return pa.table(columns)


def spellings() -> pa.Table:
    """Columns name and standard: spellings of one name."""
    return _pairs(_SPELLINGS, "standard")


def short_forms() -> pa.Table:
    """Columns name and whole: short forms of longer names."""
    return _pairs(_SHORT_FORMS, "whole")

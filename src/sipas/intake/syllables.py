"""Which runs of letters are Vietnamese syllables: the evidence by which an encoding is recognised."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ONSETS = (
    " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
    # names of places and people of the highlands, as Krông, Đrăng, Plei
    " bl br chr dr đr gr hr j jr kl kr pl pr w z f"
)
RIMES = """
a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âk âm ân âng âp ât âu ây
e ec ek em en eng eo ep et ê êch êk êm ên êng ênh êp êt êu
i ia ich iêc iêm iên iêng iêp iêt iêu ik im in inh ip it iu
o oa oac oach oai oak oam oan oang oanh oao oap oat oay oăc oăk oăm oăn oăng oăt oc oe oen oeo oet oi ok om on
ong ooc oong op ot ô ôc ôi ôk ôm ôn ông ôp ôt ơ ơi ơk ơm ơn ơng ơp ơt
u ua uân uâng uât uây uc uê uêch uên uênh uêt ui uk um un ung uôc uôi uôk uôm uôn uông uôt uơ up ut
uy uya uych uyên uyêt uyn uynh uyp uyt uyu ư ưa ưc ưi ưk ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu ynh yt ych
"""
STOPS = ("c", "ch", "k", "p", "t")
SHARP_OR_HEAVY = frozenset("\u0301\u0323")
TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")


def _all_syllables() -> frozenset[str]:
    onsets = ["", *ONSETS.split()]
    return frozenset(onset + rime for onset in onsets for rime in RIMES.split())


SYLLABLES = _all_syllables()


@lru_cache(maxsize=200_000)
def is_syllable(token: str) -> bool:
    """Say whether a token is spelt as a Vietnamese syllable.

    Parameters
    ----------
    token : str
        Letters only, either case, composed or not; old and new places of the tone (hoà, hòa) both count.

    Returns
    -------
    bool
        True where onset, rime and tone go together; a rime that ends in a stop takes sắc or nặng only.
    """
    marks = unicodedata.normalize("NFD", token.lower())
    tones = [c for c in marks if c in TONE_MARKS]
    plain = unicodedata.normalize("NFC", "".join(c for c in marks if c not in TONE_MARKS))
    if len(tones) > 1 or plain not in SYLLABLES:
        return False
    return not plain.endswith(STOPS) or (bool(tones) and tones[0] in SHARP_OR_HEAVY)

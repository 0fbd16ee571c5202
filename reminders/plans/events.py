"""What a period is counted from where its own clause does not say: the thing that the sentence speaks of before it.

In 「对来信来访进行答复，答复期限不超过5个工作日，简单问题要在1个工作日内完成」 the grammar finds the nearest words,
答复 and 简单问题; a reader knows that both count from 来信来访, the second for the simple ones among them.
"""

import re
from dataclasses import replace
from typing import Final

from schedules import Found, Phase, Triggered

_ACT: Final = "答复|回复|办理|处理|反馈|受理|审核|核查|办结|回应"
_OBJECT: Final = re.compile(
    rf"对(?:于)?(?:相关|有关|各类|所有|收到的)?(?P<thing>[\u4e00-\u9fff、]{{2,16}}?)(?:进行|予以|作出|做出|及时)(?P<act>{_ACT})"
)
_SENTENCE_END: Final = re.compile(r"[。！？\n]")


def named_by_sentence(found: Found, text: str) -> tuple[Phase, ...]:
    """The phases of an expression with an implied event named by the object earlier in its sentence."""
    if not any(isinstance(phase, Triggered) for phase in found.phases):
        return found.phases
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, found.start)]
    spoken = list(_OBJECT.finditer(text, ends[-1] if ends else 0, found.start))
    if not spoken:
        return found.phases
    thing, act = spoken[-1]["thing"], spoken[-1]["act"]
    return tuple(_named(phase, thing, act) for phase in found.phases)


def _named(phase: Phase, thing: str, act: str) -> Phase:
    if not isinstance(phase, Triggered) or thing in phase.event:
        return phase
    if phase.event.startswith(act):
        return replace(phase, event=thing)
    kind = re.fullmatch(r"[\u4e00-\u9fff]{1,6}(?:问题|事项|情况|申请|来信|咨询|留言)", phase.event)
    return replace(phase, event=f"{thing}（{phase.event}）") if kind else phase

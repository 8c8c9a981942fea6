"""The shape of the demo's session notes: who, what and how the child seemed.

Sentences carry three placeholders, filled by `session_notes.compose_note`: {child} is a given name or an alias,
{she} the pronoun 她 or 他, {carer} how the child calls the person at home (奶奶, 姑姑 …) or plainly 家里人. No other
person is named, and nothing says why the child is in the programme, because the mentor may not know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Band: TypeAlias = Literal["5-7", "8-11", "12-14", "15-17"]
Activity: TypeAlias = Literal[
    "homework", "reading", "company", "life_skills", "outdoors", "crafts", "sport", "talk", "festival", "check_in"
]
Mood: TypeAlias = Literal[1, 2, 3, 4, 5]

BANDS: tuple[Band, ...] = get_args(Band)
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
MOODS: tuple[Mood, ...] = get_args(Mood)

ACTIVITY_NAMES: dict[Activity, str] = {
    "homework": "功课辅导",
    "reading": "阅读",
    "company": "情绪陪伴",
    "life_skills": "生活技能",
    "outdoors": "户外",
    "crafts": "手工画画",
    "sport": "运动",
    "talk": "聊天",
    "festival": "节日",
    "check_in": "电话问候",
}


@dataclass(frozen=True, slots=True)
class Scenes:
    """Sentences about one activity at one age: `bright` fits moods 4 and 5, `heavy` 1 and 2, `plain` every mood."""

    bright: tuple[str, ...]
    plain: tuple[str, ...]
    heavy: tuple[str, ...]

    def fitting(self, mood: Mood) -> tuple[str, ...]:
        """The sentences that can be true of a child who seemed like this."""
        if mood >= 4:
            return self.bright + self.plain
        if mood == 3:
            return self.plain
        return self.heavy + self.plain

    def all(self) -> tuple[str, ...]:
        """Every sentence, for the tests that read them all."""
        return self.bright + self.plain + self.heavy


def band_of(age: int) -> Band:
    """The age band of an age in whole years; the youngest and the oldest band are open-ended."""
    if age <= 7:
        return "5-7"
    if age <= 11:
        return "8-11"
    return "12-14" if age <= 14 else "15-17"

"""Invented names with believable frequencies: surnames as common in Shandong, given names by sex and decade.

The weights are rough impressions of published name reports, made for a demo and good for nothing else. Any real bearer
is a coincidence: surname, given name and date of birth are drawn independently.
"""

from __future__ import annotations

import random
from typing import Final, Literal, TypeAlias

Sex: TypeAlias = Literal["female", "male"]


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


SURNAMES: Final[dict[str, int]] = {}
for _weight, _surnames in (
    (95, "王"),
    (80, "张李"),
    (60, "刘"),
    (34, "孙"),
    (28, "杨陈赵"),
    (20, "徐高朱"),
    (16, "周马宋"),
    (13, "于郭胡韩吴"),
    (10, "姜崔许林董潘曹"),
    (8, "冯孟吕魏任丁黄田郑"),
    (6, "邢侯尹梁谢庄葛唐杜袁公薛姚石"),
    (4, "付程卢范彭邵苗季颜孔陶段夏谭秦苏贾"),
    (3, "牛史沈曲蔡武郝满邹相宫厉贺闫傅邱殷窦钱全"),
    (2, "管雷汪密褚翟庞凌禚花匡惠楚尚滕安仲岳毕时柳龚戚汤"),
    (1, "常左齐来温毛康白"),
):
    SURNAMES.update(dict.fromkeys(_surnames, _weight))
SURNAMES.update({"诸葛": 3, "上官": 1, "欧阳": 1})

# Most frequent first within each group; a name drawn from a group gets a weight falling with its place.
GIVEN_NAMES: Final[dict[tuple[str, Sex], tuple[str, ...]]] = {
    ("1955", "male"): _words(
        "建国 德才 永胜 玉田 洪军 志强 建军 国庆 传宝 兆祥 振华 学文 士杰 文明 忠义 庆春 卫东 保田 广福 立柱"
    ),
    ("1955", "female"): _words(
        "秀英 桂兰 玉兰 秀兰 凤英 玉芹 桂英 爱华 淑珍 桂芝 秀芹 翠兰 玉梅 建华 月英 传香 素云 庆兰 淑华 翠英"
    ),
    ("1965", "male"): _words(
        "建华 伟 军 志刚 永 勇 建平 海涛 培国 文学 晓东 新民 立军 学军 红卫 春雷 继明 卫国 玉刚 宝林 长江 明"
    ),
    ("1965", "female"): _words(
        "丽华 红梅 秀霞 桂芹 玲 艳 爱玲 淑敏 红霞 春梅 晓红 玉霞 建英 兰香 瑞芳 丽萍 敏 桂花 新华 庆玲 霞 秋菊"
    ),
    ("1975", "male"): _words(
        "伟 磊 涛 刚 勇 军 鹏 波 强 海波 建伟 超 宝亮 峰 晓明 兴国 洪涛 立新 东 永刚 振 继东 凯 现军"
    ),
    ("1975", "female"): _words(
        "艳 丽 芳 娟 霞 静 敏 燕 红 玲 丽娟 海燕 晓燕 春燕 秀丽 洪梅 凤 晓丽 爱菊 娜 萍 慧 翠 淑娟"
    ),
    ("1985", "male"): _words(
        "磊 鹏 超 伟 杰 浩 凯 斌 亮 龙 明明 飞 洋 帅 鑫 宁 文龙 晓峰 志远 建 栋 腾飞 健 彬彬 坤 永强"
    ),
    ("1985", "female"): _words(
        "静 婷 娜 丹 婷婷 莉莉 倩 晶 媛媛 雪 文静 晓晴 萌 丽丽 欣 琳 慧 莹 娇 田田 佳 晓雯 冉 楠 璐 燕妮"
    ),
    ("1995", "male"): _words(
        "浩 帅 旭 鑫 文博 俊杰 宇 晨 泽 子豪 家豪 振宇 凯 航 昊 天宇 文涛 志豪 一鸣 凡 晓阳 少华 佳明 瑞 国梁 恒"
    ),
    ("1995", "female"): _words(
        "雨 悦 婷 雪 晓彤 梦瑶 雅琪 倩倩 佳琪 思雨 文慧 梦 晗 月 颖 慧敏 瑞雪 欣怡 琪 丹丹 雨晴 晨曦 静怡 馨 冰洁 露"
    ),
    ("2006", "male"): _words(
        "浩然 子轩 宇轩 博文 文轩 俊豪 子涵 一鸣 嘉豪 家乐 天佑 浩宇 明轩 志恒 金泽 泽宇 梓豪 俊熙 奥运 鹏程 "
        "子健 昊天 文浩 振兴 晨阳 鑫磊 致远 嘉琪 宏宇 恩泽 学林 皓轩 佳乐 海洋 正阳"
    ),
    ("2006", "female"): _words(
        "欣怡 雨欣 梦琪 佳怡 子涵 诗涵 思涵 雨桐 欣妍 佳慧 雅婷 紫萱 可欣 梓涵 心怡 静雯 雪晴 文静 婧雯 嘉怡 "
        "梦涵 艺涵 思雨 晓萌 若彤 馨月 晨雨 慧欣 冰冰 一诺 雨菲 佳宁 春晓 秀文 瑞欣"
    ),
    ("2013", "male"): _words(
        "浩宇 子墨 沐辰 奕辰 梓轩 宇航 浩轩 子睿 俊宇 梓睿 一诺 铭泽 宇泽 睿 瑞霖 泽洋 嘉懿 皓宇 承泽 书航 "
        "景行 佑安 昕泽 煜城 若谷 满仓 沐阳 宸 嘉树 国栋 茂林 星宇 禹辰 柏霖 小宝"
    ),
    ("2013", "female"): _words(
        "梓涵 一诺 欣妍 子萱 语桐 诗涵 雨萱 可馨 欣悦 梓萱 若曦 艺馨 思彤 沐瑶 奕涵 语嫣 芷若 书瑶 心语 佳音 "
        "昕怡 悠然 予安 苡沫 星瑶 知夏 钰涵 婉清 恩琪 馨予 沐雪 小满 雨晨 慧中 禾"
    ),
}
_DECADES: Final = (2013, 2006, 1995, 1985, 1975, 1965, 1955)

NICKNAMES: Final = _words(
    "小豆子 小石头 壮壮 妞妞 乐乐 安安 小雨点 毛毛 果果 虎子 小米 苗苗 圆圆 笑笑 冬冬 小树 阳阳 多多 小麦 团团 "
    "朵朵 小鱼 糖糖 小北 天天 丁丁 小蜜蜂 青青 小月亮 点点 小山 童童 牛牛 小溪 可可 晴晴"
)

# Relation code as in the child file, the exact word, how a child calls the person, weight.
CARERS: Final[tuple[tuple[str, str, str, Sex, int], ...]] = (
    ("grandmother", "祖母", "奶奶", "female", 30),
    ("grandfather", "祖父", "爷爷", "male", 24),
    ("maternal_grandmother", "外祖母", "姥姥", "female", 11),
    ("maternal_grandfather", "外祖父", "姥爷", "male", 6),
    ("uncle_aunt", "姑姑", "姑姑", "female", 6),
    ("uncle_aunt", "伯父", "大爷", "male", 4),
    ("uncle_aunt", "叔叔", "叔叔", "male", 3),
    ("uncle_aunt", "伯母", "大娘", "female", 2),
    ("uncle_aunt", "婶婶", "婶子", "female", 1),
    ("uncle_aunt", "舅舅", "舅舅", "male", 2),
    ("uncle_aunt", "姨妈", "姨", "female", 3),
    ("mother", "母亲", "妈妈", "female", 5),
    ("father", "父亲", "爸爸", "male", 3),
    ("sibling", "姐姐", "姐姐", "female", 2),
    ("sibling", "哥哥", "哥哥", "male", 1),
)


def surname(rng: random.Random) -> str:
    """A surname by its frequency."""
    return rng.choices(tuple(SURNAMES), tuple(SURNAMES.values()))[0]


def given_name(rng: random.Random, sex: Sex, born_year: int) -> str:
    """A given name of the fashion of that year; years before 1955 count as 1955."""
    decade = next((year for year in _DECADES if born_year >= year), 1955)
    names = GIVEN_NAMES[str(decade), sex]
    return rng.choices(names, [1 / (place + 6) for place in range(len(names))])[0]


def full_name(rng: random.Random, sex: Sex, born_year: int) -> str:
    """Surname and given name, without a space."""
    return surname(rng) + given_name(rng, sex, born_year)


def carer_of(rng: random.Random) -> tuple[str, str, str, Sex]:
    """Who looks after a child: relation code, exact word (祖母), the child's word (奶奶), sex."""
    relation, word, called, sex, _ = rng.choices(CARERS, [carer[4] for carer in CARERS])[0]
    return relation, word, called, sex

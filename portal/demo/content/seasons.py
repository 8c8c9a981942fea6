"""What the calendar adds to a note: festivals, the school year, the weather of southern Shandong.

Lunar festivals stand as a table of dates (the published calendars of 2022–2030); outside it only the festivals with a
fixed solar date are known, so an older or later demo simply tells of fewer festivals.
"""

from __future__ import annotations

from datetime import date
from typing import Final

SPRING_FESTIVALS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        [
            "2022-02-01",
            "2023-01-22",
            "2024-02-10",
            "2025-01-29",
            "2026-02-17",
            "2027-02-06",
            "2028-01-26",
            "2029-02-13",
            "2030-02-03",
        ]
    )
)
DRAGON_BOATS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        [
            "2022-06-03",
            "2023-06-22",
            "2024-06-10",
            "2025-05-31",
            "2026-06-19",
            "2027-06-09",
            "2028-05-28",
            "2029-06-16",
            "2030-06-05",
        ]
    )
)
MID_AUTUMNS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        [
            "2022-09-10",
            "2023-09-29",
            "2024-09-17",
            "2025-10-06",
            "2026-09-25",
            "2027-09-15",
            "2028-10-03",
            "2029-09-22",
            "2030-09-12",
        ]
    )
)
SOLAR_FESTIVALS: Final = {"清明": (4, 5), "六一": (6, 1), "国庆": (10, 1), "冬至": (12, 22), "元旦": (1, 1)}

FESTIVAL_LINES: Final[dict[str, tuple[str, ...]]] = {
    "春节": (
        "一起写了春联，“福”字{child}写了五张，挑了最圆的一张贴在门上。",
        "帮着{carer}扫了尘，高处我来，低处{child}来。",
        "包饺子包进去一枚硬币，被{child}吃到了，说今年准顺。",
        "给{child}带了个红包，里面是一张“陪你去图书馆”的券。",
        "剪了窗花贴窗上，歪了一点，{she}说歪的才像自己家的。",
        "拜年的吉祥话对了十来句，{child}一口一个“万事如意”。",
        "年前事多，送去一副手套，坐了一会儿。",
        "过年屋里人少，{child}说年夜饭有鱼，鱼没让吃完，要留到明年。",
    ),
    "元宵": (
        "陪{child}做了盏纸灯笼，提着在院里走了两圈。",
        "猜灯谜，十个猜中六个，猜不中的{she}说是谜出得不好。",
        "煮了汤圆，{child}只吃芝麻的。",
    ),
    "清明": (
        "清明前后，{child}话比平时少，我没有多说，陪{she}折了几只纸鹤。",
        "做了青团，艾草是{carer}采的。",
        "放了风筝，线断过一次，追了半块麦地追回来。",
        "清明听{child}讲了些从前的事，我认真听着，没打断。",
        "煮了鸡蛋，给蛋壳上画了花，这是{carer}教的老规矩。",
    ),
    "六一": (
        "六一去活动室看了孩子们的节目，{child}在第二排拍手。",
        "给{child}带了一本新画册当六一礼物，{she}先闻了闻书的味儿。",
        "六一活动排了三个摊位，{child}套圈套中了一个小水壶。",
    ),
    "端午": (
        "学包粽子，{child}包的第一个漏了米，第三个总算站住了。",
        "编了五彩绳，给{carer}也系了一根。",
        "门上插了艾草，{child}问为什么，{carer}讲得比我清楚。",
        "吃了粽子，{she}要蘸两遍糖。",
        "讲了屈原的故事，{child}问那条江现在还有鱼吗。",
    ),
    "中秋": (
        "一起做了冰皮月饼，模子扣下来的花纹{child}舍不得吃。",
        "月亮出来的时候，{child}把凳子搬到了院当中。",
        "送去一盒月饼，{child}先掰了一块给{carer}。",
        "中秋念了几首写月亮的诗，{she}最喜欢短的那首。",
        "说起团圆，{child}想了想，说“今天这样就算”。",
        "柚子皮剥下来做了顶帽子，{child}戴着照了好几次镜子。",
    ),
    "国庆": (
        "国庆带{child}去看了展览，门口的大花篮照了张背影。",
        "国庆假期的作业列了表，先玩一天再开始。",
        "画了面国旗，五颗星{child}量着画的。",
        "假期帮{carer}收了一上午花生，{child}剥一个吃一个。",
    ),
    "冬至": (
        "冬至包饺子，{child}说不吃要冻耳朵，一边说一边摸耳朵。",
        "画了一张九九消寒图，一天涂一瓣，{child}先涂了今天的。",
    ),
    "元旦": (
        "一起写了新年的三个小愿望，{child}的第二个是“{carer}不咳嗽”。",
        "换了新日历，{child}把我们见面的日子都圈上了。",
        "元旦给{child}寄了张明信片，今天见面{she}说收到了。",
    ),
}

SEASON_LINES: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "天冷，{child}手上有点冻疮，给{she}带了护手霜。",
        "屋里生着炉子，提醒了{carer}留条窗缝。",
        "外面结了冰，活动改在屋里。",
    ),
    2: ("风还硬，{child}穿得不少。", "年后第一次见，{child}先给我拜了个晚年。", "天黑得早，五点就收了。"),
    3: (
        "院里的杏花开了，{child}拉我看了一圈。",
        "风大，刮得窗户直响。",
        "天暖和了，{child}把棉袄脱了，又被{carer}喊着穿上。",
    ),
    4: (
        "路边的麦子返青了，{child}说像地毯。",
        "柳絮飘得厉害，{child}打了好几个喷嚏。",
        "槐花开了，{carer}蒸了一碗，非让我尝尝。",
    ),
    5: ("天热起来了，{child}换了短袖。", "樱桃下来了，{carer}洗了一小碗。", "麦子快黄了，{carer}这阵子要忙。"),
    6: ("地里正收麦，{carer}忙，我多待了一会儿。", "蚊子多，点了盘蚊香。", "下午闷热，风扇一直开着。"),
    7: (
        "天热，我们把见面挪到了早上。",
        "提醒了不能去水库、河沟里游泳，{child}跟我背了一遍。",
        "知了吵得听不清说话，干脆听了会儿知了。",
    ),
    8: (
        "西瓜切了半个，{child}吃得下巴上都是汁。",
        "雨下了一阵，院里积了水，{child}想踩，先看了看我。",
        "三伏天，{child}晒黑了一圈。",
    ),
    9: (
        "早晚凉了，{child}有点流鼻涕。",
        "院里的石榴红了，{child}挑了个裂口的给我。",
        "收玉米的时候，院子里铺得没处下脚。",
    ),
    10: (
        "银杏叶黄了，{child}捡了一把夹在书里。",
        "{carer}在晒花生，我们绕着走。",
        "秋天干，{child}嘴唇起皮，叮嘱多喝水。",
    ),
    11: (
        "下午四点多太阳就没劲了。",
        "白菜该收了，{child}帮着搬了几棵。",
        "降温了，看{child}的外套还薄，跟{carer}说了一声。",
    ),
    12: (
        "下了点小雪，{child}用手接着看。",
        "天冷，{child}的棉鞋有些小了，记下了尺码。",
        "窗户上结了霜花，{child}用指头画了个笑脸。",
    ),
}

TERM_LINES: Final[dict[str, tuple[str, ...]]] = {
    "开学": (
        "刚开学，{child}还没收回心来。",
        "新课本发了，{child}让我闻新书味儿。",
        "开学第一周，作息在慢慢往回调。",
        "换了新同桌，{child}还在观察。",
        "开学要交的东西列了张单子，一样样打了勾。",
    ),
    "期中": (
        "期中考试刚过，成绩还没出，{child}嘴上说不在乎。",
        "快期中了，{child}有点紧张。",
        "期中卷子发下来了，我们先看对的题。",
    ),
    "期末": (
        "临近期末，{child}书桌上堆满了卷子。",
        "期末复习紧，今天没安排别的。",
        "快考试了，{child}说就盼着放假。",
        "考完了，{child}明显松快下来。",
    ),
    "暑假": (
        "暑假里{child}起得晚，约在了十点以后。",
        "放假在家，{child}白天多半是一个人，我多待了一会儿。",
        "暑假作业做了三分之一，比去年这个时候强。",
        "暑假日子长，一起排了张作息表贴在墙上。",
    ),
    "寒假": (
        "寒假刚开始，{child}睡了两天懒觉。",
        "寒假作业分成二十份，每天一份，{child}自己划的线。",
        "放寒假了，{child}帮{carer}干了不少活。",
    ),
}

OUTDOORS_LINES: Final[dict[str, tuple[str, ...]]] = {
    "春": (
        "去看了油菜花，{child}鞋上沾了一圈泥。",
        "挖荠菜挖了小半袋，{child}认得比我准。",
        "种了两棵向日葵苗，{child}负责浇水。",
    ),
    "夏": (
        "傍晚出去走走，{child}抓到一只知了猴，看完放了。",
        "在树荫底下坐着吹风，谁都不想动。",
        "雨后去看了蘑菇，只看不采。",
    ),
    "秋": (
        "捡了各种颜色的叶子，{child}夹了满满一本。",
        "去地里帮着拾花生，拾了一小篮。",
        "天高，躺在草坡上看了会儿云。",
    ),
    "冬": (
        "堆了个小雪人，胡萝卜鼻子是{carer}给的。",
        "太阳底下走了一圈，{child}踩着影子走。",
        "去看了结冰的水塘，只站在岸上，说好不下去。",
    ),
}


def festival_near(on: date) -> str | None:
    """The festival that people are keeping on this day: from a week before it to three days after."""
    around: list[tuple[str, date]] = [("春节", day) for day in SPRING_FESTIVALS]
    around += [("元宵", date.fromordinal(day.toordinal() + 14)) for day in SPRING_FESTIVALS]
    around += [("端午", day) for day in DRAGON_BOATS] + [("中秋", day) for day in MID_AUTUMNS]
    around += [(name, date(on.year, *day)) for name, day in SOLAR_FESTIVALS.items()]
    if on.month == 12:
        around.append(("元旦", date(on.year + 1, 1, 1)))
    kept = [(abs((on - day).days), name) for name, day in around if -7 <= (on - day).days <= 3]
    return min(kept)[1] if kept else None


def term_part(on: date) -> str | None:
    """Where the day lies in the school year of Shandong, roughly: 开学, 期中, 期末, 寒假, 暑假, or None between."""
    day = (on.month, on.day)
    if (day >= (8, 28) and day <= (9, 14)) or (2, 18) <= day <= (3, 5):
        return "开学"
    if (7, 3) <= day < (8, 28):
        return "暑假"
    if (1, 20) <= day < (2, 18):
        return "寒假"
    if (6, 15) <= day < (7, 3) or (1, 3) <= day < (1, 20):
        return "期末"
    return "期中" if (4, 20) <= day <= (5, 6) or (11, 1) <= day <= (11, 18) else None


def season_of(on: date) -> str:
    """春 from March, 夏 from June, 秋 from September, 冬 from December."""
    return "冬春夏秋"[on.month % 12 // 3]

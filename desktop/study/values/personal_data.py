"""Detection of personal data in free text: a warning, never a refusal by itself."""

import re

from desktop.messages import bilingual
from desktop.study.definition.base import Text

_ID_CARD: Text = bilingual("This looks like an ID-card number. Only the subject key may stand for a person here.")
_TELEPHONE: Text = bilingual("This looks like a telephone number. Only the subject key may stand for a person here.")
_NAME: Text = bilingual("This looks like a name. Only the subject key may stand for a person here.")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_SURNAMES = (
    "王李张刘陈杨赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘董袁叶蒋杜魏程吕丁沈姚卢傅钟姜崔谭廖"
    "范汪陆贾韦邱侯邹熊孟阎薛尹黎陶顾郝龚邵钱严洪赖孔庄"
)
"""The most frequent surnames of China, without those that also begin what is said of patients (高热, 白细胞, 黄疸)."""
_NAMED = re.compile(
    rf"(?:姓名\s*[:：]?\s*[\u4e00-\u9fff]{{2,3}}|(?:患者|病人|受试者)\s*[:：]?\s*[{_SURNAMES}]"
    r"[\u4e00-\u9fff]{1,2})(?![\u4e00-\u9fff])"
)


def identifying(text: str) -> Text | None:
    """What the text seems to name; None where nothing."""
    if any(_is_resident_id(number) for number in re.findall(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])", text)):
        return _ID_CARD
    if re.search(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", text):
        return _TELEPHONE
    return _NAME if _NAMED.search(text) else None


def _is_resident_id(number: str) -> bool:
    """GB 11643-1999: the last character checks the other 17."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == number[17].upper()

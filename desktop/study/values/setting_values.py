"""Settings: the points that a protocol leaves open. What an answer to one is, and what is none."""

from desktop.study.definition.metadata import ItemDef, Setting
from desktop.study.values.item_types import ITEM_TYPES, ValueFault
from desktop.study.values.item_values import CODE_SEPARATOR


def setting_value(setting: Setting, text: str) -> object:
    """What expressions see of a setting that has this value. Raises ValueFault where the study cannot work with it."""
    item = ItemDef(oid=setting.name, name=setting.name, question={}, data_type=setting.data_type)
    item_type = ITEM_TYPES[setting.data_type]
    value = item_type.to_expression(item_type.parse(item, text))
    if setting.choices:
        given = text.split(CODE_SEPARATOR) if CODE_SEPARATOR in setting.value else [text]
        if len(set(given) & set(setting.choices)) < len(given):
            known = ", ".join(setting.choices), "、".join(setting.choices)
            raise ValueFault(f"Should be one of: {known[0]}.", f"应为下列之一：{known[1]}。")
    if setting.least and isinstance(value, int | float) and value < float(setting.least):
        raise ValueFault(f"Should be {setting.least} or more.", f"应不小于 {setting.least}。")
    if setting.most and isinstance(value, int | float) and value > float(setting.most):
        raise ValueFault(f"Should be {setting.most} or less.", f"应不大于 {setting.most}。")
    return value

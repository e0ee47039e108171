"""Values of settings (open points of a protocol)."""

from desktop.messages import joined
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
            raise ValueFault("Should be one of: {known}.", known=joined(setting.choices))
    if setting.least and isinstance(value, int | float) and value < float(setting.least):
        raise ValueFault("Should be {least} or more.", least=setting.least)
    if setting.most and isinstance(value, int | float) and value > float(setting.most):
        raise ValueFault("Should be {most} or less.", most=setting.most)
    return value

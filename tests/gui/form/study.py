"""A study of no trial, with one form for each way of asking. Built here, so that each way stands beside its tests."""

import msgspec

from desktop.study.definition.base import Text
from desktop.study.definition.events import FormRef, StudyEventDef
from desktop.study.definition.metadata import (
    CodeList,
    CodeListItem,
    DataType,
    Definition,
    EditCheck,
    FormDef,
    Grid,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Location,
    MeasurementUnit,
    MetaDataVersion,
    RangeCheck,
    UnitRef,
)


def both(english: str, chinese: str = "") -> Text:
    """A text in both languages."""
    return {"en": english, "zh": chinese or english}


def codes(oid: str, *labels: tuple[str, str, str]) -> CodeList:
    """A code list of (code, English, Chinese)."""
    return CodeList(
        oid=oid, name=oid, items=tuple(CodeListItem(code=code, label=both(en, zh)) for code, en, zh in labels)
    )


NY = codes("CL.NY", ("Y", "Yes", "是"), ("N", "No", "否"))
MET = codes("CL.MET", ("MET", "Met", "符合"), ("NOT", "Not met", "不符合"), ("OPEN", "Not known yet", "尚不清楚"))
LONG = codes(
    "CL.LONG",
    ("0", "Fully active, able to carry on all that was done before the illness", "活动能力完全正常，与发病前无差异"),
    ("1", "Restricted in strenuous activity, able to do light work", "能自由走动及从事轻体力活动"),
    ("2", "Up and about more than half of the waking hours", "能自由走动，日间不少于一半时间可以起床活动"),
)
ROUTE = codes("CL.ROUTE", *((f"R{n}", f"Route number {n}", f"途径 {n}") for n in range(1, 13)))
SITE = codes("CL.SITE", ("SKIN", "Skin", "皮肤"), ("GUT", "Gut", "肠道"), ("LIVER", "Liver", "肝脏"))
REASON = codes(
    "CL.REASON", ("DDI", "Other medicine", "合并用药"), ("AE", "Adverse event", "不良事件"), ("OTH", "Other", "其他")
)
REL = codes("CL.REL", ("NOT", "Not", "无关"), ("POS", "Possible", "可能"), ("DEF", "Definite", "肯定"))
ACTION = codes(
    "CL.ACTION",
    ("SAME", "Dose not changed", "剂量不变"),
    ("LESS", "Dose reduced", "减量"),
    ("HELD", "Drug interrupted", "暂停用药"),
    ("STOP", "Drug withdrawn", "永久停药"),
    ("NA", "Not applicable", "不适用"),
    ("UNK", "Unknown", "不详"),
    ("MORE", "Dose increased", "增量"),
)
GRADE = codes("CL.GRADE", *((str(n), f"Grade {n}", f"{n} 级") for n in range(1, 6)))
TERMS = CodeList(
    oid="CL.TERM",
    name="TERM",
    items=(
        CodeListItem(
            code="FN",
            label=both("Febrile neutropenia", "发热性中性粒细胞减少"),
            search=("frxzxlxbjs", "neutropenic fever"),
            group=both("Blood and lymphatic system", "血液与淋巴系统"),
            only=("3", "4", "5"),
            details={
                "3": both("ANC <1.0 with a single temperature above 38.3 °C", "中性粒细胞 <1.0，单次体温 >38.3 °C"),
                "4": both("Urgent intervention indicated", "需紧急干预"),
                "5": both("Death", "死亡"),
            },
        ),
        CodeListItem(
            code="FEVER",
            label=both("Fever", "发热"),
            search=("fr", "pyrexia"),
            group=both("General disorders", "全身性疾病"),
            only=("1", "2", "3", "4", "5"),
            details={"1": both("38.0 to 39.0 °C", "38.0 至 39.0 °C"), "5": both("Death", "死亡")},
        ),
        *(
            CodeListItem(code=f"T{n}", label=both(f"Term {n:03d}", f"术语 {n:03d}"), group=both("Other", "其他"))
            for n in range(40)
        ),
    ),
)

UNITS = (
    MeasurementUnit(oid="MU.MG", name="mg", symbol=both("mg")),
    MeasurementUnit(oid="MU.G", name="g", symbol=both("g")),
    MeasurementUnit(oid="MU.PCT", name="%", symbol=both("%")),
)

ITEMS = (
    ItemDef(oid="IT.DATE", name="DATE", question=both("Date of the visit", "访视日期"), data_type=DataType.DATE,
            range_checks=(RangeCheck(comparator="LE", value="today"),)),
    ItemDef(oid="IT.BLAST", name="BLAST", question=both("Blasts", "原始细胞"), note=both("of nucleated cells", "占有核细胞"),
            data_type=DataType.FLOAT, significant_digits=1, units=(UnitRef(unit="MU.PCT"),),
            range_checks=(RangeCheck(comparator="GE", value="0"), RangeCheck(comparator="LE", value="100"),
                          RangeCheck(comparator="LE", value="90", soft=True)),
            help=both("Count 500 nucleated cells.", "按 500 个有核细胞分类计数。")),
    ItemDef(oid="IT.DOSE", name="DOSE", question=both("Dose", "剂量"), data_type=DataType.FLOAT,
            units=(UnitRef(unit="MU.MG"), UnitRef(unit="MU.G", factor=1000.0))),
    ItemDef(oid="IT.ONSET", name="ONSET", question=both("Onset", "发病日期"), data_type=DataType.PARTIAL_DATE),
    ItemDef(oid="IT.AT", name="AT", question=both("Time", "时间"), data_type=DataType.TIME),
    ItemDef(oid="IT.AWARE", name="AWARE", question=both("Site became aware", "获知时间"), data_type=DataType.DATETIME),
    ItemDef(oid="IT.NOTE", name="NOTE", question=both("Remark", "备注"), data_type=DataType.TEXT),
    ItemDef(oid="IT.SHORT", name="SHORT", question=both("Batch", "批号"), data_type=DataType.TEXT, length=20),
    ItemDef(oid="IT.YES", name="YES", question=both("Was it done", "是否完成"), data_type=DataType.TEXT, codelist="CL.NY"),
    ItemDef(oid="IT.FLAG", name="FLAG", question=both("Fasting", "空腹"), data_type=DataType.BOOLEAN),
    ItemDef(oid="IT.LONG", name="LONG", question=both("Performance", "体能状态"), data_type=DataType.TEXT, codelist="CL.LONG"),
    ItemDef(oid="IT.ROUTE", name="ROUTE", question=both("Route", "途径"), data_type=DataType.TEXT, codelist="CL.ROUTE"),
    ItemDef(oid="IT.SITES", name="SITES", question=both("Sites", "部位"), data_type=DataType.TEXT, codelist="CL.SITE",
            multiple=True),
    ItemDef(oid="IT.HALF", name="HALF", question=both("Half of the blasts", "原始细胞的一半"), data_type=DataType.FLOAT,
            significant_digits=1, derivation="BLAST / 2.0"),
    ItemDef(oid="IT.WHY", name="WHY", question=both("Why not", "未做原因"), data_type=DataType.TEXT, length=200),
    *(
        ItemDef(oid=f"IT.C{n}", name=f"C{n}", question=both(f"Criterion {n}", f"标准 {n}"), data_type=DataType.TEXT,
                codelist="CL.MET", suggestion='BLAST_IN.BLAST < 50.0 ? "MET" : "NOT"' if n == 1 else None,
                evidence=("IT.BLAST",) if n == 1 else ())
        for n in range(1, 5)
    ),
    ItemDef(oid="IT.VERDICT", name="VERDICT", question=both("Verdict", "结论"), data_type=DataType.TEXT, codelist="CL.NY",
            derivation='C1 == "MET" && C2 == "MET" ? "Y" : "N"'),
    ItemDef(oid="IT.TERM", name="TERM", question=both("Term", "术语"), data_type=DataType.TEXT, codelist="CL.TERM"),
    ItemDef(oid="IT.GRADE", name="GRADE", question=both("Grade", "分级"), data_type=DataType.TEXT, codelist="CL.GRADE",
            narrowed_by="IT.TERM"),
    ItemDef(oid="IT.RDRUG", name="RDRUG", question=both("Drug", "药物"), data_type=DataType.TEXT, codelist="CL.DRUG"),
    ItemDef(oid="IT.REL", name="REL", question=both("Relation", "相关性"), data_type=DataType.TEXT, codelist="CL.REL"),
    ItemDef(oid="IT.ACTION", name="ACTION", question=both("Action", "措施"), data_type=DataType.TEXT, codelist="CL.ACTION"),
    ItemDef(oid="IT.MED", name="MED", question=both("Medicine", "药品"), data_type=DataType.TEXT, length=60),
    ItemDef(oid="IT.MEDDAT", name="MEDDAT", question=both("Since", "开始日期"), data_type=DataType.PARTIAL_DATE),
    ItemDef(oid="IT.START", name="START", question=both("Day 1", "第 1 天"), data_type=DataType.DATE),
    ItemDef(oid="IT.DRUG", name="DRUG", question=both("Drug", "药物"), data_type=DataType.TEXT, codelist="CL.DRUG"),
    ItemDef(oid="IT.DAY", name="DAY", question=both("Day", "天"), data_type=DataType.INTEGER),
    ItemDef(oid="IT.GIVEN", name="GIVEN", question=both("Given", "实际剂量"), data_type=DataType.FLOAT,
            units=(UnitRef(unit="MU.MG"),), range_checks=(RangeCheck(comparator="GE", value="0"),
                          RangeCheck(comparator="LE", value="1000", soft=True))),
    ItemDef(oid="IT.PLAN", name="PLAN", question=both("Planned", "计划剂量"), data_type=DataType.FLOAT,
            derivation='DRUG == "D1" ? (DAY == 1.0 ? 100.0 : DAY == 2.0 ? 200.0 : 400.0) : 10.0'),
    ItemDef(oid="IT.DOSDAT", name="DOSDAT", question=both("Date", "日期"), data_type=DataType.DATE,
            derivation="add_days(START, DAY - 1.0)"),
    ItemDef(oid="IT.ADJ", name="ADJ", question=both("Reason", "原因"), data_type=DataType.TEXT, codelist="CL.REASON"),
    ItemDef(oid="IT.ADJNOTE", name="ADJNOTE", question=both("Remark", "说明"), data_type=DataType.TEXT, length=200),
    *(
        ItemDef(oid=f"IT.N{n}", name=f"N{n}", question=both(f"Measurement {n}", f"测量 {n}"), data_type=DataType.FLOAT,
                units=(UnitRef(unit="MU.PCT"),), range_checks=(RangeCheck(comparator="GE", value="0"),))
        if n % 3
        else ItemDef(oid=f"IT.N{n}", name=f"N{n}", question=both(f"Finding {n}", f"发现 {n}"), data_type=DataType.TEXT,
                     codelist="CL.NY")
        for n in range(60)
    ),
)  # fmt: skip

GROUPS = (
    ItemGroupDef(oid="IG.IN", name="IN", title=both("Visit", "访视"),
                 instruction=both("Answer from the source.", "按原始资料填写。"),
                 items=(ItemRef(item="IT.DATE", mandatory=True), ItemRef(item="IT.BLAST", mandatory=True),
                        ItemRef(item="IT.HALF"), ItemRef(item="IT.YES", mandatory=True),
                        ItemRef(item="IT.WHY", skip='YES != "N"'))),
    ItemGroupDef(oid="IG.ALL", name="ALL", title=both("All kinds", "各种类型"),
                 items=tuple(ItemRef(item=oid) for oid in ("IT.DOSE", "IT.ONSET", "IT.AT", "IT.AWARE", "IT.SHORT", "IT.FLAG",
                                                          "IT.LONG", "IT.ROUTE", "IT.SITES", "IT.NOTE"))),
    ItemGroupDef(oid="IG.CRIT", name="CRIT", title=both("Criteria", "标准"),
                 items=(*(ItemRef(item=f"IT.C{n}", mandatory=True, number=f"I{n}") for n in range(1, 5)),
                        ItemRef(item="IT.VERDICT"))),
    ItemGroupDef(oid="IG.EVENT", name="EVENT", title=both("Event", "事件"),
                 items=(ItemRef(item="IT.TERM", mandatory=True), ItemRef(item="IT.GRADE", mandatory=True))),
    ItemGroupDef(oid="IG.LINES", name="LINES", title=both("Relation and action, per drug", "各药物的相关性与措施"),
                 repeating=True, lines=True,
                 items=(ItemRef(item="IT.RDRUG"), ItemRef(item="IT.REL", mandatory=True), ItemRef(item="IT.ACTION"))),
    ItemGroupDef(oid="IG.MEDS", name="MEDS", title=both("Medicines", "合并用药"), repeating=True,
                 items=(ItemRef(item="IT.MED", mandatory=True), ItemRef(item="IT.MEDDAT"))),
    ItemGroupDef(oid="IG.CYCLE", name="CYCLE", title=both("Cycle", "周期"), items=(ItemRef(item="IT.START", mandatory=True),)),
    ItemGroupDef(oid="IG.GRID", name="GRID", title=both("Doses", "给药"), repeating=True,
                 grid=Grid(rows="IT.DRUG", columns="IT.DAY", value="IT.GIVEN", planned="IT.PLAN", date="IT.DOSDAT",
                           reason="IT.ADJ", note="IT.ADJNOTE", column_count=14, context=("IT.BLAST",)),
                 items=(ItemRef(item="IT.DRUG", mandatory=True), ItemRef(item="IT.DAY", mandatory=True),
                        ItemRef(item="IT.PLAN"), ItemRef(item="IT.DOSDAT"), ItemRef(item="IT.GIVEN"),
                        ItemRef(item="IT.ADJ"), ItemRef(item="IT.ADJNOTE"))),
    ItemGroupDef(oid="IG.SIXTY", name="SIXTY", title=both("Sixty questions", "六十问"),
                 items=tuple(ItemRef(item=f"IT.N{n}") for n in range(60))),
    ItemGroupDef(oid="IG.FIRST", name="FIRST", title=both("Before", "之前"), items=(ItemRef(item="IT.SHORT"),)),
)  # fmt: skip

FORMS = (
    FormDef(oid="F.IN", name="BLAST_IN", title=both("Visit form", "访视表"), groups=("IG.IN",),
            checks=(EditCheck(oid="EC.1", expression='YES == "N" && BLAST > 50.0', item="IT.YES", soft=True,
                              message=both("Blasts are high, and nothing was done.", "原始细胞比例高，但未做检查。")),)),
    FormDef(oid="F.ALL", name="ALLKINDS", title=both("All kinds", "各种类型"), groups=("IG.ALL",)),
    FormDef(oid="F.CRIT", name="CRITERIA", title=both("Criteria", "入排标准"), groups=("IG.CRIT",), verdict="IT.VERDICT"),
    FormDef(oid="F.EVENT", name="EVENTS", title=both("Event", "事件"), repeating=True, groups=("IG.EVENT", "IG.LINES"),
            label="IT.TERM"),
    FormDef(oid="F.MEDS", name="MEDICINES", title=both("Medicines", "合并用药"), groups=("IG.MEDS",)),
    FormDef(oid="F.GRID", name="DOSING", title=both("Dosing log", "给药记录"), groups=("IG.CYCLE", "IG.GRID")),
    FormDef(oid="F.SIXTY", name="SIXTIES", title=both("Sixty questions", "六十问"), groups=("IG.FIRST", "IG.SIXTY")),
)  # fmt: skip


def definition(drugs: int = 4, days: int = 14) -> Definition:
    """The study, with a grid of so many lines and columns."""
    drug = codes("CL.DRUG", *((f"D{n}", f"Drug {n}", f"药物 {n}") for n in range(1, drugs + 1)))
    groups = tuple(
        ItemGroupDef(
            oid=group.oid, name=group.name, title=group.title, repeating=True, items=group.items,
            grid=Grid(rows="IT.DRUG", columns="IT.DAY", value="IT.GIVEN", planned="IT.PLAN", date="IT.DOSDAT",
                      reason="IT.ADJ", note="IT.ADJNOTE", column_count=days, context=("IT.BLAST",)),
        )
        if group.grid
        else group
        for group in GROUPS
    )  # fmt: skip
    return Definition(
        MetaDataVersion(
            study="S.KINDS",
            oid="MDV.1",
            name="KINDS",
            title=both("Every kind of question", "各种题型"),
            languages=("en", "zh"),
            subject_key="{site}-{letter}{number:03d}",
            first_form="F.IN",
            first_event="SE.1",
            locations=(Location(oid="01", name=both("First Hospital", "第一医院"), zone="Asia/Shanghai"),),
            events=(
                StudyEventDef(
                    oid="SE.1",
                    name="VISIT",
                    title=both("Visit", "访视"),
                    forms=tuple(FormRef(form=form.oid) for form in FORMS),
                ),
                StudyEventDef(
                    oid="SE.C",
                    name="CYCLE_EVENT",
                    title=both("Cycle", "周期"),
                    repeating=True,
                    forms=(FormRef(form="F.GRID"), FormRef(form="F.EVENT")),
                ),
            ),
            forms=FORMS,
            groups=groups,
            items=ITEMS,
            codelists=(NY, MET, LONG, ROUTE, SITE, REASON, REL, ACTION, GRADE, TERMS, drug),
            units=UNITS,
            headline=(),
        )
    )


def skipping_definition() -> Definition:
    """A form whose second page applies only after a yes on the first."""
    groups = (
        ItemGroupDef(oid="IG.ASK", name="ASK", title=both("Asked first", "先问"), items=(ItemRef(item="IT.YES"),)),
        ItemGroupDef(
            oid="IG.MAYBE",
            name="MAYBE",
            title=both("Only after a yes", "仅在选“是”后"),
            items=(ItemRef(item="IT.SHORT", skip='YES != "Y"'), ItemRef(item="IT.ONSET", skip='YES != "Y"')),
        ),
        ItemGroupDef(oid="IG.LAST", name="LAST", title=both("Last", "最后"), items=(ItemRef(item="IT.NOTE"),)),
    )
    form = FormDef(oid="F.SKIP", name="SKIPS", title=both("Skips", "跳过"), groups=tuple(group.oid for group in groups))
    version = definition().version
    event = StudyEventDef(oid="SE.1", name="VISIT", title=both("Visit", "访视"), forms=(FormRef(form="F.SKIP"),))
    return Definition(
        msgspec.structs.replace(version, first_form="F.SKIP", events=(event,), forms=(form,), groups=groups)
    )

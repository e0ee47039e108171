<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>About</name>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Checksum</source>
        <translation>校验值</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>访视</translation>
    </message>
    <message>
        <source>Forms</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Site</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>时区</translation>
    </message>
</context>
<context>
    <name>AdministrationScreen</name>
    <message>
        <source>Users</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Safekeeping</source>
        <translation>数据保管</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>稽查轨迹</translation>
    </message>
    <message>
        <source>Add user</source>
        <translation>新增用户</translation>
    </message>
    <message>
        <source>Who may do what here.</source>
        <translation>谁可以在此做什么。</translation>
    </message>
    <message>
        <source>That nothing is lost, and nothing changed unseen.</source>
        <translation>数据不丢失，改动可查。</translation>
    </message>
    <message>
        <source>Everything that happened, newest first.</source>
        <translation>全部操作，最新的在前。</translation>
    </message>
    <message>
        <source>Administration</source>
        <translation>管理</translation>
    </message>
</context>
<context>
    <name>AuditList</name>
    <message>
        <source>Subject, person, form or reason</source>
        <translation>受试者、人员、表单或理由</translation>
    </message>
    <message>
        <source>Narrow the audit trail down</source>
        <translation>筛选稽查轨迹</translation>
    </message>
    <message>
        <source>Show older entries</source>
        <translation>显示更早的记录</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>稽查轨迹</translation>
    </message>
    <message>
        <source>No entry shown here matches.</source>
        <translation>没有符合条件的记录。</translation>
    </message>
    <message>
        <source>clock set back</source>
        <translation>本机时钟曾被调慢</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>What</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Entry</source>
        <translation>序号</translation>
    </message>
</context>
<context>
    <name>AuditScreen</name>
    <message>
        <source>Audit trail</source>
        <translation>稽查轨迹</translation>
    </message>
    <message>
        <source>Casebook</source>
        <translation>病例册</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Entries</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Changes of values</source>
        <translation>数值变更</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>修改前</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>修改后</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>received by the centre</source>
        <translation>协调中心已签收</translation>
    </message>
    <message>
        <source>on this computer only</source>
        <translation>仅在本机</translation>
    </message>
</context>
<context>
    <name>CasebookScreen</name>
    <message>
        <source>Another event</source>
        <translation>新增访视</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>稽查轨迹</translation>
    </message>
    <message>
        <source>Forms and events</source>
        <translation>表单与访视</translation>
    </message>
    <message>
        <source>To do</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Nothing is open for this subject.</source>
        <translation>该受试者没有待处理事项。</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>1 check</source>
        <translation>1 项核查</translation>
    </message>
    <message>
        <source>{n} checks</source>
        <translation>{n} 项核查</translation>
    </message>
    <message>
        <source>Course and dosing</source>
        <translation>指标与给药</translation>
    </message>
    <message>
        <source>Days with doses</source>
        <translation>给药日</translation>
    </message>
    <message>
        <source>Go on: {form}</source>
        <translation>继续：{form}</translation>
    </message>
</context>
<context>
    <name>CellCard</name>
    <message>
        <source>Forms here</source>
        <translation>此处的表单</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Another</source>
        <translation>再加一份</translation>
    </message>
    <message>
        <source>Why should this form not be there</source>
        <translation>为何不应有此表单</translation>
    </message>
    <message>
        <source>The form goes out of the casebook and stays in the audit trail.</source>
        <translation>表单将从病例册移除，但保留在稽查轨迹中。</translation>
    </message>
    <message>
        <source>Remove this form</source>
        <translation>删除此表单</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>move</source>
        <translation>移动</translation>
    </message>
    <message>
        <source>open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始填写</translation>
    </message>
    <message>
        <source>your draft</source>
        <translation>我的草稿</translation>
    </message>
    <message>
        <source>Nothing to explain</source>
        <translation>无需说明</translation>
    </message>
    <message>
        <source>A dose that differs from the plan asks for its reason here.</source>
        <translation>实际剂量与计划不同时，在此填写原因。</translation>
    </message>
    <message>
        <source>{what} (planned {dose})</source>
        <translation>{what}（计划 {dose}）</translation>
    </message>
    <message>
        <source>Nothing is entered for this day.</source>
        <translation>该日尚未填写。</translation>
    </message>
    <message>
        <source>As planned: nothing to explain.</source>
        <translation>与计划一致，无需说明。</translation>
    </message>
</context>
<context>
    <name>ChecksPart</name>
    <message>
        <source>Form</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>核查</translation>
    </message>
    <message>
        <source>Before completion</source>
        <translation>完成前须满足</translation>
    </message>
    <message>
        <source>Asks for a comment</source>
        <translation>须说明</translation>
    </message>
    <message>
        <source>Must be met</source>
        <translation>必须满足</translation>
    </message>
    <message>
        <source>Shown at: {question}</source>
        <translation>显示于：{question}</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>没有内容</translation>
    </message>
</context>
<context>
    <name>CommentLine</name>
    <message>
        <source>Comment</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Why it is so</source>
        <translation>说明原因</translation>
    </message>
    <message>
        <source>Say why, in a few words.</source>
        <translation>须简要说明理由。</translation>
    </message>
    <message>
        <source>Comment, in words</source>
        <translation>请用文字说明</translation>
    </message>
</context>
<context>
    <name>DatetimeField</name>
    <message>
        <source>date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>time</source>
        <translation>时间</translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message>
        <source>The study has differences settled by a third person.</source>
        <translation>按方案由第三人裁定。</translation>
    </message>
    <message>
        <source>First</source>
        <translation>首次录入</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>第二次录入</translation>
    </message>
    <message>
        <source>Leave the row out</source>
        <translation>不保留该行</translation>
    </message>
    <message>
        <source>Another value</source>
        <translation>其他值</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>As the source document has it</source>
        <translation>以原始资料为准</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Source document</source>
        <translation>原始资料</translation>
    </message>
    <message>
        <source>Which one, and its words</source>
        <translation>注明资料名称及原文</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Settle</source>
        <translation>裁定</translation>
    </message>
    <message>
        <source>Settle: {value}</source>
        <translation>裁定为 {value}</translation>
    </message>
    <message>
        <source>Say why: the reason is kept in the audit trail.</source>
        <translation>须填写理由，理由将保留在稽查轨迹中。</translation>
    </message>
</context>
<context>
    <name>DiscrepanciesScreen</name>
    <message>
        <source>Discrepancies</source>
        <translation>差异处理</translation>
    </message>
    <message>
        <source>Open the form</source>
        <translation>打开表单</translation>
    </message>
    <message>
        <source>Nothing to settle.</source>
        <translation>没有待处理的差异。</translation>
    </message>
    <message>
        <source>1 to settle</source>
        <translation>1 条待处理</translation>
    </message>
    <message>
        <source>{n} to settle</source>
        <translation>{n} 条待处理</translation>
    </message>
    <message>
        <source>First entry</source>
        <translation>首次录入</translation>
    </message>
    <message>
        <source>Second entry</source>
        <translation>第二次录入</translation>
    </message>
    <message>
        <source>First computer</source>
        <translation>第一台电脑</translation>
    </message>
    <message>
        <source>Second computer</source>
        <translation>第二台电脑</translation>
    </message>
    <message>
        <source>Two computers gave the same key to a subject. Compare with the identification log on paper, and remove the forms of the one that is wrong.</source>
        <translation>两台电脑给受试者登记了同一编号。对照纸质鉴认代码表，删除错误一方的表单。</translation>
    </message>
    <message>
        <source>The two entries differ. Look at the source document, and decide which is right.</source>
        <translation>两次录入不一致。请核对原始资料后裁定。</translation>
    </message>
    <message>
        <source>The second entry lacks this row. Look at the source document.</source>
        <translation>第二次录入缺少该行。请核对原始资料。</translation>
    </message>
    <message>
        <source>The first entry lacks this row. Look at the source document.</source>
        <translation>首次录入缺少该行。请核对原始资料。</translation>
    </message>
    <message>
        <source>One person made both entries on two computers. Have another person compare the form with the source document, and settle this with what was found.</source>
        <translation>同一人在两台电脑上完成了两次录入。请由他人对照原始资料核对表单，并据核对结果裁定。</translation>
    </message>
    <message>
        <source>The form was changed by somebody who did not know that it was locked. Compare it with the source document, and settle this with what was found.</source>
        <translation>修改者不知该表单已锁定。请对照原始资料核对表单，并据核对结果裁定。</translation>
    </message>
    <message>
        <source>Two computers changed this without having seen each other&apos;s entry. Look at the source document, and decide which is right.</source>
        <translation>两台电脑在未见对方记录的情况下修改了此处。请核对原始资料后裁定。</translation>
    </message>
</context>
<context>
    <name>EvidenceColumn</name>
    <message>
        <source>Follows from this</source>
        <translation>据此得出</translation>
    </message>
    <message>
        <source>Evidence for {what}</source>
        <translation>“{what}”的依据</translation>
    </message>
    <message>
        <source>How to fill this in</source>
        <translation>填写说明</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>待回答</translation>
    </message>
    <message>
        <source>So far</source>
        <translation>目前情况</translation>
    </message>
    <message>
        <source>As it stands: {verdict}</source>
        <translation>目前判定：{verdict}</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>choose</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>next</source>
        <translation>下一项</translation>
    </message>
    <message>
        <source>back</source>
        <translation>上一项</translation>
    </message>
    <message>
        <source>not done</source>
        <translation>未做</translation>
    </message>
    <message>
        <source>history</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>checks</source>
        <translation>待说明的核查</translation>
    </message>
    <message>
        <source>this column</source>
        <translation>显示或收起本栏</translation>
    </message>
    <message>
        <source>save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>leave</source>
        <translation>离开</translation>
    </message>
</context>
<context>
    <name>ExportScreen</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>The monthly transfer to the sponsor.</source>
        <translation>每月数据传输。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Write Excel file</source>
        <translation>生成 Excel 文件</translation>
    </message>
    <message>
        <source>Monthly transfer</source>
        <translation>每月数据传输</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>月份</translation>
    </message>
    <message>
        <source>Sheets of the file</source>
        <translation>文件中的工作表</translation>
    </message>
    <message>
        <source>What there is now</source>
        <translation>现有数据</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>The file holds no names, only subject keys. It is not encrypted: keep it where the study allows. Each export is noted in the audit trail with the file&apos;s checksum.</source>
        <translation>文件不含姓名，只含受试者编号。文件未加密，须保存在研究允许的位置。每次导出及文件校验值均记入稽查轨迹。</translation>
    </message>
    <message>
        <source>A manager or an investigator writes the transfer.</source>
        <translation>由管理员或研究者生成传输文件。</translation>
    </message>
    <message>
        <source>Everything that was recorded up to the end of {month}, one sheet a form.</source>
        <translation>截至 {month}底的全部记录，每个表单一张工作表。</translation>
    </message>
    <message>
        <source>Cover</source>
        <translation>封面</translation>
    </message>
    <message>
        <source>study, site, month, counts, head of the journal</source>
        <translation>研究、中心、月份、数量、记录链首</translation>
    </message>
    <message>
        <source>and on sheets of their own: {groups}</source>
        <translation>另有单独工作表：{groups}</translation>
    </message>
    <message>
        <source>Data dictionary</source>
        <translation>数据字典</translation>
    </message>
    <message>
        <source>every item with its type, codes and units</source>
        <translation>各项目的类型、编码和单位</translation>
    </message>
    <message>
        <source>Subjects</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>Forms: {state}</source>
        <translation>表单：{state}</translation>
    </message>
    <message>
        <source>Discrepancies</source>
        <translation>差异处理</translation>
    </message>
    <message>
        <source>Write the transfer to</source>
        <translation>传输文件保存到</translation>
    </message>
    <message>
        <source>Excel files (*.xlsx)</source>
        <translation>Excel 文件 (*.xlsx)</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>Written: {rows} rows in {file}</source>
        <translation>已生成：{rows} 行，{file}</translation>
    </message>
</context>
<context>
    <name>Field</name>
    <message>
        <source>YYYY-MM-DD</source>
        <translation>年-月-日</translation>
    </message>
    <message>
        <source>hh:mm</source>
        <translation>时:分</translation>
    </message>
</context>
<context>
    <name>FindResults</name>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>begin</source>
        <translation>开始填写</translation>
    </message>
</context>
<context>
    <name>Flag</name>
    <message>
        <source>L</source>
        <translation>低</translation>
    </message>
    <message>
        <source>below the normal range</source>
        <translation>低于正常值范围</translation>
    </message>
    <message>
        <source>H</source>
        <translation>高</translation>
    </message>
    <message>
        <source>above the normal range</source>
        <translation>高于正常值范围</translation>
    </message>
    <message>
        <source>cannot be graded: no normal range is recorded</source>
        <translation>无法分级：未录入正常值范围</translation>
    </message>
    <message>
        <source>cannot be graded: no value before treatment</source>
        <translation>无法分级：无治疗前数值</translation>
    </message>
    <message>
        <source>cannot be graded: no normal range for the value before treatment</source>
        <translation>无法分级：治疗前数值无正常值范围</translation>
    </message>
    <message>
        <source>cannot be graded: the result is only a bound</source>
        <translation>无法分级：结果仅为界限值</translation>
    </message>
    <message>
        <source>grade 0</source>
        <translation>0 级</translation>
    </message>
    <message>
        <source>grade {grade} suggested</source>
        <translation>按数值建议分级：{grade} 级</translation>
    </message>
    <message>
        <source>normal range {limits}</source>
        <translation>正常值范围 {limits}</translation>
    </message>
</context>
<context>
    <name>FormFooter</name>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Back</source>
        <comment>to the page before</comment>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Page {number} of {count}</source>
        <translation>第 {number} 页，共 {count} 页</translation>
    </message>
    <message>
        <source>Leave as draft</source>
        <translation>留作草稿</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>离开</translation>
    </message>
    <message>
        <source>1 check to answer</source>
        <translation>1 项核查待说明</translation>
    </message>
    <message>
        <source>{n} checks to answer</source>
        <translation>{n} 项核查待说明</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>FormHeader</name>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>First entry</source>
        <translation>首次录入</translation>
    </message>
    <message>
        <source>Second entry</source>
        <translation>第二次录入</translation>
    </message>
    <message>
        <source>Study version {version}</source>
        <translation>研究版本 {version}</translation>
    </message>
    <message>
        <source>This form was entered under this version of the study and keeps to it. Another one is in force now.</source>
        <translation>该表单按此研究版本录入并沿用此版本，现行版本已不同。</translation>
    </message>
    <message>
        <source>Print what is recorded</source>
        <translation>打印已记录内容</translation>
    </message>
    <message>
        <source>Help and evidence</source>
        <translation>帮助与依据</translation>
    </message>
    <message>
        <source>Nothing recorded yet</source>
        <translation>尚未录入</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>正在保存</translation>
    </message>
    <message>
        <source>NOT kept since {time}</source>
        <translation>自 {time} 起未能保存</translation>
    </message>
    <message>
        <source>Draft kept {time}</source>
        <translation>草稿已保存 {time}</translation>
    </message>
    <message>
        <source>Recorded {time}, received by the centre</source>
        <translation>{time} 已记录，中心已签收</translation>
    </message>
    <message>
        <source>Recorded {time}, not yet received</source>
        <translation>{time} 已记录，中心尚未签收</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分</translation>
    </message>
    <message>
        <source>{what}: within {span}</source>
        <translation>{what}：剩余 {span}</translation>
    </message>
    <message>
        <source>{what}: overdue by {span}</source>
        <translation>{what}：已超时 {span}</translation>
    </message>
</context>
<context>
    <name>FormScreen</name>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Next: {form}</source>
        <translation>下一份：{form}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>Save as incomplete</source>
        <translation>保存为未完成</translation>
    </message>
    <message>
        <source>Save as complete</source>
        <translation>保存为已完成</translation>
    </message>
    <message>
        <source>Record {n} changes</source>
        <translation>记录 {n} 处修改</translation>
    </message>
    <message>
        <source>Throw them away</source>
        <translation>放弃这些内容</translation>
    </message>
    <message>
        <source>Record the change</source>
        <translation>记录这处修改</translation>
    </message>
</context>
<context>
    <name>FormsPart</name>
    <message>
        <source>Form</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>访视</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>核查</translation>
    </message>
    <message>
        <source>Forms</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>没有内容</translation>
    </message>
    <message>
        <source>Can be filled several times.</source>
        <translation>可填写多份。</translation>
    </message>
    <message>
        <source>Is entered twice.</source>
        <translation>须双录。</translation>
    </message>
</context>
<context>
    <name>Frame</name>
    <message>
        <source>Change passphrase</source>
        <translation>修改口令</translation>
    </message>
    <message>
        <source>Light or dark as the system</source>
        <translation>明暗跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Fold the navigation</source>
        <translation>收起导航栏</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
</context>
<context>
    <name>GridPage</name>
    <message>
        <source>Grey is what the plan says.</source>
        <translation>灰色为方案计划剂量。</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>as planned</source>
        <translation>按计划给药</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>未给</translation>
    </message>
    <message>
        <source>digits</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>dose given</source>
        <translation>实际剂量</translation>
    </message>
    <message>
        <source>whole day as planned</source>
        <translation>整列按计划</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>填写原因</translation>
    </message>
    <message>
        <source>reason needed</source>
        <translation>须填原因</translation>
    </message>
    <message>
        <source>Deviations from the plan</source>
        <translation>与计划不符</translation>
    </message>
    <message>
        <source>Given so far</source>
        <translation>累计</translation>
    </message>
    <message>
        <source>{given} of {planned} {unit} ({share})</source>
        <translation>{given} / {planned} {unit}（{share}）</translation>
    </message>
</context>
<context>
    <name>HistoryColumn</name>
    <message>
        <source>Close the history</source>
        <translation>关闭历史</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭（Esc）</translation>
    </message>
    <message>
        <source>History of {item}</source>
        <translation>{item} 的历史</translation>
    </message>
    <message>
        <source>Nothing was recorded here yet.</source>
        <translation>此处尚无记录。</translation>
    </message>
    <message>
        <source>cleared</source>
        <translation>已清除</translation>
    </message>
    <message>
        <source>Reason: {reason}</source>
        <translation>理由：{reason}</translation>
    </message>
    <message>
        <source>This computer&apos;s clock had been set back.</source>
        <translation>记录时本机时钟曾被调慢。</translation>
    </message>
    <message>
        <source>received by the centre</source>
        <translation>中心已签收</translation>
    </message>
    <message>
        <source>recorded on this computer</source>
        <translation>已记录在本机</translation>
    </message>
</context>
<context>
    <name>JoinCard</name>
    <message>
        <source>Join a centre</source>
        <translation>加入协调中心</translation>
    </message>
    <message>
        <source>The coordinating centre gives you its address and a code that works once. Everything that was recorded here goes there with the first sync.</source>
        <translation>协调中心会提供其地址和一次性代码。首次同步时，本机的全部记录将传给协调中心。</translation>
    </message>
    <message>
        <source>Address of the centre</source>
        <translation>协调中心地址</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>一次性代码</translation>
    </message>
    <message>
        <source>Call the centre and read these words to each other. Join only when they are the same.</source>
        <translation>致电协调中心，互相核对以下指纹词。完全一致才可加入。</translation>
    </message>
    <message>
        <source>Ask the centre</source>
        <translation>询问协调中心</translation>
    </message>
    <message>
        <source>The words are the same: join</source>
        <translation>指纹词一致，加入</translation>
    </message>
    <message>
        <source>They differ</source>
        <translation>不一致</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>The address and the code are both needed.</source>
        <translation>须填写地址和代码。</translation>
    </message>
    <message>
        <source>Asking the centre …</source>
        <translation>正在询问协调中心……</translation>
    </message>
    <message>
        <source>Not joined. Another computer may answer at this address: check it with the centre, and ask for a new code.</source>
        <translation>未加入。该地址上可能是另一台电脑，须与协调中心核实地址，并索取新的代码。</translation>
    </message>
</context>
<context>
    <name>LinesPage</name>
    <message>
        <source>{question}: needed before the form is complete.</source>
        <translation>{question}：填写后表单方可完成。</translation>
    </message>
</context>
<context>
    <name>Lists</name>
    <message>
        <source>Missed</source>
        <translation>漏做</translation>
    </message>
    <message>
        <source>It was due {date} and can no longer be made up. It can still be filled.</source>
        <translation>应于 {date} 完成，已无法补做，但仍可录入。</translation>
    </message>
    <message>
        <source>Overdue 1 day</source>
        <translation>超期 1 天</translation>
    </message>
    <message>
        <source>Overdue {n} days</source>
        <translation>超期 {n} 天</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>In {n} days</source>
        <translation>{n} 天后</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Until {date}</source>
        <translation>{date} 截止</translation>
    </message>
    <message>
        <source>registered twice</source>
        <translation>重复登记</translation>
    </message>
    <message>
        <source>two entries</source>
        <translation>两次录入</translation>
    </message>
    <message>
        <source>one person twice</source>
        <translation>同一人录入两次</translation>
    </message>
    <message>
        <source>after the lock</source>
        <translation>锁定后修改</translation>
    </message>
    <message>
        <source>two computers</source>
        <translation>两台电脑</translation>
    </message>
    <message>
        <source>The subject&apos;s key</source>
        <translation>受试者编号</translation>
    </message>
    <message>
        <source>{question}: {first} and {second}</source>
        <translation>{question}：{first} 与 {second}</translation>
    </message>
</context>
<context>
    <name>MarkerButton</name>
    <message>
        <source>ND</source>
        <translation>未做</translation>
    </message>
    <message>
        <source>Not done, unknown or not applicable (F2)</source>
        <translation>未做、不详或不适用（F2）</translation>
    </message>
    <message>
        <source>Empty the field</source>
        <translation>清空此项</translation>
    </message>
</context>
<context>
    <name>Message</name>
    <message>
        <source>Something went wrong inside Sitebook. Nothing that was recorded is lost. Tell the people who support it what you did.</source>
        <translation>Sitebook 内部出错，已记录的数据没有丢失。须将刚才的操作告知技术支持人员。</translation>
    </message>
</context>
<context>
    <name>NewPassphrase</name>
    <message>
        <source>New passphrase</source>
        <translation>新口令</translation>
    </message>
    <message>
        <source>At least {n} characters; a few words are easier to keep than one with signs.</source>
        <translation>至少 {n} 个字符。几个词连用比带符号的单词更好记。</translation>
    </message>
    <message>
        <source>The same once more</source>
        <translation>再输入一次</translation>
    </message>
    <message>
        <source>It has {n} of at least {least} characters.</source>
        <translation>现有 {n} 个字符，至少须 {least} 个。</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>两次输入不一致。</translation>
    </message>
</context>
<context>
    <name>NewSiteForm</name>
    <message>
        <source>Join a study&apos;s centre</source>
        <translation>加入研究的协调中心</translation>
    </message>
    <message>
        <source>First this computer gets its own encrypted vault; then you give the centre&apos;s address and code.</source>
        <translation>先在本机建立加密数据库，再填写协调中心的地址和代码。</translation>
    </message>
    <message>
        <source>New site</source>
        <translation>新建中心</translation>
    </message>
    <message>
        <source>This computer gets an encrypted vault of its own. The centre can be joined later.</source>
        <translation>在本机建立加密数据库，以后可再加入协调中心。</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>研究方案</translation>
    </message>
    <message>
        <source>Site</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>Letter</source>
        <translation>字母</translation>
    </message>
    <message>
        <source>Stands in the keys of subjects registered here. Each computer of a site has its own.</source>
        <translation>用于本机登记的受试者编号，同一中心的每台电脑各用一个字母。</translation>
    </message>
    <message>
        <source>Name of the first manager</source>
        <translation>首位管理员姓名</translation>
    </message>
    <message>
        <source>Make the vault</source>
        <translation>建立数据库</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>The first manager needs a name.</source>
        <translation>须填写首位管理员姓名。</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>unit</source>
        <translation>单位</translation>
    </message>
</context>
<context>
    <name>OwnPassphrase</name>
    <message>
        <source>Change your passphrase</source>
        <translation>修改我的口令</translation>
    </message>
    <message>
        <source>Present passphrase</source>
        <translation>当前口令</translation>
    </message>
    <message>
        <source>Change passphrase</source>
        <translation>修改口令</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>This is not your present passphrase.</source>
        <translation>当前口令不对。</translation>
    </message>
</context>
<context>
    <name>PageList</name>
    <message>
        <source>nothing yet</source>
        <translation>未录入</translation>
    </message>
    <message>
        <source>answers are missing</source>
        <translation>有未答项</translation>
    </message>
    <message>
        <source>all answered</source>
        <translation>已全部回答</translation>
    </message>
    <message>
        <source>something is wrong</source>
        <translation>有错误</translation>
    </message>
    <message>
        <source>a check to answer</source>
        <translation>有核查待说明</translation>
    </message>
    <message>
        <source>does not apply</source>
        <translation>不适用</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>Pathway</name>
    <message>
        <source>Decided by {name}, {date}: {reason}</source>
        <translation>{name}于 {date} 决定：{reason}</translation>
    </message>
    <message>
        <source>{question}: {value}</source>
        <translation>{question}：{value}</translation>
    </message>
</context>
<context>
    <name>PathwayStrip</name>
    <message>
        <source>1 step</source>
        <translation>1 个步骤</translation>
    </message>
    <message>
        <source>{n} steps</source>
        <translation>{n} 个步骤</translation>
    </message>
    <message>
        <source>Pathway</source>
        <translation>治疗路径</translation>
    </message>
    <message>
        <source>Now: {step}</source>
        <translation>当前：{step}</translation>
    </message>
    <message>
        <source>The study leaves to a person what follows here: an investigator decides, and says why.</source>
        <translation>方案未规定此后步骤，由研究者决定并说明理由。</translation>
    </message>
    <message>
        <source>Nothing follows: the pathway ends here.</source>
        <translation>路径到此结束，无后续步骤。</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>决定</translation>
    </message>
    <message>
        <source>Decide otherwise</source>
        <translation>另行决定</translation>
    </message>
    <message>
        <source>What may follow</source>
        <translation>可能的后续步骤</translation>
    </message>
    <message>
        <source>at any time: {label}</source>
        <translation>任何时候：{label}</translation>
    </message>
    <message>
        <source>{before} → {after}: {why}</source>
        <translation>{before} → {after}：{why}</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Show the whole way</source>
        <translation>显示全部步骤</translation>
    </message>
    <message>
        <source>Show the last steps only</source>
        <translation>仅显示最近步骤</translation>
    </message>
    <message>
        <source>The whole way</source>
        <translation>全部步骤</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>What led on</source>
        <translation>转入依据</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>证据</translation>
    </message>
    <message>
        <source>the subject is here</source>
        <translation>受试者当前所在步骤</translation>
    </message>
    <message>
        <source>Take back the decision at {step}</source>
        <translation>撤回“{step}”处的决定</translation>
    </message>
    <message>
        <source>What follows {step}</source>
        <translation>“{step}”之后的步骤</translation>
    </message>
    <message>
        <source>The step at which it was decided</source>
        <translation>作出决定的步骤</translation>
    </message>
    <message>
        <source>The step that follows</source>
        <translation>后续步骤</translation>
    </message>
    <message>
        <source>Choose a step</source>
        <translation>选择步骤</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>It stands beside the decision and in the audit trail. No names of persons.</source>
        <translation>理由显示在决定旁并保留在稽查轨迹中，不得填写人名。</translation>
    </message>
    <message>
        <source>Take the decision back</source>
        <translation>撤回决定</translation>
    </message>
    <message>
        <source>Record the decision</source>
        <translation>记录决定</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>Choose the step that follows.</source>
        <translation>须选择后续步骤。</translation>
    </message>
    <message>
        <source>Recorded on this computer.</source>
        <translation>已记录在本机。</translation>
    </message>
</context>
<context>
    <name>PointsPart</name>
    <message>
        <source>Point</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>Taken as</source>
        <translation>暂按</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Open points</source>
        <translation>待确认事项</translation>
    </message>
    <message>
        <source>The protocol of this study leaves no point open.</source>
        <translation>该研究方案没有待确认事项。</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已答复</translation>
    </message>
    <message>
        <source>To confirm</source>
        <translation>待确认</translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>没有内容</translation>
    </message>
    <message>
        <source>Taken by the study as: {value}</source>
        <translation>研究默认：{value}</translation>
    </message>
    <message>
        <source>Answered here: {value}. {name}, {date}: {reason}</source>
        <translation>本中心答复：{value}。{name}，{date}：{reason}</translation>
    </message>
    <message>
        <source>The version in force asks for another kind of answer, so its own value holds.</source>
        <translation>现行版本要求另一类型的答复，故按其默认值执行。</translation>
    </message>
    <message>
        <source>Why it is taken so</source>
        <translation>如此处理的理由</translation>
    </message>
    <message>
        <source>Another answer</source>
        <translation>更改答复</translation>
    </message>
    <message>
        <source>The site&apos;s answer</source>
        <translation>本中心答复</translation>
    </message>
    <message>
        <source>A whole number.</source>
        <translation>填写整数。</translation>
    </message>
    <message>
        <source>A number.</source>
        <translation>填写数字。</translation>
    </message>
    <message>
        <source>A date, written YYYY-MM-DD.</source>
        <translation>填写日期，格式为 YYYY-MM-DD。</translation>
    </message>
    <message>
        <source>One of: {choices}.</source>
        <translation>可选：{choices}。</translation>
    </message>
    <message>
        <source>Several are separated by a semicolon.</source>
        <translation>多项以分号分隔。</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>答复</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>E.g. who confirmed it, and when.</source>
        <translation>例如由谁于何时确认。</translation>
    </message>
    <message>
        <source>An answer holds at this site from now on. Nothing that was recorded changes.</source>
        <translation>答复自现在起在本中心生效，已记录的数据不变。</translation>
    </message>
    <message>
        <source>No rule reads this point: the answer is kept for the record.</source>
        <translation>没有规则引用该事项：答复仅作记录。</translation>
    </message>
    <message>
        <source>Record the answer</source>
        <translation>记录答复</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Give the answer.</source>
        <translation>须填写答复。</translation>
    </message>
    <message>
        <source>Recorded on this computer.</source>
        <translation>已记录在本机。</translation>
    </message>
</context>
<context>
    <name>PracticeForm</name>
    <message>
        <source>Practice site</source>
        <translation>练习中心</translation>
    </message>
    <message>
        <source>A real vault and a real centre, both on this computer only, with invented subjects at different points of the trial. Nothing done there leaves this computer.</source>
        <translation>真实的加密数据库和协调中心程序，均只在本机，含处于试验不同阶段的虚构受试者。在其中的任何操作都不会传出本机。</translation>
    </message>
    <message>
        <source>Who may sign in</source>
        <translation>可登录的用户</translation>
    </message>
    <message>
        <source>Make the practice site</source>
        <translation>建立练习中心</translation>
    </message>
    <message>
        <source>Go to sign-in</source>
        <translation>去登录</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>This takes a minute: every entry is encrypted and signed.</source>
        <translation>约需一分钟：每条记录都要加密并签名。</translation>
    </message>
</context>
<context>
    <name>Question</name>
    <message>
        <source>Needed before the form is complete.</source>
        <translation>填写后表单方可完成。</translation>
    </message>
    <message>
        <source>Follows from other entries: {value}</source>
        <translation>根据其他录入得出：{value}</translation>
    </message>
    <message>
        <source>Agrees with other entries: {value}</source>
        <translation>与其他录入一致：{value}</translation>
    </message>
    <message>
        <source>Other entries say: {value}</source>
        <translation>根据其他录入应为：{value}</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Subjects</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>Discrepancies</source>
        <translation>差异处理</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>研究方案</translation>
    </message>
    <message>
        <source>Administration</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>Navigation</source>
        <translation>导航</translation>
    </message>
</context>
<context>
    <name>RangesPart</name>
    <message>
        <source>Item and laboratory</source>
        <translation>项目与检验科</translation>
    </message>
    <message>
        <source>For whom</source>
        <translation>适用对象</translation>
    </message>
    <message>
        <source>Normal range</source>
        <translation>正常值范围</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>起始日期</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Normal ranges</source>
        <translation>正常值范围</translation>
    </message>
    <message>
        <source>No normal range is set yet. Laboratory values are shown without one.</source>
        <translation>尚未设置正常值范围，检验值不显示范围。</translation>
    </message>
    <message>
        <source>The study has no laboratory reports, so it needs no normal ranges.</source>
        <translation>该研究没有检验报告表单，无需设置正常值范围。</translation>
    </message>
    <message>
        <source>the site&apos;s own laboratory</source>
        <translation>本中心检验科</translation>
    </message>
    <message>
        <source>all</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>from {first} years</source>
        <translation>{first} 岁及以上</translation>
    </message>
    <message>
        <source>up to {last} years</source>
        <translation>{last} 岁及以下</translation>
    </message>
    <message>
        <source>{first} to {last} years</source>
        <translation>{first} 至 {last} 岁</translation>
    </message>
    <message>
        <source>New normal range</source>
        <translation>新增正常值范围</translation>
    </message>
    <message>
        <source>Laboratory item</source>
        <translation>检验项目</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>Age from</source>
        <translation>年龄自</translation>
    </message>
    <message>
        <source>to, years</source>
        <translation>至（岁）</translation>
    </message>
    <message>
        <source>Laboratory</source>
        <translation>检验科</translation>
    </message>
    <message>
        <source>As the reports name it. Empty: the site&apos;s own.</source>
        <translation>与报告单上的名称一致；留空表示本中心检验科。</translation>
    </message>
    <message>
        <source>For samples since</source>
        <translation>适用于此日起的样本</translation>
    </message>
    <message>
        <source>YYYY-MM-DD</source>
        <translation>年-月-日</translation>
    </message>
    <message>
        <source>A range is never deleted: a newer one for the same people takes its place from its date on.</source>
        <translation>范围不会删除：同一对象的新范围自其起始日期起取代旧范围。</translation>
    </message>
    <message>
        <source>Record the range</source>
        <translation>记录范围</translation>
    </message>
    <message>
        <source>From, {unit}</source>
        <translation>下限（{unit}）</translation>
    </message>
    <message>
        <source>From</source>
        <translation>下限</translation>
    </message>
    <message>
        <source>Up to, {unit}</source>
        <translation>上限（{unit}）</translation>
    </message>
    <message>
        <source>Up to</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Give at least one limit.</source>
        <translation>至少填写一个限值。</translation>
    </message>
    <message>
        <source>A whole number.</source>
        <translation>填写整数。</translation>
    </message>
    <message>
        <source>A date, written YYYY-MM-DD.</source>
        <translation>填写日期，格式为 YYYY-MM-DD。</translation>
    </message>
    <message>
        <source>Recorded on this computer.</source>
        <translation>已记录在本机。</translation>
    </message>
</context>
<context>
    <name>RecoveryCodePage</name>
    <message>
        <source>The recovery code</source>
        <translation>恢复码</translation>
    </message>
    <message>
        <source>Write it on paper and lay it into the site&apos;s safe; an older code is void. It is shown this once. Without it and without a passphrase nobody can read the data again, the centre neither.</source>
        <translation>请抄写在纸上，放入中心的保险柜；旧的恢复码已作废。恢复码只显示这一次。没有恢复码又没有口令，任何人（包括协调中心）都无法再读取数据。</translation>
    </message>
    <message>
        <source>It is on paper</source>
        <translation>已抄写在纸上</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>RecoveryForm</name>
    <message>
        <source>Recovery code</source>
        <translation>恢复码</translation>
    </message>
    <message>
        <source>The code is on paper, in the site&apos;s safe. With it you give yourself a new passphrase.</source>
        <translation>恢复码写在纸上，存放于中心的保险柜。凭恢复码可设置新口令。</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Set the new passphrase and sign in</source>
        <translation>设置新口令并登录</translation>
    </message>
    <message>
        <source>Back to sign-in</source>
        <translation>返回登录</translation>
    </message>
    <message>
        <source>The recovery code is needed.</source>
        <translation>须填写恢复码。</translation>
    </message>
</context>
<context>
    <name>Rehearsal</name>
    <message>
        <source>would be due</source>
        <translation>将到期</translation>
    </message>
    <message>
        <source>would no longer be due</source>
        <translation>将不再到期</translation>
    </message>
    <message>
        <source>The pathway stands at “{old}” and would stand at “{new}”.</source>
        <translation>路径现处于“{old}”，将变为“{new}”。</translation>
    </message>
    <message>
        <source>would no longer be asked; what was entered stays</source>
        <translation>将不再填写，已录入内容保留</translation>
    </message>
    <message>
        <source>no longer asked, what was entered stays: {questions}</source>
        <translation>不再填写，已录入内容保留：{questions}</translation>
    </message>
    <message>
        <source>would be worked out otherwise: {questions}</source>
        <translation>计算结果将不同：{questions}</translation>
    </message>
    <message>
        <source>{question}: a value would be needed</source>
        <translation>{question}：将须填写</translation>
    </message>
    <message>
        <source>{question}: would ask for a comment: {message}</source>
        <translation>{question}：将要求备注：{message}</translation>
    </message>
    <message>
        <source>{question}: {message}</source>
        <translation>{question}：{message}</translation>
    </message>
    <message>
        <source>{question}: would be outside the limits</source>
        <translation>{question}：将超出限值</translation>
    </message>
    <message>
        <source>{question}: would not apply, and has a value</source>
        <translation>{question}：将不适用，但已有值</translation>
    </message>
    <message>
        <source>{question}: the value would not be allowed</source>
        <translation>{question}：现有值将不被允许</translation>
    </message>
    <message>
        <source>{question}: would have to be looked at</source>
        <translation>{question}：将须核对</translation>
    </message>
</context>
<context>
    <name>RestoreForm</name>
    <message>
        <source>Restore a backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>People and passphrases stay as they were when the backup was written. This computer goes on as a new device with a letter of its own.</source>
        <translation>用户和口令与备份时相同。本机将作为新设备继续使用，并有自己的字母。</translation>
    </message>
    <message>
        <source>Backup file</source>
        <translation>备份文件</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Restore and sign in</source>
        <translation>恢复并登录</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Choose a backup</source>
        <translation>选择备份文件</translation>
    </message>
    <message>
        <source>Sitebook backups (*.sitebook-backup)</source>
        <translation>Sitebook 备份 (*.sitebook-backup)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>File, user and passphrase are all needed.</source>
        <translation>须填写文件、用户和口令。</translation>
    </message>
</context>
<context>
    <name>RoleChecks</name>
    <message>
        <source>Roles</source>
        <translation>角色</translation>
    </message>
</context>
<context>
    <name>RowsPage</name>
    <message>
        <source>Add a row</source>
        <translation>添加一行</translation>
    </message>
    <message>
        <source>Take out this row</source>
        <translation>移除此行</translation>
    </message>
    <message>
        <source>No row yet.</source>
        <translation>尚无记录。</translation>
    </message>
    <message>
        <source>Row {number} of {count}</source>
        <translation>第 {number} 行，共 {count} 行</translation>
    </message>
    <message>
        <source>something to look at</source>
        <translation>有待处理的问题</translation>
    </message>
</context>
<context>
    <name>SafekeepingPart</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Backup</source>
        <translation>备份</translation>
    </message>
    <message>
        <source>An encrypted copy of everything, opened with the same passphrases. Keep it on another disk or a stick. It is read back at once to see that it is whole.</source>
        <translation>全部数据的加密副本，用相同的口令打开。须存放在另一磁盘或 U 盘上。写入后立即读回，确认完整。</translation>
    </message>
    <message>
        <source>Write backup</source>
        <translation>写入备份</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>核验</translation>
    </message>
    <message>
        <source>Checks that no entry was changed, that the signatures are right, and that every form shows what the journal says. Nothing is changed by it.</source>
        <translation>检查记录未被改动、签名正确、各表单与记录一致。核验不改变任何数据。</translation>
    </message>
    <message>
        <source>Verify now</source>
        <translation>立即核验</translation>
    </message>
    <message>
        <source>Rebuild the casebook</source>
        <translation>重建病例册</translation>
    </message>
    <message>
        <source>Reads the casebook off the journal anew, if a verification asks for it. Entries, drafts and users stay as they are.</source>
        <translation>核验提示需要时，由记录重新生成病例册。记录、草稿和用户保持不变。</translation>
    </message>
    <message>
        <source>Rebuild</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>恢复码</translation>
    </message>
    <message>
        <source>It was shown once, when this vault was made, and belongs on paper in the site&apos;s safe. With it a person who lost the passphrase sets a new one, on the sign-in screen. Whoever has it and this computer can read everything.</source>
        <translation>恢复码仅在建立数据库时显示一次，应抄写在纸上存入中心的保险柜。忘记口令者可在登录界面凭恢复码设置新口令。持有恢复码和本机者可读取全部数据。</translation>
    </message>
    <message>
        <source>Write the backup to</source>
        <translation>备份保存到</translation>
    </message>
    <message>
        <source>Sitebook backups (*.sitebook-backup)</source>
        <translation>Sitebook 备份 (*.sitebook-backup)</translation>
    </message>
    <message>
        <source>Written and read back: {file}</source>
        <translation>已写入并读回：{file}</translation>
    </message>
    <message>
        <source>All is right: {entries} entries, {signatures} signatures, {subjects} subjects.</source>
        <translation>全部正确：{entries} 条记录，{signatures} 个签名，{subjects} 名受试者。</translation>
    </message>
    <message>
        <source>Not everything is right. Look below, and leave this computer as it is until it is clear.</source>
        <translation>发现问题，详见下方。查清之前保持本机原样。</translation>
    </message>
    <message>
        <source>What did not verify</source>
        <translation>未通过核验的内容</translation>
    </message>
    <message>
        <source>1 subject was read off the journal.</source>
        <translation>已由记录重新生成 1 名受试者的病例册。</translation>
    </message>
    <message>
        <source>{n} subjects were read off the journal.</source>
        <translation>已由记录重新生成 {n} 名受试者的病例册。</translation>
    </message>
</context>
<context>
    <name>SavePanel</name>
    <message>
        <source>Saved values change</source>
        <translation>已保存的数据有修改</translation>
    </message>
    <message>
        <source>The form is not complete yet</source>
        <translation>表单尚未完成</translation>
    </message>
    <message>
        <source>Reason for the change</source>
        <translation>修改理由</translation>
    </message>
    <message>
        <source>It stands in the history beside the old and the new value.</source>
        <translation>理由与修改前后的值一并记入历史。</translation>
    </message>
    <message>
        <source>What you typed and did not save will be thrown away: {count} values.</source>
        <translation>已录入但未保存的内容将被放弃：{count} 项。</translation>
    </message>
    <message>
        <source>Still missing: {count}. The form can be saved as incomplete and completed later.</source>
        <translation>还缺 {count} 项。可先保存为未完成，以后补全。</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>另有 {count} 项</translation>
    </message>
    <message>
        <source>Say why, in a few words.</source>
        <translation>须简要说明理由。</translation>
    </message>
    <message>
        <source>1 check to answer</source>
        <translation>1 项核查待说明</translation>
    </message>
    <message>
        <source>{n} checks to answer</source>
        <translation>{n} 项核查待说明</translation>
    </message>
    <message>
        <source>taken out</source>
        <translation>已移除</translation>
    </message>
    <message>
        <source>cleared</source>
        <translation>已清除</translation>
    </message>
</context>
<context>
    <name>Saving</name>
    <message>
        <source>Saved: it is recorded on this computer. The centre has not signed for it yet.</source>
        <translation>已保存：已记录在本机，中心尚未签收。</translation>
    </message>
    <message>
        <source>Nothing was different from what is saved, so nothing was recorded.</source>
        <translation>内容与已保存的相同，未产生新记录。</translation>
    </message>
    <message>
        <source>Both entries are equal in all {n} items.</source>
        <translation>两次录入的 {n} 项全部一致。</translation>
    </message>
    <message>
        <source>Both entries are equal in {equal} of {n} items. The differences stand in the list of discrepancies.</source>
        <translation>两次录入 {n} 项中有 {equal} 项一致。差异列于“差异处理”。</translation>
    </message>
    <message>
        <source>Not saved: one answer needs you first. What is the matter stands beside it.</source>
        <translation>未保存：有 1 项须先处理，问题见该项旁的提示。</translation>
    </message>
    <message>
        <source>Not saved: {count} answers need you first. What is the matter stands beside each.</source>
        <translation>未保存：有 {count} 项须先处理，问题见各项旁的提示。</translation>
    </message>
</context>
<context>
    <name>SecondEntryBand</name>
    <message>
        <source>Second entry (blind)</source>
        <translation>第二次录入（盲法）</translation>
    </message>
    <message>
        <source>Enter from the source documents alone. The first entry is not visible until both are complete.</source>
        <translation>请只看原始资料录入。首次录入的内容在两次完成前不可见。</translation>
    </message>
</context>
<context>
    <name>SegmentsField</name>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
</context>
<context>
    <name>SheetModel</name>
    <message>
        <source>planned {dose}</source>
        <translation>计划 {dose}</translation>
    </message>
</context>
<context>
    <name>SignInScreen</name>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Passphrase forgotten: recovery code</source>
        <translation>忘记口令：用恢复码</translation>
    </message>
    <message>
        <source>Another person signs in</source>
        <translation>其他人登录</translation>
    </message>
    <message>
        <source>Site {oid}</source>
        <translation>{oid} 中心</translation>
    </message>
    <message>
        <source>Data are kept encrypted on this computer. It works without a network.</source>
        <translation>数据加密保存在本机，离线可用。</translation>
    </message>
    <message>
        <source>Practice site. The passphrase: {passphrase}</source>
        <translation>练习中心，口令：{passphrase}</translation>
    </message>
    <message>
        <source>Caps Lock is on.</source>
        <translation>大写锁定已开启。</translation>
    </message>
    <message>
        <source>Wait {n} s, then try again.</source>
        <translation>等待 {n} 秒后再试。</translation>
    </message>
</context>
<context>
    <name>StartScreen</name>
    <message>
        <source>Begin</source>
        <translation>开始使用</translation>
    </message>
    <message>
        <source>Practice</source>
        <translation>练习</translation>
    </message>
    <message>
        <source>A site with invented subjects, to learn on. It stays on this computer.</source>
        <translation>含虚构受试者的练习中心，只在本机。</translation>
    </message>
    <message>
        <source>New site</source>
        <translation>新建中心</translation>
    </message>
    <message>
        <source>Set this computer up for a site. Works without a network.</source>
        <translation>为一个中心设置本机，无需网络。</translation>
    </message>
    <message>
        <source>Join a centre</source>
        <translation>加入协调中心</translation>
    </message>
    <message>
        <source>Set this computer up, and join with the code that the coordinating centre gave you.</source>
        <translation>设置本机，并用协调中心提供的代码加入。</translation>
    </message>
    <message>
        <source>Restore a backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>Go on from an encrypted backup file, with the same people and passphrases.</source>
        <translation>由加密备份文件恢复，用户和口令不变。</translation>
    </message>
    <message>
        <source>The record book of a trial site</source>
        <translation>临床试验中心的记录本</translation>
    </message>
    <message>
        <source>Data are kept encrypted on this computer. It works without a network.</source>
        <translation>数据加密保存在本机，离线可用。</translation>
    </message>
</context>
<context>
    <name>StudyPart</name>
    <message>
        <source>Source: {source}</source>
        <translation>来源：{source}</translation>
    </message>
</context>
<context>
    <name>StudyScreen</name>
    <message>
        <source>Study</source>
        <translation>研究方案</translation>
    </message>
    <message>
        <source>Open points</source>
        <translation>待确认事项</translation>
    </message>
    <message>
        <source>Normal ranges</source>
        <translation>正常值范围</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Forms</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>核查</translation>
    </message>
</context>
<context>
    <name>SubjectsScreen</name>
    <message>
        <source>New subject</source>
        <translation>新受试者</translation>
    </message>
    <message>
        <source>Part of a key</source>
        <translation>编号的一部分</translation>
    </message>
    <message>
        <source>Narrow down by a part of the key</source>
        <translation>按编号的一部分筛选</translation>
    </message>
    <message>
        <source>Subjects</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>1 subject at this site.</source>
        <translation>本中心 1 名受试者。</translation>
    </message>
    <message>
        <source>{n} subjects at this site.</source>
        <translation>本中心 {n} 名受试者。</translation>
    </message>
    <message>
        <source>No subject has this in its key.</source>
        <translation>没有编号含此内容的受试者。</translation>
    </message>
    <message>
        <source>No subject yet. Register the first one with its consent form.</source>
        <translation>尚无受试者。填写知情同意表即可登记第一名。</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>Furthest event</source>
        <translation>最近访视</translation>
    </message>
    <message>
        <source>Last entry</source>
        <translation>最后录入</translation>
    </message>
    <message>
        <source>Registered twice</source>
        <translation>重复登记</translation>
    </message>
</context>
<context>
    <name>SyncScreen</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Join a centre</source>
        <translation>加入协调中心</translation>
    </message>
    <message>
        <source>Send now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>同步记录</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Everything is safe on this computer.</source>
        <translation>全部数据已安全保存在本机。</translation>
    </message>
    <message>
        <source>1 entry is not yet at the centre.</source>
        <translation>1 条记录尚未送达协调中心。</translation>
    </message>
    <message>
        <source>{n} entries are not yet at the centre.</source>
        <translation>{n} 条记录尚未送达协调中心。</translation>
    </message>
    <message>
        <source>The centre has every entry of this computer.</source>
        <translation>协调中心已有本机全部记录。</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>已记录</translation>
    </message>
    <message>
        <source>Packed</source>
        <translation>已打包</translation>
    </message>
    <message>
        <source>Handed over</source>
        <translation>已送出</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>已签收</translation>
    </message>
    <message>
        <source>Last receipt {moment}.</source>
        <translation>最近签收 {moment}。</translation>
    </message>
    <message>
        <source>No receipt yet.</source>
        <translation>尚无签收。</translation>
    </message>
    <message>
        <source>No centre</source>
        <translation>未加入协调中心</translation>
    </message>
    <message>
        <source>A manager joins this computer to the centre; until then everything is kept here.</source>
        <translation>由管理员将本机加入协调中心，在此之前数据保存在本机。</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>正在同步</translation>
    </message>
    <message>
        <source>You can go on working meanwhile.</source>
        <translation>同步时可继续工作。</translation>
    </message>
    <message>
        <source>No connection</source>
        <translation>无连接</translation>
    </message>
    <message>
        <source>Joined</source>
        <translation>已加入</translation>
    </message>
    <message>
        <source>Nothing was sent or fetched yet.</source>
        <translation>尚未同步过。</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>This computer and the centre agree</source>
        <translation>本机与协调中心一致</translation>
    </message>
    <message>
        <source>This computer and the centre</source>
        <translation>本机与协调中心</translation>
    </message>
    <message>
        <source>Entries here</source>
        <translation>本机记录</translation>
    </message>
    <message>
        <source>Received there</source>
        <translation>协调中心已签收</translation>
    </message>
    <message>
        <source>Chain head</source>
        <translation>记录链首</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Centre&apos;s words</source>
        <translation>协调中心指纹词</translation>
    </message>
    <message>
        <source>version {n}</source>
        <translation>版本 {n}</translation>
    </message>
    <message>
        <source>Directory</source>
        <translation>名录</translation>
    </message>
    <message>
        <source>{done} of {total} entries</source>
        <translation>{done} / {total} 条记录</translation>
    </message>
    <message>
        <source>This computer has joined the centre. Send now to hand over what is here.</source>
        <translation>本机已加入协调中心。立即同步即可送出现有记录。</translation>
    </message>
</context>
<context>
    <name>TakenUp</name>
    <message>
        <source>You left this on {time}. It is not saved yet.</source>
        <translation>{time} 离开时留有草稿，尚未保存。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Start again from what is saved</source>
        <translation>从已保存的内容重新开始</translation>
    </message>
</context>
<context>
    <name>TermField</name>
    <message>
        <source>Type to search</source>
        <translation>输入以查找</translation>
    </message>
</context>
<context>
    <name>TodayCard</name>
    <message>
        <source>Show all {n}</source>
        <translation>显示全部 {n} 条</translation>
    </message>
</context>
<context>
    <name>TodayScreen</name>
    <message>
        <source>New subject</source>
        <translation>新受试者</translation>
    </message>
    <message>
        <source>Preview Excel</source>
        <translation>预览 Excel</translation>
    </message>
    <message>
        <source>Nothing is due and nothing is open. New subjects and visits appear here.</source>
        <translation>没有到期和待处理事项。新的受试者和访视将显示在此。</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Decisions to make</source>
        <translation>待作决定</translation>
    </message>
    <message>
        <source>Forms due and to come</source>
        <translation>到期及后续表单</translation>
    </message>
    <message>
        <source>Waiting for the second entry</source>
        <translation>等待第二次录入</translation>
    </message>
    <message>
        <source>Begun and not complete</source>
        <translation>未完成</translation>
    </message>
    <message>
        <source>Checks to answer</source>
        <translation>待说明的核查</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>待处理差异</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>漏做</translation>
    </message>
    <message>
        <source>{n} forms are overdue</source>
        <translation>{n} 份表单超期</translation>
    </message>
    <message>
        <source>1 form is overdue</source>
        <translation>1 份表单超期</translation>
    </message>
    <message>
        <source>{n} forms are due</source>
        <translation>{n} 份到期</translation>
    </message>
    <message>
        <source>1 form is due</source>
        <translation>1 份到期</translation>
    </message>
    <message>
        <source>this computer&apos;s clock was set back</source>
        <translation>本机时钟曾被调慢</translation>
    </message>
    <message>
        <source>{day}. Nothing is due.</source>
        <translation>{day}，没有到期表单。</translation>
    </message>
    <message>
        <source>{day}. {sentence}.</source>
        <translation>{day}，{sentence}。</translation>
    </message>
    <message>
        <source>Investigator</source>
        <translation>由研究者决定</translation>
    </message>
    <message>
        <source>Your draft</source>
        <translation>我的草稿</translation>
    </message>
    <message>
        <source>Second entry</source>
        <translation>第二次录入</translation>
    </message>
    <message>
        <source>1 check</source>
        <translation>1 项核查</translation>
    </message>
    <message>
        <source>{n} checks</source>
        <translation>{n} 项核查</translation>
    </message>
    <message>
        <source>{month} transfer</source>
        <translation>{month}数据传输</translation>
    </message>
    <message>
        <source>Due {date}. {done} of {total} expected forms are complete.</source>
        <translation>{date} 截止。应完成 {total} 份表单，已完成 {done} 份。</translation>
    </message>
    <message>
        <source>1 discrepancy is open.</source>
        <translation>1 条差异待处理。</translation>
    </message>
    <message>
        <source>{n} discrepancies are open.</source>
        <translation>{n} 条差异待处理。</translation>
    </message>
    <message>
        <source>The centre</source>
        <translation>协调中心</translation>
    </message>
    <message>
        <source>The centre has every entry of this computer.</source>
        <translation>协调中心已有本机全部记录。</translation>
    </message>
    <message>
        <source>1 entry is safe on this computer and not yet received.</source>
        <translation>1 条记录已安全保存在本机，尚未签收。</translation>
    </message>
    <message>
        <source>{n} entries are safe on this computer and not yet received.</source>
        <translation>{n} 条记录已安全保存在本机，尚未签收。</translation>
    </message>
    <message>
        <source>This computer has not joined a centre yet.</source>
        <translation>本机尚未加入协调中心。</translation>
    </message>
    <message>
        <source>Last receipt {moment}.</source>
        <translation>最近签收 {moment}。</translation>
    </message>
    <message>
        <source>No receipt yet.</source>
        <translation>尚无签收。</translation>
    </message>
    <message>
        <source>Send now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>Join the centre</source>
        <translation>加入协调中心</translation>
    </message>
    <message>
        <source>Enrolment</source>
        <translation>入组</translation>
    </message>
    <message>
        <source>{n} of {planned} planned at this site</source>
        <translation>本中心计划 {planned} 例，已入组 {n} 例</translation>
    </message>
    <message>
        <source>1 subject at this site</source>
        <translation>本中心 1 名受试者</translation>
    </message>
    <message>
        <source>{n} subjects at this site</source>
        <translation>本中心 {n} 名受试者</translation>
    </message>
</context>
<context>
    <name>TopLine</name>
    <message>
        <source>Find a subject or form</source>
        <translation>查找受试者或表单</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Practice</source>
        <translation>练习</translation>
    </message>
    <message>
        <source>Site {oid}</source>
        <translation>{oid} 中心</translation>
    </message>
    <message>
        <source>The centre has everything</source>
        <translation>协调中心已全部签收</translation>
    </message>
    <message>
        <source>1 entry not yet received</source>
        <translation>1 条记录尚未签收</translation>
    </message>
    <message>
        <source>{n} entries not yet received</source>
        <translation>{n} 条记录尚未签收</translation>
    </message>
    <message>
        <source>No centre</source>
        <translation>未加入协调中心</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
</context>
<context>
    <name>UnkeptDialog</name>
    <message>
        <source>Not kept</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>1 answer is not kept: it is in the memory of this computer only.</source>
        <translation>1 项填写内容未能保存，仅存在于本机内存中。</translation>
    </message>
    <message>
        <source>{n} answers are not kept: they are in the memory of this computer only.</source>
        <translation>{n} 项填写内容未能保存，仅存在于本机内存中。</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留在此处</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Leave and lose 1 answer</source>
        <translation>离开并放弃 1 项填写内容</translation>
    </message>
    <message>
        <source>Leave and lose {n} answers</source>
        <translation>离开并放弃 {n} 项填写内容</translation>
    </message>
</context>
<context>
    <name>UsersPart</name>
    <message>
        <source>Users</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>New user</source>
        <translation>新用户</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>As it should stand in the audit trail.</source>
        <translation>将显示在稽查轨迹中。</translation>
    </message>
    <message>
        <source>Add user</source>
        <translation>新增用户</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>Suspended: cannot sign in</source>
        <translation>停用：不能登录</translation>
    </message>
    <message>
        <source>Reason for the change</source>
        <translation>变更理由</translation>
    </message>
    <message>
        <source>Record the change</source>
        <translation>记录变更</translation>
    </message>
    <message>
        <source>Roles</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Suspended</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Signs in here</source>
        <translation>可在本机登录</translation>
    </message>
    <message>
        <source>On another computer</source>
        <translation>在另一台电脑</translation>
    </message>
    <message>
        <source>A user needs a name.</source>
        <translation>须填写姓名。</translation>
    </message>
    <message>
        <source>Recorded on this computer.</source>
        <translation>已记录在本机。</translation>
    </message>
    <message>
        <source>Nothing differs: nothing was recorded.</source>
        <translation>没有变化，未作记录。</translation>
    </message>
</context>
<context>
    <name>VersionsPart</name>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Came here</source>
        <translation>到达日期</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>批准日期</translation>
    </message>
    <message>
        <source>Approval document</source>
        <translation>批件</translation>
    </message>
    <message>
        <source>Study versions</source>
        <translation>研究版本</translation>
    </message>
    <message>
        <source>A new version</source>
        <translation>新版本</translation>
    </message>
    <message>
        <source>A study definition or an ODM-XML file. It comes to this site and is not in force before you say so.</source>
        <translation>研究定义或 ODM-XML 文件。导入本中心后，经启用方可生效。</translation>
    </message>
    <message>
        <source>Add a version</source>
        <translation>导入版本</translation>
    </message>
    <message>
        <source>In force since {date}</source>
        <translation>{date} 起启用</translation>
    </message>
    <message>
        <source>Earlier version</source>
        <translation>旧版本</translation>
    </message>
    <message>
        <source>Not in force yet</source>
        <translation>尚未启用</translation>
    </message>
    <message>
        <source>Put in force by {name}.</source>
        <translation>由{name}启用。</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>Checksum {checksum}</source>
        <translation>校验和 {checksum}</translation>
    </message>
    <message>
        <source>Forms keep the version that they were entered under.</source>
        <translation>各表单沿用其录入时的版本。</translation>
    </message>
    <message>
        <source>Rehearsal</source>
        <translation>预演</translation>
    </message>
    <message>
        <source>What {version} would change for each subject. Nothing is recorded.</source>
        <translation>预演 {version} 对每位受试者的影响，不产生记录。</translation>
    </message>
    <message>
        <source>Rehearse</source>
        <translation>预演</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Put {version} in force</source>
        <translation>启用 {version}</translation>
    </message>
    <message>
        <source>Approved by the ethics committee on</source>
        <translation>伦理委员会批准日期</translation>
    </message>
    <message>
        <source>YYYY-MM-DD</source>
        <translation>年-月-日</translation>
    </message>
    <message>
        <source>Number or name of the approval</source>
        <translation>批件编号或名称</translation>
    </message>
    <message>
        <source>Put in force</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>1 fault</source>
        <translation>1 处错误</translation>
    </message>
    <message>
        <source>{n} faults</source>
        <translation>{n} 处错误</translation>
    </message>
    <message>
        <source>The file was not taken</source>
        <translation>文件未导入</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>错误内容</translation>
    </message>
    <message>
        <source>What {version} would change</source>
        <translation>{version} 将带来的变化</translation>
    </message>
    <message>
        <source>1 subject was looked at.</source>
        <translation>已检查 1 位受试者。</translation>
    </message>
    <message>
        <source>{n} subjects were looked at.</source>
        <translation>已检查 {n} 位受试者。</translation>
    </message>
    <message>
        <source>For 1 of them something would be otherwise.</source>
        <translation>其中 1 位会有变化。</translation>
    </message>
    <message>
        <source>For {n} of them something would be otherwise.</source>
        <translation>其中 {n} 位会有变化。</translation>
    </message>
    <message>
        <source>Nothing would change for any.</source>
        <translation>均无变化。</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>受试者</translation>
    </message>
    <message>
        <source>What would be otherwise</source>
        <translation>将有的变化</translation>
    </message>
    <message>
        <source>Take a study version from</source>
        <translation>选择研究版本文件</translation>
    </message>
    <message>
        <source>Study definitions ({file} *.xml)</source>
        <translation>研究定义（{file} *.xml）</translation>
    </message>
    <message>
        <source>It is here and not in force yet. Rehearse it before you put it in force.</source>
        <translation>已导入，尚未启用。启用前应先预演。</translation>
    </message>
    <message>
        <source>The version is in force on this computer.</source>
        <translation>该版本已在本机启用。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>nothing yet</source>
        <translation>未录入</translation>
    </message>
    <message>
        <source>draft or incomplete</source>
        <translation>草稿或未完成</translation>
    </message>
    <message>
        <source>entered</source>
        <translation>已录入</translation>
    </message>
    <message>
        <source>waits for second entry</source>
        <translation>待第二次录入</translation>
    </message>
    <message>
        <source>entered twice and equal</source>
        <translation>双录一致</translation>
    </message>
    <message>
        <source>discrepancy</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>query</source>
        <translation>质疑</translation>
    </message>
    <message>
        <source>signed</source>
        <translation>已签名</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>due</source>
        <translation>到期</translation>
    </message>
    <message>
        <source>overdue</source>
        <translation>超期</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>漏做</translation>
    </message>
    <message>
        <source>does not apply</source>
        <translation>不适用</translation>
    </message>
    <message>
        <source>incomplete</source>
        <translation>未完成</translation>
    </message>
    <message>
        <source>complete</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>data entry</source>
        <translation>录入员</translation>
    </message>
    <message>
        <source>investigator</source>
        <translation>研究者</translation>
    </message>
    <message>
        <source>manager</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>monitor</source>
        <translation>监查员</translation>
    </message>
    <message>
        <source>fills forms</source>
        <translation>填写表单</translation>
    </message>
    <message>
        <source>fills and signs forms, settles discrepancies, exports</source>
        <translation>填写并签署表单、裁定差异、导出</translation>
    </message>
    <message>
        <source>adds users, exports, joins the centre</source>
        <translation>新增用户、导出、加入协调中心</translation>
    </message>
    <message>
        <source>reads, checks against the source</source>
        <translation>查阅、核对原始资料</translation>
    </message>
</context>
<context>
    <name>WorkedField</name>
    <message>
        <source>worked out</source>
        <translation>自动计算</translation>
    </message>
</context>
</TS>

"""The engine's messages in Chinese: English template -> Chinese template, with the same `{named}` places.

An English message is written where it is raised; this is where it is translated. A test walks through the code and holds
that every message that a person may see stands here, with the same places.
"""

from collections.abc import Mapping

from desktop.errors import SitebookError

CHINESE: dict[str, str] = {
    # Doing
    "This is not in this release yet (not_yet).": "本版本尚未提供此功能（not_yet）。",
    "The file of form saves cannot be read.": "无法读取该录入文件。",
    "The passphrase file cannot be read.": "无法读取口令文件。",
    "Say why: the reason is kept in the audit trail.": "须填写理由，理由将保留在稽查轨迹中。",
    "The name of a user has 1 to {n} visible characters.": "用户名须为 1 至 {n} 个可见字符。",
    "A user needs at least one role: {roles}.": "用户至少须有一个角色：{roles}。",
    "The window is locked. Give the passphrase first.": "窗口已锁定，须先输入口令。",
    "There is no such form to remove.": "没有可删除的该表单。",
    "There is a user of this name already.": "已有同名用户。",
    "There is no such user.": "没有该用户。",
    "This is the last manager. Make another person a manager first.": "这是最后一位管理员，须先指定另一位管理员。",
    "You do not have the right for this. It takes the role {roles}.": "没有此操作的权限，需要角色：{roles}。",
    "There is no subject of this key.": "没有该编号的受试者。",
    "The form was not recorded: {n} points stand against it.": "表单未记录：有 {n} 处问题。",
    "The casebook was left as it was.": "病例册保持原样。",
    # Conducting the study
    "The study has no such step of the pathway.": "研究中没有该路径步骤。",
    "The subject is at another step now. Look at the pathway again.": "受试者现处于另一步骤，须重新查看治疗路径。",
    "The subject is at this step already.": "受试者已处于该步骤。",
    "There is no decision to take back.": "没有可撤回的决定。",
    "The study has no such point.": "研究中没有该待确认事项。",
    "There is no answer to take back.": "没有可撤回的答复。",
    "The answer is empty, too long, or holds characters that cannot be kept.": "答复为空、过长，或含有无法保存的字符。",
    "This is no answer to the point: {why}": "不能作为该事项的答复：{why}",
    "The study has no such laboratory item.": "研究中没有该检验项目。",
    "The study has no such sex.": "研究中没有该性别编码。",
    "A limit is a number in the first unit of the item.": "限值须为数字，单位为该项目的首选单位。",
    "The lower limit is not below the upper one.": "下限应低于上限。",
    "The ages do not go from less to more.": "年龄范围应由小到大。",
    "The name of the laboratory is too long or holds characters that cannot be kept.": "检验科名称过长，或含有无法保存的字符。",
    "This is the definition of another study: {study}.": "这是另一项研究的定义：{study}。",
    "This version of the study is here already.": "本中心已有该研究版本。",
    "There is another version of the same OID {version} here. Give the new one its own.": (
        "已有 OID 同为 {version} 的另一版本，新版本须使用自己的 OID。"
    ),
    "The new version changes the meaning of what was recorded: {what}.": "新版本改变了已记录数据的含义：{what}。",
    "This version of the study is not here.": "本中心没有该研究版本。",
    "This version of the study is in force already.": "该研究版本已启用。",
    "The date of approval lies after today.": "批准日期晚于今天。",
    "Give the number or name of the approval document.": "须填写批件编号或名称。",
    "The reason or comment is too long or holds characters that cannot be kept.": "理由或备注过长，或含有无法保存的字符。",
    "This is no date: it is written YYYY-MM-DD.": "日期格式不正确，应为 YYYY-MM-DD。",
    "The study version in force does not have this form any more.": "现行研究版本已没有该表单。",
    "This was entered under a study version that is not here yet. Sync first.": (
        "该内容按本机尚无的研究版本录入，须先同步。"
    ),
    "The workbook has no term.": "工作簿中没有任何事件名称。",
    "The file is too large.": "文件过大。",
    "The code list {codelist} stands in a YAML file of the study. Move it to terminology/*.json first.": (
        "代码列表 {codelist} 写在研究的 YAML 文件中，须先移至 terminology/*.json。"
    ),
    "This file is no Excel workbook.": "该文件不是 Excel 工作簿。",
    "No sheet of the workbook has the columns MedDRA Code, SOC, Term and Grade 1 to 5.": (
        "工作簿中没有含 MedDRA Code、SOC、Term 和 Grade 1 至 5 各列的工作表。"
    ),
    "The rehearsal was stopped.": "预演已停止。",
    "There is a practice site already. Name another folder for the simulated trial.": (
        "已有练习中心，模拟试验须另选文件夹。"
    ),
    "The practice site was not made.": "练习中心未建立。",
    # Signing in, making, restoring
    "The user or the passphrase is not right.": "用户或口令不对。",
    "The user or the recovery code is not right.": "用户或恢复码不对。",
    "Too many failed tries. Wait {wait} s, then try again.": "失败次数过多，等待 {wait} 秒后再试。",
    "This user is suspended. A manager can lift the suspension.": "该用户已停用，可由管理员恢复。",
    "The passphrase is too short. It needs at least {n} characters.": "口令太短，至少须 {n} 个字符。",
    "The study has no site {site}. Its sites: {known}.": "本研究没有中心 {site}。现有中心：{known}。",
    "The device letter is one capital letter from A to Z.": "设备字母须为 A 至 Z 的一个大写字母。",
    "The administrator needs a name.": "须填写管理员姓名。",
    "All device letters of this site are used.": "本中心的设备字母已用完。",
    "The vault holds no study definition. Restore the newest backup.": "数据库中没有研究定义，须恢复最近的备份。",
    "There is no Sitebook vault in this folder.": "此文件夹中没有 Sitebook 数据库。",
    "The folder is not empty. Choose a new or an empty folder for the vault.": "文件夹不为空，须选择新的或空的文件夹。",
    "The folder is not empty. Choose a new or an empty folder.": "文件夹不为空，须选择新的或空的文件夹。",
    "This vault is open already, in another window or by another person on this computer.": (
        "该数据库已打开：在另一窗口，或由本机的另一人使用。"
    ),
    "This vault was made by Sitebook {theirs}, which is newer (format {found}; this release reads {known}). "
    "Install the newer release.": (
        "该数据库由较新的 Sitebook {theirs} 建立（格式 {found}，本版本只能读 {known}）。须安装新版本。"
    ),
    # The computer says no
    "The disk is full. Nothing was lost: make room and try again.": "磁盘已满。数据没有丢失，腾出空间后再试。",
    "The folder of the vault cannot be written. Ask for the right to write there, or check the disk.": (
        "无法写入数据库文件夹。须取得写入权限，或检查磁盘。"
    ),
    "This folder cannot be written. Choose another, or ask for the right to write there.": (
        "无法写入该文件夹。换一个文件夹，或取得写入权限。"
    ),
    "The file or folder is not there.": "文件或文件夹不存在。",
    "The computer refused: {why}.": "系统拒绝：{why}。",
    "The vault cannot be read: {why}.": "无法读取数据库：{why}。",
    # Damage
    "The database of the vault is damaged. Leave the folder as it is and restore the newest backup.": (
        "数据库已损坏。保持文件夹原样，并恢复最近的备份。"
    ),
    "The database of the vault is missing. Restore the newest backup.": "数据库文件缺失，须恢复最近的备份。",
    "The database of the vault lacks {name}. Restore the newest backup.": "数据库缺少 {name}，须恢复最近的备份。",
    "The file {file} is damaged.": "文件 {file} 已损坏。",
    "The file vault.json and its copy are damaged. The data cannot be unlocked with them: restore a backup.": (
        "vault.json 及其副本均已损坏，无法解锁数据，须恢复备份。"
    ),
    "The key slot of this user is damaged. Sign in as another user, or restore a backup.": (
        "该用户的密钥槽已损坏。以其他用户登录，或恢复备份。"
    ),
    "The keys of this device are damaged. Restore the newest backup.": "本机密钥已损坏，须恢复最近的备份。",
    "A public key cannot be read.": "无法读取公钥。",
    "An entry cannot be read: its bytes are not an entry.": "无法读取一条记录：其内容不是有效记录。",
    "Entry {sequence} of device {device} has a body that is not the one recorded.": (
        "设备 {device} 的第 {sequence} 条记录内容与原记录不符。"
    ),
    "Entry {sequence} of device {device} is not in its canonical form.": (
        "设备 {device} 的第 {sequence} 条记录不是规范格式。"
    ),
    "Entry {sequence} of device {device} is missing or out of order.": "设备 {device} 的第 {sequence} 条记录缺失或次序不对。",
    "Entry {sequence} of device {device} is not the one that the chain holds.": (
        "设备 {device} 的第 {sequence} 条记录与哈希链不符。"
    ),
    "What came from device {device} does not end as its statement says.": "设备 {device} 的数据与其声明的结尾不符。",
    "A page of the database is damaged: {what}.": "数据库有一页已损坏：{what}。",
    "The structure of the database is damaged: {what}.": "数据库结构已损坏：{what}。",
    "The casebook differs here from what the journal says. Rebuild the casebook.": "此处病例册与记录不一致，须重建病例册。",
    "The verification was stopped.": "核验已中止。",
    # Backup
    "This file is not a Sitebook backup, or it is damaged. Try an older backup.": (
        "该文件不是 Sitebook 备份，或已损坏。可试较早的备份。"
    ),
    "There is a file of this name already. A backup is never overwritten: choose another name.": (
        "已有同名文件。备份不会覆盖旧文件，须换一个名称。"
    ),
    "There is no such backup file.": "没有该备份文件。",
    "This backup was made by Sitebook {theirs}, which is newer. Install the newer release.": (
        "该备份由较新的 Sitebook {theirs} 建立，须安装新版本。"
    ),
    "The backup was stopped. Nothing was written.": "备份已中止，没有写入任何文件。",
    "The backup does not verify: {why}": "备份未通过核验：{why}",
    # The practice site
    "The practice centre could not be made: {why}": "无法建立练习中心：{why}",
    "The practice centre did not start.": "练习中心没有启动。",
    "The practice centre is not the one that was made.": "练习中心不是所建立的那一个。",
    "The folder of the practice site is damaged. Remove it and make a new one.": "练习中心的文件夹已损坏，须删除后重建。",
    "The practice data does not fit the study: {oid}: {why}": "练习数据与研究定义不符：{oid}：{why}",
    # Enrolment
    "Not joined: the words were not compared.": "未加入：尚未核对指纹词。",
    "Not joined: the centre's words are not these. Ask the centre on the telephone.": (
        "未加入：协调中心的指纹词与此不同，须电话向协调中心核实。"
    ),
    # Exports
    "A month is written as 2026-11.": "月份格式为 2026-11。",
    "The Excel file cannot be written. Close it in Excel, or choose another folder.": (
        "无法写入 Excel 文件。先在 Excel 中关闭该文件，或换一个文件夹。"
    ),
    "The export was stopped. Nothing was written.": "导出已中止，没有写入任何文件。",
    "The old file of this name cannot be replaced. Close it where it is open, or choose another name.": (
        "无法替换同名的旧文件。先关闭已打开的该文件，或换一个名称。"
    ),
    "The sheet {name} would have {rows} rows and {columns} columns: more than Excel can hold.": (
        "工作表 {name} 将有 {rows} 行 {columns} 列，超过 Excel 的上限。"
    ),
    "This file is not a Sitebook transfer, or it is damaged.": "该文件不是 Sitebook 的传输文件，或已损坏。",
    "The sheet {name} has {found} rows; it should have {expected}.": "工作表 {name} 有 {found} 行，应为 {expected} 行。",
    "This cell of the file is not what the record says.": "文件中该单元格与记录不符。",
    "The file is not what was exported: a cell, a row or a sheet was changed since.": (
        "该文件与导出时不同：此后有单元格、行或工作表被改动。"
    ),
    "The file does not have the sheets that it should have.": "文件缺少应有的工作表。",
    "The journal has no export of this file as it is now.": "记录中没有导出过该文件的当前内容。",
    # Sync
    "No directory here names the device {device}.": "本机的设备目录中没有设备 {device}。",
    "The receipt is not for the batch that it lies with.": "回执与所附批次不符。",
    "The centre signed for other entries than these.": "协调中心签收的记录与本机不同。",
    "The receipt cannot be read.": "无法读取回执。",
    "A signed statement is not in its canonical form.": "签名声明不是规范格式。",
    "A signature is not that of the expected key.": "签名与应有的密钥不符。",
    "A signed statement cannot be read.": "无法读取签名声明。",
    "This is not a batch of Sitebook.": "这不是 Sitebook 的数据批次。",
    "The entries of the batch are not those that its statement names.": "批次中的记录与其声明不符。",
    "The entries of the batch do not form the chain that its statement names.": "批次中的记录与其声明的哈希链不符。",
    "The batch was made by a newer release. Install the newer release.": "该批次由较新版本生成，须安装新版本。",
    "The batch is damaged.": "批次已损坏。",
    "The entries of the batch cannot be read.": "无法读取批次中的记录。",
    "The batch is larger than a batch may be.": "批次超过允许的大小。",
    "The batch cannot be unsealed: it is damaged, or sealed to another recipient.": (
        "无法解封批次：已损坏，或不是发给本方的。"
    ),
    "The centre cannot be reached at {url}. Nothing is lost: the entries wait on this computer.": (
        "无法连接协调中心 {url}。数据没有丢失，记录保存在本机等待发送。"
    ),
    "What answers at {url} is not the centre. The network may ask for a sign-in of its own first.": (
        "{url} 的应答方不是协调中心。可能须先登录医院网络。"
    ),
    "The answer from {url} is not signed by the centre that this computer joined. Nothing was believed of it.": (
        "{url} 的应答没有本机所加入的协调中心的签名，未予采信。"
    ),
    "The centre sent an older directory than this computer has seen. Ask the centre what happened.": (
        "协调中心发来的设备目录比本机已有的旧，须向协调中心查明原因。"
    ),
    "This computer's record and the centre's have parted after entry {sequence}: nothing was overwritten. "
    "Tell the centre; it keeps the evidence.": (
        "本机与协调中心的记录在第 {sequence} 条之后出现分歧，没有覆盖任何数据。须通知协调中心，证据已保留。"
    ),
    "The centre runs another study ({theirs}).": "该协调中心运行的是另一项研究（{theirs}）。",
    "This computer has not joined a centre yet.": "本机尚未加入协调中心。",
    "The exchange was stopped. What was received stays received.": "同步已中止，已签收的仍然有效。",
    "{sent} entries received by the centre, {fetched} fetched.": "协调中心签收 {sent} 条记录，取回 {fetched} 条。",
    "The centre was restored: it has {sequence} of the {received} entries that it had signed for. They go again.": (
        "协调中心由备份恢复：已签收的 {received} 条记录中现有 {sequence} 条，其余将重新发送。"
    ),
    "The centre could not read the request. The releases may not fit each other.": (
        "协调中心无法读取请求，双方版本可能不匹配。"
    ),
    "The centre does not know this computer, or it was locked out. Ask the centre.": (
        "协调中心不认识本机，或本机已被停用，须向协调中心查询。"
    ),
    "The batch is not of this study, site and computer.": "该批次不属于本研究、本中心和本机。",
    "The code is not one of this site's. Ask the centre for a new one.": "该注册码不属于本中心，须向协调中心索取新码。",
    "The code was used already. Ask the centre for a new one.": "该注册码已使用，须向协调中心索取新码。",
    "The code has expired. Ask the centre for a new one.": "该注册码已过期，须向协调中心索取新码。",
    "The centre's directory is that of another study.": "协调中心的设备目录属于另一项研究。",
    "The batch holds entries of another study or site.": "批次中含有另一项研究或另一中心的记录。",
    "The address of the centre is not one: it begins with http:// or https://, then a name or a number.": (
        "协调中心的地址不正确：须以 http:// 或 https:// 开头，后接域名或 IP 地址。"
    ),
    "The line to {url} was cut before the centre answered. Nothing is lost: what it has not signed for goes again.": (
        "与 {url} 的连接在协调中心应答前中断。数据没有丢失，未签收的记录将重新发送。"
    ),
    "The centre at {url} cannot take anything at the moment. Nothing is lost: tell the centre, and try later.": (
        "协调中心 {url} 暂时无法接收。数据没有丢失，须通知协调中心，稍后再试。"
    ),
    "The centre cannot take anything at the moment.": "协调中心暂时无法接收。",
    "The proxy that this computer's settings name is not usable.": "本机设置中的代理服务器不可用。",
    "The request was changed on its way, or another computer made it. Try again, then ask the centre.": (
        "请求在传输途中被改动，或由另一台计算机发出。可再试一次，仍不行须向协调中心查询。"
    ),
    "The entries are other ones than those that the centre has of this computer: their records have parted.": (
        "这些记录与协调中心已有的本机记录不同，双方记录已出现分歧。"
    ),
    "Entries before these are not at the centre: it wants entry {wanted} next.": (
        "协调中心缺少此前的记录，下一条应为第 {wanted} 条。"
    ),
    "The centre could not accept entries {first} to {last} and set them aside: {why} Nothing is lost: they wait on "
    "this computer. Tell the centre.": (
        "协调中心未能接受第 {first} 至 {last} 条记录，已另行保存：{why} 数据没有丢失，仍保留在本机。须通知协调中心。"
    ),
    "What the centre passed on of computer {device} does not verify and was not taken over: {why}": (
        "协调中心转来的计算机 {device} 的记录未通过核验，未予采用：{why}"
    ),
    "This computer is registered otherwise at the centre, or locked out. Ask the centre.": (
        "本机在协调中心的登记与此不符，或已被停用，须向协调中心查询。"
    ),
    "The letter {letter} is that of another computer of this site ({device}). Make the vault with another.": (
        "设备字母 {letter} 已由本中心的另一台计算机（{device}）使用，须换一个字母新建数据库。"
    ),
    "The store is a folder, or an SQLite URL; other databases are not in this release yet.": (
        "协调中心的数据库须为文件夹或 SQLite 地址，本版本尚不支持其他数据库。"
    ),
    "The store is in use by another program. Try again when that has ended.": (
        "协调中心的数据库正被另一程序使用，待其结束后再试。"
    ),
    "There is no such folder.": "没有该文件夹。",
    # Study definitions
    "There is no study definition {where}. Give a folder with study.yaml, an ODM-XML file, or one of: {shipped}.": (
        "没有研究定义 {where}。须给出含 study.yaml 的文件夹、ODM-XML 文件，或以下之一：{shipped}。"
    ),
    "The study definition has {n} faults.": "研究定义有 {n} 处错误。",
    # The centre's own commands
    "Statements of device {device} are missing.": "缺少设备 {device} 的声明。",
    "Statements of device {device} do not follow each other.": "设备 {device} 的声明不连续。",
    "The folder is there already. Choose a new one.": "文件夹已存在，须另选。",
    "The folder cannot be written: {why}.": "无法写入文件夹：{why}。",
    "The folder is not an export of a centre.": "该文件夹不是协调中心的导出。",
    "The centre cannot listen at {host}:{port}: {why}.": "协调中心无法在 {host}:{port} 监听：{why}。",
    "The store of the centre is damaged. Restore it from a backup.": "协调中心的数据库已损坏，须由备份恢复。",
    "There is no store of a centre in this folder.": "此文件夹中没有协调中心的数据库。",
    "The store is in use already.": "该数据库已在使用。",
    "The store cannot be written. Ask for the right to write there.": "无法写入数据库，须取得写入权限。",
    "The folder of the store is not empty. Choose a new or an empty folder.": "文件夹不为空，须选择新的或空的文件夹。",
    "The folder of the store cannot be written: {why}.": "无法写入数据库文件夹：{why}。",
    # The audit trail
    "Form saved as complete.": "表单已保存，标记为完成。",
    "Form saved, not complete yet.": "表单已保存，尚未完成。",
    "Form removed.": "表单已删除。",
    "User {name} added: {roles}.": "新增用户 {name}：{roles}。",
    "User {name} suspended.": "用户 {name} 已停用。",
    "User {name} has now: {roles}.": "用户 {name} 现有角色：{roles}。",
    "Passphrase renewed with the recovery code.": "已用恢复码重设口令。",
    "Passphrase changed.": "口令已修改。",
    "Signed in.": "登录。",
    "Failed sign-ins: {n}.": "登录失败 {n} 次。",
    "Locked.": "锁定。",
    "Unlocked.": "解锁。",
    "Signed out.": "退出。",
    "This computer took over from a backup.": "本机由备份恢复后继续使用。",
    "This computer began.": "本机开始使用。",
    "Study version {version} is in force: approved {approved}, {reference}.": (
        "研究版本 {version} 启用：批准日期 {approved}，{reference}。"
    ),
    "Decision on the pathway: from {step} to {to}.": "治疗路径决定：{step} → {to}。",
    "Decision at {step} taken back.": "撤回在 {step} 的决定。",
    "Open point {name} answered: {value}.": "待确认事项 {name} 的答复：{value}。",
    "Answer to {name} taken back.": "撤回对 {name} 的答复。",
    "Normal range of {item}: {low} to {high} from {since}.": "{item} 正常值范围：{low} 至 {high}，自 {since} 起。",
    "Study version {version} came to this site.": "收到研究版本 {version}。",
    "Exported: {what} {month}.": "导出：{what} {month}。",
    "Joined the centre {fingerprint}.": "已加入协调中心 {fingerprint}。",
    "The content of this entry was blanked because it held identifying text.": "该记录含可识别身份的内容，已被遮蔽。",
    "The content of entry {sequence} of device {device} was blanked.": "设备 {device} 第 {sequence} 条记录的内容已遮蔽。",
    "There is no entry of a form to blank there.": "该处没有可遮蔽的表单记录。",
    "An entry of a kind that this release does not know.": "本版本不认识的记录类型。",
}


def translate(message: str, language: str, fields: Mapping[str, object] | None = None) -> str:
    """A message in the language, its places filled. English where there is no translation."""
    template = CHINESE.get(message, message) if language.startswith("zh") else message
    if not fields:
        return template
    # One error may name another as its cause.
    told = {
        name: message_of(value, language) if isinstance(value, SitebookError) else value
        for name, value in fields.items()
    }
    return template.format_map(told)


def message_of(error: SitebookError, language: str) -> str:
    """What an error says to a person, in the language."""
    return translate(error.message, language, error.fields)

"""Chinese translations of the engine's messages: English template to Chinese template.

An English message is written where it is raised; this is where it is translated. A test walks through the code and holds
that every message that a person may see stands here, with the same places.
"""

from collections.abc import Iterable, Mapping
from typing import cast

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
    "{why} The lines before line {line} are done: {recorded} were recorded, {refused} refused.": (
        "{why} 第 {line} 行之前的各行已处理：已记录 {recorded} 行，拒绝 {refused} 行。"
    ),
    "There is no such form to remove.": "没有可删除的该表单。",
    "This is about a whole form: take the first or the second.": "该差异涉及整份表单：请选择首次或第二次录入。",
    "This discrepancy is settled already.": "该差异已裁定。",
    "The study asks for a third person here, who made neither entry (not_allowed).": (
        "研究方案要求由未参与两次录入的第三人裁定（not_allowed）。"
    ),
    "This is about a whole row: take the first or the second, or leave the row out.": (
        "该差异涉及整行：请选择首次或第二次录入，或不保留该行。"
    ),
    "This is so already.": "状态已是如此，无需再次操作。",
    "Nothing is frozen or locked there.": "此处没有已冻结或已锁定的表单。",
    "Unlocking takes a second person, who is an investigator or a manager (not_allowed).": (
        "解锁须由另一人确认，该人须为研究者或管理员（not_allowed）。"
    ),
    "Name the event of the form.": "须注明表单所属访视。",
    "Name the form of the item.": "须注明项目所属表单。",
    "There is no such form.": "没有该表单。",
    "There is no form there.": "此处没有表单。",
    "The query is {state} now: this cannot be done with it.": "该质疑当前状态为 {state}，不能进行此操作。",
    "There is no query of this ID.": "没有该编号的质疑。",
    "A query and its answer are a text of at most {n} characters.": "质疑及答复须为不超过 {n} 个字符的文本。",
    "Say what the signature means.": "须注明签名含义。",
    "Not signed: these forms are incomplete, await their second entry, or have an open "
    "discrepancy or query: {forms}.": ("未签名：以下表单未完成、等待第二次录入，或有未处理的差异或质疑：{forms}。"),
    "Not signed: a query about the event or the casebook is open.": "未签名：该访视或受试者记录有未关闭的质疑。",
    "Your own passphrase is changed with the old one, or by recovery.": "本人口令须凭旧口令修改，或通过恢复方式重设。",
    "A date is written as 2026-11-24.": "日期格式为 2026-11-24。",
    "Say what the training was about.": "须注明培训内容。",
    "An electronic signature does not hold: it is not that person's over these entries.": (
        "电子签名无效：与该人员或所签记录不符。"
    ),
    "{form} was changed by {user}.": "{form} 已由 {user} 修改。",
    "{form} was changed on another computer before it was signed here.": "{form} 在此处签名前已在另一台电脑上修改。",
    "The signature does not hold.": "签名无效。",
    "Discrepancy settled.": "差异已裁定。",
    "Query {query}: {act}.": "质疑 {query}：{act}。",
    "Query opened.": "已发出质疑。",
    "Signed {n} forms: {meaning}.": "已签名 {n} 份表单：{meaning}。",
    "Source data of {n} forms verified.": "已完成 {n} 份表单的源数据核查。",
    "Forms {act}: {place}.": "表单 {act}：{place}。",
    "User {name} trained: {topic}, {date}.": "用户 {name} 已培训：{topic}，{date}。",
    "Recovery: {what}.": "恢复方式：{what}。",
    "Passphrase of {name} reset by a manager.": "{name} 的口令已由管理员重设。",
    "The recovery code or the passphrases are not right.": "恢复码或口令不正确。",
    "Name at most {n} people, and how many of them are needed: two or more.": "最多指定 {n} 人，须至少两人共同开启。",
    "There is no discrepancy of this ID.": "没有该编号的差异。",
    "This form is frozen or locked. A manager can unlock it.": "该表单已冻结或锁定。可由管理员解锁。",
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
    "The answer is empty, too long, or holds characters that cannot be kept.": (
        "答复为空、过长，或含有无法保存的字符。"
    ),
    "This is no answer to the point: {why}": "不能作为该事项的答复：{why}",
    "The study has no such laboratory item.": "研究中没有该检验项目。",
    "The study has no such sex.": "研究中没有该性别编码。",
    "A limit is a number in the first unit of the item.": "限值须为数字，单位为该项目的首选单位。",
    "The lower limit is not below the upper one.": "下限应低于上限。",
    "The ages do not go from less to more.": "年龄范围应由小到大。",
    "The name of the laboratory is too long or holds characters that cannot be kept.": (
        "检验科名称过长，或含有无法保存的字符。"
    ),
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
    "The reason or comment is too long or holds characters that cannot be kept.": (
        "理由或备注过长，或含有无法保存的字符。"
    ),
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
    "The folder is not empty. Choose a new or an empty folder for the vault.": (
        "文件夹不为空，须选择新的或空的文件夹。"
    ),
    "The folder is not empty. Choose a new or an empty folder.": "文件夹不为空，须选择新的或空的文件夹。",
    "This vault is open already, in another window or by another person on this computer.": (
        "该数据库已打开：在另一窗口，或由本机的另一人使用。"
    ),
    "This vault was made by Sitebook {theirs}, which is newer than this one, {ours} (format {found}; this release reads "
    "{known}). Install the newer release.": (
        "该数据库由较新的 Sitebook {theirs} 建立，本版本为 {ours}（格式 {found}，本版本只能读 {known}）。须安装新版本。"
    ),
    # The computer says no
    "The disk reports an error. Nothing was lost: check the disk or the network drive, then try again.": (
        "磁盘报告错误。数据没有丢失，须检查磁盘或网络驱动器后再试。"
    ),
    "This folder holds data of Sitebook itself. Nothing else is written there: choose another folder.": (
        "此文件夹存放 Sitebook 自身的数据，不可写入其他文件，须另选文件夹。"
    ),
    "Under this name there is something else, which is never replaced. Choose another name.": (
        "该名称下已有其他文件，不会被覆盖，须另选名称。"
    ),
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
    "The file vault.json is damaged.": "文件 vault.json 已损坏。",
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
    "Entry {sequence} of device {device} is missing or out of order.": (
        "设备 {device} 的第 {sequence} 条记录缺失或次序不对。"
    ),
    "Entry {sequence} of device {device} is not the one that the chain holds.": (
        "设备 {device} 的第 {sequence} 条记录与哈希链不符。"
    ),
    "A page of the database is damaged: {what}.": "数据库有一页已损坏：{what}。",
    "The structure of the database is damaged: {what}.": "数据库结构已损坏：{what}。",
    "The casebook differs here from what the journal says. Rebuild the casebook.": (
        "此处病例册与记录不一致，须重建病例册。"
    ),
    "The verification was stopped.": "核验已中止。",
    # Backup
    "This file is not a Sitebook backup, or it is damaged. Try an older backup.": (
        "该文件不是 Sitebook 备份，或已损坏。可试较早的备份。"
    ),
    "There is a file of this name already. A backup is never overwritten: choose another name.": (
        "已有同名文件。备份不会覆盖旧文件，须换一个名称。"
    ),
    "There is no such backup file.": "没有该备份文件。",
    "This backup was made by Sitebook {theirs}, which is newer than this one, {ours}. Install the newer release.": (
        "该备份由较新的 Sitebook {theirs} 建立，本版本为 {ours}，须安装新版本。"
    ),
    "The backup was stopped. Nothing was written.": "备份已中止，没有写入任何文件。",
    "The backup does not verify: {why}": "备份未通过核验：{why}",
    # The practice site
    "The practice centre could not be made: {why}": "无法建立练习中心：{why}",
    "The practice centre did not start.": "练习中心没有启动。",
    "The practice centre is not the one that was made.": "练习中心不是所建立的那一个。",
    "The file practice.json of this folder is damaged. Choose another folder.": (
        "此文件夹中的 practice.json 已损坏，须另选文件夹。"
    ),
    "The practice data does not fit the study: {oid}: {why}": "练习数据与研究定义不符：{oid}：{why}",
    # Enrolment
    "Not joined: the words were not compared.": "未加入：尚未核对指纹词。",
    "Not joined: the centre's words are not these. Ask the centre on the telephone.": (
        "未加入：协调中心的指纹词与此不同，须电话向协调中心核实。"
    ),
    # Exports
    "A month is written as 2026-11.": "月份格式为 2026-11。",
    "The export was stopped. Nothing was written.": "导出已中止，没有写入任何文件。",
    "The old file of this name cannot be replaced. Close it where it is open, or choose another name.": (
        "无法替换同名的旧文件。先关闭已打开的该文件，或换一个名称。"
    ),
    "The sheet {name} would have {rows} rows and {columns} columns: more than Excel can hold.": (
        "工作表 {name} 将有 {rows} 行 {columns} 列，超过 Excel 的上限。"
    ),
    "This file is not a Sitebook transfer, or it is damaged.": "该文件不是 Sitebook 的传输文件，或已损坏。",
    "The sheet {name} has {found} rows; it should have {expected}.": (
        "工作表 {name} 有 {found} 行，应为 {expected} 行。"
    ),
    "This cell of the file is not what the record says.": "文件中该单元格与记录不符。",
    "The file is not what was exported: a cell, a row or a sheet was changed since.": (
        "该文件与导出时不同：此后有单元格、行或工作表被改动。"
    ),
    "The file does not have the sheets that it should have.": "文件缺少应有的工作表。",
    "The journal has no export of this file as it is now.": "记录中没有导出过该文件的当前内容。",
    # Sync
    "This user is suspended. Lift the suspension first.": "该用户已停用。请先解除停用。",
    "The centre's address begins with http:// ({url}). Beyond this computer the line must be encrypted: ask the "
    "centre for its https:// address.": (
        "协调中心的地址以 http:// 开头（{url}）。本机以外的线路必须加密：请向协调中心索取 https:// 地址。"
    ),
    "The certificate of {url} is not one that this computer trusts ({why}). Nothing was sent. The network may look "
    "into encrypted lines: ask whoever runs it, or the centre.": (
        "本机不信任 {url} 的证书（{why}）。未发送任何内容。网络可能会查看加密线路：请询问网络管理员或协调中心。"
    ),
    "The certificate of {url} has expired, or this computer's clock is ahead. Nothing was sent. Look at the clock, "
    "then tell the centre.": ("{url} 的证书已过期，或本机时钟偏快。未发送任何内容。请检查时钟，再告知协调中心。"),
    "The certificate of {url} is not valid yet: this computer's clock is probably behind. Nothing was sent. Put "
    "the clock right.": ("{url} 的证书尚未生效：本机时钟可能偏慢。未发送任何内容。请校正时钟。"),
    "What answers at {url} does not speak https. Nothing was sent. Check the address with the centre.": (
        "{url} 的应答方不使用 https。未发送任何内容。请与协调中心核对地址。"
    ),
    "The centre does not listen at {host} without encryption. Let a proxy that ends TLS stand before it and say "
    "--behind-proxy, or listen at 127.0.0.1.": (
        "协调中心不在 {host} 上进行未加密的监听。请在前面设置终止 TLS 的代理并使用 --behind-proxy，或监听 127.0.0.1。"
    ),
    "The clock of device {device} was wrong by {days} days when entries {first} to {last} were recorded. They "
    "count for the month in which their neighbours were recorded. Put the clock of that computer right.": (
        "设备 {device} 在记录第 {first} 至 {last} 条时，时钟偏差 {days} 天。这些记录按前后记录的时间计入相应月份"
        "。请校正该电脑的时钟。"
    ),
    "The clock of this computer says {now}, which is before this Sitebook was made ({then}). Put the clock right, "
    "then enter.": ("本机时钟显示 {now}，早于本版 Sitebook 的发布日期（{then}）。请先校正时钟，再录入。"),
    "The clock of this computer says {now}, which cannot be. Put the clock right, then enter.": (
        "本机时钟显示 {now}，这不可能。请先校正时钟，再录入。"
    ),
    "The store was made by Sitebook {theirs} (store version {their_version}), which is newer than this Sitebook "
    "{ours} (store version {our_version}). Install the newer release.": (
        "该存储由 Sitebook {theirs}（存储版本 {their_version}）生成，比本机的 Sitebook {ours}（存储版本 {our_vers"
        "ion}）新。须安装新版本。"
    ),
    "The store cannot be copied: {why}.": "无法复制存储：{why}。",
    "The disk of the store does not read or write ({code}). Look at the disk, and keep a copy of the store.": (
        "存储所在磁盘无法读写（{code}）。请检查磁盘，并保留存储的副本。"
    ),
    "The sealed entries of the batch are not those that were sealed. It is damaged.": (
        "批次中密封的记录与原内容不符，批次已损坏。"
    ),
    "The content of entry {sequence} of device {device} is missing, and no manager of the site blanked it. Tell "
    "the centre: the computer that recorded it may have it still.": (
        "设备 {device} 第 {sequence} 条记录的内容缺失，且并非由本中心的管理员清除。请告知协调中心：记录它的电脑上"
        "可能仍有该内容。"
    ),
    "The batch has format {theirs}, which a newer release made; this release reads up to format {ours}. Install "
    "the newer release.": ("该批次的格式为 {theirs}，由较新版本生成；本版本最高只能读取格式 {ours}。须安装新版本。"),
    "Entry {sequence} of device {device} has format {theirs}, which a newer release made; this release reads up to "
    "format {ours}. Install the newer release.": (
        "设备 {device} 的第 {sequence} 条记录的格式为 {theirs}，由较新版本生成；本版本最高只能读取格式 {ours}。须"
        "安装新版本。"
    ),
    "Entry {sequence} of device {device} is not taken in: {rule}": "未接收设备 {device} 的第 {sequence} 条记录：{rule}",
    "The clock of device {device} was {days} days ahead when entry {sequence} was recorded. Put the clock of that "
    "computer right; a person at the centre then decides about the entries.": (
        "设备 {device} 记录第 {sequence} 条时，时钟快了 {days} 天。须校正该电脑的时钟；这些记录由协调中心的人员决"
        "定是否接收。"
    ),
    "its format has no such number.": "没有这样的格式号。",
    "it is of another study, site or computer.": "它属于其他研究、中心或电脑。",
    "it is longer than an entry may be.": "它超过单条记录允许的长度。",
    "a name in it is too long or holds characters that cannot be shown.": "其中的名称过长，或含有无法显示的字符。",
    "a name in it is missing, too long, or holds characters that cannot be shown.": (
        "其中的名称缺失、过长，或含有无法显示的字符。"
    ),
    "its kind is no kind.": "记录类型无效。",
    "a number in it is out of bounds.": "其中的数字超出范围。",
    "its wall time is no time.": "时钟时间无效。",
    "its hybrid time is out of bounds.": "排序时间超出范围。",
    "its time is before that of the entry before it.": "其时间早于前一条记录。",
    "its kind and its subject do not fit each other.": "记录类型与受试者不相符。",
    "the form that it names is none.": "其中的表单位置无效。",
    "a key or a hash in it is none.": "其中的密钥或哈希值无效。",
    "a date in it is none.": "其中的日期无效。",
    "the study definition in it cannot be read.": "无法读取其中的研究定义。",
    "What came from device {device} does not follow what is here.": "设备 {device} 发来的记录与本机已有的记录不衔接。",
    "This cannot be recorded: {why}": "无法记录：{why}",
    "This is too much for one save: {size} kB, where {limit} kB fit. Nothing was saved. Shorten the longest texts, "
    "or save fewer rows at a time.": (
        "一次保存的内容过多：{size} kB，最多 {limit} kB。未保存任何内容。请缩短最长的文字，或分几次保存。"
    ),
    "Say why: the reason is kept.": "须填写理由，理由将予保留。",
    "Nothing was set aside under this number.": "没有该编号的搁置批次。",
    "This was decided already: {decision}": "已作出决定：{decision}",
    "The centre does not know the computer that sent it.": "协调中心不认识发送它的电脑。",
    "An act that this release does not know: {act}.": "本版本不认识的操作：{act}。",
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
    "The code is not one of this site's. Ask the centre for a new one.": (
        "该注册码不属于本中心，须向协调中心索取新码。"
    ),
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
    "The folder of the store is not empty. Choose a new or an empty folder.": (
        "文件夹不为空，须选择新的或空的文件夹。"
    ),
    "The folder of the store cannot be written: {why}.": "无法写入数据库文件夹：{why}。",
    # The audit trail
    "Second entry saved as complete.": "第二次录入已保存，标记为完成。",
    "Second entry saved, not complete yet.": "第二次录入已保存，尚未完成。",
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
    "The content of entry {sequence} of device {device} was blanked.": (
        "设备 {device} 第 {sequence} 条记录的内容已遮蔽。"
    ),
    "There is no entry of a form to blank there.": "该处没有可遮蔽的表单记录。",
    "An entry of a kind that this release does not know.": "本版本不认识的记录类型。",
    # Export, form report
    "Study": "研究",
    "Protocol": "方案",
    "Site": "研究中心",
    "Subject": "受试者",
    "Event": "访视",
    "Number": "序号",
    "Study version": "研究版本",
    "Saved": "保存",
    "Printed": "打印",
    "{who}, {when}": "{who}，{when}",
    "Comments on checks": "核查说明",
    "No entry": "未填写",
    "Investigator: signature, date": "研究者签名、日期",
    "State": "状态",
    "Not complete": "未完成",
    # Export, xlsx, data dictionary
    "Every item of the study": "研究的全部项目",
    "Every code and its meaning": "全部编码及含义",
    "Form": "表单",
    "Group": "题组",
    "Item": "项目",
    "CDASH name, column": "CDASH 变量名（列名）",
    "Question in English": "英文问题",
    "Question in Chinese": "中文问题",
    "Type": "类型",
    "Longest": "长度",
    "Digits after the point": "小数位数",
    "Units": "单位",
    "Code list": "编码表",
    "Several codes": "可多选",
    "Limits": "范围",
    "Mandatory": "必填",
    "Not asked if": "跳过条件",
    "Worked out from": "推导公式",
    "SDTM variable": "SDTM 变量",
    "NCI C-code": "NCI 编码",
    "Marks": "标记",
    "Code": "编码",
    "Meaning in English": "英文含义",
    "Meaning in Chinese": "中文含义",
    # Export, xlsx, sheets
    "{question} ({symbol})": "{question}（{symbol}）",
    "Event number": "访视序号",
    "Form number": "表单序号",
    "Row": "行",
    "State of the form": "表单状态",
    "Definition it was entered under": "录入时的定义版本",
    "First saved": "首次保存",
    "Last saved": "最后保存",
    "Last saved by": "最后保存人",
    "Unit": "单位",
    "In words": "含义",
    "{form}: {group}": "{form}：{group}",
    "Values that this definition has no column for": "当前定义中没有对应列的值",
    "Value": "值",
    "Why there is no value": "缺失原因",
    # Imports, json lines
    "A line has no such key.": "行中没有这个键。",
    "It is missing or not a text.": "缺失或不是文本。",
    "Repeats are whole numbers from 1.": "重复序号须为从 1 起的整数。",
    "It is not an object.": "不是 JSON 对象。",
    "The key stands twice in one object.": "同一对象中此键出现两次。",
    "Another row has this row and column of the grid already.": "该表格的此行此列已有另一条记录。",
    "The line is not a JSON object.": "该行不是 JSON 对象。",
    "The pass is 1 or 2.": "录入次数只能是 1 或 2。",
    "It is true or false.": "只能是 true 或 false。",
    "The reason is a text.": "理由须为文本。",
    "A row is removed alone: row and remove.": "删除行时只能写 row 和 remove。",
    "The form has no such item outside its repeating groups.": "表单的非重复项目组中没有该项目。",
    "The form has no such repeating group.": "表单中没有该重复项目组。",
    "A value is a text, {{value, unit}}, {{missing}} or null.": "值须为文本、{{value, unit}}、{{missing}} 或 null。",
    "The form has no such item.": "表单中没有该项目。",
    "Each row is an object with its own key.": "每一行须为带有各自行标识的对象。",
    "A comment is a text.": "备注须为文本。",
    "The group has no such item.": "该项目组中没有该项目。",
    # Recording, save form
    "The study has no such event.": "研究方案中没有该访视。",
    "The study has no such form.": "研究方案中没有该表单。",
    "This event does not have this form.": "该访视不包含此表单。",
    "A saved row is removed: say why.": "删除已保存的行，须说明理由。",
    "There is no such repeat of it.": "没有该重复序号。",
    "This subject is not registered. A subject begins with the study's first form.": (
        "该受试者尚未登记。请先录入研究的第一份表单。"
    ),
    "The subject key is not one of this site.": "受试者编号不符合本中心的编号规则。",
    "The form has no such group.": "表单中没有该项目组。",
    "The row has no usable key.": "该行缺少可用的行标识。",
    "This value is worked out by the program and cannot be entered.": "该值由程序计算得出，不能录入。",
    # Recording, second entry
    "The study does not enter this form twice.": "研究方案未规定该表单需第二次录入。",
    "The first entry of this form is not complete yet.": "该表单的第一次录入尚未完成。",
    "You made the first entry of this form. The second entry is made by another person.": (
        "您已参与该表单的第一次录入，第二次录入须由他人完成。"
    ),
    "This form awaits its second entry, which you may make. Its first entry can be changed by who made it.": (
        "该表单等待第二次录入，您可以进行第二次录入。第一次录入的内容只能由首次录入者修改。"
    ),
    "The second entry of this form is complete. Differences are settled in the list of discrepancies.": (
        "该表单的第二次录入已完成。差异请在“差异处理”中裁定。"
    ),
    # Study, documents, check list
    "Edit checks and derivations": "核查与派生规则",
    "Edit checks": "逻辑核查",
    "Derived items": "派生项目",
    "Limits of single items": "单项限值",
    "asks for a comment": "须填写说明",
    "must be met": "必须满足",
    # Study, expressions, type check
    "There is no {name} here.": "此处没有 {name}。",
    "{part} is {kind} and has no sign.": "{part} 是{kind}，不能取负。",
    "{part}: {operator} does not work on {kind} and {other}.": "{part}：{operator} 不能用于{kind}与{other}。",
    "{name} does not work on {kinds}.": "{name} 不能用于{kinds}。",
    "{owner} has no {name}.": "{owner} 中没有 {name}。",
    "Only a list has an element of a whole number.": "只有列表可以用整数取元素。",
    "{part} is {kind}, not true or false.": "{part} 是{kind}，不是真假值。",
    "A value is never null: ask has(self.NAME), or leave it to be unknown.": (
        "值不会是 null：用 has(self.NAME) 判断有无。"
    ),
    "{part} mixes a number with a whole number: write 2.0 for 2, or double(...).": (
        "{part} 混用了数值与整数：2 须写作 2.0，或用 double(...)。"
    ),
    "{part} is {kind}, not a list.": "{part} 是{kind}，不是列表。",
    "{name} means something else here already: name the element otherwise.": (
        "{name} 在此处已另有含义，须换一个变量名。"
    ),
    "There is no function {name}.": "没有函数 {name}。",
    "Write {name}(...).": "须写作 {name}(...)。",
    "{part} looks in what is no list.": "{part} 的右侧不是列表。",
    "{part} compares {kind} with {other}.": "{part} 将{kind}与{other}比较。",
    "{part} compares whole {kind}s.": "{part} 比较的是整个{kind}。",
    "{part} gives now {kind} and now {other}.": "{part} 有时是{kind}，有时是{other}。",
    "{part}: {kind} has no order.": "{part}：{kind}没有大小之分。",
    "{part} can never be: there is no code {codes}.": "{part} 不可能成立：没有编码 {codes}。",
    # Study, formats, odm xml
    "This is not ODM-XML 1.3.": "这不是 ODM-XML 1.3 文件。",
    "ODM names no time zones: the sites are taken to be in UTC.": "ODM 不含时区信息：各中心按 UTC 处理。",
    "{name} is not a whole number.": "{name} 不是整数。",
    "The file has a DOCTYPE, which is refused.": "文件含有 DOCTYPE，已拒绝读取。",
    "This is neither a folder with study.yaml nor XML.": "既不是 study.yaml 文件夹，也不是 XML。",
    "The file defines no study.": "文件中没有研究定义。",
    "The version includes another one: a file must hold all of it.": "该版本引用了其他版本，文件须包含全部内容。",
    "Items of type {type} cannot be asked here.": "不支持类型为 {type} 的项目。",
    "ODM does not say how units convert: only the first unit is used.": "ODM 不含单位换算系数：仅使用第一个单位。",
    "This check is left out: it has no single limit.": "此核查未采用：没有单一界值。",
    "The codes of this list are not in the file.": "文件中没有该代码列表的编码。",
    "The attribute {name} is missing.": "缺少属性 {name}。",
    "It has no formal expression in CEL and is left out.": "没有 CEL 形式表达式，未采用。",
    # Study, formats, yaml layout
    "There is no {key} {text}; there are: {known}.": "没有 {key} {text}；可用：{known}。",
    # Study, formats, yaml reader
    "Expected a list here.": "此处应为列表。",
    "Expected a whole number.": "应为整数。",
    "Expected a number.": "应为数字。",
    "Expected exactly one of: {keys}.": "以下键应有且仅有一个：{keys}。",
    "Expected keys with values here.": "此处应为键值对。",
    "Expected a single text or number here.": "此处应为单个文本或数字。",
    "The file is not UTF-8.": "文件不是 UTF-8 编码。",
    "This is not YAML: {problem}.": "YAML 语法错误：{problem}。",
    "An alias (*) is not read: write out what it stands for.": "不读取别名（*），须写出其内容。",
    "This is not YAML.": "不是 YAML 文件。",
    "The file is empty.": "文件为空。",
    "The key stands here twice, or is no word.": "键重复，或不是单词。",
    "Expected true or false.": "应为 true 或 false。",
    "There is no key {key} here.{hint}": "此处没有键 {key}。{hint}",
    "The key {key} is missing.": "缺少键 {key}。",
    "Expected words by language: {{en: ..., zh: ...}}.": "应按语言给出文字：{{en: ..., zh: ...}}。",
    " Perhaps {value} is meant.": "是否应为 {value}。",
    # Study, rules, assessment
    "A value, or not done, is needed here.": "此项必填，或标记为未做。",
    "Does not apply because of other answers. Clear it, or say in a comment why it stands.": (
        "根据其他填写内容，此项不适用。清除该值，或在备注中说明保留原因。"
    ),
    "The dose differs from the plan: say why.": "与计划剂量不同，须说明原因。",
    "The study's rule {name} could not be worked out. Say in a comment that you saw this, and tell "
    "the study's data manager.": ("研究规则 {name} 无法执行。须在备注中注明已知悉，并告知研究数据管理员。"),
    "Does not go with the answer to “{question}”.": "与“{question}”的选择不符。",
    # Study, validation, events
    "There is no {oid} in the study.": "研究中没有 {oid}。",
    "There is no setting {name}.": "没有设置项 {name}。",
    "The baseline {item} is not a date.": "基线项目 {item} 不是日期。",
    "{name} is defined twice.": "{name} 被重复定义。",
    "{item} is not a number.": "{item} 不是数值。",
    "There is no code {code} in {list}.": "{list} 中没有编码 {code}。",
    "The term {term} has no grade {grades}.": "事件 {term} 没有 {grades} 级。",
    "Only a repeating event can be due every so many days.": "只有可重复的访视才能按间隔天数重复到期。",
    # Study, validation, expressions
    "This derivation needs its own result, by way of {items}.": "该计算需要自身的结果，涉及 {items}。",
    "The expression gives {kind}, which is no value of the item's type {type}.": (
        "表达式的结果是{kind}，不是该项目类型 {type} 的值。"
    ),
    "This is no expression: {why}.": "表达式无法解析：{why}。",
    "The expression gives {kind}, not {wanted}.": "表达式的结果是{kind}，不是{wanted}。",
    "The expression can give a text that is no code of the item: {codes}.": (
        "表达式可能给出不属于该项目编码的文本：{codes}。"
    ),
    "{part} cannot be evaluated.": "{part} 无法求值。",
    # Study, validation, items
    "An item with a code list is of type text.": "带代码列表的项目类型须为 text。",
    "Choosing codes needs a code list.": "选择编码须有代码列表。",
    "An item cannot narrow itself.": "项目不能限定自身。",
    "The length is at least 1.": "长度至少为 1。",
    "Only a float has digits after the point.": "只有 float 类型有小数位数。",
    "A derived item needs no suggestion.": "计算得出的项目无需建议值。",
    "Only a number has units.": "只有数值才有单位。",
    "{item} has no unit {unit}.": "{item} 没有单位 {unit}。",
    "Only a float that is entered has a sign.": "只有录入的 float 类型可带比较符号。",
    "Only the first unit can be assumed.": "只有第一个单位可作为默认单位。",
    "A unit stands twice.": "单位重复。",
    "The factor of a unit is above 0, and that of the first unit is 1.": "单位系数须大于 0，且第一个单位的系数为 1。",
    "Only numbers, dates and times have limits.": "只有数值、日期和时间才有界值。",
    "The lowest limit is above the highest.": "下限高于上限。",
    "The code list has no codes.": "代码列表没有编码。",
    "Only a single choice can narrow another.": "只有单选项目才能限定其他项目。",
    "{name} cannot be a name in expressions: letters, digits and _ only, and no reserved word.": (
        "{name} 不能用作表达式中的名称：只能含字母、数字和 _，且不能是保留字。"
    ),
    "The limit {value} is not a value of type {type}.": "界值 {value} 不是 {type} 类型的值。",
    "The code {code} stands twice.": "编码 {code} 重复。",
    "A code is a text without spaces around it.": "编码须为首尾无空格的文本。",
    "Several codes are joined by ;, so none may hold it.": "多个编码以 ; 连接，编码中不能含 ;。",
    "An item of type integer has this code list: codes are numbers.": "整数项目的编码须为数字。",
    "{codelist} has no code {code}.": "{codelist} 中没有编码 {code}。",
    "The value of the setting is not of type {type}.": "设置的值不是 {type} 类型。",
    # Study, validation, references
    "The pattern of subject keys needs {{site}}, {{letter}} and {{number}} once each, e.g. "
    "{{site}}-{{letter}}{{number:03d}}.": (
        "受试者编号规则须各含一次 {{site}}、{{letter}} 和 {{number}}，例如 {{site}}-{{letter}}{{number:03d}}。"
    ),
    "The first form {form} is not a form of the first event.": "第一份表单 {form} 不在第一次访视中。",
    "A form stands twice in this event.": "同一表单在该访视中出现两次。",
    "The form has no groups.": "表单没有项目组。",
    "The deadline {item} is no date and time.": "截止项目 {item} 不是日期时间。",
    "{item} is not an item of form {form}.": "{item} 不是表单 {form} 的项目。",
    "The group has no items.": "项目组没有项目。",
    "A grid needs a repeating group and at least one column.": "网格须为重复项目组，且至少一列。",
    "The columns item {item} is not a whole number.": "列项目 {item} 不是整数。",
    "The rows item {item} has no code list.": "行项目 {item} 没有代码列表。",
    "The name {name} means something else in form {form} already.": "名称 {name} 在表单 {form} 中已另有含义。",
    "{language} is no language code.": "{language} 不是语言代码。",
    "There is no time zone {zone}. An IANA name is needed, e.g. Asia/Shanghai.": (
        "没有时区 {zone}。须用 IANA 名称，例如 Asia/Shanghai。"
    ),
    "The anchor {item} is not a date.": "基准项目 {item} 不是日期。",
    "A window has no negative days.": "时间窗天数不能为负。",
    "The check's group must be the repeating group of its item.": "核查的项目组须为其项目所在的重复项目组。",
    "The item stands in a repeating group: name it as the check's group.": (
        "该项目在重复项目组中，须在核查中指明 group。"
    ),
    "A derived item is entered by nobody and cannot be mandatory.": "计算得出的项目无需录入，不能设为必填。",
    "{item} is not an item of the same group.": "{item} 不在同一项目组中。",
    "{item} is not an item of this group, or the group does not repeat.": (
        "{item} 不是该项目组的项目，或该项目组不重复。"
    ),
    "Fixed lines need a repeating group whose first item has a code list.": (
        "固定行须为重复项目组，且第一个项目带有代码列表。"
    ),
    "{item} is not an item of the group.": "{item} 不是该项目组的项目。",
    "{item} is not a derived item.": "{item} 不是计算得出的项目。",
    "The {key} has no words in {language}.": "{key} 缺少 {language} 文字。",
    "An OID holds no spaces, no / and no |.": "OID 不能含空格、/ 或 |。",
    "The schedule names {form}, which is not a form of this event.": "计划中的 {form} 不是该访视的表单。",
    "The item stands twice in form {form}.": "该项目在表单 {form} 中出现两次。",
    # Study, validation, test cases
    "Case “{name}”: {wrong}.": "用例“{name}”：{wrong}。",
    "No case makes this check fire.": "没有用例触发该核查。",
    "This is no case: {why}.": "不是有效用例：{why}。",
    # Study, validation, unused parts
    "No event asks for this form.": "没有访视使用该表单。",
    "No item uses this code list.": "没有项目使用该代码列表。",
    "Nothing leads to this step of the pathway.": "没有途径通向该路径步骤。",
    # Study, values, item types
    "Should have at most {length} digits.": "最多 {length} 位数字。",
    "The text holds characters that cannot be kept.": "文本含有无法保存的字符。",
    "The text has more than {most} characters.": "文本超过 {most} 个字符。",
    "Should be a whole number, e.g. 12.": "应为整数，例如 12。",
    "Should be a number, e.g. 12.5.": "应为数字，例如 12.5。",
    "Should be true or false.": "应为 true 或 false。",
    "Should be a date: 2026-11-24, 2026-11 or 2026.": "应为日期：2026-11-24、2026-11 或 2026。",
    "There is no such date in the calendar.": "日历中没有该日期。",
    "Should be a date, e.g. 2026-11-24.": "应为日期，例如 2026-11-24。",
    "Should be a time of day, e.g. 08:30.": "应为时刻，例如 08:30。",
    "There is no such time of day.": "没有该时刻。",
    "Should be a date and a time, e.g. 2026-11-24T08:30.": "应为日期和时刻，例如 2026-11-24T08:30。",
    # Study, values, item values
    "Not done": "未做",
    "Unknown": "不详",
    "Not applicable": "不适用",
    "Yes": "是",
    "No": "否",
    "The value is empty.": "值为空。",
    "A code stands twice.": "编码重复。",
    "This is not one of the codes.": "不在可选编码之列。",
    "This item has no unit.": "此项没有单位。",
    "The unit should be one of: {known}.": "单位应为以下之一：{known}。",
    "Say the unit: {known}.": "须注明单位：{known}。",
    "A marker is NOT_DONE, UNKNOWN or NOT_APPLICABLE, without a value.": (
        "缺失标记只能是 NOT_DONE、UNKNOWN 或 NOT_APPLICABLE，且不带值。"
    ),
    # Study, values, personal data
    "This looks like an ID-card number. Only the subject key may stand for a person here.": (
        "疑似含有身份证号。此处只能用受试者编号指代本人。"
    ),
    "This looks like a telephone number. Only the subject key may stand for a person here.": (
        "疑似含有手机号。此处只能用受试者编号指代本人。"
    ),
    "This looks like a name. Only the subject key may stand for a person here.": (
        "疑似含有姓名。此处只能用受试者编号指代本人。"
    ),
    # Study, values, range checks
    "The date lies after today, {today}.": "日期晚于今天（{today}）。",
    " If {meant} is meant, the point is missing.": "若为 {meant}，则漏了小数点。",
    # Study, values, setting values
    "Should be {least} or more.": "应不小于 {least}。",
    "Should be {most} or less.": "应不大于 {most}。",
    "Should be one of: {known}.": "应为下列之一：{known}。",
    # Kinds of value, limits, the cover of a transfer
    "nothing": "空参数",
    "number": "数值",
    "whole number": "整数",
    "text": "文本",
    "truth value": "真假值",
    "date": "日期",
    "duration": "时长",
    "null": "空值",
    "anything": "任意值",
    "partial date": "不完整日期",
    "list": "列表",
    "record": "记录",
    "a {kind}": "{kind}",
    "true or false": "真假值",
    "{why}": "{why}",
    "Should have at most {most} digits after the point.": "小数点后最多 {most} 位。",
    "at least {limit}": "不低于 {limit}",
    "above {limit}": "大于 {limit}",
    "at most {limit}": "不高于 {limit}",
    "below {limit}": "小于 {limit}",
    "{limit}": "为 {limit}",
    "other than {limit}": "不等于 {limit}",
    "{limit} or later": "不早于 {limit}",
    "after {limit}": "晚于 {limit}",
    "{limit} or earlier": "不晚于 {limit}",
    "before {limit}": "早于 {limit}",
    "{low} to {high}{blank}": "在 {low} 至 {high}{blank}之间",
    "Is usually {range}.{hint}": "通常{range}。{hint}",
    "Should be {range}.{hint}": "应{range}。{hint}",
    "incomplete": "未完成",
    "complete": "已完成",
    "waits for second entry": "待第二次录入",
    "discrepancy": "差异",
    "entered twice and equal": "双录一致",
    "signed": "已签名",
    "locked": "已锁定",
    "Journal head": "记录链末端",
    "No value: {why}": "无值：{why}",
    "Content SHA-256": "内容校验值",
    "Sheets SHA-256": "全部工作表校验值",
    "Subjects": "受试者数",
    "Sheet": "工作表",
    "Rows": "行数",
    "Columns": "列数",
    "Content": "内容",
    "Study OID": "研究编号",
    "Definition": "定义版本",
    "Definition SHA-256": "定义校验值",
    "Time zone": "时区",
    "Month": "月份",
    "Forms": "表单数",
    "Signs": "标识",
    "Meaning": "含义",
    "Worked out by the program": "由程序推导",
    "Rows 1-4": "第 1-4 行",
    "Name, OID, label in English, label in Chinese": "列名、OID、英文标签、中文标签",
    "Altered texts": "有改动的文本",
    "Too long for a cell, or with a character that Excel cannot hold": "超出单元格长度，或含有 Excel 无法保存的字符",
    "All": "合计",
    "Grouping": "分组",
    "Subject key": "受试者编号",
    "A saved value is changed: say why.": "已保存的数据有修改，须说明修改理由。",
    # Study, documents, check list
    "before completion": "完成前须满足",
}


def bilingual(english: str, /, **fields: object) -> dict[str, str]:
    """A message in both languages, its places filled; a field may itself be in both languages.

    The English stands where the message is used, the Chinese in `CHINESE`.
    """
    return {language: _filled(words, fields, language) for language, words in template(english).items()}


def template(english: str, /) -> dict[str, str]:
    """A message in both languages whose places are filled later."""
    return {"en": english, "zh": CHINESE.get(english, english)}


def joined(parts: Iterable[Mapping[str, str] | str]) -> dict[str, str]:
    """A list in both languages, with the punctuation of each."""
    several = [part if isinstance(part, Mapping) else {"en": part, "zh": part} for part in parts]
    return {"en": ", ".join(part["en"] for part in several), "zh": "、".join(part["zh"] for part in several)}


def _filled(template: str, fields: Mapping[str, object], language: str) -> str:
    chosen = {
        name: _in_language(cast("Mapping[str, str]", value), language) if isinstance(value, Mapping) else value
        for name, value in fields.items()
    }
    return template.format_map(chosen)


def _in_language(words: Mapping[str, str], language: str) -> str:
    """A study may lack a text in one language: then the other one is said."""
    return words.get(language) or next(iter(words.values()), "")


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

// Words of the flows' texts, in Chinese.

export const flowsZh = {
  'flowText.edit': '编辑文本',
  'flowText.back': '返回现行流程图',
  'flowText.title': '流程 {id} 的文本',
  'flowText.hint':
    '边写边查:检查、场景和流程图都以框内文字为准。存入草稿后,由另一位热线管理员复核发布才生效。写法见 docs/flows.md。',
  'flowText.line': '第 {n} 行',
  'flowText.checking': '正在检查…',
  'flowText.sound': '检查通过',
  'flowText.scenarios': '场景',
  'flowText.scenariosGood': '{n} 个场景都与流程相符',
  'flowText.scenariosBad': '{n} 处与流程不符;不妨碍存入,请核对是流程写错,还是场景该改',
  'flowText.scenariosNot': '检查有错误,场景没有运行',
  'flowText.scenarioText': '场景原文',
  'flowText.scenarioHint': '场景在主机上的 {file} 中修改,这里供对照。',
  'flowText.picture': '按框内文字画的流程图',
  'flowText.pictureOld': '文字有错误,图还是出错之前的',
  'flowText.kept': '已恢复您上次没有存入草稿的文字。',
  'flowText.begun': '新流程,还没有存入草稿。',
  'flowText.drop': '放弃这些文字',
  'flowText.conflict':
    '这里已有别的改动(别人已发布,或您在另一个窗口存过)。现有文本如下,请核对后选择;您的文字仍在下面的框内。',
  'flowText.standing': '现有文本',
  'flowText.take': '改用现有文本',
  'flowText.insist': '以我的文字为准',
  'flowText.new': '新增流程',
  'flowText.newName': '流程名称',
  'flowText.newHint': '汉字、字母、数字;以现在打开的流程为底稿',
  'flowText.badName': '请用 1 至 64 个汉字、字母、数字,其间可有 . _ -',
  'flowText.make': '开始编写',
} as const;

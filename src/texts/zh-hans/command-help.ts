import type { Catalogue } from '../texts.ts';

export const commandHelp: Catalogue['commandHelp'] = {
  import: {
    about: '每行新增或更新一个会员或客户（每行查询 1 次，最多写入 1 次）',
    examples: ['新增没有的会员，更新不同的会员', '只新增：每行 1 次调用', '同时写入两边'],
  },
  topup: {
    about: '为 Kybio 会员加积分和余额，绝不重复（有 customerUid 的行 1 次调用，否则 2 次）',
    examples: ['在这个活动中，每个会员永远只入账一次', '数目对不上就拒绝文件', '一天接一天地做完'],
  },
  export: {
    about: '查询文件的各行（每行 1 次调用），或用 --all 导出所有人（每 100 个会员 1 次调用）',
    examples: ['为每行加上三个字段', '所有人，可以再次导入'],
  },
  validate: {
    about: '像运行时一样检查文件：不用调用，不需要账户',
    examples: ['写出 members.checked.csv'],
  },
  map: {
    about: '建议每一列对应什么，写成 --map 用的对应文件（不用调用）',
    examples: ['写出 legacy.map.json；在终端上会询问不确定的列'],
  },
  resume: {
    about: '按原来的设置继续未完成的运行（默认：最近一次）',
    examples: ['最近一次未完成的运行', '所有未完成的运行，从最早的开始'],
  },
  runs: {
    about: '列出所有运行，或查看其中一次：设置、行数、调用、待核实的行（不用调用）',
    examples: ['最近的运行和每天的调用次数', '放弃其余的行；待核实的行会保留', '清理已结束的运行；已入账的仍然记得'],
  },
  resolve: {
    about: '加积分余额中待核实的行：查看依据，记下您的结论（不用调用），重新发送（每行 2 次调用）',
    examples: ['每个待核实的行已知的情况', '已经入账：这一行完成', '没有入账：重新发送'],
  },
  undo: {
    about: '撤销一次加积分余额，只能一次：对已入账的行加相反的数额（每行 2 次调用）',
    examples: ['谁的数额之后变动过；不发送任何数据', '这次运行入账的所有行', '只撤销这些行'],
  },
  report: {
    about: '写出一次运行的 HTML 报告（默认：最近一次），运行中或等待时也可以（不用调用）',
    examples: ['最近一次运行：在结果旁边写出 <文件名>.report.html', '另一次运行，写到另一个文件'],
  },
  doctor: {
    about: '检查设置、网络、主文件夹、账本、签名、时钟和额度（Kybio 1 或 2 次调用，Wonder 1 次）',
    examples: ['每项未通过的检查都会说明怎么办', '没有回复的入账能不能重发？（多 4 或 6 次调用）'],
  },
  schedule: {
    about: '显示 cron、systemd 和 Windows 的配置，每天自动继续未完成的运行（不用调用）',
    examples: ['每天，在额度恢复后十分钟'],
  },
  sandbox: {
    about: '在本机运行一套 Kybio 和 Wonder 供试用，并显示可粘贴的设置',
    examples: ['二十次调用中有一次已生效却没有回复'],
  },
  init: {
    about: '询问账户，写出设置文件和密钥文件，并试用（您同意才会调用）',
    examples: ['这个文件夹的账户', '几家门店中的一家'],
  },
  template: {
    about: '供开始用的文件：有各列和一行例子（不用调用）',
    examples: ['Excel 文件；工作表 columns 说明每一列', '显示 CSV'],
  },
  completion: {
    about: '显示按 Tab 键自动补全命令和选项的脚本（不用调用）',
    examples: ['脚本，以及怎样启用'],
  },
};

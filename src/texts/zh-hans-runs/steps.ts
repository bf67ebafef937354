import type { Catalogue } from '../texts.ts';

export const steps: Catalogue['steps'] = {
  calls: {
    lookup: '查询',
    increment: '加积分与余额',
    queryByNumber: '按会员号查询',
    add: '新增会员',
    updateBaseInfo: '修改会员资料',
    batchUpdateCategory: '更改会员分类',
    'POST customers': '保存客户',
    'PUT customers': '修改客户',
  },
  refused: (call, words) => `${call}：${words || '被拒绝，对方没有说明原因'}`,
  withoutCall: (message) => message,
  noAnswer: (call, detail) => `${call}：${detail}。再次运行结果文件即可重做这一行。`,

  notChanged: (columns) => `已有会员的这些列没有更改（updateBaseInfo 不能改）：${columns.join('、')}。`,
  numberTaken: (number) => `number：'${number}' 已被占用，却查不到这个会员（可能属于已删除的会员）。请换一个会员号。`,
  noUidInAnswer: 'queryByNumber 返回的会员没有 customerUid。',
  alreadyExists: (number) => `number：'${number}' 已有会员使用。要更新这个会员，请用 --mode upsert。`,
  otherUid: (uid, number, realUid) =>
    `customerUid：'${uid}' 与会员号 '${number}' 不是同一个会员，后者是 ${realUid}。请更正其中一个，或留空 customerUid，以会员号为准。`,
  zerosLost: (number, whole, mayCreate) =>
    `number：没有会员号 '${number}'，但有 '${whole}'：开头的 0 被电子表格去掉了。请写成 ${whole}。${
      mayCreate ? `如果 ${number} 确实是新会员，请用 --mode create 新增。` : ''
    }`,
  phoneKept: 'phone：这是会员原有号码被电子表格改动后的样子，所以没有更改。',
  memberNotFound: (number) => `number：没有会员号 '${number}'。请更正，或用 --mode upsert 新增会员。`,

  customerNotFound: (reference) => `reference_number：没有客户 '${reference}'。请更正，或用 --mode upsert 新增客户。`,

  zerosLostInTopup: (number, whole) =>
    `number：没有会员号 '${number}'，但有 '${whole}'：开头的 0 被电子表格去掉了。没有入账。请写成 ${whole}，再运行结果文件。`,
  noMemberToCredit: (column, value) => `${column}：没有会员 '${value}'，所以没有入账。请更正后再运行结果文件。`,
  moved: (read, credited) =>
    `期间会员的数额被其他操作改动：读取时积分 ${read[0]}、余额 ${read[1]}，入账时积分 ${credited[0]}、余额 ${credited[1]}。请再运行这些行，以达到目标值。`,
  otherMember: (uid, number, realUid) =>
    `customerUid：'${uid}' 与会员号 '${number}' 不是同一个会员，后者是 ${realUid}。没有入账。请更正其中一个，或把一个留空。`,
  valuesUnread: (member) => `读取会员 ${member} 时没有得到积分或余额，算不出与目标值的差额。没有入账。`,
  unknownCode: (errorCode, words) => `对方返回 ${errorCode}（${words || '没有说明'}），这个代码看不出是否已入账`,
  timeOfAnother: (errorCode) =>
    `没有入账：同一秒内这个会员有别的变动（${errorCode}）。请再运行结果文件，这一行会换一个时间。`,
  insteadOf: (name, actual, expected) => `${name} 为 ${actual}，应为 ${expected}`,
  appliedOtherwise: (mismatches) =>
    `对方入账的内容与要求不符：${mismatches.join('；')}。继续发送之前，请先在后台核对这个会员。`,
  inDoubt: (detail) => `没有收到可信的回复：${detail}。可能已入账，也可能没有。`,

  memberUnknown: (column, value) => `${column}：没有会员 '${value}'。请在后台核对。`,
  customerUnknown: (column, value) => `${column}：没有客户 '${value}'。请在 Wonder 后台核对。`,
};

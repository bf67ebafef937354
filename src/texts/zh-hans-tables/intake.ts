import type { Catalogue } from '../texts.ts';

export const intake: Catalogue['intake'] = {
  row: (rowNumber, lineNumber, message) => `第 ${rowNumber} 行（文件第 ${lineNumber} 行），${message}`,

  expectedRows: (expected, actual) => `--expect-rows 是 ${expected}，而文件要入账的有 ${actual} 行`,
  expectedAmount: (flag, expected, actual) => `${flag} 是 ${expected}，而文件合计为 ${actual}`,
  totalsDiffer: (differences) => `文件与预期不符：${differences.join('；')}。`,
  totalsDifferHint: '什么都没有发送。请确认文件正确、完整、没有改动过。',
  repeatedRows: (count, rowCount, first) => `${rowCount} 行中有 ${count} 行的会员或单号与其他行重复。${first.join('')}`,
  repeatedRowsHint: (areMembersAllowed, checking) =>
    areMembersAllowed
      ? `什么都没有发送。每个单号请只保留一行（用 ${checking} 可全部列出），或每行用自己的单号。`
      : `什么都没有发送。每个会员、每个单号请只保留一行（用 ${checking} 可全部列出），或用 --on-duplicate allow 让会员的每一行都入账。`,
  invalidRows: (count, rowCount, first) => `${rowCount} 行中有 ${count} 行不能入账。${first.join('')}`,
  invalidRowsHint: (checking) =>
    `什么都没有发送。请更正这些行（用 ${checking} 可全部列出），或用 --skip-invalid 只入账其他行。`,

  doneByHand: (rowCount, rowNumber) =>
    `警告：${rowCount} 行标为 done，却没有 result_action，而 memberload 会在每个 done 的行写上它。首先是第 ${rowNumber} 行。这样的行会跳过。如果它没有发送过，请清空它的 result_status。`,
  campaignAlike: (rowCount, campaign, other) =>
    `警告：有 ${rowCount} 行的会员和数额与活动 '${other}' 已入账的相同，而 '${campaign}' 是另一个活动。如果两个名称指同一次活动，请立即停止，并改用 --campaign '${other}'。`,
  changedAfterCredit: (rowCount, rowNumber, credit) =>
    `警告：有 ${rowCount} 行标为已完成，但行内的会员或数额与当时入账的不同。第 ${rowNumber} 行：运行 ${credit.runId} 为${
      credit.number === '' ? ` customerUid ${credit.customerUid} ` : `会员 ${credit.number} `
    }入账积分 ${credit.points}，余额 ${credit.balance}。这样的行会跳过。请恢复结果文件原来的内容；如果现在的内容也要入账，请清空该行的 result_status。`,
  notDone: (rowCount, rowNumber, origin) =>
    `警告：有 ${rowCount} 行标为已完成，但行内所写的运行记录的是另一种结果。第 ${rowNumber} 行：见 memberload runs ${origin.runId} 的第 ${origin.rowNumber} 行。这样的行会跳过。请用 memberload result ${origin.runId} 重写结果文件；要入账，请清空该行的 result_status。`,
  takenBackSince: (rowCount, rowNumber, credit) =>
    `警告：有 ${rowCount} 行标为已完成，但之后已被 undo 撤回。第 ${rowNumber} 行：运行 ${credit.runId} 曾为${
      credit.number === '' ? ` customerUid ${credit.customerUid} ` : `会员 ${credit.number} `
    }入账。这样的行会跳过。要再次入账，请清空该行的 result_status。`,
  creditedBefore: (count, rowCount, runs, moreRuns, firstRow) => {
    const told = runs.map(({ runId, when, creditedCount, unsentCount, takenBackCount }) => {
      const what = [
        creditedCount > 0 ? `已入账 ${creditedCount} 行` : '',
        unsentCount > 0 ? `还有 ${unsentCount} 行未入账或待核实` : '',
        takenBackCount > 0 ? `正在撤回其中 ${takenBackCount} 行` : '',
      ].filter(Boolean);
      return `${when} 的运行 ${runId} ${what.join('，')}`;
    });
    if (moreRuns > 0) told.push(`另有 ${moreRuns} 次运行`);
    return `${rowCount} 行中有 ${count} 行，之前已给同一会员加过同样的数额：${told.join('；')}。第一处是第 ${firstRow} 行。`;
  },
  creditedBeforeHint: (open, skipsAlready) => {
    const first =
      open === undefined
        ? ''
        : open.hasEnded
          ? `请先处理待核实的行：memberload resolve ${open.runId}。`
          : `请先继续未完成的运行：memberload resume ${open.runId}。`;
    const skip = skipsAlready ? '' : '只入账其他行，请加上 --skip-credited。';
    return `什么都没有发送。${first}${skip}如果这是另一次活动，请用 --campaign NAME 起名。要全部再入账一次，请加上 --again。`;
  },
  creditedOtherwise: (identity, rowNumber, runId, { points, balance }) =>
    `${
      'reference' in identity ? `单号 '${identity.reference}'` : `活动 '${identity.campaign}'`
    } 已按别的数额或给别的会员入账：运行 ${runId} 第 ${rowNumber} 行（积分 ${points}，余额 ${balance}）。请更正这一行，或给它自己的单号。`,

  otherResult: (rowNumber, forText, resultFor) =>
    `第 ${rowNumber} 行是 '${forText}' 的结果，而这次运行是 '${resultFor}'：别的命令、别的系统、别的门店或沙盒做过的事，在这里不算数。`,
  resultOfNothing: (rowNumber) =>
    `第 ${rowNumber} 行写着已完成，却没有写在哪里完成（result_for 为空）：别的命令、别的系统、别的门店或沙盒做过的事，在这里不算数。`,
  otherResultHint:
    '什么都没有发送。请在原来的地方运行这个结果文件。要把它的所有行当作普通数据发送，请加上 --ignore-results。',
  interrupted: '检查文件时中断了，什么都没有发送。',
  interruptedHint: '请重新输入同一条命令。',

  scratchFailed: (folder, why) => `${folder} 中用来查找重复会员的临时文件无法读写：${why}。`,
  scratchFailedHint: '什么都没有发送。请腾出磁盘空间，或把 TMPDIR 设为另一个文件夹，再重新输入命令。',

  usedMapping: (path) => `之前读取过同样表头的文件，当时用了映射。要用同样的方式读取，请加上：--map ${path}`,
  strippedResult: (columns) => `这个文件是之前运行的结果，但缺少 ${columns.join(' 和 ')} 列：无法知道哪些行已完成。`,
  strippedResultHint: '什么都没有发送。请使用原来的结果文件。要把它的所有行当作普通数据，请加上 --ignore-results。',
};

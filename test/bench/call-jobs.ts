/**
 * The jobs of the table "calls" in the README, for any number of members: one place for the benchmark and
 * for the tests.
 */
export type CallJob = {
  readonly name: string;
  /** Members at the vendor before the job. */
  readonly memberCount: number;
  readonly file: string | undefined;
  readonly args: readonly string[];
  /** As many calls as one lookup and one write for each row would take. */
  readonly rowByRow: number;
  readonly atMost: number;
};

/** The members at the vendor, as `POST /sandbox/members` takes them. */
export function membersSeed(count: number): readonly Readonly<Record<string, string>>[] {
  return range(count).map((index) => ({
    number: memberNumber(index),
    name: `Member ${index}`,
    phone: `9${String(index).padStart(7, '0')}`,
    point: String(index % 500),
    balance: `${index % 90}.50`,
    remarks: index % 3 === 0 ? `card ${index}` : '',
  }));
}

/** `scale` 1 is the table of issue 4: 5,000 members. */
export function callJobs(scale: number): readonly CallJob[] {
  const size = (count: number): number => Math.round(count * scale);
  const memberCount = size(5000);
  const pages = Math.floor(memberCount / 100) + 1;
  // Spread over all members: rows from one end would make a probe look better than it is.
  const spread = (count: number): number[] => range(count).map((row) => Math.floor((row * memberCount) / count));
  const job = (name: string, parts: Omit<CallJob, 'name' | 'memberCount'>): CallJob => ({
    name,
    memberCount,
    ...parts,
  });
  return [
    job(`re-import ${figure(size(2000))}, 10 % changed`, {
      file: csv(
        ['number', 'name', 'phone'],
        spread(size(2000)).map((index, row) => [
          memberNumber(index),
          `Member ${index}${row % 10 === 0 ? ' new' : ''}`,
          `9${String(index).padStart(7, '0')}`,
        ]),
      ),
      args: ['import', 'file.csv'],
      rowByRow: 2 * size(2000),
      atMost: pages + size(200) + 1,
    }),
    job(`import ${figure(size(2000))} new`, {
      file: csv(
        ['number', 'name'],
        range(size(2000)).map((row) => [`N${row}`, `New ${row}`]),
      ),
      args: ['import', 'file.csv'],
      rowByRow: 2 * size(2000),
      atMost: pages + size(2000) + 1,
    }),
    job(`create ${size(500)} (\`--mode create\`)`, {
      file: csv(
        ['number', 'name'],
        range(size(500)).map((row) => [`C${row}`, `Created ${row}`]),
      ),
      args: ['import', 'file.csv', '--mode', 'create'],
      rowByRow: 2 * size(500),
      atMost: size(500),
    }),
    job(`top up ${figure(size(1000))} by number`, {
      file: csv(
        ['number', 'pointIncrement'],
        spread(size(1000)).map((index) => [memberNumber(index), '5']),
      ),
      args: ['topup', 'file.csv'],
      rowByRow: 2 * size(1000),
      atMost: pages + size(1000) + 1,
    }),
    job('top up 10 by number, members unknown', {
      file: csv(
        ['number', 'pointIncrement'],
        spread(10).map((index) => [memberNumber(index), '5']),
      ),
      args: ['topup', 'file.csv'],
      rowByRow: 20,
      atMost: 22,
    }),
    job(`export all ${figure(memberCount)}`, {
      file: undefined,
      args: ['export', '--all', '-o', 'all.csv'],
      rowByRow: memberCount,
      atMost: pages,
    }),
    job(`look up ${figure(size(3000))} (name, point, balance)`, {
      file: csv(
        ['number'],
        spread(size(3000)).map((index) => [memberNumber(index)]),
      ),
      args: ['export', 'file.csv', '--columns', 'name,point,balance'],
      rowByRow: size(3000),
      atMost: pages + 1,
    }),
    job(`look up ${size(300)} with remarks`, {
      file: csv(
        ['number'],
        spread(size(300)).map((index) => [memberNumber(index)]),
      ),
      args: ['export', 'file.csv', '--columns', 'name,remarks'],
      rowByRow: size(300),
      atMost: Math.floor(1.5 * size(300)) + 2,
    }),
  ];
}

export function memberNumber(index: number): string {
  return `M${String(index).padStart(6, '0')}`;
}

/** 2000 → `2,000` */
export function figure(count: number): string {
  return count.toLocaleString('en');
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

export function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

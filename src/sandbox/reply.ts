/** What a vendor answers, before anything goes wrong on the way. */
export type Reply = {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function jsonReply(httpStatus: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { httpStatus, headers: { 'content-type': 'application/json;charset=UTF-8', ...headers }, body };
}

/** What a gateway in front of a vendor shows: not JSON. */
export function htmlReply(httpStatus: number, title: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;
  return { httpStatus, headers: { 'content-type': 'text/html', ...headers }, body };
}

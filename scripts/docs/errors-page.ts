import { errorCodes } from "../../lib/errors.ts";

const head = `# Error codes

Made by \`npx tsx scripts/docs.ts\` from \`lib/errors.ts\`: do not edit.

Every error that a user can meet is a \`TowpathError\`. Its \`message\` is complete on its own and reads *code: what
happened (where). What to do.* The parts are there one by one as well: \`code\`, \`detail\`, \`where\`, \`hint\`, \`cause\`.
Programs tell errors apart by \`code\`, whose list is closed; messages may change. Codes that begin with \`TP_ROW_\` are
about single messages: they follow the \`onError\` of the source that met them. No message holds a password, a key or
another secret of the settings. What to do about errors is on the page [handling-errors.md](handling-errors.md).

| Code | What happened |
|---|---|
`;

/** The text of docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `${head}${rows.sort().join("\n")}\n`;
}

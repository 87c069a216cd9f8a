import { isCode, isInHouse, isScript, type SourceFile } from "./files.ts";
import type { Finding } from "./finding.ts";
import { functionSpans } from "./functions.ts";
import { lineAt } from "./mask.ts";

const fileLinesMax = 400;
const operatorLinesMax = 250;
const functionLinesMax = 70;

/** The rules that look at one file by itself. */
export function textFindings(file: SourceFile): Finding[] {
  const inCode = isInHouse(file.path) && isCode(file.path);
  const findings = [...machineTraces(file)];
  if (isInHouse(file.path)) findings.push(...fileName(file));
  if (inCode) findings.push(...fileLength(file), ...unfinished(file));
  if (inCode && isScript(file.path)) findings.push(...longFunctions(file), ...forbiddenCode(file));
  return findings;
}

function fileLength({ path, text }: SourceFile): Finding[] {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const most = path.startsWith("lib/operators/") ? operatorLinesMax : fileLinesMax;
  if (lines <= most) return [];
  return [{ file: path, line: most + 1, rule: "file-length", message: `${lines} lines; at most ${most}` }];
}

function longFunctions({ path, code }: SourceFile): Finding[] {
  return functionSpans(code)
    .filter(({ lines }) => lines > functionLinesMax)
    .map(({ line, lines }) => ({
      file: path,
      line,
      rule: "function-length",
      message: `a function of ${lines} lines; at most ${functionLinesMax}`,
    }));
}

const kebab = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
const namedByOthers = new Set(["README.md", "Makefile"]);

function fileName({ path }: SourceFile): Finding[] {
  const odd = path.split("/").find((part) => !kebab.test(part) && !namedByOthers.has(part));
  if (odd === undefined) return [];
  return [{ file: path, line: 1, rule: "file-name", message: `"${odd}" is not kebab-case` }];
}

interface Pattern {
  readonly rule: string;
  readonly message: string;
  readonly pattern: RegExp;
}

// Searched in code without comments and strings.
const codePatterns: readonly Pattern[] = [
  {
    rule: "no-any",
    message: "the type `any`: use `unknown` and narrow it",
    pattern:
      /(?:\bas|\bsatisfies|:|=>|[|&])\s*any\b(?!\s*[:(.?])|<\s*any\b|,\s*any\s*>|\bany\[\]|\btype\s[^=;]*=\s*any\b/g,
  },
  {
    rule: "no-generated-code",
    message: "code made from text: what comes in is data, and stays data",
    pattern: /\beval\s*\(|\bnew\s+Function\b|(?<![\w.])Function\s*\(|\bvm\.(?:run|compile|Script)/g,
  },
  {
    rule: "no-enum",
    message: "an enum: use a union of literals, or an object `as const`",
    pattern: /\benum\s+[A-Za-z_$][\w$]*\s*\{/g,
  },
];
const defaultExport = /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g;

function forbiddenCode({ path, code }: SourceFile): Finding[] {
  const found = codePatterns.flatMap(({ rule, message, pattern }) =>
    hits(path, code, pattern, rule, message),
  );
  const message = "a default export: name it";
  return [...found, ...hits(path, code, defaultExport, "no-default-export", message)];
}

// Written so that these lines are no hit of their own.
const unfinishedWork = /\bTO[D]O\b|\bFIX[M]E\b|\bX[X]X\b|\b[Nn]ot[ ]implemented\b/g;

function unfinished({ path, text }: SourceFile): Finding[] {
  return hits(path, text, unfinishedWork, "unfinished", "unfinished work: do it now or open an issue");
}

const machinePath = /(?<![\w.$}/-])\/(?:home|Users|root|work|mnt)\/[\w.-]+|\b[A-Z]:\\Users\\/g;
const packageHost =
  /\bregistry\.(?:npm[j]s|yarnp[k]g|npmm[i]rror)\.\w+|\brepo1?\.mav[e]n\.(?:apache\.)?org|:\/\/(?:[^/\s@"']*@)?(?:registry|repo\d?|artifactory|nexus|mirrors?)\.[\w.-]+\.\w+/g;

function machineTraces({ path, text }: SourceFile): Finding[] {
  return [
    ...hits(path, text, machinePath, "machine-path", "an absolute path of one machine"),
    ...hits(
      path,
      text,
      packageHost,
      "registry-host",
      "a package registry's host: whoever installs has their own",
    ),
  ];
}

function hits(file: string, text: string, pattern: RegExp, rule: string, message: string): Finding[] {
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    rule,
    message: `${message} (${match[0].trim().replace(/\s+/g, " ").slice(0, 60)})`,
  }));
}

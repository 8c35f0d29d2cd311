import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';

/** Relative links of a page (path from the project's root) that lead to no file or no heading, as `page: link`. */
export function brokenLinks(path: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1]);
  return links
    .filter((link) => !/^[a-z]+:/.test(link) && !resolves(path, text, link))
    .map((link) => `${path}: ${link}`);
}

function resolves(path: string, text: string, link: string): boolean {
  const [file, heading] = link.split('#') as [string, string | undefined];
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file));
  if (file !== '' && !existsSync(target)) return false;
  if (heading === undefined) return true;
  if (file !== '' && !(target.endsWith('.md') && statSync(target).isFile())) return false;
  return headingsOf(file === '' ? text : readFileSync(target, 'utf8')).includes(heading);
}

/** The anchors that GitHub gives to the headings of a page. */
function headingsOf(text: string): string[] {
  const headings = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title]) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** A colour of the 256, or a weight. */
export type LiveStyle = number | 'bold' | 'dim';

const ESCAPE = '\u001b[';

/** One line of the dashboard: pieces of text, cut at the width (the last column says so), with their colours where there are colours. */
export class LiveLine {
  /** Columns so far. */
  length = 0;
  private readonly width: number;
  private readonly colours: boolean;
  private readonly parts: string[] = [];

  constructor(width: number, colours: boolean) {
    this.width = width;
    this.colours = colours;
  }

  add(text: string, style?: LiveStyle): this {
    const characters = [...tame(text)];
    const room = this.width - this.length;
    if (characters.length === 0 || room === 0) return this;
    const fitting = characters.length <= room ? characters : [...characters.slice(0, room - 1), '…'];
    this.length += fitting.length;
    const piece = fitting.join('');
    if (!this.colours || style === undefined || piece.trim() === '') this.parts.push(piece);
    else this.parts.push(`${ESCAPE}${codeOf(style)}m${piece}${ESCAPE}0m`);
    return this;
  }

  text(): string {
    return this.parts.join('').trimEnd();
  }
}

function codeOf(style: LiveStyle): string {
  return style === 'bold' ? '1' : style === 'dim' ? '2' : `38;5;${style}`;
}

/** Names come from outside: what moves the cursor, joins to its neighbour or takes two columns becomes `?`. */
function tame(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{M}\p{Emoji_Presentation}\u2028\u2029\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{20000}-\u{3ffff}]/gu,
    '?',
  );
}

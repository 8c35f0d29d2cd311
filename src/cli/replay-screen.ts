import type { ReplayView } from '../live/replay/replay-view.ts';
import type { LiveStream } from './live-dashboard.ts';
import { replayFrame, replayLine } from './replay-frame.ts';

/** Where a replay is drawn while it goes on. */
export interface ReplayScreen {
  draw(view: ReplayView): void;
  /** Puts the terminal back and leaves the last frame; nothing is drawn after it. */
  end(ended: string): void;
}

const SHOW = '\u001b[?1049h\u001b[?25l\u001b[2J';
const HIDE = '\u001b[?25h\u001b[?1049l';
const LINE_MS = 2000;

export interface ScreenOptions {
  readonly title: string;
  /** The whole terminal; else a line now and then. */
  readonly isWhole: boolean;
  readonly colours: boolean;
}

/** On a terminal the whole of it is used, and comes back when the replay ends. */
export function replayScreen(stream: LiveStream, options: ScreenOptions): ReplayScreen {
  return options.isWhole ? wholeScreen(stream, options) : lines(stream);
}

function wholeScreen(stream: LiveStream, { title, colours }: ScreenOptions): ReplayScreen {
  let last: ReplayView | undefined;
  let size = '';
  let isOpen = false;
  let isOver = false;
  return {
    draw: (view) => {
      if (isOver) return;
      if (!isOpen) stream.write(SHOW);
      isOpen = true;
      last = view;
      const [width, height] = [stream.columns || 80, stream.rows || 24];
      const clear = size === `${width}x${height}` ? '' : '\u001b[2J';
      size = `${width}x${height}`;
      const rows = replayFrame(view, width, height, { title, colours }).split('\n').slice(0, height);
      // The terminal collects what comes between the first and the last sequence, so that nothing flickers.
      const text = rows.map((row) => `\u001b[2K${row}`).join('\r\n');
      stream.write(`\u001b[?2026h${clear}\u001b[H${text}\u001b[?2026l`);
    },
    end: (ended) => {
      isOver = true;
      if (!isOpen) return;
      isOpen = false;
      stream.write(HIDE);
      if (last === undefined) return;
      const [width, height] = [stream.columns || 80, stream.rows || 24];
      stream.write(`${replayFrame(last, width, Math.min(height - 1, 20), { title, colours, ended }).trimEnd()}\n\n`);
    },
  };
}

function lines(stream: LiveStream): ReplayScreen {
  let last: ReplayView | undefined;
  let writtenMs = -Infinity;
  let isOver = false;
  return {
    draw: (view) => {
      if (isOver) return;
      last = view;
      if (view.wallMs - writtenMs < LINE_MS) return;
      writtenMs = view.wallMs;
      stream.write(`${replayLine(view)}\n`);
    },
    end: (ended) => {
      isOver = true;
      if (last !== undefined) stream.write(`${replayLine(last)}, ${ended}\n`);
      last = undefined;
    },
  };
}

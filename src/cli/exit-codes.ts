/** How `baton` ends; documented in `baton --help`. */
export const EXIT = {
  ok: 0,
  /** A check found a difference, for instance between a reproduction and the published numbers. */
  difference: 1,
  /** Something the user can mend: a sentence on stderr says what. */
  badInput: 2,
  /** A bug of Baton (EX_SOFTWARE of sysexits.h). */
  bug: 70,
  /** Interrupted with Ctrl-C, 128 + SIGINT. */
  interrupted: 130,
} as const;

export const EXIT_HELP = `Exit codes:
  0    all went well
  1    a check found a difference (reproduce, replay)
  2    something in the input must be mended; a sentence on stderr says what
  70   a bug of Baton; stderr names the command that repeats it
  130  interrupted with Ctrl-C; finished runs are kept`;

/**
 * Recommendations of the recent past hold a change back: down to the largest of them, up to the smallest. One of these
 * serves one service.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/horizontal.go.
 */
export class Stabilisation {
  readonly #past: { atUs: number; replicas: number }[] = [];

  /** Begins with what there is, so that nothing is taken away before a whole window has been seen. Later calls do nothing. */
  begin(nowUs: number, current: number): void {
    if (this.#past.length === 0) this.#past.push({ atUs: nowUs, replicas: current });
  }

  /** The largest recommendation of the window, this one and those exactly as old as the window included (no `behavior`). */
  largest(nowUs: number, wanted: number, windowUs: number): number {
    let largest = wanted;
    const past = this.#past;
    const fromUs = nowUs - windowUs;
    for (let k = 0; k < past.length; k++)
      if (past[k].atUs >= fromUs && past[k].replicas > largest) largest = past[k].replicas;
    this.#remember(nowUs, wanted, windowUs);
    return largest;
  }

  /**
   * The current count, raised to the smallest recommendation younger than `upUs` if that is more, and then lowered to the
   * largest one younger than `downUs` if that is less (`behavior` given; one exactly as old as the window counts no more).
   */
  between(nowUs: number, current: number, wanted: number, upUs: number, downUs: number): number {
    let up = wanted;
    let down = wanted;
    for (const { atUs, replicas } of this.#past) {
      if (atUs > nowUs - upUs) up = Math.min(up, replicas);
      if (atUs > nowUs - downUs) down = Math.max(down, replicas);
    }
    this.#remember(nowUs, wanted, Math.max(upUs, downUs));
    return Math.min(Math.max(current, up), down);
  }

  /** A recommendation older than any window gives its place away, so the memory stays as long as the window. */
  #remember(nowUs: number, replicas: number, windowUs: number): void {
    const past = this.#past;
    const fromUs = nowUs - windowUs;
    let old = past.length - 1;
    while (old >= 0 && past[old].atUs >= fromUs) old--;
    if (old >= 0) {
      past[old].atUs = nowUs;
      past[old].replicas = replicas;
    } else past.push({ atUs: nowUs, replicas });
  }
}

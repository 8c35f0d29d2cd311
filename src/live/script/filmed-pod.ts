import type { ScriptStep } from './replay-script.ts';
import type { PodDraft, ScriptBuilder } from './script-builder.ts';

type ResizeStep = Extract<ScriptStep, { do: 'resize' }>;

/**
 * One pod as a camera sees it. Each method writes the step that leads to a state, and those that must come before it; where
 * the pod is in that state already, nothing.
 */
export class FilmedPod {
  /** Its place in the script. */
  readonly pod: number;
  readonly node: number;
  readonly startedUs: number;
  runs = true;
  isReady = false;
  isPaused = false;
  isStopping = false;
  isGone = false;
  /** Its share of requests; 0: out of rotation. */
  weight = 0;
  private readonly builder: ScriptBuilder;
  private cpuMilli: number;
  private memBytes: number;
  /** Whether the boot of the process that runs now is known. */
  hasBooted = false;
  /** Place of its last `restart`. */
  private restartStep = -1;

  constructor(builder: ScriptBuilder, atUs: number, draft: PodDraft, node: number) {
    this.builder = builder;
    this.pod = builder.addPod(draft);
    this.node = node;
    this.startedUs = atUs;
    this.cpuMilli = draft.cpuMilli;
    this.memBytes = draft.memBytes;
    builder.steps.push({ atUs, do: 'start', pod: this.pod, node });
  }

  get draft(): PodDraft {
    return this.builder.pods[this.pod];
  }

  /** It will be ready then, as far as its own start decides. */
  bootsUntil(readyUs: number): void {
    this.hasBooted = true;
    if (this.restartStep < 0) {
      this.draft.bootUs = Math.max(0, Math.round(readyUs - this.startedUs));
      return;
    }
    const { steps } = this.builder;
    const step = steps[this.restartStep];
    if (step.do === 'restart')
      steps[this.restartStep] = { ...step, bootUs: Math.max(0, Math.round(readyUs - step.atUs)) };
  }

  ready(atUs: number): void {
    if (this.isReady || !this.runs || this.isPaused) return;
    this.isReady = true;
    this.builder.steps.push({ atUs, do: 'ready', pod: this.pod });
  }

  unready(atUs: number): void {
    if (!this.isReady) return;
    this.isReady = false;
    this.builder.steps.push({ atUs, do: 'unready', pod: this.pod });
  }

  resize(atUs: number, size: Omit<ResizeStep, 'atUs' | 'do' | 'pod'>): void {
    if (size.cpuMilli === this.cpuMilli && size.memBytes === this.memBytes) return;
    this.cpuMilli = size.cpuMilli;
    this.memBytes = size.memBytes;
    this.builder.steps.push({ atUs, do: 'resize', pod: this.pod, ...size });
  }

  /** Weight 0 takes it out of rotation. */
  rotate(atUs: number, weight: number): void {
    if (this.weight === weight || this.isGone) return;
    this.weight = weight;
    const { pod } = this;
    if (weight === 0) this.builder.steps.push({ atUs, do: 'rotate-out', pod });
    else this.builder.steps.push({ atUs, do: 'rotate-in', pod, ...(weight !== 1 && { weight }) });
  }

  stop(atUs: number, graceUs: number, why: string): void {
    if (!this.runs || this.isStopping) return;
    this.isStopping = true;
    this.builder.steps.push({ atUs, do: 'stop', pod: this.pod, graceUs, why });
  }

  kill(atUs: number, why: string): void {
    if (!this.runs) return;
    this.endProcess();
    this.builder.steps.push({ atUs, do: 'kill', pod: this.pod, why });
  }

  restart(atUs: number): void {
    if (this.runs || this.isGone) return;
    this.runs = true;
    this.hasBooted = false;
    this.restartStep = this.builder.steps.length;
    this.builder.steps.push({ atUs, do: 'restart', pod: this.pod });
  }

  finish(atUs: number): void {
    if (!this.runs) return;
    if (!this.isStopping) this.resume(atUs);
    this.endProcess();
    this.builder.steps.push({ atUs, do: 'finish', pod: this.pod });
  }

  pause(atUs: number, why: string): void {
    if (!this.runs || this.isPaused) return;
    this.isPaused = true;
    this.builder.steps.push({ atUs, do: 'pause', pod: this.pod, why });
  }

  resume(atUs: number): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.builder.steps.push({ atUs, do: 'resume', pod: this.pod });
  }

  /** Whatever it does, it is removed. */
  gone(atUs: number, why: string): void {
    if (this.isGone) return;
    this.rotate(atUs, 0);
    if (!this.isStopping) this.kill(atUs, why);
    this.endProcess();
    this.isGone = true;
    this.builder.steps.push({ atUs, do: 'gone', pod: this.pod });
  }

  private endProcess(): void {
    this.runs = false;
    this.isReady = false;
    this.isPaused = false;
  }
}

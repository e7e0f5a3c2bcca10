import { VirtualProcess, type VirtualTime } from "./virtual-time.ts";

/** What runs in a process of its own, and can be paused, killed and started again. */
export abstract class Restartable {
  protected readonly time: VirtualTime;
  protected process: VirtualProcess;

  constructor(time: VirtualTime) {
    this.time = time;
    this.process = new VirtualProcess(time);
  }

  pause(ms: number): void {
    this.process.stopFor(ms);
  }

  resume(): void {
    this.process.resume();
  }

  restart(afterMs: number): void {
    this.process.kill();
    this.ended();
    this.process = new VirtualProcess(this.time);
    this.process.deliver(afterMs, () => this.start());
  }

  /** Its configuration has changed: a process that is down reads it when it starts. */
  abstract reconfigure(): void;
  protected abstract start(): void;
  protected abstract ended(): void;
}
